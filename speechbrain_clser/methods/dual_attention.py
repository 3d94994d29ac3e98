"""MDAT: graph attention in each of two streams, co-attention between them."""

import math

import torch

from speechbrain_clser.lobes.graph_attention import GraphAttention
from speechbrain_clser.lobes.mask import real_frames
from speechbrain_clser.lobes.stream import TEXT
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput


class DualAttention(Method):
    """Refine two streams by graph attention, co-attention and a transformer layer.

    Graph attention relates the frames of one stream, co-attention those of both.
    Both streams are then encoded, pooled and concatenated. The model is trained on the
    sources and on a few labelled target utterances.

    Arguments
    ---------
    streams : list of Stream
        The two streams: ``(frames, lens)`` to frames and their lens; of one
        ``output_dim``. One may be of text: the ``INPUTS`` then include ``text``, the
        embedded tokens. In a batch without them, and for an utterance without a
        transcript, there is one token of zeros, which the stream maps to what its
        biases have learned.
    encoders : list of torch.nn.Module
        Transformer layer of each stream, after both attentions: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames of a stream to a vector: ``(frames, lens)``.
    n_classes : int
        Number of emotions.
    n_heads : int
        Of the graph attention.
    graph_attention, co_attention : bool
        Whether there is such a step.
    dropout : float
        Of the attention weights of the graphs and of the embedding.
    label_smoothing : float
        Of the cross-entropy.
    text_dropout : float
        Share of the training utterances whose transcript is replaced by the token of
        zeros, so that the method can predict without one.

    Raises
    ------
    ValueError
        If there are not two streams.

    Source
    ------
    Our reconstruction of Zaidi, Latif and Qadir, Cross-Language Speech Emotion
    Recognition Using Multimodal Dual Attention Transformers (MDAT), arXiv 2306.13804.
    There, the streams are speech and text. Streams of two descriptions of the audio,
    utterances without text, residual connections, scale and sizes are ours.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> from speechbrain_clser.lobes.stream import Stream
    >>> places = {"encoder": (0, 2), "mfcc": (2, 5)}
    >>> method = DualAttention(
    ...     [
    ...         Stream(places, "encoder", ConvTransformer(2, 8)),
    ...         Stream(places, "mfcc", ConvTransformer(3, 8)),
    ...     ],
    ...     [ConvTransformer(8, 8), ConvTransformer(8, 8)],
    ...     MeanStdPooling(8),
    ...     n_classes=4,
    ... )
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    def __init__(
        self,
        streams,
        encoders,
        pooling,
        n_classes,
        n_heads=4,
        graph_attention=True,
        co_attention=True,
        dropout=0.3,
        label_smoothing=0.0,
        text_dropout=0.0,
    ):
        super().__init__()
        if len(streams) != 2:
            raise ValueError(
                f"expected two streams, found {len(streams)}; give the streams of "
                "two encoders"
            )
        dim = streams[0].output_dim
        self.streams = torch.nn.ModuleList(streams)
        self.graphs = torch.nn.ModuleList(
            GraphAttention(dim, n_heads, dropout)
            for _ in streams
            if graph_attention
        )
        self.co_attention = _CoAttention(dim) if co_attention else None
        self.encoders = torch.nn.ModuleList(encoders)
        self.pooling = pooling
        self.dropout = torch.nn.Dropout(dropout)
        self.emotion_head = torch.nn.Linear(2 * pooling.output_dim, n_classes)
        self.label_smoothing = label_smoothing
        self.text_dropout = text_dropout
        self.INPUTS = frozenset(stream.source for stream in streams)

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames, and text if given."""
        streams = [
            stream(*self._input(stream, batch)) for stream in self.streams
        ]
        (first, second), (first_lens, second_lens) = zip(*streams, strict=True)
        if self.graphs:
            first = first + self.graphs[0](first, first_lens)
            second = second + self.graphs[1](second, second_lens)
        if self.co_attention is not None:
            of_second, of_first = self.co_attention(
                first, second, first_lens, second_lens
            )
            first, second = first + of_second, second + of_first
        sides = (first, first_lens), (second, second_lens)
        embedding = torch.cat(
            [
                self.pooling(encoder(*side), side[1])
                for encoder, side in zip(self.encoders, sides, strict=True)
            ],
            dim=-1,
        )
        return MethodOutput(
            self.emotion_head(self.dropout(embedding)), embedding
        )

    def _input(self, stream, batch):
        """Return what a stream reads, and the lens; tokens of zeros without text."""
        if stream.source in batch:
            found, lens = batch[stream.source]
        else:
            frames, lens = batch["frames"]
            found = frames.new_zeros(len(frames), 1, stream.columns.stop)
            lens = torch.ones_like(lens)
        if self.training and stream.source == TEXT:
            is_kept = torch.rand_like(lens) >= self.text_dropout
            found = found * is_kept[:, None, None]
            lens = lens.where(is_kept, 1 / found.shape[1])
        return found, lens

    def losses(self, output, batch):
        """Compute the cross-entropy."""
        return {
            "emotion": masked_cross_entropy(
                output.logits,
                batch["emotion"],
                label_smoothing=self.label_smoothing,
            )
        }


class _CoAttention(torch.nn.Module):
    """Attend from each of two streams to the other by one affinity matrix."""

    def __init__(self, dim):
        super().__init__()
        self.affinity = torch.nn.Linear(dim, dim, bias=False)

    def forward(self, first, second, first_lens, second_lens):
        """Return, for each frame of a stream, a weighted mean of the other's frames."""
        is_first = real_frames(first_lens, first.shape[1])
        is_second = real_frames(second_lens, second.shape[1])
        scores = self.affinity(first) @ second.transpose(1, 2)
        scores = (scores / math.sqrt(first.shape[-1])).tanh()
        rows = scores.masked_fill(~is_second[:, None], -torch.inf)
        columns = scores.masked_fill(~is_first[..., None], -torch.inf)
        return (
            rows.softmax(dim=2) @ second,
            columns.softmax(dim=1).transpose(1, 2) @ first,
        )
