"""Augmentation by random cropping of utterances."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class RandomCrop(torch.nn.Module):
    """Crop a random stretch of frames of each long utterance in training.

    Arguments
    ---------
    n_frames : int
        Maximum number of frames that are kept.

    Example
    -------
    >>> crop = RandomCrop(2)
    >>> frames = torch.arange(4.0).expand(1, 4).unsqueeze(-1)
    >>> kept, lens = crop(frames, torch.tensor([0.5]))
    >>> kept.flatten(), lens
    (tensor([0., 1.]), tensor([1.]))
    """

    def __init__(self, n_frames):
        super().__init__()
        self.n_frames = n_frames

    def forward(self, frames, lens):
        """Crop a batch; identity in eval mode.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, at most n_frames, dim)
            Padded at the end.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.
        """
        kept, lens, _ = self.stretch(frames, lens)
        return kept, lens

    def stretch(self, frames, lens):
        """Crop a batch and return the position of each crop.

        Arguments
        ---------
        frames, lens : torch.Tensor
            As for ``forward``.

        Returns
        -------
        frames, lens : torch.Tensor
            As from ``forward``.
        stretch : torch.Tensor, (batch, 2)
            Start and end as fractions of the real frames, 0-1.
        """
        n_real = real_frames(lens, frames.shape[1]).sum(dim=1)
        if not self.training or frames.shape[1] <= self.n_frames:
            return (
                frames,
                lens,
                lens.new_tensor([[0.0, 1.0]]).expand(len(lens), 2),
            )
        room = (n_real - self.n_frames).clamp(min=0)
        start = torch.rand(len(room), device=room.device) * (room + 1)
        start = start.long().minimum(room)
        places = torch.arange(self.n_frames, device=room.device)
        places = places + start[:, None]
        index = places[..., None].expand(-1, -1, frames.shape[2])
        n_kept = n_real.clamp(max=self.n_frames)
        ends = torch.stack([start, start + n_kept], dim=1)
        return (
            frames.gather(1, index),
            n_kept.to(lens) / self.n_frames,
            ends.to(lens) / n_real[:, None],
        )
