"""Phones that took long to find, kept on disk from one run to the next."""

import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.phone import Phone
from speechbrain_clser.io import naming
from speechbrain_clser.progress import progress

AT_ONCE = 200  # utterances; a kill loses no more


def cached_phones(
    path, rows: Iterable[Utterance], key_of: Callable, find: Callable
) -> dict:
    """Look up what was found before; find the rest, and keep it.

    Arguments
    ---------
    path : str or Path
        A line of JSON per utterance; may be deleted at any time, and several
        processes may add to it.
    rows : iterable of Utterance
        All that are wanted.
    key_of : callable
        Utterance to a text that says all on which its phones depend.
    find : callable
        Utterances to a mapping of their ids to tuples of Phone.

    Returns
    -------
    dict
        Utterance id to tuple of Phone.

    Example
    -------
    >>> path = getfixture("tmp_path") / "phones.jsonl"
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", digest="af01")
    >>> first = kept(
    ...     path, [row], lambda row: row.digest, lambda rows: {"1": ()}
    ... )
    >>> kept(path, [row], lambda row: row.digest, find=None)
    {'1': ()}
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = {row.id: key_of(row) for row in rows}
    known = _read(path)
    missing = [row for row in rows if keys[row.id] not in known]
    with progress(len(missing), "Finding phones", "utterances") as bar:
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            found = {keys[id_]: said for id_, said in find(some).items()}
            _add(path, found)
            known |= found
            bar.update(len(some))
    return {id_: known[key] for id_, key in keys.items()}


def _read(path):
    """All whole lines; a process that was killed may leave a part of one."""
    if not path.exists():
        return {}
    *lines, _ = path.read_text("utf-8").split("\n")
    known = {}
    for line in lines:
        try:
            key, phones = json.loads(line)
        except json.JSONDecodeError:
            continue
        known[key] = tuple(Phone(*phone) for phone in phones)
    return known


def _add(path, found):
    """Write in one piece, on a line of its own whatever stands before."""
    lines = [
        json.dumps([key, [dataclasses.astuple(phone) for phone in said]])
        for key, said in found.items()
    ]
    with naming(path), path.open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines) + "\n")
