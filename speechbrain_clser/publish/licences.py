"""Whether a model may be shared, as far as the licences of its corpora tell.

Whether a model is made *from* the recordings that it learnt from, as a
translation is from a book, courts have not settled. Here it is taken to be: who
wants to be sure asks the owners.
"""

from collections.abc import Collection, Sequence

# As cards word them: licences that allow to share what is made from a corpus,
# if only for some uses, which the model's card then names. Any other forbids
# it, asks for a signature, or does not speak of it.
SHAREABLE = {
    "CC0-1.0",
    "CC BY 4.0",
    "CC BY-NC-SA 4.0",
    "free for research",
    "research only",
}


def check(cards: Sequence, allowed: Collection = ()) -> None:
    """Refuse a model of corpora whose licences do not let it be shared.

    Arguments
    ---------
    cards : sequence of dict
        Of the corpora that training heard.
    allowed : collection of str
        Names of corpora whose owners agreed, or that are one's own.

    Raises
    ------
    ValueError
        If a corpus is in the way, or ``allowed`` names one that training has
        not heard.

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
            f"expected names of corpora that training heard "
            f"({', '.join(names)}) to be allowed, found {', '.join(strange)}"
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
            "expected training corpora whose licences let a model be shared, "
            f"found {found}; if the owners agreed, or the corpus is yours, "
            f"publish with {options}"
        )
