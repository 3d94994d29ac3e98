"""A process of its own that speaks takes, because eSpeak NG is under the GPL.

``python -m speechbrain_clser.corpora._speaking.worker FOLDER`` reads takes as
JSON, writes a WAV file for each, and answers with the phones of each as JSON.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.corpora._speaking import effects, engine
from speechbrain_clser.corpora._speaking.script import Take


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
    heard_hz = engine.SAMPLE_RATE_HZ * take.tract
    return samples, [
        (
            ipa,
            round((first - begin) / heard_hz, 5),
            round((last - begin) / heard_hz, 5),
        )
        for ipa, first, last in phones
    ]


def main():
    """Speak the takes of standard input into the folder of the command line."""
    folder = Path(sys.argv[1])
    phones = {}
    for row in json.load(sys.stdin):
        take = Take(**row)
        samples, phones[take.id] = perform(take)
        part = folder / f"{take.id}.{os.getpid()}.part"
        soundfile.write(
            part,
            samples,
            effects.SAMPLE_RATE_HZ,
            subtype="PCM_16",
            format="WAV",
        )
        os.replace(part, folder / f"{take.id}.wav")
    json.dump(phones, sys.stdout)


if __name__ == "__main__":
    main()
