"""Adversarial classifier of speakers or languages."""

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient

TARGETS = ("speaker", "language", "speaker_within_language")
OBJECTIVES = ("reversal", "entropy")


class Adversary(torch.nn.Module):
    """Classify speaker or language from an embedding that is trained against it.

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
    objective : str
        Of the embedding. ``"reversal"``: to increase the cross-entropy of the
        classifier, by a gradient reversal layer; the gradient is small where the
        classifier is right with certainty. ``"entropy"``: to increase the entropy
        of the classifier's posterior, which is bounded.

    Raises
    ------
    ValueError
        If ``against`` or ``objective`` is none of them.

    Source
    ------
    Mi, Ma and Toda, Interspeech 2026, equations 9 and 10: reversal, linear,
    ReLU, dropout, linear; the two controls are ours. Entropy: Tzeng et al.,
    Simultaneous Deep Transfer Across Domains and Tasks, ICCV 2015, the domain
    confusion loss, with the entropy in place of the cross-entropy to uniform.

    Example
    -------
    >>> adversary = Adversary(4, dim=8)
    >>> adversary.setup([0, 0, 1])
    >>> adversary.head.out_features
    3
    """

    def __init__(
        self,
        input_dim,
        dim=256,
        dropout=0.1,
        against="speaker",
        objective="reversal",
    ):
        super().__init__()
        for key, value, known in (
            ("adversary", against, TARGETS),
            ("adversary_objective", objective, OBJECTIVES),
        ):
            if value not in known:
                raise ValueError(
                    f"{key} must be one of {', '.join(known)}, got {value!r}"
                )
        self.against = against
        self.objective = objective
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
        """Compute the loss of the classifier and that of the embedding against it.

        Arguments
        ---------
        embedding : torch.Tensor, (batch, dim)
            Input of the adversary.
        batch : dict
            ``speaker`` and ``language``, (batch,); rows of -1 are ignored.
        strength : float
            Factor of the gradient of the embedding.

        Returns
        -------
        torch.Tensor, ()
            The cross-entropy, in float32; 0 if no row has a label. With
            ``"entropy"``, minus ``strength`` times the entropy of the posterior is
            added; its gradient is that of the embedding only.
        """
        label = batch["language" if self.against == "language" else "speaker"]
        if self.objective == "reversal":
            embedding = reverse_gradient(embedding, strength)
        else:
            entropy = self._entropy(embedding, label)
            embedding = embedding.detach()
        logits = self.head(self.hidden(embedding)).float()
        is_labelled = label >= 0
        if not is_labelled.any():
            loss = logits.sum() * 0.0
        else:
            loss = F.cross_entropy(
                self._masked(logits, label)[is_labelled], label[is_labelled]
            )
        return (
            loss if self.objective == "reversal" else loss - strength * entropy
        )

    def _masked(self, logits, label):
        """Leave speakers of other languages out of the softmax, if wanted."""
        if self.against != "speaker_within_language":
            return logits
        return logits.masked_fill(~self.same_language[label], -torch.inf)

    def _entropy(self, embedding, label):
        """Compute the mean entropy, without gradients for the classifier."""
        for layer in (*self.hidden, self.head):
            if isinstance(layer, torch.nn.Linear):
                weight, bias = layer.weight.detach(), layer.bias.detach()
                embedding = F.linear(embedding, weight, bias)
            else:
                embedding = layer(embedding)
        # Finite, so that the gradient of 0 ln 0 is 0.
        logits = self._masked(embedding.float(), label).clamp(min=-1e4)
        logarithms = logits.log_softmax(dim=-1)
        entropy = -(logarithms.exp() * logarithms).sum(dim=-1)
        is_labelled = (label >= 0).to(entropy)
        return (entropy * is_labelled).sum() / is_labelled.sum().clamp(min=1)
