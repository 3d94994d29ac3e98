import pytest
import torch

from speechbrain_clser.features.mfcc import LogMel, Mfcc, MfccConfig

ONE = torch.ones(1)


def test_mfcc_are_independent_of_gain():
    wav = torch.randn(1, 8000) * 0.01
    torch.testing.assert_close(Mfcc()(wav, ONE), Mfcc()(50 * wav, ONE))


def test_window_is_centred_on_frame():
    wav = torch.zeros(1, 3200)
    wav[0, 5 * 320 + 160] = 1.0  # a click
    loud = Mfcc()(wav, ONE)[0, :, 0]
    assert loud.argmax() == 5
    assert loud[[3, 4, 6, 7]].max() < loud[5]


def test_longer_window_includes_distant_click():
    wav = torch.zeros(1, 3200)
    wav[0, 5 * 320 + 160] = 1.0
    training_rows = Mfcc(MfccConfig(window_ms=60))(wav, ONE)[0, :, 0]
    inside = training_rows[2:9]  # no edge of the sound in sight
    near = (inside > inside.min() + 1).nonzero().flatten() + 2
    assert near.tolist() == [4, 5, 6]


def test_mfcc_are_the_cosine_transform_of_log_mel():
    wav = torch.randn(1, 8000)
    mel = LogMel()(wav, ONE)
    k, n = torch.arange(40)[:, None], torch.arange(64)
    cosines = (torch.pi / 64 * (n + 0.5) * k).cos() * (2 / 64) ** 0.5
    cosines[0] /= 2**0.5
    torch.testing.assert_close(
        mel @ cosines.T, Mfcc()(wav, ONE), atol=1e-3, rtol=0
    )


def test_fewer_cepstra_are_a_prefix():
    wav = torch.randn(1, 8000)
    few = Mfcc(MfccConfig(n_cepstra=13))(wav, ONE)
    torch.testing.assert_close(few, Mfcc()(wav, ONE)[..., :13])


def test_values_of_version_are_unchanged():
    wav = torch.sin(torch.arange(1600) * 2 * torch.pi * 440 / 16000)[None]
    frame = Mfcc()(wav, ONE)[0, 2]
    expected = torch.tensor([-58.5261, 27.8216, 5.5120, -0.2441])
    torch.testing.assert_close(frame[:4], expected, atol=1e-3, rtol=1e-4)


def test_window_longer_than_transform_raises():
    with pytest.raises(ValueError, match="between 1 and 64, got 80"):
        MfccConfig(window_ms=80)
