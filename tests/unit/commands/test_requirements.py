import pytest

from speechbrain_clser.commands.requirements import (
    Requirement,
    numbers,
    parse,
)


@pytest.mark.parametrize(
    "text, name, bounds, extra",
    [
        ("numpy>=1.26", "numpy", ">=1.26", ""),
        ("torch<2.12,>=2.7.1", "torch", "<2.12,>=2.7.1", ""),
        ("tqdm", "tqdm", "", ""),
        ("huggingface-hub[x] (>=1)", "huggingface-hub", ">=1", ""),
        ("ruff==0.12.4; extra == 'test'", "ruff", "==0.12.4", "test"),
    ],
)
def test_lines_of_metadata_are_understood(text, name, bounds, extra):
    assert parse(text) == Requirement(name, bounds, extra)


@pytest.mark.parametrize(
    "bounds, version, is_allowed",
    [
        (">=5", "5.0.0", True),
        (">=5", "4.57.1", False),
        ("<2", "2.0", False),
        ("<2", "1.99", True),
        (">=2.7.1,<2.12", "2.7", False),
        ("==0.12.4", "0.12.4", True),
        ("==0.12.4", "0.12.10", False),
        ("!=1.5", "1.5.0", False),
        ("<=3", "3.0", True),
        (">1", "1.0", False),
        ("", "0.1", True),
    ],
)
def test_bounds_are_those_of_numbers_and_not_of_letters(
    bounds, version, is_allowed
):
    assert Requirement("x", bounds).allows(version) is is_allowed


def test_requirement_is_shown_as_pip_wants_it():
    assert str(parse("panphon>=0.21; extra == 'phones'")) == "panphon>=0.21"


def test_version_without_numbers_is_below_all():
    assert numbers("unknown") == ()
    assert not Requirement("x", ">=1").allows("unknown")
