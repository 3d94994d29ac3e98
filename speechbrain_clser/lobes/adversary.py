"""Adversarial classifier of speakers or languages."""

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient

TARGETS = ("speaker", "language", "speaker_within_language", "speaker_vector")
OBJECTIVES = ("reversal", "entropy")
TEMPERATURE = 0.1


class Adversary(torch.nn.Module):
    """Classify speaker or language from an embedding that is trained against it.

    Speakers are nested in languages, so a speaker classifier also learns the
    language. ``speaker_within_language`` restricts the softmax to speakers of
    the same language, so that nothing is learned about languages; ``language``
    is the opposite control. ``speaker_vector`` classifies the speaker by the cosine to
    the mean vector of each speaker, of a speaker encoder or of speaking style: similar
    speakers are close, also those of different languages. ``fit`` sets the vectors.

    Arguments
    ---------
    input_dim : int
        Of the embedding.
    dim : int
        Of the hidden layer.
    dropout : float
        After the hidden layer.
    against : str
        ``"speaker"``, ``"language"``, ``"speaker_within_language"`` or
        ``"speaker_vector"``.
    objective : str
        Of the embedding. ``"reversal"``: to increase the cross-entropy of the
        classifier, by a gradient reversal layer; the gradient is small where the
        classifier is right with certainty. ``"entropy"``: to increase the entropy
        of the classifier's posterior, which is bounded.
    vector_dim : int
        Of the vectors; needed for ``"speaker_vector"``.

    Raises
    ------
    ValueError
        If ``against`` or ``objective`` is none of them, or ``vector_dim`` is missing.

    Source
    ------
    Mi, Ma and Toda, Interspeech 2026, equations 9 and 10: reversal, linear,
    ReLU, dropout, linear; the other classifiers are ours. Entropy: Tzeng et al.,
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
        vector_dim=0,
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
        if against == "speaker_vector" and vector_dim < 1:
            raise ValueError(
                "adversary: speaker_vector needs the vector_dim of the vectors, got "
                f"{vector_dim}"
            )
        self.against = against
        self.objective = objective
        self.vector_dim = vector_dim
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
        elif self.against == "speaker_vector":
            directions = torch.zeros(n_classes, self.vector_dim)
            self.register_buffer("directions", directions, persistent=False)
            n_classes = self.vector_dim
        self.head = torch.nn.Linear(self.hidden[0].out_features, n_classes)

    def fit(self, vectors, speaker):
        """Set the directions of the speakers from vectors of their utterances.

        Each dimension is standardised over the speakers. A speaker without vectors has
        a direction of zeros.

        Arguments
        ---------
        vectors : torch.Tensor, (utterances, vector_dim)
            One per utterance.
        speaker : torch.Tensor of int64, (utterances,)
            Codes; utterances of -1 are ignored.
        """
        is_known = speaker >= 0
        vectors = vectors[is_known].to(self.directions)
        speaker = speaker[is_known].to(vectors.device)
        n_vectors = speaker.bincount(minlength=len(self.directions))
        there = n_vectors > 0
        self.directions.zero_()
        if not there.any():
            return
        total = self.directions.index_add(0, speaker, vectors)
        mean = total[there] / n_vectors[there, None]
        mean = mean - mean.mean(dim=0)
        mean = mean / mean.std(dim=0, unbiased=False).clamp(min=1e-6)
        self.directions[there] = F.normalize(mean, dim=1)

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
        logits = self._logits(self.head(self.hidden(embedding)), label)
        is_labelled = label >= 0
        if not is_labelled.any():
            loss = logits.sum() * 0.0
        else:
            loss = F.cross_entropy(logits[is_labelled], label[is_labelled])
        return (
            loss if self.objective == "reversal" else loss - strength * entropy
        )

    def _logits(self, output, label):
        """Compute logits of the classes from the output of the head, in float32."""
        output = output.float()
        if self.against == "speaker_vector":
            with torch.autocast(output.device.type, enabled=False):
                cosine = F.normalize(output, dim=1) @ self.directions.T
            return cosine / TEMPERATURE
        if self.against == "speaker_within_language":
            return output.masked_fill(~self.same_language[label], -torch.inf)
        return output

    def _entropy(self, embedding, label):
        """Compute the mean entropy, without gradients for the classifier."""
        for layer in (*self.hidden, self.head):
            if isinstance(layer, torch.nn.Linear):
                weight, bias = layer.weight.detach(), layer.bias.detach()
                embedding = F.linear(embedding, weight, bias)
            else:
                embedding = layer(embedding)
        # Finite, so that the gradient of 0 ln 0 is 0.
        logits = self._logits(embedding, label).clamp(min=-1e4)
        logarithms = logits.log_softmax(dim=-1)
        entropy = -(logarithms.exp() * logarithms).sum(dim=-1)
        is_labelled = (label >= 0).to(entropy)
        return (entropy * is_labelled).sum() / is_labelled.sum().clamp(min=1)
