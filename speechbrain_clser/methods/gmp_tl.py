"""GMP-TL: frame labels by k-means of a network for emotion and gender."""

import copy

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.cosine_head import CosineHead
from speechbrain_clser.lobes.frame_clusters import FrameClusters
from speechbrain_clser.lobes.mask import real_frames
from speechbrain_clser.losses.am_softmax import am_softmax
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput

MAX_FRAMES = 50_000  # for k-means


class GmpTl(Method):
    """Learn emotion and gender, then clusters of the own frames, then emotion again.

    1. Multi-task: cross-entropies of emotion and gender.
    2. Frames: the frames of the middle blocks of the network of step 1 are clustered
       by k-means with several numbers of clusters. The network learns to predict
       these gender-augmented multi-scale pseudo-labels for each frame.
    3. Utterances: AM-softmax of the emotion.

    The YAML has a phase for each step, which names its losses. The clusters are
    computed at the beginning of a phase that has ``pseudo_label``.

    Arguments
    ---------
    blocks : list of torch.nn.Module
        Of the frame encoder, in their order: ``(frames, lens)`` to frames; all of one
        ``output_dim``.
    pooling : torch.nn.Module
        Frames of the last block to embedding: ``(frames, lens)``.
    n_classes : int
        Number of emotions.
    cluster_blocks : sequence of int
        Blocks whose frames are clustered, numbered from 1.
    n_clusters : sequence of int
        Numbers of clusters.
    scale, margin : float
        Of AM-softmax, as cosines; the scale is that of the emotion head.
    label_smoothing : float
        Of the cross-entropy of emotions.

    Raises
    ------
    ValueError
        If there is no such block.

    Source
    ------
    Pan et al., GMP-TL: Gender-augmented Multi-scale Pseudo-label Enhanced Transfer
    Learning for Speech Emotion Recognition, arXiv 2405.02151. There, the network is
    HuBERT; the blocks behind a frozen encoder, sizes, numbers of clusters and learning
    rates are ours.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> blocks = [ConvTransformer(5, dim=8), ConvTransformer(8, dim=8)]
    >>> method = GmpTl(blocks, MeanStdPooling(8), 4, cluster_blocks=[1])
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "gender"})
    LOSSES = frozenset({"emotion", "gender", "pseudo_label", "am_softmax"})
    TRAINING_ONLY = frozenset({"gender_head", "frame_heads", "labeller"})

    def __init__(
        self,
        blocks,
        pooling,
        n_classes,
        cluster_blocks=(1, 2),
        n_clusters=(64, 128, 256),
        scale=30.0,
        margin=0.2,
        label_smoothing=0.0,
    ):
        super().__init__()
        if not set(cluster_blocks) <= set(range(1, len(blocks) + 1)):
            raise ValueError(
                f"expected cluster_blocks from 1 to {len(blocks)}, found "
                f"{list(cluster_blocks)}"
            )
        dim = blocks[-1].output_dim
        self.blocks = torch.nn.ModuleList(blocks)
        self.pooling = pooling
        self.emotion_head = CosineHead(pooling.output_dim, n_classes, scale)
        self.gender_head = torch.nn.Linear(pooling.output_dim, 2)
        self.labeller = _Labeller(self.blocks, cluster_blocks, n_clusters)
        self.frame_heads = torch.nn.ModuleList(
            torch.nn.Linear(dim, n) for _, n in self.labeller.clusters.codebooks
        )
        self.scale, self.margin = scale, margin
        self.label_smoothing = label_smoothing

    def begin_epoch(self, loader):
        """Cluster the frames at the beginning of the phase of step 2."""
        if self.progress == 0 and self._uses("pseudo_label"):
            self.labeller.fit(self.blocks, loader)

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        encoded = _layers(self.blocks, frames, lens)[-1]
        embedding = self.pooling(encoded, lens)
        extras = {"frames": (frames, lens), "encoded": encoded}
        return MethodOutput(self.emotion_head(embedding), embedding, extras)

    def losses(self, output, batch):
        """Compute the losses of all steps."""
        emotion = batch["emotion"]
        # An unlabelled utterance lends no metadata.
        gender = batch["gender"].where(emotion >= 0, -1)
        return {
            "emotion": masked_cross_entropy(
                output.logits, emotion, label_smoothing=self.label_smoothing
            ),
            "gender": masked_cross_entropy(
                self.gender_head(output.embedding), gender
            ),
            "pseudo_label": self._pseudo_label(output.extras),
            "am_softmax": am_softmax(
                output.logits, emotion, self.scale, self.margin
            ),
        }

    def _pseudo_label(self, extras):
        """Sum the mean cross-entropies of real frames over all codebooks."""
        frames, lens = extras["frames"]
        is_real = real_frames(lens, frames.shape[1])
        encoded = extras["encoded"][is_real]
        logits = [head(encoded).float() for head in self.frame_heads]
        if not self._uses("pseudo_label"):
            return sum(values.sum() for values in logits) * 0.0
        labels = self.labeller(frames, lens)
        return sum(
            F.cross_entropy(values, found[is_real])
            for values, found in zip(logits, labels, strict=True)
        )

    def _uses(self, loss):
        return loss in (self.active_losses or self.LOSSES)


class _Labeller(torch.nn.Module):
    """The network of step 1 without its last blocks, and clusters of its frames."""

    USES_GRADIENTS = False

    def __init__(self, blocks, cluster_blocks, n_clusters):
        super().__init__()
        self.cluster_blocks = sorted(cluster_blocks)
        self.blocks = copy.deepcopy(blocks[: self.cluster_blocks[-1]])
        self.clusters = FrameClusters(
            blocks[-1].output_dim, len(cluster_blocks), n_clusters
        )
        self.requires_grad_(False)

    def train(self, mode=True):
        """Stay in evaluation mode: labels have no dropout."""
        return super().train(False)

    @torch.no_grad()
    def layers(self, frames, lens):
        """Return the frames of the clustered blocks, (batch, frames, dim) each."""
        found = _layers(self.blocks, frames, lens)
        return [found[number - 1] for number in self.cluster_blocks]

    def fit(self, blocks, loader):
        """Copy the blocks and cluster the frames of a training set."""
        for own, block in zip(self.blocks, blocks, strict=False):
            own.load_state_dict(block.state_dict())
        batches = torch.utils.data.DataLoader(
            loader.dataset, batch_size=16, collate_fn=loader.collate_fn
        )
        n_each = -(-MAX_FRAMES // len(loader.dataset))
        picked = [[] for _ in self.cluster_blocks]
        device = next(blocks.parameters()).device
        generator = torch.Generator().manual_seed(0)
        with torch.random.fork_rng():
            for batch in batches:
                frames, lens = batch.to(device).frames
                rows, columns = _draw(frames, lens, n_each, generator)
                layers = self.layers(frames, lens)
                for to, layer in zip(picked, layers, strict=True):
                    to.append(layer.cpu()[rows, columns])
        self.clusters.fit([torch.cat(layer) for layer in picked])

    def forward(self, frames, lens):
        """Return the labels of each codebook, (batch, frames)."""
        return self.clusters(self.layers(frames, lens))


def _draw(frames, lens, n_each, generator):
    """Return row and column of at most ``n_each`` real frames of each utterance."""
    is_real = real_frames(lens, frames.shape[1]).cpu()
    order = torch.rand(is_real.shape, generator=generator)
    ranks = (order * is_real).argsort(dim=1, descending=True).argsort(dim=1)
    return (is_real & (ranks < n_each)).nonzero(as_tuple=True)


def _layers(blocks, frames, lens):
    """Return the frames of each block."""
    found = []
    for block in blocks:
        frames = block(frames, lens)
        found.append(frames)
    return found
