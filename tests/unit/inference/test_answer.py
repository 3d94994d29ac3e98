import pytest
import torch

from speechbrain_clser.inference.answer import UNKNOWN, Answer

CHANCES = {"anger": 0.25, "neutral": 0.625, "sadness": 0.125}


def test_most_probable_class_is_the_emotion():
    answer = Answer(CHANCES)
    assert (answer.emotion, answer.probability) == ("neutral", 0.625)


@pytest.mark.parametrize(
    "threshold, emotion", [(0.625, "neutral"), (0.626, UNKNOWN)]
)
def test_unknown_is_what_lies_below_the_threshold(threshold, emotion):
    answer = Answer(CHANCES, threshold)
    assert answer.emotion == emotion
    assert answer.probability == 0.625


def test_answer_unpacks_like_speechbrains():
    chances, score, index, labels = Answer(CHANCES)
    torch.testing.assert_close(
        chances.exp(), torch.tensor([[0.25, 0.625, 0.125]])
    )
    assert score.exp().item() == pytest.approx(0.625)
    assert index.tolist() == [1] and labels == ["neutral"]
