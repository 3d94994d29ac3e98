"""A process of its own that speaks, because eSpeak NG is under the GPL.

``python -m speechbrain_clser.corpora._speaking.worker FOLDER`` reads takes as
JSON, writes a WAV file for each, and answers with the phones of each as JSON;
with ``recite`` behind the folder, plain sentences.
"""

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.corpora._speaking import effects, engine
from speechbrain_clser.corpora._speaking.process import NOT_WRITTEN
from speechbrain_clser.corpora._speaking.script import Take
from speechbrain_clser.errors import message_of
from speechbrain_clser.io import atomic_write

# Who asked; another process adopts a worker whose parent has been killed.
PARENT = int(os.environ.get("CLSER_PARENT", os.getppid()))


def perform(take):
    """Speak a take with everything that makes it sound as it should.

    Arguments
    ---------
    take : Take
        What to say, and how.

    Returns
    -------
    samples : numpy.ndarray, (samples,)
        At 16 kHz, between -1 and 1, from the first phone to the last.
    phones : list of (str, float, float)
        IPA symbol, start and end in seconds.
    """
    samples, phones = engine.speak(
        take.voice,
        take.sentence,
        take.rate_wpm,
        take.pitch,
        take.pitch_range,
        take.seed,
    )
    random = np.random.default_rng(take.seed)
    begin, end = phones[0][1], phones[-1][2]
    samples = effects.play_faster(
        samples[begin:end],
        engine.SAMPLE_RATE_HZ,
        take.tract,
        take.tremor,
        take.tremor_hz,
    )
    samples = effects.tilt(samples, take.tilt_db)
    samples = effects.breathe(samples, take.breath_db, random)
    samples = effects.record(
        samples, take.level_db, take.drift_db, take.floor_db, random
    )
    return samples, _heard(phones, engine.SAMPLE_RATE_HZ * take.tract)


def recite(voice, text):
    """Read a sentence out as it is, in the middle of every parameter.

    Arguments
    ---------
    voice : str
        Language and variant of eSpeak NG.
    text : str
        One sentence.

    Returns
    -------
    samples : numpy.ndarray, (samples,)
        At 16 kHz, between -1 and 1, from the first phone to the last.
    phones : list of (str, float, float)
        IPA symbol, start and end in seconds.
    """
    samples, phones = engine.speak(voice, text)
    samples = samples[phones[0][1] : phones[-1][2]]
    samples = effects.play_faster(samples, engine.SAMPLE_RATE_HZ, speed=1.0)
    samples = 0.9 * samples / np.abs(samples).max()
    return samples, _heard(phones, engine.SAMPLE_RATE_HZ)


def _heard(phones, rate_hz):
    """Phones in seconds from the beginning of the first."""
    begin = phones[0][1]
    return [
        (
            ipa,
            round((first - begin) / rate_hz, 5),
            round((last - begin) / rate_hz, 5),
        )
        for ipa, first, last in phones
    ]


def _perform(id, **take):
    return perform(Take(id=id, **take))


def _recite(id, voice, text):
    return recite(voice, text)


MANNERS = {"perform": _perform, "recite": _recite}


def main():
    """Speak what standard input says into the folder of the command line."""
    folder, manner = Path(sys.argv[1]), "".join(sys.argv[2:]) or "perform"
    phones = {}
    for row in json.load(sys.stdin):
        # On Windows the parent may be the launcher of a virtual environment.
        if os.name == "posix" and os.getppid() != PARENT:
            sys.exit("the process that asked has ended")
        samples, phones[row["id"]] = MANNERS[manner](**row)
        wav = io.BytesIO()
        soundfile.write(
            wav,
            samples,
            effects.SAMPLE_RATE_HZ,
            subtype="PCM_16",
            format="WAV",
        )
        atomic_write(folder / f"{row['id']}.wav", wav.getvalue())
    json.dump(phones, sys.stdout)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.stderr.write(message_of(error))
        sys.exit(NOT_WRITTEN)
