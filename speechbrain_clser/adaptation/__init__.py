"""Adaptation to an unlabelled target: a step after any classifier."""

import dataclasses
import json

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from speechbrain_clser.adaptation.base import Fitted
from speechbrain_clser.adaptation.em_gaussians import EMGaussians
from speechbrain_clser.adaptation.equal_mass import EqualMass
from speechbrain_clser.adaptation.self_training import SelfTraining

ADAPTATIONS = {
    "em_gaussians": EMGaussians,
    "equal_mass": EqualMass,
    "self_training": SelfTraining,
}


def build(name, **constants):
    """Build an adaptation by its name.

    Arguments
    ---------
    name : str
        Among ``ADAPTATIONS``.
    **constants
        Fields of its class; defaults where left out.

    Returns
    -------
    Adaptation
        With these constants.

    Raises
    ------
    ValueError
        If there is no such adaptation or constant, or a value is out of range.

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
    about = {"adaptation": fitted.adaptation.name, "constants": constants}
    # safetensors writes memory as it lies, whatever the order of the axes.
    state = {
        name: np.ascontiguousarray(values)
        for name, values in fitted.state.items()
    }
    save_file(state, path, metadata=about)


def load(path):
    """Load a fitted adaptation.

    Arguments
    ---------
    path : str or Path
        Written by ``save``.

    Returns
    -------
    Fitted
        Predicts as the saved one.

    Raises
    ------
    ValueError
        If the file holds no adaptation that this version has.
    """
    with safe_open(path, framework="numpy") as file:
        about = file.metadata() or {}
        state = {name: file.get_tensor(name) for name in file.keys()}
    if "adaptation" not in about:
        raise ValueError(
            f"{path}: expected a saved adaptation, found a file without the "
            "metadata 'adaptation'; save it again"
        )
    constants = json.loads(about["constants"])
    return Fitted(build(about["adaptation"], **constants), state)
