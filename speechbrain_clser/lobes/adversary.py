"""Adversarial speaker or language classifier behind a gradient reversal layer."""

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient

TARGETS = ("speaker", "language", "speaker_within_language")


class Adversary(torch.nn.Module):
    """Classify speaker or language from an embedding with reversed gradients.

    Speakers are nested in languages, so a speaker classifier also learns the
    language. ``speaker_within_language`` restricts the softmax to speakers of
    the same language, so that nothing is learned about languages; ``language``
    is the opposite control.

    Arguments
    ---------
    input_dim : int
        Of the embedding.
    dim : int
        Of the hidden layer.
    dropout : float
        After the hidden layer.
    against : str
        ``"speaker"``, ``"language"`` or ``"speaker_within_language"``.

    Raises
    ------
    ValueError
        If ``against`` is none of them.

    Source
    ------
    Mi, Ma and Toda, Interspeech 2026, equations 9 and 10: reversal, linear,
    ReLU, dropout, linear; the two controls are ours.

    Example
    -------
    >>> adversary = Adversary(4, dim=8)
    >>> adversary.setup([0, 0, 1])
    >>> adversary.head.out_features
    3
    """

    def __init__(self, input_dim, dim=256, dropout=0.1, against="speaker"):
        super().__init__()
        if against not in TARGETS:
            raise ValueError(
                f"adversary must be one of {', '.join(TARGETS)}, "
                f"got {against!r}"
            )
        self.against = against
        self.hidden = torch.nn.Sequential(
            torch.nn.Linear(input_dim, dim),
            torch.nn.ReLU(),
            torch.nn.Dropout(dropout),
        )
        self.head = None

    def setup(self, speaker_languages):
        """Build the head with one output per speaker or language.

        Arguments
        ---------
        speaker_languages : list of int
            Language code of each training speaker, by speaker code.
        """
        languages = torch.tensor(speaker_languages)
        n_classes = len(languages)
        if self.against == "language":
            n_classes = int(languages.max()) + 1
        elif self.against == "speaker_within_language":
            same_language = languages[:, None] == languages
            self.register_buffer(
                "same_language", same_language, persistent=False
            )
        self.head = torch.nn.Linear(self.hidden[0].out_features, n_classes)

    def forward(self, embedding, batch, strength=1.0):
        """Compute the cross-entropy, with reversed gradients for the embedding.

        Arguments
        ---------
        embedding : torch.Tensor, (batch, dim)
            Input of the adversary.
        batch : dict
            ``speaker`` and ``language``, (batch,); rows of -1 are ignored.
        strength : float
            Of the reversal.

        Returns
        -------
        torch.Tensor, ()
            In float32; 0 if no row has a label.
        """
        label = batch["language" if self.against == "language" else "speaker"]
        logits = self.head(self.hidden(reverse_gradient(embedding, strength)))
        logits, is_labelled = logits.float(), label >= 0
        if not is_labelled.any():
            return logits.sum() * 0.0
        logits, label = logits[is_labelled], label[is_labelled]
        if self.against == "speaker_within_language":
            logits = logits.masked_fill(~self.same_language[label], -torch.inf)
        return F.cross_entropy(logits, label)
