"""Select a channel of a recording, such as one side of a telephone call."""

from speechbrain_clser.errors import BadAudioError

MIX, EACH = "mix", "each"
SIDES = ("left", "right")
CHOICES = (*SIDES, EACH, MIX)


def index_of(channel):
    """Return the index of a channel; None for the mean of all.

    Arguments
    ---------
    channel : str or int
        ``"mix"``, ``"left"``, ``"right"`` or an index from 0.

    Raises
    ------
    ValueError
        For anything else.

    Example
    -------
    >>> index_of("mix"), index_of("right"), index_of(3)
    (None, 1, 3)
    """
    if channel == MIX:
        return None
    if channel in SIDES:
        return SIDES.index(channel)
    if isinstance(channel, int) and channel >= 0:
        return channel
    raise ValueError(
        f"channel: expected {MIX}, {', '.join(SIDES)} or an index from 0, got "
        f"{channel!r}"
    )


def name_of(index, n_channels) -> str:
    """Name a channel in tables: left and right, or a number from 1.

    Example
    -------
    >>> name_of(1, 2), name_of(1, 6), name_of(0, 1)
    ('right', '2', 'left')
    """
    return SIDES[index] if n_channels <= 2 else str(index + 1)


def pick(path, samples, index):
    """Return one channel of samples, or all.

    Arguments
    ---------
    path : str or Path
        Named in the message.
    samples : numpy.ndarray, (samples, channels)
        Block of a recording.
    index : int or None
        Output of ``index_of``.

    Returns
    -------
    numpy.ndarray, (samples, 1) or (samples, channels)
        A view.

    Raises
    ------
    BadAudioError
        With the reason ``channel``, if there are fewer channels.

    Example
    -------
    >>> import numpy as np
    >>> pick("a.wav", np.array([[0.0, 1.0], [0.0, 2.0]]), 1).tolist()
    [[1.0], [2.0]]
    """
    if index is None:
        return samples
    n_channels = samples.shape[1]
    if index >= n_channels:
        raise BadAudioError(
            "channel",
            f"{path}: expected {index + 1} channels or more to take "
            f"{name_of(index, max(2, index + 1))}, found {n_channels}; take "
            f"another channel, or {MIX}",
        )
    return samples[:, index : index + 1]
