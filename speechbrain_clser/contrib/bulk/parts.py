"""Divide recordings into parts, each with a table of its own.

The list of files of a part is written once and never changes, so a file is in one
part whatever is added later. A table is written in the folder ``work`` and moved to
its place when it is complete: a part with a table is not computed again.
"""

import contextlib
import itertools
import json
import os
from pathlib import Path

from speechbrain_clser.contrib.bulk.remote import local_copies
from speechbrain_clser.inference.locked import locked
from speechbrain_clser.inference.predict import bad_path, predict_into
from speechbrain_clser.inference.result_table import neutral
from speechbrain_clser.io import atomic_write, read_json

FORMATS = ("csv", "jsonl", "parquet")
ABOUT = "model.json"


class Parts:
    """The parts of a folder of results.

    Arguments
    ---------
    folder : str or Path
        Of the results, on a disk that all machines share; created if needed.
    form : str
        Among ``FORMATS``.

    Raises
    ------
    ValueError
        If the folder has parts of another format.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> parts = Parts(folder)
    >>> parts.add(["a.wav", "b.wav", "c.wav"], n_files=2)
    3
    >>> parts.add(["c.wav", "d.wav"], n_files=2)
    1
    >>> parts.waiting(), parts.files("part-000001")
    (['part-000000', 'part-000001', 'part-000002'], ['c.wav'])
    """

    def __init__(self, folder, form="csv"):
        self.folder, self.form = Path(folder), form
        self.lists, self.work = self.folder / "lists", self.folder / "work"
        for path in (self.lists, self.work):
            path.mkdir(parents=True, exist_ok=True)
        others = [
            path.name
            for other in FORMATS
            if other != form
            for path in self.folder.glob(f"part-*[0-9].{other}")
        ]
        if others:
            raise ValueError(
                f"{folder}: expected parts of format {form}, found {others[0]}; "
                "name its format, or another folder"
            )

    def locked(self):
        """Hold the lock of the folder, so that one process hands out parts."""
        return locked(self.folder / "parts")

    def names(self) -> list:
        """List the names of all parts, in order."""
        return sorted(path.stem for path in self.lists.glob("part-*.json"))

    def files(self, name) -> list:
        """Return the recordings of a part."""
        return read_json(self.lists / f"{name}.json", "delete the folder")

    def add(self, files, n_files) -> int:
        """Put recordings that are in no part into new parts.

        Arguments
        ---------
        files : iterable of str
            Paths or addresses; read lazily.
        n_files : int
            Of a part.

        Returns
        -------
        int
            Number of recordings that were new.
        """
        names = self.names()
        known = {file for name in names for file in self.files(name)}
        n_known, n_parts = len(known), len(names)

        def new():
            for file in files:
                file = file if "://" in file else neutral(file)
                if file not in known:
                    known.add(file)
                    yield file

        stream = new()
        for number in itertools.count(n_parts):
            part = [*itertools.islice(stream, n_files)]
            if not part:
                return len(known) - n_known
            text = json.dumps(part, ensure_ascii=False, indent=0)
            atomic_write(self.lists / f"part-{number:06d}.json", text)

    def table(self, name) -> Path:
        """Return the path of the table of a part."""
        return self.folder / f"{name}.{self.form}"

    def waiting(self) -> list:
        """List the parts without a table."""
        return [name for name in self.names() if not self.table(name).exists()]

    def check_settings(self, settings):
        """Write model and settings of all parts, or check them.

        Raises
        ------
        ValueError
            If there are parts of another model or with other settings.
        """
        path = self.folder / ABOUT
        if path.exists():
            before = read_json(path, "delete the folder")
            if different := sorted(
                key
                for key in {*before, *settings}
                if before.get(key) != settings.get(key)
            ):
                raise ValueError(
                    f"{self.folder}: expected parts with the same "
                    f"{', '.join(different)}, found other ones; name another "
                    "folder"
                )
        atomic_write(path, json.dumps(settings, indent=1) + "\n")

    def write(self, name, classifier, origin, **options):
        """Classify the recordings of a part and put its table in its place.

        Arguments
        ---------
        name : str
            Of the part.
        classifier, origin, **options
            As for ``predict.predict_into``.

        Returns
        -------
        Tally
            Numbers of files by outcome.
        """
        suffix = "csv" if self.form == "parquet" else self.form
        draft = self.work / f"{name}.{suffix}"
        with local_copies(self.files(name), self.work / name) as (files, names):
            tally = predict_into(draft, classifier, files, origin, **options)
            bad = bad_path(draft)
            for path in (draft, bad):
                _rename(path, names)
        if bad.exists():
            os.replace(bad, self.folder / bad.name)
        if self.form == "parquet":
            draft = _as_parquet(draft)
        os.replace(draft, self.table(name))
        for left in self.work.glob(f"*{name}.*"):
            with contextlib.suppress(FileNotFoundError):
                left.unlink()
        return tally


def _rename(path, names):
    """Replace paths of copies in a table by the addresses of the recordings."""
    if names and path.exists():
        text = path.read_text(encoding="utf-8")
        for copy, address in names.items():
            text = text.replace(neutral(copy), address)
        atomic_write(path, text)


def _as_parquet(path) -> Path:
    """Convert a table to Parquet."""
    from pyarrow import csv, parquet

    parquet.write_table(csv.read_csv(path), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")
