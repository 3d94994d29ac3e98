"""A long recording as overlapping windows, never whole in memory."""

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.profile import CLASSIFIED_S, Profile
from speechbrain_clser.data.recording import blocks, opened, refuse_large
from speechbrain_clser.data.soundness import SHORTEST_S, SILENT_PEAK, peak
from speechbrain_clser.inference.audio_batches import LONGEST_S


def windows(path, window_s, hop_s, sample_rate_hz, notes=None):
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
    notes : list, optional
        At the end what is suspicious is added, as keys of ``profile.NOTES``.

    Yields
    ------
    start_s, end_s : float
        Of the window.
    wav : torch.Tensor, (samples,)
        Its sound.

    Raises
    ------
    BadAudioError
        As from ``data.audio.load_usable``; where all of it has to be known, at the
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
    if not (
        SHORTEST_S <= hop_s <= window_s
        and CLASSIFIED_S <= window_s <= LONGEST_S
    ):
        raise ValueError(
            f"expected {SHORTEST_S} <= hop_s <= window_s and {CLASSIFIED_S} <= "
            f"window_s <= {LONGEST_S:.0f}, got hop_s {hop_s} and window_s "
            f"{window_s}"
        )
    with opened(path) as file:
        found_hz = file.samplerate
        shortest, n_window, n_hop = (
            round(length_s * found_hz)
            for length_s in (CLASSIFIED_S, window_s, hop_s)
        )
        refuse_large(path, min(n_window, file.frames), file.channels)
        profile, first, end = Profile(path, found_hz), 0, 0
        for samples in blocks(file, n_window, n_hop):
            # What the window before has, too, is counted once.
            profile.add(samples[max(end - first, 0) :])
            end = first + len(samples)
            if len(samples) >= shortest and peak(path, samples) >= SILENT_PEAK:
                wav = one_channel(samples, found_hz, sample_rate_hz)
                yield first / found_hz, end / found_hz, wav
            first += n_hop
        profile.refuse_unusable(CLASSIFIED_S)
        if notes is not None:
            notes += profile.notes
