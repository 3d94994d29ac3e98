"""Speaker style vectors of each emotion."""

import dataclasses

import torch

from speechbrain_clser.graphs.scatter import scatter_mean

KINDS = ("neutral_difference", "raw")


@dataclasses.dataclass(frozen=True, eq=False)
class Styles:
    """Style vectors of the observed pairs of speaker and emotion.

    Arguments
    ---------
    vectors : torch.Tensor, (styles, dim)
        Of length 1; zeros if a speaker is the only one of the language.
    speaker, emotion, language : torch.Tensor of int64, (styles,)
        Codes; sorted by emotion, then by speaker.
    n_utterances : torch.Tensor of int64, (styles,)
        Number of utterances of each vector.
    language_mean : torch.Tensor, (languages, dim)
        Of all utterances, with or without an emotion label.
    counts : dict
        Number of styles by subtracted reference: ``own_neutral``,
        ``language_mean``, ``nothing``; and of omitted utterances:
        ``unknown_speaker``, ``unknown_emotion``.
    """

    vectors: torch.Tensor
    speaker: torch.Tensor
    emotion: torch.Tensor
    language: torch.Tensor
    n_utterances: torch.Tensor
    language_mean: torch.Tensor
    counts: dict


def speaker_styles(
    vectors, speaker, language, emotion, neutral, kind="neutral_difference"
):
    """Compute the style vector of each speaker and emotion.

    The mean of a speaker's utterances of an emotion minus the mean of the same
    speaker's neutral utterances, which removes the speaker identity. For the
    neutral emotion, or without neutral utterances of the speaker, minus the
    mean of the language.

    Arguments
    ---------
    vectors : torch.Tensor, (utterances, dim)
        Feature vector of each utterance.
    speaker, language, emotion : torch.Tensor of int64, (utterances,)
        Codes; speaker and emotion are -1 if unknown.
    neutral : int
        Code of the neutral emotion; -1 if there is none.
    kind : str
        ``"neutral_difference"``, or ``"raw"`` without subtraction.

    Returns
    -------
    Styles
        Of all known speakers and emotions.

    Raises
    ------
    ValueError
        If the kind is unknown or a speaker has two languages.

    Source
    ------
    Our reconstruction of the speaker style of arXiv 2509.20373.

    Example
    -------
    >>> vectors = torch.tensor([[1.0, 1.0], [1.0, 3.0], [5.0, 5.0]])
    >>> speaker, emotion = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1])
    >>> language = torch.tensor([0, 0, 0])
    >>> styles = speaker_styles(vectors, speaker, language, emotion, neutral=0)
    >>> styles.emotion, styles.speaker
    (tensor([0, 1, 1]), tensor([0, 0, 1]))
    >>> styles.vectors[1]
    tensor([0., 1.])
    >>> styles.counts["own_neutral"], styles.counts["language_mean"]
    (1, 2)
    """
    if kind not in KINDS:
        raise ValueError(
            f"style must be one of {', '.join(KINDS)}, got {kind!r}"
        )
    # In float64: differences of nearby means lose precision in float32.
    vectors = vectors.detach().double()
    language_of = _language_of(speaker, language)
    language_mean = scatter_mean(vectors, language, int(language.max()) + 1)
    is_known = (speaker >= 0) & (emotion >= 0)
    cell = emotion[is_known] * len(language_of) + speaker[is_known]
    cell, place, n_utterances = cell.unique(
        return_inverse=True, return_counts=True
    )
    mean = scatter_mean(vectors[is_known], place, len(cell))
    emotion_of, speaker_of = cell // len(language_of), cell % len(language_of)
    is_neutral = emotion_of == neutral
    # Per speaker; the mean of the language without neutral utterances.
    neutral_mean = language_mean[language_of]
    neutral_mean[speaker_of[is_neutral]] = mean[is_neutral]
    has_own = torch.isin(speaker_of, speaker_of[is_neutral]) & ~is_neutral
    baseline = torch.where(
        is_neutral[:, None],
        language_mean[language_of[speaker_of]],
        neutral_mean[speaker_of],
    )
    is_raw = kind == "raw"
    vectors = mean if is_raw else mean - baseline
    n_own, n_styles = int(has_own.sum()), len(cell)
    return Styles(
        # eps keeps differences that are only rounding errors near zero.
        vectors=torch.nn.functional.normalize(vectors, eps=1e-6).float(),
        speaker=speaker_of,
        emotion=emotion_of,
        language=language_of[speaker_of],
        n_utterances=n_utterances,
        language_mean=language_mean.float(),
        counts={
            "own_neutral": 0 if is_raw else n_own,
            "language_mean": 0 if is_raw else n_styles - n_own,
            "nothing": n_styles if is_raw else 0,
            "unknown_speaker": int((speaker < 0).sum()),
            "unknown_emotion": int(((speaker >= 0) & (emotion < 0)).sum()),
        },
    )


def _language_of(speaker, language):
    """Return the language of each speaker code; 0 for unused codes."""
    is_known = speaker >= 0
    speaker, language = speaker[is_known], language[is_known]
    n_speakers = int(speaker.max()) + 1 if len(speaker) else 0
    language_of = language.new_zeros(n_speakers)
    language_of[speaker] = language
    ambiguous = speaker[language_of[speaker] != language].unique()
    if len(ambiguous):
        raise ValueError(
            f"expected one language per speaker, found several for speakers "
            f"{ambiguous[:3].tolist()}; use different speaker codes in each corpus"
        )
    return language_of
