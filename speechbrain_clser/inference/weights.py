"""Loading the files of a model, and refusing what does not fit.

SpeechBrain's own loading passes over keys that do not match, and over a file of
labels that is not there; a classifier of random weights is the result.
"""

import pickle
import pickletools
import re
import struct
import zipfile
from pathlib import Path

import torch

# What torch and zipfile raise over a file, as the damage happens to be.
DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError),
    *(MemoryError, pickle.UnpicklingError, RuntimeError, TypeError),
    *(ValueError, struct.error, zipfile.BadZipFile),
)
# All that the pickle in a checkpoint names. torch allows more, such as
# bytearray, of which a few bytes of a file ask for any amount of memory.
NAMES = re.compile(
    r"collections OrderedDict|torch [A-Z]\w+Storage|torch Size"
    r"|torch\._utils _rebuild_(tensor_v2|parameter)"
)
MAX_LABEL_BYTES = 2**16


def load_exactly(module, path):
    """Load parameters that are those of a module, no more and no fewer.

    Arguments
    ---------
    module : torch.nn.Module
        Changed in place.
    path : str or Path
        State that torch saved; see ``load_tensors``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If keys, shapes or kinds of number differ, or a parameter is no number;
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
    """Complain about tensors that would be rounded or cut when they are copied.

    Arguments
    ---------
    wanted, found : dict
        Name to torch.Tensor or anything else: of a module, and of a file.
    path : str or Path
        Of the file.

    Raises
    ------
    ValueError
        If two of the same name are of different types or layouts.

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
            expected, came = (
                f"{one.dtype} {one.layout}".replace("torch.", "")
                for one in (values, other)
            )
            raise ValueError(
                f"{path}: expected {expected} in {name}, found {came}; take "
                "the file that was exported with hyperparams.yaml"
            )


def refuse_no_numbers(state, path):
    """Complain about parameters that are NaN or infinite.

    Statistics may be NaN in places, where nothing defined them.

    Arguments
    ---------
    state : dict
        Name to torch.nn.Parameter, torch.Tensor or anything else.
    path : str or Path
        It came from.

    Raises
    ------
    ValueError
        If there is one; or statistics that are NaN everywhere.

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
                "the training went wrong or the file is damaged, take another"
            )


def load_tensors(path) -> dict:
    """Read what torch saved, if it is nothing but tensors and plain values.

    Arguments
    ---------
    path : str or Path
        Of the file.

    Returns
    -------
    dict
        Name to torch.Tensor, on the CPU, or to plain values.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, building what is in it could run code, or it
        would take more memory than the file has bytes.

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
        # What torch says advises to load it all the same.
        why = error if type(error) is ValueError else type(error).__name__
        raise ValueError(
            f"{path}: expected tensors alone, found a damaged file or other "
            "objects, which could run code or fill the memory when they are "
            f"built ({why}); do not use it, get it again "
            "from whom you trust"
        ) from error
    if not (isinstance(state, dict) and all(isinstance(n, str) for n in state)):
        raise ValueError(
            f"{path}: expected tensors by their names, found "
            f"{type(state).__name__}; take a checkpoint that was exported"
        )
    return state


def _refuse_growth(path):
    """Complain about what torch never writes: files that grow when loaded."""
    with open(path, "rb") as file:
        try:
            names = _names(file)
        except OSError as error:  # of a place that is not in the file
            raise ValueError(str(error)) from error
    if strange := [name for name in names if not NAMES.fullmatch(name)]:
        raise ValueError(f"it names {strange[0]}")


def _names(file):
    """All that the pickle of a checkpoint names, if no record would grow."""
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
    """Load the names of the classes.

    Arguments
    ---------
    encoder : CategoricalEncoder
        Changed in place; it then expects as many as there are.
    path : str or Path
        As ``CategoricalEncoder.save`` writes it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If there are no names in it, numbered from 0 on.

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
    "{path}: expected the names of classes, numbered from 0 on, found {found}; "
    "take the file that was exported with hyperparams.yaml"
)
