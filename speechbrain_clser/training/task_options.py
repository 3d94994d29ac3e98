"""Refuse methods and options that do not fit the task of a run."""

from pathlib import Path

from speechbrain_clser.tasks import CLASSES

OPTION = "--task"


def refuse_task_option(arguments, keys):
    """Refuse ``--task`` for a YAML whose method has the task ``classes`` only.

    Arguments
    ---------
    arguments : list of str
        The YAML first, then options.
    keys : container of str
        Of the YAML.

    Raises
    ------
    ValueError
        Lists the methods that have other tasks.

    Example
    -------
    >>> refuse_task_option(["a.yaml", "--task", "dimensions"], {"task": 0})
    >>> refuse_task_option(["a.yaml", "--task=dimensions"], {})
    Traceback (most recent call last):
    ValueError: --task: expected a method with other tasks than classes, found a.yaml...
    """
    given = [one.partition("=")[0] for one in arguments]
    if OPTION in given and "task" not in keys:
        raise _no_method(arguments[0])


def refuse_task(protocol, hparams, hparams_file):
    """Refuse what cannot be done for the task, before anything is computed.

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
    scheme = hparams["scheme"]
    if (scheme.key, len(scheme)) != (task.key, len(task)):
        raise ValueError(
            f"{hparams_file}: expected a scheme of {task.key} with {len(task)} "
            f"outputs ({', '.join(task.names)}), found one of {scheme.key} with "
            f"{len(scheme)}; give its function `task: !ref <task>`"
        )
    found = {
        "weigh_classes False": hparams.get("weigh_classes", False),
        "focal_gamma 0": hparams.get("focal_gamma", 0),
    }
    if not task.classes:
        balance = "balance language_class, which then is each language"
        found |= {
            "adaptation none": hparams["target_adaptation"],
            "alignment none": hparams["domain_alignment"],
            balance: hparams["balance"] == "hierarchical",
            "layers null": hparams.get("layers") == "auto",
        }
    for advice, is_on in found.items():
        if is_on:
            raise ValueError(
                f"{advice.split()[0]} needs single classes, found {OPTION} "
                f"{protocol.task}; give --{advice}"
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
        f"{OPTION}: expected a method with other tasks than classes, found "
        f"{path}, whose method predicts single classes only; choose "
        f"{' or '.join(names) or 'source_only'}, or leave {OPTION} out"
    )
