"""Whether a pretrained model was filled from its checkpoint, and with numbers."""


def check(model, info, what):
    """Refuse a model that has weights which are drawn at random, or none.

    Arguments
    ---------
    model : torch.nn.Module
        Of transformers.
    info : dict
        What it reports when ``output_loading_info`` is asked for.
    what : str
        The model is; for the message.

    Raises
    ------
    ValueError
        If weights are missing, have other shapes, or are NaN or infinite.

    Example
    -------
    >>> import torch
    >>> info = {"missing_keys": {"bias"}, "mismatched_keys": set()}
    >>> check(torch.nn.Linear(1, 1), info, "model in here")
    Traceback (most recent call last):
    ...
    ValueError: expected a checkpoint with the 2 weights of the model in here; \
1 are missing: bias. Fetch or save the whole model again
    """
    needed = {
        name: values
        for name, values in model.state_dict().items()
        if not name.endswith("masked_spec_embed")  # drawn, but never used
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
            f"{what}; {'; '.join(found)}. Fetch or save the whole model again"
        )
