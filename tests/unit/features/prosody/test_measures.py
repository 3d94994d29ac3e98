import dataclasses
import time

import pytest
import scipy.stats
import torch

from speechbrain_clser.features.prosody.measures import (
    COLUMNS,
    STATISTICS,
    MeasuresConfig,
    ProsodyMeasures,
    functionals,
)


def of(*values):
    """Statistics of values, with one masked value added."""
    values = torch.tensor([*values, float("nan")])
    mask = torch.arange(len(values)) < len(values) - 1
    return {k: v.item() for k, v in functionals(values, mask).items()}


def test_statistics_by_hand():
    found = of(1.0, 1.0, 1.0, 5.0)
    assert list(found) == list(STATISTICS)
    assert found["mean"] == 2
    assert found["std"] == pytest.approx(3**0.5)
    assert (found["max"], found["min"]) == (5, 1)
    assert found["skewness"] == pytest.approx(2 / 3**0.5)
    assert found["kurtosis"] == pytest.approx(21 / 9 - 3)


def test_shape_is_that_of_scipy():
    values = torch.randn(3, 50).double().exp()
    found = functionals(values, torch.ones(3, 50).bool())
    for name, oracle in (
        ("skewness", scipy.stats.skew),
        ("kurtosis", scipy.stats.kurtosis),
    ):
        expected = torch.from_numpy(oracle(values.numpy(), axis=1))
        torch.testing.assert_close(found[name], expected)


@pytest.mark.parametrize(
    "values, defined",
    [
        ((), set()),
        ((7.0,), {"mean", "max", "min"}),
        ((7.0, 8.0), {"mean", "max", "min", "std"}),
        ((7.0, 8.0, 9.0), set(STATISTICS) - {"kurtosis"}),
        ((7.0, 8.0, 9.0, 9.0), set(STATISTICS)),
        ((7.0, 7.0, 7.0, 7.0), {"mean", "max", "min", "std"}),
    ],
)
def test_undefined_statistics_are_nan(values, defined):
    found = of(*values)
    assert {name for name in found if found[name] == found[name]} == defined


RATE_HZ = 16000


def buzz(hz, duration_s, hz_per_s=0.0):
    """Twenty harmonics of changing pitch."""
    seconds = torch.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    phase = 2 * torch.pi * (hz + hz_per_s / 2 * seconds) * seconds
    return sum(0.1 * torch.sin(k * phase) / k for k in range(1, 21))


def pause(duration_s):
    return torch.zeros(round(duration_s * RATE_HZ))


def hiss(duration_s):
    """High-frequency noise without pitch."""
    white = torch.randn(round(duration_s * RATE_HZ) + 2)
    return 0.02 * (white[2:] - 2 * white[1:-1] + white[:-2])


def sentence():
    """Two syllables with a fricative in between, a pause, and one syllable."""
    return torch.cat(
        [
            *(pause(0.2), buzz(150.0, 0.4, 100.0), hiss(0.1)),
            *(
                0.5 * buzz(200.0, 0.6, -50.0),
                pause(0.3),
                buzz(120.0, 0.2, 40.0),
            ),
        ]
    )


@pytest.fixture(scope="module")
def extractor():
    return ProsodyMeasures()


def measure(extractor, wav):
    """Measures of one utterance by name."""
    (row,) = extractor(wav[None], torch.ones(1))[0].tolist()
    return dict(zip(COLUMNS, row, strict=True))


def undefined(measures):
    return {name for name, value in measures.items() if value != value}


def test_there_are_103_columns_of_different_names(extractor):
    assert len(set(COLUMNS)) == len(COLUMNS) == extractor.dim == 103
    starts = ("pitch", "voiced_level", "unvoiced_level")
    counts = [sum(c.startswith(f"{s}_") for c in COLUMNS) for s in starts]
    assert counts == [30, 24, 24]
    assert COLUMNS[78] == "voiced_rate"


def test_column_order_matches_disvoice():
    for number, name in {
        1: "pitch_mean",
        7: "pitch_tilt_mean",
        18: "pitch_error_kurtosis",
        19: "pitch_first_mean",
        30: "pitch_last_kurtosis",
        31: "voiced_level_mean",
        34: "voiced_level_kurtosis",
        43: "voiced_level_first_mean",
        54: "voiced_level_last_kurtosis",
        55: "unvoiced_level_mean",
        78: "unvoiced_level_last_kurtosis",
        80: "voiced_s_mean",
        92: "pause_s_mean",
        98: "pause_to_sound",
        103: "unvoiced_to_pause",
    }.items():
        assert COLUMNS[number - 1] == name


@pytest.mark.parametrize("hz_per_s", [-80.0, 0.0, 80.0])
def test_tilt_of_a_glide_is_its_slope(extractor, hz_per_s):
    measures = measure(extractor, buzz(200.0, 1.0, hz_per_s))
    assert measures["pitch_tilt_mean"] == pytest.approx(hz_per_s, abs=3)
    assert measures["pitch_error_mean"] < 1
    expected = 200 + hz_per_s / 2
    assert measures["pitch_mean"] == pytest.approx(expected, abs=1)
    width = abs(hz_per_s) / 12**0.5
    assert measures["pitch_std"] == pytest.approx(width, abs=1)
    highest = 200 + max(hz_per_s, 0)
    assert measures["pitch_max"] == pytest.approx(highest, abs=3)


def test_pure_tone_has_one_pitch_and_one_stretch(extractor):
    seconds = torch.arange(RATE_HZ) / RATE_HZ
    measures = measure(extractor, torch.sin(2 * torch.pi * 220 * seconds))
    for name in ("mean", "max", "min", "first_mean", "last_mean"):
        assert measures[f"pitch_{name}"] == pytest.approx(220, abs=1), name
    assert measures["voiced_rate"] == 1
    assert measures["voiced_s_mean"] == 1
    assert measures["voiced_to_sound"] == 1
    missing = undefined(measures)
    assert {"pause_s_mean", "unvoiced_s_mean", "voiced_s_std"} <= missing
    assert {"pitch_tilt_std", "voiced_to_pause"} <= missing
    assert all(n in missing for n in COLUMNS if n.startswith("unvoiced_level"))


def test_sentence_is_measured_by_hand(extractor):
    measures = measure(extractor, sentence())
    for name, expected, tolerance in (
        ("pitch_first_mean", 170.0, 3.0),
        ("pitch_last_mean", 124.0, 1.0),
        ("pitch_tilt_mean", (100 - 50 + 40) / 3, 8.0),
        ("voiced_s_mean", 0.4, 0.03),
        ("voiced_s_max", 0.6, 0.04),
        ("voiced_s_min", 0.2, 0.04),
        ("unvoiced_s_mean", 0.1, 0.04),
        ("pause_s_mean", 0.25, 0.03),
        ("pause_s_max", 0.3, 0.04),
        ("voiced_rate", 3 / 1.8, 0.01),
        ("pause_to_sound", 0.5 / 1.3, 0.06),
        ("voiced_to_sound", 1.2 / 1.3, 0.04),
        ("unvoiced_to_pause", 0.1 / 0.5, 0.09),
    ):
        found = measures[name]
        assert found == pytest.approx(expected, abs=tolerance), name
    louder = measures["voiced_level_first_max"] - measures["voiced_level_mean"]
    assert louder > 2


def test_ratios_agree_with_each_other(extractor):
    measures = measure(extractor, sentence())
    of_sound = measures["voiced_to_sound"] + measures["unvoiced_to_sound"]
    assert of_sound == pytest.approx(1)
    of_pause = measures["voiced_to_pause"] + measures["unvoiced_to_pause"]
    assert of_pause == pytest.approx(1 / measures["pause_to_sound"])


def test_silence_is_one_pause_and_else_undefined(extractor):
    measures = measure(extractor, torch.zeros(RATE_HZ))
    defined = set(COLUMNS) - undefined(measures)
    lengths = {f"pause_s_{s}" for s in ("mean", "max", "min")}
    kinds = {"unvoiced_to_pause", "voiced_to_pause"}
    assert defined == {"voiced_rate", *lengths, *kinds}
    assert measures["pause_s_mean"] == 1
    assert measures["voiced_rate"] == measures["voiced_to_pause"] == 0


def test_noise_has_a_level_but_no_pitch(extractor):
    measures = measure(extractor, hiss(0.12))
    missing = undefined(measures)
    assert all(n in missing for n in COLUMNS if n.startswith("pitch_"))
    assert all(n in missing for n in COLUMNS if n.startswith("voiced_level"))
    assert measures["unvoiced_level_mean"] == pytest.approx(0, abs=6)
    assert measures["unvoiced_to_sound"] == 1


def test_a_fifth_of_a_second_of_voice_is_one_stretch(extractor):
    measures = measure(extractor, buzz(180.0, 0.2))
    assert measures["pitch_mean"] == pytest.approx(180, abs=3)
    assert measures["voiced_s_mean"] == pytest.approx(0.2, abs=0.021)
    assert {"voiced_s_std", "pause_s_mean"} <= undefined(measures)


@pytest.mark.parametrize("n_samples", [1, 319, 3200])
@pytest.mark.parametrize("loudness", [0.0, 1.0])
def test_very_short_recordings_give_finite_or_nan(
    extractor, n_samples, loudness
):
    measures = extractor(loudness * torch.randn(1, n_samples), torch.ones(1))
    assert measures.shape == (1, 1, 103)
    assert not measures.isinf().any()


def test_loud_padding_has_no_effect(extractor):
    wav = sentence()
    for width in (len(wav) + 1, 40000):
        batch = 0.9 * torch.randn(2, width)
        batch[0, : len(wav)] = wav
        lens = torch.tensor([len(wav) / width, 1.0])
        torch.testing.assert_close(
            extractor(batch, lens)[:1],
            extractor(wav[None], torch.ones(1)),
            atol=2e-3,
            rtol=2e-3,
            equal_nan=True,
        )


def test_order_of_the_batch_permutes_the_measures(extractor):
    batch = torch.stack([sentence(), sentence().flip(0), hiss(1.8)])
    lens = torch.tensor([1.0, 0.7, 0.4])
    order = [2, 0, 1]
    torch.testing.assert_close(
        extractor(batch[order], lens[order]),
        extractor(batch, lens)[order],
        equal_nan=True,
    )


def test_gain_does_not_matter(extractor):
    wav = sentence()[None]
    torch.testing.assert_close(
        extractor(0.1 * wav, torch.ones(1)),
        extractor(wav, torch.ones(1)),
        atol=1e-2,
        rtol=1e-2,
        equal_nan=True,
    )


def test_one_frame_per_utterance(extractor):
    assert extractor.n_frames(torch.tensor([1, 99999])).tolist() == [1, 1]
    assert extractor.n_frames(5) == 1


def test_key_changes_with_every_field_of_the_config():
    other, default = MeasuresConfig(70.0, 500.0, 0.2), MeasuresConfig()
    keys = {ProsodyMeasures(default).key}
    for field in dataclasses.fields(MeasuresConfig):
        value = getattr(other, field.name)
        changed = dataclasses.replace(default, **{field.name: value})
        keys.add(ProsodyMeasures(changed).key)
    assert len(keys) == 1 + len(dataclasses.fields(MeasuresConfig))


def test_pause_threshold_follows_config():
    patient = ProsodyMeasures(MeasuresConfig(pause_s=0.5))
    assert "pause_s_mean" in undefined(measure(patient, sentence()))


def test_values_of_version_1(extractor):
    """Increment the version and update these if values change on purpose."""
    assert (extractor.version, extractor.contours.version) == (1, 1)
    measures = measure(
        extractor,
        torch.cat(
            [buzz(150.0, 0.3, 90.0), pause(0.2), 0.3 * buzz(210.0, 0.5, -60.0)]
        ),
    )
    for name, expected in {
        "pitch_mean": 183.189,
        "pitch_kurtosis": -1.149,
        "pitch_tilt_max": 89.711,
        "pitch_error_mean": 0.001,
        "voiced_level_mean": -6.578,
        "voiced_level_last_std": 0.102,
        "voiced_s_mean": 0.400,
        "pause_to_sound": 0.250,
    }.items():
        assert measures[name] == pytest.approx(expected, abs=0.01), name


@pytest.mark.slow
def test_a_hundred_times_faster_than_speech(extractor):
    wav = torch.cat([sentence()] * 6)[None]
    extractor(wav, torch.ones(1))
    started = time.process_time()
    for _ in range(3):
        extractor(wav, torch.ones(1))
    seconds = 3 * wav.shape[1] / RATE_HZ
    assert time.process_time() - started < 0.01 * seconds
