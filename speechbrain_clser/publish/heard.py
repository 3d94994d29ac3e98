"""Which corpora and languages the training of a run heard."""


def origins(report: dict) -> list:
    """List what trained, validated, or adapted the model.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    list of str
        ``corpus:language``, each once, sources first.

    Example
    -------
    >>> part = {"train": ["a:deu"], "valid": ["a:deu"], "unlabelled": ["b:urd"]}
    >>> parts = {name: {"origins": found} for name, found in part.items()}
    >>> ledger = {"target_labels": 0, "target_audio": "none"}
    >>> origins({"data": {"parts": parts}, "ledger": ledger})
    ['a:deu']
    >>> ledger["target_audio"] = "unlabelled"
    >>> origins({"data": {"parts": parts}, "ledger": ledger})
    ['a:deu', 'b:urd']
    """
    parts, ledger = report["data"]["parts"], report["ledger"]
    used = ["train", "valid"]
    used += ["shots"] if ledger["target_labels"] else []
    used += ["unlabelled"] if ledger["target_audio"] == "unlabelled" else []
    found = (origin for name in used for origin in parts[name]["origins"])
    return list(dict.fromkeys(found))


def cards(report: dict) -> list:
    """Give the cards of the corpora that training heard.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    list of dict
        Facts, as ``data.corpus.Card`` names them.
    """
    names = {origin.partition(":")[0] for origin in origins(report)}
    return [c for c in report["data"]["corpora"] if c["name"] in names]


def languages(report: dict) -> set:
    """Give the languages that training heard.

    Arguments
    ---------
    report : dict
        From ``evaluation.report.build``.

    Returns
    -------
    set of str
        ISO 639-3.
    """
    return {origin.partition(":")[2] for origin in origins(report)}
