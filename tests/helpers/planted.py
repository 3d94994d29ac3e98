"""Generate styles of speakers with known communities."""

import torch


def planted(n, n_groups, dim=32, spread=0.5, n_languages=2, seed=0):
    """Sample speaker styles around the directions of their groups.

    Arguments
    ---------
    n, n_groups, dim : int
        Number of speakers, number of groups, dimension of a style vector.
    spread : float
        Length of the noise added to directions of length 1.
    n_languages : int
        Number of languages in each group.
    seed : int
        Seed of the generator.

    Returns
    -------
    tuple of torch.Tensor
        Styles (n, dim), groups (n,), languages (n,); groups alternate.
    """
    generator = torch.Generator().manual_seed(seed)
    centres = torch.randn(n_groups, dim, generator=generator)
    centres = torch.nn.functional.normalize(centres, dim=1)
    noise = torch.randn(n, dim, generator=generator) / dim**0.5
    group = torch.arange(n) % n_groups
    language = torch.arange(n) // n_groups % n_languages
    return centres[group] + spread * noise, group, language
