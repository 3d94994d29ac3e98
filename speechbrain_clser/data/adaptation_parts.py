"""Select the target utterances an adaptation is fitted to and applied to."""

import dataclasses

from speechbrain_clser.data.held_out import halves
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits

FORMS = ("auto", "transductive", "inductive")


@dataclasses.dataclass(frozen=True)
class AdaptationParts:
    """Target utterances of an adaptation.

    Arguments
    ---------
    fitted_to : str
        ``"test"``: the test utterances themselves (transductive);
        ``"unlabelled"``: the unlabelled target utterances of the protocol;
        ``"halves"``: each half of the target's speakers in turn, applied to
        the other half (both inductive).
    folds : tuple of tuple
        Pairs of utterances to fit to and utterances to predict. Every test
        utterance is predicted once.

    Example
    -------
    >>> AdaptationParts("test", ((("a", "b"), ("a", "b")),)).form
    'transductive'
    """

    fitted_to: str
    folds: tuple

    @property
    def form(self) -> str:
        """``"transductive"`` or ``"inductive"``."""
        is_test = self.fitted_to == "test"
        return "transductive" if is_test else "inductive"

    @property
    def fitted(self) -> list:
        """Utterances used for fitting in any fold, without duplicates."""
        return list(
            {row.id: row for fit, _ in self.folds for row in fit}.values()
        )


def adaptation_parts(form: str, parts: Splits, protocol: Protocol):
    """Select the target utterances an adaptation is fitted to.

    Arguments
    ---------
    form : str
        ``"transductive"``, ``"inductive"`` or ``"auto"``: inductive where the
        protocol has unlabelled target utterances outside the test set,
        otherwise transductive.
    parts : Splits
        Splits of the protocol.
    protocol : Protocol
        Its split seed divides the speakers into halves.

    Returns
    -------
    AdaptationParts
        With ``fitted_to="halves"`` if the form is inductive and the protocol
        has no unlabelled target utterances.

    Raises
    ------
    ValueError
        If the form is unknown, or if halves are needed and the target has only
        one speaker.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> rows = [Utterance(s, "x.wav", "W", s, "urd") for s in "abcd"]
    >>> protocol = Protocol("x", ("emodb",), ("urdu",))
    >>> ids = frozenset("abcd")
    >>> parts = Splits((), (), (), (), tuple(rows), {}, ids)
    >>> adaptation_parts("auto", parts, protocol).fitted_to
    'test'
    >>> adaptation_parts("inductive", parts, protocol).fitted_to
    'halves'
    >>> parts = Splits((), (), (), tuple(rows[:2]), tuple(rows[2:]), {}, ids)
    >>> adaptation_parts("auto", parts, protocol).fitted_to
    'unlabelled'
    """
    if form not in FORMS:
        raise ValueError(
            f"expected adaptation_form among {', '.join(FORMS)}, found {form!r}"
        )
    test = {row.id for row in parts.test}
    pool = tuple(row for row in parts.unlabelled if parts.domain(row))
    is_apart = pool and test.isdisjoint(row.id for row in pool)
    if form == "transductive" or (form == "auto" and not is_apart):
        return AdaptationParts("test", ((parts.test, parts.test),))
    if is_apart:
        return AdaptationParts("unlabelled", ((pool, parts.test),))
    first, second = map(tuple, halves(parts.test, protocol))
    return AdaptationParts("halves", ((first, second), (second, first)))
