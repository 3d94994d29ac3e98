import pytest
import torch

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.prediction import (
    UNKNOWN,
    Prediction,
    refuse_no_probabilities,
)

PROBABILITIES = {"anger": 0.25, "neutral": 0.625, "sadness": 0.125}


def test_most_probable_class_is_the_emotion():
    prediction = Prediction(PROBABILITIES)
    assert (prediction.emotion, prediction.probability) == ("neutral", 0.625)


@pytest.mark.parametrize(
    "threshold, emotion", [(0.625, "neutral"), (0.626, UNKNOWN)]
)
def test_emotion_below_min_confidence_is_unknown(threshold, emotion):
    prediction = Prediction(PROBABILITIES, threshold)
    assert prediction.emotion == emotion
    assert prediction.probability == 0.625


def test_no_speech_takes_precedence_over_low_confidence():
    prediction = Prediction(PROBABILITIES, 0.7, is_speech=False)
    assert prediction.emotion == "no speech"
    assert [*prediction][-1] == ["no speech"]


def test_prediction_unpacks_like_speechbrain():
    probabilities, score, index, labels = Prediction(PROBABILITIES)
    torch.testing.assert_close(
        probabilities.exp(), torch.tensor([[0.25, 0.625, 0.125]])
    )
    assert score.exp().item() == pytest.approx(0.625)
    assert index.tolist() == [1] and labels == ["neutral"]


@pytest.mark.parametrize(
    "values, found",
    [
        ([float("nan"), 0.5], "NaN or infinity"),
        ([float("inf"), 0.0], "NaN or infinity"),
        ([0.7, 0.7], "a sum of 1.4"),
        ([0.0, 0.0], "a sum of 0"),
    ],
)
def test_values_that_are_no_distribution_are_refused(values, found):
    with pytest.raises(BadAudioError, match=f"a.wav: .*found {found};") as info:
        refuse_no_probabilities(values, "a.wav")
    assert info.value.reason == "probabilities"
