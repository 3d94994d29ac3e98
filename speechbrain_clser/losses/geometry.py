"""Emotions lie in the embedding as they lie in valence and arousal."""

import torch
import torch.nn.functional as F

# Valence and arousal, -1 to 1: placed by hand after Russell's circumplex, not
# measured. "other" has no place.
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
    """Coordinates of classes in the plane of valence and arousal.

    Arguments
    ---------
    classes : list of str
        Canonical emotions.

    Returns
    -------
    torch.Tensor, (classes, 2)
        -1 to 1; NaN for a class that has no place.

    Source
    ------
    Ours, after Russell, A Circumplex Model of Affect, 1980.

    Example
    -------
    >>> places(["neutral", "other"])
    tensor([[0., 0.],
            [nan, nan]])
    """
    nowhere = (torch.nan, torch.nan)
    return torch.tensor([PLACES.get(name, nowhere) for name in classes])


def geometry(embedding, emotion, coordinates, spread=1.0):
    """Hold the cosines of class means against nearness in a plane.

    || M M' - G ||^2 over pairs of classes, where the rows of M are the
    directions of the class means and G is exp(-distance^2 / spread^2).

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Of any length; only directions count.
    emotion : torch.Tensor of int64, (batch,)
        Class; rows of -1 are left out, and so are those of classes without a
        place.
    coordinates : torch.Tensor, (classes, 2)
        From ``places``.
    spread : float
        Distance at which likeness has fallen to 1/e.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 with fewer than two classes.

    Source
    ------
    Our reconstruction: arXiv 2604.07417 names an emotion-semantic structure
    and no equation.

    Example
    -------
    >>> embedding = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> coordinates = torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    >>> loss = geometry(embedding, torch.tensor([0, 1]), coordinates)
    >>> round(loss.item(), 4)  # 2 (0 - 1/e)^2
    0.2707
    """
    has_place = ~coordinates.isnan().any(dim=-1)
    use = emotion >= 0
    use &= has_place[emotion.clamp(min=0)]
    present = emotion[use].unique()
    if len(present) < 2:
        return embedding.float().sum() * 0.0  # keeps the graph
    with torch.autocast(embedding.device.type, enabled=False):
        unit = F.normalize(embedding[use].float(), dim=-1)
        members = (present[:, None] == emotion[use]).float()
        means = F.normalize(members @ unit, dim=-1)
        where = coordinates[present].float()
        distance = (where[:, None] - where).square().sum(dim=-1)
        alike = (-distance / spread**2).exp()
        return (means @ means.T - alike).square().sum()
