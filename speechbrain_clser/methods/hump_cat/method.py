"""HuMP-CAT: HuBERT, MFCC and prosody fused by cross-attention."""

import torch

from speechbrain_clser.lobes.cosine_head import CosineHead
from speechbrain_clser.losses.am_softmax import am_softmax
from speechbrain_clser.losses.centre import centre
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput

CLASSIFICATION_LOSSES = ("cross_entropy", "am_softmax")
N_SHOWN = 32  # of the frames of a map; longer sides are averaged


class HumpCat(Method):
    """Fuse streams by cross-attention, pool over time, classify.

    Transfer takes two phases: the model is trained on the sources, then
    fine-tuned on the labelled part of the target.

    Arguments
    ---------
    fusion : StreamFusion
        ``(frames, lens)`` to fused frames and their lens.
    pooling : torch.nn.Module
        ``(frames, lens)`` to torch.Tensor, (batch, dim).
    n_classes : int
        Outputs of the emotion head; a phase may reset the head.
    naming : str
        Loss of the classifier: ``"cross_entropy"`` on a linear head, or
        ``"am_softmax"`` on a cosine head, with a margin subtracted from the
        cosine of the true class.
    scale : float
        Scale of the cosines in AM-softmax.
    margin : float
        Margin of AM-softmax, as a difference of cosines.
    dropout : float
        Of the embedding, before the head.
    label_smoothing : float
        Label smoothing of the cross-entropy, 0-1; not used with AM-softmax,
        whose margin it would counteract.

    Raises
    ------
    ValueError
        If ``naming`` is not one of the two.

    Source
    ------
    Zhao et al., HuMP-CAT, IEEE Internet of Things Journal, 2025, arXiv
    2501.10408: the three streams, cross-attention in two stages, training on
    the source and fine-tuning on a small part of the target. Sizes, pooling and
    head are our reconstruction, for the full text was not available to us;
    its "optimized loss" may have been ``am_softmax`` or ``centre``, hence both.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> from speechbrain_clser.lobes.stream import Stream
    >>> from speechbrain_clser.lobes.stream_fusion import StreamFusion
    >>> places = {"melody": (0, 2), "voice": (2, 5)}
    >>> streams = {
    ...     "melody": Stream(places, "melody", ConvTransformer(2, 8)),
    ...     "voice": Stream(places, "voice", ConvTransformer(3, 8)),
    ... }
    >>> fusion = StreamFusion(streams, ["melody", "voice"])
    >>> method = HumpCat(fusion, MeanStdPooling(16), n_classes=4)
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    LOSSES = frozenset({"emotion", "centre"})
    TRAINING_ONLY = frozenset({"centres"})

    def __init__(
        self,
        fusion,
        pooling,
        n_classes,
        naming="cross_entropy",
        scale=30.0,
        margin=0.2,
        dropout=0.3,
        label_smoothing=0.0,
    ):
        super().__init__()
        if naming not in CLASSIFICATION_LOSSES:
            raise ValueError(
                f"naming must be one of {', '.join(CLASSIFICATION_LOSSES)}, got {naming!r}"
            )
        dim = pooling.output_dim
        self.fusion = fusion
        self.pooling = pooling
        self.norm = torch.nn.LayerNorm(dim)
        self.dropout = torch.nn.Dropout(dropout)
        self.with_margin = naming == "am_softmax"
        self.emotion_head = (
            CosineHead(dim, n_classes, scale)
            if self.with_margin
            else torch.nn.Linear(dim, n_classes)
        )
        self.scale, self.margin = scale, margin
        self.centres = torch.nn.Embedding.from_pretrained(
            torch.zeros(n_classes, dim), freeze=False
        )
        self.label_smoothing = label_smoothing

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        fused, lens = self.fusion(*batch["frames"])
        embedding = self.norm(self.pooling(fused, lens))
        logits = self.emotion_head(self.dropout(embedding))
        return MethodOutput(logits, embedding)

    def losses(self, output, batch):
        """Compute the classification loss and the centre loss."""
        emotion, logits = batch["emotion"], output.logits
        if self.with_margin:
            loss = am_softmax(logits, emotion, self.scale, self.margin)
        else:
            loss = masked_cross_entropy(
                logits, emotion, label_smoothing=self.label_smoothing
            )
        return {
            "emotion": loss,
            "centre": centre(output.embedding, emotion, self.centres.weight),
        }

    def examples(self, batch):
        """Return the attention maps of each utterance at each fusion stage."""
        frames, lens = batch["frames"]
        stages = self.fusion.attentions(frames, lens)
        if not stages:
            return {}
        return {
            "attention": [
                {"stages": [_maps_of(stage, row) for stage in stages]}
                for row in range(len(lens))
            ]
        }

    @staticmethod
    def report_entries(run):
        """Collect the attention maps of the first seed."""
        first = run.seeds[0]
        utterances = first.examples("attention")
        found = {"seed": first.number, "utterances": utterances}
        return {"attention": found if utterances else None}

    @staticmethod
    def report_sections(report):
        """Return the template of the attention maps."""
        from speechbrain_clser.methods.hump_cat import plots

        return '{% include "methods/hump_cat/report.j2" %}', {"plots": plots}


def _maps_of(stage, row):
    """Return the maps of one utterance of a batch, without padding."""
    n_first, n_second = stage["n_first"][row], stage["n_second"][row]
    return {
        "names": stage["names"],
        "to_second": _averaged(stage["to_second"][row, :n_first, :n_second]),
        "to_first": _averaged(stage["to_first"][row, :n_second, :n_first]),
    }


def _averaged(weights):
    """Return a map as lists of at most ``N_SHOWN``; rows still sum to 1."""
    height, width = (min(side, N_SHOWN) for side in weights.shape)
    weights = torch.nn.functional.adaptive_avg_pool2d(
        weights.float().cpu()[None], (height, width)
    )[0]
    weights = weights / weights.sum(dim=-1, keepdim=True)
    return [[round(w, 4) for w in row] for row in weights.tolist()]
