import csv
import io
import json
import os
import subprocess
import sys

import pytest

from speechbrain_clser.inference.result_table import (
    Printed,
    ResultTable,
    journal_path,
    neutral,
)

COLUMNS = ["file", "emotion"]
NAMES = [
    "a.wav",
    'with "quotes", and commas.wav',
    "with\nbreak.wav",
    "with\rreturn.wav",
    "Löwe 狮.wav",
    "no text \udcff.wav",
]
SUFFIXES = [".csv", ".jsonl"]


@pytest.fixture(autouse=True)
def without_fsync(monkeypatch):
    """Write faster; no test cuts the power."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def fill(path, *names):
    """Write a row for each name; return all names in the table."""
    with ResultTable(path, COLUMNS) as rows:
        for name in names:
            rows.add({"file": name, "emotion": "anger"})
        return rows.names


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_names_round_trip(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    before = path.read_bytes()
    assert fill(path) == set(NAMES)
    assert path.read_bytes() == before


def killed(path, *names):
    """Leave what a killed process leaves: a journal with a row for each name."""
    rows = ResultTable(path, COLUMNS).__enter__()
    for name in names:
        rows.add({"file": name, "emotion": "anger"})
    rows._file.close()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_journal_cut_anywhere_is_resumed(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    whole = path.read_bytes()
    fill(path.with_name(f"b{suffix}"), NAMES[0])
    first = path.with_name(f"b{suffix}").read_bytes()
    path.write_bytes(first)
    killed(path, *NAMES[1:])
    assert path.read_bytes() == first
    journal = journal_path(path).read_bytes()
    for n_bytes in range(0, len(journal), 3):
        path.write_bytes(first)
        journal_path(path).write_bytes(journal[:n_bytes])
        before = {*ResultTable(path, COLUMNS).names}
        assert before == {*NAMES[: 1 + journal[:n_bytes].count(b"\n")]}
        fill(path, *(name for name in NAMES if name not in before))
        assert path.read_bytes() == whole
        assert not journal_path(path).exists()


def test_rows_of_a_killed_process_are_kept(tmp_path):
    path = tmp_path / "a.csv"
    fill(path, "0.wav")
    code = (
        "import os, sys\n"
        "from speechbrain_clser.inference.result_table import ResultTable\n"
        "with ResultTable(sys.argv[1], ['file', 'emotion']) as rows:\n"
        "    for name in ('1.wav', '2.wav'):\n"
        "        rows.add({'file': name, 'emotion': 'anger'})\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)])
    assert done.returncode == 9 and "1.wav" not in path.read_text()
    assert fill(path) == {"0.wav", "1.wav", "2.wav"}
    assert path.read_text().count("anger") == 3


def test_process_killed_before_it_deletes_the_journal_repeats_no_row(tmp_path):
    path = tmp_path / "a.csv"
    killed(path, *NAMES)
    journal = journal_path(path).read_bytes()
    fill(path)
    whole = path.read_bytes()
    journal_path(path).write_bytes(journal)
    assert fill(path) == {*NAMES} and path.read_bytes() == whole


def test_table_is_written_after_an_error(tmp_path):
    path = tmp_path / "a.csv"
    with pytest.raises(KeyboardInterrupt, match="stop"):
        with ResultTable(path, COLUMNS) as rows:
            rows.add({"file": "a.wav", "emotion": "anger"})
            raise KeyboardInterrupt("stop")
    assert path.read_text() == "file,emotion\na.wav,anger\n"
    assert [*tmp_path.iterdir()] == [path]


def test_journal_is_kept_if_the_table_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"

    def full(*_):
        raise OSError("full")

    name = "speechbrain_clser.inference.result_table.atomic_write"
    with monkeypatch.context() as patched, pytest.raises(OSError, match="full"):
        patched.setattr(name, full)
        fill(path, "a.wav")
    assert fill(path) == {"a.wav"}


@pytest.mark.parametrize(
    "text",
    [
        "my notes",
        "my notes\n",
        "[]\n",
        '{"file": "a.wav", "emotion": "joy"}\n',
        '[{"file": "a.wav"}]\n',
    ],
)
def test_other_content_of_the_journal_is_refused(tmp_path, text):
    path = tmp_path / "a.csv"
    journal_path(path).write_text(text)
    with pytest.raises(
        ValueError, match=r"journal\.jsonl: expected rows of fi"
    ):
        ResultTable(path, COLUMNS)
    assert journal_path(path).read_text() == text


def test_constructor_changes_nothing(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("file,emotion\na.wav,joy\na.wav,joy\nb.w")
    journal_path(path).write_text('[{"file": ')
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    ResultTable(path, COLUMNS)
    ResultTable(tmp_path / "of" / "a.csv", COLUMNS)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_cut_table_of_an_earlier_version_is_resumed_or_refused(
    tmp_path, suffix
):
    path, n_resumed, n_cuts = tmp_path / f"a{suffix}", 0, 0
    fill(path, *NAMES)
    whole = path.read_bytes()
    for n_bytes in range(0, len(whole), 3):
        n_cuts += 1
        path.write_bytes(whole[:n_bytes])
        try:
            before = fill(path)
        except ValueError:  # within a name with a line break
            head = whole[:n_bytes].rpartition(b"\n")[0]
            assert head.count(b'"') % 2
            assert path.read_bytes() == whole[:n_bytes]
            continue
        n_resumed += 1
        fill(path, *(name for name in NAMES if name not in before))
        assert path.read_bytes() == whole
    assert n_resumed > 0.8 * n_cuts


def groups(path, *sizes):
    """Write numbers of rows for 0.wav, 1.wav, ..., if they are missing."""
    with ResultTable(path, ["file", "n", "at"], count="n") as rows:
        before = {*rows.names}
        for number, n in enumerate(sizes):
            if (name := f"{number}.wav") not in before:
                rows.add(*({"file": name, "n": n, "at": i} for i in range(n)))
    return before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_incomplete_last_group_is_removed(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    assert groups(path, 1, 3, 2) == set()
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)[-6:]
    head = len(whole) - len(b"".join(lines))
    for n_bytes in range(0, len(whole) + 1, 3):
        path.write_bytes(whole[:n_bytes])
        ends = [head + len(b"".join(lines[:n])) for n in (1, 4, 6)]
        n_whole = sum(n_bytes >= end for end in ends)
        assert groups(path, 1, 3, 2) == {f"{i}.wav" for i in range(n_whole)}
        assert path.read_bytes() == whole


def test_removal_of_an_incomplete_row_is_logged(tmp_path, caplog):
    path = tmp_path / "a.csv"
    path.write_text("file,emotion\na.wav,an")
    assert fill(path) == set()
    assert "left out an incomplete last row" in caplog.text


@pytest.mark.parametrize("end", ["", "1000.wav,an"])
def test_unbalanced_quote_is_refused(tmp_path, end):
    path = tmp_path / "a.csv"
    rows = "".join(f"{number}.wav,anger\n" for number in range(1000))
    text = f'file,emotion\na.wav,anger\n2.wav,"anger\n{rows}{end}'
    path.write_text(text)
    with pytest.raises(ValueError, match=r"a\.csv: expected rows of file,"):
        ResultTable(path, COLUMNS)
    assert path.read_text() == text


def test_inserted_quote_loses_at_most_the_last_row(tmp_path):
    path = tmp_path / "a.csv"
    fill(path, *NAMES)
    whole = path.read_bytes()
    for place in range(len(whole)):
        spoilt = whole[:place] + b'"' + whole[place:]
        path.write_bytes(spoilt)
        try:
            n_names = len(fill(path))
        except ValueError:
            assert path.read_bytes() == spoilt
        else:
            assert n_names >= len(NAMES) - 1


def test_table_saved_by_a_spreadsheet_is_resumed(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        b'"file","emotion"\r\n"a ""1"".wav",anger\r\nb.wav,"anger"\r\n'
    )
    names = ['a "1".wav', "b.wav", "c.wav"]
    assert fill(path, "c.wav") == {*names}
    with open(path, newline="") as file:
        assert [*csv.reader(file)] == [COLUMNS, *([n, "anger"] for n in names)]


def test_long_name_round_trips(tmp_path):
    path, name = tmp_path / "a.csv", "a" * 200_000 + "\n"
    before = csv.field_size_limit()
    fill(path, name)
    assert fill(path) == {name} and csv.field_size_limit() == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_later_rows_of_a_name_replace_earlier_ones(tmp_path, suffix):
    path, other = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    with ResultTable(path, COLUMNS) as rows:
        for name, emotion in zip("abac", ["joy", *3 * ["anger"]], strict=True):
            rows.add({"file": name, "emotion": emotion})
        rows.discard({"c", "d"})
    fill(other, "b", "a")
    assert path.read_bytes() == other.read_bytes()
    assert {*tmp_path.iterdir()} == {path, other}


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.csv", "file,emotion,p_anger\n"),
        ("a.csv", "my notes"),
        ("a.csv", "file,emotion\na\rb,anger\n"),
        ("a.csv", "file,emotion\na,anger,0.5\n"),
        ("a.csv", f"file,emotion\n{'a' * 200_000}\n"),
        ("a.jsonl", '{"file": "a.wav", "sex": "m"}\n'),
        ("a.jsonl", "my notes\n"),
        ("a.jsonl", "my notes"),
        ("a.jsonl", "3\n"),
        ("a.jsonl", '{"file": [], "emotion": "joy"}\n'),
    ],
)
def test_other_content_is_refused_and_unchanged(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode())
    with pytest.raises(ValueError, match="rows of file, emotion, found"):
        ResultTable(path, COLUMNS)
    assert path.read_bytes() == text.encode()


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.csv or \.jsonl, got"):
        ResultTable(tmp_path / "a.xlsx", COLUMNS)


def test_folder_of_the_file_is_created(tmp_path):
    fill(tmp_path / "of" / "mine" / "a.csv", "a.wav")
    assert (tmp_path / "of" / "mine" / "a.csv").exists()


def test_printed_rows_equal_written_rows(tmp_path):
    stream = io.StringIO()
    printed = Printed(stream, COLUMNS)
    fill(tmp_path / "a.csv", "a.wav")
    printed.add({"file": "a.wav", "emotion": "anger"})
    assert stream.getvalue() == (tmp_path / "a.csv").read_text()
    assert "a.wav" not in printed.names


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_neutral_path_names_the_same_file(sign, tmp_path):
    path = f"{sign}cmd|'calc'!A0.wav"
    (tmp_path / path).touch()
    assert neutral(path) == f"./{path}"
    assert (tmp_path / neutral(path)).is_file()
    assert neutral(neutral(path)) == neutral(path)


@pytest.mark.parametrize("path", ["a.wav", "/=a.wav", "", "ä=1.wav", "~/a"])
def test_other_paths_are_unchanged(path):
    assert neutral(path) == path


def test_control_characters_are_escaped_on_terminals_only():
    shown = {}
    for is_terminal in (True, False):
        stream = io.StringIO()
        stream.isatty = lambda is_terminal=is_terminal: is_terminal
        Printed(stream, COLUMNS).add(
            {"file": "\x1b[2J.wav", "emotion": "anger"}
        )
        shown[is_terminal] = stream.getvalue().splitlines()[1]
    assert shown == {True: r"\x1b[2J.wav,anger", False: "\x1b[2J.wav,anger"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_repeated_rows_are_left_out_and_counted(tmp_path, suffix, caplog):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    whole = path.read_bytes()
    n_header = len(whole.splitlines(True)[0]) if suffix == ".csv" else 0
    path.write_bytes(whole + whole[n_header:])
    assert fill(path) == set(NAMES)
    assert path.read_bytes() == whole
    assert f"left out {len(NAMES)} repeated rows" in caplog.text
    caplog.clear()
    fill(path)
    assert caplog.text == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_repeated_groups_are_left_out(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    columns = ["file", "n", "start_s"]
    with ResultTable(path, columns, count="n") as rows:
        for name, n in (("0.wav", 2), ("1.wav", 1), ("2.wav", 3)):
            rows.add(*({"file": name, "n": n, "start_s": s} for s in range(n)))
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    head, lines = lines[: suffix == ".csv"], lines[suffix == ".csv" :]
    a, b, c = lines[:2], lines[2:3], lines[3:]
    for twice in (
        [*a, *a, *b, *c],
        [*a, *b, *a, *b, *c],
        [*a, *b, *c, *c],
        [*a, *b, *c, *a[:1]],
        [a[0], a[0], a[1], *b, a[1], *c],
    ):
        path.write_text("".join([*head, *twice]))
        with ResultTable(path, columns, count="n") as rows:
            assert rows.names == {"0.wav", "1.wav", "2.wav"}
        assert path.read_text() == whole


def test_journal_has_a_line_for_each_name(tmp_path):
    path = tmp_path / "a.csv"
    with ResultTable(path, ["file", "n"], count="n") as rows:
        rows.add(*2 * [{"file": "=a.wav", "n": 2}])
        (line,) = journal_path(path).read_text().splitlines()
        assert json.loads(line) == 2 * [{"file": "=a.wav", "n": 2}]
    assert path.read_text() == "file,n\n" + 2 * "./=a.wav,2\n"
