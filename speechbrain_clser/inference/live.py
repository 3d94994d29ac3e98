"""Read samples as they arrive: raw PCM from a pipe, or a microphone."""

import logging

import numpy as np

logger = logging.getLogger(__name__)

FORMATS = {"s16le": "<i2", "s32le": "<i4", "f32le": "<f4"}
CHUNK_S = 0.1


def pcm_chunks(file, sample_rate_hz, n_channels=1, form="s16le"):
    """Read raw samples from a binary file, such as a pipe.

    Arguments
    ---------
    file : file
        With ``read1``, which returns what has arrived.
    sample_rate_hz, n_channels : int
        Of the samples.
    form : str
        One of ``FORMATS``, as ffmpeg names them.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        About 0.1 s or less. An incomplete last sample is left out with a warning.

    Example
    -------
    >>> import io
    >>> file = io.BufferedReader(io.BytesIO(bytes([0, 0, 0, 64])))
    >>> [chunk.tolist() for chunk in pcm_chunks(file, 20)]
    [[[0], [16384]]]
    """
    dtype = np.dtype(FORMATS[form])
    n_frame, kept = n_channels * dtype.itemsize, b""
    n_most = max(round(CHUNK_S * sample_rate_hz), 1) * n_frame
    while new := file.read1(n_most):
        kept += new
        n_whole = len(kept) // n_frame * n_frame
        if n_whole:
            yield np.frombuffer(kept[:n_whole], dtype).reshape(-1, n_channels)
            kept = kept[n_whole:]
    if kept:
        logger.warning(
            "expected samples of %d bytes (%s, %d channels), found %d bytes more "
            "at the end; check format and channels",
            *(n_frame, form, n_channels, len(kept)),
        )


def microphone_chunks(sample_rate_hz, n_channels=1, device=None):
    """Record from a microphone until interrupted.

    Arguments
    ---------
    sample_rate_hz, n_channels : int
        Of the recording.
    device : str or int, optional
        Name or number of the input, as of ``python -m sounddevice``.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        0.1 s each. Lost samples are logged.

    Raises
    ------
    ImportError
        If sounddevice or PortAudio is not installed.
    ValueError
        If the microphone cannot be opened.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError without PortAudio
        raise ImportError(
            f"the microphone needs sounddevice and PortAudio ({error}); pip "
            "install sounddevice, on Linux also apt install libportaudio2, or "
            "send samples: ffmpeg ... -f s16le - | clser listen MODEL -"
        ) from error
    try:
        stream = sounddevice.InputStream(
            samplerate=sample_rate_hz, channels=n_channels, device=device
        )
    except (sounddevice.PortAudioError, ValueError) as error:
        raise ValueError(
            f"expected a microphone of {n_channels} channels at "
            f"{sample_rate_hz} Hz, found none ({error}); list them with python "
            "-m sounddevice"
        ) from error
    with stream:
        while True:
            samples, has_lost = stream.read(round(CHUNK_S * sample_rate_hz))
            if has_lost:
                logger.warning(
                    "samples were lost, the machine is too slow; give a longer "
                    "--hop-s"
                )
            yield samples
