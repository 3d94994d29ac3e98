"""Canonical emotions, and schemes that turn them into the classes of a task.

Labels travel in two steps: a corpus maps its own labels to canonical emotions,
a scheme maps canonical emotions to classes. Neither knows of the other. Own
tables may bring labels of their own, which are kept as they are.
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

# A cell of a spreadsheet that begins so is computed.
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
    """Name the canonical emotion of a common English label.

    Arguments
    ---------
    label : str
        A canonical name or a synonym; case and outer blanks do not matter.

    Returns
    -------
    str
        One of ``CANONICAL``.

    Raises
    ------
    KeyError
        If the label is neither.

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
    """Refuse names that a console, a page or a spreadsheet takes for orders.

    Arguments
    ---------
    names : iterable of str
        Of classes, corpora or languages, of any origin.
    where : str
        They came from; for the message.

    Raises
    ------
    ValueError
        If a name is no text, is empty, begins with what begins a formula, or
        has characters of control, ``<``, ``>`` or ``|``.

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
                f"{where}: expected names that begin with none of "
                f"{' '.join(FORMULA)} and have no <, >, | or characters of "
                f"control, found {name!r}; rename it"
            )


def canonical_or_own(label: str) -> str:
    """Name the canonical emotion of a label, or the label in one spelling.

    Arguments
    ---------
    label : str
        Case and blanks at its ends do not matter; blanks within count as one.

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
    """Suggest the emotion that a misspelled label may mean.

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
        Canonical emotions, or labels of own tables in lower case, that are
        classes.
    merge_classes : dict, optional
        Emotion or own label to class, for those that join another's class.

    Raises
    ------
    ValueError
        If a name is a synonym, is not in lower case, appears twice, or merges
        into no class.

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
        """Class index of an emotion, or ``otherwise`` if it is no class."""
        name = self.merge_classes.get(emotion, emotion)
        return self.classes.index(name) if name in self.classes else otherwise


def _refuse_spelling(name):
    """Refuse a name that no label of a table is turned into."""
    if not isinstance(name, str):
        raise ValueError(
            f"classes and merge_classes: expected names, found {name!r}; put it in "
            f"quotes, for YAML reads yes, no, on, off and numbers as values"
        )
    if name != (spelled := canonical_or_own(name)) or not name:
        raise ValueError(
            f"classes and merge_classes: {name!r} is no canonical emotion and no own "
            f"label as labels are read (lower case, no synonym of an emotion)"
            + (f"; write {spelled}" if spelled else "; give it a name")
        )
