"""How each speaker voices each emotion, as one vector."""

import dataclasses

import torch

from speechbrain_clser.graphs.scatter import scatter_mean

KINDS = ("neutral_difference", "raw")


@dataclasses.dataclass(frozen=True, eq=False)
class Styles:
    """A vector for each speaker and emotion that were heard together.

    Arguments
    ---------
    vectors : torch.Tensor, (styles, dim)
        Of length 1; of zeros where a speaker is the whole language.
    speaker, emotion, language : torch.Tensor of int64, (styles,)
        Codes; sorted by emotion, then by speaker.
    n_utterances : torch.Tensor of int64, (styles,)
        That the vector was averaged from.
    language_mean : torch.Tensor, (languages, dim)
        Of all utterances, of known emotion or not.
    counts : dict
        Styles by what they were freed from: ``own_neutral``,
        ``language_mean``, ``nothing``; and the utterances that were left out:
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
    """Find what each speaker does to voice each emotion.

    The mean of a speaker's utterances of an emotion, less the mean of the same
    speaker's neutral ones: who is speaking goes, how the emotion is voiced
    stays. Where that is not to be had (the emotion is the neutral one, or
    nothing neutral was heard from the speaker), less the mean of the language.

    Arguments
    ---------
    vectors : torch.Tensor, (utterances, dim)
        Style of each utterance.
    speaker, language, emotion : torch.Tensor of int64, (utterances,)
        Codes; speaker and emotion may be -1, unknown.
    neutral : int
        Code of the neutral emotion; -1 where the classes have none.
    kind : str
        ``"neutral_difference"``, or ``"raw"`` to take nothing away.

    Returns
    -------
    Styles
        Of the known speakers and emotions.

    Raises
    ------
    ValueError
        If the kind is unknown or a speaker has two languages.

    Source
    ------
    Our reconstruction of the speaker style of arXiv 2509.20373.

    Example
    -------
    >>> heard = torch.tensor([[1.0, 1.0], [1.0, 3.0], [5.0, 5.0]])
    >>> speaker, emotion = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1])
    >>> language = torch.tensor([0, 0, 0])
    >>> styles = speaker_styles(heard, speaker, language, emotion, neutral=0)
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
    # Differences of nearby means: what is left of float32 would be noise.
    vectors = vectors.detach().double()
    home = _language_of(speaker, language)
    language_mean = scatter_mean(vectors, language, int(language.max()) + 1)
    is_known = (speaker >= 0) & (emotion >= 0)
    cell = emotion[is_known] * len(home) + speaker[is_known]
    cell, place, n_utterances = cell.unique(
        return_inverse=True, return_counts=True
    )
    mean = scatter_mean(vectors[is_known], place, len(cell))
    emotion_of, speaker_of = cell // len(home), cell % len(home)
    is_neutral = emotion_of == neutral
    # Per speaker, and of the language where the speaker has nothing neutral.
    calm = language_mean[home]
    calm[speaker_of[is_neutral]] = mean[is_neutral]
    has_own = torch.isin(speaker_of, speaker_of[is_neutral]) & ~is_neutral
    baseline = torch.where(
        is_neutral[:, None], language_mean[home[speaker_of]], calm[speaker_of]
    )
    is_raw = kind == "raw"
    vectors = mean if is_raw else mean - baseline
    n_own, n_styles = int(has_own.sum()), len(cell)
    return Styles(
        # A difference that is only rounding stays as good as zero.
        vectors=torch.nn.functional.normalize(vectors, eps=1e-6).float(),
        speaker=speaker_of,
        emotion=emotion_of,
        language=home[speaker_of],
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


def beside(styles, others, weight=0.5):
    """Lay a second kind of style beside the first.

    Arguments
    ---------
    styles, others : Styles
        Of the same utterances, such as speaker embeddings and z-scored
        statistics of pitch, loudness and rate.
    weight : float
        Length of the second kind, the first has 1.

    Returns
    -------
    Styles
        The first, with longer vectors, again of length 1.

    Example
    -------
    >>> code, mean = torch.tensor([0]), torch.ones(1, 1)
    >>> one = Styles(mean, code, code, code, code + 3, mean, {})
    >>> beside(one, one, weight=0.75).vectors
    tensor([[0.8000, 0.6000]])
    """
    vectors = torch.cat([styles.vectors, weight * others.vectors], dim=1)
    return dataclasses.replace(
        styles,
        vectors=torch.nn.functional.normalize(vectors),
        language_mean=torch.cat(
            [styles.language_mean, others.language_mean], dim=1
        ),
    )


def _language_of(speaker, language):
    """Language of each speaker code; 0 for codes that do not occur."""
    is_known = speaker >= 0
    speaker, language = speaker[is_known], language[is_known]
    n_speakers = int(speaker.max()) + 1 if len(speaker) else 0
    home = language.new_zeros(n_speakers)
    home[speaker] = language
    strays = speaker[home[speaker] != language].unique()
    if len(strays):
        raise ValueError(
            f"expected one language per speaker, found several of speakers "
            f"{strays[:3].tolist()}; give each corpus speakers of its own"
        )
    return home
