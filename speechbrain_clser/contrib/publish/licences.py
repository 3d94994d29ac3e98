"""Check whether the licences of the training corpora allow sharing a model.

Courts have not decided whether a model is a derived work of its training
recordings. This module assumes that it is. To be certain, ask the owners of the
corpora.
"""

from collections.abc import Collection, Sequence

# Licences, as worded in corpus cards, that allow sharing derived works, possibly
# for some uses only, which the model's card then names. All others forbid it,
# require a signature, or do not mention it.
SHAREABLE = {
    "Apache-2.0",
    "CC0-1.0",
    "CC BY 4.0",
    "CC BY-NC-SA 4.0",
    "CC BY-SA 4.0",
    "MIT",
    "Open Database License 1.0",
    "free for research",
    "research only",
}


def check(cards: Sequence, allowed: Collection = ()) -> None:
    """Raise ValueError if licences of training corpora do not allow sharing.

    Raises
    ------
    ValueError
        If the licence of a corpus does not allow sharing, or ``allowed`` names
        a corpus that is not a training corpus.

    Example
    -------
    >>> card = {"name": "mine", "licence": "unknown"}
    >>> check([card], allowed=["mine"])
    >>> check([card])
    Traceback (most recent call last):
    ...
    ValueError: ...found mine (unknown); ...
    """
    names = [card["name"] for card in cards]
    if strange := sorted(set(allowed) - set(names)):
        raise ValueError(
            f"expected names of training corpora ({', '.join(names)}) to be "
            f"allowed, found {', '.join(strange)}"
        )
    closed = [
        card
        for card in cards
        if card["licence"] not in SHAREABLE and card["name"] not in allowed
    ]
    if closed:
        found = ", ".join(f"{c['name']} ({c['licence']})" for c in closed)
        options = " ".join(f"--allow-licence {c['name']}" for c in closed)
        raise ValueError(
            "expected training corpora with licences that allow sharing a model, "
            f"found {found}; if you own the corpus or the owners agreed, publish "
            f"with {options}"
        )
