"""Decode recordings ahead of extraction and group them into batches."""

import collections
import itertools
from concurrent.futures import ThreadPoolExecutor

import torch

N_AHEAD = 16  # recordings decoded ahead of the extractor


def decoded(rows, load, sample_rate_hz):
    """Decode recordings in a background thread; yield ``(row, samples)``.

    An exception of ``load(wav, sample_rate_hz)`` is raised at its row.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> rows = [Utterance("1", "1.wav", "W", "ann", "deu")]
    >>> [(row, wav)] = decoded(rows, lambda wav, rate: torch.ones(rate), 2)
    >>> row.id, wav
    ('1', tensor([1., 1.]))
    """
    return in_turn(lambda row: load(row.wav, sample_rate_hz), rows, 1, N_AHEAD)


def in_turn(function, items, n_threads, n_ahead):
    """Apply a function in threads, ahead of the use; yield ``(item, result)``.

    Items are consumed lazily, at most ``n_ahead`` ahead; an exception is raised at its
    item.

    Example
    -------
    >>> list(in_turn(abs, [-2, 1], n_threads=2, n_ahead=2))
    [(-2, 2), (1, 1)]
    """
    waiting = collections.deque()
    pool = ThreadPoolExecutor(n_threads)
    try:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > n_ahead:
                item, result = waiting.popleft()
                yield item, result.result()
        for item, result in waiting:
            yield item, result.result()
    finally:  # cancel pending items if the consumer stops early
        pool.shutdown(cancel_futures=True)


def by_core(function, items, n_threads):
    """Apply a function of torch to each item in one of several threads, as ``in_turn``.

    The threads share the cores: an operation of torch uses one, or more if there are
    fewer items than threads, because threads within an operation are less efficient
    than parallel items. The number of torch's threads is restored at the end.

    Example
    -------
    >>> list(by_core(torch.numel, [torch.ones(2), torch.ones(3)], n_threads=2))
    [(tensor([1., 1.]), 2), (tensor([1., 1., 1.]), 3)]
    """
    items = iter(items)
    first = list(itertools.islice(items, n_threads))
    items = itertools.chain(first, items)
    n_before = torch.get_num_threads()
    torch.set_num_threads(n_threads // max(len(first), 1))
    try:
        yield from in_turn(function, items, n_threads, n_threads)
    finally:
        torch.set_num_threads(n_before)


def batches(recordings, n_samples):
    """Group ``(row, samples)``, sorted by length, into lists of limited length.

    ``n_samples`` is the maximum including padding; a longer recording forms its own
    batch.

    Example
    -------
    >>> recordings = [
    ...     (name, torch.zeros(n)) for name, n in zip("abc", (4, 3, 3))
    ... ]
    >>> [[name for name, _ in batch] for batch in batches(recordings, 8)]
    [['a', 'b'], ['c']]
    """
    batch, longest = [], 0
    for row, wav in recordings:
        longest = max(longest, len(wav))
        if batch and longest * (len(batch) + 1) > n_samples:
            yield batch
            batch, longest = [], len(wav)
        batch.append((row, wav))
    if batch:
        yield batch


def padded(wavs) -> tuple:
    """Pad waveforms, (samples,) each, to (batch, samples) and relative lengths, 0-1.

    Example
    -------
    >>> padded([torch.ones(2), torch.ones(1)])
    (tensor([[1., 1.],
            [1., 0.]]), tensor([1.0000, 0.5000]))
    """
    n_samples = torch.tensor([len(wav) for wav in wavs])
    together = torch.nn.utils.rnn.pad_sequence(wavs, batch_first=True)
    return together, n_samples / together.shape[1]
