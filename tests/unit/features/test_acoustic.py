import dataclasses
import time

import pytest
import torch

from speechbrain_clser.features.acoustic import AcousticConfig, AcousticFeatures

RATE_HZ = 16000


def voice(hz, duration_s=0.8, tilt=1.0):
    """Twenty harmonics with a spectral tilt, and a pause."""
    seconds = torch.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    wave = sum(
        torch.sin(2 * torch.pi * k * hz * seconds) / k**tilt
        for k in range(1, 21)
        if k * hz < RATE_HZ / 2
    )
    swell = torch.sin(torch.pi * seconds / duration_s)
    breath = 0.001 * torch.randn(len(seconds))
    return 0.1 * wave * swell + breath


def alone(extractor, wav):
    return extractor(wav[None], torch.ones(1))[0]


def column(extractor, frames, name):
    return frames[..., extractor.columns.index(name)]


@pytest.fixture(scope="module")
def extractor():
    return AcousticFeatures()


@pytest.mark.parametrize("n_samples", [800, 5000, 12345, 16000])
def test_loud_padding_has_no_effect(extractor, n_samples):
    wav = voice(180.0, 1.0)[:n_samples]
    batch = 0.9 * torch.randn(2, 20000)
    batch[0, :n_samples] = wav
    expected = alone(extractor, wav)
    frames = extractor(batch, torch.tensor([n_samples / 20000, 1.0]))[0]
    found = frames[: len(expected)]
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert not frames[len(expected) :].any()


@pytest.mark.parametrize("hz", [70.0, 130.0, 220.0, 400.0])
def test_pitch_of_a_buzz_is_found_at_every_height(extractor, hz):
    frames = alone(extractor, voice(hz))
    is_voiced = column(extractor, frames, "is_voiced") > 0
    assert is_voiced.float().mean() > 0.8
    pitch = column(extractor, frames, "pitch")[is_voiced].median().item()
    expected = 12 * torch.log2(torch.tensor(hz / 55)).item()
    assert pitch == pytest.approx(expected, abs=0.1)


def test_noise_is_not_voiced_and_poor_in_harmonics(extractor):
    noise = alone(extractor, 0.1 * torch.randn(RATE_HZ))
    buzz = alone(extractor, voice(150.0))
    assert column(extractor, noise, "is_voiced").mean() < 0.2
    for name in ("hnr_mean", "cpp_mean"):
        clear = column(extractor, buzz, name)[0]
        assert clear > column(extractor, noise, name)[0] + 1


def test_dull_voice_falls_steeper_than_a_bright_one(extractor):
    bright = alone(extractor, voice(150.0, tilt=0.5))
    dull = alone(extractor, voice(150.0, tilt=2.0))
    for name, sign in (
        ("alpha_mean", 1),
        ("hammarberg_mean", 1),
        ("h1_h2_mean", 1),
        ("slope_500_1500", -1),
        ("centroid", -1),
    ):
        change = column(extractor, dull - bright, name).median()
        assert sign * change > 0.5, name


def test_gain_does_not_matter(extractor):
    wav = voice(200.0)
    torch.testing.assert_close(
        alone(extractor, 0.5 * wav), alone(extractor, wav), atol=1e-3, rtol=1e-3
    )


@pytest.mark.parametrize("n_samples", [1, 800, RATE_HZ])
@pytest.mark.parametrize("loudness", [0.0, 1.0])
def test_silence_and_short_recordings_give_finite_values(
    extractor, n_samples, loudness
):
    frames = alone(extractor, loudness * torch.randn(n_samples))
    assert frames.isfinite().all()


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(1, 1), (320, 1), (321, 2), (16000, 50)]
)
def test_fifty_frames_a_second(extractor, n_samples, n_frames):
    frames = alone(extractor, torch.randn(n_samples))
    assert frames.shape == (n_frames, extractor.dim)
    assert extractor.n_frames(n_samples).item() == n_frames
    assert extractor.frames_per_s == 50


def test_every_column_has_its_own_name(extractor):
    assert len(set(extractor.columns)) == len(extractor.columns)
    assert extractor.dim == len(extractor.columns) == 110


def test_summary_columns_are_the_same_in_all_frames(extractor):
    frames = alone(extractor, voice(200.0))
    first = extractor.columns.index("pitch_mean")
    assert frames[:, first:].equal(frames[:1, first:].expand(len(frames), -1))
    without = AcousticFeatures(AcousticConfig(with_summary=False))
    assert without.columns == extractor.columns[:first]
    assert alone(without, voice(200.0)).shape[1] == first


def test_values_of_version_2(extractor):
    """Increment the version and update these if values change on purpose."""
    assert extractor.version == 2
    seconds = torch.arange(RATE_HZ) / RATE_HZ
    phase = 2 * torch.pi * (150 * seconds + 20 * seconds.square())
    wav = sum(0.1 * torch.sin(k * phase) / k for k in range(1, 21))
    rustle = torch.sin((1e9 * seconds.double().square()).fmod(2 * torch.pi))
    wav = wav + 0.01 * rustle.float()
    frame = alone(extractor, wav)[25]
    for name, expected in {
        "mel_5": 17.271,
        "pitch": 19.578,
        "level": -0.018,
        "hnr": 21.223,
        "h1_h2": 6.435,
        "cpp": 2.971,
        "alpha": 10.250,
        "slope_0_500": -11.803,
        "pitch_mean": 19.496,
        "flux_std": 0.163,
        "cepstrum_1_std": 4.096,
        "pitch_motion": 0.082,
        "voiced_share": 1.000,
    }.items():
        found = column(extractor, frame, name).item()
        assert found == pytest.approx(expected, abs=0.02), name


def test_key_changes_with_every_field_of_the_config():
    other = AcousticConfig(30, 70.0, 500.0, False)
    default = AcousticConfig()
    keys = {AcousticFeatures(default).key}
    for field in dataclasses.fields(AcousticConfig):
        value = getattr(other, field.name)
        changed = dataclasses.replace(default, **{field.name: value})
        keys.add(AcousticFeatures(changed).key)
    assert len(keys) == 1 + len(dataclasses.fields(AcousticConfig))


def test_extraction_is_deterministic(extractor):
    wav = voice(200.0)
    assert alone(extractor, wav).equal(alone(extractor, wav))


def test_autocast_does_not_change_values(extractor):
    wav = voice(200.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        frames = alone(extractor, wav)
    assert frames.equal(alone(extractor, wav))


@pytest.mark.slow
def test_a_hundred_times_faster_than_speech(extractor):
    wav = voice(200.0, 10.0)
    alone(extractor, wav)
    started = time.process_time()
    for _ in range(3):
        alone(extractor, wav)
    assert time.process_time() - started < 3 * 10 * 0.03
