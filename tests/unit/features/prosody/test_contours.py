import dataclasses

import pytest
import torch

from speechbrain_clser.features.prosody.contours import (
    ContoursConfig,
    ProsodyContours,
)

RATE_HZ = 16000


def buzz(hz, duration_s=1.0):
    """Twenty harmonics."""
    seconds = torch.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    return sum(
        0.1 * torch.sin(2 * torch.pi * k * hz * seconds) / k
        for k in range(1, 21)
    )


@pytest.fixture(scope="module")
def extractor():
    return ProsodyContours()


def alone(extractor, wav):
    return extractor(wav[None], torch.ones(1))[0]


def column(frames, name):
    return frames[..., ProsodyContours.columns.index(name)]


def test_pitch_is_in_semitones_and_undefined_without_voice(extractor):
    wav = torch.cat([buzz(110.0), torch.zeros(RATE_HZ // 2)])
    frames = alone(extractor, wav)
    pitch, is_voiced = column(frames, "pitch"), column(frames, "is_voiced")
    assert pitch[5:45].tolist() == pytest.approx([12.0] * 40, abs=0.05)
    assert is_voiced[:49].all()
    assert pitch[51:].isnan().all()
    assert not is_voiced[51:].any()


def test_voicing_ends_with_the_sound(extractor):
    quiet = 1e-4 * torch.randn(RATE_HZ // 2)
    for n in (25, 26, 27):
        wav = torch.cat([buzz(150.0)[: n * 320], quiet])
        is_voiced = column(alone(extractor, wav), "is_voiced")
        assert is_voiced.sum() == pytest.approx(n, abs=1)


def test_level_falls_by_six_db_where_the_sound_is_halved(extractor):
    wav = buzz(200.0)
    wav[RATE_HZ // 2 :] *= 0.5
    frames = alone(extractor, wav)
    level, loudness = column(frames, "level"), column(frames, "loudness")
    assert (level[10] - level[40]).item() == pytest.approx(6.02, abs=0.05)
    ratio = (loudness[40] / loudness[10]).item()
    assert ratio == pytest.approx(0.25**0.3, abs=0.01)


@pytest.mark.parametrize("n_samples", [800, 5000, 12345])
def test_loud_padding_has_no_effect(extractor, n_samples):
    wav = buzz(180.0)[:n_samples]
    batch = 0.9 * torch.randn(2, 20000)
    batch[0, :n_samples] = wav
    expected = alone(extractor, wav)
    frames = extractor(batch, torch.tensor([n_samples / 20000, 1.0]))[0]
    found = frames[: len(expected)]
    torch.testing.assert_close(
        found, expected, atol=1e-4, rtol=1e-4, equal_nan=True
    )
    assert not frames[len(expected) :].any()


def test_gain_does_not_matter(extractor):
    wav = torch.cat([buzz(200.0), torch.randn(4000)])
    torch.testing.assert_close(
        alone(extractor, 0.1 * wav),
        alone(extractor, wav),
        atol=1e-3,
        rtol=1e-3,
        equal_nan=True,
    )


def test_silence_has_neither_pitch_nor_level(extractor):
    frames = alone(extractor, torch.zeros(RATE_HZ))
    assert not column(frames, "is_voiced").any()
    for name in ("pitch", "level", "loudness"):
        assert column(frames, name).isnan().all(), name


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(1, 1), (320, 1), (321, 2), (16000, 50)]
)
def test_fifty_frames_a_second(extractor, n_samples, n_frames):
    frames = alone(extractor, torch.randn(n_samples))
    assert frames.shape == (n_frames, extractor.dim)
    assert extractor.n_frames(torch.tensor([n_samples])).tolist() == [n_frames]
    assert extractor.n_frames(n_samples) == n_frames


def test_values_of_version_1(extractor):
    """Increment the version and update these if values change on purpose."""
    assert extractor.version == 1
    seconds = torch.arange(RATE_HZ) / RATE_HZ
    phase = 2 * torch.pi * (150 * seconds + 20 * seconds.square())
    swell = torch.sin(torch.pi * seconds)
    wav = swell * sum(torch.sin(k * phase) / k for k in range(1, 21))
    found = alone(extractor, wav)[12].tolist()
    expected = [18.488, 0.999, 1.0, -2.973, 0.800]
    assert found == pytest.approx(expected, abs=2e-3)


def test_key_changes_with_every_field_of_the_config():
    other, default = ContoursConfig(70.0, 500.0), ContoursConfig()
    keys = {ProsodyContours(default).key}
    for field in dataclasses.fields(ContoursConfig):
        value = getattr(other, field.name)
        changed = dataclasses.replace(default, **{field.name: value})
        keys.add(ProsodyContours(changed).key)
    assert len(keys) == 1 + len(dataclasses.fields(ContoursConfig))


def test_autocast_does_not_change_values(extractor):
    wav = buzz(200.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        frames = alone(extractor, wav)
    assert frames.equal(alone(extractor, wav))
