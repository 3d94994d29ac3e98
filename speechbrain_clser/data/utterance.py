"""One row of everything: what is known of a recording."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Utterance:
    """What a corpus tells of a recording, and what preparation adds.

    Arguments
    ---------
    id : str
        Unique in its corpus and fit to be a file name.
    wav : str
        Path of the recording.
    raw_emotion : str
        The label as the corpus writes it.
    speaker : str
        Identity within the corpus; preparation puts the corpus's name before it.
    language : str
        ISO 639-3.
    gender : str
        ``"female"``, ``"male"`` or ``""`` when unknown.
    sentence : str
        What was said, as a name or as text; ``""`` when unknown.
    session : str
        Recording session, show or dialogue; ``""`` when there is none.
    phones : tuple
        ``(ipa, start_s, end_s)`` of each phone; empty when unknown.
    corpus, emotion, duration_s, digest, contour : str, str, float, str, str
        Added by preparation: corpus name, canonical emotion or own label,
        seconds, a digest of the samples, and what copies of a recording have
        in common (see ``data.contour``).

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
