"""Count undefined (NaN) feature values for the report."""


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
