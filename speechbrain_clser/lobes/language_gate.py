"""Weights of several streams, by a gate of the language."""

import torch


class LanguageGate(torch.nn.Module):
    """Weight streams by the gate of a language, or by the mean of all gates.

    The gate of a language is a linear layer and a softmax over the streams. An
    unknown language has the mean of the weights of all known ones.

    Arguments
    ---------
    dim : int
        Of the utterance vector.
    n_streams : int
        Number of weights.
    max_languages : int
        Highest number of languages in training.

    Source
    ------
    After Wang et al., Multilingual Speech Emotion Recognition with Multi-Gating
    Mechanism and Neural Architecture Search, arXiv 2211.08237, whose abstract has a
    weighted combination of features for each language. The form of the gate and the
    mean are ours.

    Example
    -------
    >>> gate = LanguageGate(dim=1, n_streams=2, max_languages=2)
    >>> _ = torch.nn.init.zeros_(gate.gates.weight)
    >>> _ = gate.gates.bias.data.copy_(torch.tensor([0.0, 9.0, 9.0, 0.0]))
    >>> vectors = torch.ones(3, 1)
    >>> gate(vectors, torch.tensor([0, 1, -1])).round(decimals=2).detach()
    tensor([[0.0000, 1.0000],
            [1.0000, 0.0000],
            [0.5000, 0.5000]])
    """

    def __init__(self, dim, n_streams, max_languages=8):
        super().__init__()
        self.gates = torch.nn.Linear(dim, max_languages * n_streams)
        share = torch.full((max_languages,), 1 / max_languages)
        self.register_buffer("share", share)  # of each gate in the mean

    def setup(self, n_languages):
        """Leave the gates of no language out of the mean.

        Arguments
        ---------
        n_languages : int
            In the training set.

        Raises
        ------
        ValueError
            If there are more than ``max_languages``.
        """
        if n_languages > len(self.share):
            raise ValueError(
                f"expected at most {len(self.share)} languages in training, found "
                f"{n_languages}; give --max_languages {n_languages}"
            )
        self.share.zero_()[:n_languages] = 1 / n_languages

    def forward(self, vectors, language=None):
        """Compute the weights of the streams.

        Arguments
        ---------
        vectors : torch.Tensor, (batch, dim)
            Of all streams.
        language : torch.Tensor of int, (batch,), optional
            Codes; -1, or none given: unknown.

        Returns
        -------
        torch.Tensor, (batch, n_streams)
            Positive; rows have the sum 1.
        """
        weights = self.gates(vectors).unflatten(-1, (len(self.share), -1))
        mixture = self.share.expand(len(vectors), -1)
        if language is not None:
            codes = torch.arange(len(self.share), device=vectors.device)
            own = (language[:, None] == codes).to(mixture)
            mixture = torch.where(language[:, None] >= 0, own, mixture)
        return (mixture[..., None] * weights.softmax(dim=-1)).sum(dim=1)
