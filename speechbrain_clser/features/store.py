"""Frames on disk, so that a frozen extractor hears every recording once.

A folder per extractor key holds safetensors shards; a tensor's name is the
digest of the samples it came from, so neither a moved file nor a renamed corpus
computes anything again. Delete the folder at any time.
"""

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from tqdm import tqdm

SHARD_SIZE = 500


def frames_of(rows, extractor, load, folder) -> dict:
    """Look up the frames of utterances; extract what is not there yet.

    Arguments
    ---------
    rows : iterable of Utterance
        With digests.
    extractor : Extractor
        Frozen; gives the key under which its frames are kept.
    load : callable
        ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
    folder : str or Path
        Of the cache.

    Returns
    -------
    dict
        Utterance id to torch.Tensor, (frames, dim).

    Raises
    ------
    ValueError
        If the extractor gives a value that is not finite.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.features.encoders import extractor
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", digest="0a1b")
    >>> second = lambda wav, sample_rate_hz: torch.ones(sample_rate_hz)
    >>> folder = getfixture("tmp_path")
    >>> frames_of([row], extractor("acoustic"), second, folder)["1"].shape[0]
    50
    """
    folder = Path(folder) / extractor.key
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(rows)
    wanted = {row.digest: row for row in rows}
    found = _read(folder, set(wanted))
    missing = [row for digest, row in wanted.items() if digest not in found]
    progress = tqdm(
        missing,
        desc=type(extractor).__name__,
        unit="utterance",
        dynamic_ncols=True,
        disable=not missing,
    )
    shard = {}
    for row in progress:
        shard[row.digest] = _extract(row, extractor, load)
        if len(shard) == SHARD_SIZE or row is missing[-1]:
            _write(folder, shard)
            found |= shard
            shard = {}
    return {row.id: found[row.digest] for row in rows}


@torch.inference_mode()
def _extract(row, extractor, load):
    wav = load(row.wav, extractor.sample_rate_hz)
    frames = extractor(wav[None], torch.ones(1))[0]
    if not torch.isfinite(frames).all():
        raise ValueError(
            f"{type(extractor).__name__} gave a value that is not finite for "
            f"{row.id} ({row.wav}); expected numbers, please report it"
        )
    return frames.contiguous().clone()


def _write(folder, shard):
    """Write a whole shard or none: a kill leaves only a file nobody reads."""
    name = f"{next(iter(shard))}-{len(shard)}"
    partial = folder / f"{name}.{os.getpid()}.partial"
    save_file(shard, partial)
    os.replace(partial, folder / f"{name}.safetensors")


def _read(folder, digests):
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        try:
            with safe_open(path, framework="pt") as shard:
                for digest in digests.intersection(shard.keys()) - set(found):
                    found[digest] = shard.get_tensor(digest)
        except SafetensorError:
            path.unlink()  # broken on disk: extracted again
    return found
