import numpy as np
import pytest
import torch
from helpers import sounds

from speechbrain_clser.data import recording
from speechbrain_clser.data.audio import check, load
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.timeline import Timeline, windows

CLASSES = ("anger", "neutral")


def segments(windows, threshold=0.0):
    """Return times and emotions of segments."""
    timeline = Timeline("a.wav", CLASSES, windows, threshold)
    return [
        (s.start_s, s.end_s, s.prediction.emotion) for s in timeline.segments
    ]


def test_overlapping_windows_are_averaged():
    windows = [(0, 2, [0.9, 0.1]), (1, 3, [0.2, 0.8]), (2, 4, [0.1, 0.9])]
    timeline = Timeline("a.wav", CLASSES, windows)
    first, second = timeline.segments
    assert (first.start_s, first.end_s, second.end_s) == (0, 2, 4)
    # 0.9 over one second, then the mean of 0.9 and 0.2 over another
    assert first.prediction.probabilities["anger"] == pytest.approx(0.725)
    # the mean of 0.8 and 0.9, then 0.9
    assert second.prediction.probabilities["neutral"] == pytest.approx(0.875)


def test_consecutive_equal_emotions_are_merged():
    windows = [(0, 1, [0.9, 0.1]), (1, 2, [0.7, 0.3]), (2, 3, [0.8, 0.2])]
    [segment] = Timeline("a.wav", CLASSES, windows).segments
    assert (segment.start_s, segment.end_s) == (0, 3)
    assert segment.prediction.probability == pytest.approx(0.8)


def test_silence_separates_segments():
    assert segments([(0, 1, [0.9, 0.1]), (2, 3, [0.9, 0.1])]) == [
        *((0.0, 1.0, "anger"), (2.0, 3.0, "anger"))
    ]
    assert segments([]) == []


def test_low_confidence_is_unknown():
    windows = [(0, 1, [0.9, 0.1]), (1, 2, [0.6, 0.4]), (2, 3, [0.4, 0.6])]
    assert segments(windows, 0.7) == [
        *((0.0, 1.0, "anger"), (1.0, 3.0, "unknown"))
    ]


def test_table_and_rttm_hold_the_segments():
    windows = [
        (0, 1.5, [0.75, 0.25], 0.4),
        (1.5, 3.0, [0.1, 0.9], 0.02, False),
    ]
    timeline = Timeline("of/my call.wav", CLASSES, windows)
    assert timeline.csv() == (
        "start_s,end_s,emotion,probability,p_anger,p_neutral,speech\n"
        "0.000,1.500,anger,0.7500,0.7500,0.2500,0.4000\n"
        "1.500,3.000,no speech,0.9000,0.1000,0.9000,0.0200\n"
    )
    assert timeline.rttm() == (
        "SPEAKER my_call 1 0.000 1.500 <NA> <NA> anger 0.750 <NA>\n"
        "SPEAKER my_call 1 1.500 1.500 <NA> <NA> no_speech 0.900 <NA>\n"
    )


def test_windows_without_speech_do_not_count_where_others_have_speech():
    timeline = Timeline(
        "a.wav",
        CLASSES,
        [
            (0, 2, [0.9, 0.1], 0.5, True),
            (1, 3, [0.2, 0.8], 0.0, False),
            (2, 4, [0.1, 0.9], 0.0, False),
        ],
    )
    first, second = timeline.segments
    assert (first.start_s, first.end_s, second.end_s) == (0, 2, 4)
    assert first.prediction.emotion == "anger"
    assert first.prediction.probability == pytest.approx(0.9)
    # A share of 0.5 in the first second and 0.25 in the second
    assert first.prediction.speech == pytest.approx(0.375)
    # 0.2 and 0.1 have the mean 0.15, then 0.1 alone
    assert second.prediction.emotion == "no speech"
    assert second.prediction.probabilities["anger"] == pytest.approx(0.125)


def test_windows_cover_all_and_overlap(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 36000))
    found = list(windows(path, 1.0, 0.5, 16000))
    assert [(s, e) for s, e, _ in found] == [
        *((0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (1.5, 2.25))
    ]
    whole = load(path)
    for start_s, end_s, wav in found:
        cut = whole[round(start_s * 16000) : round(end_s * 16000)]
        assert wav.equal(cut)


def test_short_recording_is_one_window(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 8000))
    [(start_s, end_s, wav)] = windows(path, 4.0, 2.0, 16000)
    assert (start_s, end_s, len(wav)) == (0.0, 0.5, 8000)


def test_window_equals_a_separate_file(tmp_path):
    samples = sounds.noise(0, 88200, 2).astype(np.float32)
    path = sounds.write(tmp_path / "a.wav", samples, 44100, subtype="FLOAT")
    _, second = (wav for *_, wav in windows(path, 1.0, 1.0, 16000))
    cut = sounds.write(
        tmp_path / "b.wav", samples[44100:], 44100, subtype="FLOAT"
    )
    torch.testing.assert_close(second, load(cut))


def test_silence_has_no_window(tmp_path):
    samples = sounds.noise(0, 48000)
    samples[16000:32000] = 0
    path = sounds.write(tmp_path / "a.wav", samples)
    found = [(s, e) for s, e, _ in windows(path, 1.0, 1.0, 16000)]
    assert found == [(0.0, 1.0), (2.0, 3.0)]


def test_too_short_rest_has_no_window(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 16001))
    found = [(s, e) for s, e, _ in windows(path, 0.5, 0.5, 16000)]
    assert found == [(0.0, 0.5), (0.5, 1.0)]


def test_flac_of_unknown_length_has_the_windows_of_a_whole_one(tmp_path):
    samples = sounds.noise(0, 40000)
    known = sounds.write(tmp_path / "a.flac", samples)
    unknown = sounds.pipe_flac(tmp_path / "b.flac", samples)
    for one, two in zip(
        windows(known, 1.0, 0.5, 16000),
        windows(unknown, 1.0, 0.5, 16000),
        strict=True,
    ):
        assert one[:2] == two[:2] and one[2].equal(two[2])


@pytest.mark.parametrize(
    "window_s, hop_s",
    [(1.0, 0.0), (1.0, 1.5), (1.0, 1e-5), (0.09, 0.05), (121.0, 1.0)],
)
def test_invalid_window_lengths_are_refused(window_s, hop_s, tmp_path):
    match = r"expected 0\.025 <= hop_s <= window_s and 0\.1 <= window_s <= 120"
    with pytest.raises(ValueError, match=match):
        next(windows(tmp_path / "a.wav", window_s, hop_s, 16000))


def bad_files(folder):
    """Write unusable files; return their reasons from ``check``."""
    (folder / "text.wav").write_text("hello")
    (folder / "0.wav").touch()
    cut = sounds.write(folder / "cut.wav", sounds.noise(0, 40000))
    cut.write_bytes(cut.read_bytes()[:-1000])
    options = {"subtype": "FLOAT"}
    loud = np.full(40000, 1e30)
    nan = np.append(np.ones(39999), np.nan)
    return {
        folder / "none.wav": "missing",
        folder / "text.wav": "suffix",
        folder / "0.wav": "empty",
        cut: "truncated",
        sounds.write(folder / "3.wav", np.ones(3)): "empty",
        sounds.write(folder / "rate.wav", np.ones(200), 7): "rate",
        sounds.write(folder / "silent.wav", np.zeros(40000)): "silent",
        sounds.write(folder / "nan.wav", nan, **options): "nan",
        sounds.write(folder / "loud.wav", loud, **options): "loud",
    }


def test_file_is_refused_like_a_whole_recording(tmp_path):
    for path, reason in bad_files(tmp_path).items():
        with pytest.raises(BadAudioError, match="expected") as whole:
            check(path)
        with pytest.raises(BadAudioError, match="expected") as caught:
            list(windows(path, 1.0, 0.5, 16000))
        assert caught.value.reason == whole.value.reason == reason


def test_window_of_too_many_samples_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "MOST_VALUES", 15999)
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 40000))
    with pytest.raises(BadAudioError, match="at most 15,999 samples"):
        next(windows(path, 1.0, 0.5, 16000))
    next(windows(path, 0.9, 0.5, 16000))


def test_notes_and_cancelled_channels_are_known_at_the_end(tmp_path):
    left, right = sounds.noise(0, 40000), sounds.noise(1, 40000)
    both = np.hstack([left, right])
    path, notes = sounds.write(tmp_path / "a.wav", both), []
    assert len(list(windows(path, 1.0, 0.5, 16000, notes))) == 4
    assert notes == ["channels", "steady"]
    path = sounds.write(tmp_path / "b.wav", np.hstack([left, -left]))
    with pytest.raises(BadAudioError, match="that cancel each other"):
        list(windows(path, 1.0, 0.5, 16000))
