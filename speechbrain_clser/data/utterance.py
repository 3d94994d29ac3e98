"""Define an utterance: path, labels and metadata of a recording."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Utterance:
    """Metadata of a recording from its corpus and from preparation.

    Arguments
    ---------
    id : str
        Unique within its corpus and valid as a file name.
    wav : str
        Path of the recording.
    raw_emotion : str
        Original label of the corpus.
    speaker : str
        Speaker identity; preparation prefixes the corpus name.
    language : str
        ISO 639-3.
    gender : str
        ``"female"``, ``"male"`` or ``""`` when unknown.
    sentence : str
        Spoken sentence, as a name or as text; ``""`` if unknown.
    session : str
        Recording session, show or dialogue; ``""`` when there is none.
    phones : tuple
        ``(ipa, start_s, end_s)`` of each phone; empty when unknown.
    corpus, emotion, duration_s, digest, contour : str, str, float, str, str
        Set by preparation: corpus name, canonical emotion or user label,
        seconds, digest of the samples, and loudness descriptor to find copies
        (see ``data.contour``).
    arousal, valence, dominance : float, optional
        Ratings, mapped from the scale of the corpus to 0-1; None if there are none.
    votes : tuple
        ``(label, number)`` of each emotion that raters named, with labels as from
        ``labels.spelled``; empty if there are none.

    Example
    -------
    >>> Utterance("03a01Fa", "wav/03a01Fa.wav", "F", "03", "deu").sentence
    ''
    """

    id: str
    wav: str
    raw_emotion: str
    speaker: str
    language: str
    gender: str = ""
    sentence: str = ""
    session: str = ""
    phones: tuple = ()
    corpus: str = ""
    emotion: str = ""
    duration_s: float = 0.0
    digest: str = ""
    contour: str = ""
    arousal: float | None = None
    valence: float | None = None
    dominance: float | None = None
    votes: tuple = ()
