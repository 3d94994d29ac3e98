"""Cache aligned and recognised phones on disk."""

import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.phone import Phone
from speechbrain_clser.io import naming
from speechbrain_clser.progress import progress

AT_ONCE = 200  # utterances per write


def cached_phones(
    path, rows: Iterable[Utterance], key_of: Callable, find: Callable
) -> dict:
    """Return the phones of utterances by id; compute and cache the missing ones.

    ``path`` is a JSON-lines file that may be deleted at any time, and to which several
    processes may append. ``key_of`` maps an utterance to a key of all inputs its phones
    depend on, ``find`` utterances to a mapping of id to tuple of Phone.

    Example
    -------
    >>> path = getfixture("tmp_path") / "phones.jsonl"
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", digest="af01")
    >>> first = cached_phones(
    ...     path, [row], lambda row: row.digest, lambda rows: {"1": ()}
    ... )
    >>> cached_phones(path, [row], lambda row: row.digest, find=None)
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
            found = {keys[id_]: phones for id_, phones in find(some).items()}
            _add(path, found)
            known |= found
            bar.update(len(some))
    return {id_: known[key] for id_, key in keys.items()}


def _read(path):
    """Read all complete lines; a killed process may leave a partial line."""
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
    """Append lines in one write, starting on a new line."""
    lines = [
        json.dumps([key, [dataclasses.astuple(phone) for phone in phones]])
        for key, phones in found.items()
    ]
    with naming(path), path.open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines) + "\n")
