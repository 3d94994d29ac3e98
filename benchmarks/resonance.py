"""Measure the cost of two implementations of the resonance of all pairs.

Resonance is defined as a weighted sum over all pairs of frames of two
utterances. ``naive`` builds the cosines of all these pairs, (batch, batch,
frames, frames), and sums them; ``sums`` uses that the cosine of unit vectors is
linear in both, sums the frames of each utterance first, and multiplies. Each
size runs in a process of its own, forward and backward, as in a training step.

time_ms
    Time of forward and backward, median.
memory_mib
    Peak memory minus memory before; from /proc, so on Linux only.
difference
    Maximum difference between the two.

> python benchmarks/resonance.py

Needs no data. Takes about a minute on one core. Prints a table and writes
resonance.json.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

SIZES = [(16, 32), (32, 64), (64, 64), (84, 64), (84, 128)]
DIM = 64
N_REPEATS = 5
SEED = 0


def main():
    """Measure all sizes, print the table, write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.one:
        form, n_utterances, n_frames = arguments.one
        print(json.dumps(measure(form, int(n_utterances), int(n_frames))))
        return
    results = []
    for n_utterances, n_frames in SIZES:
        result = {
            "utterances": n_utterances,
            "frames": n_frames,
            "dim": DIM,
            "difference": difference(n_utterances, n_frames),
        }
        for form in FORMS:
            result[form] = apart(form, n_utterances, n_frames)
        results.append(result)
        print(
            f"{n_utterances:4} x {n_frames:4}"
            + "".join(
                f"   {form} {result[form]['time_ms']:9.1f} ms "
                f"{result[form]['memory_mib']:8.1f} MiB"
                for form in FORMS
            )
        )
    Path(arguments.output).write_text(json.dumps(results, indent=1) + "\n")


def naive(frames, weights):
    """Compute the definition, with all pairs of frames at once."""
    unit = torch.nn.functional.normalize(frames, dim=-1)
    cosines = torch.einsum("itd,jud->ijtu", unit, unit)
    pairs = weights[:, None, :, None] * weights[None, :, None, :]
    return (pairs * cosines).sum(dim=(2, 3))


def sums(frames, weights):
    """Compute the implementation of the package."""
    from speechbrain_clser.methods.sere.resonance import resonance

    return resonance(frames, weights)


FORMS = {"naive": naive, "sums": sums}


def utterances(n_utterances, n_frames) -> tuple:
    """Sample frames and weights; a quarter of the frames are highlights."""
    torch.manual_seed(SEED)
    frames = torch.randn(n_utterances, n_frames, DIM, requires_grad=True)
    scores = torch.randn(n_utterances, n_frames)
    best = scores.topk(n_frames // 4, dim=1)
    highlights = torch.full_like(scores, -torch.inf)
    highlights = highlights.scatter(1, best.indices, best.values)
    return frames, highlights.softmax(dim=1)


def difference(n_utterances, n_frames) -> float:
    """Compute the maximum difference between the two implementations."""
    args = utterances(n_utterances, n_frames)
    with torch.no_grad():
        return float((naive(*args) - sums(*args)).abs().max())


def measure(form, n_utterances, n_frames) -> dict:
    """Measure time and memory of one implementation, in this process."""
    frames, weights = utterances(n_utterances, n_frames)
    small = utterances(2, 8)
    FORMS[form](*small).square().sum().backward()  # warm-up
    Path("/proc/self/clear_refs").write_text("5")  # reset the peak
    before = peak_kib()
    times = []
    for _ in range(N_REPEATS):
        started = time.perf_counter()
        FORMS[form](frames, weights).square().sum().backward()
        times.append(time.perf_counter() - started)
    return {
        "time_ms": round(1000 * statistics.median(times), 2),
        "memory_mib": round((peak_kib() - before) / 1024, 1),
    }


def peak_kib() -> int:
    """Return the peak memory of this process."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1])


def apart(form, n_utterances, n_frames) -> dict:
    """Run ``measure`` in a separate process."""
    command = [sys.executable, __file__, "--one"]
    command += [form, str(n_utterances), str(n_frames)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


if __name__ == "__main__":
    main()
