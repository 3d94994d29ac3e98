"""Decode recordings ahead of extraction and group them into batches."""

import collections
from concurrent.futures import ThreadPoolExecutor

import torch

N_AHEAD = 16  # recordings decoded ahead of the extractor


def decoded(rows, load, sample_rate_hz):
    """Decode recordings in a background thread, ahead of their use.

    Arguments
    ---------
    rows : iterable of Utterance
        Recordings in output order.
    load : callable
        ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
    sample_rate_hz : int
        Passed to ``load``.

    Yields
    ------
    (Utterance, torch.Tensor)
        Row and samples; an exception of ``load`` is raised at its row.

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
    """Apply a function in threads, ahead of the consumption of results.

    Arguments
    ---------
    function : callable
        Takes an item.
    items : iterable
        Items in output order; consumed lazily.
    n_threads, n_ahead : int
        Number of threads, and maximum number of items processed ahead.

    Yields
    ------
    (item, result)
        An exception of ``function`` is raised at its item.

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


def batches(recordings, n_samples):
    """Group a stream of recordings into batches of limited length.

    Arguments
    ---------
    recordings : iterable of (Utterance, torch.Tensor)
        Rows and samples, sorted by length.
    n_samples : int
        Maximum per batch, including padding; a longer recording forms its own
        batch.

    Yields
    ------
    list of (Utterance, torch.Tensor)
        Never empty.

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
    """Pad recordings to a batch.

    Arguments
    ---------
    wavs : list of torch.Tensor, (samples,)
        Waveforms of any length.

    Returns
    -------
    wavs : torch.Tensor, (batch, samples)
        Zero in the padding.
    lens : torch.Tensor, (batch,)
        Relative length of each row without padding, 0-1.

    Example
    -------
    >>> padded([torch.ones(2), torch.ones(1)])
    (tensor([[1., 1.],
            [1., 0.]]), tensor([1.0000, 0.5000]))
    """
    n_samples = torch.tensor([len(wav) for wav in wavs])
    together = torch.nn.utils.rnn.pad_sequence(wavs, batch_first=True)
    return together, n_samples / together.shape[1]
