"""Zero mean and unit variance, over the sources or over who is speaking.

Speakers and recording conditions move acoustic features more than emotions do.
Taking the statistics of the corpus or the speaker at hand needs no label, but
on the target it looks at the scored audio: the ledger then says transductive.
"""

import collections

MODES = ("none", "corpus", "speaker")

# Somebody heard in one emotion only would lose the emotion with the voice; so
# the statistics of a speaker count as if this many average utterances of the
# whole corpus stood beside the speaker's own.
PRIOR_UTTERANCES = 50
LIMIT = 6.0  # deviations; what lies further out is cut


class Normaliser:
    """Standardise frames by the statistics of the group they belong to.

    Arguments
    ---------
    frames : dict
        Utterance id to torch.Tensor, (frames, dim).
    rows : iterable of Utterance
        Whose ids are in ``frames``.
    by : str
        ``"none"``: one mean and deviation, of the frames of all rows;
        ``"corpus"``: of each language of each corpus;
        ``"speaker"``: of each speaker, drawn towards those of the corpus.

    Raises
    ------
    ValueError
        If ``by`` is no mode.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "F", "ann", "deu", corpus="emodb")
    >>> frames = {"1": torch.tensor([[1.0], [3.0]])}
    >>> Normaliser(frames, [row], "corpus")(frames, [row])["1"]
    tensor([[-1.],
            [ 1.]])
    """

    def __init__(self, frames, rows, by):
        if by not in MODES:
            raise ValueError(
                f"normalise_by must be one of {', '.join(MODES)}, got {by!r}"
            )
        self.by = by
        groups, corpora = collections.defaultdict(Moments), {}
        corpus_moments = collections.defaultdict(Moments)
        for row in rows:
            name, corpus = group_of(row, by), group_of(row, "corpus")
            groups[name].add(frames[row.id])
            corpus_moments[corpus].add(frames[row.id])
            corpora[name] = corpus
        if by == "speaker":
            for name, corpus in corpora.items():
                groups[name].lean_on(corpus_moments[corpus], PRIOR_UTTERANCES)
        self.statistics = {name: g.statistics() for name, g in groups.items()}

    def __call__(self, frames, rows):
        """Standardised copies of the frames of utterances of the same groups.

        Arguments
        ---------
        frames : dict
            Utterance id to torch.Tensor, (frames, dim).
        rows : iterable of Utterance
            Whose ids are in ``frames``.

        Returns
        -------
        dict
            As ``frames``, in deviations.
        """
        normalised = {}
        for row in rows:
            mean, deviation = self.statistics[group_of(row, self.by)]
            values = (frames[row.id] - mean) / deviation
            normalised[row.id] = values.clamp(-LIMIT, LIMIT)
        return normalised


class Moments:
    """Running count, sum and sum of squares of frames.

    Example
    -------
    >>> import torch
    >>> moments = Moments()
    >>> moments.add(torch.tensor([[1.0], [3.0]]))
    >>> moments.statistics()
    (tensor([2.]), tensor([1.]))
    """

    def __init__(self):
        self.n_frames = self.n_utterances = self.total = self.squares = 0

    def add(self, frames):
        """Count the frames of one utterance, (frames, dim)."""
        frames = frames.double()
        self.n_frames += len(frames)
        self.n_utterances += 1
        self.total = self.total + frames.sum(dim=0)
        self.squares = self.squares + frames.square().sum(dim=0)

    def lean_on(self, other, n_utterances):
        """Add so many average utterances of a larger group."""
        share = n_utterances / other.n_utterances
        self.n_frames += share * other.n_frames
        self.total = self.total + share * other.total
        self.squares = self.squares + share * other.squares

    def statistics(self):
        """Mean and deviation, (dim,) each; 1 is the deviation of a constant."""
        mean = self.total / self.n_frames
        variance = self.squares / self.n_frames - mean.square()
        deviation = variance.clamp(min=0).sqrt()
        deviation[deviation < 1e-4] = 1.0
        return mean.float(), deviation.float()


def group_of(row, by):
    """Name the group whose statistics normalise an utterance.

    Arguments
    ---------
    row : Utterance
        Corpus, language and speaker are read.
    by : str
        A mode.

    Returns
    -------
    str
        Key of the statistics.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "F", "ann", "deu", corpus="emodb")
    >>> group_of(row, "corpus")
    'emodb:deu'
    """
    if by == "none":
        return "all"
    return row.speaker if by == "speaker" else f"{row.corpus}:{row.language}"
