"""Own error classes: only those that a caller reacts to."""


class BadAudioError(ValueError):
    """A recording that cannot be used; preparation counts and reports it.

    Arguments
    ---------
    reason : str
        Short and countable, such as ``"empty"`` or ``"truncated"``.
    message : str
        What was expected, what came, where, and what to do.

    Example
    -------
    >>> BadAudioError("empty", "a.wav: expected sound, found 0 samples").reason
    'empty'
    """

    def __init__(self, reason, message):
        super().__init__(reason, message)  # both, or it could not be pickled
        self.reason = reason

    def __str__(self):
        return self.args[1]


class LeakError(ValueError):
    """A split whose parts share what they must not share."""


class AdaptationError(ValueError):
    """An adaptation that cannot be fitted; callers keep unadapted posteriors.

    Arguments
    ---------
    reason : str
        ``"few utterances"``, ``"one class"``, ``"not finite"``, ``"zero
        posteriors"``, ``"absent class"``, ``"few dimensions"``, ``"no
        convergence"`` or ``"few folds"``.
    message : str
        What was expected, what was found, where, and what to do.

    Example
    -------
    >>> AdaptationError("one class", "expected two, found 1").reason
    'one class'
    """

    def __init__(self, reason, message):
        super().__init__(reason, message)  # both, or it could not be pickled
        self.reason = reason

    def __str__(self):
        return self.args[1]
