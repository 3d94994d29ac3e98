"""Many files in batches of similar length, and the files that cannot be heard."""

from collections import namedtuple

import soundfile

from speechbrain_clser.data.audio import load_usable, openable
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features._batches import batches, decoded

LONGEST_S = 120.0  # attention grows with the square of it

File = namedtuple("File", "place wav")


def listen(files, sample_rate_hz, batch_s):
    """Read files, the longest first, into batches of so much sound.

    Arguments
    ---------
    files : sequence of str
        Local paths.
    sample_rate_hz : int
        Wanted.
    batch_s : float
        Sound in a batch, with the padding; a longer file stands alone.

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
    rows = [File(place, path) for place, path in enumerate(files)]
    rows.sort(key=lambda row: -_duration_s(row.wav))
    bad = []

    def usable():
        for row, wav in decoded(rows, _load, sample_rate_hz):
            if isinstance(wav, BadAudioError):
                bad.append((row.place, wav))
            else:
                yield row.place, wav

    for batch in batches(usable(), batch_s * sample_rate_hz):
        while bad:
            place, error = bad.pop()
            yield [place], error
        places, wavs = zip(*batch, strict=True)
        yield list(places), list(wavs)
    for place, error in bad:
        yield [place], error


def _duration_s(path):
    """As the header says; who cannot read it is told by whoever reads all."""
    try:
        return soundfile.info(openable(path)).duration
    except soundfile.LibsndfileError:
        return 0.0


def _load(path, sample_rate_hz):
    """Samples, or why there are none."""
    duration_s = _duration_s(path)
    if duration_s > LONGEST_S:
        return BadAudioError(
            "long",
            f"{path}: expected at most {LONGEST_S:.0f} s, found "
            f"{duration_s:.0f} s; hear it in windows: classify_long, or "
            "clser predict --window-s 4",
        )
    try:
        return load_usable(path, sample_rate_hz)
    except BadAudioError as error:
        return error
