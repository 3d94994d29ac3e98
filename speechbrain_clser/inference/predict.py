"""Predict emotions of many recordings and write them to a table.

Files are processed in blocks: files of a block are batched by length, blocks are
distributed over threads, and rows are written in the order of the files. The first
blocks are small, so that all threads are used even for few files. Only the blocks
in progress are held in memory. In windows mode each file is one block and has one
row per segment. With channel "each", a file has rows for each channel.
"""

import collections
import contextlib
import dataclasses
import itertools
import logging
import os
from pathlib import Path

import torch
from tqdm import tqdm

from speechbrain_clser.data.channels import EACH, MIX, name_of
from speechbrain_clser.data.containers import conversion
from speechbrain_clser.data.profile import NOTES as AUDIO_NOTES
from speechbrain_clser.data.recording import n_channels
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features.batching import by_core
from speechbrain_clser.inference.locked import locked
from speechbrain_clser.inference.prediction import NOTES as TEXT_NOTES
from speechbrain_clser.inference.provenance import (
    check_same_settings,
    provenance_path,
)
from speechbrain_clser.inference.rated import Ratings
from speechbrain_clser.inference.result_table import (
    ResultTable,
    format_of,
    journal_path,
    neutral,
)
from speechbrain_clser.inference.speech import NOTES as SPEECH_NOTES
from speechbrain_clser.inference.timeline import Timeline
from speechbrain_clser.io import remove_stale
from speechbrain_clser.tasks import CLASSES, RATED

logger = logging.getLogger(__name__)

BLOCK_FILES = 64  # enough files to batch by similar length
N_DIGITS = 6
N_SEGMENTS, N_CHANNELS, NOTE = "n_segments", "n_channels", "note"
NOTES = {**AUDIO_NOTES, **SPEECH_NOTES, **TEXT_NOTES}
SKIPPED = "skipped"
BAD_COLUMNS = ("file", "reason", "message")


@dataclasses.dataclass
class Tally:
    """Number of files by outcome.

    Arguments
    ---------
    n_new, n_before : int
        Files that were classified now, or before.
    reasons : collections.Counter
        Reason to number of files that cannot be used.
    notes : collections.Counter
        Key of ``NOTES`` to number of suspicious files.
    n_skipped : int
        Non-audio files in folders.
    """

    n_new: int = 0
    n_before: int = 0
    reasons: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    notes: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    n_skipped: int = 0

    @property
    def sentence(self):
        """Summary in one line.

        Example
        -------
        >>> Tally(12, 3, collections.Counter(["silent", "empty"])).sentence
        '12 files classified, 3 before, 2 cannot be used (1 silent, 1 empty)'
        """
        parts = [f"{self.n_new} files classified"]
        if self.n_before:
            parts.append(f"{self.n_before} before")
        if self.reasons:
            reasons = ", ".join(f"{n} {why}" for why, n in self.reasons.items())
            parts.append(f"{self.reasons.total()} cannot be used ({reasons})")
        if self.n_skipped:
            parts.append(f"{self.n_skipped} skipped that are not audio")
        parts += [f"{n} noted as {note}" for note, n in self.notes.items()]
        return ", ".join(parts)

    def add_notes(self, path, notes):
        """Count the notes of a file; log the first file of each note."""
        for note in notes:
            if note not in self.notes:
                logger.warning(
                    "%s: found %s; all such files have %r in the column %s",
                    *(path, NOTES[note], note, NOTE),
                )
            self.notes[note] += 1


def n_threads(device) -> int:
    """Choose the number of blocks to process in parallel on a device.

    The number of CPU cores available to this process; 2 on a GPU, so that one
    thread decodes audio while the other computes.

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


def columns(classes, in_windows=False, by_channel=False, task=CLASSES) -> list:
    """List the columns of a prediction table, with rows of segments or channels.

    Example
    -------
    >>> columns(["anger", "neutral"])
    ['file', 'emotion', 'probability', 'p_anger', 'p_neutral', 'speech', 'note']
    >>> columns(["anger"], in_windows=True)[:5]
    ['file', 'n_segments', 'start_s', 'end_s', 'emotion']
    >>> columns(["anger"], by_channel=True)[:4]
    ['file', 'n_channels', 'channel', 'emotion']
    >>> columns(["arousal", "valence"], task=RATED)
    ['file', 'arousal', 'valence', 'note']
    """
    count = _count_column(in_windows, by_channel)
    if task == RATED:
        outputs = [*classes]
    else:
        outputs = ["emotion", "probability", *(f"p_{name}" for name in classes)]
        outputs.append("speech")
    return [
        *("file", *([count] if count else ())),
        *(["channel"] if by_channel else ()),
        *(("start_s", "end_s") if in_windows else ()),
        *outputs,
        NOTE,
    ]


def _count_column(in_windows, by_channel):
    """Return the column with the number of rows of a file; None for one row."""
    if in_windows:
        return N_SEGMENTS
    return N_CHANNELS if by_channel else None


def bad_path(path) -> Path:
    """Return the path of the table of unusable files for a prediction table.

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
    channel=MIX,
    texts=None,
) -> Tally:
    """Classify recordings into a table and list unusable files in a second one.

    Files already in the table, or in the journal of a killed process, are not
    classified again; files that could not be used are tried again. The provenance
    of the table is written to a third file.

    Arguments
    ---------
    path : str or Path
        ``.csv`` or ``.jsonl``; see ``ResultTable``.
    origin : dict
        Identifies the model; see ``provenance.provenance``.
    classifier, files, n_threads, has_bar, window_s, skipped, channel, texts
        As for ``predict``.

    Raises
    ------
    ValueError
        If one of the files has other content, or rows of another model or with
        other settings; if another process writes it; or if ``files`` is empty.
        Existing files are then unchanged.
    """
    files, kind = some(files), (window_s is not None, channel == EACH)
    names = columns(classifier.classes, *kind, classifier.task)
    made_by = {
        **origin,
        "min_confidence": classifier.min_confidence,
        "min_speech_s": classifier.min_speech_s,
        "temperature": classifier.temperature,
        "window_s": window_s,
        "channel": channel,
    }
    format_of(path)
    own = [path, bad_path(path), provenance_path(path)]
    own = {*map(os.path.abspath, [*own, *map(journal_path, own)])}
    skipped = (name for name in skipped if os.path.abspath(name) not in own)
    with locked(path):
        remove_stale(Path(path).parent, f"{Path(path).stem}*")
        rows = ResultTable(path, names, count=_count_column(*kind))
        bad = ResultTable(bad_path(path), BAD_COLUMNS)
        check_same_settings(path, made_by, has_rows=bool(rows.names))
        with rows, bad:
            tally = predict(
                *(classifier, files, rows, bad),
                *(n_threads, has_bar, window_s, skipped, channel, texts),
            )
            bad.discard(rows.names)
        if not bad.names:
            bad.path.unlink()
    return tally


def some(files):
    """Return an iterable of files unchanged; raise ValueError if it is empty.

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
    channel=MIX,
    texts=None,
) -> Tally:
    """Classify recordings and write rows block by block.

    Arguments
    ---------
    classifier : EmotionClassifier
        Trained model.
    files : iterable of str
        Paths, read lazily, at least one; repeated paths are classified once. Rows
        contain them in the form of ``result_table.neutral``.
    rows : ResultTable or Printed
        Table of predictions with the columns of ``columns``.
    bad : ResultTable, optional
        Table of unusable files with ``BAD_COLUMNS``. These files are logged in
        any case.
    n_threads : int
        Number of parallel blocks, each on one core; fewer blocks share the cores.
    has_bar : bool
        Whether to show a progress bar.
    window_s : float, optional
        Classify files in windows of this length in seconds with 50 % overlap.
    skipped : list of str
        Non-audio files, complete when ``files`` is exhausted; they are listed
        in ``bad``.
    channel : str
        One of ``data.channels.CHOICES``.
    texts : dict, optional
        Absolute path to transcript, for a model that reads transcripts, without windows
        and channel "each".
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
        for path, result in iter_predictions(
            classifier, new(), n_threads, window_s, channel, texts
        ):
            if isinstance(result, BadAudioError):
                logger.warning("%s", result)
                tally.reasons[result.reason] += 1
                _list_bad(bad, path, result.reason, str(result))
            else:
                tally.n_new += 1
                rows.add(*_rows(path, result))
                tally.add_notes(path, _notes(result))
            bar.update()
    for path in dict.fromkeys(skipped):
        tally.n_skipped += 1
        _list_bad(
            *(bad, path, SKIPPED),
            f"{path}: expected audio, found neither the suffix nor the content "
            f"of audio; if it is audio, convert it: {conversion(path, '-vn')}",
        )
    return tally


def _list_bad(bad, *values):
    """Add a file to the table of unusable files, if there is a table."""
    if bad is not None:
        bad.add(dict(zip(BAD_COLUMNS, values, strict=True)))


def iter_predictions(
    classifier, files, n_threads=1, window_s=None, channel=MIX, texts=None
):
    """Classify recordings in parallel blocks and yield results in order.

    Each result is a path and its Prediction, Timeline or BadAudioError; with channel
    ``"each"``, a dict from the name of the channel to its Prediction or Timeline.
    """

    def classify_one(block, channel):
        if window_s is not None:
            args = window_s, channel
            return [_classify_long(classifier, p, *args) for p in block]
        more = {}
        if texts is not None:
            paths = map(os.path.abspath, block)
            more["texts"] = [texts.get(path, "") for path in paths]
        return classifier.classify_files(
            block, has_bar=False, keep_going=True, channel=channel, **more
        )

    def classify(block):
        if channel == EACH:
            return _by_channel(classify_one, block)
        return classify_one(block, channel)

    n_files = BLOCK_FILES if window_s is None else 1
    blocks = _blocks(files, n_files, n_threads)
    with contextlib.closing(by_core(classify, blocks, n_threads)) as found:
        for block, results in found:
            yield from zip(block, results, strict=True)


def _blocks(files, n_most, n_threads):
    """Cut a stream of files into blocks that double in size per thread."""
    files, n_files = iter(files), 1
    while True:
        for _ in range(n_threads):
            block = list(itertools.islice(files, n_files))
            if not block:
                return
            yield block
        n_files = min(2 * n_files, n_most)


def _classify_long(classifier, path, window_s, channel):
    """Return the timeline of a file, or the error if it cannot be used."""
    try:
        return classifier.classify_long(
            path, window_s, window_s / 2, channel=channel
        )
    except BadAudioError as error:
        return error


def _by_channel(classify, paths):
    """Classify each channel of files; log the channels that cannot be used.

    A file without a usable channel has the error of its first channel.
    """
    counts = [*map(_n_channels, paths)]
    found = [{} if isinstance(n, int) else n for n in counts]
    numbers = [n if isinstance(n, int) else 0 for n in counts]
    for index in range(max(numbers, default=0)):
        places = [place for place, n in enumerate(numbers) if n > index]
        results = classify([paths[place] for place in places], index)
        for place, result in zip(places, results, strict=True):
            found[place][name_of(index, numbers[place])] = result
    return [_usable(channels) for channels in found]


def _n_channels(path):
    try:
        return n_channels(path)
    except BadAudioError as error:
        return error


def _usable(channels):
    """Return the usable channels of a file, or the error if there are none."""
    if isinstance(channels, BadAudioError):
        return channels
    bad = {n: r for n, r in channels.items() if isinstance(r, BadAudioError)}
    if len(bad) == len(channels):
        return next(iter(bad.values()))
    for name, error in bad.items():
        logger.warning("channel %s has no row: %s", name, error)
    return {n: result for n, result in channels.items() if n not in bad}


def _notes(result):
    """Return the notes on a recording, without repetition."""
    results = result.values() if isinstance(result, dict) else [result]
    return dict.fromkeys(note for one in results for note in one.notes)


def _rows(path, result):
    """Convert a result to rows with ``columns`` as keys."""
    if isinstance(result, dict):
        rows = [
            {**row, "channel": name}
            for name, one in result.items()
            for row in _rows(path, one)
        ]
        return [
            {**r, N_CHANNELS: len(rows), N_SEGMENTS: len(rows)} for r in rows
        ]
    if not isinstance(result, Timeline):
        return [_row(path, result)]
    return [
        {
            N_SEGMENTS: len(result.segments),
            "start_s": round(segment.start_s, N_DIGITS),
            "end_s": round(segment.end_s, N_DIGITS),
            **_row(path, segment.prediction),
        }
        for segment in result.segments
    ]


def _row(path, prediction):
    if isinstance(prediction, Ratings):
        return {
            "file": path,
            **{n: round(v, N_DIGITS) for n, v in prediction.values.items()},
            NOTE: " ".join(prediction.notes),
        }
    probabilities = {
        f"p_{name}": round(probability, N_DIGITS)
        for name, probability in prediction.probabilities.items()
    }
    return {
        "file": path,
        "emotion": prediction.emotion,
        "probability": round(prediction.probability, N_DIGITS),
        **probabilities,
        "speech": round(prediction.speech, N_DIGITS),
        NOTE: " ".join(prediction.notes),
    }
