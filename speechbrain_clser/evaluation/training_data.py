"""List the corpora and languages that a run used for training."""


def origins(report: dict) -> list:
    """List the corpora used for training, validation and adaptation.

    Each is ``corpus:language``, sources first.

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
    return list(dict.fromkeys(_labelled(report) + _unlabelled(report)))


def cards(report: dict) -> list:
    """Return the cards of the training corpora."""
    names = {origin.partition(":")[0] for origin in origins(report)}
    return [c for c in report["data"]["corpora"] if c["name"] in names]


def synthetic(report: dict) -> list:
    """List the training corpora of synthetic speech.

    ``data`` and ``ledger`` of the report are enough.
    """
    return [
        card["title"]
        for card in cards(report)
        if card["elicitation"] == "synthetic"
    ]


def languages(report: dict) -> dict:
    """Return how each language was used in training.

    The result maps ISO 639-3 to ``"with labels"`` or ``"without labels"``.
    """
    return {
        origin.partition(":")[2]: f"{how} labels"
        for how, found in (
            ("without", _unlabelled(report)),
            ("with", _labelled(report)),
        )
        for origin in found
    }


def _labelled(report):
    """Return the origins of labelled training and validation data."""
    labelled = ["target_labelled"] if report["ledger"]["target_labels"] else []
    return _origins(report, ["train", "valid", *labelled])


def _unlabelled(report):
    """Return the origins of unlabelled training data."""
    is_used = report["ledger"]["target_audio"] == "unlabelled"
    return _origins(report, ["unlabelled"] if is_used else [])


def _origins(report, names):
    parts = report["data"]["parts"]
    return [origin for name in names for origin in parts[name]["origins"]]
