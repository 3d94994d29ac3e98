"""Load checkpoints and labels of a model and refuse files that do not match.

SpeechBrain's own loading ignores keys that do not match and missing label files,
which can result in a classifier with random weights.
"""

import pickle
import pickletools
import re
import struct
import zipfile
from pathlib import Path

import torch

# Errors that torch and zipfile raise for damaged files.
DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError),
    *(MemoryError, pickle.UnpicklingError, RuntimeError, TypeError),
    *(ValueError, struct.error, zipfile.BadZipFile),
)
# All names that the pickle of a checkpoint may contain. torch allows more, such
# as bytearray, with which a small file can allocate any amount of memory.
NAMES = re.compile(
    r"collections OrderedDict|torch [A-Z]\w+Storage|torch Size"
    r"|torch\._utils _rebuild_(tensor_v2|parameter)"
)
MAX_LABEL_BYTES = 2**16


def load_exactly(module, path):
    """Load a state dict whose keys match a module exactly.

    Arguments
    ---------
    module : torch.nn.Module
        Changed in place.
    path : str or Path
        State dict saved by torch; see ``load_tensors``.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If keys, shapes or data types differ, or a parameter is NaN or infinite;
        see also ``load_tensors``.

    Example
    -------
    >>> path = getfixture("tmp_path") / "head.ckpt"
    >>> torch.save({"weight": torch.ones(1, 1)}, path)
    >>> load_exactly(torch.nn.Linear(1, 1), path)
    Traceback (most recent call last):
    ...
    ValueError: ...head.ckpt does not fit Linear: Missing key(s) ... "bias"...
    """
    state = load_tensors(path)
    refuse_other_kinds(module.state_dict(), state, path)
    try:
        module.load_state_dict(state)
    except DAMAGED as error:
        lines = str(error).splitlines()
        raise ValueError(
            f"{path} does not fit {type(module).__name__}: "
            f"{' '.join(line.strip() for line in lines[1:] or lines)} Take "
            "hyperparams.yaml and checkpoints from one export"
        ) from error
    refuse_no_numbers(module.state_dict(keep_vars=True), path)


def refuse_other_kinds(wanted, found, path):
    """Raise ValueError if data types or layouts of tensors differ.

    Example
    -------
    >>> one, two = torch.ones(1), torch.ones(1, dtype=torch.int8)
    >>> refuse_other_kinds({"weight": one}, {"weight": one}, "x.ckpt")
    >>> refuse_other_kinds({"weight": one}, {"weight": two}, "x.ckpt")
    Traceback (most recent call last):
    ...
    ValueError: x.ckpt: expected float32 strided in weight, found int8...
    """
    for name, values in wanted.items():
        other = found.get(name)
        if not all(isinstance(one, torch.Tensor) for one in (values, other)):
            continue
        if other.dtype != values.dtype or other.layout != values.layout:
            expected, given = (
                f"{one.dtype} {one.layout}".replace("torch.", "")
                for one in (values, other)
            )
            raise ValueError(
                f"{path}: expected {expected} in {name}, found {given}; take "
                "the file that was exported with hyperparams.yaml"
            )


def refuse_no_numbers(state, path):
    """Raise ValueError if parameters are NaN or infinite.

    Single statistics may be NaN, if they were undefined in the training data.

    Example
    -------
    >>> nan = torch.tensor([float("nan"), 1.0])
    >>> refuse_no_numbers({"mean": nan}, "x.ckpt")
    >>> refuse_no_numbers({"weight": torch.nn.Parameter(nan)}, "x.ckpt")
    Traceback (most recent call last):
    ...
    ValueError: x.ckpt: expected numbers, found NaN or infinity in weight; ...
    """
    for name, values in state.items():
        if isinstance(values, torch.nn.Parameter):
            is_broken = values.is_meta or not values.isfinite().all()
        elif isinstance(values, torch.Tensor) and values.numel():
            is_broken = values.isinf().any() or values.isnan().all()
        else:
            continue
        if is_broken:
            raise ValueError(
                f"{path}: expected numbers, found NaN or infinity in {name}; "
                "the training failed or the file is damaged, take another"
            )


def load_tensors(path) -> dict:
    """Read a torch file that contains only tensors and plain values.

    Returns
    -------
    dict
        Name to torch.Tensor, on the CPU, or to plain values.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is damaged, contains other objects, which could execute
        code, or would need more memory than its size.

    Example
    -------
    >>> path = getfixture("tmp_path") / "x.ckpt"
    >>> torch.save({"weight": print}, path)
    >>> load_tensors(path)
    Traceback (most recent call last):
    ...
    ValueError: ...x.ckpt: expected tensors alone, found ...
    """
    try:
        _refuse_growth(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except DAMAGED as error:
        # The message of torch advises loading the file nevertheless.
        why = error if type(error) is ValueError else type(error).__name__
        raise ValueError(
            f"{path}: expected tensors alone, found a damaged file or other "
            "objects, which could execute code or fill the memory when loaded "
            f"({why}); do not use this file, get it again from a source that "
            "you trust"
        ) from error
    if not (isinstance(state, dict) and all(isinstance(n, str) for n in state)):
        raise ValueError(
            f"{path}: expected tensors by name, found "
            f"{type(state).__name__}; take a checkpoint that was exported"
        )
    return state


def _refuse_growth(path):
    """Raise ValueError for files that would expand when loaded."""
    with open(path, "rb") as file:
        try:
            names = _names(file)
        except OSError as error:  # offset beyond the end of the file
            raise ValueError(str(error)) from error
    if strange := [name for name in names if not NAMES.fullmatch(name)]:
        raise ValueError(f"it names {strange[0]}")


def _names(file):
    """List the names in the pickle of a checkpoint without compression."""
    with zipfile.ZipFile(file) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        pickles = [n for n in entries if n.rpartition("/")[2] == "data.pkl"]
        if len(entries) < len(archive.infolist()) or len(pickles) != 1:
            raise ValueError("names of records are not unique")
        if any(entry.compress_type for entry in entries.values()):
            raise ValueError("records are compressed")
        content = archive.read(pickles[0])
    return [
        str(value)
        for operation, value, _ in pickletools.genops(content)
        if "GLOBAL" in operation.name
    ]


def load_labels(encoder, path):
    """Load the class names.

    Arguments
    ---------
    encoder : CategoricalEncoder
        Changed in place; its expected length is set.
    path : str or Path
        File written by ``CategoricalEncoder.save``.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file does not contain names numbered from 0.

    Example
    -------
    >>> from speechbrain.dataio.encoder import CategoricalEncoder
    >>> path = getfixture("tmp_path") / "label_encoder.ckpt"
    >>> names, encoder = CategoricalEncoder(), CategoricalEncoder()
    >>> names.update_from_iterable(["anger", "neutral"], sequence_input=False)
    >>> names.save(path)
    >>> load_labels(encoder, path)
    >>> encoder.decode_ndim([1, 0])
    ['neutral', 'anger']
    """
    n_bytes = Path(path).stat().st_size
    if n_bytes > MAX_LABEL_BYTES:
        raise ValueError(_NO_LABELS.format(path=path, found=f"{n_bytes} bytes"))
    try:
        encoder.load(path)
    except (SyntaxError, *DAMAGED) as error:
        raise ValueError(_NO_LABELS.format(path=path, found=error)) from error
    names = encoder.lab2ind
    numbers = [*range(len(encoder.ind2lab))]
    if (
        not names
        or sorted(names.values()) != numbers
        or not all(isinstance(name, str) for name in names)
    ):
        raise ValueError(_NO_LABELS.format(path=path, found=names))
    encoder.expect_len(len(encoder))


_NO_LABELS = (
    "{path}: expected the names of classes, numbered from 0, found {found}; "
    "take the file that was exported with hyperparams.yaml"
)
