"""Check that all weights of a pretrained model were loaded and are finite."""

import contextlib


@contextlib.contextmanager
def without_complaints():
    """Suppress the warnings of transformers about missing parameters.

    Example
    -------
    >>> with without_complaints():
    ...     pass
    """
    from transformers.utils import logging

    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def check(model, info, what):
    """Raise a ValueError for weights that are missing, of another shape, NaN or infinite.

    ``info`` is the report of ``from_pretrained`` with ``output_loading_info``; ``what``
    describes the model.

    Example
    -------
    >>> import torch
    >>> info = {"missing_keys": {"bias"}, "mismatched_keys": set()}
    >>> check(torch.nn.Linear(1, 1), info, "model in here")
    Traceback (most recent call last):
    ...
    ValueError: expected a checkpoint with the 2 weights of the model in here; \
    1 are missing: bias. Download or save the complete model again
    """
    needed = {
        name: values
        for name, values in model.state_dict().items()
        if not name.endswith("masked_spec_embed")  # random, but unused
    }
    missing = [name for name in needed if name in info["missing_keys"]]
    shapes = {name: shapes for name, *shapes in info["mismatched_keys"]}
    wrong = [
        f"{name} ({[*shapes[name][0]]} in place of {[*shapes[name][1]]})"
        for name in needed
        if name in shapes
    ]
    no_numbers = [
        name
        for name, values in needed.items()
        if not (values.is_meta or values.isfinite().all())
    ]
    found = [
        f"{len(names)} {problem} {', '.join(names[:3])}"
        f"{', ...' * (len(names) > 3)}"
        for problem, names in (
            ("are missing:", missing),
            ("have other shapes:", wrong),
            ("have NaN or infinity:", no_numbers),
        )
        if names
    ]
    if found:
        raise ValueError(
            f"expected a checkpoint with the {len(needed)} weights of the "
            f"{what}; {'; '.join(found)}. Download or save the complete model again"
        )
