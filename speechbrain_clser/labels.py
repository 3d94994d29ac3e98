"""Map labels to canonical emotions, and emotions to the classes of a task.

Labels are mapped in two independent steps: a corpus maps its labels to canonical
emotions, a scheme maps canonical emotions to classes. Other labels of user tables are
kept unchanged.
"""

import difflib
import math
import unicodedata
from collections.abc import Mapping

CANONICAL = (
    "anger",
    "boredom",
    "calm",
    "contempt",
    "disgust",
    "excitement",
    "fear",
    "frustration",
    "happiness",
    "neutral",
    "other",
    "sadness",
    "surprise",
)

# Spreadsheets evaluate cells with these first characters.
FORMULA = "=+-@"

# English nouns, adjectives and abbreviations of published corpora.
ENGLISH = {
    "anger": "ang, angry, anger",
    "boredom": "bor, bored",
    "calm": "cal, calmness",
    "contempt": "con, contemptuous",
    "disgust": "dis, disg, disgusted",
    "excitement": "exc, excited",
    "fear": "fea, fearful, afraid, scared, anxiety, anxious",
    "frustration": "fru, frustrated",
    "happiness": "hap, happy, joy, joyful",
    "neutral": "neu, neutrality, neutral state",
    # IEMOCAP writes xxx if the raters have no majority.
    "other": "oth, others, xxx",
    "sadness": "sad",
    "surprise": "sur, surp, surprised, pleasant surprise",
}
# German; French; Spanish; Italian; Chinese in both scripts. Adjectives of all genders.
FOREIGN = {
    "anger": "ärger, ärgerlich, wut, wütend, zorn, zornig; colère, en colère, "
    "fâché, fâchée; ira, enojo, enojado, enojada, enfado, enfadado, enfadada, "
    "rabia; rabbia, arrabbiato, arrabbiata; 生气, 生氣, 愤怒, 憤怒",
    "boredom": "langeweile, gelangweilt; ennui, ennuyé, ennuyée; aburrimiento, "
    "aburrido, aburrida; noia, annoiato, annoiata; 无聊, 無聊",
    "calm": "ruhe, ruhig; calme; calma, tranquilo, tranquila; tranquillo, "
    "tranquilla; 平静, 平靜",
    "contempt": "verachtung, verächtlich; mépris, méprisant, méprisante; "
    "desprecio; disprezzo; 轻蔑, 輕蔑, 蔑视, 蔑視",
    "disgust": "ekel, angeekelt; dégoût, dégoûté, dégoûtée; asco, asqueado, "
    "asqueada; disgusto, disgustato, disgustata; 厌恶, 厭惡",
    "excitement": "aufregung, aufgeregt; excitation, excité, excitée; "
    "excitación; eccitazione, eccitato, eccitata; 兴奋, 興奮",
    "fear": "angst, ängstlich, furcht; peur, effrayé, effrayée; miedo, asustado, "
    "asustada; paura, impaurito, impaurita; 害怕, 恐惧, 恐懼",
    "frustration": "frustriert; frustré, frustrée; frustración, frustrado, "
    "frustrada; frustrazione, frustrato, frustrata; 沮丧, 沮喪",
    "happiness": "freude, freudig, fröhlich, glücklich; joie, joyeux, joyeuse, "
    "heureux, heureuse; alegría, alegre, felicidad, feliz; gioia, felicità, "
    "felice; 高兴, 高興, 快乐, 快樂, 开心, 開心",
    "neutral": "neutralität; neutre; neutro, neutra; neutrale; 中性, 中立",
    "other": "andere, anderes, sonstiges; autre; otro, otra; altro; 其他, 其它",
    "sadness": "trauer, traurig, traurigkeit; tristesse, triste; tristeza; "
    "tristezza; 悲伤, 悲傷, 伤心, 傷心, 难过, 難過",
    "surprise": "überraschung, überrascht; surpris, surprise; sorpresa, "
    "sorprendido, sorprendida; sorpreso; 惊讶, 驚訝, 惊奇, 驚奇",
}


def spelled(label: str) -> str:
    """Return a label in lower case with single blanks, composed Unicode characters.

    Example
    -------
    >>> spelled(" No  Stress ")
    'no stress'
    """
    return " ".join(unicodedata.normalize("NFC", label).lower().split())


def _without_accents(word):
    """Return a word without diacritics."""
    letters = unicodedata.normalize("NFD", word)
    return "".join(x for x in letters if not unicodedata.combining(x))


def _words(table):
    """Map the words of a table, with and without accents, to their emotion."""
    found = {}
    for emotion, text in table.items():
        for word in text.replace(";", ",").split(","):
            word = word.strip()
            found |= dict.fromkeys((word, _without_accents(word)), emotion)
    return {word: emotion for word, emotion in found.items() if word != emotion}


SYNONYMS = _words(ENGLISH)
WORDS = _words(FOREIGN) | SYNONYMS


def canonical(label: str) -> str:
    """Return the canonical emotion of a common label.

    Arguments
    ---------
    label : str
        A canonical name or a synonym; case and outer spaces are ignored.

    Returns
    -------
    str
        One of ``CANONICAL``.

    Raises
    ------
    KeyError
        If the label is unknown.

    Example
    -------
    >>> canonical("Happy")
    'happiness'
    """
    name = canonical_or_own(label)
    if name not in CANONICAL:
        raise KeyError(
            f"unknown emotion {label!r}; expected one of {', '.join(CANONICAL)} "
            f"or a synonym ({', '.join(sorted(SYNONYMS))}, or a German, French, "
            f"Spanish, Italian or Chinese word)"
        )
    return name


def refuse_unsafe(names, where):
    """Raise an error for names unsafe in terminals, HTML or spreadsheets.

    Arguments
    ---------
    names : iterable of str
        Names of classes, corpora or languages.
    where : str
        Source of the names, for the message.

    Raises
    ------
    ValueError
        If a name is not text, is empty, starts like a formula, or contains
        control characters, ``<``, ``>`` or ``|``.

    Example
    -------
    >>> refuse_unsafe(["anger", "Überraschung", "very sad"], "classes")
    >>> refuse_unsafe(["=1+1"], "classes")
    Traceback (most recent call last):
    ...
    ValueError: classes: expected names that ..., found '=1+1'; rename it
    """
    for name in names:
        is_safe = isinstance(name, str) and name.isprintable() and name.strip()
        if not is_safe or name[0] in FORMULA or {*"<>|"} & {*name}:
            raise ValueError(
                f"{where}: expected names that do not start with "
                f"{' '.join(FORMULA)} and contain no <, >, | or control "
                f"characters, found {name!r}; rename it"
            )


def canonical_or_own(label: str) -> str:
    """Return the canonical emotion of a label, or the normalised label.

    Arguments
    ---------
    label : str
        As for ``spelled``.

    Returns
    -------
    str
        One of ``CANONICAL``, or the output of ``spelled``.

    Example
    -------
    >>> canonical_or_own("Happy"), canonical_or_own("Colère")
    ('happiness', 'anger')
    """
    name = spelled(label)
    return WORDS.get(name, name)


def near(label: str) -> str:
    """Suggest the emotion of a misspelled label.

    Arguments
    ---------
    label : str
        In lower case.

    Returns
    -------
    str
        A question in brackets, after a blank; empty if none is near, or the
        label is an emotion itself.

    Example
    -------
    >>> near("happines"), near("stress")
    (' (did you mean happiness?)', '')
    """
    found = difflib.get_close_matches(label, [*CANONICAL, *SYNONYMS], 1, 0.8)
    if not found or canonical(found[0]) == label:
        return ""
    return f" (did you mean {canonical(found[0])}?)"


def parse_votes(text: str) -> tuple:
    """Parse the votes of raters for an utterance.

    Arguments
    ---------
    text : str
        Labels with numbers, separated by semicolons; a label without number has
        one vote, so that the labels of all raters may be listed.

    Returns
    -------
    tuple of (str, float)
        Label as from ``spelled``, and its number of votes, without those of 0.

    Raises
    ------
    ValueError
        If a number is negative or none, or a label is empty.

    Example
    -------
    >>> parse_votes("Angry:3; neutral"), parse_votes("neutral; sad; neutral")
    ((('angry', 3.0), ('neutral', 1.0)), (('neutral', 2.0), ('sad', 1.0)))
    """
    found = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        label, _, number = (
            part.rpartition(":") if ":" in part else (part, "", 1)
        )
        try:
            n = float(number)
        except ValueError:
            n = math.nan
        if not (0 <= n < math.inf and label.strip()):
            raise ValueError(
                f"votes: expected labels with numbers, such as anger:3;neutral:2, "
                f"found {part!r}; correct it"
            )
        if n:
            found[spelled(label)] = found.get(spelled(label), 0.0) + n
    return tuple(found.items())


def format_votes(votes) -> str:
    """Format votes as ``parse_votes`` reads them.

    Example
    -------
    >>> format_votes([("anger", 3.0), ("neutral", 0.5)])
    'anger:3;neutral:0.5'
    """
    return ";".join(f"{label}:{n:g}" for label, n in votes)


class Scheme:
    """Classes of a task, in the order of the logits.

    Arguments
    ---------
    classes : list of str
        Canonical emotions, or labels of user tables in lower case.
    merge_classes : dict, optional
        Emotion or user label to the class it is merged into; or corpus to such
        a mapping, for its utterances only (see ``merged``).

    Raises
    ------
    ValueError
        If a name is a synonym, is not in lower case, is duplicated, or is merged
        into an unknown class.

    Example
    -------
    >>> scheme = Scheme(["anger", "neutral"], merge_classes={"calm": "neutral"})
    >>> scheme.index("calm"), scheme.index("fear"), len(scheme)
    (1, None, 2)
    """

    def __init__(self, classes, merge_classes=None):
        merge_classes = merge_classes or {}
        self.classes = list(classes)
        self.by_corpus = {
            corpus: dict(merge)
            for corpus, merge in merge_classes.items()
            if isinstance(merge, Mapping)
        }
        self.merge_classes = {
            emotion: name
            for emotion, name in merge_classes.items()
            if emotion not in self.by_corpus
        }
        for name in [*self.classes, *self.merge_classes]:
            _refuse_spelling(name)
        if len(set(self.classes)) < len(self.classes) or not self.classes:
            raise ValueError(
                f"classes must be one or more different names, got {self.classes}"
            )
        for emotion, name in self.merge_classes.items():
            if name not in self.classes or emotion in self.classes:
                raise ValueError(
                    f"merge_classes: {emotion!r} -> {name!r} must lead from an emotion that is "
                    f"no class into one of {self.classes}"
                )
        for corpus, merge in self.by_corpus.items():
            for emotion, name in merge.items():
                _refuse_spelling(emotion)
                if name not in self.classes or emotion == name:
                    raise ValueError(
                        f"merge_classes of {corpus}: {emotion!r} -> {name!r} "
                        f"must lead from an emotion into another one of "
                        f"{self.classes}"
                    )

    def __len__(self):
        return len(self.classes)

    def index(self, emotion, otherwise=None):
        """Return the class index of an emotion, or ``otherwise`` if not a class."""
        name = self.merge_classes.get(emotion, emotion)
        return self.classes.index(name) if name in self.classes else otherwise

    def merged(self, corpus, emotion):
        """Return the emotion that a corpus's emotion is merged into, or itself.

        Example
        -------
        >>> scheme = Scheme(["calm", "neutral"], {"turev": {"calm": "neutral"}})
        >>> scheme.merged("turev", "calm"), scheme.merged("ravdess", "calm")
        ('neutral', 'calm')
        """
        return self.by_corpus.get(corpus, {}).get(emotion, emotion)


def _refuse_spelling(name):
    """Raise an error for a name that differs from its normalised form."""
    if not isinstance(name, str):
        raise ValueError(
            f"classes and merge_classes: expected names, found {name!r}; put it in "
            f"quotes, because YAML reads yes, no, on, off and numbers as values"
        )
    if name != (spelled := canonical_or_own(name)) or not name:
        raise ValueError(
            f"classes and merge_classes: {name!r} is no canonical emotion and no own "
            f"label as labels are read (lower case, no synonym of an emotion)"
            + (f"; write {spelled}" if spelled else "; give it a name")
        )
