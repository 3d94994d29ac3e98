import torch
from helpers import tiny

from speechbrain_clser.training.step import Step


def test_step_gives_output_and_losses_in_one_call():
    batch = {
        "frames": (torch.randn(2, 5, tiny.DIM), torch.ones(2)),
        "emotion": torch.tensor([0, 1]),
    }
    output, losses = Step(tiny.method_of())(batch)
    assert output.logits.shape == (2, 4) and losses.keys() == {"emotion"}


class Scaled(torch.nn.Module):
    """An encoder whose layers differ in scale."""

    n_layers, is_frozen = 2, False

    def n_frames(self, n_samples):
        return n_samples // 2

    def forward(self, wavs, lens):
        frames = wavs.unflatten(1, (-1, 2))
        layers = [100 * frames, 0.01 * frames]
        return torch.cat(layers, dim=-1) * (frames != 0).any(-1, keepdim=True)


def test_layers_of_an_encoder_that_learns_are_brought_to_one_scale():
    step = Step(tiny.method_of(), Scaled())
    wavs = torch.randn(2, 8)
    wavs[1, 4:] = 0
    frames, lens = step.extract({"wavs": (wavs, torch.tensor([1.0, 0.5]))})
    assert lens.tolist() == [1.0, 0.5]
    torch.testing.assert_close(
        frames[0].abs().mean(), torch.tensor(1.0), atol=0.2, rtol=0
    )
    assert frames[1, 2:].eq(0).all()


def test_frames_of_a_part_that_learns_are_normalised_as_the_store_does():
    class Shift(torch.nn.Module):
        def forward(self, frames):
            return (frames - 1) / 2

    step = Step(tiny.method_of(), Scaled(), Shift())
    wavs, lens = torch.ones(2, 8), torch.tensor([1.0, 0.5])
    frames, _ = step.extract({"wavs": (wavs, lens)})
    assert frames[0, :, 0].tolist() == [49.5] * 4
    assert frames[1, 2:].eq(0).all()
