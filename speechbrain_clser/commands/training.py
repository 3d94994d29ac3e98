"""The command that trains with the recipe."""

import subprocess
import sys
from pathlib import Path

import click


@click.command(
    short_help="Train and test a method with the recipe.",
    context_settings={"ignore_unknown_options": True},
    epilog="Example:  clser train dual_anchor --protocol demo_to_demo:tur:unlabelled",
)
@click.argument("yaml")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def train(context, yaml, options):
    """Train and test a method; the report is in the folder results/.

    YAML is the name of a shipped file, such as source_only, or the path of another
    one. OPTIONS are those of train.py: keys of the YAML such as --protocol and
    --data_folder, and SpeechBrain's own such as --device. Several processes need
    torchrun and the train.py of a clone.
    """
    from speechbrain_clser.benchmark.runner import find_recipe

    recipe = find_recipe()
    command = [sys.executable, str(recipe / "train.py"), find(recipe, yaml)]
    context.exit(subprocess.run([*command, *options]).returncode)


def find(recipe: Path, yaml: str) -> str:
    """Return the path of a YAML by its path, or by the name of a shipped one.

    Raises
    ------
    FileNotFoundError
        If there is none; lists the shipped ones.

    Example
    -------
    >>> recipe = getfixture("tmp_path")
    >>> (recipe / "hparams").mkdir()
    >>> (recipe / "hparams" / "sere.yaml").touch()
    >>> Path(find(recipe, "sere")).name
    'sere.yaml'
    """
    shipped = {path.stem: path for path in recipe.glob("hparams/*.yaml")}
    if Path(yaml).is_file():
        return yaml
    name = yaml.removeprefix("hparams/").removesuffix(".yaml")
    if name in shipped:
        return str(shipped[name])
    raise FileNotFoundError(
        f"{yaml}: expected a YAML, found no such file; give a path, or one of "
        f"{', '.join(sorted(shipped))}"
    )
