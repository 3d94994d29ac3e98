"""Measure the speed of ``clser predict`` and the cost of long recordings.

500 files of 1 to 8 s, concatenated from the demo corpus, are classified by a model of
``source_only`` trained on that corpus:

- by ``clser predict``, a thread per core;
- by a loop over ``classify_file`` of SpeechBrain's own ``EncoderClassifier``,
  with as many threads, and with one; the faster of the two counts.

Both run as separate programs on the same cores, in turn; the fastest of several rounds
counts. Waiting threads sleep, so that other load on the machine affects all programs
alike. The start-up time is measured with a single file. In addition, the peak memory of
a process that classifies recordings of minutes and hours in windows is measured.

> python benchmarks/predict.py

Takes some minutes on two cores. Prints and writes predict.json, from which ``make
tables`` writes results.md. Memory is read as Linux reports it.
"""

import argparse
import csv
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import recipe
import soundfile
import tables

N_FILES = 500
SHORTEST_S, LONGEST_S = 1.0, 8.0
RATE_HZ = 16000
MINUTES = (2, 20, 120)

# Code of a typical user.
STOCK = """
import json, sys, torch
from speechbrain.inference.classifiers import EncoderClassifier
model, n_threads, *files = sys.argv[1:]
torch.set_num_threads(int(n_threads))
classifier = EncoderClassifier.from_hparams(
    source=model, run_opts={"device": "cpu"}
)
labels = {path: classifier.classify_file(path)[3][0] for path in files}
print(json.dumps(labels))
"""


def speech():
    """Yield samples of the demo corpus endlessly, utterance by utterance."""
    from speechbrain_clser import corpora
    from speechbrain_clser.data.corpus import recordings

    files = recordings(corpora.locate(corpora.load("demo").card))
    rng = np.random.default_rng(0)
    while True:
        samples, rate_hz = soundfile.read(files[rng.integers(len(files))])
        assert rate_hz == RATE_HZ
        yield samples


def write_files(folder, n_files) -> float:
    """Write files of random lengths; return their total duration in seconds."""
    voices, rng, total = speech(), np.random.default_rng(1), 0
    for number in range(n_files):
        n_samples = int(RATE_HZ * rng.uniform(SHORTEST_S, LONGEST_S))
        samples = np.zeros(0)
        while len(samples) < n_samples:
            samples = np.concatenate([samples, next(voices)])
        path = folder / f"{number:04}.wav"
        soundfile.write(path, samples[:n_samples], RATE_HZ)
        total += n_samples
    return total / RATE_HZ


def write_long(path, minutes):
    """Write minutes of speech with constant memory."""
    left = minutes * 60 * RATE_HZ
    voices = speech()
    with soundfile.SoundFile(path, "w", RATE_HZ, 1) as file:
        while left > 0:
            samples = next(voices)[:left]
            file.write(samples)
            left -= len(samples)


def program(command, n_threads) -> tuple:
    """Run a program; return its output, wall time and CPU time."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(n_threads),
        "OMP_WAIT_POLICY": "passive",
    }
    before, started = _cpu_s(), time.perf_counter()
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment
    )
    took = time.perf_counter() - started, _cpu_s() - before
    return done.stdout, took


def _cpu_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def stock(model, files, n_threads) -> tuple:
    """Run the loop; return labels, wall time and CPU time."""
    command = [sys.executable, "-c", STOCK, str(model), str(n_threads), *files]
    text, took = program(command, n_threads)
    return json.loads(text.splitlines()[-1]), took


def ours(model, files, n_threads) -> tuple:
    """Run ``clser predict``; return labels, wall time and CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "emotions.csv")
        command = [sys.executable, "-m", "speechbrain_clser.cli", "predict"]
        command += [str(model), *files, "--out", str(out), "--device", "cpu"]
        _, took = program([*command, "--threads", str(n_threads)], n_threads)
        with open(out, newline="") as file:
            labels = {
                row["file"]: row["emotion"] for row in csv.DictReader(file)
            }
    return labels, took


def throughput(model, folder, n_threads, n_rounds) -> dict:
    """Compare the throughput of both.

    Arguments
    ---------
    model, folder : Path
        Of the model, of the files.
    n_threads, n_rounds : int
        In total, of each program; how often each runs.

    Returns
    -------
    dict
        By program: seconds with and without its start, and of all cores; how
        many labels agree, and how many times faster ours is.
    """
    files = sorted(map(str, folder.iterdir()))
    programs = {
        "ours": lambda given: ours(model, given, n_threads),
        f"{n_threads} threads": lambda g: stock(model, g, n_threads),
        "1 thread": lambda given: stock(model, given, 1),
    }
    labels, taken = {}, {name: [] for name in programs}
    starts = {name: [] for name in programs}
    for _ in range(n_rounds):
        for name, run in programs.items():
            starts[name].append(run(files[:1])[1])
            labels[name], took = run(files)
            taken[name].append(took)
    found = {}
    for name in programs:
        (whole_s, cpu_s), start = min(taken[name]), min(starts[name])
        found[name] = {
            "whole_s": round(whole_s, 2),
            "start_s": round(start[0], 2),
            "running_s": round(whole_s - start[0], 2),
            "running_cpu_s": round(cpu_s - start[1], 2),
        }
    mine, *others = found.values()
    return {
        "n_files": len(files),
        "programs": found,
        "same_labels": sum(
            len({of[path] for of in labels.values()}) == 1 for path in files
        ),
        **{
            f"times_faster_{key}": round(
                min(other[f"{key}_s"] for other in others) / mine[f"{key}_s"],
                2,
            )
            for key in ("running", "whole")
        },
    }


def measure_long(model, path, pipe):
    """Measure time and memory for one recording in windows, on one thread."""
    import torch

    from speechbrain_clser.inference.classifier import EmotionClassifier

    torch.set_num_threads(1)
    classifier = EmotionClassifier.from_hparams(
        model, run_opts={"device": "cpu"}
    )
    started = time.perf_counter()
    timeline = classifier.classify_long(path)
    taken_s = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send(
        {
            "seconds": round(taken_s, 1),
            "peak_mb": round(peak / 1024),
            "n_segments": len(timeline.segments),
        }
    )


def long(model, minutes) -> dict:
    """Classify a recording of some minutes in a separate process."""
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.wav")
        write_long(path, minutes)
        process = context.Process(target=measure_long, args=(model, path, its))
        process.start()
        answer = mine.recv()
        process.join()
    return answer


def main():
    """Measure everything, print it, write predict.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="By default one is trained.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=N_FILES)
    parser.add_argument("--runs", default="results/predict")
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    model = arguments.model
    if not model:
        recipe.run("source_only", arguments.runs)
        model = Path(arguments.runs, "model")
    cores = sorted(os.sched_getaffinity(0))[: arguments.threads]
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as folder:
        sound_s = write_files(Path(folder), arguments.files)
        found = throughput(
            Path(model).resolve(),
            Path(folder),
            arguments.threads,
            arguments.rounds,
        )
    result = {
        **found,
        "sound_s": round(sound_s),
        "n_threads": arguments.threads,
        "long": {minutes: long(model, minutes) for minutes in MINUTES},
        "machine": platform.machine(),
    }
    for name, values in result.items():
        print(f"{name}: {values}")
    recipe.write(arguments.output, result)
    if Path(arguments.output) == Path(__file__).with_suffix(".json"):
        tables.main()


if __name__ == "__main__":
    main()
