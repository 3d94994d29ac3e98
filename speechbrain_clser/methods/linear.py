"""Logistic regression on utterance statistics: no network, no gradient steps."""

import torch

from speechbrain_clser.adaptation.linear import C, cell_weights, fit_linear
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput


class Linear(Method):
    """Classify mean and standard deviation of the frames by one linear layer.

    ``begin_epoch`` computes all parameters: statistics are standardised over the
    labelled training utterances, and a multinomial logistic regression with an L2
    penalty is fitted on them, in which each class of each corpus has weight 1.

    Arguments
    ---------
    dim : int
        Of the frames.
    n_classes : int
        Of the logits.
    inverse_penalty : float
        Weight of the data against the L2 penalty: ``C`` of scikit-learn.

    Example
    -------
    >>> method = Linear(3, 4)
    >>> output = method({"frames": (torch.zeros(2, 9, 3), torch.ones(2))})
    >>> output.logits.shape, output.embedding.shape
    (torch.Size([2, 4]), torch.Size([2, 6]))
    """

    USES_GRADIENTS = False

    def __init__(self, dim, n_classes, inverse_penalty=C):
        super().__init__()
        self.pooling = MeanStdPooling(dim)
        self.inverse_penalty = inverse_penalty
        self.emotion_head = torch.nn.Linear(self.pooling.output_dim, n_classes)
        self.register_buffer("mean", torch.zeros(self.pooling.output_dim))
        self.register_buffer("scale", torch.ones(self.pooling.output_dim))

    def begin_epoch(self, loader):
        """Fit on the labelled utterances of the training set."""
        vectors, emotions, corpora = [], [], []
        with loader.dataset.output_keys_as(["frames", "emotion", "corpus"]):
            for row in loader.dataset:
                if row["emotion"] >= 0:
                    vectors.append(utterance_vector(row["frames"]))
                    emotions.append(row["emotion"])
                    corpora.append(row["corpus"])
        fitted = fit_linear(
            torch.stack(vectors).numpy(),
            emotions,
            cell_weights(emotions, corpora),
            self.emotion_head.out_features,
            self.inverse_penalty,
        )
        with torch.no_grad():
            for values, name in (
                (self.mean, "mean"),
                (self.scale, "scale"),
                (self.emotion_head.weight, "coefficients"),
                (self.emotion_head.bias, "intercepts"),
            ):
                values.copy_(torch.from_numpy(fitted[name]))

    def forward(self, batch):
        """Compute logits; the embedding is the standardised statistics."""
        embedding = (self.pooling(*batch["frames"]) - self.mean) / self.scale
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Compute the cross-entropy over labelled utterances."""
        return {
            "emotion": masked_cross_entropy(output.logits, batch["emotion"])
        }


def utterance_vector(frames):
    """Compute mean and standard deviation of the frames of an utterance.

    Arguments
    ---------
    frames : torch.Tensor, (frames, dim)
        Finite.

    Returns
    -------
    torch.Tensor, (2 * dim,)
        Means, then deviations; see ``MeanStdPooling``.

    Example
    -------
    >>> utterance_vector(torch.tensor([[1.0], [3.0]]))
    tensor([2., 1.])
    """
    pooling = MeanStdPooling(frames.shape[1])
    return pooling(frames[None], torch.ones(1))[0]
