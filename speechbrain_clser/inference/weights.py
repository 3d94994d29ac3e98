"""Loading the files of a model, and refusing what does not fit.

SpeechBrain's own loading passes over keys that do not match, and over a file of
labels that is not there; a classifier of random weights is the result.
"""

import pickle

import torch


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
        If the keys or shapes differ; see also ``load_tensors``.

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
    except RuntimeError as error:
        lines = str(error).splitlines()[1:]
        raise ValueError(
            f"{path} does not fit {type(module).__name__}: "
            f"{' '.join(line.strip() for line in lines)} Take "
            "hyperparams.yaml and checkpoints from one export"
        ) from error


def load_tensors(path) -> dict:
    """Read what torch saved, if it is nothing but tensors and plain values.

    Arguments
    ---------
    path : str or Path
        Of the file.

    Returns
    -------
    dict
        Name to torch.Tensor, on the CPU.

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
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise ValueError(
            f"{path}: expected tensors alone, found a damaged file or other "
            "objects, which could run code when they are built "
            f"({type(error).__name__}); do not use it, get it again "
            "from whom you trust"
        ) from error


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
    encoder.load(path)
    encoder.expect_len(len(encoder))
