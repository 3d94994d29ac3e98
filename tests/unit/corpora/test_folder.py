import pytest
from helpers import sounds

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.folder import corpus, utterances
from speechbrain_clser.data import manifest


def table(root, text, name="mine.csv", encoding="utf-8"):
    """A folder with one table."""
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding=encoding)
    return root


def test_all_columns_are_taken(tmp_path):
    (row,) = utterances(
        table(
            tmp_path,
            "path,emotion,speaker,language,gender,sentence,session\n"
            'a/1.wav,Happy,ann,fra,F,"Bon, alors",show 3\n',
        )
    )
    assert (row.id, row.wav) == ("a_1", str(tmp_path / "a/1.wav"))
    assert (row.raw_emotion, row.speaker) == ("Happy", "ann")
    assert (row.language, row.gender) == ("fra", "female")
    assert (row.sentence, row.session) == ("Bon, alors", "show 3")


def test_path_and_emotion_are_enough(tmp_path):
    rows = utterances(table(tmp_path, "path,emotion\n1.wav,sad\n2.wav,joy\n"))
    assert [(row.speaker, row.language) for row in rows] == [
        ("unknown", "und"),
        ("unknown", "und"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["mine.csv", "LABELS.TSV"])
def test_separator_is_seen_in_the_header(tmp_path, separator, name):
    text = "path,emotion,speaker\n1.wav,sad,ann\n".replace(",", separator)
    (row,) = utterances(table(tmp_path, text, name))
    assert row.speaker == "ann"


def test_header_may_have_capitals_blanks_and_a_byte_order_mark(tmp_path):
    text = " Path , EMOTION\r\n1.wav, sad \r\n"
    (row,) = utterances(table(tmp_path, text, encoding="utf-8-sig"))
    assert (row.id, row.raw_emotion) == ("1", "sad")


def test_columns_of_no_use_and_blank_lines_do_no_harm(tmp_path):
    text = "n,path,emotion,mood\n1,a.wav,sad,7\n\n2,b.wav,sad,8\n"
    assert len(list(utterances(table(tmp_path, text)))) == 2


def test_quoted_sentence_may_run_over_lines(tmp_path):
    text = 'path,emotion,sentence\n1.wav,sad,"one\ntwo"\n2.wav,sad,three\n'
    rows = list(utterances(table(tmp_path, text)))
    assert [row.sentence for row in rows] == ["one\ntwo", "three"]


def test_path_of_windows_is_understood(tmp_path):
    (row,) = utterances(table(tmp_path, "path,emotion\na\\b\\1.wav,sad\n"))
    assert (row.id, row.wav) == ("a_b_1", str(tmp_path / "a/b/1.wav"))


def test_id_is_fit_to_be_a_file_name(tmp_path):
    (row,) = utterances(table(tmp_path, "path,emotion\né é/a:b (1).wav,sad\n"))
    assert row.id == "é_é_a_b_1_"


def test_files_whose_names_would_give_one_id_get_two(tmp_path):
    text = "path,emotion\na/1.wav,sad\na_1.wav,sad\nv1.2/x,sad\nv1.3/x,sad\n"
    rows = utterances(table(tmp_path, text))
    assert [row.id for row in rows] == ["a_1", "a_1_2", "v1.2_x", "v1.3_x"]


def test_rows_come_in_file_name_order(tmp_path):
    text = "path,emotion\nb/2.wav,sad\na/3.wav,sad\nc/1.wav,sad\n"
    rows = utterances(table(tmp_path, text))
    assert [row.id for row in rows] == ["c_1", "b_2", "a_3"]


@pytest.mark.parametrize(
    "label, emotion",
    [("anger", "anger"), ("Angry", "anger"), (" HAP ", "happiness")],
)
def test_labels_are_canonical_names_or_synonyms_in_any_case(label, emotion):
    assert corpus("mine").emotions[label] == emotion


def test_missing_column_is_named_beside_those_found(tmp_path):
    root = table(tmp_path, "file,label,emotion\n1.wav,x,sad\n")
    expected = (
        "expected the columns path, emotion .*found file, label, emotion; "
        "add path"
    )
    with pytest.raises(ValueError, match=expected):
        list(utterances(root))


def test_empty_table_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no header; add path and emotion"):
        list(utterances(table(tmp_path, "")))


def test_missing_value_is_told_with_its_line(tmp_path):
    root = table(tmp_path, "path,emotion\n1.wav,sad\n,joy\n")
    with pytest.raises(ValueError, match="line 3: expected a value for path"):
        list(utterances(root))


def test_table_in_another_encoding_is_refused(tmp_path):
    root = table(tmp_path, "path,emotion\nä.wav,sad\n", encoding="latin-1")
    with pytest.raises(ValueError, match="expected UTF-8, found byte 13"):
        list(utterances(root))


def test_folder_without_a_table_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="one .csv or .tsv .*none"):
        list(utterances(tmp_path))


def test_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder with a tab"):
        list(utterances(tmp_path / "mine"))


def test_two_tables_are_refused_by_name(tmp_path):
    table(tmp_path, "path,emotion\n", "a.csv")
    with pytest.raises(ValueError, match="found a.csv, b.tsv; leave one"):
        list(utterances(table(tmp_path, "path,emotion\n", "b.tsv")))


def test_table_without_rows_is_refused(tmp_path):
    root = table(tmp_path, "path,emotion\n")
    with pytest.raises(ValueError, match="expected a line per recording"):
        list(utterances(root))


def test_own_label_is_kept_in_one_spelling_and_counted(tmp_path, caplog):
    root = table(
        tmp_path / "mine",
        "path,emotion\n1.wav,Stress\n2.wav, no  stress\n3.wav,stress\n"
        "4.wav,happines\n5.wav,joy\n",
    )
    for number in range(1, 6):
        sounds.write(root / f"{number}.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    own = {"happines": 1, "no stress": 1, "stress": 2}
    assert manifest.report(path)["own_labels"] == own
    assert [row.emotion for row in manifest.read(path, root)] == [
        *("stress", "no stress", "stress", "happines", "happiness")
    ]
    expected = "happines (did you mean happiness?) 1, no stress 1, stress 2. "
    assert expected in caplog.text


def test_file_listed_twice_is_refused(tmp_path):
    root = table(tmp_path, "path,emotion\n1.wav,sad\n1.wav,joy\n")
    with pytest.raises(ValueError, match="expected every id once.*mine_1 "):
        manifest.prepare(corpus("mine"), root, tmp_path / "manifests")


def test_listed_file_that_is_not_there_is_missing(tmp_path):
    root = table(tmp_path, "path,emotion\n1.wav,sad\n2.wav,joy\n")
    sounds.write(root / "1.wav")
    with pytest.raises(ValueError, match=r"\(1 missing\)"):
        manifest.prepare(corpus("mine"), root, tmp_path / "manifests")


def test_own_data_goes_all_the_way(tmp_path):
    root = table(tmp_path / "data" / "Mine", "path,emotion\n1.wav,Sad\n")
    sounds.write(root / "1.wav")
    sounds.write(root / "unlisted.wav")
    mine = room.load("mine")
    found = room.locate(mine.card, tmp_path / "data")
    path = manifest.prepare(mine, found, tmp_path / "manifests")
    (row,) = manifest.read(path, found)
    assert (row.id, row.emotion, row.raw_emotion) == (
        "mine_1",
        "sadness",
        "Sad",
    )
    assert row.speaker == "mine_unknown"
    assert manifest.report(path)["strays"]["examples"] == ["unlisted.wav"]


def test_blank_emotion_is_no_label(tmp_path):
    root = table(tmp_path / "mine", "path,emotion\n1.wav,sad\n2.wav, \n")
    sounds.write(root / "1.wav")
    sounds.write(root / "2.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    assert [row.emotion for row in manifest.read(path, root)] == ["sadness", ""]


def test_changed_label_makes_a_new_manifest(tmp_path):
    root = table(tmp_path / "mine", "path,emotion\n1.wav,sad\n")
    sounds.write(root / "1.wav")
    manifest.prepare(corpus("mine"), root, tmp_path)
    path = manifest.prepare(
        corpus("mine"), table(root, "path,emotion\n1.wav,joy\n"), tmp_path
    )
    assert manifest.read(path, root)[0].emotion == "happiness"


def test_file_outside_of_the_folder_keeps_its_path(tmp_path):
    wav = sounds.write(tmp_path / "elsewhere" / "1.wav")
    root = table(tmp_path / "mine", f"path,emotion\n{wav},sad\n")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    assert manifest.read(path, root)[0].wav == str(wav)
