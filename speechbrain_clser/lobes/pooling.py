"""From frames to one embedding an utterance, blind to padding."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class MeanStdPooling(torch.nn.Module):
    """Mean and standard deviation of the real frames, side by side.

    Draws no noise, unlike SpeechBrain's ``StatisticsPooling``, so that a
    prediction can be repeated.

    Arguments
    ---------
    dim : int
        Of the frames.

    Example
    -------
    >>> pooling = MeanStdPooling(1)
    >>> frames = torch.tensor([[[2.0], [4.0], [99.0], [99.0]]])
    >>> pooling(frames, torch.tensor([0.5]))
    tensor([[3., 1.]])
    >>> pooling.output_dim
    2
    """

    def __init__(self, dim):
        super().__init__()
        self.output_dim = 2 * dim

    def forward(self, frames, lens):
        """Pool the real frames of each utterance.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, 2 * dim)
            Means, then standard deviations, at least 0.001.
        """
        real = real_frames(lens, frames.shape[1])[..., None].to(frames)
        n_real = real.sum(dim=1)
        mean = (frames * real).sum(dim=1) / n_real
        spread = ((frames - mean[:, None]) * real).square().sum(dim=1) / n_real
        # The floor keeps the root's gradient finite where nothing varies.
        return torch.cat([mean, spread.clamp(min=1e-6).sqrt()], dim=-1)


class AttentivePooling(torch.nn.Module):
    """Mean and standard deviation under weights that the frames earn.

    Arguments
    ---------
    dim : int
        Of the frames.
    attention_dim : int
        Width of the layer that scores a frame.

    Source
    ------
    Okabe, Koshinaka and Shinoda, Attentive Statistics Pooling for Deep
    Speaker Embedding, Interspeech 2018, equations 4-6, one head.

    Example
    -------
    >>> pooling = AttentivePooling(8, attention_dim=4)
    >>> pooling(torch.ones(2, 5, 8), torch.ones(2)).shape
    torch.Size([2, 16])
    """

    def __init__(self, dim, attention_dim=64):
        super().__init__()
        self.score = torch.nn.Sequential(
            torch.nn.Linear(dim, attention_dim),
            torch.nn.Tanh(),
            torch.nn.Linear(attention_dim, 1, bias=False),
        )
        self.output_dim = 2 * dim

    def forward(self, frames, lens):
        """Pool the real frames of each utterance.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, 2 * dim)
            Weighted means, then weighted deviations, at least 0.001.
        """
        padding = ~real_frames(lens, frames.shape[1])[..., None]
        scores = self.score(frames).masked_fill(padding, float("-inf"))
        weights = scores.softmax(dim=1)
        mean = (frames * weights).sum(dim=1)
        spread = ((frames - mean[:, None]).square() * weights).sum(dim=1)
        return torch.cat([mean, spread.clamp(min=1e-6).sqrt()], dim=-1)
