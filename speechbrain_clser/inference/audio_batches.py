"""Many files in batches of similar length, and the files that cannot be heard."""

from collections import namedtuple

from speechbrain_clser.data.audio import load_usable
from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features._batches import batches, decoded

LONGEST_S = 120.0  # attention grows with the square of it

File = namedtuple("File", "place wav")


def iter_audio_batches(files, sample_rate_hz, batch_s, notes=None):
    """Read files, the longest first, into batches of so much sound.

    Arguments
    ---------
    files : sequence of str
        Local paths.
    sample_rate_hz : int
        Wanted.
    batch_s : float
        Sound in a batch, with the padding; a longer file stands alone.
    notes : dict, optional
        Filled: place to what is suspicious in a file that can be used, as keys
        of ``profile.NOTES``.

    Yields
    ------
    places : list of int
        Of the batch's files in ``files``.
    sound : list of torch.Tensor, (samples,), or BadAudioError
        One each; or why the only file at ``places`` cannot be heard.

    Example
    -------
    >>> list(listen(["nowhere.wav"], 16000, 60.0))[0][1].reason
    'missing'
    """
    rows, lengths_s = [], {}
    for place, path in enumerate(files):
        try:
            lengths_s[place] = _length_s(path)
        except BadAudioError as error:
            yield [place], error
        else:
            rows.append(File(place, path))
    rows.sort(key=lambda row: -lengths_s[row.place])
    bad = []

    def usable():
        for row, found in decoded(rows, _load, sample_rate_hz):
            if isinstance(found, BadAudioError):
                bad.append((row.place, found))
                continue
            wav, noted = found
            if notes is not None:
                notes[row.place] = noted
            yield row.place, wav

    for batch in batches(usable(), batch_s * sample_rate_hz):
        while bad:
            place, error = bad.pop()
            yield [place], error
        places, wavs = zip(*batch, strict=True)
        yield list(places), list(wavs)
    for place, error in bad:
        yield [place], error


def _length_s(path):
    """Of a recording that is not too long to be heard at once."""
    length_s = duration_s(path)
    if length_s > LONGEST_S:
        raise BadAudioError(
            "long",
            f"{path}: expected at most {LONGEST_S:.0f} s, found "
            f"{length_s:.0f} s; hear it in windows: classify_long, or "
            "clser predict --window-s 4",
        )
    return length_s


def _load(path, sample_rate_hz):
    """Samples and notes, or why there are none."""
    try:
        return load_usable(path, sample_rate_hz)
    except BadAudioError as error:
        return error
