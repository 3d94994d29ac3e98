"""Speech-synthesis worker in a separate process, because eSpeak NG is GPL.

``python -m speechbrain_clser.contrib.synthesis.worker FOLDER`` reads takes as
JSON, writes a WAV file for each and prints their phones as JSON; with ``recite`` after
the folder, it reads neutral sentences.
"""

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.contrib.synthesis import effects, engine
from speechbrain_clser.contrib.synthesis.process import NOT_WRITTEN
from speechbrain_clser.contrib.synthesis.script import Take
from speechbrain_clser.errors import message_of
from speechbrain_clser.io import atomic_write

# Parent process id; it changes when the parent is killed.
PARENT = int(os.environ.get("CLSER_PARENT", os.getppid()))


def perform(take):
    """Synthesise a take with all effects.

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
    return samples, _relative_times(phones, engine.SAMPLE_RATE_HZ * take.tract)


def recite(voice, text):
    """Synthesise a sentence with default parameters.

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
    return samples, _relative_times(phones, engine.SAMPLE_RATE_HZ)


def _relative_times(phones, rate_hz):
    """Convert phone times to seconds from the first phone."""
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
    """Synthesise the takes on standard input into the given folder."""
    folder, manner = Path(sys.argv[1]), "".join(sys.argv[2:]) or "perform"
    phones = {}
    for row in json.load(sys.stdin):
        # On Windows the parent may be the launcher of a virtual environment.
        if os.name == "posix" and os.getppid() != PARENT:
            sys.exit("the parent process has ended")
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
