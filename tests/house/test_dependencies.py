"""Check imports of third-party libraries against setup.py and the lock."""

import ast
import fnmatch
import itertools
import re
import sys
import types

import pytest
from house.sources import PACKAGE, ROOT, imports, module_name, read
from house.test_layers import level
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from speechbrain_clser.commands import doctor

# Packages whose modules have another name.
IMPORT_NAMES = {
    "pyyaml": "yaml",
    "ruamel.yaml": "ruamel",
    "scikit-learn": "sklearn",
}

# What modules of level 0 may import.
LIGHT = {"numpy", "tqdm"}

# Only these modules may import these libraries: optional libraries of the extras
# and libraries that are slow to import.
HOMES = {
    "datasets": "corpora.cameo",
    "espeakng_loader": "contrib.synthesis.engine",
    "faiss": "graphs.speaker_graph",
    "gradio": "contrib.app.serving",
    "matplotlib": "*.plots*",
    "networkx": "graphs.partitions",
    "onnxruntime": "contrib.onnx.*",
    "onnxscript": "contrib.onnx.operators",
    "panphon": "features.phones.classes",
    "praatio": "features.phones.reference_phones",
    "pyarrow": "contrib.bulk.parts",  # comes with Ray Data
    "ray": "contrib.bulk.engine",
    "sounddevice": "inference.live",
    "sknetwork": "graphs.partitions",
    "submitit": "benchmark.runner",
    "torch_scatter": "graphs.scatter",
}

# torchaudio is pinned for SpeechBrain; its version must match torch.
UNUSED = {"torchaudio"}


def setup_arguments(monkeypatch):
    """Return the arguments that setup.py passes to setuptools."""
    given = {}
    stand_in = types.SimpleNamespace(
        find_packages=lambda **_: [], setup=given.update
    )
    monkeypatch.setitem(sys.modules, "setuptools", stand_in)
    exec(
        compile((ROOT / "setup.py").read_text(), "setup.py", "exec"),
        {"__file__": str(ROOT / "setup.py")},
    )
    return given


def required(requirements):
    """Return the module names of a list of requirements."""
    names = [re.split(r"[\[<>=~! ]", text)[0] for text in requirements]
    return {IMPORT_NAMES.get(n, n).replace("-", "_") for n in names}


def foreign(path, source):
    """List the third-party packages that a file imports."""
    tops = {name.split(".")[0] for name in imports(path, source)}
    return sorted(tops - set(sys.stdlib_module_names) - {PACKAGE})


def complaints(files, core):
    """List all forbidden third-party imports in ``{path: source}``."""
    found = []
    for path, source in files.items():
        here = module_name(path)
        for name in foreign(path, source):
            home = HOMES.get(name)
            if home and not fnmatch.fnmatchcase(here, home):
                found.append(f"{here} imports {name}; only {home} may")
            elif not home and name not in core:
                found.append(
                    f"{here} imports {name}, which setup.py does not require; "
                    "add it there, and to HOMES here if it is an extra"
                )
            elif name == "speechbrain" and level(here) < 2:
                found.append(
                    f"{here} (level {level(here)}) imports speechbrain"
                )
            elif level(here) == 0 and name not in LIGHT:
                allowed = " and ".join(sorted(LIGHT))
                found.append(f"{here} (level 0) imports {name}; {allowed} only")
    return found


def test_package_imports_only_what_setup_requires(monkeypatch):
    core = required(setup_arguments(monkeypatch)["install_requires"])
    assert complaints(read(PACKAGE), core) == []


def test_every_core_requirement_is_used(monkeypatch):
    core = required(setup_arguments(monkeypatch)["install_requires"])
    files = {**read(PACKAGE), **read("recipes")}
    used = {name for item in files.items() for name in foreign(*item)}
    assert core - used - UNUSED == set()


def test_allowed_modules_of_libraries_exist():
    modules = {module_name(path) for path in read(PACKAGE)}
    for home in HOMES.values():
        assert fnmatch.filter(modules, home), f"no module {home}"


def locked(lines, environment):
    """Return the locked versions for an environment, ``{name: [version]}``."""
    versions = {}
    for need in map(Requirement, lines):
        if need.marker is None or need.marker.evaluate(environment):
            version = str(need.specifier).removeprefix("==")
            versions.setdefault(canonicalize_name(need.name), []).append(
                version
            )
    return versions


def unlocked(requirements, lines, environment):
    """List requirements without exactly one matching locked version."""
    versions = locked(lines, environment)
    found = []
    for need in map(Requirement, requirements):
        pins = versions.get(canonicalize_name(need.name), [])
        if len(pins) != 1 or pins[0] not in need.specifier:
            found.append(f"{need}: locked {pins or 'nowhere'}")
    return found


def lock():
    """Return the lines of the lock with a version."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("minor", [10, 11, 12, 13])
def test_lock_holds_every_requirement_and_extra(monkeypatch, minor, platform):
    environment = {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.0",
        "sys_platform": platform,
    }
    given = setup_arguments(monkeypatch)
    wanted = [
        *given["install_requires"],
        *itertools.chain(*given["extras_require"].values()),
    ]
    found = unlocked(wanted, lock(), environment)
    assert found == [], "run `make lock` and commit constraints.txt"


def test_lock_holds_for_every_python_that_setup_allows(monkeypatch):
    bounds = SpecifierSet(setup_arguments(monkeypatch)["python_requires"])
    minors = [n for n in range(30) if f"3.{n}.0" in bounds]
    assert minors == [10, 11, 12, 13], "update the parameters of the test above"


def test_lock_names_releases_of_a_public_index_only():
    """Refuse folders, other indexes and local builds such as ``+cpu``."""
    pinned = re.compile(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; .+)?")
    assert [line for line in lock() if not pinned.fullmatch(line)] == []


def test_doctor_and_docs_name_the_locked_torch_and_torchaudio():
    pair = [n for n in lock() if re.match("torch(audio)?==", n)]
    assert doctor.TESTED == " ".join(pair), "correct TESTED in doctor.py"
    guide = (ROOT / "docs" / "installing.md").read_text(encoding="utf-8")
    named = re.findall(r"torch==\S+ torchaudio==\S+", guide)
    assert set(named) == {doctor.TESTED}, "correct docs/installing.md"


@pytest.mark.parametrize(
    "lines, found",
    [
        (["a-b==1.5"], []),
        (["a-b==2.0"], ["a.b<2: locked ['2.0']"]),
        (["a==1.0"], ["a.b<2: locked nowhere"]),
        (
            ["a-b==1.0", "a-b==1.1 ; python_version >= '3.11'"],
            ["a.b<2: locked ['1.0', '1.1']"],
        ),
        (["a-b==1.0 ; python_version < '3.11'"], ["a.b<2: locked nowhere"]),
    ],
)
def test_requirement_that_the_lock_misses_is_found(lines, found):
    assert unlocked(["a.b<2"], lines, {"python_version": "3.12"}) == found


def data_files(top):
    """Return the non-code files under a folder, without caches."""
    return {
        path
        for path in top.rglob("*")
        if path.is_file()
        and path.suffix != ".py"
        and not re.search(
            r"/(\.|__pycache__/)", path.as_posix()[len(str(top)) :]
        )
    }


def test_every_data_file_is_packed(monkeypatch):
    patterns = setup_arguments(monkeypatch)["package_data"][PACKAGE]
    top = ROOT / PACKAGE
    packed = {path for pattern in patterns for path in top.glob(pattern)}
    assert data_files(top)
    assert data_files(top) - packed == set()


def test_every_package_is_packed():
    packages = {path.rpartition("/")[0] for path in read(PACKAGE)}
    assert [
        p for p in packages if not (ROOT / PACKAGE / p / "__init__.py").exists()
    ] == []


@pytest.mark.parametrize(
    "path, source, reason",
    [
        ("data/splits.py", "import pandas", "setup.py does not require"),
        (
            "evaluation/report.py",
            "import matplotlib.pyplot",
            "only *.plots* may",
        ),
        (
            "lobes/heads.py",
            "import speechbrain",
            "(level 1) imports speechbrain",
        ),
        ("labels.py", "import torch", "numpy and tqdm only"),
    ],
)
def test_import_from_the_wrong_place_is_caught(path, source, reason):
    (text,) = complaints({path: source}, core={"torch", "speechbrain"})
    assert reason in text


def test_names_of_requirements_are_those_of_their_modules():
    assert required(["scikit-learn>=1", "a-b[c]>=2", "d"]) == {
        "sklearn",
        "a_b",
        "d",
    }


def test_no_test_hides_behind_a_missing_library():
    """Forbid ``importorskip``, which passes if the library is missing."""
    for path, source in read("tests").items():
        calls = [
            n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call)
        ]
        names = {getattr(call.func, "attr", "") for call in calls}
        assert "importorskip" not in names, path
