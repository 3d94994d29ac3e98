"""Zero mean and unit variance, over the sources or over who is speaking.

Speakers and recording conditions move acoustic features more than emotions do.
Taking the statistics of the corpus or the speaker at hand needs no label, but
on the target it looks at the scored audio: the ledger then says transductive.

What an utterance does not have is NaN until here, where the mean of its group
takes its place.
"""

import collections
from collections.abc import Mapping

import torch

MODES = ("none", "corpus", "speaker")

# Somebody heard in one emotion only would lose the emotion with the voice; so
# the statistics of a speaker count as if this many average utterances of the
# whole corpus stood beside the speaker's own.
PRIOR_UTTERANCES = 50
LIMIT = 6.0  # deviations; what lies further out is cut


class Normaliser:
    """Standardise frames by the statistics of the group they belong to.

    Goes through the frames once and keeps none of them, so that any number of
    utterances may come from a store.

    Arguments
    ---------
    frames : Mapping
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
        groups = collections.defaultdict(Moments)
        corpora = collections.defaultdict(Moments)
        corpus_of = {}
        for row in rows:
            values = frames[row.id]
            name = group_of(row, by)
            groups[name].add(values)
            if by == "speaker":
                corpus_of[name] = group_of(row, "corpus")
                corpora[corpus_of[name]].add(values)
        for name, corpus in corpus_of.items():
            groups[name].lean_on(corpora[corpus], PRIOR_UTTERANCES)
        self.statistics = {name: g.statistics() for name, g in groups.items()}

    def __call__(self, frames, rows):
        """Standardise the frames of utterances of the same groups.

        Arguments
        ---------
        frames : Mapping
            Utterance id to torch.Tensor, (frames, dim).
        rows : iterable of Utterance
            Whose ids are in ``frames``.

        Returns
        -------
        Mapping
            As ``frames``, in deviations; each value is computed when it is
            asked for.
        """
        groups = {row.id: group_of(row, self.by) for row in rows}
        return Normalised(frames, groups, self.statistics)


class Normalised(Mapping):
    """Frames in deviations, computed when they are asked for.

    Arguments
    ---------
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    groups : dict
        Utterance id to the group it belongs to.
    statistics : dict
        Group to mean and deviation, torch.Tensor, (dim,) each.

    Example
    -------
    >>> statistics = {"all": (torch.tensor([1.0]), torch.tensor([2.0]))}
    >>> Normalised({"1": torch.tensor([[5.0]])}, {"1": "all"}, statistics)["1"]
    tensor([[2.]])
    """

    def __init__(self, frames, groups, statistics):
        self.frames = frames
        self._groups = groups
        self.statistics = statistics

    def __getitem__(self, utterance):
        statistics = self.statistics[self._groups[utterance]]
        return standardise(self.frames[utterance], *statistics)

    def __iter__(self):
        return iter(self._groups)

    def __len__(self):
        return len(self._groups)


class Moments:
    """Running count, sum and sum of squares of what is defined in frames.

    Example
    -------
    >>> moments = Moments()
    >>> moments.add(torch.tensor([[1.0], [3.0]]))
    >>> moments.statistics()
    (tensor([2.]), tensor([1.]))
    """

    def __init__(self):
        self.n_frames = self.n_utterances = self.total = self.squares = 0

    def add(self, frames):
        """Count the frames of one utterance, (frames, dim), NaN left out."""
        is_defined = ~frames.isnan()
        frames = frames.double().where(is_defined, 0.0)
        self.n_frames = self.n_frames + is_defined.sum(dim=0)
        self.n_utterances += 1
        self.total = self.total + frames.sum(dim=0)
        self.squares = self.squares + frames.square().sum(dim=0)

    def lean_on(self, other, n_utterances):
        """Add so many average utterances of a larger group."""
        share = n_utterances / other.n_utterances
        self.n_frames = self.n_frames + share * other.n_frames
        self.total = self.total + share * other.total
        self.squares = self.squares + share * other.squares

    def statistics(self):
        """Mean and deviation, (dim,) each; 1 is the deviation of a constant.

        Of a column that nothing defined they are NaN.
        """
        mean = self.total / self.n_frames
        variance = self.squares / self.n_frames - mean.square()
        deviation = variance.clamp(min=0).sqrt()
        deviation[deviation < 1e-4] = 1.0
        return mean.float(), deviation.float()


def standardise(frames, mean, deviation):
    """Give frames in deviations; the mean stands where NaN was.

    Arguments
    ---------
    frames : torch.Tensor, (..., dim)
        With NaN where undefined.
    mean, deviation : torch.Tensor, (dim,)
        From ``Moments``; a column without them is 0 for everybody.

    Returns
    -------
    torch.Tensor, (..., dim)
        Finite, at most 6 either way.

    Example
    -------
    >>> mean, deviation = torch.tensor([1.0]), torch.tensor([2.0])
    >>> standardise(torch.tensor([[5.0], [float("nan")]]), mean, deviation)
    tensor([[2.],
            [0.]])
    """
    values = (frames - mean) / deviation
    # In this order: to onnxruntime, NaN too lies beyond a limit.
    return values.where(~values.isnan(), 0.0).clamp(-LIMIT, LIMIT)


def level_layers(frames, n_layers):
    """Bring layers side by side to one scale, frame by frame.

    For an encoder that is trained: its layers come in any scale, and no
    statistics of them can be taken beforehand.

    Arguments
    ---------
    frames : torch.Tensor, (..., layers * dim)
        Of the encoder.
    n_layers : int
        In a frame.

    Returns
    -------
    torch.Tensor, (..., layers * dim)
        Each layer of mean 0 and variance 1.

    Example
    -------
    >>> level_layers(torch.tensor([1.0, 3.0, 10.0, 30.0]), 2).round()
    tensor([-1.,  1., -1.,  1.])
    """
    layers = frames.unflatten(-1, (n_layers, -1))
    layers = torch.nn.functional.layer_norm(layers, layers.shape[-1:])
    return layers.flatten(-2)


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
