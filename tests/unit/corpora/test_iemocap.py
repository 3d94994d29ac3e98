from helpers import trees

from speechbrain_clser.corpora.iemocap import EMOTIONS, utterances
from speechbrain_clser.labels import canonical

EVALUATION = "Session5/dialog/EmoEvaluation"
TEXTS = {
    f"{EVALUATION}/Ses05M_script03_2.txt": (
        "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
        "[6.2901 - 8.2357]\tSes05M_script03_2_F001\texc\t[4.0, 3.5, 3.0]\n"
        "C-E2:\tNeutral;\t()\n"
        "C-E3:\tNeutral state; Excited;\t(very; loud)\n"
        "C-F1:\tAnger;\t()\n"
        "A-E3:\tval 3; act 2; dom  2;\t()\n"
    ),
    f"{EVALUATION}/Categorical/Ses05M_script03_2_e2_cat.txt": (
        "Ses05M_script03_2_F001 :Anger; ()\n"
    ),
    "Session5/dialog/transcriptions/Ses05M_script03_2.txt": (
        "Ses05M_script03_2_F001 [006.2901-008.2357]: Oh my God. \n"
        "M: (laughter)\n"
    ),
}
NAME = "Ses05M_script03_2_F001.wav"


def test_label_text_and_audio_are_combined(tmp_path):
    where = "Session5/sentences/wav/Ses05M_script03_2"
    trees.touch(trees.write(tmp_path, TEXTS), [f"{where}/{NAME}"])
    (row,) = utterances(tmp_path)
    assert (row.id, row.raw_emotion) == ("Ses05M_script03_2_F001", "exc")
    assert (row.sentence, row.session) == ("Oh my God.", "5")
    assert row.wav == str(tmp_path / where / NAME)


def test_speaker_is_read_from_turn_name(tmp_path):
    (row,) = utterances(trees.write(tmp_path, TEXTS))
    assert (row.speaker, row.gender) == ("Ses05F", "female")


def test_labelled_turn_without_audio_has_expected_path(tmp_path):
    (row,) = utterances(trees.write(tmp_path, TEXTS))
    assert row.wav.endswith(f"Session5/sentences/wav/Ses05M_script03_2/{NAME}")


def test_dialogue_recordings_are_skipped(tmp_path):
    name = "Session5/dialog/wav/Ses05M_script03_2.wav"
    trees.touch(trees.write(tmp_path, TEXTS), [name])
    assert len(list(utterances(tmp_path))) == 1


def test_excitement_is_separate_and_no_majority_is_not_a_class():
    assert (EMOTIONS["exc"], EMOTIONS["xxx"]) == ("excitement", "other")


def test_votes_are_those_of_the_external_raters(tmp_path):
    (row,) = utterances(trees.write(tmp_path, TEXTS))
    assert row.votes == (("neutral", 1), ("neutral state", 1), ("excited", 1))
    assert canonical("neutral state") == "neutral"


def test_ratings_of_1_to_5_are_mapped_to_0_to_1(tmp_path):
    (row,) = utterances(trees.write(tmp_path, TEXTS))
    # Written as valence 4.0, activation 3.5, dominance 3.0.
    assert (row.arousal, row.valence, row.dominance) == (0.625, 0.75, 0.5)
