import math

import pytest
import torch
from helpers import toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.methods.multi_gating import MultiGating


class Column(torch.nn.Module):
    """A stream of one column."""

    output_dim = 1

    def __init__(self, column):
        super().__init__()
        self.column = column

    def forward(self, frames, lens):
        """Return the column and the lens."""
        return frames[..., self.column, None], lens


class Same(torch.nn.Module):
    """Return the frames."""

    def forward(self, frames, lens):
        """Ignore the lens."""
        return frames


def method_of():
    """Return a method whose languages take 1/4 and 3/4 of the first stream."""
    method = MultiGating(
        [Column(0), Column(1)],
        Same(),
        lambda frames, lens: frames.mean(dim=1),
        torch.nn.Linear(1, 2),
        max_languages=3,
    )
    log_3 = math.log(3)
    with torch.no_grad():
        method.gate.gates.weight.zero_()
        method.gate.gates.bias.copy_(
            torch.tensor([0.0, log_3, log_3, 0.0, 7, 7])
        )
        method.emotion_head.weight.copy_(torch.tensor([[1.0], [0.0]]))
        method.emotion_head.bias.zero_()
    method.setup([0, 1, 1])
    return method


FRAMES = torch.tensor([[[1.0, 5.0], [3.0, 7.0]]]).repeat(2, 1, 1)


def test_embeddings_and_losses_by_hand():
    method = method_of()
    output = method({"frames": (FRAMES, torch.ones(2))})
    # Means 2 and 6 of the streams; the mean gate has 1/2 of each.
    assert output.embedding.ravel().tolist() == pytest.approx([4.0, 4.0])
    own = method.embed(**output.extras, language=torch.tensor([0, 1]))
    assert own.ravel().tolist() == pytest.approx([5.0, 3.0])
    batch = {
        "emotion": torch.tensor([0, 1]),
        "language": torch.tensor([0, 1]),
    }
    found = method.losses(output, batch)
    softplus = [math.log1p(math.exp(x)) for x in (-4, 4, -5, 3)]
    assert found["emotion"].item() == pytest.approx(sum(softplus[:2]) / 2)
    assert found["language_emotion"].item() == pytest.approx(
        sum(softplus[2:]) / 2
    )
    assert found["supcon"].item() == 0  # no pair of one emotion


def test_weights_depend_on_the_means_of_real_frames_only():
    text = (toy.RECIPE / "hparams/multi_gating.yaml").read_text("utf-8")
    built = load_hyperpyyaml(text, {"dim": 8})
    method = built["method"].eval()
    method.setup([0, 1])
    found = []
    method.gate.register_forward_hook(
        lambda module, args, output: found.append(output)
    )
    frames = torch.randn(1, 20, built["extractor"].dim)
    for lens in (1.0, 0.5):
        method({"frames": (frames, torch.tensor([lens]))})
    method({"frames": (frames[:, :10], torch.ones(1))})
    torch.testing.assert_close(found[1], found[2])
    assert not torch.allclose(found[0], found[1])
