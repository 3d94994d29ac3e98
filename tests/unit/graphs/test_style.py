import pytest
import torch

from speechbrain_clser.graphs.style import speaker_styles

# Two languages. Speaker 0 has neutral utterances, speaker 1 has none, speaker 2
# is alone in language 1; the last utterance has no known speaker.
VECTORS = torch.tensor(
    [
        [1.0, 0.0],  # 0 neutral
        [3.0, 0.0],  # 0 neutral
        [2.0, 5.0],  # 0 anger
        [8.0, 5.0],  # 1 anger
        [8.0, 7.0],  # 1 unknown emotion
        [4.0, 4.0],  # 2 anger
        [8.0, 1.0],  # unknown speaker
    ]
)
SPEAKER = torch.tensor([0, 0, 0, 1, 1, 2, -1])
LANGUAGE = torch.tensor([0, 0, 0, 0, 0, 1, 0])
EMOTION = torch.tensor([0, 0, 1, 1, -1, 1, 1])
# Of language 0: (1 + 3 + 2 + 8 + 8 + 8) / 6, (5 + 5 + 7 + 1) / 6.
MEAN = torch.tensor([5.0, 3.0])


def styles(**more):
    return speaker_styles(
        VECTORS, SPEAKER, LANGUAGE, EMOTION, neutral=0, **more
    )


def unit(*vector):
    return torch.nn.functional.normalize(torch.tensor(vector), dim=0)


def test_styles_by_hand():
    found = styles()
    assert found.emotion.tolist() == [0, 1, 1, 1]
    assert found.speaker.tolist() == [0, 0, 1, 2]
    assert found.language.tolist() == [0, 0, 0, 1]
    assert found.n_utterances.tolist() == [2, 1, 1, 1]
    torch.testing.assert_close(found.language_mean[0], MEAN)
    expected = [
        unit(2 - 5.0, 0 - 3.0),  # neutral minus the language mean
        unit(0.0, 5.0),  # anger minus neutral of the same speaker
        unit(3.0, 2.0),  # anger minus the language mean
        torch.zeros(2),  # the only speaker of the language
    ]
    torch.testing.assert_close(found.vectors, torch.stack(expected))


def test_subtracted_references_are_counted():
    assert styles().counts == {
        "own_neutral": 1,
        "language_mean": 3,
        "nothing": 0,
        "unknown_speaker": 1,
        "unknown_emotion": 1,
    }


def test_raw_styles_are_normalised_means():
    found = styles(kind="raw")
    expected = [unit(1.0, 0.0), unit(2.0, 5.0), unit(8.0, 5.0), unit(1.0, 1.0)]
    torch.testing.assert_close(found.vectors, torch.stack(expected))
    assert found.counts["nothing"] == 4
    assert found.counts["own_neutral"] == found.counts["language_mean"] == 0


def test_neutral_difference_removes_speaker_identity():
    moved = VECTORS.clone()
    moved[SPEAKER == 0] += torch.tensor([40.0, -7.0])
    found = speaker_styles(moved, SPEAKER, LANGUAGE, EMOTION, neutral=0)
    torch.testing.assert_close(found.vectors[1], styles().vectors[1])


def test_without_neutral_class_the_language_mean_is_subtracted():
    found = speaker_styles(VECTORS, SPEAKER, LANGUAGE, EMOTION, neutral=-1)
    assert found.counts["own_neutral"] == 0
    torch.testing.assert_close(found.vectors[1], unit(2 - 5.0, 5 - 3.0))


def test_renumbering_speakers_permutes_rows_only():
    name = torch.tensor([2, 0, 1, -1])
    renamed = speaker_styles(
        VECTORS, name[SPEAKER], LANGUAGE, EMOTION, neutral=0
    )
    found = styles()
    for row, (speaker, emotion) in enumerate(
        zip(found.speaker, found.emotion, strict=True)
    ):
        is_same = (renamed.speaker == name[speaker]) & (
            renamed.emotion == emotion
        )
        assert renamed.vectors[is_same][0].equal(found.vectors[row])


def test_order_of_utterances_does_not_matter():
    order = torch.randperm(7)
    found = speaker_styles(
        VECTORS[order],
        SPEAKER[order],
        LANGUAGE[order],
        EMOTION[order],
        neutral=0,
    )
    torch.testing.assert_close(found.vectors, styles().vectors)


def test_rounding_errors_give_no_style():
    equal_vectors = torch.full((3, 4), 0.1)
    zeros = torch.zeros(3).long()
    found = speaker_styles(equal_vectors, zeros, zeros, zeros, neutral=0)
    assert found.vectors.abs().max() < 1e-6


def test_without_known_speakers_there_are_no_styles():
    found = speaker_styles(
        VECTORS, torch.full((7,), -1), LANGUAGE, EMOTION, neutral=0
    )
    assert found.vectors.shape == (0, 2)
    assert found.counts["unknown_speaker"] == 7


def test_speaker_with_two_languages_raises():
    language = LANGUAGE.clone()
    language[2] = 1
    with pytest.raises(ValueError, match=r"for speakers \[0\]"):
        speaker_styles(VECTORS, SPEAKER, language, EMOTION, neutral=0)


def test_unknown_kind_raises():
    with pytest.raises(
        ValueError, match="neutral_difference, raw, got 'cooked'"
    ):
        styles(kind="cooked")
