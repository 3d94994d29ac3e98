"""The keys of a YAML about adaptation to the target, checked when they are read."""

import dataclasses
import json

from speechbrain_clser import adaptation
from speechbrain_clser.data.adaptation_parts import FORMS

VECTORS = ("statistics", "embedding")


@dataclasses.dataclass(frozen=True)
class TargetAdaptation:
    """The adaptation of a run.

    Arguments
    ---------
    name : str
        Among ``adaptation.ADAPTATIONS``.
    form : str
        See ``data.adaptation_parts``.
    vectors : str
        ``"statistics"``: mean and standard deviation of the normalised frames;
        ``"embedding"``: of the method.
    constants : dict, optional
        Of the adaptation; None: chosen within the sources.

    Example
    -------
    >>> TargetAdaptation("equal_mass", "auto", "statistics", None).class_shares
    'equal'
    """

    name: str
    form: str
    vectors: str
    constants: dict | None = None

    @property
    def class_shares(self) -> str:
        """Class shares that are assumed of the target; empty for none."""
        if self.name != "equal_mass":
            return ""
        shares = (self.constants or {}).get("shares")
        return ", ".join(f"{s:g}" for s in shares) if shares else "equal"


def wanted(name, form, vectors, constants, n_classes):
    """Read the keys of a YAML about adaptation, and check them.

    Arguments
    ---------
    name : str
        ``"none"``, or one of ``adaptation.ADAPTATIONS``.
    form, vectors : str
        See ``TargetAdaptation``.
    constants : dict or str, optional
        By name; as JSON text on the command line.
    n_classes : int
        Of the protocol.

    Returns
    -------
    TargetAdaptation or None
        None for ``"none"``.

    Raises
    ------
    ValueError
        If a value is none of those that exist, or constants are not those of
        the adaptation.

    Example
    -------
    >>> wanted("none", "auto", "statistics", None, 4)
    >>> wanted("em", "auto", "statistics", None, 4)
    Traceback (most recent call last):
    ValueError: --adaptation: expected one of none, em_gaussians, ...
    """
    for key, value, known in (
        ("adaptation", name, ("none", *adaptation.ADAPTATIONS)),
        ("adaptation_form", form, FORMS),
        ("adaptation_vectors", vectors, VECTORS),
    ):
        if value not in known:
            raise ValueError(
                f"--{key}: expected one of {', '.join(known)}, found {value!r}"
            )
    constants = _constants(constants)
    if name == "none":
        if constants is not None:
            raise ValueError(
                f"--adaptation_constants: expected none without --adaptation, "
                f"found {constants}; give --adaptation too"
            )
        return None
    if constants is not None:
        try:
            built = adaptation.build(name, **constants)
        except TypeError as error:
            raise ValueError(
                f"--adaptation_constants: expected values of the types of "
                f"{adaptation.build(name)}, found {constants}"
            ) from error
        shares = getattr(built, "shares", None)
        if shares and len(shares) != n_classes:
            raise ValueError(
                f"--adaptation_constants: expected shares of {n_classes} "
                f"classes, as the protocol has, found {len(shares)}"
            )
    return TargetAdaptation(name, form, vectors, constants)


def _constants(given):
    """Constants as a mapping, which is text after an option."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except json.JSONDecodeError:
            pass  # refused below
    if given is not None and not isinstance(given, dict):
        raise ValueError(
            f"--adaptation_constants: expected a mapping such as "
            f"'{{n_components: 16}}', found {given!r}"
        )
    return given


def refuse_unusable(plan, protocol, extractor):
    """Refuse an adaptation that a run cannot have, before audio is decoded.

    Raises
    ------
    ValueError
        If nothing is scored, or no frames are stored of which there could be
        statistics.

    Example
    -------
    >>> from speechbrain_clser.data.protocol import Protocol
    >>> protocol = Protocol("x", ("emodb",), ())
    >>> plan = wanted("equal_mass", "auto", "statistics", None, 4)
    >>> refuse_unusable(plan, protocol, None)
    Traceback (most recent call last):
    ValueError: --adaptation equal_mass: expected a protocol with targets, ...
    """
    if plan is None:
        return
    if not protocol.targets:
        raise ValueError(
            f"--adaptation {plan.name}: expected a protocol with targets, found "
            f"none in {protocol.name!r}; give --adaptation none, or a protocol "
            f"that scores a target"
        )
    if plan.vectors == "statistics" and not extractor.has_frozen_part:
        raise ValueError(
            "--adaptation_vectors statistics: expected an encoder whose frames "
            "are stored, found one all of which is trained; give "
            "--adaptation_vectors embedding, or --adapt frozen"
        )
