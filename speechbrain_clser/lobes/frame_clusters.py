"""Frame labels: nearest centres of k-means at several scales."""

import torch


class FrameClusters(torch.nn.Module):
    """Label frames of several layers by k-means with several numbers of clusters.

    The centres are buffers without gradient, 0 before ``fit``.

    Arguments
    ---------
    dim : int
        Of the frames of each layer.
    n_layers : int
        Number of layers.
    n_clusters : sequence of int
        Numbers of clusters; each layer is clustered with each of them.

    Example
    -------
    >>> clusters = FrameClusters(dim=1, n_layers=1, n_clusters=[2])
    >>> clusters.fit([torch.tensor([[0.0], [0.0], [9.0], [9.0]])])
    >>> clusters.centres(0, 2).sort(dim=0).values
    tensor([[0.],
            [9.]])
    >>> (labels,) = clusters([torch.tensor([[[2.0], [3.0], [7.0]]])])
    >>> labels[0, 0] == labels[0, 1], labels[0, 0] == labels[0, 2]
    (tensor(True), tensor(False))
    """

    def __init__(self, dim, n_layers, n_clusters):
        super().__init__()
        self.codebooks = [(i, n) for i in range(n_layers) for n in n_clusters]
        for layer, n in self.codebooks:
            centres = torch.zeros(n, dim)
            self.register_buffer(f"centres_{layer}_{n}", centres)

    def centres(self, layer, n):
        """Return the centres of a layer, (n, dim)."""
        return getattr(self, f"centres_{layer}_{n}")

    def fit(self, layers, seed=0):
        """Compute the centres.

        Arguments
        ---------
        layers : list of torch.Tensor, (frames, dim)
            Frames of each layer.
        seed : int
            Of the initial centres.

        Raises
        ------
        ValueError
            If there are fewer frames than clusters.
        """
        from sklearn.cluster import (
            MiniBatchKMeans,
        )  # slow to import, training only

        for layer, n in self.codebooks:
            frames = layers[layer].float().cpu().numpy()
            if len(frames) < n:
                raise ValueError(
                    f"expected at least {n} frames for {n} clusters, found "
                    f"{len(frames)} in the training set; give fewer n_clusters"
                )
            kmeans = MiniBatchKMeans(
                n, batch_size=4096, n_init=3, random_state=seed
            )
            centres = torch.from_numpy(kmeans.fit(frames).cluster_centers_)
            self.centres(layer, n).copy_(centres)

    @torch.no_grad()
    def forward(self, layers):
        """Return the nearest centre of each frame.

        Arguments
        ---------
        layers : list of torch.Tensor, (batch, frames, dim)
            Frames of each layer.

        Returns
        -------
        list of torch.Tensor of int, (batch, frames)
            For each layer and number of clusters, in the order of ``codebooks``.
        """
        found = []
        for layer, n in self.codebooks:
            frames, centres = layers[layer].float(), self.centres(layer, n)
            # |x|² is the same for all centres.
            near = frames @ centres.T - centres.square().sum(dim=-1) / 2
            found.append(near.argmax(dim=-1))
        return found
