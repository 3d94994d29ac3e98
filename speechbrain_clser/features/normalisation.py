"""Normalise features to zero mean and unit variance, globally or per group.

Speakers and recording conditions change acoustic features more than emotions do.
Statistics of a corpus or speaker need no labels, but use the test audio of the
target: the ledger then reports a transductive run.

Undefined values are NaN in the extracted features and are replaced by the group
mean here.
"""

import collections
from collections.abc import Mapping

import torch


def count_missing(frames, columns) -> dict:
    """Count the utterances with undefined columns, before they are filled in.

    ``n_lacking`` are the utterances that lack any column; ``columns`` maps those with
    missing values to the number of utterances without a value in any frame.

    Example
    -------
    >>> import torch
    >>> nan = float("nan")
    >>> frames = [torch.tensor([[1.0, nan]]), torch.tensor([[nan, nan]])]
    >>> count_missing(frames, ["pitch", "pause"])["columns"]
    {'pitch': 1, 'pause': 2}
    """
    n_utterances = n_lacking = 0
    counts = dict.fromkeys(columns, 0)
    for one in frames:
        lacking = one.isnan().all(dim=0).nonzero().flatten().tolist()
        for index in lacking:
            counts[columns[index]] += 1
        n_utterances += 1
        n_lacking += bool(lacking)
    return {
        "n_utterances": n_utterances,
        "n_lacking": n_lacking,
        "columns": {name: n for name, n in counts.items() if n},
    }


MODES = ("none", "corpus", "speaker")

# Statistics of a speaker with one emotion only would remove the emotion. They are
# therefore shrunk towards the corpus, by this number of average utterances of the
# corpus.
PRIOR_UTTERANCES = 50
LIMIT = 6.0  # standard deviations; values are clipped


class Normaliser:
    """Standardise frames by the statistics of the group they belong to.

    Reads the frames once and keeps none in memory, so that any number of utterances
    can be read from a store.

    Arguments
    ---------
    frames : Mapping
        Utterance id to torch.Tensor, (frames, dim).
    rows : iterable of Utterance
        Whose ids are in ``frames``.
    by : str
        ``"none"``: one mean and deviation, of the frames of all rows;
        ``"corpus"``: of each language of each corpus;
        ``"speaker"``: of each speaker, shrunk towards those of the corpus.

    Raises
    ------
    ValueError
        If ``by`` is unknown.

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
            groups[name].shrink_towards(corpora[corpus], PRIOR_UTTERANCES)
        self.statistics = {name: g.statistics() for name, g in groups.items()}

    def __call__(self, frames, rows):
        """Standardise the frames of utterances of the same groups, on access."""
        groups = {row.id: group_of(row, self.by) for row in rows}
        return Normalised(frames, groups, self.statistics)


class Normalised(Mapping):
    """Standardised frames, computed on access, by the statistics of a group.

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
    """Running count, sum and sum of squares of defined frame values.

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
        """Add the frames of one utterance, (frames, dim), ignoring NaN."""
        is_defined = ~frames.isnan()
        frames = frames.double().where(is_defined, 0.0)
        self.n_frames = self.n_frames + is_defined.sum(dim=0)
        self.n_utterances += 1
        self.total = self.total + frames.sum(dim=0)
        self.squares = self.squares + frames.square().sum(dim=0)

    def shrink_towards(self, other, n_utterances):
        """Add ``n_utterances`` average utterances of a larger group."""
        share = n_utterances / other.n_utterances
        self.n_frames = self.n_frames + share * other.n_frames
        self.total = self.total + share * other.total
        self.squares = self.squares + share * other.squares

    def statistics(self):
        """Return mean and deviation, (dim,) each; constants have deviation 1.

        Both are NaN for columns without defined values.
        """
        mean = self.total / self.n_frames
        variance = self.squares / self.n_frames - mean.square()
        deviation = variance.clamp(min=0).sqrt()
        deviation[deviation < 1e-4] = 1.0
        return mean.float(), deviation.float()


def standardise(frames, mean, deviation):
    """Standardise frames; NaN is replaced by the mean.

    Arguments
    ---------
    frames : torch.Tensor, (..., dim)
        NaN where undefined.
    mean, deviation : torch.Tensor, (dim,)
        Output of ``Moments``; columns without statistics become 0.

    Returns
    -------
    torch.Tensor, (..., dim)
        Finite, clipped to ±6.

    Example
    -------
    >>> mean, deviation = torch.tensor([1.0]), torch.tensor([2.0])
    >>> standardise(torch.tensor([[5.0], [float("nan")]]), mean, deviation)
    tensor([[2.],
            [0.]])
    """
    values = (frames - mean) / deviation
    # In this order, because onnxruntime clips NaN to the limit.
    return values.where(~values.isnan(), 0.0).clamp(-LIMIT, LIMIT)


def level_layers(frames, n_layers):
    """Normalise the layers of each frame to zero mean and unit variance.

    Used for a trained encoder: the scales of its layers differ, and statistics
    cannot be computed in advance.

    Arguments
    ---------
    frames : torch.Tensor, (..., layers * dim)
        Frames of the encoder.
    n_layers : int
        Layers per frame.

    Returns
    -------
    torch.Tensor, (..., layers * dim)
        Each layer with mean 0 and variance 1.

    Example
    -------
    >>> level_layers(torch.tensor([1.0, 3.0, 10.0, 30.0]), 2).round()
    tensor([-1.,  1., -1.,  1.])
    """
    layers = frames.unflatten(-1, (n_layers, -1))
    layers = torch.nn.functional.layer_norm(layers, layers.shape[-1:])
    return layers.flatten(-2)


def group_of(row, by):
    """Return the normalisation group of an utterance, by a mode of ``Normaliser``.

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
