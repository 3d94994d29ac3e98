"""Encoders by name, as a user types them after ``--encoder``."""


def extractor(encoder: str):
    """Build the extractor of an encoder.

    Arguments
    ---------
    encoder : str
        ``"acoustic"``: log-mel, pitch and voice quality, nothing to download.

    Returns
    -------
    Extractor
        Frozen.

    Raises
    ------
    ValueError
        If there is no encoder of that name.

    Example
    -------
    >>> extractor("acoustic").frames_per_s
    50
    """
    if encoder == "acoustic":
        from speechbrain_clser.features.acoustic import AcousticFeatures

        return AcousticFeatures()
    raise ValueError(f"encoder must be 'acoustic', got {encoder!r}")
