"""Cache the frames of a frozen extractor on disk.

A folder per extractor key contains safetensors shards. Tensors are named by the digest
of the samples, so that moved files and renamed corpora need no new extraction. The
folder can be deleted at any time.
"""

import contextlib
import dataclasses
import itertools
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import torch

from speechbrain_clser.features._shards import Shards
from speechbrain_clser.features.batching import (
    batches,
    by_core,
    decoded,
    padded,
)
from speechbrain_clser.io import atomic_write, remove_stale
from speechbrain_clser.progress import progress

logger = logging.getLogger(__name__)

ABOUT = "about.json"
DTYPES = {"float32": torch.float32, "float16": torch.float16}

# Batch length including padding, on a GPU. On a CPU batches are not faster, so a
# recording is a batch, and values do not depend on the rounding of a batch.
BATCH_S = 60
# Each core of a CPU computes a recording of at most this length; the cores share the
# work of a longer one, which needs much memory.
LONGEST_OF_CORE_S = 60

# A shard is written at this size, which limits memory and what an interruption
# loses.
SHARD_UTTERANCES = 500
SHARD_BYTES = 16 * 2**20


class Store:
    """Disk cache of the frames of a frozen extractor.

    Arguments
    ---------
    folder : str or Path
        Folder of all stores; this store uses the extractor key as subfolder.
    extractor : Extractor
        Frozen.
    dtype : str
        ``"float32"``, or ``"float16"`` for half the disk at three digits.

    Raises
    ------
    ValueError
        If ``dtype`` is neither, or the extractor is trained.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.features.encoders import extractor
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", digest="0a1b")
    >>> store = Store(getfixture("tmp_path"), extractor("acoustic"))
    >>> store.fill([row], lambda wav, rate: torch.ones(rate))
    >>> store.view([row])["1"].shape[0]
    50
    """

    def __init__(self, folder, extractor, dtype="float32"):
        if dtype not in DTYPES:
            raise ValueError(
                f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}"
            )
        if not extractor.is_frozen:
            raise ValueError(
                "expected a frozen extractor, "
                f"got a trained {type(extractor).__name__}; call it in each step"
            )
        name = extractor.key + ("" if dtype == "float32" else f"-{dtype}")
        self.folder = Path(folder) / name
        self.extractor = extractor
        self.dtype = DTYPES[dtype]
        self._shards = Shards(self.folder)

    def fill(self, rows, load, device="cpu", batch_s=None):
        """Extract missing frames; opens no audio if the store is complete.

        Checksums of the shards of these rows are verified once per process;
        damaged shards are extracted again.

        With torchrun, each process extracts its share and waits for the others.
        Shards of an interrupted process are kept.

        Arguments
        ---------
        rows : iterable of Utterance
            With digests.
        load : callable
            ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
        device : str
            Device of the extractor.
        batch_s : float, optional
            Batch length including padding, for recordings sorted by length; by
            default 60 s on a GPU, a single recording on a CPU.

        Raises
        ------
        ValueError
            If a row has no digest, or if a value is not finite or beyond the
            range of float16.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self._introduce()
        rows = list(rows)
        self._scan()
        if changed := self._shards.changed({row.digest for row in rows}):
            self._discard(changed)
            self._scan()
        rank, n_ranks = _rank()
        # Shares are taken from all rows, not from the missing ones, which may
        # differ for a process that starts later.
        missing = [
            row
            for row in _longest_first(rows)[rank::n_ranks]
            if row.digest not in self._shards
        ]
        if batch_s is None:
            batch_s = 0 if torch.device(device).type == "cpu" else BATCH_S
        if missing:
            self._extract(missing, load, device, batch_s, is_shown=rank == 0)
        if n_ranks > 1:
            _wait_for_all()
            self._scan()

    def view(self, rows):
        """Return the frames of utterances that were passed to ``fill``, read on access.

        A mapping of utterance id to torch.Tensor, (frames, dim), float32, that keeps nothing in
        memory and can be pickled and forked. A KeyError if an utterance is not in the store.
        """
        digests = {row.id: row.digest for row in rows}
        missing = [
            utterance
            for utterance, digest in digests.items()
            if digest not in self._shards
        ]
        if missing:
            raise KeyError(
                f"{self.folder}: {len(missing)} of {len(digests)} utterances "
                f"are not in the store, {missing[0]} for one; fill it first"
            )
        return View(self._shards, digests)

    def _introduce(self):
        """Write ``about.json`` and update the time of last use."""
        path = self.folder / ABOUT
        if not path.exists():
            text = json.dumps(about(self.extractor), indent=1)
            atomic_write(path, f"{text}\n")
        # Used by ``--unused-days`` only: a read-only cache remains usable.
        with contextlib.suppress(OSError):
            os.utime(path)
        remove_stale(self.folder)

    def _scan(self):
        self._discard(self._shards.scan())

    def _discard(self, broken):
        for path, reason in broken.items():
            logger.warning(
                "%s: broken shard (%s); extracting its utterances again",
                *(path, reason),
            )
            path.unlink(missing_ok=True)

    def _extract(self, rows, load, device, batch_s, is_shown):
        """Extract rows batch by batch, and write shard by shard."""
        rate_hz = self.extractor.sample_rate_hz
        self.extractor.to(device).eval()
        shard = {}
        recordings = decoded(rows, load, rate_hz)
        found = batches(recordings, batch_s * rate_hz)
        bar = progress(
            # Slightly more, because rounding may exceed the end.
            sum(row.duration_s for row in rows) + 1e-3,
            f"{type(self.extractor).__name__}, {self.extractor.unit}",
            self.extractor.unit[0],
            disable=not is_shown,
        )
        extracted = self._extracted(found, device)
        with bar, contextlib.closing(recordings), contextlib.closing(extracted):
            for batch, frames in extracted:
                shard |= frames
                n_bytes = sum(frames.nbytes for frames in shard.values())
                if len(shard) >= SHARD_UTTERANCES or n_bytes >= SHARD_BYTES:
                    self._shards.write(shard)
                    shard = {}
                bar.update(sum(row.duration_s for row, _ in batch))
        if shard:
            self._shards.write(shard)

    def _extracted(self, found, device):
        """Yield the batches, longest recordings first, and their frames."""
        n_threads = torch.get_num_threads()
        is_parallel = (
            self.extractor.is_large
            and torch.device(device).type == "cpu"
            and n_threads > 1
        )
        longest = LONGEST_OF_CORE_S * self.extractor.sample_rate_hz
        for batch in found:
            if is_parallel and len(batch[0][1]) <= longest:
                yield from by_core(
                    lambda batch: self._frames(batch, device),
                    itertools.chain([batch], found),
                    n_threads,
                )
            else:
                yield batch, self._frames(batch, device)

    @torch.inference_mode()
    def _frames(self, batch, device):
        """Extract the real frames of each row of a batch, by digest."""
        rows, wavs = zip(*batch, strict=True)
        n_samples = torch.tensor([len(wav) for wav in wavs])
        n_frames = self.extractor.n_frames(n_samples).tolist()
        wavs, lens = padded(wavs)
        frames = self.extractor(wavs.to(device), lens.to(device)).cpu()
        found = {}
        for row, values, n in zip(rows, frames, n_frames, strict=True):
            values = values[:n]
            self._check(row, values)
            # Copy, so that the batch is not kept in memory.
            found[row.digest] = values.to(self.dtype, copy=True).contiguous()
        return found

    def _check(self, row, values):
        name = type(self.extractor).__name__
        is_bad = torch.isinf(values)
        if not self.extractor.may_be_nan:
            is_bad |= torch.isnan(values)
        if is_bad.any():
            raise ValueError(
                f"{name}: expected finite values for {row.id} ({row.wav}), found "
                "NaN or infinity; please report it"
            )
        largest, limit = (
            values.nan_to_num().abs().max(),
            torch.finfo(self.dtype).max,
        )
        if largest > limit:
            raise ValueError(
                f"{name} gave {largest:.6g} for {row.id} ({row.wav}); the "
                f"store's {self.dtype} holds {limit:.6g} at most, use float32"
            )


class View(Mapping):
    """Mapping of utterance id to frames, read from the store on access.

    Example
    -------
    >>> View({"0a1b": torch.tensor([[0.5]]).half()}, {"1": "0a1b"})["1"]
    tensor([[0.5000]])
    """

    def __init__(self, shards, digests):
        self._shards = shards
        self._digests = digests

    def __getitem__(self, utterance):
        # Copy, because shards return mapped memory of the file.
        frames = self._shards[self._digests[utterance]]
        return frames.to(torch.float32, copy=True)

    def __iter__(self):
        return iter(self._digests)

    def __len__(self):
        return len(self._digests)


def about(extractor) -> dict:
    """Describe an extractor for JSON: settings its values depend on, and their shape.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> list(about(extractor("acoustic")).items())[:2]
    [('extractor', 'AcousticFeatures'), ('version', 2)]
    """
    return {
        "extractor": type(extractor).__name__,
        "version": extractor.version,
        "config": dataclasses.asdict(extractor.config),
        "sample_rate_hz": extractor.sample_rate_hz,
        "frames_per_s": extractor.frames_per_s,
        "dim": extractor.dim,
    }


def _longest_first(rows):
    """Select one row per digest, sorted by decreasing length.

    An out-of-memory error then occurs in the first batch.
    """
    wanted = {row.digest: row for row in rows}
    if "" in wanted:
        raise ValueError(
            f"expected a digest of the samples, found none for "
            f"{wanted[''].id}; write the manifest with data.prepare"
        )
    return sorted(wanted.values(), key=lambda r: (-r.duration_s, r.digest))


def _rank():
    """Return rank and world size with torchrun."""
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def _wait_for_all():
    is_nccl = torch.distributed.get_backend() == "nccl"
    device = [torch.cuda.current_device()] if is_nccl else None
    torch.distributed.barrier(device_ids=device)
