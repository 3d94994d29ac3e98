"""Refuse methods and options that do not fit the task of a run."""

from pathlib import Path

from speechbrain_clser.tasks import CLASSES

OPTION = "--task"


def refuse_task_option(arguments, keys):
    """Refuse ``--task`` for a YAML whose method predicts classes only.

    Arguments
    ---------
    arguments : list of str
        The YAML first, then options.
    keys : container of str
        Of the YAML.

    Raises
    ------
    ValueError
        Lists the methods that predict dimensions.

    Example
    -------
    >>> refuse_task_option(["a.yaml", "--task", "dimensions"], {"task": 0})
    >>> refuse_task_option(["a.yaml", "--task=dimensions"], {})
    Traceback (most recent call last):
    ValueError: --task: expected a method that predicts dimensions, found a.yaml...
    """
    given = [one.partition("=")[0] for one in arguments]
    if OPTION in given and "task" not in keys:
        raise _no_method(arguments[0])


def refuse_task(protocol, hparams, hparams_file):
    """Refuse what cannot be done for dimensions, before anything is computed.

    Arguments
    ---------
    protocol : Protocol
        With its task.
    hparams : dict
        The built YAML.
    hparams_file : str or Path
        Its path.

    Raises
    ------
    ValueError
        Names the method, or the option with the value to give.
    """
    task = protocol.scheme
    if task.name == CLASSES:
        return
    if task.key not in hparams["method"].TARGETS:
        raise _no_method(hparams_file)
    if len(hparams["scheme"]) != len(task):
        raise ValueError(
            f"{hparams_file}: expected a scheme of {len(task)} outputs "
            f"({', '.join(task.names)}), found {len(hparams['scheme'])}; give "
            "its function `task: !ref <task>`"
        )
    for key, is_on, advice in (
        ("target_adaptation", hparams["target_adaptation"], "adaptation none"),
        ("domain_alignment", hparams["domain_alignment"], "alignment none"),
        (
            "weigh_classes",
            hparams.get("weigh_classes", False),
            "weigh_classes False",
        ),
        ("focal_gamma", hparams.get("focal_gamma", 0), "focal_gamma 0"),
        (
            "balance",
            hparams["balance"] == "hierarchical",
            "balance language_class, which then is each language",
        ),
        (
            "layers",
            "layers" in hparams and hparams["layers"] == "auto",
            "layers null",
        ),
    ):
        if is_on:
            raise ValueError(
                f"{key} needs classes, found {OPTION} {protocol.task}; give "
                f"--{advice}"
            )


def _no_method(path):
    """Build the error for a method that predicts classes only."""
    folder = Path(path).parent
    names = [
        one.stem
        for one in sorted(folder.glob("*.yaml"))
        if "\ntask:" in one.read_text(encoding="utf-8")
    ]
    return ValueError(
        f"{OPTION}: expected a method that predicts dimensions, found "
        f"{path}, whose method predicts classes only; choose "
        f"{' or '.join(names) or 'source_only'}, or leave {OPTION} out"
    )
