"""CAMuLeNet: co-attention of streams, with gender as a second task."""

import torch

from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput


class Camulenet(Method):
    """Weight encoder frames by MFCC and spectrogram; classify emotion and gender.

    The pooled MFCC and spectrogram streams form the query of a co-attention over the
    frames of the encoder. All three vectors form the embedding, from which emotion
    and gender are classified. The gender loss uses utterances with an emotion label
    and a known gender; prediction does not need the gender.

    Arguments
    ---------
    mfcc, spectrogram, encoder : Stream
        ``(frames, lens)`` to encoded frames and their lens.
    co_attention : CoAttention
        Query of ``dim``, frames of the encoder and lens to a vector.
    emotion_head, gender_head : torch.nn.Linear
        Embedding, (batch, dim), to logits, of two genders.
    dim : int
        Of the pooled streams, the query and the embedding.
    dropout : float
        Of the embedding.
    label_smoothing : float
        Of the cross-entropy of emotions, 0-1.

    Source
    ------
    Goel et al., Exploring Multilingual Unseen Speaker Emotion Recognition: Leveraging
    Co-Attention Cues in Multitask Learning (CAMuLeNet), Interspeech 2024, arXiv
    2406.08931. Streams of convolutions and self-attention instead of a GRU and an
    AlexNet, their pooling, and the softmax of the co-attention are ours.

    Example
    -------
    >>> from speechbrain_clser.lobes.co_attention import CoAttention
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.stream import Stream
    >>> places = {"mfcc": (0, 2), "spectrogram": (2, 5), "encoder": (5, 9)}
    >>> method = Camulenet(
    ...     Stream(places, "mfcc", ConvTransformer(2, 8)),
    ...     Stream(places, "spectrogram", ConvTransformer(3, 8)),
    ...     Stream(places, "encoder", ConvTransformer(4, 8)),
    ...     CoAttention(16, 8),
    ...     torch.nn.Linear(16, 4),
    ...     torch.nn.Linear(16, 2),
    ...     dim=16,
    ... )
    >>> method({"frames": (torch.ones(2, 9, 9), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "gender"})
    LOSSES = frozenset({"emotion", "gender"})
    TRAINING_ONLY = frozenset({"gender_head"})

    def __init__(
        self,
        mfcc,
        spectrogram,
        encoder,
        co_attention,
        emotion_head,
        gender_head,
        dim,
        dropout=0.3,
        label_smoothing=0.0,
    ):
        super().__init__()
        self.mfcc, self.spectrogram, self.encoder = mfcc, spectrogram, encoder
        self.co_attention = co_attention
        self.emotion_head, self.gender_head = emotion_head, gender_head
        self.pools = torch.nn.ModuleList(
            _Pooled(stream.output_dim, dim) for stream in (mfcc, spectrogram)
        )
        self.query = torch.nn.Sequential(
            torch.nn.Linear(2 * dim, dim), torch.nn.ReLU()
        )
        self.join = torch.nn.Sequential(
            torch.nn.Linear(2 * dim + encoder.output_dim, dim),
            torch.nn.ReLU(),
            torch.nn.Dropout(dropout),
            torch.nn.Linear(dim, dim),
            torch.nn.ReLU(),
        )
        self.dropout = torch.nn.Dropout(dropout)
        self.label_smoothing = label_smoothing

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        pooled = torch.cat(
            [
                pool(*stream(frames, lens))
                for pool, stream in zip(
                    self.pools, (self.mfcc, self.spectrogram), strict=True
                )
            ],
            dim=-1,
        )
        context = self.co_attention(
            self.query(pooled), *self.encoder(frames, lens)
        )
        embedding = self.join(torch.cat([pooled, context], dim=-1))
        return MethodOutput(
            self.emotion_head(self.dropout(embedding)), embedding
        )

    def losses(self, output, batch):
        """Compute the cross-entropies of emotion and gender."""
        emotion = batch["emotion"]
        # An unlabelled utterance lends no metadata.
        gender = batch["gender"].where(emotion >= 0, -1)
        logits = self.gender_head(self.dropout(output.embedding))
        return {
            "emotion": masked_cross_entropy(
                output.logits, emotion, label_smoothing=self.label_smoothing
            ),
            "gender": masked_cross_entropy(logits, gender),
        }


class _Pooled(torch.nn.Module):
    """Pool a stream to a vector."""

    def __init__(self, input_dim, dim):
        super().__init__()
        self.pooling = MeanStdPooling(input_dim)
        self.project = torch.nn.Linear(self.pooling.output_dim, dim)

    def forward(self, frames, lens):
        """Return a vector of each utterance, (batch, dim)."""
        return self.project(self.pooling(frames, lens)).relu()
