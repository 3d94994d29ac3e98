"""Script of the demo corpus: speakers, sentences, emotions and voice parameters.

An emotion changes seven voice parameters. The size of the change depends on language,
speaker and utterance, and speakers differ in the baselines of all parameters, so that
no single parameter determines the emotion.
"""

import dataclasses
import itertools

import numpy as np

from speechbrain_clser.labels import format_votes
from speechbrain_clser.seeds import seed_for

SEED = 1001
SENTENCES_PER_SPEAKER = 6

# By ISO 639-3 and code of eSpeak NG; the n-th sentences are translations.
SENTENCES = {
    ("deu", "de"): (
        "Der Zug fährt um sieben Uhr ab.",
        "Das Buch liegt auf dem Tisch.",
        "Mein Bruder kommt erst morgen.",
        "Die Tür ist immer noch offen.",
        "Wir essen heute um acht Uhr.",
        "Der Schlüssel liegt im Schrank.",
        "Das Kind trinkt ein Glas Wasser.",
        "Mein Vater arbeitet im Garten.",
        "Das Auto steht vor dem Haus.",
        "Am Montag gehe ich zur Schule.",
    ),
    ("tur", "tr"): (
        "Tren saat yedide kalkıyor.",
        "Kitap masanın üstünde.",
        "Kardeşim yarın geliyor.",
        "Kapı hâlâ açık duruyor.",
        "Bugün sekizde yemek yiyoruz.",
        "Anahtar dolabın içinde.",
        "Çocuk bir bardak su içiyor.",
        "Babam bahçede çalışıyor.",
        "Araba evin önünde duruyor.",
        "Pazartesi okula gidiyorum.",
    ),
    ("fin", "fi"): (
        "Juna lähtee kello seitsemän.",
        "Kirja on keittiön pöydällä.",
        "Veljeni tulee vasta huomenna.",
        "Ovi on edelleen auki.",
        "Syömme tänään kello kahdeksan.",
        "Avain on vanhassa kaapissa.",
        "Lapsi juo lasin vettä.",
        "Isä työskentelee puutarhassa.",
        "Auto seisoo talon edessä.",
        "Maanantaina menen kouluun.",
    ),
    ("swh", "sw"): (
        "Treni inaondoka saa moja.",
        "Kitabu kiko juu ya meza.",
        "Kaka yangu atakuja kesho.",
        "Mlango bado uko wazi.",
        "Leo tunakula saa mbili.",
        "Ufunguo uko kabatini.",
        "Mtoto anakunywa maji.",
        "Baba anafanya kazi bustanini.",
        "Gari liko mbele ya nyumba.",
        "Jumatatu ninaenda shuleni.",
    ),
    ("ind", "id"): (
        "Kereta berangkat jam tujuh.",
        "Buku itu ada di atas meja.",
        "Besok kakak saya datang.",
        "Pintunya masih terbuka.",
        "Kami makan jam delapan malam.",
        "Kuncinya ada di lemari.",
        "Anak itu minum air putih.",
        "Ayah bekerja di kebun.",
        "Mobil itu di depan rumah.",
        "Hari Senin saya ke sekolah.",
    ),
}

# Natural-sounding variants of eSpeak NG.
VARIANTS = {
    "female": ("f1", "f2", "f3", "f4", "f5"),
    "male": ("m1", "m2", "m3", "m4", "m6", "m7", "m8"),
}
SPEAKERS_PER_GENDER = 4

# Measured with a pitch tracker around the default parameter, 50.
SEMITONES_PER_STEP = 0.16

HABITS = (
    "pitch",  # semitones
    "range",  # octaves: 1 doubles the pitch range
    "rate",  # octaves: 1 doubles the speed
    "level",  # dB
    "tilt",  # dB per octave
    "breath",  # dB
    "tremor",  # relative to the pitch
)
# Change of each parameter by an emotion, for average emphasis.
ACTED = {
    "anger": (1.7, 0.4, 0.12, 5.0, 1.6, -4.0, 0.0),
    "happiness": (3.0, 0.8, 0.06, 2.0, 0.3, 0.0, 0.0),
    "neutral": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "sadness": (-1.4, -0.9, -0.15, -4.0, -1.3, 5.0, 0.012),
}
# Each dimension is a direction of change of the parameters, whatever the emotion: the
# value is 0.5 for the speaker's own habit, and changes by these shares for a change
# of a parameter by its unit. A loud, fast, bright and firm voice is aroused; a high,
# lively voice is positive unless it is bright, which is tense; a loud, bright and low
# voice is dominant.
UNITS = (3.0, 0.8, 0.15, 5.0, 1.6, 5.0, 0.012)
AXES = {
    "arousal": (0.05, 0.05, 0.08, 0.12, 0.08, -0.05, 0.0),
    "valence": (0.18, 0.18, 0.0, 0.0, -0.3, 0.0, 0.0),
    "dominance": (-0.1, 0.0, 0.0, 0.2, 0.15, -0.08, -0.04),
}
# The votes of so many raters are divided by the distance of the parameters from those
# of each emotion, in these units.
N_RATERS = 10
# Standard deviation of each parameter over languages, over the speakers of a
# language, and over the utterances of a speaker.
LANGUAGE_SPREAD = (0.7, 0.1, 0.06, 1.6, 0.4, 1.5, 0.0)
SPEAKER_SPREAD = (0.8, 0.2, 0.06, 1.6, 0.4, 2.0, 0.002)
MOMENT_SPREAD = (0.9, 0.28, 0.06, 1.9, 0.45, 1.8, 0.002)


@dataclasses.dataclass(frozen=True, slots=True)
class Take:
    """One utterance to synthesise.

    Arguments
    ---------
    id, language, speaker, gender, sentence, emotion : str
        As in ``Utterance``.
    voice : str
        Language and variant of eSpeak NG.
    rate_wpm, pitch, pitch_range, seed : int
        As in ``engine.speak``.
    tract : float
        Inverse relative length of the vocal tract.
    tremor, tremor_hz : float
        Relative peak deviation of the pitch, and modulation frequency.
    tilt_db, breath_db, level_db, drift_db, floor_db : float
        As in ``effects``.
    arousal, valence, dominance : float
        0-1; see ``AXES``. They do not change the sound.
    votes : str
        See ``N_RATERS`` and ``labels.parse_votes``. They do not change the sound.
    """

    id: str
    language: str
    speaker: str
    gender: str
    sentence: str
    emotion: str
    voice: str
    rate_wpm: int
    pitch: int
    pitch_range: int
    seed: int
    tract: float
    tremor: float
    tremor_hz: float
    tilt_db: float
    breath_db: float
    level_db: float
    drift_db: float
    floor_db: float
    arousal: float
    valence: float
    dominance: float
    votes: str


@dataclasses.dataclass(frozen=True)
class _Speaker:
    # habits: parameters before emotion; emphasis: scale of the emotion changes
    name: str
    language: str
    gender: str
    voice: str
    lines: dict
    habits: np.ndarray
    emphasis: np.ndarray
    tract: float
    floor_db: float


def _random(purpose):
    return np.random.default_rng(seed_for(SEED, f"demo {purpose}"))


def _speakers():
    n_habits = len(HABITS)
    for n, ((language, code), sentences) in enumerate(SENTENCES.items()):
        random = _random(f"language {language}")
        weights = random.uniform(0.6, 1.4, n_habits)
        common = random.normal(0, LANGUAGE_SPREAD)
        # Cycle through the sentences, so that their counts are balanced.
        lines = itertools.cycle(enumerate(sentences))
        for gender, variants in VARIANTS.items():
            for i in range(SPEAKERS_PER_GENDER):
                name = f"{language}_{gender[0]}{i + 1}"
                random = _random(f"speaker {name}")
                own = itertools.islice(lines, SENTENCES_PER_SPEAKER)
                yield _Speaker(
                    name=name,
                    language=language,
                    gender=gender,
                    # Each language starts with another variant.
                    voice=f"{code}+{variants[(i + n) % len(variants)]}",
                    lines=dict(sorted(own)),
                    habits=common + random.normal(0, SPEAKER_SPREAD),
                    emphasis=weights
                    * random.uniform(0.6, 1.3)
                    * random.uniform(0.6, 1.4, n_habits),
                    tract=round(random.uniform(0.95, 1.06), 4),
                    floor_db=round(random.uniform(-68, -53), 1),
                )


def _take(speaker, emotion, line):
    name = f"{speaker.name}_{emotion}_{line:02d}"
    random = _random(name)
    acted = np.array(ACTED[emotion]) * speaker.emphasis
    habits = speaker.habits + acted * random.uniform(0.6, 1.3)
    habits = habits + random.normal(0, MOMENT_SPREAD)
    changes = (habits - speaker.habits) / UNITS
    pitch, pitch_range, rate, level, tilt, breath, tremor = habits.tolist()
    # A shorter tract also raises pitch and rate: see play_faster.
    pitch -= 12 * np.log2(speaker.tract)
    rate -= np.log2(speaker.tract)
    return Take(
        id=name,
        language=speaker.language,
        speaker=speaker.name,
        gender=speaker.gender,
        sentence=speaker.lines[line],
        emotion=emotion,
        voice=speaker.voice,
        rate_wpm=int(np.clip(round(165 * 2**rate), 80, 400)),
        pitch=int(np.clip(round(50 + pitch / SEMITONES_PER_STEP), 0, 99)),
        pitch_range=int(np.clip(round(45 * 2**pitch_range), 0, 99)),
        seed=seed_for(SEED, f"demo noise of {name}"),
        tract=speaker.tract,
        tremor=round(max(0.0, tremor), 4),
        tremor_hz=round(random.uniform(4, 7), 2),
        tilt_db=round(tilt, 3),
        breath_db=round(min(breath - 30, -10), 2),
        level_db=round(level - 30, 2),
        drift_db=round(random.normal(0, 3), 2),
        floor_db=speaker.floor_db,
        **{
            name: round(float(np.clip(0.5 + changes @ axis, 0, 1)), 4)
            for name, axis in AXES.items()
        },
        votes=_votes(changes),
    )


def _votes(changes):
    """Divide the votes among the emotions, rounded, so that a few are missing."""
    distance = np.square(changes - np.array([*ACTED.values()]) / UNITS)
    shares = np.exp(-distance.sum(axis=1))
    votes = np.round(N_RATERS * shares / shares.sum())
    return format_votes((e, n) for e, n in zip(ACTED, votes, strict=True) if n)


def plan():
    """List every take of the corpus; the result is deterministic.

    The takes are ordered by language, speaker, emotion and sentence.

    Example
    -------
    >>> take = plan()[0]
    >>> take.id, take.voice, take.sentence
    ('deu_f1_anger_00', 'de+f1', 'Der Zug fährt um sieben Uhr ab.')
    """
    return [
        _take(speaker, emotion, line)
        for speaker in _speakers()
        for emotion in ACTED
        for line in speaker.lines
    ]
