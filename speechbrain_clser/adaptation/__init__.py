"""Unsupervised adaptation of posteriors to a target, after any classifier."""

import dataclasses
import json
from numbers import Real
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from speechbrain_clser.adaptation.base import Fitted
from speechbrain_clser.adaptation.em_gaussians import EMGaussians
from speechbrain_clser.adaptation.em_prior import EMPrior
from speechbrain_clser.adaptation.equal_mass import EqualMass
from speechbrain_clser.adaptation.jdar import JDAR
from speechbrain_clser.adaptation.lame import LAME
from speechbrain_clser.adaptation.self_training import SelfTraining
from speechbrain_clser.adaptation.t3a import T3A
from speechbrain_clser.adaptation.tent import Tent

ADAPTATIONS = {
    kind.name: kind
    for kind in (
        *(EMGaussians, EqualMass, SelfTraining),
        *(EMPrior, JDAR, LAME, T3A, Tent),
    )
}
MAX_CONSTANT = 1e6  # in a file; more rounds would take hours


def build(name, **constants):
    """Build an adaptation by its name.

    Arguments
    ---------
    name : str
        A key of ``ADAPTATIONS``.
    **constants
        Fields of its class; by default those of the class.

    Returns
    -------
    Adaptation
        With these constants.

    Raises
    ------
    ValueError
        If the name or a constant is unknown, or a value is out of range.

    Example
    -------
    >>> build("em_gaussians", n_components=16).n_rounds
    15
    """
    if name not in ADAPTATIONS:
        raise ValueError(
            f"adaptation must be one of {', '.join(ADAPTATIONS)}, got {name!r}"
        )
    known = [field.name for field in dataclasses.fields(ADAPTATIONS[name])]
    if unknown := sorted(constants.keys() - set(known)):
        raise ValueError(
            f"adaptation {name!r} has the constants {', '.join(known)}, got "
            f"{', '.join(unknown)}"
        )
    return ADAPTATIONS[name](**constants)


def save(fitted, path):
    """Save a fitted adaptation as one safetensors file.

    Arguments
    ---------
    fitted : Fitted
        From ``Adaptation.fit``.
    path : str or Path
        Of the file; name and constants are in its metadata.

    Example
    -------
    >>> path = getfixture("tmp_path") / "adaptation.safetensors"
    >>> state = {"log_factors": np.log([1.0, 3.0]), "shape": np.array([2, 2])}
    >>> save(Fitted(EqualMass(), state), path)
    >>> load(path).predict(np.zeros((1, 2)), np.array([[0.5, 0.5]]))
    array([[0.25, 0.75]])
    """
    constants = json.dumps(dataclasses.asdict(fitted.adaptation))
    metadata = {
        "adaptation": fitted.adaptation.name,
        "constants": constants,
        "about": json.dumps(fitted.about),
    }
    # safetensors writes the memory without regard to the order of the axes.
    state = {
        name: np.ascontiguousarray(values)
        for name, values in fitted.state.items()
    }
    # save_file would write files without read permission for others.
    Path(path).write_bytes(to_bytes(state, metadata=metadata))


def load(path):
    """Load a fitted adaptation from a file of any origin.

    Arguments
    ---------
    path : str or Path
        Written by ``save``.

    Returns
    -------
    Fitted
        Predicts the same as the saved one.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If the file is damaged, the adaptation is unknown to this version, or
        constants, names, shapes or values are not those of a fitted state.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            adaptation, about = _parse_metadata(file.metadata() or {})
            return Fitted(adaptation, _state(file, adaptation), about)
    except (SafetensorError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path}: expected a saved adaptation, found {error}; download the "
            "folder again, or export or save the model again"
        ) from error


def _parse_metadata(metadata):
    """Return the adaptation of a file and its further metadata."""
    if missing := {"adaptation", "constants"} - metadata.keys():
        raise ValueError(
            f"a file without the metadata {', '.join(sorted(missing))}"
        )
    constants = json.loads(metadata["constants"])
    about = json.loads(metadata.get("about", "{}"))
    if not (isinstance(constants, dict) and isinstance(about, dict)):
        raise ValueError("metadata other than JSON objects")
    default = build(metadata["adaptation"])
    for name, value in constants.items():
        if not _is_constant(value, getattr(default, name, None)):
            raise ValueError(f"the invalid constant {name}={value!r}")
    return build(metadata["adaptation"], **constants), about


def _is_constant(value, default):
    """Return whether a JSON value has the type of a default and is not too large."""
    if isinstance(value, list):
        return not isinstance(default, Real) and all(
            _is_constant(inner, 0.0) for inner in value
        )
    if value is None:
        return default is None
    kind = int if isinstance(default, int) else Real
    return isinstance(value, kind) and abs(value) <= MAX_CONSTANT


def _have_shapes(found, expected):
    """Return whether arrays have the shapes; a size of None is not compared."""
    return found.keys() == expected.keys() and all(
        len(shape) == len(found[name])
        and all(n in (None, m) for n, m in zip(shape, found[name], strict=True))
        for name, shape in expected.items()
    )


def _state(file, adaptation):
    """Read and validate the arrays of a fitted state."""
    found = {
        name: tuple(file.get_slice(name).get_shape()) for name in file.keys()
    }
    if found.get("shape") != (2,):
        raise ValueError("no array 'shape' of two numbers")
    shape = file.get_tensor("shape")
    if shape.dtype.kind != "i" or not (1 <= shape.min() <= shape.max() <= 1e6):
        raise ValueError(f"a 'shape' of {shape.tolist()}")
    dim, n_classes = shape.tolist()
    expected = {"shape": (2,), **adaptation.state_shapes(dim, n_classes)}
    if not _have_shapes(found, expected):
        raise ValueError(f"arrays of the shapes {found} instead of {expected}")
    state = {name: file.get_tensor(name) for name in expected}
    for name, values in state.items():
        if name != "shape" and values.dtype.kind != "f":
            raise ValueError(f"{values.dtype} instead of floats in {name}")
        if not np.isfinite(values).all():
            raise ValueError(f"NaN or infinity in {name}")
    if not adaptation.is_usable(state):
        raise ValueError("scales or covariances that are not positive")
    return state
