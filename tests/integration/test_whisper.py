"""Test a real Whisper from the folder CLSER_ENCODER."""

import os

import onnxruntime
import pytest
import safetensors.torch
import torch
from helpers import served

from speechbrain_clser.contrib.onnx.export import export_onnx
from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures

pytestmark = [pytest.mark.encoder, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder():
    """Folder of the encoder."""
    return os.environ["CLSER_ENCODER"]


def voices(*seconds):
    """Generate amplitude-modulated tones, one per row, zero-padded."""
    n_samples = torch.tensor([round(16000 * s) for s in seconds])
    time_s = torch.arange(int(n_samples.max())) / 16000
    rows = [
        0.2
        * (2 * torch.pi * (110 + 30 * n) * time_s).sin()
        * (5 * time_s).sin()
        for n in range(len(seconds))
    ]
    wavs = torch.stack(rows) + 0.005 * torch.randn(len(rows), len(time_s))
    real = torch.arange(wavs.shape[1]) < n_samples[:, None]
    return wavs * real, n_samples


def test_utterance_alone_gives_the_frames_that_it_gives_in_a_batch(folder):
    encoder = SSLFeatures(folder, SSLConfig(layers="all", window="real"))
    wavs, n_samples = voices(3.1, 1.2, 2.6, 0.1)
    together = encoder(wavs, n_samples / wavs.shape[1])
    for row, n in enumerate(n_samples.tolist()):
        alone = encoder(wavs[row : row + 1, :n], torch.ones(1))[0]
        largest = alone.abs().max()
        difference = (together[row, : len(alone)] - alone).abs().max()
        assert difference <= 1e-4 * largest


def test_real_frames_are_near_to_the_padded_ones(folder):
    real, padded = (
        SSLFeatures(folder, SSLConfig(layers="2-4", window=window))
        for window in ("real", "30s")
    )
    wavs, _ = voices(3.0)
    nearness = torch.nn.functional.cosine_similarity(
        real(wavs, torch.ones(1)), padded(wavs, torch.ones(1)), dim=-1
    )
    assert 0.9 < nearness.mean() < 1


def test_more_than_30_s_are_cut_and_joined(folder):
    encoder = SSLFeatures(folder, SSLConfig(layers="2", window="real"))
    wavs, _ = voices(31.0)
    frames = encoder(wavs, torch.ones(1))
    assert frames.shape == (1, 1550, 512)
    first = encoder(wavs[:, :480000], torch.ones(1))
    # In the last frames, the spectrogram of the whole includes later samples.
    nearness = torch.nn.functional.cosine_similarity(
        frames[0, :1490], first[0, :1490], dim=-1
    )
    assert nearness.mean() > 0.999


def test_checkpoint_without_a_block_is_refused(folder, tmp_path):
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).symlink_to(os.path.join(folder, name))
    state = safetensors.torch.load_file(
        os.path.join(folder, "model.safetensors")
    )
    kept = {n: v for n, v in state.items() if ".layers.3." not in n}
    kept = {n: v for n, v in kept.items() if n.startswith("encoder.")}
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(kept, path, {"format": "pt"})
    SSLFeatures(tmp_path, SSLConfig(layers="2-3"))
    with pytest.raises(ValueError, match=r"15 are missing: encoder\.layers\.3"):
        SSLFeatures(tmp_path, SSLConfig(layers="2-4"))


@pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning")
def test_graph_agrees_with_model_below_and_above_30_s(folder, tmp_path):
    model = served.make(tmp_path, encoder=folder, layers="1-2")
    path = export_onnx(model.folder, tmp_path / "graph" / "model.onnx")
    session = onnxruntime.InferenceSession(path)
    for seconds in (1.0, 31.0):  # the export compares with the model
        wavs, _ = voices(seconds)
        (found,) = session.run(None, {"wav": wavs[0].numpy()})
        assert found.sum() == pytest.approx(1, abs=1e-5)
