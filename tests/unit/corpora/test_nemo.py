import pytest
from helpers import trees

from speechbrain_clser.corpora.nemo import utterances
from speechbrain_clser.errors import TableError

HEAD = "file_id\temotion\traw_text\tnormalized_text\tspeaker_id\tgender\tage\n"
ROW = "EB0_surprised_1.wav\tsurprised\tTak?\ttak\t        EB0\tfemale\t27\n"


def rows(root, table, *names):
    """The rows of a folder with these files and a table."""
    return [
        *utterances(trees.touch(trees.write(root, {"data.tsv": table}), names))
    ]


@pytest.mark.parametrize(
    "wav", ["samples/EB0_surprised_1.wav", "EB0_surprised_1.WAV"]
)
def test_row_has_labels_text_and_recording_without_stray_blanks(tmp_path, wav):
    (row,) = rows(tmp_path, HEAD + ROW, wav, "samples/EB0_surprised_2.wav")
    assert (row.id, row.wav) == ("EB0_surprised_1", str(tmp_path / wav))
    assert (row.speaker, row.gender) == ("EB0", "female")
    assert (row.raw_emotion, row.sentence) == ("surprised", "Tak?")
    assert (row.language, row.session) == ("pol", "")


def test_absent_recording_is_listed_at_its_published_place(tmp_path):
    (row,) = rows(tmp_path, HEAD + ROW)
    assert row.wav == str(tmp_path / "samples" / "EB0_surprised_1.wav")


def test_cut_table_raises_with_line(tmp_path):
    with pytest.raises(TableError, match="data.tsv, line 3: expected 7 fields"):
        rows(tmp_path, HEAD + ROW + ROW[:30])
