"""Phones of a sentence that is known: spoken by a machine, then carried over.

A synthetic voice reads the sentence, so where its phones are is known. Dynamic
time warping finds which frame of the recording is which of the reading, and the
phones go along, as aeneas does it with whole phrases (https://github.com/
readbeyond/aeneas). Nothing is trained and nothing downloaded.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import torch

from speechbrain_clser.corpora._speaking.recital import Line, recite
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.cepstra import (
    HOP_S,
    SAMPLE_RATE_HZ,
    cepstra,
    distances,
)
from speechbrain_clser.features.phones.dtw import warp
from speechbrain_clser.features.phones.segments import phones_of


def align(wav: torch.Tensor, reading: torch.Tensor, segments: list) -> tuple:
    """Carry the phones of a reading over to a recording of the same sentence.

    Arguments
    ---------
    wav : torch.Tensor, (samples,)
        The recording, at 16 kHz; pauses and silent ends get no phone.
    reading : torch.Tensor, (samples,)
        The same sentence by another voice, at 16 kHz.
    segments : list of (str, float, float)
        Phones of the reading without gaps: symbol, start and end in seconds.

    Returns
    -------
    tuple of Phone
        With the mean similarity of their frames to those of the reading, 0-1, as
        confidence. A phone that takes no time in the recording is left out.

    Example
    -------
    >>> time = torch.arange(8000) * 2 * torch.pi / 16000
    >>> low, high = torch.sin(300 * time), torch.sin(2500 * time)
    >>> reading, slower = torch.cat([low, high]), torch.cat([low, low, high])
    >>> phones = align(slower, reading, [("a", 0.0, 0.5), ("i", 0.5, 1.0)])
    >>> [(phone.ipa, round(phone.end_s, 1)) for phone in phones]
    [('a', 1.0), ('i', 1.5)]
    """
    read, read_index = cepstra(reading)
    recorded, heard_index = cepstra(wav)
    distance = distances(read, recorded)
    path = warp(distance)
    similarity = (1 - distance[path[:, 0], path[:, 1]]).clip(0, 1)
    bounds_s = [segments[0][1], *(end_s for _, _, end_s in segments)]
    # Frame of the reading, then place among its spoken frames, then place among
    # those of the recording, then frame.
    places = np.interp(
        np.array(bounds_s) / HOP_S, read_index, np.arange(len(read))
    )
    carried = np.interp(places, np.arange(len(read)), _partners(path))
    times_s = np.interp(carried, np.arange(len(recorded)), heard_index) * HOP_S
    stretches = _stretches(heard_index)
    found = []
    for n, (raw, _, _) in enumerate(segments):
        start_s, end_s = _longest(times_s[n], times_s[n + 1], stretches)
        is_in = (path[:, 0] >= places[n] - 0.5) & (
            path[:, 0] <= places[n + 1] + 0.5
        )
        sure = similarity[is_in].mean() if is_in.any() else 0.0
        found.append((raw, start_s, end_s, float(sure)))
    return phones_of(found)


def align_all(
    rows: Iterable[Utterance],
    load: Callable,
    sentences: Mapping,
    recogniser=None,
) -> dict:
    """Align all utterances whose sentence is known.

    Arguments
    ---------
    rows : iterable of Utterance
        Language, gender and sentence are read.
    load : callable
        ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
    sentences : mapping
        Corpus to a mapping of names of sentences to what was said. A corpus
        that is not in it writes sentences out, in more than one word.
    recogniser : CtcRecogniser, optional
        Who finds the phones of the reading in the recording, instead of time
        warping.

    Returns
    -------
    dict
        Utterance id to tuple of Phone; empty where the sentence is not known.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    ValueError
        If it does not speak a language.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", sentence="a01")
    >>> align_all([row], load=None, sentences={})
    {'1': ()}
    """
    said = [(row, _line(row, sentences)) for row in rows]
    readings = recite(line for _, line in said if line)
    found = {}
    for row, line in said:
        found[row.id] = ()
        if line:
            reading, segments = readings[line]
            wav = load(row.wav, SAMPLE_RATE_HZ)
            if recogniser:
                symbols = [symbol for symbol, _, _ in segments]
                found[row.id] = recogniser.find(wav, symbols)
            else:
                found[row.id] = align(wav, torch.from_numpy(reading), segments)
    return found


def _line(row, sentences):
    """What is to be read for an utterance; None when nobody knows."""
    text = text_of(row, sentences)
    return Line(row.language, text, row.gender) if text else None


def text_of(row: Utterance, sentences: Mapping) -> str:
    """Find out what was said.

    Arguments
    ---------
    row : Utterance
        Corpus and sentence are read.
    sentences : mapping
        As for ``align_all``.

    Returns
    -------
    str
        Empty when it is not known.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "x", "deu", sentence="a", corpus="x")
    >>> text_of(row, {"x": {"a": "Guten Tag."}}), text_of(row, {})
    ('Guten Tag.', '')
    """
    if row.corpus in sentences:
        return sentences[row.corpus].get(row.sentence, "")
    return row.sentence if len(row.sentence.split()) > 1 else ""


def _partners(path):
    """For each row of a warped matrix the middle of its columns."""
    rows, columns = path.T
    first = np.searchsorted(rows, np.arange(rows[-1] + 1))
    last = np.searchsorted(rows, np.arange(rows[-1] + 1), side="right") - 1
    return (columns[first] + columns[last]) / 2


def _stretches(index):
    """Start and end in seconds of what is spoken without a pause."""
    breaks = np.flatnonzero(np.diff(index) > 1) + 1
    return [
        (piece[0] * HOP_S, piece[-1] * HOP_S)
        for piece in np.split(index, breaks)
    ]


def _longest(start_s, end_s, stretches):
    """The longest part of a phone that no pause interrupts."""
    parts = [
        (max(start_s, first_s), min(end_s, last_s))
        for first_s, last_s in stretches
    ]
    start_s, end_s = max(parts, key=lambda part: part[1] - part[0])
    return float(start_s), float(max(start_s, end_s))
