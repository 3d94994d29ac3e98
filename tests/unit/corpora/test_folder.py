import re
from pathlib import Path

import pytest
from helpers import sounds

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.folder import (
    SPELLINGS,
    corpus,
    transcripts,
    utterances,
)
from speechbrain_clser.data import manifest
from speechbrain_clser.data.audio import load
from speechbrain_clser.errors import TableError


def table(root, text, name="mine.csv", encoding="utf-8"):
    """A folder with one table."""
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding=encoding)
    return root


def test_table_with_two_transcripts_of_a_path_is_refused(tmp_path):
    text = "path,text\na.wav,gut\n./a.wav,schlecht\n"
    root = table(tmp_path, text)
    with pytest.raises(TableError, match="line 3: expected one transcript of"):
        transcripts(root / "mine.csv")


def test_all_columns_are_read(tmp_path):
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


def test_path_and_emotion_are_sufficient(tmp_path):
    rows = utterances(table(tmp_path, "path,emotion\n1.wav,sad\n2.wav,joy\n"))
    assert [(row.speaker, row.language) for row in rows] == [
        ("unknown", "und"),
        ("unknown", "und"),
    ]


def test_unknown_columns_and_blank_lines_are_ignored(tmp_path, caplog):
    text = "n,path,emotion,mood\n1,a.wav,sad,7\n\n2,b.wav,sad,8\n"
    assert len(list(utterances(table(tmp_path, text)))) == 2
    assert "mine.csv: ignored columns: n, mood" in caplog.text


def test_guide_lists_all_column_names():
    guide = Path(__file__).parents[3] / "docs" / "own_data.md"
    rows = re.findall(r"(?m)^\| (`[^|]+`) \| (`[^|]+`) \|", guide.read_text())
    listed = {name: set(re.findall("`(.+?)`", also)) for name, also in rows}
    for spelling, name in SPELLINGS.items():
        (row,) = (
            also for names, also in listed.items() if f"`{name}`" in names
        )
        assert spelling in row


@pytest.mark.parametrize(
    "header",
    [
        "file,label,speaker_id,lang,sex,text,session_id,start_s,end_s",
        "Filename,Emotion,spk,language,gender,Transcript,session,start,end",
    ],
)
def test_common_column_names_are_read(tmp_path, header, caplog):
    (row,) = utterances(
        table(tmp_path, f"{header}\na.wav,sad,ann,de,F,Hallo,s1,0.5,2\n")
    )
    assert row.wav.endswith("a.wav#t=0.5,2")
    assert (row.raw_emotion, row.speaker, row.language) == ("sad", "ann", "deu")
    assert (row.gender, row.sentence, row.session) == ("female", "Hallo", "s1")
    assert "ignored" not in caplog.text


def test_windows_path_is_read(tmp_path):
    (row,) = utterances(table(tmp_path, "path,emotion\na\\b\\1.wav,sad\n"))
    assert (row.id, row.wav) == ("a_b_1", str(tmp_path / "a/b/1.wav"))


def test_id_is_a_valid_file_name(tmp_path):
    (row,) = utterances(table(tmp_path, "path,emotion\né é/a:b (1).wav,sad\n"))
    assert row.id == "é_é_a_b_1_"


def test_colliding_names_get_different_ids(tmp_path):
    text = "path,emotion\na/1.wav,sad\na_1.wav,sad\nv1.2/x,sad\nv1.3/x,sad\n"
    rows = utterances(table(tmp_path, text))
    assert [row.id for row in rows] == ["a_1", "a_1_2", "v1.2_x", "v1.3_x"]


def test_rows_are_sorted_by_file_name(tmp_path):
    text = "path,emotion\nb/2.wav,sad\na/3.wav,sad\nc/1.wav,sad\n"
    rows = utterances(table(tmp_path, text))
    assert [row.id for row in rows] == ["c_1", "b_2", "a_3"]


@pytest.mark.parametrize(
    "label, emotion",
    [("anger", "anger"), ("Angry", "anger"), (" HAP ", "happiness")],
)
def test_labels_are_canonical_names_or_synonyms_in_any_case(label, emotion):
    assert corpus("mine").emotions[label] == emotion


def test_folder_without_table_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="one .csv or .tsv .*none"):
        list(utterances(tmp_path))


def test_missing_folder_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder with a tab"):
        list(utterances(tmp_path / "mine"))


def test_two_tables_raise_with_names(tmp_path):
    table(tmp_path, "path,emotion\n", "a.csv")
    message = "several named table.csv, found a.csv, b.tsv; keep one"
    with pytest.raises(ValueError, match=message):
        list(utterances(table(tmp_path, "path,emotion\n", "b.tsv")))


def test_table_csv_is_read_beside_other_tables(tmp_path, caplog):
    table(tmp_path, "path,emotion\nx.wav,joy\n", "a.csv")
    table(tmp_path, "path,emotion\ny.wav,joy\n", "table.tsv")
    root = table(tmp_path, "path,emotion\n1.wav,sad\n", "table.csv")
    assert [row.id for row in utterances(root)] == ["1"]
    assert "table.csv: ignored other tables: a.csv, table.tsv" in caplog.text


def test_all_problems_of_a_table_are_listed_with_lines(tmp_path):
    root = table(
        tmp_path,
        "file,label,start,end,language\n1.wav,sad,2,1,de\n2.wav,sad,,,Inglish\n"
        ",sad,,,de\n3.wav,sad,,,de\n3.wav,joy,,,de\n",
    )
    message = (
        r"(?s)mine.csv: expected a table without problems, found 4:"
        r".*mine.csv, line 2: expected an end after the start, found 2 to 1"
        r".*mine.csv, line 3: expected a language code or name, found 'Inglish'"
        r".*mine.csv, line 4: expected a value for path"
        r".*mine.csv, lines 5 and 6: .*emotion 'sad' and 'joy'"
    )
    with pytest.raises(TableError, match=message):
        list(utterances(root))


def test_table_without_rows_raises(tmp_path):
    root = table(tmp_path, "path,emotion\n")
    with pytest.raises(ValueError, match="expected one line per recording"):
        list(utterances(root))


def test_user_label_is_normalised_and_counted(tmp_path, caplog):
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


def test_missing_listed_file_is_reported(tmp_path):
    root = table(tmp_path, "path,emotion\n1.wav,sad\n2.wav,joy\n")
    sounds.write(root / "1.wav")
    with pytest.raises(ValueError, match=r"\(1 missing\)"):
        manifest.prepare(corpus("mine"), root, tmp_path / "manifests")


def test_user_data_is_prepared_and_split(tmp_path):
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
    assert manifest.report(path)["unlisted"]["examples"] == ["unlisted.wav"]


def test_blank_emotion_is_unlabelled(tmp_path):
    root = table(tmp_path / "mine", "path,emotion\n1.wav,sad\n2.wav, \n")
    sounds.write(root / "1.wav")
    sounds.write(root / "2.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    assert [row.emotion for row in manifest.read(path, root)] == ["sadness", ""]


def test_changed_label_updates_manifest(tmp_path):
    root = table(tmp_path / "mine", "path,emotion\n1.wav,sad\n")
    sounds.write(root / "1.wav")
    manifest.prepare(corpus("mine"), root, tmp_path)
    path = manifest.prepare(
        corpus("mine"), table(root, "path,emotion\n1.wav,joy\n"), tmp_path
    )
    assert manifest.read(path, root)[0].emotion == "happiness"


def test_file_outside_folder_keeps_path(tmp_path):
    wav = sounds.write(tmp_path / "elsewhere" / "1.wav")
    root = table(tmp_path / "mine", f"path,emotion\n{wav},sad\n")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    assert manifest.read(path, root)[0].wav == str(wav)


@pytest.mark.parametrize(
    "again",
    ["1.wav,Sad,ANN,de", "./1.wav,sadness,ann,deu", ".\\1.wav,sad,Ann,ger"],
)
def test_identical_duplicate_row_is_used_once(tmp_path, caplog, again):
    root = table(
        tmp_path / "mine",
        f"path,emotion,speaker,language\n1.wav,sad,ann,deu\n{again}\n",
    )
    sounds.write(root / "1.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    assert [row.id for row in manifest.read(path, root)] == ["mine_1"]
    assert manifest.report(path)["repeated"] == ["mine_1"]
    assert "1 row listed again with the same values" in caplog.text


@pytest.mark.parametrize(
    "again, differs",
    [
        ("1.wav,joy,ann", "emotion 'sad' and 'joy'"),
        ("./1.wav,sad,bob", "speaker 'ann' and 'bob'"),
        ("1.wav,,ann", "emotion 'sad' and 'none'"),
    ],
)
def test_contradicting_rows_of_one_file_raise(tmp_path, again, differs):
    text = f"path,emotion,speaker\n1.wav,sad,ann\n2.wav,sad,ann\n{again}\n"
    expected = rf"lines 2 and 4: .* one row for 1.wav, .*{differs}.*start and"
    with pytest.raises(TableError, match=expected):
        list(utterances(table(tmp_path, text)))


@pytest.mark.parametrize("names", ["start,end", "START_s,end_s"])
def test_segments_of_a_recording_are_utterances(tmp_path, names):
    root = table(
        tmp_path / "mine",
        f"path,{names},emotion\n1.wav,0,0.1,sad\n1.wav,0.1,,joy\n2.wav,,,sad\n",
    )
    sounds.write(root / "1.wav", sounds.noise(1, 4000))
    sounds.write(root / "2.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    first, second, whole = manifest.read(path, root)
    assert (first.id, first.duration_s) == ("mine_1_0-0.1", 0.1)
    assert (second.id, second.duration_s) == ("mine_1_0.1", 0.15)
    assert first.session == second.session == "1.wav" != whole.session
    assert len(load(second.wav)) == 2400
    assert manifest.report(path)["unlisted"]["n"] == 0
    stamp = path.stat().st_mtime_ns
    manifest.prepare(corpus("mine"), root, tmp_path)
    assert path.stat().st_mtime_ns == stamp


def test_table_session_applies_to_segments(tmp_path):
    text = "path,emotion,start,end,session\n1.wav,sad,0,1,show\n"
    (row,) = utterances(table(tmp_path, text))
    assert row.session == "show"


@pytest.mark.parametrize(
    "times, message",
    [
        ("1,1", "an end after the start, found 1 to 1"),
        ("2,1", "an end after the start, found 2 to 1"),
        (",0", "an end after the start, found 0 to 0"),
        ("-1,1", "seconds such as 1.5 for start, found '-1'"),
        ("0:01,1", "seconds such as 1.5 for start, found '0:01'"),
        ("0,inf", "seconds such as 1.5 for end, found 'inf'"),
        ("nan,1", "seconds such as 1.5 for start, found 'nan'"),
    ],
)
def test_invalid_times_raise_with_line(tmp_path, times, message):
    text = f"path,emotion,start,end\n1.wav,sad,{times}\n"
    with pytest.raises(TableError, match=f"line 2: expected {message}"):
        list(utterances(table(tmp_path, text)))


def test_decimal_comma_in_times_is_accepted(tmp_path):
    text = "path;emotion;start;end\n1.wav;sad;0,5;1,25\n"
    (row,) = utterances(table(tmp_path, text))
    assert row.wav.endswith("1.wav#t=0.5,1.25")


def test_segment_beyond_the_end_is_skipped_with_allow_bad_files(tmp_path):
    text = "path,emotion,start,end\n1.wav,sad,0,0.05\n1.wav,joy,0.04,9\n"
    root = table(tmp_path / "mine", text)
    sounds.write(root / "1.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path, True)
    assert manifest.report(path)["left_out_by_reason"] == {"segment": 1}


def test_speaker_spellings_are_merged_and_logged(tmp_path, caplog):
    names = [
        "spk_1",
        "spk_1",
        "SPK 1",
        "Spk-1",
        "Ren\u00e9",
        "Rene\u0301",
        "spk1",
    ]
    lines = [f"{n}.wav,sad,{name}\n" for n, name in enumerate(names)]
    root = table(tmp_path / "mine", "path,emotion,speaker\n" + "".join(lines))
    for n in range(len(names)):
        sounds.write(root / f"{n}.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    output = manifest.report(path)
    assert output["n_speakers"] == 3
    assert output["speaker_spellings"]["spk_1"] == ["SPK 1", "Spk-1"]
    assert "merged into one speaker: spk_1 = SPK 1 = Spk-1, Ren" in caplog.text


def test_spellings_of_languages_are_merged(tmp_path):
    spellings = ["de", "German", "de-DE", "Klingon", ""]
    lines = [f"{n}.wav,sad,{name}\n" for n, name in enumerate(spellings)]
    root = table(tmp_path / "mine", "path,emotion,language\n" + "".join(lines))
    for n in range(len(spellings)):
        sounds.write(root / f"{n}.wav")
    path = manifest.prepare(corpus("mine"), root, tmp_path)
    languages = {"deu": 3, "tlh": 1, "und": 1}
    assert manifest.report(path)["languages"] == languages


def test_no_language_is_refused_with_line_and_nearest(tmp_path):
    root = table(
        tmp_path, "path,emotion,language\n1.wav,sad,en\n2.wav,sad,Inglish\n"
    )
    message = (
        r"mine.csv, line 3: expected a language code or name, found 'Inglish'; "
        r"did you mean 'eng' \(English\)\?"
    )
    with pytest.raises(TableError, match=message):
        list(utterances(root))


def test_votes_are_read_and_others_refused_with_their_line(tmp_path):
    text = 'path;emotion;votes\na.wav;;"Happy:3; wut"\nb.wav;sad;\n'
    first, second = utterances(table(tmp_path, text))
    assert first.votes == (("happy", 3), ("wut", 1)) and second.votes == ()
    text = "path,emotion,votes\na.wav,,sad:many\nb.wav,,sad:-1\n"
    expected = r"(?s)line 2: votes: expected labels.*'sad:many'.*'sad:-1'"
    with pytest.raises(TableError, match=expected):
        list(utterances(table(tmp_path, text)))


def test_ratings_are_read_and_other_scales_refused(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("path,emotion,arousal,valence\na.wav,,0.25,\n")
    (row,) = utterances(tmp_path)
    assert (row.arousal, row.valence, row.dominance) == (0.25, None, None)
    table.write_text("path,emotion,arousal\na.wav,,4.5\nb.wav,,high\n")
    with pytest.raises(TableError, match=r"(?s)of 0-1 for arousal.*'high'"):
        list(utterances(tmp_path))
