"""Check the installation and suggest commands that repair it.

Imports that may fail are tried in a separate process, so that this works even if
``import torch`` crashes.
"""

import dataclasses
import importlib.metadata
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from speechbrain_clser.cache import cache_folder

PACKAGE = "speechbrain-clser"
# As in constraints.txt, which is not installed; a test compares them.
TESTED = "torch==2.11.0 torchaudio==2.11.0"
OK, NOTE, BROKEN = "ok", "note", "broken"
CPU_INDEX = "--index-url https://download.pytorch.org/whl/cpu"
GB = 1e9
PATIENCE_S = 300

PAIR = """
import torch, torchaudio
if torch.cuda.is_available():
    print("GPU", torch.cuda.get_device_name())
else:
    print("CPU, no GPU that torch can use")
"""
VOICES = """
import ctypes, espeakng_loader
ctypes.CDLL(espeakng_loader.get_library_path())
print("eSpeak NG is there")
"""
# Prints "offline" or "online" and the folder of the cache.
HUB = """
from huggingface_hub import constants
print("offline" if constants.HF_HUB_OFFLINE else "online", constants.HF_HUB_CACHE)
"""
SCATTER = "import torch_scatter; print(torch_scatter.__version__)"


@dataclasses.dataclass(frozen=True)
class Finding:
    """Result of one check.

    Arguments
    ---------
    what : str
        Name of the checked component.
    state : str
        ``"ok"``, ``"note"`` for missing optional components, or ``"broken"``.
    message : str
        Details.
    to_type : str
        Command that repairs it; empty if none is needed.
    """

    what: str
    state: str
    message: str
    to_type: str = ""


def examine() -> list:
    """Run all checks.

    Returns
    -------
    list of Finding
        In the order in which to repair broken components.
    """
    try:
        metadata = importlib.metadata.metadata(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return [
            Finding(
                PACKAGE,
                BROKEN,
                "not installed, so its requirements are not known",
                "pip install -e . (in its folder)",
            )
        ]
    lines = metadata.get_all("Requires-Dist") or ()
    needed = [Requirement(line) for line in lines]
    installed = {need.name: _version(need.name) for need in needed}
    core = [need for need in needed if _is_of(need, "")]
    return [
        python(metadata["Requires-Python"] or ""),
        *packages(core, installed),
        pair(installed.get("torch"), installed.get("torchaudio"), *_try(PAIR)),
        *extras(needed, metadata.get_all("Provides-Extra") or (), installed),
        _tried(
            "voices of the demo corpus",
            VOICES,
            f"pip install '{PACKAGE}[demo]'",
        ),
        _tried("torch-scatter, for faster graphs", SCATTER, "make scatter"),
        ffmpeg(),
        cache("feature cache", Path(cache_folder())),
        *hub(*_try(HUB)),
    ]


def python(bounds, version=None) -> Finding:
    """Check the version of the interpreter.

    Example
    -------
    >>> python(">=3.10,<3.14", "3.9.1").to_type
    'make setup PYTHON=python3.12'
    """
    version = version or ".".join(map(str, sys.version_info[:3]))
    if version in SpecifierSet(bounds):
        return Finding("python", OK, version)
    return Finding(
        "python",
        BROKEN,
        f"{version}, expected {bounds}",
        "make setup PYTHON=python3.12",
    )


def packages(needed, installed) -> list:
    """Compare the required packages with the installed ones.

    Example
    -------
    >>> [old] = packages([Requirement("numpy>=1.26")], {"numpy": "1.20.3"})
    >>> old.to_type
    "pip install 'numpy>=1.26'"
    """
    found = []
    for need in needed:
        version = installed[need.name]
        to_type = f"pip install '{_as_typed(need)}'"
        if need.name in ("torch", "torchaudio"):
            to_type = f"pip install {_tested(installed.get('torch'))}"
        if version is None:
            found.append(Finding(need.name, BROKEN, "not installed", to_type))
        elif not _fits(version, need):
            output = f"{version}, expected {need.specifier}"
            found.append(Finding(need.name, BROKEN, output, to_type))
        else:
            found.append(Finding(need.name, OK, version))
    return found


def pair(torch, torchaudio, works, output) -> Finding:
    """Check that torch and torchaudio are compatible.

    Example
    -------
    >>> clash = pair("2.11.0+cpu", "2.11.1", False, "OSError: undefined symbol")
    >>> clash.message
    'torch 2.11.0+cpu and torchaudio 2.11.1 do not work: OSError: undefined symbol'
    >>> clash.to_type
    'pip install --force-reinstall torch==2.11.0 torchaudio==2.11.0 --index-url ...'
    """
    what = "torch with torchaudio"
    to_type = f"pip install --force-reinstall {_tested(torch)}"
    if not (torch and torchaudio):
        return Finding(what, BROKEN, "one of the two is missing", to_type)
    # Up to torchaudio 2.10 versions must be equal; later ones support several.
    release = Version(torchaudio).release[:2]
    is_pair = release > (2, 10) or release == Version(torch).release[:2]
    if works and is_pair:
        return Finding(what, OK, f"{torch} and {torchaudio}, {output}")
    both = f"torch {torch} and torchaudio {torchaudio}"
    why = "do not work" if is_pair else "are not compatible"
    return Finding(what, BROKEN, f"{both} {why}: {output}", to_type)


def extras(needed, names, installed) -> list:
    """Check which extras are complete.

    All extras are optional.

    Example
    -------
    >>> needed = [Requirement('x>=1; extra == "graph"')]
    >>> [graph] = extras(needed, ["graph"], {"x": None})
    >>> graph.state, graph.message, graph.to_type
    ('note', 'lacks x>=1', "pip install 'x>=1'")
    """
    found = []
    for extra in names:
        what = f"extra {extra}"
        lacking = [
            _as_typed(need)
            for need in needed
            if _is_of(need, extra) and not _fits(installed[need.name], need)
        ]
        if lacking:
            output = f"lacks {', '.join(lacking)}"
            to_type = f"pip install {shlex.join(lacking)}"
            found.append(Finding(what, NOTE, output, to_type))
        else:
            found.append(Finding(what, OK, "complete"))
    return found


def ffmpeg() -> Finding:
    """Check whether ffmpeg is available to extract audio from videos."""
    what, found = "ffmpeg", shutil.which("ffmpeg")
    if found:
        return Finding(what, OK, found)
    return Finding(
        what,
        NOTE,
        "not found; needed to extract audio from videos (MELD, eNTERFACE) and "
        "to convert M4A, AMR or WMA to WAV",
        "apt install ffmpeg, or brew install ffmpeg",
    )


def cache(what, folder) -> Finding:
    """Check the size and the free space of a cache."""
    there = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(there, os.W_OK):
        return Finding(
            what,
            BROKEN,
            f"{folder} is not writable",
            f"sudo chown -R $USER {there}",
        )
    n_bytes = sum(
        path.lstat().st_size for path in folder.rglob("*") if path.is_file()
    )
    free = shutil.disk_usage(there).free
    return Finding(
        what,
        OK,
        f"{folder}: {n_bytes / GB:.1f} GB, {free / GB:.0f} GB free; may be "
        "deleted at any time",
    )


def hub(works, output) -> list:
    """Check the cache of the hub and offline mode.

    Example
    -------
    >>> [cached, network] = hub(True, f"offline {getfixture('tmp_path')}")
    >>> network.state, network.to_type
    ('note', 'unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE')
    """
    if not works:
        to_type = "pip install --force-reinstall huggingface-hub"
        return [Finding("hub", BROKEN, output, to_type)]
    network, folder = output.split(maxsplit=1)
    found = [cache("cache of the hub", Path(folder))]
    if network == "online":
        return [*found, Finding("hub", OK, "online")]
    found.append(
        Finding(
            "hub",
            NOTE,
            "HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set: only cached models "
            "can be loaded",
            "unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE",
        )
    )
    return found


def _is_of(need, extra):
    """Return whether an extra, or with ``""`` the package, has a requirement."""
    if need.marker is None:
        return not extra
    is_always = need.marker.evaluate({"extra": ""})
    asks = need.marker.evaluate({"extra": extra})
    return asks and (not extra or not is_always)


def _fits(version, need):
    """Return whether a version satisfies a requirement; nightly builds may."""
    return bool(version) and need.specifier.contains(version, prereleases=True)


def _as_typed(need):
    """Format a requirement for pip."""
    return f"{need.name}{need.specifier}"


def _tested(torch):
    """Format the tested pair for pip, for the installed build."""
    return f"{TESTED} {CPU_INDEX}" if "+cpu" in (torch or "") else TESTED


def _tried(what, code, to_type):
    """Try an optional component; return a note if it does not work."""
    works, output = _try(code)
    if works:
        return Finding(what, OK, output)
    return Finding(what, NOTE, output, to_type)


def _try(code):
    """Run code in a process; return success and the last line of output."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        return False, f"no output within {PATIENCE_S} s"
    text = (done.stderr if done.returncode else done.stdout).strip()
    return not done.returncode, text.splitlines()[-1] if text else "no output"


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
