"""Emotions of any number of recordings, written down one by one.

Files go through in blocks: those of a block are batched by length, blocks are
shared out among threads, and what is written keeps the order of the files. The
first blocks are small, so that a few files already are work for all threads. At
no time is more held than the blocks under way. Heard in windows, a file is a
block by itself, and has a row for each segment.
"""

import itertools
import logging
import os
from pathlib import Path

import torch
from tqdm import tqdm

from speechbrain_clser.data.containers import conversion
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features._batches import in_turn
from speechbrain_clser.inference.locked import locked
from speechbrain_clser.inference.provenance import claim, provenance_path
from speechbrain_clser.inference.result_table import (
    ResultTable,
    format_of,
    neutral,
)
from speechbrain_clser.inference.tally import NOTE, Tally
from speechbrain_clser.inference.timeline import Timeline
from speechbrain_clser.io import remove_stale

logger = logging.getLogger(__name__)

BLOCK_FILES = 64  # enough to find neighbours of like length
N_DIGITS = 6
N_SEGMENTS = "n_segments"
SKIPPED = "skipped"
BAD_COLUMNS = ("file", "reason", "message")


def n_threads(device) -> int:
    """Choose how many blocks go through at a time.

    Arguments
    ---------
    device : str or torch.device
        That computes.

    Returns
    -------
    int
        The cores this process may use; on a GPU two, so that one decodes
        while the other computes.

    Example
    -------
    >>> n_threads("cuda:0")
    2
    """
    if torch.device(device).type != "cpu":
        return 2
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def columns(classes, in_windows=False) -> list:
    """Name the columns of an answer.

    Arguments
    ---------
    classes : sequence of str
        Of the model.
    in_windows : bool
        Whether answers are those of segments.

    Returns
    -------
    list of str
        The first is ``"file"``.

    Example
    -------
    >>> columns(["anger", "neutral"])
    ['file', 'emotion', 'probability', 'p_anger', 'p_neutral', 'note']
    >>> columns(["anger"], in_windows=True)[:5]
    ['file', 'n_segments', 'start_s', 'end_s', 'emotion']
    """
    return [
        "file",
        *((N_SEGMENTS, "start_s", "end_s") if in_windows else ()),
        "emotion",
        "probability",
        *(f"p_{name}" for name in classes),
        NOTE,
    ]


def bad_path(path) -> Path:
    """Name the table of files that cannot be used, beside that of answers.

    Example
    -------
    >>> bad_path("of/emotions.csv").as_posix()
    'of/emotions.bad.csv'
    """
    path = Path(path)
    return path.with_name(f"{path.stem}.bad{path.suffix}")


def predict_into(
    path,
    classifier,
    files,
    origin,
    n_threads=1,
    has_bar=False,
    window_s=None,
    skipped=(),
) -> Tally:
    """Classify recordings into a table, and list beside it what cannot be used.

    What stands in the table is not done again, and dropped where it stands there
    twice; files that could not be used are tried anew. What made the table stands beside it too.

    Arguments
    ---------
    path : str or Path
        ``.csv`` or ``.jsonl``; see ``ResultTable``.
    classifier, files
        As for ``predict``.
    origin : dict
        Tells the model from others; see ``origin``.
    n_threads, has_bar, window_s, skipped
        As for ``predict``.

    Returns
    -------
    Tally
        How it went.

    Raises
    ------
    ValueError
        If ``path``, or what stands beside it, holds something else, or rows of
        another model or other settings; if another process writes it; or if
        there is no file at all. All is left as it was.
    """
    files, in_windows = some(files), window_s is not None
    names = columns(classifier.classes, in_windows)
    made_by = {
        **origin,
        "min_confidence": classifier.min_confidence,
        "temperature": classifier.temperature,
        "window_s": window_s,
    }
    format_of(path)
    own = {*map(os.path.abspath, (path, bad_path(path), provenance_path(path)))}
    skipped = (name for name in skipped if os.path.abspath(name) not in own)
    with locked(path):
        remove_stale(Path(path).parent, f"{Path(path).stem}*")
        rows = ResultTable(
            path, names, count=N_SEGMENTS if in_windows else None
        )
        bad = ResultTable(bad_path(path), BAD_COLUMNS)
        claim(path, made_by, has_rows=bool(rows.names))
        rows.drop_repeats()
        with rows, bad:
            tally = predict(
                *(classifier, files, rows, bad),
                *(n_threads, has_bar, window_s, skipped),
            )
        bad.compact(gone=rows.names)
    return tally


def some(files):
    """Pass files on as they are needed, if there are any.

    Arguments
    ---------
    files : iterable of str
        Paths; the first is read at once.

    Returns
    -------
    iterable of str
        The same.

    Raises
    ------
    ValueError
        If there is no file at all.

    Example
    -------
    >>> [*some(["a.wav", "b.wav"])]
    ['a.wav', 'b.wav']
    """
    files = iter(files)
    for first in files:
        return itertools.chain([first], files)
    raise ValueError(
        "expected recordings, found none; name files or folders, or list "
        "them on standard input and give -"
    )


def predict(
    classifier,
    files,
    rows,
    bad=None,
    n_threads=1,
    has_bar=False,
    window_s=None,
    skipped=(),
) -> Tally:
    """Classify recordings, each row written when its block is done.

    Arguments
    ---------
    classifier : EmotionClassifier
        Ready to use.
    files : iterable of str
        Paths, read as they are needed; one that comes twice is done once.
        Rows have them as ``rows.neutral`` writes them.
    rows : ResultTable or Printed
        For the answers, with the columns that ``columns`` names.
    bad : ResultTable, optional
        For files that cannot be used, with ``BAD_COLUMNS``. They are logged in
        any case.
    n_threads : int
        Blocks at a time, each on one core; fewer blocks share the cores.
    has_bar : bool
        Whether to show how far it is.
    window_s : float, optional
        Hear files of any length in windows of this, half of it apart.
    skipped : list of str
        Files that are no audio, complete when ``files`` has ended; they are
        listed in ``bad``.

    Returns
    -------
    Tally
        How it went.

    Raises
    ------
    ValueError
        If there is no file at all.
    """
    tally, seen = Tally(), set()

    def new():
        for path in map(neutral, some(files)):
            if path in rows.names:
                tally.n_before += path not in seen
            elif path not in seen:
                yield path
            seen.add(path)

    with tqdm(disable=not has_bar, unit="file") as bar:
        for path, answer in answers(classifier, new(), n_threads, window_s):
            if isinstance(answer, BadAudioError):
                logger.warning("%s", answer)
                tally.reasons[answer.reason] += 1
                _list_bad(bad, path, answer.reason, str(answer))
            else:
                tally.n_new += 1
                rows.add(*_rows(path, answer))
                tally.add_notes(path, answer.notes)
            bar.update()
    for path in dict.fromkeys(skipped):
        tally.n_skipped += 1
        _list_bad(
            *(bad, path, SKIPPED),
            f"{path}: expected audio, found a file that is none by suffix and "
            f"content; if it is, convert it: {conversion(path, '-vn')}",
        )
    return tally


def _list_bad(bad, *values):
    """Add a file to the list of those that cannot be used, if there is one."""
    if bad is not None:
        bad.add(dict(zip(BAD_COLUMNS, values, strict=True)))


def answers(classifier, files, n_threads=1, window_s=None):
    """Classify recordings in blocks, several at a time, in their order.

    Arguments
    ---------
    classifier, files, n_threads, window_s
        As for ``predict``.

    Yields
    ------
    path : str
        As given.
    answer : Prediction, Timeline or BadAudioError
        What was heard, or why nothing was.
    """

    def classify(block):
        if window_s is not None:
            return [_follow(classifier, path, window_s) for path in block]
        return classifier.classify_files(block, has_bar=False, keep_going=True)

    n_files = BLOCK_FILES if window_s is None else 1
    blocks = _blocks(files, n_files, n_threads)
    first = list(itertools.islice(blocks, n_threads))
    blocks = itertools.chain(first, blocks)
    n_before = torch.get_num_threads()
    # Several for one operation gain less, so only where blocks are too few.
    torch.set_num_threads(n_threads // max(len(first), 1))
    try:
        for block, results in in_turn(classify, blocks, n_threads, n_threads):
            yield from zip(block, results, strict=True)
    finally:
        torch.set_num_threads(n_before)


def _blocks(files, n_most, n_threads):
    """Cut a stream of files; each thread's next block is twice as large."""
    files, n_files = iter(files), 1
    while True:
        for _ in range(n_threads):
            block = list(itertools.islice(files, n_files))
            if not block:
                return
            yield block
        n_files = min(2 * n_files, n_most)


def _follow(classifier, path, window_s):
    """Emotions of a file in time, or why there are none."""
    try:
        return classifier.classify_long(path, window_s, window_s / 2)
    except BadAudioError as error:
        return error


def _rows(path, answer):
    """An answer as rows, under the names of ``columns``."""
    if not isinstance(answer, Timeline):
        return [_row(path, answer)]
    return [
        {
            N_SEGMENTS: len(answer.segments),
            "start_s": round(segment.start_s, N_DIGITS),
            "end_s": round(segment.end_s, N_DIGITS),
            **_row(path, segment.answer),
        }
        for segment in answer.segments
    ]


def _row(path, answer):
    probabilities = {
        f"p_{name}": round(chance, N_DIGITS)
        for name, chance in answer.probabilities.items()
    }
    return {
        "file": path,
        "emotion": answer.emotion,
        "probability": round(answer.probability, N_DIGITS),
        **probabilities,
        NOTE: " ".join(answer.notes),
    }
