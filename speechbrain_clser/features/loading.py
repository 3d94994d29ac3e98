"""Load the features or waveforms of all utterances for training."""

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from speechbrain.augment.time_domain import SpeedPerturb

from speechbrain_clser.data import sampling
from speechbrain_clser.data.audio import load
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.features.per_language import Placed
from speechbrain_clser.features.store import Store


@functools.lru_cache
def _perturb(sample_rate_hz, percent):
    # Its ``forward`` draws one of the speeds, even of one, from torch's generator.
    return SpeedPerturb(sample_rate_hz, speeds=[percent]).resamplers[0]


def at_speed(load, speed):
    """Wrap a loader with speed perturbation; pitch and formants change too.

    The factor, 1.1 is 10 % faster, must be a whole percent between 0.5 and 2.0.

    Example
    -------
    >>> import torch
    >>> at_speed(lambda wav, rate: torch.zeros(rate), 1.25)(
    ...     "a.wav", 16000
    ... ).shape
    torch.Size([12800])
    """
    percent = round(100 * speed)
    if abs(percent - 100 * speed) > 1e-6 or not 50 <= percent <= 200:
        raise ValueError(
            f"speeds are whole percents between 0.5 and 2.0, got {speed!r}"
        )
    if percent == 100:
        return load
    return lambda wav, rate: _perturb(rate, percent)(load(wav, rate)[None])[0]


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
        at other speeds. ``"text"``, if there is a text encoder, to a list of one.
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
    """Load features or waveforms of all utterances, and speed-perturbed views.

    A frozen encoder returns normalised frames from the store. A trained encoder
    returns samples, which are encoded in every step. An encoder with a frozen part
    also needs the statistics of its original frames: call this function for both.
    Encoders per language process the utterances of their language.

    Arguments
    ---------
    extractor : Extractor
        Feature extractor.
    folder : str or Path
        Folder of the stores.
    material : PreparedData
        Provides the utterances and the training set.
    training_rows : list of Utterance
        Rows of all training phases; only these have speed-perturbed views.
    normalise_by : str
        See ``features.normalisation``.
    speeds : sequence of float
        Speed factors of the additional views.
    dtype : str
        Data type of stored frames; see ``Store``.
    device : str
        Device of a frozen encoder.

    Returns
    -------
    list of Mapping
        Utterance id to torch.Tensor: frames, (frames, dim), or samples,
        (samples,).

    Raises
    ------
    ValueError
        If frames of a trained encoder are to be normalised by statistics, or if
        a language with its own encoder has no training utterances.

    Example
    -------
    >>> import types
    >>> folder = getfixture("tmp_path")
    >>> learner = types.SimpleNamespace(
    ...     is_shared=True, is_frozen=False, sample_rate_hz=16000
    ... )
    >>> empty = types.SimpleNamespace(rows=[])
    >>> [plain, fast] = load_features(learner, folder, empty, [], "none", [1.1])
    >>> len(plain)
    0
    """
    if not extractor.is_shared:
        args = (normalise_by, speeds, dtype, device)
        return _by_language(extractor, folder, material, training_rows, *args)
    if not extractor.is_frozen:
        if normalise_by != "none":
            raise ValueError(
                f"normalise_by {normalise_by!r} needs fixed frames, but the "
                f"frames of a trained encoder change; use `normalise_by: none` or `adapt: frozen`"
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
        # Without groups, statistics are those of the training rows at the
        # original speed; each group has its own statistics.
        if normalise_by != "none":
            normalise = Normaliser(frames, rows, normalise_by)
        elif not normalised:
            normalise = Normaliser(frames, material.parts.train, "none")
        normalised.append(normalise(frames, rows))
    return normalised


def _by_language(
    extractor, folder, material, training_rows, normalise_by, *args
):
    """Load the features of each language with its own encoder."""
    by_language = sampling.group(material.rows, lambda row: row.language)
    if unknown := sorted(by_language.keys() - set(extractor.starts)):
        raise ValueError(
            f"there is no encoder for {', '.join(unknown)}, only for "
            f"{', '.join(extractor.starts)}; add it, or give --per_language "
            f"False"
        )
    of_language = {}
    for language, rows in by_language.items():
        own_rows, own_train = (
            [row for row in part if row.language == language]
            for part in (training_rows, material.parts.train)
        )
        if not own_rows:
            raise ValueError(
                f"expected training utterances in {language}, found none, so "
                f"the columns of its encoder would not be trained; choose a "
                f"protocol with unlabelled target audio, or give --per_language False"
            )
        # Without labelled rows, statistics are those of all training rows.
        own = SimpleNamespace(
            rows=rows, parts=SimpleNamespace(train=own_train or own_rows)
        )
        of_language[language] = load_features(
            extractor.of_language[language],
            folder,
            own,
            own_rows,
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


def _speeds(rows, training_rows, speeds):
    return [(rows, 1.0), *((training_rows, speed) for speed in speeds)]


class LazyWaveforms(Mapping):
    """Waveforms of utterances, loaded on access and cut at ``longest_s``.

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
