import json

from helpers import trees

from speechbrain_clser.corpora.dusha import utterances


def vote(name, emotion, source="7", golden=""):
    """Return a line of a table."""
    row = {"hash_id": name, "audio_path": f"wavs/{name}.wav"}
    row |= {"annotator_emo": emotion, "golden_emo": golden}
    return json.dumps(row | {"source_id": source, "speaker_text": " да \n"})


def test_label_is_the_most_frequent_vote_and_other_for_a_draw(tmp_path):
    votes = [
        *(vote("a", "sad"), vote("b", "angry"), vote("a", "angry")),
        *(vote("a", "sad"), vote("b", "positive", "8"), vote("c", "positive")),
        vote("d", "sad", golden="sad"),
    ]
    name = "crowd_train/raw_crowd_train.jsonl"
    rows = [*utterances(trees.write(tmp_path, {name: "\n".join(votes)}))]
    assert [(row.id, row.raw_emotion) for row in rows] == [
        *(("a", "sad"), ("b", "other"), ("c", "positive"))
    ]
    assert rows[0].wav == str(tmp_path / "crowd_train/wavs/a.wav")
    assert (rows[0].speaker, rows[0].session) == ("crowd_7", "train/crowd_7")
    assert rows[0].sentence == "да"


def test_recording_without_a_source_is_its_own_speaker(tmp_path):
    name = "podcast_test/raw_podcast_test.jsonl"
    trees.write(tmp_path, {name: vote("p1", "neutral", source=None)})
    (row,) = utterances(tmp_path)
    assert (row.speaker, row.session) == ("podcast_p1", "test/podcast_p1")
