"""Loading the files of a model, and refusing what does not fit.

SpeechBrain's own loading passes over keys that do not match, and over a file of
labels that is not there; a classifier of random weights is the result.
"""

import pickle

import torch

# What torch raises over a file, as the damage happens to be.
DAMAGED = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError),
    *(pickle.UnpicklingError, RuntimeError, TypeError, ValueError),
)


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
        If keys or shapes differ, or a parameter is no number; see also
        ``load_tensors``.

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
        If the file is damaged, or building what is in it could run code.

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
        state = torch.load(path, map_location="cpu", weights_only=True)
    except DAMAGED as error:
        raise ValueError(
            f"{path}: expected tensors alone, found a damaged file or other "
            "objects, which could run code when they are built "
            f"({type(error).__name__}); do not use it, get it again "
            "from whom you trust"
        ) from error
    if not (isinstance(state, dict) and all(isinstance(n, str) for n in state)):
        raise ValueError(
            f"{path}: expected tensors by their names, found "
            f"{type(state).__name__}; take a checkpoint that was exported"
        )
    return state


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
