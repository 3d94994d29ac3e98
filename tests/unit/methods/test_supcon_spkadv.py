import contextlib
import types

import torch

from speechbrain_clser.lobes.adversary import Adversary
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.methods.supcon_spkadv import SupConSpkAdv

BATCH = {
    "frames": (torch.ones(4, 9, 5) * torch.arange(4)[:, None, None], None),
    "emotion": torch.tensor([0, 0, 1, 1]),
    "speaker": torch.tensor([0, 1, 2, -1]),
    "language": torch.tensor([0, 0, 1, 1]),
}


def method(against="speaker", **values):
    made = SupConSpkAdv(
        ConvTransformer(input_dim=5, dim=8, dropout=0.0, input_dropout=0.0),
        MeanStdPooling(8),
        torch.nn.Linear(16, 2),
        Adversary(16, dim=4, dropout=0.0, against=against, vector_dim=2),
        **values,
    )
    made.setup([0, 0, 1])
    return made


def batch():
    return {**BATCH, "frames": (BATCH["frames"][0], torch.ones(4))}


def test_contrastive_loss_uses_the_embedding_and_the_weight_of_the_paper():
    model = method()
    output = model(batch())
    expected = supcon(
        output.embedding, BATCH["emotion"], BATCH["language"], 0.07, 2.5
    )
    losses = model.losses(output, batch())
    torch.testing.assert_close(losses["supcon"], expected)


def test_adversary_gradient_of_the_encoder_is_reversed():
    text = batch()
    gradients = []
    for reversal in (1.0, -1.0):
        torch.manual_seed(3)
        model = method(reversal=reversal)
        model.losses(model(text), text)["adversary"].backward()
        gradients.append(
            [p.grad for p in model.encoder.parameters() if p.grad is not None]
        )
    assert gradients[0]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, -other)


class Rows(list):
    """A data set of two items."""

    @contextlib.contextmanager
    def output_keys_as(self, keys):
        assert sorted(keys) == ["speaker", "style"]
        yield


def test_vectors_of_the_speakers_are_set_before_an_epoch():
    model = method(against="speaker_vector")
    assert "style" in model.TARGETS and "style" not in method().TARGETS
    vectors = torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 5.0], [9.0, 9.0]])
    speaker = torch.tensor([0, 1, 2, -1])
    rows = Rows(
        {"style": vector[None], "speaker": int(code)}
        for vector, code in zip(vectors, speaker, strict=True)
    )
    model.begin_epoch(types.SimpleNamespace(dataset=rows))
    found = model.adversary.directions.clone()
    model.adversary.fit(vectors, speaker)
    assert found.any() and found.equal(model.adversary.directions)
    assert method().for_inference().adversary is None


def test_predictions_do_not_depend_on_labels():
    model = method().eval()
    frames = batch()["frames"]
    assert model({"frames": frames}).logits.equal(model(batch()).logits)
