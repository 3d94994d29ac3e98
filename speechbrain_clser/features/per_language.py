"""Use a separate frozen encoder for each language, concatenated in the frames."""

import dataclasses
from collections.abc import Mapping

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.store import about


@dataclasses.dataclass(frozen=True)
class PerLanguageConfig:
    """Language to a description of its extractor."""

    encoders: dict


class PerLanguage(Extractor):
    """One frozen extractor for each language.

    Frames contain the columns of all extractors. An utterance fills the columns of
    its language; all others are 0. A linear layer on the frames therefore acts as
    one adapter per language.

    Extraction needs the language; see ``loading.load_features``.

    Arguments
    ---------
    extractors : dict
        Language, ISO 639-3, to Extractor; an extractor may be used for several
        languages.

    Raises
    ------
    ValueError
        If there are no extractors, or one is trained, has several layers, or
        another rate than the first.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> both = PerLanguage(
    ...     {name: extractor("acoustic") for name in ("deu", "ita")}
    ... )
    >>> frames = both.place(torch.ones(1, both.dim // 2), "ita")
    >>> frames.shape[1] == both.dim, frames[0, 0].item(), frames[0, -1].item()
    (True, 0.0, 1.0)
    """

    is_shared = False

    def __init__(self, extractors):
        if not extractors:
            raise ValueError(
                "an encoder for each language needs languages, got none; name "
                "them: --encoder '{deu: ..., ita: ...}'"
            )
        for language, one in extractors.items():
            _refuse(language, one, next(iter(extractors.values())))
        super().__init__(
            PerLanguageConfig(
                {
                    language: {"key": one.key, **about(one)}
                    for language, one in extractors.items()
                }
            )
        )
        self.of_language = torch.nn.ModuleDict(extractors)
        widths = [one.dim for one in extractors.values()]
        self.starts = {
            language: sum(widths[:k]) for k, language in enumerate(extractors)
        }
        self.dim = sum(widths)
        self.is_large = any(one.is_large for one in extractors.values())
        named = [getattr(one, "columns", ()) for one in extractors.values()]
        # Columns of an encoder without column names are called "".
        self.columns = tuple(
            name
            for names, width in zip(named, widths, strict=True)
            for name in (names or [""] * width)
            if any(named)
        )

    def place(self, frames, language):
        """Place frames, (frames, dim of the language), in its columns; 0 in all others."""
        before = self.starts[language]
        after = self.dim - before - frames.shape[-1]
        return torch.nn.functional.pad(frames, (before, after))

    def n_frames(self, n_samples):
        """Raise an error, because the language is unknown."""
        raise TypeError(_UNTOLD)

    def forward(self, wavs, lens):
        """Raise an error, because the language is unknown."""
        raise TypeError(_UNTOLD)


_UNTOLD = (
    "each language has its own encoder, and the waveform does not determine the "
    "language; call extractor.of_language[language] and place its output"
)


class Placed(Mapping):
    """Frames of utterances of several languages, each in its own columns.

    ``languages`` maps utterance id to language, in output order.

    Example
    -------
    >>> from types import SimpleNamespace
    >>> wide = SimpleNamespace(
    ...     place=lambda frames, language: frames.repeat(1, 2)
    ... )
    >>> Placed(wide, {"deu": {"1": torch.ones(1, 1)}}, {"1": "deu"})["1"]
    tensor([[1., 1.]])
    """

    def __init__(self, extractor, views, languages):
        self._extractor = extractor
        self._views = views
        self._languages = languages

    def __getitem__(self, utterance):
        language = self._languages[utterance]
        return self._extractor.place(self._views[language][utterance], language)

    def __iter__(self):
        return iter(self._languages)

    def __len__(self):
        return len(self._languages)


def _refuse(language, one, first):
    """Raise an error for an extractor that is incompatible with the first."""
    found = None
    if not one.is_frozen:
        found = "trained; give --adapt frozen"
    elif one.n_layers > 1:
        found = "of several layers to be mixed; give --layer_mix mean"
    elif one.frames_per_s != first.frames_per_s:
        found = f"of {one.frames_per_s} frames/s, not {first.frames_per_s}"
    if found:
        raise ValueError(
            f"encoders by language are frozen, of one layer and of one rate; "
            f"that of {language} is {found}"
        )
