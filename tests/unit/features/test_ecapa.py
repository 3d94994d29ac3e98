"""A tiny ECAPA-TDNN, saved as SpeechBrain's models are published."""

import pytest
import torch
from helpers import encoders
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.features.ecapa import Ecapa, EcapaConfig


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return encoders.make_ecapa(tmp_path_factory.mktemp("ecapa"))


@pytest.fixture
def wavs():
    return 0.1 * torch.randn(2, 16000)


def test_embeddings_match_speechbrain(folder, wavs):
    ours = Ecapa(folder)(wavs, torch.ones(2))
    model = EncoderClassifier.from_hparams(
        folder, overrides={"pretrained_path": folder}
    )
    theirs = torch.nn.functional.normalize(model.encode_batch(wavs), dim=-1)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_embeddings_have_unit_length(folder, wavs):
    vectors = Ecapa(folder)(wavs, torch.ones(2))
    assert vectors.shape == (2, 1, 12)
    torch.testing.assert_close(vectors.norm(dim=-1), torch.ones(2, 1))


def test_key_depends_on_weights_not_on_path(folder, tmp_path):
    assert Ecapa(folder).key == Ecapa(encoders.make_ecapa(tmp_path)).key


def test_folder_of_another_revision_raises(folder):
    with pytest.raises(ValueError, match="expected revision abc"):
        Ecapa(folder, EcapaConfig("abc"))


def test_folder_without_weights_raises(tmp_path):
    (tmp_path / "hyperparams.yaml").write_text("")
    with pytest.raises(
        FileNotFoundError, match=r"hyperparams.yaml and \*.ckpt"
    ):
        Ecapa(str(tmp_path))
