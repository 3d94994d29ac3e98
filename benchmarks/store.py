"""Measure savings and cost of the feature store.

A frozen encoder of the size of HuBERT-base (its configuration with random weights, no
download) on utterances of the demo corpus:

- an epoch of training from the store, compared with the same training that reads the
  audio and runs the encoder in every step;
- extraction into the store, compared with the encoder alone on the same batches, by
  CPU time on one core; and by the clock on all cores, compared with a process of the
  encoder alone for each core, all at once;
- random reads per second of 150 frames of 768 half-precision numbers, the fastest of
  five rounds;
- memory of a process that fills and reads such a store, small and large.

> python benchmarks/store.py

Takes some minutes on two cores. Prints and writes store.json, from which ``make
tables`` writes results.md. Memory is read as Linux reports it.
"""

import argparse
import json
import multiprocessing
import platform
import random
import tempfile
import time
from pathlib import Path

import recipe
import tables
import torch

N_UTTERANCES = 48
BATCH_SIZE = 8
N_LAYERS = 8  # of 12, up to the end of the middle third
N_ROUNDS = 5
LONGEST_START_S, LONGEST_S = 120, 600
FRAMES, DIM = 150, 768


def hubert_base(folder):
    """Write an encoder of HuBERT-base's configuration and random weights."""
    import transformers

    torch.manual_seed(0)
    transformers.HubertModel(transformers.HubertConfig()).save_pretrained(
        folder
    )
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(folder)
    return folder


def demo_rows(folder):
    """Return evenly spaced utterances of the demo corpus."""
    from speechbrain_clser import corpora
    from speechbrain_clser.data import manifest

    corpus = corpora.load("demo")
    root = corpora.locate(corpus.card)
    rows = manifest.read(manifest.prepare(corpus, root, folder), root)
    return rows[:: len(rows) // N_UTTERANCES][:N_UTTERANCES]


def bare_encoder(encoder):
    """Load the network of the extractor in transformers, with the used layers only."""
    import transformers

    model = transformers.HubertModel.from_pretrained(encoder).eval()
    del model.encoder.layers[N_LAYERS:]
    return model


@torch.inference_mode()
def run(model, batches):
    """Run an encoder alone."""
    for wavs in batches:
        model(wavs, output_hidden_states=True)


def fill(extractor, rows, folder) -> list:
    """Fill a store; return the batches that the encoder saw."""
    from speechbrain_clser.data.audio import load
    from speechbrain_clser.features.store import Store

    forward, batches = extractor.forward, []

    def record_call(wavs, lens):
        batches.append(wavs)
        return forward(wavs, lens)

    extractor.forward = record_call
    try:
        Store(folder, extractor).fill(rows, load)
    finally:
        extractor.forward = forward
    return batches


def extraction(extractor, rows, folder, encoder) -> dict:
    """Fill stores, and run the encoder alone on the same batches.

    Arguments
    ---------
    extractor : Extractor
        Frozen.
    rows : list of Utterance
        What is extracted.
    folder : Path
        Of the stores, one for each round.
    encoder : Path
        Folder of the encoder.

    Returns
    -------
    dict
        CPU seconds of both, the less of two rounds in turn, and their ratio.
    """
    model = bare_encoder(encoder)
    store_s, bare_s = [], []
    for number in range(2):
        # CPU time excludes other processes.
        batches, cost = recipe.timed(
            fill, extractor, rows, folder / str(number)
        )
        store_s.append(cost["cpu_seconds"])
        bare_s.append(recipe.timed(run, model, batches)[1]["cpu_seconds"])
    return {
        "audio_s": round(sum(row.duration_s for row in rows), 1),
        "store_s": round(min(store_s), 2),
        "bare_s": round(min(bare_s), 2),
        "ratio": round(min(store_s) / min(bare_s), 3),
    }


def run_together(encoder, path, barrier, results):
    """Report the seconds of an encoder that runs at the same time as others."""
    torch.set_num_threads(1)
    model, batches = bare_encoder(encoder), torch.load(path)
    run(model, batches[:1])
    barrier.wait(LONGEST_START_S)
    results.put(recipe.timed(run, model, batches)[1]["seconds"])


def all_cores(extractor, rows, folder, encoder) -> dict:
    """Fill a store on all cores, and run the encoder alone, a process per core.

    Arguments
    ---------
    extractor, rows, folder, encoder
        As for ``extraction``.

    Returns
    -------
    dict
        Number of cores, utterances per second of both, the most of two rounds in
        turn, and the throughput of the store divided by that of the encoder.
    """
    n_cores, before = multiprocessing.cpu_count(), torch.get_num_threads()
    context = multiprocessing.get_context("spawn")
    store_s, bare_s = [], []
    for number in range(2):
        torch.set_num_threads(n_cores)
        batches, cost = recipe.timed(
            fill, extractor, rows, folder / f"all{number}"
        )
        torch.set_num_threads(before)
        store_s.append(cost["seconds"])
        torch.save(batches, folder / "batches.pt")
        barrier, results = context.Barrier(n_cores), context.Queue()
        arguments = encoder, folder / "batches.pt", barrier, results
        processes = [
            context.Process(target=run_together, args=arguments)
            for _ in range(n_cores)
        ]
        for process in processes:
            process.start()
        bare_s.append(max(results.get(timeout=LONGEST_S) for _ in processes))
        for process in processes:
            process.join()
    filled, bare = len(rows) / min(store_s), n_cores * len(rows) / min(bare_s)
    return {
        "cores": n_cores,
        "store_utterances_per_s": round(filled, 2),
        "bare_utterances_per_s": round(bare, 2),
        "share": round(filled / bare, 3),
    }


def epoch(rows, views, extractor, folder, sound) -> float:
    """Train two epochs of source_only, and time the second.

    Arguments
    ---------
    rows : list of Utterance
        Trained and validated on.
    views : list of Mapping
        Frames or samples.
    extractor : Extractor
        Of the frames; runs in the step where samples are given.
    folder : Path
        Of the run.
    sound : str
        ``"frames"`` or ``"wavs"``.

    Returns
    -------
    float
        Seconds.
    """
    from speechbrain_clser.data.pipeline import Codes, dataset
    from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    from speechbrain_clser.lobes.pooling import MeanStdPooling
    from speechbrain_clser.methods.source_only import SourceOnly
    from speechbrain_clser.tasks import Classes
    from speechbrain_clser.training.phases import Phase, run_phases
    from speechbrain_clser.training.records import EpochSelection
    from speechbrain_clser.training.schedules import warmup_cosine
    from speechbrain_clser.training.step import EncoderTraining, TrainingConfig

    scheme = Classes(["anger", "happiness", "neutral", "sadness"])
    torch.manual_seed(0)
    method = SourceOnly(
        ConvTransformer(extractor.dim, n_conv=1),
        MeanStdPooling(64),
        torch.nn.Linear(128, len(scheme)),
    )
    data = dataset(rows, {sound: views}, Codes(scheme, rows))
    valid = dataset(rows[:1], {sound: views}, Codes(scheme, rows))
    folder.mkdir()
    loader = {"batch_size": BATCH_SIZE, "shuffle": True}
    run_phases(
        [Phase("train", "train", 2)],
        method,
        {"train": data, "valid": valid},
        folder,
        {"train": loader, "eval": {"batch_size": 1}},
        EpochSelection("last"),
        encoder=EncoderTraining(extractor if sound == "wavs" else None),
        config=TrainingConfig({"emotion": 1.0}, scheme, 0, warmup_cosine),
        opt_class=torch.optim.AdamW,
        run_opts={"device": "cpu", "noprogressbar": True},
    )
    last = (folder / "epochs.jsonl").read_text().splitlines()[-1]
    return json.loads(last)["seconds"]


class Noise:
    """Encoder without computation, to measure the disk."""

    def __new__(cls):
        """Create an extractor; its class needs torch."""
        import dataclasses

        from speechbrain_clser.features.extractor import Extractor

        @dataclasses.dataclass(frozen=True)
        class NoiseConfig:
            dim: int = DIM

        class Frames(Extractor):
            dim = DIM

            def n_frames(self, n_samples):
                return torch.full_like(torch.as_tensor(n_samples), FRAMES)

            def forward(self, wavs, lens):
                return torch.randn(len(wavs), FRAMES, DIM)

        return Frames(NoiseConfig())


def noise_store(folder, n):
    """Fill a half-precision store with utterances of noise."""
    from speechbrain_clser.data.utterance import Utterance
    from speechbrain_clser.features.store import Store

    rows = [
        Utterance(
            str(i), "", "", "s", "deu", duration_s=3.0, digest=f"{i:016x}"
        )
        for i in range(n)
    ]
    store = Store(folder, Noise(), "float16")
    store.fill(rows, lambda wav, rate: torch.zeros(3 * rate))
    return store.view(rows)


def reads(n) -> dict:
    """Read all utterances of a store in random order, the fastest of rounds."""
    rounds_s = []
    with tempfile.TemporaryDirectory() as folder:
        view = noise_store(folder, n)
        names = list(view)
        for number in range(N_ROUNDS):
            random.Random(number).shuffle(names)
            started = time.perf_counter()
            for name in names:
                view[name]
            rounds_s.append(time.perf_counter() - started)
    return {"n": n, "reads_a_second": round(n / min(rounds_s))}


def memory_mb(n, pipe) -> None:
    """Return the memory of a process that fills and reads a store."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        view = noise_store(folder, n)
        for name in view:
            view[name]
        status = Path("/proc/self/status").read_text().splitlines()
        own = next(line for line in status if line.startswith("RssAnon"))
    pipe.send(round(int(own.split()[1]) / 1024))


def memory(n) -> int:
    """Run ``memory_mb`` in a separate process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=memory_mb, args=(n, theirs))
    process.start()
    answer = ours.recv()
    process.join()
    return answer


def main():
    """Measure everything, print it, write store.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    import transformers

    from speechbrain_clser.data.audio import load
    from speechbrain_clser.features.encoders import extractor as build
    from speechbrain_clser.features.loading import LazyWaveforms
    from speechbrain_clser.features.store import Store

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        extractor = build(str(hubert_base(folder / "hubert")))
        rows = demo_rows(folder / "manifests")
        result = {
            "extraction": extraction(
                extractor, rows, folder / "frames", folder / "hubert"
            ),
            "all_cores": all_cores(
                extractor, rows, folder / "frames", folder / "hubert"
            ),
        }
        store = Store(folder / "frames" / "0", extractor)
        store.fill(rows, load)
        sounds = LazyWaveforms(rows, load, extractor.sample_rate_hz)
        stored_s = epoch(
            rows, [store.view(rows)], extractor, folder / "stored", "frames"
        )
        audio_s = epoch(rows, [sounds], extractor, folder / "audio", "wavs")
    result["epoch"] = {
        "n_utterances": len(rows),
        "from_store_s": stored_s,
        "from_audio_s": audio_s,
        "times_faster": round(audio_s / stored_s, 1),
    }
    result["reads"] = reads(2_000)
    result["memory_mb"] = {str(n): memory(n) for n in (500, 4_000)}
    result["machine"] = {
        "processor": platform.machine(),
        "threads": arguments.threads,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    for name, values in result.items():
        print(f"{name}: {values}")
    recipe.write(arguments.output, result)
    tables.main()


if __name__ == "__main__":
    main()
