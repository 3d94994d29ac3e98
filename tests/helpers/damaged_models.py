"""Copies of a model folder that something is the matter with, seeded."""

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
    """Copy a model, each copy damaged in a way of its own.

    Arguments
    ---------
    model : Path
        Folder of the model.
    folder : Path
        Where copies are made.
    n : int
        Wanted; kinds of damage come in turn, the first is none.
    seed : int
        Of what is drawn.

    Returns
    -------
    list of Path
        Their names tell what was done.
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
    """Nothing is the matter."""


def cut(folder, rng):
    """A file ends too early."""
    path = _file(folder, rng)
    content = path.read_bytes()
    path.write_bytes(content[: rng.integers(len(content))])


def flipped(folder, rng):
    """Bits are wrong, anywhere."""
    path = _file(folder, rng)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    for _ in range(rng.integers(1, 20)):
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
    path.write_bytes(content.tobytes())


def other_value(folder, rng):
    """A value of the YAML is another."""
    lines = _lines(folder)
    place = _draw(rng, [n for n, line in enumerate(lines) if ": " in line])
    key = lines[place].partition(": ")[0]
    lines[place] = f"{key}: {_draw(rng, VALUES)}"
    _save(folder, lines)


def other_number(folder, rng):
    """A number of the YAML is much larger, or has another sign."""
    lines = _lines(folder)
    numbers = [n for n, line in enumerate(lines) if re.search(r" -?\d", line)]
    place = _draw(rng, numbers)
    number = (
        str(-1) if rng.integers(4) == 0 else f"1{'0' * rng.integers(2, 13)}"
    )
    lines[place] = re.sub(r" -?\d[\w.+-]*", f" {number}", lines[place])
    _save(folder, lines)


def line_deleted(folder, rng):
    """A line of the YAML is gone."""
    lines = _lines(folder)
    del lines[rng.integers(len(lines))]
    _save(folder, lines)


def line_twice(folder, rng):
    """A line of the YAML is there twice, the second time anywhere."""
    lines = _lines(folder)
    line = lines[rng.integers(len(lines))]
    lines.insert(rng.integers(len(lines)), line)
    _save(folder, lines)


def indented(folder, rng):
    """A line of the YAML stands further in or out."""
    lines = _lines(folder)
    place = rng.integers(len(lines))
    line = lines[place]
    lines[place] = line[2:] if rng.integers(2) else f"  {line}"
    _save(folder, lines)


def swapped(folder, rng):
    """Two files have each other's name."""
    one, two = (_file(folder, rng) for _ in range(2))
    content = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(content)


def removed(folder, rng):
    """A file is gone."""
    _file(folder, rng).unlink()


def linked(folder, rng):
    """A file is a link to something else."""
    path = _file(folder, rng)
    path.unlink()
    path.symlink_to(_draw(rng, OUTSIDE).format(path.name))


def other_tensor(folder, rng):
    """A tensor of a checkpoint is another, in a file that is whole."""
    names = ("method.ckpt", "normaliser.ckpt", "encoder.ckpt")
    path = folder / _draw(rng, [n for n in names if (folder / n).exists()])
    state = torch.load(path)
    name = _draw(rng, sorted(state))
    values = state[name].float()
    change = _draw(
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


def _draw(rng, choices):
    return choices[rng.integers(len(choices))]


def _file(folder, rng):
    """One of the files that loading reads."""
    files = [p for p in folder.iterdir() if p.suffix not in (".md", ".json")]
    return _draw(rng, sorted(files))


def _lines(folder):
    return (folder / YAML).read_text().splitlines()


def _save(folder, lines):
    (folder / YAML).write_text("\n".join(lines) + "\n")
