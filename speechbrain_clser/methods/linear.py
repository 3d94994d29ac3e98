"""Logistic regression on utterance statistics: no network, no gradient steps."""

import collections

import numpy as np
import torch

from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.naming import naming
from speechbrain_clser.methods.base import Method, MethodOutput

ABSENT = -30.0  # logit of a class without any training utterance


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

    def __init__(self, dim, n_classes, inverse_penalty=1.0):
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
        mean, scale, weight, bias = fit(
            torch.stack(vectors),
            emotions,
            balanced_weights(emotions, corpora),
            self.emotion_head.out_features,
            self.inverse_penalty,
        )
        with torch.no_grad():
            for values, fitted in (
                (self.mean, mean),
                (self.scale, scale),
                (self.emotion_head.weight, weight),
                (self.emotion_head.bias, bias),
            ):
                values.copy_(torch.from_numpy(fitted))

    def forward(self, batch):
        """Logits of a batch; its embedding is the standardised statistics."""
        embedding = (self.pooling(*batch["frames"]) - self.mean) / self.scale
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Cross-entropy; utterances without a label do not count."""
        return {"emotion": naming(output.logits, batch["emotion"])}


def utterance_vector(frames):
    """Describe an utterance by mean and standard deviation of its frames.

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


def balanced_weights(labels, corpora):
    """Weigh utterances so that each class of each corpus counts the same.

    Arguments
    ---------
    labels, corpora : sequence, (rows,)
        Class and corpus of each utterance.

    Returns
    -------
    numpy.ndarray, (rows,)
        1 / number of utterances of the same class and corpus.

    Example
    -------
    >>> balanced_weights([0, 0, 1, 0], ["a", "a", "a", "b"])
    array([0.5, 0.5, 1. , 1. ])
    """
    cells = list(zip(labels, corpora, strict=True))
    sizes = collections.Counter(cells)
    return np.array([1 / sizes[cell] for cell in cells])


def fit(vectors, labels, weights, n_classes, inverse_penalty=1.0):
    """Fit a multinomial logistic regression on standardised vectors.

    Arguments
    ---------
    vectors : array, (rows, dim)
        Finite; standardised here.
    labels : sequence of int, (rows,)
        Class; two or more of them.
    weights : array, (rows,)
        Of the rows in the loss.
    n_classes : int
        A class without rows is never predicted.
    inverse_penalty : float
        See ``Linear``.

    Returns
    -------
    mean, scale : numpy.ndarray, (dim,)
        Of the vectors.
    weight : numpy.ndarray, (n_classes, dim)
        Standardised vectors to logits.
    bias : numpy.ndarray, (n_classes,)
        Of the logits.

    Raises
    ------
    ValueError
        If fewer than two classes have rows.

    Example
    -------
    >>> mean, scale, weight, bias = fit([[1.0], [3.0]], [0, 1], [1, 1], 2)
    >>> mean, scale, bool(weight[0] < 0 < weight[1])
    (array([2.]), array([1.]), True)
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    if len(set(labels)) < 2:
        raise ValueError(
            "expected labelled utterances of two classes or more, found "
            f"{len(labels)} of {len(set(labels))}; choose other sources or "
            "classes in the protocol"
        )
    vectors = np.asarray(vectors, dtype=np.float64)
    scaler = StandardScaler().fit(vectors)
    model = LogisticRegression(C=inverse_penalty, max_iter=1000)
    model.fit(scaler.transform(vectors), labels, sample_weight=weights)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn gives the second alone
        coefficients = np.stack([-coefficients[0], coefficients[0]]) / 2
        intercepts = np.stack([-intercepts[0], intercepts[0]]) / 2
    weight = np.zeros((n_classes, vectors.shape[1]))
    bias = np.full(n_classes, ABSENT)
    weight[model.classes_], bias[model.classes_] = coefficients, intercepts
    return scaler.mean_, scaler.scale_, weight, bias
