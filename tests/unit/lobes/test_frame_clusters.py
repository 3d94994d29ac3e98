import pytest
import torch

from speechbrain_clser.lobes.frame_clusters import FrameClusters

# Three distant groups of four frames.
GROUPS = torch.tensor([0.0, 10.0, 50.0]).repeat_interleave(4)
FRAMES = torch.stack([GROUPS, torch.arange(12.0) % 4], dim=1)


def test_centres_are_the_means_of_groups_at_each_scale():
    clusters = FrameClusters(2, n_layers=2, n_clusters=[2, 3])
    clusters.fit([FRAMES, FRAMES.flip(1)])
    assert clusters.codebooks == [(0, 2), (0, 3), (1, 2), (1, 3)]
    for layer, n, expected in (
        (0, 3, [[0.0, 1.5], [10.0, 1.5], [50.0, 1.5]]),
        (1, 2, [[1.5, 5.0], [1.5, 50.0]]),
    ):
        found = clusters.centres(layer, n).sort(dim=0).values
        expected = torch.tensor(expected)
        # Means of random batches.
        torch.testing.assert_close(found, expected, atol=0.3, rtol=0)


def test_label_is_the_nearest_centre():
    clusters = FrameClusters(1, n_layers=1, n_clusters=[3])
    clusters.centres(0, 3).copy_(torch.tensor([[4.0], [-1.0], [1.0]]))
    (found,) = clusters([torch.tensor([[[2.4], [2.6], [0.1], [-0.1]]])])
    assert found.tolist() == [[2, 0, 2, 1]]


def test_fewer_frames_than_clusters_are_refused():
    with pytest.raises(ValueError, match="13 frames for 13 clusters, found 12"):
        FrameClusters(2, 1, [13]).fit([FRAMES])
