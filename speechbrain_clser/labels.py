"""Canonical emotions, and schemes that turn them into the classes of a task.

Labels travel in two steps: a corpus maps its own labels to canonical emotions,
a scheme maps canonical emotions to classes. Neither knows of the other.
"""

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
    "bored": "boredom",
    "calmness": "calm",
    "contemptuous": "contempt",
    "disgusted": "disgust",
    "excited": "excitement",
    "exc": "excitement",
    "anxiety": "fear",
    "fearful": "fear",
    "frustrated": "frustration",
    "hap": "happiness",
    "happy": "happiness",
    "joy": "happiness",
    "neu": "neutral",
    "neutrality": "neutral",
    "sad": "sadness",
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
    name = label.strip().lower()
    name = SYNONYMS.get(name, name)
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


class Scheme:
    """Classes of a task, in the order of the logits.

    Arguments
    ---------
    classes : list of str
        Canonical emotions that are classes.
    merge : dict, optional
        Canonical emotion to class, for emotions that join another's class.

    Raises
    ------
    ValueError
        If a name is not canonical, appears twice, or merges into no class.

    Example
    -------
    >>> scheme = Scheme(["anger", "neutral"], merge={"calm": "neutral"})
    >>> scheme.index("calm"), scheme.index("fear"), len(scheme)
    (1, None, 2)
    """

    def __init__(self, classes, merge=None):
        self.classes, self.merge = list(classes), dict(merge or {})
        strange = [
            n for n in [*self.classes, *self.merge] if n not in CANONICAL
        ]
        if strange:
            raise ValueError(
                f"classes and merge: {', '.join(strange)} is no canonical emotion; "
                f"expected names among {', '.join(CANONICAL)}"
            )
        if len(set(self.classes)) < len(self.classes) or not self.classes:
            raise ValueError(
                f"classes must be one or more different names, got {self.classes}"
            )
        for emotion, name in self.merge.items():
            if name not in self.classes or emotion in self.classes:
                raise ValueError(
                    f"merge: {emotion!r} -> {name!r} must lead from an emotion that is "
                    f"no class into one of {self.classes}"
                )

    def __len__(self):
        return len(self.classes)

    def index(self, emotion, otherwise=None):
        """Class index of an emotion, or ``otherwise`` if it is no class."""
        name = self.merge.get(emotion, emotion)
        return self.classes.index(name) if name in self.classes else otherwise
