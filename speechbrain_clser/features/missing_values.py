"""Who has no pitch, no pause, no second pause: NaN, counted for the report."""


def count_missing(frames, columns) -> dict:
    """Count the utterances that lack a column, before it is filled in.

    Arguments
    ---------
    frames : iterable of torch.Tensor, (frames, dim)
        As extracted, one utterance after the other.
    columns : sequence of str
        Names of the columns.

    Returns
    -------
    dict
        ``n_utterances``; ``n_lacking``: those that lack any column; and
        ``columns``: column to number of utterances that have no value in it,
        in none of their frames, for those that somebody lacks.

    Example
    -------
    >>> import torch
    >>> nan = float("nan")
    >>> frames = [torch.tensor([[1.0, nan]]), torch.tensor([[nan, nan]])]
    >>> count_undefined(frames, ["pitch", "pause"])["columns"]
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
