"""Test that damaged tables are read completely or refused with the place."""

import csv
import io
import random
import re

import pytest
from helpers import sounds
from helpers.limits import limited

from speechbrain_clser.corpora.folder import corpus
from speechbrain_clser.data import manifest
from speechbrain_clser.errors import BadAudioError, TableError

N_ROWS, N_TABLES = 12, 200
HEADER = "path,emotion,speaker,language,gender,sentence,session"
LABELS = ("anger", "Happy", "NEU", "sad", "stress", "")
ODD = ('"', ",", ";", "\t", "\n", "\r", "\\", "'", "é", "\u2028", "=", "#", " ")


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return a folder with the recordings of all tables."""
    folder = tmp_path_factory.mktemp("mine")
    for number in range(N_ROWS):
        sounds.write(folder / "a" / f"rec{number:02}.wav")
    return folder


def lines_of(rng):
    """Generate a valid table."""
    rows = []
    for number in range(N_ROWS):
        sentence = rng.choice(["", "hello", '"well, yes"', '"say ""no"""'])
        rows.append(
            f"a/rec{number:02}.wav,{rng.choice(LABELS)},spk {number % 3},"
            f"{rng.choice(['de', 'eng', ''])},f,{sentence},"
        )
    return [HEADER, *rows]


def character(rng, text):
    """Insert, replace or delete a character."""
    at, odd = rng.randrange(len(text)), rng.choice(ODD)
    return text[:at] + rng.choice(["", odd]) + text[at + rng.randrange(2) :]


def line(rng, text):
    """Repeat, delete, move, join or clear a line."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    kept = lines[:at] + lines[at + 1 :]
    other = rng.randrange(len(lines))
    return "\n".join(
        rng.choice(
            [
                [*lines, lines[at]],
                kept,
                [*kept[:other], lines[at], *kept[other:]],
                [*lines[:at], ",,,,,,", *lines[at:]],
                [*lines[:at], "", *lines[at:]],
                [*lines[:at], "".join(lines[at : at + 2]), *lines[at + 2 :]],
            ]
        )
    )


def field(rng, text):
    """Replace a field by values that people and programs write."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    fields = lines[at].split(",")
    fields[rng.randrange(len(fields))] = rng.choice(
        ["", " ", "NaN", "../x.wav", "-1", "0,5", "SPK-1", "German", "x" * 5000]
    )
    return "\n".join([*lines[:at], ",".join(fields), *lines[at + 1 :]])


def column(rng, text):
    """Rename, repeat or add a column."""
    header, _, rest = text.partition("\n")
    name = rng.choice(header.split(","))
    new = rng.choice(["", "Emotion", "start", "x", name.upper(), f"{name},x"])
    return f"{header.replace(name, new, 1)}\n{rest}"


def separator(rng, text):
    """Write the table in the dialect of another program."""
    before = rng.choice(["", "sep=;\n", "\n", ";;\n"])
    return before + text.replace(",", ";")


CHANGES = (character, character, line, field, column, separator)
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1")


def damaged(rng):
    """Return text and bytes of a table with random changes."""
    text = "\n".join(lines_of(rng)) + "\n"
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(CHANGES)(rng, text) or "\n"
    content = text.encode(rng.choice(ENCODINGS), "replace")
    if rng.random() < 0.1:
        at = rng.randrange(len(content))
        content = content[:at] + bytes([rng.randrange(256)]) + content[at:]
        text = ""
    return text, content


def n_records(text):
    """Return the non-empty rows below the header, read without the package."""
    text = re.sub(r"\r\n?", "\n", text)
    text = re.sub(r'(?i)\A("?sep=;"?\n|[\s;,"]*\n)*', "", text)
    mark = max("\t;,", key=text.partition("\n")[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=mark)
    return sum(any(map(str.strip, row)) for row in rows) - 1


def hold(folder, shelf, seed):
    """Prepare a damaged table within the limits; return whether it was read."""
    with limited(seed):
        return _hold(folder, shelf, seed)


def _hold(folder, shelf, seed):
    text, content = damaged(random.Random(seed))
    table = folder / "table.csv"
    table.write_bytes(content)
    try:
        path = manifest.prepare(corpus("mine"), folder, shelf, True)
    except TableError as error:
        assert str(table) in str(error)
        assert re.search(r"lines? \d|columns? |a line per rec", str(error))
        return False
    except BadAudioError as error:  # nothing left, each file named
        assert "No usable recording is left" in str(error)
        return False
    rows, output = manifest.read(path, folder), manifest.report(path)
    if text:
        n_known = len(rows) + len(output["left_out"]) + len(output["repeated"])
        assert n_known == n_records(text)
        named = " ".join(
            [
                *(row.wav for row in rows),
                *(r["file"] for r in output["left_out"]),
            ]
        )
        lost = {*re.findall(r"rec\d\d\.wav", text)} - {
            *re.findall(r"rec\d\d\.wav", named)
        }
        assert lost == set()
    return True


@pytest.mark.parametrize("seed", range(15))
def test_damaged_table_is_read_whole_or_refused(recordings, tmp_path, seed):
    hold(recordings, tmp_path, f"few {seed}")


@pytest.mark.slow
def test_two_hundred_damaged_tables_are_read_whole_or_refused(
    recordings, tmp_path
):
    read = [hold(recordings, tmp_path, seed) for seed in range(N_TABLES)]
    assert 0.2 * N_TABLES < sum(read) < 0.8 * N_TABLES
