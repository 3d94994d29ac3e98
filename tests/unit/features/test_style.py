import torch
from helpers import encoders

from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.ecapa import Ecapa
from speechbrain_clser.features.style import Style, style_extractor


def test_style_matches_acoustic_summary_columns():
    wavs, lens = torch.rand(3, 16000) - 0.5, torch.tensor([1.0, 0.4, 0.7])
    acoustic, style = AcousticFeatures(), Style()
    frames = acoustic(wavs, lens)
    output = style(wavs, lens)
    for name in ("pitch_q50", "level_active_std", "hnr_mean", "voiced_rate"):
        column = acoustic.columns.index(name)
        assert output[:, 0, style.columns.index(name)].equal(
            frames[:, 0, column]
        )


def test_style_is_one_frame_independent_of_padding():
    style, wavs = Style(), torch.rand(1, 16000) - 0.5
    assert style.n_frames(torch.tensor([160, 16000])).tolist() == [1, 1]
    padded = torch.nn.functional.pad(wavs, (0, 8000))
    torch.testing.assert_close(
        style(wavs, torch.ones(1)),
        style(padded, torch.tensor([2 / 3])),
        atol=1e-3,
        rtol=1e-4,
    )


def test_key_differs_from_acoustic_key():
    assert Style().key != AcousticFeatures().key


def test_style_extractor_is_built_in_or_ecapa(tmp_path):
    assert isinstance(style_extractor("style"), Style)
    source = encoders.make_ecapa(tmp_path)
    assert style_extractor(source).key == Ecapa(source).key
