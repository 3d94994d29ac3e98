import pytest
import torch

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.rated import RatedClassifier, Ratings


def test_ratings_unpack_like_the_stock_result():
    values, score, index, labels = Ratings({"arousal": 0.2, "valence": 0.6})
    assert values.shape == (1, 2) and score.item() == pytest.approx(0.6)
    assert (index.item(), labels) == (1, ["valence"])


@pytest.mark.parametrize("option", ["min_confidence", "temperature"])
def test_options_of_probabilities_are_refused(option):
    with pytest.raises(ValueError, match=f"{option}: expected a model that"):
        RatedClassifier(**{option: 0.5})


def test_windows_and_adaptation_are_refused():
    classifier = RatedClassifier.__new__(RatedClassifier)
    torch.nn.Module.__init__(classifier)
    for call in (classifier.classify_long, classifier.adapt):
        with pytest.raises(ValueError, match="that predicts classes"):
            call(["a.wav"])


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(BadAudioError, match="expected finite values"):
        RatedClassifier._refuse(None, [0.5, float("nan")], "a.wav")
