"""A long recording as overlapping windows, never whole in memory."""

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.recording import blocks, opened
from speechbrain_clser.data.soundness import (
    SHORTEST_S,
    SILENT_PEAK,
    peak,
    refuse_unheard,
)
from speechbrain_clser.inference.listening import LONGEST_S


def windows(path, window_s, hop_s, sample_rate_hz):
    """Read a recording window by window.

    Each window is as if it had been cut out and saved: mixed and resampled by
    itself. The last one may be shorter. Windows of silence are left out, and a
    rest that is too short to be heard.

    Arguments
    ---------
    path : str or Path
        The recording, of any rate, number of channels and length.
    window_s, hop_s : float
        Length of a window, and from the start of one to that of the next.
    sample_rate_hz : int
        Wanted.

    Yields
    ------
    start_s, end_s : float
        Of the window.
    wav : torch.Tensor, (samples,)
        Its sound.

    Raises
    ------
    BadAudioError
        As from ``data.audio.check``; where all of it has to be known, at the
        end.
    ValueError
        If windows would leave gaps, be too short to be heard, or be longer than
        what is heard at once.

    Example
    -------
    >>> import numpy as np, soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.ones(40000), 16000)
    >>> [(s, e) for s, e, _ in windows(path, 1.0, 0.5, 16000)]
    [(0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (1.5, 2.5)]
    """
    if not SHORTEST_S <= hop_s <= window_s <= LONGEST_S:
        raise ValueError(
            f"expected {SHORTEST_S} <= hop_s <= window_s <= {LONGEST_S:.0f}, "
            f"got hop_s {hop_s} and window_s {window_s}"
        )
    with opened(path) as file:
        found_hz = file.samplerate
        shortest, n_window, n_hop = (
            round(length_s * found_hz)
            for length_s in (SHORTEST_S, window_s, hop_s)
        )
        loudest, first, end = 0.0, 0, 0
        for samples in blocks(file, n_window, n_hop):
            end, height = first + len(samples), peak(path, samples)
            if len(samples) >= shortest:
                loudest = max(loudest, height)
                if height >= SILENT_PEAK:
                    wav = one_channel(samples, found_hz, sample_rate_hz)
                    yield first / found_hz, end / found_hz, wav
            first += n_hop
        refuse_unheard(path, end, found_hz, loudest)
