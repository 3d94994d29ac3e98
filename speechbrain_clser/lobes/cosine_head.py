"""Cosine classifier."""

import torch
import torch.nn.functional as F


class CosineHead(torch.nn.Module):
    """Compute scaled cosines of an embedding with one weight vector per class.

    Arguments
    ---------
    dim : int
        Of the embedding.
    n_classes : int
        Number of classes.
    scale : float
        Logit at a cosine of 1.

    Source
    ------
    Gidaris and Komodakis, Dynamic Few-Shot Visual Learning without
    Forgetting, CVPR 2018, equation 4; the scale is fixed here.

    Example
    -------
    >>> head = CosineHead(2, n_classes=1, scale=16.0)
    >>> torch.nn.init.ones_(head.weight).shape
    torch.Size([1, 2])
    >>> head(torch.tensor([[3.0, 3.0]])).round().detach()
    tensor([[16.]])
    """

    def __init__(self, dim, n_classes, scale=16.0):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(n_classes, dim))
        self.scale = scale
        self.reset_parameters()

    def reset_parameters(self):
        """Reinitialise the weight vectors."""
        torch.nn.init.normal_(self.weight)

    def forward(self, embedding):
        """Compute the logits of a batch.

        Arguments
        ---------
        embedding : torch.Tensor, (batch, dim)
            Of any length.

        Returns
        -------
        torch.Tensor, (batch, n_classes)
            From ``-scale`` to ``scale``, in float32, also under autocast.
        """
        with torch.autocast(embedding.device.type, enabled=False):
            unit = F.normalize(embedding.float(), dim=-1)
            return self.scale * unit @ F.normalize(self.weight, dim=-1).T
