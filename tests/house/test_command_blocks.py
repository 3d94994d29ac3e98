"""Commands in code blocks of README and docs have options that exist."""

import re
import shlex

import click
import pytest
from house.sources import ROOT

from speechbrain_clser.cli import main
from speechbrain_clser.training import options

RECIPE = ROOT / "recipes/CrossLingualSER"
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(RECIPE.glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
]
BLOCK = re.compile(
    r"^(?P<in> *)```(?:|bash|sh|shell|console|text)\n(?P<text>.*?)^(?P=in)```",
    re.DOTALL | re.MULTILINE,
)
MARKS = {"|", "||", "&&", "&", ";", ">", "(", ")"}


def commands(text):
    """Yield the words of each command in the code blocks of a page."""
    for block in BLOCK.finditer(text):
        lines = re.sub(r"\\\n", " ", block["text"]).splitlines()
        for line in lines:
            # A placeholder such as <folder> is a word, not a redirection.
            line = re.sub(r"<[\w ./-]+>", "placeholder", line).lstrip(" $>")
            words = shlex.shlex(line, posix=True, punctuation_chars=True)
            words.whitespace_split = True
            try:
                words = [*words]
            except ValueError:  # not a command
                continue
            while words:
                end = next(
                    (k for k, word in enumerate(words) if word in MARKS),
                    len(words),
                )
                yield [w for w in words[:end] if not re.match(r"[A-Z_]+=", w)]
                words = words[end + 1 :]


def problem(words, targets):
    """Say what is wrong with a command of this project, or return None."""
    program, *rest = words
    try:
        if program == "clser" and rest and rest[0][:1] not in "-<":
            command = main.commands.get(rest[0])
            if command is None:
                return f"no command {rest[0]}"
            context = click.Context(command, info_name=rest[0])
            command.make_parser(context).parse_args(rest[1:])
        elif "train.py" in words:
            options.parse(words[words.index("train.py") + 1 :])
        elif program == "make":
            unknown = {
                w for w in rest if "=" not in w and w[0] != "-"
            } - targets
            return f"no target {unknown}" if unknown else None
    except (click.UsageError, OSError, ValueError) as error:
        return str(error)


@pytest.fixture
def targets(monkeypatch):
    """Return the targets of make, in the folder of the recipe."""
    monkeypatch.chdir(RECIPE)
    # A page may show a device that this machine lacks.
    monkeypatch.setattr(options, "check_device", lambda *_: None)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return {*re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE)}


def test_commands_in_code_blocks_have_options_that_exist(targets):
    wrong = [
        f"{path.relative_to(ROOT)}: {' '.join(words)}: {found}"
        for path in PAGES
        for words in commands(path.read_text("utf-8"))
        if words and (found := problem(words, targets))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "block, match",
    [
        ("clser predict m a --out x.csv | head", None),
        ("X=1 make train YAML=a.yaml && make docs", None),
        ("python train.py hparams/linear.yaml \\\n  --seeds 3 > <file>", None),
        ("ffmpeg -i a.mp3 b.wav", None),
        ("clser preditc m", "no command preditc"),
        ("cd x; clser predict m --outt x", "No such option .--outt"),
        ("make tset", "no target"),
        ("python train.py hparams/liner.yaml", "found no such file"),
        ("python train.py hparams/linear.yaml --sedes 3", "--seeds"),
    ],
)
def test_wrong_command_is_caught(block, match, targets):
    found = [
        text
        for words in commands(f"```\n{block}\n```\n")
        if (text := problem(words, targets))
    ]
    assert bool(found) == bool(match)
    assert not match or re.search(match, found[0])
