"""Compare Whisper on real frames and padded to 30 s: cost and a linear probe.

Cost: both forms in turn on the same utterances of about 3 s, one thread. Probe:
logistic regression on mean and deviation of the average of layers 2-4, each of four
corpora left out in turn, normalised by corpus, classes of corpora weighted alike.
The padded form is many times slower, so the two are compared on a fixed subset:
``--per_cell`` utterances of each class of each corpus. Speeds: what views of the
training utterances at 0.9 and 1.1 times their speed add, within sources: of every
three corpora one is left out, the other two train.

> python benchmarks/whisper.py --encoder openai/whisper-base \
      --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Prints the content of whisper.json.
"""

import argparse
import collections
import itertools
import time
from pathlib import Path

import numpy as np
import recipe
import torch

from speechbrain_clser.adaptation.linear import linear_classifier
from speechbrain_clser.cache import cache_folder
from speechbrain_clser.data import prepare, protocol
from speechbrain_clser.data.audio import load
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.statistics import estimate
from speechbrain_clser.features.encoders import extractor
from speechbrain_clser.features.loading import at_speed
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.features.store import Store

LAYERS = "2-4"
WINDOWS = ("real", "30s")
SPEEDS = (0.9, 1.1)
AROUND_S = (2.8, 3.2)


def subset(rows, n) -> list:
    """Select utterances of each class of each corpus.

    The order of their digests is as good as random, and that of no speaker.

    Arguments
    ---------
    rows : list of Utterance
        With emotions and digests.
    n : int
        Of each cell, at most.

    Returns
    -------
    list of Utterance
        Cell by cell.

    Example
    -------
    >>> from types import SimpleNamespace as Row
    >>> rows = [Row(corpus="a", emotion="joy", digest=name) for name in "cab"]
    >>> [row.digest for row in subset(rows, 2)]
    ['a', 'b']
    """
    cells = collections.defaultdict(list)
    for row in rows:
        cells[row.corpus, row.emotion].append(row)
    return [
        row
        for cell in cells.values()
        for row in sorted(cell, key=lambda row: row.digest)[:n]
    ]


def cost(encoders, rows) -> dict:
    """Measure the CPU time of both forms in turn.

    Arguments
    ---------
    encoders : dict
        Window to SSLFeatures.
    rows : list of Utterance
        Of about 3 s.

    Returns
    -------
    dict
        CPU seconds for a second of sound, by window, and their ratio.
    """
    wavs = [load(row.wav, 16000) for row in rows]
    spent = dict.fromkeys(WINDOWS, 0.0)
    for wav, window in itertools.product([wavs[0], *wavs], WINDOWS):
        start = time.process_time()
        encoders[window](wav[None], torch.ones(1))
        if wav is not wavs[0]:  # the first is a warm-up
            spent[window] += time.process_time() - start
    audio_s = sum(map(len, wavs[1:])) / 16000
    found = {window: s / audio_s for window, s in spent.items()}
    return {
        "n_utterances": len(wavs) - 1,
        "mean_s": audio_s / (len(wavs) - 1),
        "cpu_s_per_s": found,
        "times_cheaper": found["30s"] / found["real"],
    }


def statistics(encoder, rows, cache, speed=1.0) -> dict:
    """Extract or read vectors, normalised by the statistics of their corpus.

    Arguments
    ---------
    encoder : Statistics
        Mean and deviation of the frames.
    rows : list of Utterance
        Of all corpora.
    cache : str or Path
        Of the stores.
    speed : float
        Of the recordings.

    Returns
    -------
    dict
        Utterance id to numpy.ndarray, (dim,).
    """
    store = Store(Path(cache, f"speed_{speed:.2f}"), encoder)
    store.fill(rows, at_speed(load, speed))
    view = store.view(rows)
    view = Normaliser(view, rows, "corpus")(view, rows)
    return {row.id: view[row.id][0].numpy() for row in rows}


def named(train, test, views, scheme) -> np.ndarray:
    """Train a probe and count its confusions by speaker.

    Arguments
    ---------
    train, test : list of Utterance
        Rows.
    views : list of dict
        Of ``statistics``; training rows appear once in each, test ones are
        taken from the first.
    scheme : Scheme
        Classes.

    Returns
    -------
    numpy.ndarray, (speakers, classes, classes)
        Targets are rows.
    """

    def matrix(rows, view):
        return np.stack([view[row.id] for row in rows])

    labels = np.array([scheme.index(row.emotion) for row in train] * len(views))
    corpora = np.array([row.corpus for row in train] * len(views))
    values = np.concatenate([matrix(train, view) for view in views])
    posteriors = linear_classifier(
        values, labels, corpora, len(scheme), matrix(test, views[0])
    )
    speakers = sorted({row.speaker for row in test})
    counts = np.zeros((len(speakers), len(scheme), len(scheme)), int)
    for row, answer in zip(test, posteriors.argmax(axis=1), strict=True):
        speaker = speakers.index(row.speaker)
        counts[speaker, scheme.index(row.emotion), answer] += 1
    return counts


def left_out(rows, views, scheme) -> dict:
    """Leave each corpus out in turn.

    Arguments
    ---------
    rows, views, scheme
        As for ``named``.

    Returns
    -------
    dict
        Corpus to confusions by speaker.
    """
    return {
        name: named(
            [row for row in rows if row.corpus != name],
            [row for row in rows if row.corpus == name],
            views,
            scheme,
        )
        for name in dict.fromkeys(row.corpus for row in rows)
    }


def scores(counts) -> dict:
    """Score each corpus and their mean.

    Arguments
    ---------
    counts : dict
        Of ``left_out``.

    Returns
    -------
    dict
        Corpus, and ``mean``, to ``mean``, ``low`` and ``high``.
    """
    runs = {name: _run(c) for name, c in counts.items()}
    return {
        **{name: _score(estimate([run])) for name, run in runs.items()},
        "mean": _score(estimate([*runs.values()])),
    }


def gain(counts, baseline) -> dict:
    """Compare two systems on the same utterances, paired by speaker.

    Arguments
    ---------
    counts, baseline : dict
        Name of a fold to confusions by speaker.

    Returns
    -------
    dict
        Mean difference of UAR: ``mean``, ``low`` and ``high``.
    """
    runs, others = (
        [_run(of[name]) for name in counts] for of in (counts, baseline)
    )
    return _score(estimate(runs, others))


def _run(confusions):
    """Confusions of one training, (speakers, classes, classes)."""
    return RunCounts([*map(str, range(len(confusions)))], [0], confusions[None])


def _score(found):
    low, high = found.interval()
    return {"mean": found.value, "low": low, "high": high}


def of_windows(encoders, rows, n, scheme, cache) -> dict:
    """Compare the probe on real frames with that on padded ones."""
    chosen = subset(rows, n)
    counts = {
        window: left_out(
            chosen, [statistics(encoders[window], chosen, cache)], scheme
        )
        for window in WINDOWS
    }
    return {
        "per_cell": n,
        "n_utterances": len(chosen),
        **{window: scores(of) for window, of in counts.items()},
        "real_minus_30s": gain(counts["real"], counts["30s"]),
    }


def of_speeds(encoder, rows, n, scheme, cache) -> dict:
    """Measure the effect of speed perturbation within sources."""
    chosen = subset(rows, n)
    plain, *others = (
        statistics(encoder, chosen, cache, speed) for speed in (1.0, *SPEEDS)
    )
    with_views, without = {}, {}
    names = dict.fromkeys(row.corpus for row in chosen)
    for *pair, out in itertools.permutations(names, 3):
        if pair != sorted(pair):
            continue
        train = [row for row in chosen if row.corpus in pair]
        test = [row for row in chosen if row.corpus == out]
        fold = f"{'+'.join(pair)} to {out}"
        without[fold] = named(train, test, [plain], scheme)
        with_views[fold] = named(train, test, [plain, *others], scheme)
    return {
        "per_cell": n,
        "n_utterances": len(chosen),
        "without": scores(without)["mean"],
        "with": scores(with_views)["mean"],
        "gain": gain(with_views, without),
    }


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--cache", default=Path(cache_folder(), "whisper"))
    parser.add_argument("--per_cell", type=int, default=10)
    parser.add_argument("--speeds_per_cell", type=int, default=16)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    plan = protocol.load("four_without_german")
    scheme, cache = plan.scheme, arguments.cache
    _, rows = prepare.load_corpora(
        plan, arguments.data_folder, Path(cache, "manifests")
    )
    rows = [row for row in rows if scheme.index(row.emotion) is not None]
    frames, encoders = (
        {
            window: extractor(
                arguments.encoder, LAYERS, reduce=reduce, window=window
            )
            for window in WINDOWS
        }
        for reduce in ("frames", "statistics")
    )
    short, long = AROUND_S
    around = [row for row in rows if short <= row.duration_s <= long]
    of = scheme, cache
    found = {
        "cost": cost(frames, subset(around, 1)),
        "windows": of_windows(encoders, rows, arguments.per_cell, *of),
        "speeds": of_speeds(
            encoders["real"], rows, arguments.speeds_per_cell, *of
        ),
    }
    recipe.write(Path(__file__).with_suffix(".json"), found)
    print(found)


if __name__ == "__main__":
    main()
