"""Generate damaged copies of a model folder deterministically."""

import re
import shutil

import numpy as np
import torch

YAML = "hyperparams.yaml"
VALUES = (
    *("0", "-1", "1", "3", "65536", "100000000", "1e300", "-1e300", "1e-300"),
    *(".nan", ".inf", "true", "null", "''", "[]", "{}", "[1, 2]", "{a: 1}"),
    *("=1+1", "../..", "a" * 5000, "!ref '<method>'", "!ref '<modules>'"),
    *("!new:torch.nn.Identity {}", "!new:torch.nn.Linear [3, 3]"),
    *("!apply:os.abort []", "*a", "&a 1", "9" * 5000, "'\\u0000'", "float32"),
)
OUTSIDE = ("/etc/hostname", "/dev/zero", "/", "nowhere", "../0000_whole/{}")


def write(model, folder, n, seed=0):
    """Write damaged copies of a model.

    Arguments
    ---------
    model : Path
        Folder of the model.
    folder : Path
        Folder for the copies.
    n : int
        Number of copies; kinds of damage alternate, the first copy is intact.
    seed : int
        Seed of the damage.

    Returns
    -------
    list of Path
        Copies, named after their damage.
    """
    paths = []
    for number in range(n):
        rng = np.random.default_rng([seed, number])
        kind = KINDS[(number - 1) % len(KINDS)] if number else whole
        path = folder / f"{number:04}_{kind.__name__}"
        shutil.copytree(model, path)
        kind(path, rng)
        paths.append(path)
    return paths


def whole(folder, rng):
    """Keep the folder unchanged."""


def cut(folder, rng):
    """Truncate a file."""
    path = _file(folder, rng)
    content = path.read_bytes()
    path.write_bytes(content[: rng.integers(len(content))])


def flipped(folder, rng):
    """Flip random bits."""
    path = _file(folder, rng)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    for _ in range(rng.integers(1, 20)):
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
    path.write_bytes(content.tobytes())


def other_value(folder, rng):
    """Replace a value of the YAML."""
    lines = _lines(folder)
    place = _choose(rng, [n for n, line in enumerate(lines) if ": " in line])
    key = lines[place].partition(": ")[0]
    lines[place] = f"{key}: {_choose(rng, VALUES)}"
    _save(folder, lines)


def other_number(folder, rng):
    """Replace a number of the YAML by a large or negative one."""
    lines = _lines(folder)
    numbers = [n for n, line in enumerate(lines) if re.search(r" -?\d", line)]
    place = _choose(rng, numbers)
    number = (
        str(-1) if rng.integers(4) == 0 else f"1{'0' * rng.integers(2, 13)}"
    )
    lines[place] = re.sub(r" -?\d[\w.+-]*", f" {number}", lines[place])
    _save(folder, lines)


def line_deleted(folder, rng):
    """Delete a line of the YAML."""
    lines = _lines(folder)
    del lines[rng.integers(len(lines))]
    _save(folder, lines)


def line_twice(folder, rng):
    """Repeat a line of the YAML at a random place."""
    lines = _lines(folder)
    line = lines[rng.integers(len(lines))]
    lines.insert(rng.integers(len(lines)), line)
    _save(folder, lines)


def indented(folder, rng):
    """Change the indentation of a line of the YAML."""
    lines = _lines(folder)
    place = rng.integers(len(lines))
    line = lines[place]
    lines[place] = line[2:] if rng.integers(2) else f"  {line}"
    _save(folder, lines)


def swapped(folder, rng):
    """Swap the contents of two files."""
    one, two = (_file(folder, rng) for _ in range(2))
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def removed(folder, rng):
    """Delete a file."""
    _file(folder, rng).unlink()


def linked(folder, rng):
    """Replace a file by a link to another file."""
    path = _file(folder, rng)
    path.unlink()
    path.symlink_to(_choose(rng, OUTSIDE).format(path.name))


def other_tensor(folder, rng):
    """Replace a tensor in a valid checkpoint."""
    names = ("method.ckpt", "normaliser.ckpt", "encoder.ckpt")
    path = folder / _choose(rng, [n for n in names if (folder / n).exists()])
    state = torch.load(path)
    name = _choose(rng, sorted(state))
    values = state[name].float()
    change = _choose(
        rng,
        (
            *(values * 1e38, -values, 0 * values, values * float("nan")),
            *(values.double(), values.to(torch.int8), values.to(torch.cfloat)),
            *(values.flatten()[:1], values[None], values.half(), 3, "text"),
        ),
    )
    torch.save({**state, name: change}, path)


KINDS = (
    *(cut, flipped, other_value, other_number, line_deleted, line_twice),
    *(indented, swapped, removed, linked, other_tensor),
)


def _choose(rng, choices):
    return choices[rng.integers(len(choices))]


def _file(folder, rng):
    """Choose one of the files that loading reads."""
    files = [p for p in folder.iterdir() if p.suffix not in (".md", ".json")]
    return _choose(rng, sorted(files))


def _lines(folder):
    return (folder / YAML).read_text().splitlines()


def _save(folder, lines):
    (folder / YAML).write_text("\n".join(lines) + "\n")
