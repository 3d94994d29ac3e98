"""Align the phones of a known sentence with a synthetic reading.

A speech synthesiser reads the sentence with known phone boundaries. Dynamic time
warping maps the frames of the recording to the reading and transfers the
boundaries, as aeneas does with phrases (https://github.com/readbeyond/aeneas). The
method needs no training and no download.
"""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import torch

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.cepstra import (
    HOP_S,
    SAMPLE_RATE_HZ,
    cepstra,
    distances,
)
from speechbrain_clser.features.phones.dtw import warp
from speechbrain_clser.features.phones.phone import phones_of
from speechbrain_clser.features.transcripts import text_of


def align(wav: torch.Tensor, reading: torch.Tensor, segments: list) -> tuple:
    """Transfer the phones of a reading to a recording of the same sentence.

    Arguments
    ---------
    wav : torch.Tensor, (samples,)
        Recording at 16 kHz; pauses and silent ends get no phone.
    reading : torch.Tensor, (samples,)
        The same sentence by another voice, at 16 kHz.
    segments : list of (str, float, float)
        Phones of the reading without gaps: symbol, start and end in seconds.

    Returns
    -------
    tuple of Phone
        Confidence is the mean similarity to the frames of the reading, 0-1. Phones
        without duration in the recording are dropped.

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
    recorded, recorded_index = cepstra(wav)
    distance = distances(read, recorded)
    path = warp(distance)
    similarity = (1 - distance[path[:, 0], path[:, 1]]).clip(0, 1)
    bounds_s = [segments[0][1], *(end_s for _, _, end_s in segments)]
    # Reading frame -> index of spoken reading frames -> index of spoken recording
    # frames -> recording frame.
    places = np.interp(
        np.array(bounds_s) / HOP_S, read_index, np.arange(len(read))
    )
    carried = np.interp(places, np.arange(len(read)), _partners(path))
    times_s = (
        np.interp(carried, np.arange(len(recorded)), recorded_index) * HOP_S
    )
    stretches = _stretches(recorded_index)
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
    """Align all utterances with a known sentence; empty if it is unknown.

    ``sentences`` is as for ``transcripts.text_of``. With ``recogniser``, its forced alignment is
    used in place of time warping. eSpeak NG must be installed and support the language.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", sentence="a01")
    >>> align_all([row], load=None, sentences={})
    {'1': ()}
    """
    from speechbrain_clser.contrib.synthesis.recital import Line, recite

    texts = [(row, text_of(row, sentences)) for row in rows]
    lines = {
        row.id: Line(row.language, text, row.gender)
        for row, text in texts
        if text
    }
    readings = recite(lines.values())
    found = {}
    for row, _ in texts:
        found[row.id] = ()
        if line := lines.get(row.id):
            reading, segments = readings[line]
            wav = load(row.wav, SAMPLE_RATE_HZ)
            if recogniser:
                symbols = [symbol for symbol, _, _ in segments]
                found[row.id] = recogniser.find(wav, symbols)
            else:
                found[row.id] = align(wav, torch.from_numpy(reading), segments)
    return found


def _partners(path):
    """Return the mean column index of each row of a warping path."""
    rows, columns = path.T
    first = np.searchsorted(rows, np.arange(rows[-1] + 1))
    last = np.searchsorted(rows, np.arange(rows[-1] + 1), side="right") - 1
    return (columns[first] + columns[last]) / 2


def _stretches(index):
    """Return start and end in seconds of speech between pauses."""
    breaks = np.flatnonzero(np.diff(index) > 1) + 1
    return [
        (piece[0] * HOP_S, piece[-1] * HOP_S)
        for piece in np.split(index, breaks)
    ]


def _longest(start_s, end_s, stretches):
    """Return the longest part of a phone without a pause."""
    parts = [
        (max(start_s, first_s), min(end_s, last_s))
        for first_s, last_s in stretches
    ]
    start_s, end_s = max(parts, key=lambda part: part[1] - part[0])
    return float(start_s), float(max(start_s, end_s))
