"""Compare pitch trackers and measure the time of the 103 prosodic measures.

Errors on synthetic voices with known pitch (voices.py), clean and with noise at 10 dB
SNR; agreement with Praat, used as the reference, on sentences of real corpora and of
the demo corpus. All measurements use one core. Voices glide up to 600 Hz. The search of
this package is limited to whole samples of lag and ends at 627 Hz; the other trackers
search up to 640 Hz, because Praat makes octave errors at the limit of its search.

gross
    Share of the voiced frames with a pitch error above 20 %; frames that the
    tracker classifies as unvoiced are left out.
voicing
    Share of all frames, those within 20 ms of a start or an end of voice left
    out, that are wrongly voiced or wrongly unvoiced.
speed
    Computing time per second of audio, minimum of nine runs.

> python benchmarks/prosody.py --data_folder <folder of EMO-DB EMOVO URDU RAVDESS>

Praat comes as parselmouth, under the GPL, and SwiftF0 as a network for
onnxruntime: pip install -e .[reference]. Takes about three minutes on one core.
Prints the tables and writes prosody.json.
"""

import argparse
import random
import time
from pathlib import Path

import numpy as np
import recipe
import torch
import voices

CORPORA = ["emodb", "emovo", "urdu", "ravdess", "demo"]
N_FILES = 40
N_VOICES = 120
NOISE_DB = 10.0
GROSS = 0.2
CEILING_HZ = 640.0
SEED = 0
N_REPEATS = 9
REGISTERS_HZ = (60, 120, 240, 480)

# Neither makes voicing decisions.
WITHOUT_VOICING = ("torchaudio", "SpeechBrain", "SpeechBrain, its defaults")


def trackers() -> dict:
    """Set up all trackers with a search range from 60 Hz to at least 600 Hz.

    Returns
    -------
    dict
        Name to a function of samples at 16 kHz, which gives the middles of its
        frames in seconds and the pitch in Hz, NaN where unvoiced.
    """
    return {
        "ours": _ours(),
        "Praat": _praat,
        "SwiftF0": _swift(),
        "torchaudio": _torchaudio,
        "SpeechBrain": _speechbrain(voices.LOW_HZ, CEILING_HZ, 0.07),
        "SpeechBrain, its defaults": _speechbrain(80, 300, 0.05),
    }


def _ours():
    from speechbrain_clser.features.prosody.contours import ProsodyContours

    extractor = ProsodyContours()

    def track(wav):
        contours, _ = extractor.follow(_tensor(wav), torch.ones(1))
        hz = 55 * 2 ** (contours["pitch"][0].numpy() / 12)
        return voices.HOP_S * (np.arange(len(hz)) + 0.5), hz

    return track


def _praat(wav):
    try:
        import parselmouth
    except ImportError as error:
        raise ImportError(
            "prosody.py compares with Praat, which is not installed; "
            "pip install -e .[reference]"
        ) from error
    sound = parselmouth.Sound(wav.astype(np.float64), voices.RATE_HZ)
    pitch = sound.to_pitch_ac(
        time_step=0.01,
        pitch_floor=voices.LOW_HZ,
        pitch_ceiling=CEILING_HZ,
    )
    hz = pitch.selected_array["frequency"]
    return pitch.xs(), np.where(hz > 0, hz, np.nan)


def _swift():
    try:
        import swift_f0
    except ImportError as error:
        raise ImportError(
            "prosody.py compares with SwiftF0, which is not installed; "
            "pip install -e .[reference]"
        ) from error
    detector = swift_f0.SwiftF0(threads=1)

    def track(wav):
        found = detector.detect(
            wav.astype(np.float32),
            voices.RATE_HZ,
            fmin=voices.LOW_HZ,
            fmax=CEILING_HZ,
        )
        is_voiced = found.confidence >= 0.5
        return found.timestamps, np.where(is_voiced, found.pitch_hz, np.nan)

    return track


def _torchaudio(wav):
    from torchaudio.functional import detect_pitch_frequency

    hz = detect_pitch_frequency(
        _tensor(wav),
        voices.RATE_HZ,
        freq_low=int(voices.LOW_HZ),
        freq_high=int(CEILING_HZ),
    )[0].numpy()
    return 0.01 * (np.arange(len(hz)) + 0.5), hz


def _speechbrain(low_hz, high_hz, window_s):
    from speechbrain.lobes.features import VocalFeatures

    features = VocalFeatures(
        min_f0_Hz=low_hz, max_f0_Hz=high_hz, window_size=window_s
    )

    def track(wav):
        hz = features(_tensor(wav))[0, :, 0].numpy()
        return 0.01 * np.arange(len(hz)) + window_s / 2, hz

    return track


def _tensor(wav):
    return torch.from_numpy(wav.astype(np.float32))[None]


def at(track, wav, n_frames) -> np.ndarray:
    """Return the pitch of a tracker in the middle of each 20 ms.

    Arguments
    ---------
    track : callable
        From ``trackers``.
    wav : numpy.ndarray, (samples,)
        At 16 kHz.
    n_frames : int
        How many times 20 ms.

    Returns
    -------
    numpy.ndarray, (frames,)
        In Hz, of the nearest frame of the tracker; NaN where unvoiced.
    """
    seconds, hz = track(wav)
    wanted = voices.HOP_S * (np.arange(n_frames) + 0.5)
    return hz[np.abs(np.subtract.outer(wanted, seconds)).argmin(axis=1)]


def errors(found, true_hz, is_voiced, is_clear) -> dict:
    """Compute the errors of a tracker relative to a reference.

    Arguments
    ---------
    found : numpy.ndarray, (frames,)
        In Hz, NaN where unvoiced.
    true_hz : numpy.ndarray, (frames,)
        In Hz; read where voiced.
    is_voiced, is_clear : numpy.ndarray, (frames,)
        Whether there is a voice, and no doubt about it.

    Returns
    -------
    dict
        ``gross``, ``voicing`` and ``by_register``, in percent.

    Example
    -------
    >>> found = np.array([100.0, 50.0, np.nan, 100.0])
    >>> is_voiced = np.array([True, True, True, False])
    >>> result = errors(found, np.full(4, 100.0), is_voiced, np.ones(4) > 0)
    >>> result["gross"], result["voicing"]
    (50.0, 50.0)
    """
    both = is_voiced & ~np.isnan(found)
    is_gross = np.abs(found[both] / true_hz[both] - 1) > GROSS
    wrong = (np.isnan(found) == is_voiced)[is_clear]
    register = np.searchsorted(REGISTERS_HZ, true_hz[both], side="right") - 1
    return {
        "gross": _percent(is_gross),
        "voicing": _percent(wrong),
        "by_register": {
            f"from {low} Hz": _percent(is_gross[register.clip(min=0) == index])
            for index, low in enumerate(REGISTERS_HZ)
        },
    }


def _percent(flags):
    return round(100 * float(np.mean(flags)), 2) if len(flags) else None


def on_synthetic(track) -> dict:
    """Measure a tracker on synthetic voices.

    Arguments
    ---------
    track : callable
        From ``trackers``.

    Returns
    -------
    dict
        ``"clean"`` and ``"noisy"`` to errors.
    """
    clean = voices.choir(N_VOICES, SEED)
    rng = np.random.default_rng(SEED)
    noisy = [voices.with_noise(voice, NOISE_DB, rng) for voice in clean]
    return {
        name: errors(
            np.concatenate([at(track, v.wav, len(v.hz)) for v in choir]),
            *(
                np.concatenate([getattr(v, field) for v in choir])
                for field in ("hz", "is_voiced", "is_clear")
            ),
        )
        for name, choir in (("clean", clean), ("noisy", noisy))
    }


def recordings(name, data_folder) -> list:
    """Sample utterances of a corpus.

    Arguments
    ---------
    name : str
        Of the corpus.
    data_folder : str or Path
        Holds a folder per corpus.

    Returns
    -------
    list of numpy.ndarray, (samples,)
        At 16 kHz.
    """
    from speechbrain_clser import corpora
    from speechbrain_clser.data.audio import load

    corpus = corpora.load(name)
    folder = None if name == "demo" else data_folder
    rows = list(corpus.utterances(corpora.locate(corpus.card, folder)))
    rows = random.Random(SEED).sample(rows, N_FILES)
    return [load(row.wav, voices.RATE_HZ).numpy() for row in rows]


def against_praat(wavs, tracked) -> dict:
    """Measure the agreement of trackers with Praat.

    Arguments
    ---------
    wavs : list of numpy.ndarray, (samples,)
        At 16 kHz.
    tracked : dict
        Name to tracker, Praat among them.

    Returns
    -------
    dict
        Name of the tracker to its errors, were Praat right.
    """
    n_frames = [round(len(w) / voices.RATE_HZ / voices.HOP_S) for w in wavs]
    found = {
        name: np.concatenate(
            [at(track, w, n) for w, n in zip(wavs, n_frames, strict=True)]
        )
        for name, track in tracked.items()
    }
    praat = found.pop("Praat")
    is_voiced, everywhere = ~np.isnan(praat), np.ones(len(praat)) > 0
    return {
        name: errors(hz, praat, is_voiced, everywhere)
        for name, hz in found.items()
    }


def undefined_share(wavs) -> float:
    """Compute the share of the 103 measures that are missing in utterances.

    Arguments
    ---------
    wavs : list of numpy.ndarray, (samples,)
        At 16 kHz.

    Returns
    -------
    float
        In percent.
    """
    from speechbrain_clser.features.prosody.measures import ProsodyMeasures

    measure = ProsodyMeasures()
    rows = torch.cat([measure(_tensor(w), torch.ones(1))[0] for w in wavs])
    return _percent(rows.isnan().flatten().numpy())


def speeds(tracked) -> dict:
    """Time trackers, and all 103 measures.

    Arguments
    ---------
    tracked : dict
        Name to tracker.

    Returns
    -------
    dict
        Name to seconds of computing for a second of sound.
    """
    from speechbrain_clser.features.prosody.measures import ProsodyMeasures

    measures = ProsodyMeasures()

    def measure(wav):
        return measures(_tensor(wav), torch.ones(1))

    long = np.concatenate([v.wav for v in voices.choir(5, SEED)])
    short = voices.choir(1, SEED)[0].wav
    timed = {
        **{name: (track, long) for name, track in tracked.items()},
        "ProsodyMeasures": (measure, long),
        "ProsodyMeasures, 2 s": (measure, short),
    }
    return {name: _speed(*given) for name, given in timed.items()}


def _speed(compute, wav):
    compute(wav)
    seconds = []
    for _ in range(N_REPEATS):
        started = time.process_time()
        compute(wav)
        seconds.append(time.process_time() - started)
    return round(min(seconds) / (len(wav) / voices.RATE_HZ), 5)


def show(result):
    """Print the tables.

    Arguments
    ---------
    result : dict
        As written to prosody.json.
    """

    def cell(value):
        return f"{'-' if value is None else value:>9}"

    registers = [f"from {low} Hz" for low in REGISTERS_HZ]
    for name, rows in result["synthetic"].items():
        print(f"\n{name} synthetic voices: gross, voicing, gross by register")
        for tracker, row in rows.items():
            values = [row["gross"], row["voicing"]]
            values += [row["by_register"][register] for register in registers]
            print(f"{tracker:<26}" + "".join(map(cell, values)))
    for key in ("gross", "voicing"):
        print(f"\n{key} difference from Praat: " + " ".join(CORPORA))
        for tracker in result["against_praat"]["demo"]:
            values = [result["against_praat"][c][tracker][key] for c in CORPORA]
            print(f"{tracker:<26}" + "".join(map(cell, values)))
    print("\nundefined measures, percent")
    for name, share in result["undefined"].items():
        print(f"{name:<26}" + cell(share))
    print("\nseconds for a second")
    for name, speed in result["speed"].items():
        print(f"{name:<26}" + cell(speed))


def main():
    """Measure, print the tables, write prosody.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data_folder", required=True)
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tracked = trackers()
    measured = {name: on_synthetic(track) for name, track in tracked.items()}
    for name in WITHOUT_VOICING:
        for row in measured[name].values():
            row["voicing"] = None
    agreement, undefined = {}, {}
    for name in CORPORA:
        wavs = recordings(name, arguments.data_folder)
        agreement[name] = against_praat(wavs, tracked)
        for tracker in WITHOUT_VOICING:
            agreement[name][tracker]["voicing"] = None
        undefined[name] = undefined_share(wavs)
    result = {
        "n_voices": N_VOICES,
        "n_files": N_FILES,
        "noise_db": NOISE_DB,
        "synthetic": {
            condition: {
                name: rows[condition] for name, rows in measured.items()
            }
            for condition in ("clean", "noisy")
        },
        "against_praat": agreement,
        "undefined": undefined,
        "speed": speeds(tracked),
    }
    show(result)
    recipe.write(arguments.output, result)


if __name__ == "__main__":
    main()
