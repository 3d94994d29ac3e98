"""An encoder for each language, side by side in the frames."""

import dataclasses
from collections.abc import Mapping

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.store import about


@dataclasses.dataclass(frozen=True)
class PerLanguageConfig:
    """What changes the values of ``PerLanguage``.

    Arguments
    ---------
    encoders : dict
        Language to what its extractor is.
    """

    encoders: dict


class PerLanguage(Extractor):
    """One frozen extractor for each language.

    Frames have the columns of all of them, side by side; of an utterance, those
    of its own language are filled and all others are 0. So a method goes on
    hearing nothing but frames, and a linear layer on them is an adapter for each
    language: columns that are 0 take no part.

    Whoever extracts has to know the language; see ``views.views``.

    Arguments
    ---------
    extractors : dict
        Language, ISO 639-3, to Extractor; the same extractor may stand more than
        once.

    Raises
    ------
    ValueError
        If there is none, or one is trained, holds several layers, or has
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
        # Columns of an encoder that has no names for them are called "".
        self.columns = tuple(
            name
            for names, width in zip(named, widths, strict=True)
            for name in (names or [""] * width)
            if any(named)
        )

    def place(self, frames, language):
        """Put frames where the columns of their language are.

        Arguments
        ---------
        frames : torch.Tensor, (frames, dim of the language's extractor)
            As that gave them.
        language : str
            One of ``of_language``.

        Returns
        -------
        torch.Tensor, (frames, dim)
            0 in all other columns.
        """
        before = self.starts[language]
        after = self.dim - before - frames.shape[-1]
        return torch.nn.functional.pad(frames, (before, after))

    def n_frames(self, n_samples):
        """Refuse to count without a language.

        Arguments
        ---------
        n_samples : torch.Tensor, (batch,), or int
            Of whoever knows its language: ask ``of_language`` instead.
        """
        raise TypeError(_UNTOLD)

    def forward(self, wavs, lens):
        """Refuse to extract without a language.

        Arguments
        ---------
        wavs, lens : torch.Tensor
            Of whoever knows its language: ask ``of_language`` instead.
        """
        raise TypeError(_UNTOLD)


_UNTOLD = (
    "each language has an encoder of its own here, and sound alone does not "
    "tell which; call extractor.of_language[language], and place what it gives"
)


class Placed(Mapping):
    """Frames of utterances of several languages, each in its own columns.

    Arguments
    ---------
    extractor : PerLanguage
        Knows the columns.
    views : dict
        Language to a mapping, utterance id to torch.Tensor, (frames, dim).
    languages : dict
        Utterance id to language, in the order wanted.

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
    """Complain about an extractor that cannot stand beside the first."""
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
