import io

import pytest

from speechbrain_clser.inference.result_table import (
    Csv,
    JsonLines,
    Printed,
    ResultTable,
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


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated_file_is_resumed(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    whole = path.read_bytes()
    for n_bytes in range(len(whole)):
        path.write_bytes(whole[:n_bytes])
        before = fill(path)
        fill(path, *(name for name in NAMES if name not in before))
        assert path.read_bytes() == whole


def groups(path, *sizes):
    """Write numbers of rows for 0.wav, 1.wav, ..., if they are missing."""
    with ResultTable(path, ["file", "n"], count="n") as rows:
        before = {*rows.names}
        for number, n in enumerate(sizes):
            if f"{number}.wav" not in before:
                rows.add(*n * [{"file": f"{number}.wav", "n": n}])
    return before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_incomplete_last_group_is_removed(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    assert groups(path, 1, 3, 2) == set()
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)[-6:]
    head = len(whole) - len(b"".join(lines))
    for n_bytes in range(len(whole) + 1):
        path.write_bytes(whole[:n_bytes])
        ends = [head + len(b"".join(lines[:n])) for n in (1, 4, 6)]
        n_whole = sum(n_bytes >= end for end in ends)
        assert groups(path, 1, 3, 2) == {f"{i}.wav" for i in range(n_whole)}
        assert path.read_bytes() == whole


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_rows_are_flushed(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with ResultTable(path, COLUMNS) as rows:
        rows.add({"file": "a.wav", "emotion": "anger"})
        assert "a.wav" in path.read_text()


def test_removal_of_an_incomplete_row_is_logged(tmp_path, caplog):
    path = tmp_path / "a.csv"
    path.write_text("file,emotion\na.wav,an")
    assert fill(path) == set()
    assert "removed an incomplete last row" in caplog.text


def test_constructor_writes_nothing(tmp_path):
    path = tmp_path / "of" / "a.csv"
    ResultTable(path, COLUMNS)
    assert not path.parent.exists()


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
    n_last = len(whole) - whole.rindex(b"\n", 0, -1) + 1
    for place in range(len(whole)):
        spoilt = whole[:place] + b'"' + whole[place:]
        path.write_bytes(spoilt)
        try:
            fill(path)
        except ValueError:
            assert path.read_bytes() == spoilt
        else:
            kept = path.read_bytes()
            assert spoilt.startswith(kept)
            assert len(kept) >= len(spoilt) - n_last


def test_table_saved_by_a_spreadsheet_is_resumed(tmp_path):
    path = tmp_path / "a.csv"
    before = b'"file","emotion"\r\n"a ""1"".wav",anger\r\nb.wav,anger\r\n'
    path.write_bytes(before)
    assert fill(path, "c.wav") == {'a "1".wav', "b.wav", "c.wav"}
    assert path.read_bytes() == before + b"c.wav,anger\n"


def test_long_name_round_trips(tmp_path):
    path, name = tmp_path / "a.csv", "a" * 200_000 + "\n"
    fill(path, name)
    assert fill(path) == {name}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_compact_keeps_the_last_row_of_each_name(tmp_path, suffix):
    path, other = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    with ResultTable(path, COLUMNS) as rows:
        for name, emotion in zip("abac", ["joy", *3 * ["anger"]], strict=True):
            rows.add({"file": name, "emotion": emotion})
    rows.compact({"c", "d"})
    fill(other, "b", "a")
    assert path.read_bytes() == other.read_bytes()
    assert {*tmp_path.iterdir()} == {path, other}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_compact_deletes_an_empty_table(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with ResultTable(path, COLUMNS) as rows:
        rows.add({"file": "a", "emotion": "anger"})
    rows.compact({"a"})
    assert not path.exists()


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


@pytest.mark.parametrize("kind", [Csv, JsonLines])
def test_row_without_line_end_is_incomplete(kind):
    line = kind(COLUMNS).line({"file": "a\nb.wav", "emotion": "x"}).encode()
    assert [
        n for n in range(len(line) + 1) if kind(COLUMNS).is_whole(line[:n])
    ] == [len(line)]


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
def test_repeated_rows_are_removed_and_counted(tmp_path, suffix, caplog):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    whole = path.read_bytes()
    fill(path, *NAMES[2:])
    fill(path, *NAMES[-1:])
    rows = ResultTable(path, COLUMNS)
    rows.drop_repeats()
    assert path.read_bytes() == whole and rows.names == set(NAMES)
    assert f"removed {len(NAMES) - 1} repeated rows" in caplog.text
    caplog.clear()
    ResultTable(path, COLUMNS).drop_repeats()
    assert caplog.text == ""


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_repeated_groups_are_removed(tmp_path, suffix):
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
        rows = ResultTable(path, columns, count="n")
        rows.drop_repeats()
        assert path.read_text() == whole
        assert rows.names == {"0.wav", "1.wav", "2.wav"}
