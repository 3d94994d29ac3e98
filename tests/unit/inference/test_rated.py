import pytest
import torch

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.rated import (
    RatedClassifier,
    RatedTimeline,
    Ratings,
)


def test_ratings_unpack_like_the_stock_result():
    values, score, index, labels = Ratings({"arousal": 0.2, "valence": 0.6})
    assert values.shape == (1, 2) and score.item() == pytest.approx(0.6)
    assert (index.item(), labels) == (1, ["valence"])


@pytest.mark.parametrize("option", ["min_confidence", "temperature"])
def test_options_of_probabilities_are_refused(option):
    with pytest.raises(ValueError, match=f"{option}: expected a model that"):
        RatedClassifier(**{option: 0.5})


def test_live_audio_adaptation_and_rttm_are_refused():
    classifier = RatedClassifier.__new__(RatedClassifier)
    torch.nn.Module.__init__(classifier)
    timeline = RatedTimeline("a.wav", ["arousal"], [])
    for call in (classifier.stream, classifier.adapt, timeline.rttm):
        with pytest.raises(ValueError, match="that predicts classes"):
            call(1)


def test_timeline_averages_windows_with_speech_in_each_interval():
    windows = [
        (0.0, 2.0, [0.5], 1.0, True),
        (1.0, 3.0, [0.9], 0.0, False),
        (2.0, 4.0, [0.75], 1.0, True),
        (8.0, 9.0, [0.1], 0.0, False),
    ]
    found = RatedTimeline("a.wav", ["arousal"], windows, notes=("quiet",))
    assert [
        (part.start_s, part.end_s, part.prediction.values["arousal"])
        for part in found.segments
    ] == [
        *((0, 1, 0.5), (1, 2, 0.5), (2, 3, 0.75), (3, 4, 0.75)),
        (8, 9, pytest.approx(0.1)),
    ]
    first, *_, last = [part.prediction.notes for part in found.segments]
    assert (first, last) == (("quiet",), ("quiet", "no_speech"))


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(BadAudioError, match="expected finite values"):
        RatedClassifier._refuse(None, [0.5, float("nan")], "a.wav")
