import copy

import pytest
import torch
import transformers
from helpers import encoders

from speechbrain_clser.features.ssl_loading import load

WAVEFORM = [k for k in encoders.KINDS if k not in ("w2v_bert", "whisper")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of every kind of encoder."""
    top = tmp_path_factory.mktemp("encoders")
    for kind in encoders.KINDS:
        encoders.make(top / kind, kind)
    return top


def published(folder, wav):
    """All layers of one utterance, computed by transformers alone."""
    model = transformers.AutoModel.from_pretrained(folder).eval()
    extract = transformers.AutoFeatureExtractor.from_pretrained(folder)
    inputs = extract(wav.numpy(), sampling_rate=16000, return_tensors="pt")
    model = getattr(model, "decoder", None) and model.encoder or model
    with torch.no_grad():
        return model(**inputs, output_hidden_states=True).hidden_states


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_layers_match_transformers(folders, kind):
    wav = 0.1 * torch.randn(15200) + 0.02
    expected = published(folders / kind, wav)
    lobe = load(folders / kind).eval()  # Whisper: padded, as published
    with torch.no_grad():
        found = lobe(wav[None], torch.tensor([len(wav)]))
    n_frames = lobe.n_frames(torch.tensor([len(wav)])).item()
    # Of the last layer, what follows is left out.
    for ours, theirs in zip(found[:3], expected[:3], strict=True):
        torch.testing.assert_close(
            ours[:, :n_frames], theirs[:, :n_frames], atol=1e-4, rtol=1e-4
        )


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_dropping_higher_layers_does_not_change_output(folders, kind):
    wav, n_samples = torch.randn(1, 8000), torch.tensor([8000])
    whole = load(folders / kind).eval()
    assert whole.n_blocks == 3
    with torch.no_grad():
        expected = whole(wav, n_samples)
        for first, last in ((0, 0), (1, 2), (2, 2), (3, 3)):
            part = copy.deepcopy(whole)
            part.keep(first, last)
            assert part.n_blocks == last
            torch.testing.assert_close(
                part(wav, n_samples), expected[first : last + 1]
            )


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_only_dropout_is_random(folders, kind):
    lobe = load(folders / kind).train()
    for module in lobe.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if isinstance(getattr(module, "dropout", None), float):
            module.dropout = 0.0
    wav, n_samples = torch.randn(1, 8000), torch.tensor([8000])
    expected = lobe.eval()(wav, n_samples)
    torch.testing.assert_close(lobe.train()(wav, n_samples), expected)


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_full_training_excludes_convolutions_by_default(folders, kind):
    lobe = load(folders / kind)
    without, all_of_it = lobe.trainable(False), lobe.trainable(True)
    for parameter in all_of_it:
        parameter.requires_grad_(True)
    lobe(torch.randn(1, 8000), torch.tensor([8000])).square().sum().backward()
    assert all(p.grad is not None for p in all_of_it)
    assert all(p.grad is None for p in lobe.parameters() if not p.requires_grad)
    n_cnn = sum(len(list(part.parameters())) for part in lobe.cnn())
    assert len(all_of_it) - len(without) == n_cnn
    assert bool(n_cnn) == (kind != "w2v_bert")


@pytest.mark.parametrize("kind", WAVEFORM)
def test_shortest_samples_gives_one_frame(folders, kind):
    lobe = load(folders / kind)
    assert (lobe.shortest_samples, lobe.stride_samples) == (400, 320)
    counted = lobe.n_frames(torch.tensor([0, 400, 719, 720, 16000]))
    assert counted.tolist() == [1, 1, 1, 2, 49]


def test_pairs_of_filterbank_frames_are_counted(folders):
    lobe = load(folders / "w2v_bert")
    counted = lobe.n_frames(torch.tensor([0, 560, 879, 880, 16000]))
    assert counted.tolist() == [1, 1, 1, 2, 49]


def test_whisper_has_one_frame_per_started_20_ms(folders):
    lobe = load(folders / "whisper")
    counted = lobe.n_frames(torch.tensor([0, 320, 321, 16000, 16001]))
    assert counted.tolist() == [1, 1, 2, 50, 51]


def test_padded_whisper_windows_are_concatenated_in_order(folders):
    lobe = load(folders / "whisper", "30s").eval()
    assert lobe.window_samples == 16000
    wavs, n_samples = torch.randn(2, 40000), torch.tensor([40000, 16001])
    wavs[1, 16001:] = 0.0
    with torch.no_grad():
        found = lobe(wavs, n_samples)
        for row, start in ((0, 0), (0, 16000), (0, 32000), (1, 0), (1, 16000)):
            window = wavs[row : row + 1, start : start + 16000]
            n_real = min(16000, n_samples[row].item() - start)
            alone = lobe(window[:, :n_real], torch.tensor([n_real]))
            n_frames = lobe.n_frames(torch.tensor(n_real)).item()
            place = slice(start // 320, start // 320 + n_frames)
            torch.testing.assert_close(
                found[:, row, place],
                alone[:, 0, :n_frames],
                atol=1e-4,
                rtol=1e-4,
            )


def transformers_on(folder, spectrogram):
    """All layers of one log-mel spectrogram, its length that of the table."""
    model = transformers.AutoModel.from_pretrained(folder).encoder.eval()
    n_frames = spectrogram.shape[-1] // 2
    model.config.max_source_positions = n_frames
    positions = model.embed_positions.weight[:n_frames]
    model.embed_positions = torch.nn.Embedding.from_pretrained(positions)
    with torch.no_grad():
        return model(spectrogram, output_hidden_states=True).hidden_states


@pytest.mark.parametrize("n_samples", [1, 320, 5000, 8000, 15900])
def test_real_whisper_frames_match_short_encoder(folders, n_samples):
    wav = torch.randn(1, n_samples)
    lobe = load(folders / "whisper", "real").eval()
    extract = transformers.AutoFeatureExtractor.from_pretrained(
        folders / "whisper"
    )
    n_frames = -(-n_samples // 320)
    mel = extract(wav[0].numpy(), sampling_rate=16000, return_tensors="pt")
    mel = mel["input_features"][..., : 2 * n_frames]
    expected = transformers_on(folders / "whisper", mel)
    with torch.no_grad():
        found = lobe(wav, torch.tensor([n_samples]))
    assert found.shape == (4, 1, n_frames, 32)
    for ours, theirs in zip(found[:3], expected[:3], strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_real_whisper_windows_restart_positions(folders):
    lobe = load(folders / "whisper", "real").eval()
    wav, n_samples = torch.randn(1, 40001), torch.tensor([40001])
    with torch.no_grad():
        found = lobe(wav, n_samples)
    assert lobe.n_frames(n_samples).tolist() == [126]
    # One spectrogram for all of it, cut into 50 + 50 + 26 frames.
    missing = torch.zeros(1, 126 * 320 + 160 - 40001)
    mel = lobe.spectrogram(torch.cat([wav, missing], dim=1))[..., :252]
    for start, end in ((0, 50), (50, 100), (100, 126)):
        window = mel[..., 2 * start : 2 * end]
        expected = transformers_on(folders / "whisper", window)
        for ours, theirs in zip(found[:3], expected[:3], strict=True):
            torch.testing.assert_close(
                ours[:, start:end], theirs, atol=1e-4, rtol=1e-4
            )


@pytest.mark.parametrize("window", ["real", "30s"])
def test_whisper_frames_are_equal_alone_and_in_batch(folders, window):
    lobe = load(folders / "whisper", window).eval()
    # Of very different loudness: the clipping level is per utterance.
    n_samples = torch.tensor([16000, 5000, 33000, 700])
    gains = torch.tensor([1.0, 1e-5, 0.1, 1e-3])
    wavs = torch.randn(4, 33000) * gains[:, None]
    for wav, n in zip(wavs, n_samples, strict=True):
        wav[n:] = 0.0
    with torch.no_grad():
        together = lobe(wavs, n_samples)
        for row, n in enumerate(n_samples.tolist()):
            alone = lobe(wavs[row : row + 1, :n], torch.tensor([n]))[:, 0]
            n_frames = -(-n // 320)
            torch.testing.assert_close(
                together[:, row, :n_frames],
                alone[:, :n_frames],
                atol=1e-4,
                rtol=1e-4,
            )


def test_whisper_clipping_level_is_per_utterance(folders):
    lobe = load(folders / "whisper", "real").eval()
    wav = torch.randn(1, 32000)
    wav[:, 16400:] *= 1e-6  # the second window, beyond a border
    with torch.no_grad():
        found = lobe(wav, torch.tensor([32000]))[0, 0, 60:]
        wav[:, 16400:] = 0.0
        silent = lobe(wav, torch.tensor([32000]))[0, 0, 60:]
    torch.testing.assert_close(
        found, silent
    )  # both are below the clipping level


@pytest.mark.parametrize("kind", ["wav2vec2_layer", "hubert_layer"])
def test_normalised_encoder_ignores_loudness_and_offset(folders, kind):
    lobe = load(folders / kind).eval()
    wav, n_samples = torch.randn(1, 8000), torch.tensor([8000])
    with torch.no_grad():
        torch.testing.assert_close(
            lobe(3 * wav + 1, n_samples),
            lobe(wav, n_samples),
            atol=1e-4,
            rtol=1e-4,
        )


def test_subsampling_after_layers_is_skipped(tmp_path):
    encoders.make(tmp_path, "wav2vec2_layer", add_adapter=True)
    lobe = load(tmp_path).eval()
    lobe.keep(3, 3)
    assert lobe(torch.randn(1, 8000), torch.tensor([8000])).shape[2] == 24
