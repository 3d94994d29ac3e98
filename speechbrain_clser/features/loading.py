"""The sound of every utterance, as a training asks for it."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from speechbrain_clser.data import sampling
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.features.per_language import Placed
from speechbrain_clser.features.speed import at_speed
from speechbrain_clser.features.store import Store

LONGEST_S = 15.0


@dataclasses.dataclass(frozen=True)
class Features:
    """Frames or waveforms of all utterances of a run.

    Arguments
    ---------
    data : PreparedData
        Gives the utterances.
    views : dict
        ``"frames"``, ``"wavs"`` or both, to a list of mappings, utterance id to
        torch.Tensor: first all utterances as recorded, then training utterances
        at other speeds.
    frames_per_s : float
        Of the encoder.
    cache_folder : Path
        Of everything that is computed once.
    """

    data: object
    views: dict
    frames_per_s: float
    cache_folder: Path

    @property
    def plain(self):
        """All utterances as recorded: frames, where there are any."""
        return (self.views.get("frames") or self.views["wavs"])[0]


def load_features(
    extractor,
    folder,
    material,
    training_rows,
    normalise_by,
    speeds=(),
    dtype="float32",
    device="cpu",
) -> list:
    """Give the sound of all utterances, and of those heard at other speeds.

    Frozen encoders give normalised frames from the store. For one that is
    trained there are samples, to be encoded in every step; of one with a frozen
    part the frames as published are wanted too, so as to know their
    statistics: then ask for both. Encoders by language
    each hear the utterances of their own.

    Arguments
    ---------
    extractor : Extractor
        Of the frames.
    folder : str or Path
        Of the stores.
    material : PreparedData
        Gives the utterances and the part that is trained on.
    training_rows : list of Utterance
        By the training; these alone have further views.
    normalise_by : str
        See ``features.normalisation``.
    speeds : sequence of float
        Of the further views.
    dtype : str
        In which stores keep frames; see ``Store``.
    device : str
        Where a frozen encoder runs.

    Returns
    -------
    list of Mapping
        Utterance id to torch.Tensor: frames, (frames, dim), or samples,
        (samples,).

    Raises
    ------
    ValueError
        If a trained encoder's frames are to be normalised by others, or
        nothing is heard of a language that has its own encoder.

    Example
    -------
    >>> import types
    >>> folder = getfixture("tmp_path")
    >>> learner = types.SimpleNamespace(
    ...     is_shared=True, is_frozen=False, sample_rate_hz=16000
    ... )
    >>> nobody = types.SimpleNamespace(rows=[])
    >>> [plain, fast] = views(learner, folder, nobody, [], "none", [1.1])
    >>> len(plain)
    0
    """
    if not extractor.is_shared:
        args = (normalise_by, speeds, dtype, device)
        return _by_language(extractor, folder, material, training_rows, *args)
    if not extractor.is_frozen:
        if normalise_by != "none":
            raise ValueError(
                f"normalise_by {normalise_by!r} needs the frames of all "
                f"utterances beforehand, and those of an encoder that is "
                f"trained change; use `normalise_by: none` or `adapt: frozen`"
            )
        rate_hz = extractor.sample_rate_hz
        return [
            LazyWaveforms(rows, at_speed(load, speed), rate_hz)
            for rows, speed in _speeds(material.rows, training_rows, speeds)
        ]

    normalised = []
    for rows, speed in _speeds(material.rows, training_rows, speeds):
        store = Store(Path(folder, f"speed_{speed:.2f}"), extractor, dtype)
        store.fill(rows, at_speed(load, speed), device)
        frames = store.view(rows)
        # Without groups the training rows at their own speed speak for all;
        # a group speaks for itself.
        if normalise_by != "none":
            normalise = Normaliser(frames, rows, normalise_by)
        elif not normalised:
            normalise = Normaliser(frames, material.parts.train, "none")
        normalised.append(normalise(frames, rows))
    return normalised


def _by_language(
    extractor, folder, material, training_rows, normalise_by, *args
):
    """Views of each language by its own encoder, put side by side."""
    everybody = sampling.group(material.rows, lambda row: row.language)
    if strangers := sorted(everybody.keys() - set(extractor.starts)):
        raise ValueError(
            f"there is no encoder for {', '.join(strangers)}, only for "
            f"{', '.join(extractor.starts)}; add it, or give --per_language "
            f"False"
        )
    of_language = {}
    for language, rows in everybody.items():
        own_heard, own_train = (
            [row for row in part if row.language == language]
            for part in (training_rows, material.parts.train)
        )
        if not own_heard:
            raise ValueError(
                f"nothing in {language} is heard in training, so nothing "
                f"teaches what to make of its own encoder; choose a protocol "
                f"with unlabelled target audio, or give --per_language False"
            )
        # Where nothing is labelled, all that is heard speaks for the language.
        own = SimpleNamespace(
            rows=rows, parts=SimpleNamespace(train=own_train or own_heard)
        )
        of_language[language] = load_features(
            extractor.of_language[language],
            folder,
            own,
            own_heard,
            normalise_by,
            *args,
        )
    speeds = args[0]
    return [
        Placed(
            extractor,
            {language: seen[k] for language, seen in of_language.items()},
            {row.id: row.language for row in rows},
        )
        for k, (rows, _) in enumerate(
            _speeds(material.rows, training_rows, speeds)
        )
    ]


def _speeds(everybody, training_rows, speeds):
    return [(everybody, 1.0), *((training_rows, speed) for speed in speeds)]


class LazyWaveforms(Mapping):
    """Samples of utterances, read when they are asked for.

    Arguments
    ---------
    rows : iterable of Utterance
        Whose files exist.
    load : callable
        ``load(wav, sample_rate_hz)`` gives one channel, (samples,).
    sample_rate_hz : int
        Wanted.
    longest_s : float
        What comes later in a recording is not heard.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu")
    >>> sounds = LazyWaveforms(
    ...     [row], lambda wav, rate: torch.ones(rate), 16000, 0.5
    ... )
    >>> sounds["1"].shape
    torch.Size([8000])
    """

    def __init__(self, rows, load, sample_rate_hz, longest_s=LONGEST_S):
        self.paths = {row.id: row.wav for row in rows}
        self.load, self.sample_rate_hz = load, sample_rate_hz
        self.longest = round(longest_s * sample_rate_hz)

    def __getitem__(self, utterance):
        samples = self.load(self.paths[utterance], self.sample_rate_hz)
        return samples[: self.longest]

    def __iter__(self):
        return iter(self.paths)

    def __len__(self):
        return len(self.paths)
