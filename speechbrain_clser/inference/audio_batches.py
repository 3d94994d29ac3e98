"""Read audio files into batches of similar length and report unusable files."""

import functools
from collections import namedtuple

from speechbrain_clser.data.audio import load_usable
from speechbrain_clser.data.channels import MIX
from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features.batching import batches, decoded

LONGEST_S = 120.0  # memory of attention grows with the square of the length

File = namedtuple("File", "place wav")


def iter_audio_batches(files, sample_rate_hz, batch_s, notes=None, channel=MIX):
    """Read files into batches of limited duration, longest files first.

    Arguments
    ---------
    files : sequence of str
        Local paths.
    sample_rate_hz : int
        Sample rate of the output.
    batch_s : float
        Duration of a batch in seconds, padding included; a longer file is a
        batch of its own.
    notes : dict, optional
        Filled with notes on usable files: index of the file to keys of
        ``profile.NOTES``.
    channel : str or int
        Channel of all files, as for ``data.channels.index_of``.

    Yields
    ------
    places : list of int
        Indices of the batch's files in ``files``.
    sound : list of torch.Tensor, (samples,), or BadAudioError
        One waveform per file, or the error of the only file of the batch.

    Example
    -------
    >>> list(iter_audio_batches(["nowhere.wav"], 16000, 60.0))[0][1].reason
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
    bad, load = [], functools.partial(_load, channel=channel)

    def usable():
        for row, found in decoded(rows, load, sample_rate_hz):
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
    """Return the duration of a recording; raise BadAudioError if too long."""
    length_s = duration_s(path)
    if length_s > LONGEST_S:
        raise BadAudioError(
            "long",
            f"{path}: expected at most {LONGEST_S:.0f} s, found "
            f"{length_s:.0f} s; classify it in windows: classify_long, or "
            "clser predict --window-s 4",
        )
    return length_s


def _load(path, sample_rate_hz, channel):
    """Return waveform and notes of a file, or the error."""
    try:
        return load_usable(path, sample_rate_hz, channel)
    except BadAudioError as error:
        return error
