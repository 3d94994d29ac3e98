"""Summarise the labelled sources of a model for adaptation.

The summary contains means, a projection and one covariance of utterance statistics,
and no utterances. ``EmotionClassifier.adapt`` uses it with unlabelled recordings.
"""

import logging

import numpy as np

from speechbrain_clser import adaptation
from speechbrain_clser.adaptation.base import Fitted
from speechbrain_clser.adaptation.selection import choose_for_rows
from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.methods.linear import utterance_vector

logger = logging.getLogger(__name__)

FILE = "adaptation.safetensors"  # in a model folder
METHOD = "em_gaussians"
CHOSEN = "chosen within the training corpora"
DEFAULT = "the defaults; none could be chosen within the training corpora"


def summarise(frames, rows, scheme):
    """Summarise the labelled training utterances.

    Arguments
    ---------
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim), normalised.
    rows : list of Utterance
        Labelled training utterances.
    scheme : Scheme
        Maps emotions to classes.

    Returns
    -------
    Fitted
        The state is the summary, its largest array as float32; ``about``
        describes how the constants were chosen.

    Raises
    ------
    AdaptationError
        If there are too few utterances, or a class is absent.
    """
    vectors = np.stack(
        [utterance_vector(frames[row.id].float()).numpy() for row in rows]
    )
    vectors = vectors.astype(float)
    labels = [scheme.index(row.emotion) for row in rows]
    corpora = [row.corpus for row in rows]
    n_classes = len(scheme)
    try:
        choice = choose_for_rows(METHOD, vectors, rows, scheme)
    except AdaptationError as error:
        logger.info("adaptation: default constants: %s", error)
        chosen, how = adaptation.build(METHOD), DEFAULT
    else:
        chosen, how = choice.adaptation, CHOSEN
        logger.info(
            "adaptation by %s with %s: mean UAR within the sources %.1f, "
            "unadapted %.1f",
            *(METHOD, wording(chosen)),
            *(100 * choice.mean_of(which) for which in (chosen, None)),
        )
    summary = chosen.summarise(vectors, labels, n_classes, corpora)
    summary["components"] = summary["components"].astype(np.float32)
    about = {"constants": how, "n_utterances": len(rows)}
    return Fitted(chosen, summary, about)


def write(folder, extractor, sound, rows, scheme) -> str:
    """Write the summary into a model folder, if it can be computed.

    Returns
    -------
    str
        Text for the README of the model: the constants, or why there is no
        summary.
    """
    if not extractor.is_frozen:
        return (
            "The encoder was trained, and no utterance statistics of the "
            "training corpora are kept: only `equal_mass` can be fitted."
        )
    try:
        summary = summarise(sound["frames"][0], rows, scheme)
    except AdaptationError as error:
        logger.warning("no summary for adaptation in the model: %s", error)
        return f"Only `equal_mass` can be fitted: {error}."
    adaptation.save(summary, folder / FILE)
    constants = wording(summary.adaptation)
    return (
        f"`{FILE}` summarises {len(rows)} labelled training utterances for "
        f"`{METHOD}`. Constants ({summary.about['constants']}): {constants}."
    )


def wording(fitted_adaptation) -> str:
    """Format the constants of an adaptation as text.

    Example
    -------
    >>> wording(adaptation.build("equal_mass"))
    'shares=None, max_rounds=10000'
    """
    return ", ".join(f"{k}={v}" for k, v in vars(fitted_adaptation).items())


def read(folder, dim, n_classes):
    """Read the summary of a model folder.

    None if the folder has no summary.

    Raises
    ------
    ValueError
        If the file is damaged or belongs to another model.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    found = read_exactly(path, dim, n_classes)
    if found.adaptation.name != METHOD:
        raise ValueError(
            f"{path}: expected a summary for {METHOD}, found one for "
            f"{found.adaptation.name}; export the model again"
        )
    return found


def read_exactly(path, dim, n_classes):
    """Read a saved adaptation and check its dimensions.

    Raises
    ------
    ValueError
        If the file is damaged or belongs to another model.
    """
    found = adaptation.load(path)
    if found.state["shape"].tolist() != [dim, n_classes]:
        raise ValueError(
            f"{path}: expected vectors of {dim} dimensions and {n_classes} "
            f"classes, as the model has, found {found.state['shape'].tolist()};"
            " take all files from one export"
        )
    return found
