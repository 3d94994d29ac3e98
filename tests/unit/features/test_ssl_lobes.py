import copy

import pytest
import torch
import transformers
from helpers import encoders

from speechbrain_clser.features.ssl_lobes import load

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
    listen = transformers.AutoFeatureExtractor.from_pretrained(folder)
    inputs = listen(wav.numpy(), sampling_rate=16000, return_tensors="pt")
    model = getattr(model, "decoder", None) and model.encoder or model
    with torch.no_grad():
        return model(**inputs, output_hidden_states=True).hidden_states


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_layers_are_those_that_transformers_computes(folders, kind):
    wav = 0.1 * torch.randn(15200) + 0.02
    expected = published(folders / kind, wav)
    lobe = load(folders / kind).eval()
    with torch.no_grad():
        found = lobe(wav[None], torch.tensor([len(wav)]))
    n_frames = lobe.n_frames(torch.tensor([len(wav)])).item()
    # Of the last layer, what follows is left out.
    for ours, theirs in zip(found[:3], expected[:3], strict=True):
        torch.testing.assert_close(
            ours[:, :n_frames], theirs[:, :n_frames], atol=1e-4, rtol=1e-4
        )


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_layers_above_are_dropped_and_change_nothing(folders, kind):
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
def test_nothing_is_random_but_dropout(folders, kind):
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
def test_full_training_reaches_all_but_the_convolutions(folders, kind):
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
def test_shortest_sound_that_has_a_frame_is_known(folders, kind):
    lobe = load(folders / kind)
    assert (lobe.shortest_samples, lobe.stride_samples) == (400, 320)
    counted = lobe.n_frames(torch.tensor([0, 400, 719, 720, 16000]))
    assert counted.tolist() == [1, 1, 1, 2, 49]


def test_pairs_of_filterbank_frames_are_counted(folders):
    lobe = load(folders / "w2v_bert")
    counted = lobe.n_frames(torch.tensor([0, 560, 879, 880, 16000]))
    assert counted.tolist() == [1, 1, 1, 2, 49]


def test_frames_of_whisper_are_one_per_begun_20_ms(folders):
    lobe = load(folders / "whisper")
    counted = lobe.n_frames(torch.tensor([0, 320, 321, 16000, 16001]))
    assert counted.tolist() == [1, 1, 2, 50, 51]


def test_windows_of_whisper_are_joined_in_their_order(folders):
    lobe = load(folders / "whisper").eval()
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


def test_loudest_of_the_batch_does_not_deafen_whisper_to_the_others(folders):
    lobe = load(folders / "whisper").eval()
    wavs = torch.randn(2, 16000) * torch.tensor([[1.0], [1e-5]])
    n_samples = torch.tensor([16000, 16000])
    with torch.no_grad():
        together = lobe(wavs, n_samples)[:, 1:]
        alone = lobe(wavs[1:], n_samples[1:])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ["wav2vec2_layer", "hubert_layer"])
def test_loudness_and_offset_do_not_matter_where_normalised(folders, kind):
    lobe = load(folders / kind).eval()
    wav, n_samples = torch.randn(1, 8000), torch.tensor([8000])
    with torch.no_grad():
        torch.testing.assert_close(
            lobe(3 * wav + 1, n_samples),
            lobe(wav, n_samples),
            atol=1e-4,
            rtol=1e-4,
        )


def test_published_half_precision_is_computed_in_full(tmp_path, folders):
    model = transformers.AutoModel.from_pretrained(folders / "whisper")
    encoders.make(tmp_path, "whisper")
    model.half().save_pretrained(tmp_path)
    assert {p.dtype for p in load(tmp_path).parameters()} == {torch.float32}


def test_subsampling_behind_the_layers_is_left_out(tmp_path):
    encoders.make(tmp_path, "wav2vec2_layer", add_adapter=True)
    lobe = load(tmp_path).eval()
    lobe.keep(3, 3)
    assert lobe(torch.randn(1, 8000), torch.tensor([8000])).shape[2] == 24


def test_kind_without_a_lobe_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ValueError, match="wav2vec2, hubert, .* 'bert'"):
        load(tmp_path)
