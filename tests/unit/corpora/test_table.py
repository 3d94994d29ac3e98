"""Tests for reading tables."""

import csv

import pytest

from speechbrain_clser.corpora._table import TableCheck, read_table
from speechbrain_clser.errors import TableError

NEEDED, OPTIONAL = ("path", "emotion"), ("speaker", "sentence")
WHO = dict.fromkeys(("who", "spk"), "speaker")
ROWS = "path,emotion,speaker\n1.wav,sad,ann\n2.wav,joy,bob\n"


def read(folder, content, encoding="utf-8"):
    """Lines and rows of a table."""
    path = folder / "mine.csv"
    if isinstance(content, str):
        content = content.encode(encoding)
    path.write_bytes(content)
    return list(read_table(path, NEEDED, OPTIONAL, WHO))


def refuse(folder, content, match):
    """Raise an error when a table is read."""
    with pytest.raises(TableError, match=match):
        read(folder, content)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "before", ["", "sep=S\n", '"sep=S"\n', "\n \n", "SS\n"]
)
def test_separator_line_ends_and_header_are_detected(
    tmp_path, separator, end, before
):
    text = before.replace("S", separator) + ROWS.replace(",", separator)
    found = read(tmp_path, text.replace("\n", end))
    n_above = before.count("\n")
    assert [line for line, _ in found] == [n_above + 2, n_above + 3]
    assert [row["speaker"] for _, row in found] == ["ann", "bob"]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_encodings_of_spreadsheets_are_read(tmp_path, encoding):
    (_, row), _ = read(tmp_path, ROWS.replace("ann", "Ánn"), encoding)
    assert row == {
        **{"path": "1.wav", "emotion": "sad"},
        **{"speaker": "Ánn", "sentence": ""},
    }


def test_header_is_normalised(tmp_path):
    text = " Path , EMOTION,Who\r\n1.wav, sad ,ann\r\n"
    ((_, row),) = read(tmp_path, text)
    assert (row["emotion"], row["speaker"]) == ("sad", "ann")


def test_name_wins_over_alternative_and_the_rest_is_ignored(tmp_path):
    path, check = tmp_path / "mine.csv", TableCheck()
    path.write_text("Mood,path,emotion,who,speaker\n7,1.wav,sad,x,ann\n")
    ((_, row),) = read_table(path, NEEDED, OPTIONAL, WHO, check)
    assert row["speaker"] == "ann"
    assert check.ignored == ["mood", "who"]


def test_problems_of_rows_are_collected(tmp_path):
    path, check = tmp_path / "mine.csv", TableCheck()
    path.write_text(f"{ROWS},joy,ann\n3.wav\n4.wav,sad,bob\n")
    found = list(read_table(path, NEEDED, OPTIONAL, {}, check))
    assert [line for line, _ in found] == [2, 3, 6]
    message = (
        r"mine.csv: expected a table without problems, found 2:\n"
        r"  mine.csv, line 4: expected a value for path.*\n"
        r"  mine.csv, line 5: expected 3 fields"
    )
    with pytest.raises(TableError, match=message):
        check.refuse(path)
    check.problems *= 30
    with pytest.raises(TableError, match=r"found 60:(?s:.*)\n  and 10 more$"):
        check.refuse(path)


def test_empty_rows_are_skipped(tmp_path):
    text = f"{ROWS}\n,,\n , ,\n3.wav,sad,ann\n,,,,\n"
    assert [line for line, _ in read(tmp_path, text)] == [2, 3, 7]


def test_trailing_separators_are_accepted(tmp_path):
    head, *rows = ROWS.splitlines()
    text = "\n".join([head, *(f"{row},," for row in rows)])
    assert [row["speaker"] for _, row in read(tmp_path, text)] == ["ann", "bob"]


def test_quoted_value_spans_lines(tmp_path):
    text = (
        'path,emotion,sentence\n1.wav,sad,"one,\ntwo"\n'
        '2.wav,sad,a "b"\n3.wav,sad,"say ""hi"""\n'
    )
    found = read(tmp_path, text)
    assert [(line, row["sentence"]) for line, row in found] == [
        *[(2, "one,\ntwo"), (4, 'a "b"'), (5, 'say "hi"')]
    ]


def test_missing_optional_fields_are_accepted(tmp_path):
    text = "path,emotion,speaker,sentence\n1.wav,sad\n"
    assert read(tmp_path, text)[0][1]["speaker"] == ""


@pytest.mark.parametrize(
    "text, match",
    [
        ("", "found no header; add path and emotion"),
        ("file,label,emotion\n1.wav,x,sad\n", "found file, label, .*add path"),
        ("path,emotiona/1.wav,sad\n", "found path, emotiona/1.wav, sad; add"),
        ("path,emotion,speaker1.wav,sad\n", "header, found speaker1.wav; move"),
        (
            "path,emotion,Emotion\n1.wav,sad,x\n",
            "one column for emotion, found emotion and emotion in the header",
        ),
        (
            "path,emotion,who,spk\n1.wav,sad,x\n",
            r"one column for speaker, found who and spk in .*; rename or remove",
        ),
        (f"{ROWS},joy,ann\n", "line 4: expected a value for path"),
        (f"{ROWS}3.wav\n", "line 4: expected 3 fields .*found 1 .3.wav."),
        (f"{ROWS}\n3.wav,sad,a,b\n", "line 5: expected 3 fields .*found 4"),
        (f"{ROWS}3.wav,,sad,\n", "line 4: expected 3 fields .*found 4"),
        (f'{ROWS}3.wav,sad,"ann\n4.wav,joy,bob\n', "line 4: .*closed quotes"),
        (
            f'{ROWS}3.wav,sad,"a" b\n',
            "line 4: expected a row with closed quotes",
        ),
        (
            f'{ROWS}3.wav,sad,"ann\n4.wav,joy,"\n',
            "line 4: .*extends over line 5, .*4.wav,joy.*close the quote",
        ),
        (
            f'{ROWS}3.wav,sad,"{"x" * (csv.field_size_limit() + 1)}"\n',
            "line 4: .*at most 131,072 characters",
        ),
    ],
)
def test_invalid_table_raises(tmp_path, text, match):
    refuse(tmp_path, text, match)


@pytest.mark.parametrize(
    "content, match",
    [
        (ROWS.encode() + b"\xe4.wav,sad,ann\n", "line 4: expected UTF-8, foun"),
        (ROWS.encode() + b"\0.wav,sad,ann\n", "line 4: .*found a NUL byte"),
        (ROWS.encode("utf-16")[:-1], "line 3: expected UTF-16, found byte"),
    ],
)
def test_undecodable_bytes_raise(tmp_path, content, match):
    refuse(tmp_path, content, match)
