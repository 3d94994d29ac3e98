"""Alignment of class means with the valence-arousal plane."""

import torch
import torch.nn.functional as F

# Valence and arousal, -1 to 1: set by hand after Russell's circumplex, not
# measured. "other" has no coordinates.
PLACES = {
    "anger": (-0.5, 0.8),
    "boredom": (-0.4, -0.7),
    "calm": (0.4, -0.6),
    "contempt": (-0.6, 0.2),
    "disgust": (-0.7, 0.3),
    "excitement": (0.6, 0.8),
    "fear": (-0.7, 0.7),
    "frustration": (-0.6, 0.4),
    "happiness": (0.8, 0.5),
    "neutral": (0.0, 0.0),
    "sadness": (-0.7, -0.5),
    "surprise": (0.3, 0.8),
}


def places(classes):
    """Return the valence-arousal coordinates of classes.

    Arguments
    ---------
    classes : list of str
        Canonical emotions.

    Returns
    -------
    torch.Tensor, (classes, 2)
        -1 to 1; NaN for a class without coordinates.

    Source
    ------
    Ours, after Russell, A Circumplex Model of Affect, 1980.

    Example
    -------
    >>> places(["neutral", "other"])
    tensor([[0., 0.],
            [nan, nan]])
    """
    missing = (torch.nan, torch.nan)
    return torch.tensor([PLACES.get(name, missing) for name in classes])


def geometry(embedding, emotion, coordinates, spread=1.0):
    """Compare the cosines of class means with their similarity in a plane.

    || M M' - G ||^2 over pairs of classes, where the rows of M are the
    directions of the class means and G is exp(-distance^2 / spread^2).

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Normalised here.
    emotion : torch.Tensor of int64, (batch,)
        Class; rows of -1 and of classes without coordinates are ignored.
    coordinates : torch.Tensor, (classes, 2)
        From ``places``.
    spread : float
        Distance at which the similarity is 1/e.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 with fewer than two classes.

    Source
    ------
    Our reconstruction: arXiv 2604.07417 mentions an emotion-semantic structure
    without an equation.

    Example
    -------
    >>> embedding = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> coordinates = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    >>> loss = geometry(embedding, torch.tensor([0, 1]), coordinates)
    >>> round(loss.item(), 4)  # 2 (0 - 1/e)^2
    0.2707
    """
    has_coordinates = ~coordinates.isnan().any(dim=-1)
    use = emotion >= 0
    use &= has_coordinates[emotion.clamp(min=0)]
    present = emotion[use].unique()
    if len(present) < 2:
        return embedding.float().sum() * 0.0  # keeps the graph
    with torch.autocast(embedding.device.type, enabled=False):
        unit = F.normalize(embedding[use].float(), dim=-1)
        members = (present[:, None] == emotion[use]).float()
        means = F.normalize(members @ unit, dim=-1)
        points = coordinates[present].float()
        distance = (points[:, None] - points).square().sum(dim=-1)
        similarity = (-distance / spread**2).exp()
        return (means @ means.T - similarity).square().sum()
