"""Copy the recipe into a clone of SpeechBrain and run SpeechBrain's checks there.

> python upstream/check.py <clone of speechbrain>

The clone is changed as a pull request would change it: files are copied and staged,
nothing is committed. Each check is run before and after copying; what fails before is
listed apart. The exit status is 1 if a check fails because of the recipe.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDERS = ("recipes", "tests")
DATASET = "CrossLingualSER"
RUNNER = """
import sys
from tests.utils import recipe_tests

name, dataset = sys.argv[1:]
chosen = {"filters_fields": ["Dataset"], "filters": [[dataset]]}
sys.exit(not getattr(recipe_tests, name)(**chosen))
"""


def recipe_files() -> list:
    """List the files of the pull request, relative to a clone.

    Example
    -------
    >>> [str(p) for p in recipe_files() if p.suffix == ".py"][0]
    'recipes/CrossLingualSER/crosslingual_ser_prepare.py'
    """
    found = [
        path.relative_to(HERE)
        for folder in FOLDERS
        for path in sorted((HERE / folder).rglob("*"))
    ]
    ignored = {"__pycache__", "results"}
    return [
        path
        for path in found
        if (HERE / path).is_file() and not ignored & set(path.parts)
    ]


def copy(clone: Path) -> list:
    """Copy the files of the pull request into a clone and stage them.

    Arguments
    ---------
    clone : Path
        Work tree of speechbrain.

    Returns
    -------
    list of Path
        The files, relative to the clone.
    """
    files = recipe_files()
    for path in files:
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / path, clone / path)
    run(clone, ["git", "add", "--force", *map(str, files)])
    return files


def remove(clone: Path):
    """Remove what an earlier run of this script copied into a clone."""
    files = map(str, recipe_files())
    run(clone, ["git", "rm", "-rqf", "--ignore-unmatch", *files])


def run(clone, command, **environment) -> subprocess.CompletedProcess:
    """Run a command in the clone, with the programs of this Python first."""
    programs = str(Path(sys.executable).parent)
    return subprocess.run(
        [*map(str, command)],
        cwd=clone,
        env={
            **os.environ,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def failures(done) -> set:
    """Return the lines of an output that name what fails.

    Example
    -------
    >>> text = "FAILED tests/a.py::test_b - x\\n1 failed, 2 passed in 3.0s\\n"
    >>> failures(subprocess.CompletedProcess([], 1, text))
    {'FAILED tests/a.py::test_b - x'}
    """
    if not done.returncode:
        return set()
    lines = [line.strip() for line in done.stdout.splitlines()]
    named = {s for s in lines if re.match("FAILED|ERROR|Would reformat", s)}
    named |= {s for s in lines if re.match(r"\S+:\d+:(\d+:)? ", s)}
    return named or {"\n".join(lines[-20:])}


def tracked(clone, *endings) -> list:
    """List the tracked files of a clone with these endings."""
    names = run(clone, ["git", "ls-files"]).stdout.splitlines()
    return [name for name in names if name.endswith(endings)]


def whole_tree_checks(clone) -> dict:
    """Run the checks that read the whole clone; name to failures."""
    python = tracked(clone, ".py")
    yaml = tracked(clone, ".yaml", ".yml")
    here = {"PYTHONPATH": str(clone)}
    commands = {
        "ruff format": ["ruff", "format", "--no-cache", "--check", *python],
        "ruff": [
            *("ruff", "check", "--no-cache", "--output-format", "concise"),
            *python,
        ],
        "yamllint": ["yamllint", "--no-warnings", "-f", "parsable", *yaml],
        "consistency": [
            *(sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=line"),
            *("-p", "no:cacheprovider", "tests/consistency"),
        ],
    }
    return {
        name: failures(run(clone, command, **here))
        for name, command in commands.items()
    }


def own_checks(clone, files) -> dict:
    """Run the checks that read the files of the recipe; name to failures."""
    for old in (clone / "tests" / "tmp").glob(f"{DATASET}_row_*"):
        shutil.rmtree(old)  # the runner would resume
    names = [*map(str, files)]
    words = ["--ignore-words", ".dict-speechbrain.txt"]
    here = {"PYTHONPATH": str(clone)}
    commands = {
        "codespell": ["codespell", *words, *names],
        "white space": ["git", "diff", "--cached", "--check", "--", *names],
        **{
            name: [sys.executable, "-c", RUNNER, name, DATASET]
            for name in ("load_yaml_test", "run_recipe_tests")
        },
    }
    return {
        name: failures(run(clone, command, **here))
        for name, command in commands.items()
    }


def versions(clone) -> list:
    """Compare the versions of pre-commit's linters with the installed ones."""
    text = (clone / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    lines = []
    for name in ("ruff", "yamllint", "codespell"):
        wanted = re.search(rf"/{name}\S*\n\s+rev: v(\S+)", text)
        found = run(clone, [name, "--version"]).stdout.split()[-1]
        same = wanted and wanted[1] == found
        lines.append(
            f"{name} {found}"
            + ("" if same else f" (pre-commit: {wanted and wanted[1]})")
        )
    return lines


def report(title, found) -> bool:
    """Print the failures of checks; return whether there are any."""
    print(title)
    for name, failed in found.items():
        print(f"  {name}: {f'{len(failed)} failed' if failed else 'passed'}")
        for line in sorted(failed):
            print("    " + line.replace("\n", "\n    "))
    return any(found.values())


def main() -> int:
    """Run everything; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clone", type=Path)
    clone = parser.parse_args().clone.resolve()
    if not (clone / "speechbrain" / "version.txt").is_file():
        parser.error(f"expected a clone of speechbrain, found {clone}")
    print("linters:", ", ".join(versions(clone)))
    remove(clone)
    before = whole_tree_checks(clone)
    files = copy(clone)
    after = whole_tree_checks(clone)
    new = {name: after[name] - before[name] for name in after}
    report("Fails without the recipe too:", before)
    is_worse = report(
        f"Fails because of the recipe ({len(files)} files):",
        {**new, **own_checks(clone, files)},
    )
    return int(is_worse)


if __name__ == "__main__":
    sys.exit(main())
