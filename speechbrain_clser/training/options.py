"""Parse and check the options of ``train.py`` before anything is loaded."""

import contextlib
import difflib
import io
import json
import math
import sys
from pathlib import Path

import torch
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from speechbrain.utils.distributed import get_local_rank
from speechbrain.utils.run_opts import RunOptions

from speechbrain_clser.corpora import join_data_folders
from speechbrain_clser.deprecation import current_arguments
from speechbrain_clser.progress import has_bars
from speechbrain_clser.training.task_options import refuse_task_option

# Whole numbers of a YAML that are 1 at least; all others may be 0.
AT_LEAST_ONE = {
    *("seeds", "trials", "threads", "batch_size", "repeats_per_epoch"),
    *("dim", "space_dim", "top_layers", "n_averaged"),
    *("languages", "classes", "utterances"),  # of cells
}
LARGEST = 2**31 - 1
# More than these, whole numbers exhaust the machine.
AT_MOST = {"threads": 1024, "dim": 2**16, "space_dim": 2**16}
# Numbers above 0, and those of 0-1 as well as any ``*_share`` and ``*_fraction``; all
# are 0 or more.
POSITIVE = {"lr", "encoder_lr", "temperature"}
SHARES = {
    *("confidence", "dropout", "input_dropout", "label_smoothing"),
    "propagation_alpha",
}
# Least values of SpeechBrain's own options.
LEAST = {
    **{"grad_accumulation_factor": 1, "max_grad_norm": 0},
    **{"nonfinite_patience": 0, "optimizer_step_limit": 1},
}
# Texts of a YAML that a mapping may replace. They are passed on as
# text: HyperPyYAML accepts a mapping only in the place of a mapping.
MAY_BE_MAPPING = {
    *("adaptation_constants", "alignment_constants"),
    *("data_folder", "encoder"),
}
DATA_FOLDER = "--data_folder"


def parse(arguments) -> tuple:
    """Parse the command line of ``train.py`` as SpeechBrain does, and check it.

    Arguments
    ---------
    arguments : list of str
        The YAML first, then options.

    Returns
    -------
    hparams_file : str
        Path of the YAML.
    run_opts : RunOptions
        SpeechBrain's, without progress bars where there is no terminal.
    overrides : dict
        Values for keys of the YAML.

    Raises
    ------
    FileNotFoundError
        If there is no such YAML.
    ValueError
        If there is no such option, if a value is of another type than that of
        the YAML or out of range, or if there is no such device.

    Example
    -------
    >>> path = getfixture("tmp_path") / "x.yaml"
    >>> _ = path.write_text("seeds: 1")
    >>> parse([str(path), "--seeds", "3"])[2]
    {'seeds': 3}
    """
    if not {"-h", "--help"} & {*arguments}:
        arguments = current_arguments(yaml_of(arguments), arguments[1:])
        refuse_task_option(arguments, _keys(arguments[0]))
        check_names(arguments, _keys(arguments[0]))
        arguments = _with_joined_folders(arguments, _keys(arguments[0]))
    if not has_bars():
        arguments = [*arguments, "--noprogressbar"]
    hparams_file, run_opts, text = _parsed(_with_signs_kept(arguments))
    overrides = _mapping(text)
    keys = _keys(hparams_file)
    check_values({**keys, **overrides}, keys)
    for key, least in LEAST.items():
        value = run_opts[key]
        if value is not None and not least <= value < math.inf:
            raise ValueError(
                f"--{key}: expected a number, {least} or more, found {value}"
            )
    check_device(run_opts["device"], run_opts["distributed_backend"])
    return (
        hparams_file,
        run_opts,
        {
            key: json.dumps(value)
            if key in MAY_BE_MAPPING and isinstance(value, dict)
            else value
            for key, value in overrides.items()
        },
    )


def yaml_of(arguments) -> str:
    """Find the YAML, the first of the arguments.

    Raises
    ------
    FileNotFoundError
        If there is none; lists those that exist.
    """
    name = arguments[0] if arguments and arguments[0][:1] != "-" else ""
    if Path(name).is_file():
        return name
    recipe = Path(sys.argv[0]).parent
    folders = (Path(name).parent, Path("hparams"), recipe / "hparams")
    found = next(
        filter(None, (sorted(folder.glob("*.yaml")) for folder in folders)), []
    )
    message = (
        f"{name}: expected a YAML, found no such file"
        if name
        else "expected a YAML as the first argument"
    )
    of_stem = {path.stem: path for path in found}
    message += _suggestion(Path(name).stem, of_stem, lambda n: str(of_stem[n]))
    listing = "".join(f"\n  {path}" for path in found)
    raise FileNotFoundError(message + (listing and f"\nThere are:{listing}"))


def check_names(arguments, keys):
    """Refuse options that nothing reads, and name those that are near.

    Raises
    ------
    ValueError
        If an option is neither a key nor one of SpeechBrain's.

    Example
    -------
    >>> check_names(["x.yaml", "--sedes=3"], {"seeds": 1})
    Traceback (most recent call last):
    ValueError: --sedes: there is no such option; did you mean --seeds?...
    """
    known = {*keys, *RunOptions().keys()}
    for argument in arguments[1:]:
        name = argument.partition("=")[0].removeprefix("--")
        if argument.startswith("--") and name not in known:
            raise ValueError(
                f"--{name}: there is no such option"
                + _suggestion(name, known, "--{}".format)
                + f"\nOptions are the keys of {arguments[0]}, and those of "
                f"SpeechBrain, which python train.py --help lists."
            )


def check_values(overrides, keys, within=""):
    """Refuse values of another type than those that the YAML has.

    Arguments
    ---------
    overrides : dict
        Key to value.
    keys : dict
        Key of the YAML to its value there; objects to be built, and ``null``,
        may be anything.
    within : str
        Name of the option whose mapping this is.

    Raises
    ------
    ValueError
        With what was expected and found.

    Example
    -------
    >>> check_values({"seeds": 0}, {"seeds": 1})
    Traceback (most recent call last):
    ValueError: --seeds: expected a whole number, 1 or more, found 0
    """
    for key, value in overrides.items():
        name = f"{within}: {key}" if within else f"--{key}"
        if key not in keys:
            raise ValueError(
                f"{within or 'YAML'}: there is no key {key}"
                + _suggestion(key, keys, str)
                + f" The keys are {', '.join(keys)}"
            )
        default = keys[key]
        if _is_built(default):
            expected = value is None and "a value"
        elif isinstance(default, dict) and isinstance(value, dict):
            expected = default and check_values(value, default, name)
        else:
            expected = _unlike(key, default, value)
        if expected:
            raise ValueError(
                f"{name}: expected {expected}, found {_shown(value)}"
            )


def check_device(device, backend="nccl"):
    """Refuse a device that this machine, or this torch, does not have.

    Raises
    ------
    ValueError
        With what to type.

    Example
    -------
    >>> check_device("cpu")
    >>> check_device("gpu")
    Traceback (most recent call last):
    ValueError: --device gpu: expected cpu, cuda, cuda:0, mps or another ...
    """
    accelerator, n_devices = None, 0
    if torch.accelerator.is_available():
        accelerator = torch.accelerator.current_accelerator().type
        n_devices = torch.accelerator.device_count()
    rank = get_local_rank()
    if rank is not None and backend == "nccl":
        if accelerator != "cuda" or rank >= n_devices:
            raise ValueError(
                f"process {rank} of this machine expected a CUDA device of its "
                f"own, found {n_devices if accelerator == 'cuda' else 0}; start "
                f"fewer processes, or, to train on the CPU, add "
                f"--distributed_backend gloo --device cpu"
            )
    try:
        wanted = torch.device(device or "cpu")
    except RuntimeError as error:
        raise ValueError(
            f"--device {device}: expected cpu, cuda, cuda:0, mps or another "
            f"device of torch"
        ) from error
    if wanted.type == "cpu":
        return
    here = [f"{accelerator}:{index}" for index in range(n_devices)]
    if wanted.type != accelerator or (wanted.index or 0) >= n_devices:
        raise ValueError(
            f"--device {device}: torch {torch.__version__} finds no such device "
            f"here, only {', '.join(['cpu', *here])}; give --device "
            f"{here[0] if here else 'cpu'}, or leave it out. If there is one, "
            f"`clser doctor` lists what is installed"
        )


def _with_joined_folders(arguments, keys):
    """Join repeated --data_folder; a mapping alone adds to the folder of the YAML."""
    others, given = [], []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if others and others[-1] == DATA_FOLDER:
            others.pop()
            given.append(argument)
        elif name == DATA_FOLDER and equals:
            given.append(value)
        else:
            others.append(argument)
    if given and all(one.startswith("{") for one in given):
        default = keys.get(DATA_FOLDER.removeprefix("--"))
        given = [*filter(None, [not _is_built(default) and default]), *given]
    if not given:
        return arguments
    joined = join_data_folders(given)
    if joined.startswith("{"):  # JSON, in which SpeechBrain would replace "="
        joined = joined.replace("=", r"\u003d")
    return [*others, DATA_FOLDER, joined]


def _parsed(arguments):
    """Parse with SpeechBrain's parser; raise the errors of argparse."""
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        try:
            return RunOptions.from_command_line_args(arguments)
        except SystemExit as end:
            if end.code:
                message = errors.getvalue().rpartition("error: ")[2]
                raise ValueError(message.strip()) from end
            raise


def _with_signs_kept(arguments):
    """Escape ``=`` in plain values, which SpeechBrain replaces by a blank."""
    found = []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not argument.startswith("--"):
            name, equals, value = "", "", argument
        if "=" in value and value[0] not in "[{\"'" and found:
            value = json.dumps(value, ensure_ascii=False).replace("=", r"\x3d")
        found.append(name + equals + value)
    return found


def _mapping(text):
    """Read overrides that SpeechBrain has made YAML of."""
    try:
        overrides = YAML(typ="safe").load(text) or {}
    except (MarkedYAMLError, ValueError) as error:
        problem = getattr(error, "problem", error)
        raise ValueError(
            f"options could not be read as YAML: {problem}, in\n{text[:1000]}"
        ) from error
    if not isinstance(overrides, dict):
        raise ValueError(
            f"expected options such as --seeds 3 after the YAML, found {text!r}"
        )
    return overrides


def _keys(hparams_file):
    """Read a YAML without building what it describes."""
    return YAML().load(Path(hparams_file))


def _suggestion(name, names, shown):
    """Name the nearest names, if any is near."""
    near = [shown(n) for n in difflib.get_close_matches(name, names, n=2)]
    return f"; did you mean {' or '.join(near)}?" if near else "."


def _is_built(node):
    """Return whether a value of a YAML has a tag such as !ref or !apply."""
    tag = getattr(node, "tag", None)
    return tag is not None and tag.value is not None


def _unlike(key, default, value):
    """Describe the expected value if this one is of another type."""
    if default is None:
        return ""
    if isinstance(default, bool):
        return not isinstance(value, bool) and "True or False"
    if isinstance(default, int):
        return _unlike_whole(key, value)
    if isinstance(default, float):
        return _unlike_number(key, value)
    if isinstance(default, str):
        is_text = not isinstance(value, (dict, list, type(None)))
        is_mapping = key in MAY_BE_MAPPING and isinstance(value, dict)
        return not (is_text or is_mapping) and "text"
    if isinstance(default, list):
        # An empty list is one of numbers, unless it names modules.
        has_numbers = all(map(_is_number, default)) and (
            not key.endswith("_modules")
        )
        is_right = isinstance(value, list) and (
            not has_numbers or all(map(_is_number, value))
        )
        return not is_right and f"a list such as {json.dumps(default)}"
    return f"a mapping such as {json.dumps(default)}"


def _shown(value):
    """Write a value as it would be typed."""
    if value is None:
        return "nothing"
    try:
        return json.dumps(value)
    except ValueError:  # Python writes no whole number of so many digits
        return "a number that is too large to be written"


def _unlike_whole(key, value):
    least = int(key in AT_LEAST_ONE)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        return f"a whole number, {least} or more"
    most = AT_MOST.get(key, LARGEST)
    return value > most and f"a whole number, {most} or less"


def _unlike_number(key, value):
    if key in SHARES or key.endswith(("_share", "_fraction")):
        return not (_is_number(value) and 0 <= value <= 1) and "a number of 0-1"
    if key in POSITIVE:
        return not (_is_number(value) and value > 0) and "a number above 0"
    return not (_is_number(value) and value >= 0) and "a number, 0 or more"


def _is_number(value):
    """Return whether this is a finite number."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) < math.inf
