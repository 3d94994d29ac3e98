import sys

import pytest
from helpers.distributions import installed

from speechbrain_clser import entry_points
from speechbrain_clser.entry_points import PARTS

FILES = {
    "my_package/__init__.py": "",
    "my_package/dann.py": (
        "from subprocess import Popen\n"
        "class Dann:\n    class Inner: pass\n"
        "def build(): return Dann()\n"
        "Again = Dann\n"
    ),
    "my_package/broken.py": "import nowhere_at_all\nclass Part: pass\n",
}


@pytest.fixture
def declare(tmp_path):
    """Install a package that declares some values as parts."""

    def of(*values):
        points = {f"part{n}": value for n, value in enumerate(values)}
        return installed(tmp_path, FILES, {PARTS: points})

    return of


@pytest.mark.parametrize(
    "value", ["my_package.dann", "my_package.dann:Dann", "my_package.dann.Dann"]
)
def test_class_of_a_declared_module_or_class_is_found(declare, value):
    with declare(value):
        found = entry_points.part("my_package.dann.Dann")
        assert found is sys.modules["my_package.dann"].Dann


@pytest.mark.parametrize(
    "value, path",
    [
        # Only classes that the module defines, not what it imports.
        ("my_package.dann", "my_package.dann.Popen"),
        ("my_package.dann", "my_package.dann.build"),
        ("my_package.dann", "my_package.dann.missing"),
        ("my_package.dann", "my_package.dann.Dann.Inner"),
        ("my_package.dann", "my_package.dann"),
        ("my_package.dann:build", "my_package.dann.build"),
        ("my_package.dann:Dann", "my_package.dann.Again"),
        ("my_package", "my_package.dann.Dann"),
        ("torch.nn", "torch.nn.Sequential"),
        ("my_package.dann", ""),
        ("my_package.dann", ".Dann"),
    ],
)
def test_anything_else_is_not_found(declare, value, path):
    with declare(value):
        assert entry_points.part(path) is None


def test_package_is_imported_only_when_one_of_its_parts_is_named(declare):
    with declare("my_package.dann"):
        assert len(entry_points.declared(PARTS)) == 1
        assert entry_points.part("other.dann.Dann") is None
        assert "my_package" not in sys.modules


def test_declared_part_that_cannot_be_imported_is_named(declare):
    expected = "my_package.broken.Part: expected .* of my_package 0.1 .*nowhere"
    with declare("my_package.broken"):
        with pytest.raises(ImportError, match=expected):
            entry_points.part("my_package.broken.Part")


@pytest.mark.parametrize(
    "path, expected",
    [
        ("not_there.dann.Dann", "not_there is not installed.*trust its auth"),
        ("my_package.other.Part", "my_package is installed, but .* declares"),
        ("__main__.Part", "__main__ is installed, but"),
        ("", "a dotted path"),
        (".Dann", "a dotted path"),
    ],
)
def test_advice_says_what_is_missing(declare, path, expected):
    with declare("my_package.dann"):
        with pytest.raises(ValueError, match=expected):
            raise ValueError(entry_points.advice(path))
