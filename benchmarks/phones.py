"""Measure the errors of `align` on utterances with known phone boundaries.

Every emotional utterance of the demo corpus is aligned to a neutral reading of its
sentence by a voice that is not in the corpus, once of the same and once of the other
sex. All voices are from the same synthesiser, so errors on human speech are larger.
The baseline assumes phones of equal duration.

> python benchmarks/phones.py [--data_folder <folder of EMO-DB EMOVO RAVDESS>]

Real corpora have no reference boundaries. For them, the script counts the aligned
recordings and measures how well the energy above 4 kHz separates [s], [ʃ] and similar
phones from all others, also for phones of equal duration: the area under the curve is
0.5 for chance. The constants of the aligner were chosen on samples of the same corpora,
so both measures are slightly optimistic. Takes about two minutes on one core. Prints
the content of phones.json.
"""

import argparse
import collections
import dataclasses
import difflib
import json
import time
from pathlib import Path

import numpy as np
import recipe
import torch
from sklearn.metrics import roc_auc_score

from speechbrain_clser import corpora
from speechbrain_clser.corpora import demo, emodb, emovo, ravdess
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.phones.align import align_all

REAL = (emodb, emovo, ravdess)
EVERY = 5  # recording of a real corpus
OTHER = {"female": "male", "male": "female"}
HISSING = frozenset({"s", "z", "ʃ", "ʒ", "ts", "tʃ", "dʒ"})


def boundary_errors(row, phones) -> list:
    """Compute the errors of the boundaries inside an utterance.

    Arguments
    ---------
    row : Utterance
        With true phones.
    phones : tuple of Phone
        Found; those that were left out are passed over.

    Returns
    -------
    list of (float, float, float)
        Error of each boundary and of the evenly spaced one, in ms, and the lesser
        confidence of the two phones beside it.
    """
    true = [raw for raw, _, _ in row.phones]
    even_s = np.linspace(0, row.phones[-1][2], len(true) + 1)
    matcher = difflib.SequenceMatcher(
        None, true, [phone.raw for phone in phones], autojunk=False
    )
    errors = []
    for block in matcher.get_matching_blocks():
        for n in range(1, block.size):
            here, there = block.a + n, block.b + n
            start_s = row.phones[here][1]
            found_s = (phones[there - 1].end_s + phones[there].start_s) / 2
            errors.append(
                (
                    1000 * abs(found_s - start_s),
                    1000 * abs(even_s[here] - start_s),
                    min(p.confidence for p in phones[there - 1 : there + 1]),
                )
            )
    return errors


def summary(errors) -> dict:
    """Summarise the errors of many boundaries.

    Arguments
    ---------
    errors : list
        Of ``boundary_errors``.

    Returns
    -------
    dict
        Medians in ms, and the share of boundaries within 20 ms.

    Example
    -------
    >>> summary([(5.0, 40.0, 0.9), (25.0, 60.0, 0.2)])["within_20_ms"]
    0.5
    """
    found, even, _ = np.array(errors).T
    return {
        "n_boundaries": len(found),
        "median_ms": round(float(np.median(found)), 1),
        "p90_ms": round(float(np.percentile(found, 90)), 1),
        "within_20_ms": round(float(np.mean(found <= 20)), 3),
        "even_median_ms": round(float(np.median(even)), 1),
        "even_within_20_ms": round(float(np.mean(even <= 20)), 3),
    }


def on_demo() -> dict:
    """Align the demo corpus to readings by the same and by the other sex.

    Returns
    -------
    dict
        By who reads: share of phones found; summaries of all, by sex, emotion,
        language and rate, and of what the aligner is least and most sure of.
    """
    rows = [
        row
        for row in demo.utterances(demo.default_root())
        if row.raw_emotion != "neutral"
    ]
    rates = np.array([len(row.phones) / row.phones[-1][2] for row in rows])
    pace = np.digitize(rates, np.quantile(rates, [1 / 3, 2 / 3]))
    found = {}
    for reader in ("same sex", "other sex"):
        asked = [
            dataclasses.replace(row, gender=OTHER[row.gender])
            if reader == "other sex"
            else row
            for row in rows
        ]
        phones = align_all(asked, load, {})
        groups = collections.defaultdict(list)
        for row, speed in zip(rows, pace, strict=True):
            errors = boundary_errors(row, phones[row.id])
            for name in (
                *("all", row.gender, row.raw_emotion, row.language),
                ("slow third", "medium third", "quick third")[speed],
            ):
                groups[name] += errors
        sure = np.quantile([e[2] for e in groups["all"]], [0.1, 0.9])
        groups["least sure tenth"] = [
            e for e in groups["all"] if e[2] <= sure[0]
        ]
        groups["most sure tenth"] = [
            e for e in groups["all"] if e[2] >= sure[1]
        ]
        n_phones = sum(len(row.phones) for row in rows)
        found[reader] = {
            "phones_found": round(sum(map(len, phones.values())) / n_phones, 4),
            "boundaries": {name: summary(groups[name]) for name in groups},
        }
    return {"n_utterances": len(rows), "reader_of": found}


def hiss(wav, phones) -> np.ndarray:
    """Compute the share of energy above 4 kHz in each phone.

    Arguments
    ---------
    wav : torch.Tensor, (samples,)
        At 16 kHz.
    phones : list of (float, float)
        Start and end in seconds.

    Returns
    -------
    numpy.ndarray, (phones,)
        0-1.
    """
    power = torch.stft(
        wav, 512, 160, 400, torch.hann_window(400), return_complex=True
    )
    power = power.abs().square().numpy()
    shares = []
    for start_s, end_s in phones:
        first = int(start_s * 100)
        last = max(first + 1, int(end_s * 100))
        piece = power[:, first:last].sum(axis=1)
        shares.append(piece[128:].sum() / (piece.sum() + 1e-9))
    return np.array(shares)


def on_real(corpus, data_folder) -> dict:
    """Align a subset of a corpus of human speech.

    Arguments
    ---------
    corpus : module
        With sentences.
    data_folder : str or Path
        Holds a folder per corpus.

    Returns
    -------
    dict
        Counts, means, and how well hissing sounds are where they should be.
    """
    name = corpus.CARD.name
    root = corpora.locate(corpus.CARD, data_folder)
    rows = [
        dataclasses.replace(row, corpus=name)
        for row in list(corpus.utterances(root))[::EVERY]
    ]
    began = time.perf_counter()
    found = align_all(rows, load, {name: corpus.SENTENCES})
    seconds = time.perf_counter() - began
    is_hissing, shares, even_shares, duration_s = [], [], [], 0.0
    for row in rows:
        wav, phones = load(row.wav, 16000), found[row.id]
        duration_s += len(wav) / 16000
        bounds_s = np.linspace(
            phones[0].start_s, phones[-1].end_s, len(phones) + 1
        )
        is_hissing += [phone.ipa in HISSING for phone in phones]
        shares.append(hiss(wav, [(p.start_s, p.end_s) for p in phones]))
        even = zip(bounds_s[:-1], bounds_s[1:], strict=True)
        even_shares.append(hiss(wav, even))
    phones = [phone for said in found.values() for phone in said]
    return {
        "n_utterances": len(rows),
        "aligned": round(sum(map(bool, found.values())) / len(rows), 4),
        "mean_phone_ms": round(
            1000 * float(np.mean([p.end_s - p.start_s for p in phones])), 1
        ),
        "mean_confidence": round(
            float(np.mean([p.confidence for p in phones])), 3
        ),
        "hissing_auc": round(
            roc_auc_score(is_hissing, np.concatenate(shares)), 3
        ),
        "even_hissing_auc": round(
            roc_auc_score(is_hissing, np.concatenate(even_shares)), 3
        ),
        "seconds_per_minute": round(60 * seconds / duration_s, 2),
    }


def main():
    """Measure, print, write phones.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder")
    parser.add_argument(
        "--output", default=Path(__file__).with_name("phones.json")
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    result = {"demo": on_demo()}
    if arguments.data_folder:
        result["real"] = {
            corpus.CARD.name: on_real(corpus, arguments.data_folder)
            for corpus in REAL
        }
    print(json.dumps(result, indent=1, ensure_ascii=False))
    recipe.write(arguments.output, result)


if __name__ == "__main__":
    main()
