import pytest

from speechbrain_clser.inference.timeline import Timeline

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
    timeline = Timeline("of/my call.wav", CLASSES, [(0, 1.5, [0.75, 0.25])])
    assert timeline.csv() == (
        "start_s,end_s,emotion,probability,p_anger,p_neutral\n"
        "0.000,1.500,anger,0.7500,0.7500,0.2500\n"
    )
    assert timeline.rttm() == (
        "SPEAKER my_call 1 0.000 1.500 <NA> <NA> anger 0.750 <NA>\n"
    )
