"""Zero mean and unit variance, over the sources or over who is speaking.

Speakers and recording conditions move acoustic features more than emotions do.
Taking the statistics of the corpus or the speaker at hand needs no label, but
on the target it looks at the scored audio: the ledger then says transductive.
"""

import collections

import torch

MODES = ("none", "corpus", "speaker")


class Normaliser:
    """Standardise frames by the statistics of the group they belong to.

    Arguments
    ---------
    frames : dict
        Utterance id to torch.Tensor, (frames, dim).
    rows : iterable of Utterance
        Whose ids are in ``frames``.
    by : str
        ``"none"``: one mean and deviation, of the frames of ``reference``;
        ``"corpus"``: of each language of each corpus;
        ``"speaker"``: of each speaker.
    reference : iterable of Utterance
        The training rows.

    Raises
    ------
    ValueError
        If ``by`` is no mode.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "F", "ann", "deu", corpus="emodb")
    >>> frames = {"1": torch.tensor([[1.0], [3.0]])}
    >>> Normaliser(frames, [row], "speaker", [row])(frames, [row])["1"]
    tensor([[-1.],
            [ 1.]])
    """

    def __init__(self, frames, rows, by, reference):
        if by not in MODES:
            raise ValueError(
                f"normalise_by must be one of {', '.join(MODES)}, got {by!r}"
            )
        self.by = by
        groups = collections.defaultdict(list)
        for row in reference if by == "none" else rows:
            groups[group_of(row, by)].append(frames[row.id])
        self.statistics = {name: moments(g) for name, g in groups.items()}

    def __call__(self, frames, rows):
        """Standardised copies of the frames of some of the same speakers.

        Arguments
        ---------
        frames : dict
            Utterance id to torch.Tensor, (frames, dim).
        rows : iterable of Utterance
            Whose ids are in ``frames``.

        Returns
        -------
        dict
            As ``frames``.
        """
        normalised = {}
        for row in rows:
            mean, deviation = self.statistics[group_of(row, self.by)]
            normalised[row.id] = (frames[row.id] - mean) / deviation
        return normalised


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
        return "train"
    return row.speaker if by == "speaker" else f"{row.corpus}:{row.language}"


def moments(frames):
    """Mean and standard deviation over all frames of several utterances.

    Arguments
    ---------
    frames : list of torch.Tensor, (frames, dim)
        Of one group.

    Returns
    -------
    mean, deviation : torch.Tensor, (dim,)
        The deviation of a constant column is 1, so that it becomes 0.

    Example
    -------
    >>> moments([torch.tensor([[1.0], [3.0]])])
    (tensor([2.]), tensor([1.]))
    """
    whole = torch.cat(list(frames)).double()
    deviation = whole.std(dim=0, correction=0)
    deviation[deviation < 1e-5] = 1.0
    return whole.mean(dim=0).float(), deviation.float()
