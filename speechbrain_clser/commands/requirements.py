"""What the package asks of others, as its metadata say, and whether it is there."""

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Requirement:
    """A package that is needed, and in which versions.

    Arguments
    ---------
    name : str
        As pip knows it.
    bounds : str
        Such as ``">=2.7,<3"``; empty for any version.
    extra : str
        That asks for it; empty for what is always needed.

    Example
    -------
    >>> Requirement("torch", ">=2.7.1,<2.12").allows("2.11.0+cpu")
    True
    >>> Requirement("torch", ">=2.7.1,<2.12").allows("2.12.0")
    False
    """

    name: str
    bounds: str = ""
    extra: str = ""

    def __str__(self):
        return f"{self.name}{self.bounds}"

    def allows(self, version) -> bool:
        """Tell whether a version will do; what follows its numbers is not read."""
        return all(
            _HOLDS[sign](*_alike(version, bound))
            for sign, bound in re.findall(
                r"(>=|<=|==|!=|<|>)\s*([\d.]+)", self.bounds
            )
        )


def parse(text) -> Requirement:
    """Read a requirement as packages declare it.

    Arguments
    ---------
    text : str
        A line of ``Requires-Dist``.

    Returns
    -------
    Requirement
        Other conditions than the extra are not read.

    Example
    -------
    >>> parse('panphon>=0.21; extra == "phones"')
    Requirement(name='panphon', bounds='>=0.21', extra='phones')
    """
    needed, _, condition = text.partition(";")
    name, bounds = re.match(
        r"\s*([\w.-]+)\s*(?:\[.*\])?\s*\(?([^)]*)", needed
    ).groups()
    extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", condition)
    return Requirement(name, bounds.strip(), extra[1] if extra else "")


def numbers(version) -> tuple:
    """Take the numbers at the head of a version.

    Arguments
    ---------
    version : str
        Such as ``"2.11.0+cu130"``.

    Returns
    -------
    tuple of int
        To compare by.

    Example
    -------
    >>> numbers("2.11.0+cu130")
    (2, 11, 0)
    """
    head = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, head[0].split("."))) if head else ()


def _alike(one, other):
    """Numbers of two versions, filled up with 0 to one length."""
    one, other = numbers(one), numbers(other)
    n = max(len(one), len(other))
    return one + (0,) * (n - len(one)), other + (0,) * (n - len(other))


_HOLDS = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
}
