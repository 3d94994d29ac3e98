"""Map labels to canonical emotions, and emotions to the classes of a task.

Labels are mapped in two independent steps: a corpus maps its labels to canonical
emotions, a scheme maps canonical emotions to classes. Other labels of user tables are
kept unchanged.
"""

import difflib

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

SYNONYMS = {
    "ang": "anger",
    "angry": "anger",
    "bor": "boredom",
    "bored": "boredom",
    "calmness": "calm",
    "contemptuous": "contempt",
    "dis": "disgust",
    "disgusted": "disgust",
    "excited": "excitement",
    "exc": "excitement",
    "anxiety": "fear",
    "fea": "fear",
    "fearful": "fear",
    "fru": "frustration",
    "frustrated": "frustration",
    "hap": "happiness",
    "happy": "happiness",
    "joy": "happiness",
    "neu": "neutral",
    "neutrality": "neutral",
    "oth": "other",
    "sad": "sadness",
    "sur": "surprise",
    "surprised": "surprise",
}


def canonical(label: str) -> str:
    """Return the canonical emotion of a common English label.

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
            f"or a synonym ({', '.join(sorted(SYNONYMS))})"
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
        Case and outer spaces are ignored; repeated spaces count as one.

    Returns
    -------
    str
        One of ``CANONICAL``, or the label in lower case.

    Example
    -------
    >>> canonical_or_own("Happy"), canonical_or_own(" No  Stress ")
    ('happiness', 'no stress')
    """
    name = " ".join(label.lower().split())
    return SYNONYMS.get(name, name)


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
    >>> near("happines"), near("xxx")
    (' (did you mean happiness?)', '')
    """
    found = difflib.get_close_matches(label, [*CANONICAL, *SYNONYMS], 1, 0.8)
    if not found or canonical(found[0]) == label:
        return ""
    return f" (did you mean {canonical(found[0])}?)"


class Scheme:
    """Classes of a task, in the order of the logits.

    Arguments
    ---------
    classes : list of str
        Canonical emotions, or labels of user tables in lower case.
    merge_classes : dict, optional
        Emotion or user label to the class it is merged into.

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
        self.classes, self.merge_classes = (
            list(classes),
            dict(merge_classes or {}),
        )
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

    def __len__(self):
        return len(self.classes)

    def index(self, emotion, otherwise=None):
        """Return the class index of an emotion, or ``otherwise`` if not a class."""
        name = self.merge_classes.get(emotion, emotion)
        return self.classes.index(name) if name in self.classes else otherwise


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
