"""A head that names the speaker, so that the embedding unlearns to tell."""

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient

AGAINST = ("speaker", "language", "speaker_within_language")


class Adversary(torch.nn.Module):
    """Name speaker or language from an embedding behind reversed gradients.

    Speakers are nested in languages: who names the speaker names the language
    too. ``speaker_within_language`` lets only speakers of the same language
    compete, so that nothing is learned about languages; ``language`` is the
    opposite control.

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
        if against not in AGAINST:
            raise ValueError(
                f"adversary must be one of {', '.join(AGAINST)}, "
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
        """Make the head as wide as there are names.

        Arguments
        ---------
        speaker_languages : list of int
            Language code of each training speaker, by speaker code.
        """
        languages = torch.tensor(speaker_languages)
        n_names = len(languages)
        if self.against == "language":
            n_names = int(languages.max()) + 1
        elif self.against == "speaker_within_language":
            rivals = languages[:, None] == languages
            self.register_buffer("rivals", rivals, persistent=False)
        self.head = torch.nn.Linear(self.hidden[0].out_features, n_names)

    def forward(self, embedding, batch, strength=1.0):
        """Cross-entropy of the names; the embedding gets it reversed.

        Arguments
        ---------
        embedding : torch.Tensor, (batch, dim)
            What shall not tell.
        batch : dict
            ``speaker`` and ``language``, (batch,); rows of -1 do not count.
        strength : float
            Of the reversal.

        Returns
        -------
        torch.Tensor, ()
            In float32; 0 if nobody is known.
        """
        name = batch["language" if self.against == "language" else "speaker"]
        logits = self.head(self.hidden(reverse_gradient(embedding, strength)))
        logits, known = logits.float(), name >= 0
        if not known.any():
            return logits.sum() * 0.0
        logits, name = logits[known], name[known]
        if self.against == "speaker_within_language":
            logits = logits.masked_fill(~self.rivals[name], -torch.inf)
        return F.cross_entropy(logits, name)
