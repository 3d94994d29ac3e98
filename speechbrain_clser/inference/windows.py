"""Read long recordings in overlapping windows with constant memory."""

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.profile import CLASSIFIED_S, Profile
from speechbrain_clser.data.recording import blocks, opened, refuse_large
from speechbrain_clser.data.soundness import SHORTEST_S, SILENT_PEAK, peak
from speechbrain_clser.inference.audio_batches import LONGEST_S


def windows(path, window_s, hop_s, sample_rate_hz, notes=None):
    """Read a recording window by window.

    Each window is mixed down and resampled independently, as if it were a
    separate file. The last window may be shorter. Windows of silence, and a rest
    that is too short to be classified, are left out.

    Arguments
    ---------
    path : str or Path
        Recording of any sample rate, number of channels and length.
    window_s, hop_s : float
        Length of a window and distance between the starts of consecutive
        windows, in seconds.
    sample_rate_hz : int
        Sample rate of the output.
    notes : list, optional
        Notes on the recording are appended at the end, as keys of
        ``profile.NOTES``.

    Yields
    ------
    start_s, end_s : float
        Start and end of the window, in seconds.
    wav : torch.Tensor, (samples,)
        Waveform of the window.

    Raises
    ------
    BadAudioError
        As ``data.audio.load_usable``; errors that depend on the whole recording
        are raised at the end.
    ValueError
        If the windows leave gaps, are too short to be classified, or exceed the
        maximum length.

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
            # Count the overlap with the previous window once.
            profile.add(samples[max(end - first, 0) :])
            end = first + len(samples)
            if len(samples) >= shortest and peak(path, samples) >= SILENT_PEAK:
                wav = one_channel(samples, found_hz, sample_rate_hz)
                yield first / found_hz, end / found_hz, wav
            first += n_hop
        profile.refuse_unusable(CLASSIFIED_S)
        if notes is not None:
            notes += profile.notes
