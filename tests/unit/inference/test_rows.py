import io

import pytest

from speechbrain_clser.inference.rows import Csv, JsonLines, Printed, Rows

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
    """Write a row for each name, and give all names that stand there."""
    with Rows(path, COLUMNS) as rows:
        for name in names:
            rows.add({"file": name, "emotion": "anger"})
        return rows.names


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_name_comes_back_as_it_was(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    before = path.read_bytes()
    assert fill(path) == set(NAMES)
    assert path.read_bytes() == before


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_file_cut_anywhere_is_taken_up_again(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, *NAMES)
    whole = path.read_bytes()
    for n_bytes in range(len(whole)):
        path.write_bytes(whole[:n_bytes])
        before = fill(path)
        fill(path, *(name for name in NAMES if name not in before))
        assert path.read_bytes() == whole


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_last_of_groups_is_begun_anew(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    fill(path, "a.wav", "b.wav", "b.wav")
    whole = path.read_bytes()
    with Rows(path, COLUMNS, has_groups=True) as rows:
        assert rows.names == {"a.wav"}
        for _ in range(2):
            rows.add({"file": "b.wav", "emotion": "anger"})
    assert path.read_bytes() == whole


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_row_is_on_the_disk_when_it_is_written(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with Rows(path, COLUMNS) as rows:
        rows.add({"file": "a.wav", "emotion": "anger"})
        assert "a.wav" in path.read_text()


def test_mending_is_told(tmp_path, caplog):
    path = tmp_path / "a.csv"
    path.write_text("file,emotion\na.wav,an")
    assert fill(path) == set()
    assert "its last row was cut short: mended" in caplog.text


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.csv", "file,emotion,p_anger\n"),
        ("a.csv", "my notes"),
        ("a.jsonl", '{"file": "a.wav", "sex": "m"}\n'),
        ("a.jsonl", "my notes\n"),
        ("a.jsonl", "my notes"),
        ("a.jsonl", "3\n"),
    ],
)
def test_file_of_something_else_is_refused_and_left_as_it_was(
    tmp_path, name, text
):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ValueError, match="rows of file, emotion, found"):
        Rows(path, COLUMNS)
    assert path.read_text() == text


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.csv or \.jsonl, got"):
        Rows(tmp_path / "a.xlsx", COLUMNS)


def test_folder_of_the_file_is_made(tmp_path):
    fill(tmp_path / "of" / "mine" / "a.csv", "a.wav")
    assert (tmp_path / "of" / "mine" / "a.csv").exists()


def test_rows_are_shown_as_they_would_be_written(tmp_path):
    stream = io.StringIO()
    printed = Printed(stream, COLUMNS)
    fill(tmp_path / "a.csv", "a.wav")
    printed.add({"file": "a.wav", "emotion": "anger"})
    assert stream.getvalue() == (tmp_path / "a.csv").read_text()
    assert "a.wav" not in printed.names


@pytest.mark.parametrize("kind", [Csv, JsonLines])
def test_row_without_its_end_is_not_whole(kind):
    line = kind(COLUMNS).line({"file": "a\nb.wav", "emotion": "x"}).encode()
    assert [
        n for n in range(len(line) + 1) if kind(COLUMNS).is_whole(line[:n])
    ] == [len(line)]
