"""Measure delay and memory of a stream over two hours.

Speech of the demo corpus is fed in chunks of 0.1 s, faster than real time, on one
thread. The time to classify a window adds to the delay of its event.

> python benchmarks/stream.py --model MODEL

MODEL is the model/ of a run; by default source_only is trained on the demo corpus.
Takes about two minutes. Writes stream.json, from which ``make tables`` writes
results.md. Memory is read as Linux reports it.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import predict
import recipe
import torch

MINUTES = (10, 60, 120)
WINDOW_S, HOP_S, CHUNK_S = 4.0, 2.0, 0.1


def memory_mb() -> float:
    """Read the memory of this process in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def chunks(minutes):
    """Yield chunks of speech."""
    n_chunk, kept = round(CHUNK_S * predict.RATE_HZ), np.zeros(0)
    voices = predict.speech()
    for _ in range(round(minutes * 60 / CHUNK_S)):
        while len(kept) < n_chunk:
            kept = np.concatenate([kept, next(voices)])
        yield kept[:n_chunk]
        kept = kept[n_chunk:]


def measure(classifier) -> dict:
    """Feed the longest of the durations; return seconds a window, and memory."""
    stream = classifier.stream(predict.RATE_HZ, WINDOW_S, HOP_S)
    taken_s, memory = [], {}
    for number, samples in enumerate(chunks(MINUTES[-1]), start=1):
        started = time.perf_counter()
        if stream.feed(samples):
            taken_s.append(time.perf_counter() - started)
        minute = number * CHUNK_S / 60
        for wanted in MINUTES:
            if abs(minute - wanted) < CHUNK_S / 120:
                memory[wanted] = round(memory_mb(), 1)
    return {
        "n_windows": len(taken_s),
        "median_s": round(float(np.median(taken_s)), 4),
        "most_s": round(max(taken_s), 4),
        "memory_mb": memory,
    }


def main():
    """Measure and write stream.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model")
    parser.add_argument("--runs", default="results/predict")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    from speechbrain_clser.inference.classifier import EmotionClassifier

    model = arguments.model
    if not model:
        recipe.run("source_only", arguments.runs)
        model = Path(arguments.runs, "model")
    classifier = EmotionClassifier.from_hparams(
        model, run_opts={"device": "cpu"}
    )
    found = measure(classifier)
    print(found)
    recipe.write(arguments.output, found)


if __name__ == "__main__":
    main()
