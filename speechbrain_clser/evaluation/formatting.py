"""Formatting of report numbers and sentences."""

import math

from speechbrain_clser.languages import name_of as language
from speechbrain_clser.printable import pluralise

UNKNOWN = "–"

# Below this number of speakers a notice says that the interval is wide.
FEW_SPEAKERS = 10
# Minimum number of speakers for a comparison with chance.
LEAST_SPEAKERS = 5
# Origin of the constants of an adaptation, by ``constants_from``.
ORIGINS = {
    "sources": "chosen within the sources",
    "given": "given",
    "default": "default",
}
# Keys of a protocol that sample labelled utterances at random.
SAMPLING_KEYS = (
    "source_shots_per_class",
    "shots",
    "target_labelled_fraction",
)
PART_NAMES = {
    "test": "Target corpus",
    "source_valid": "Source corpora",
}


def languages(origins: list) -> str:
    """Join the names of the languages of sources or targets.

    Arguments
    ---------
    origins : list of str
        ``corpus:language``, as in the ledger.

    Returns
    -------
    str
        Without repetition, joined by commas and "and".

    Example
    -------
    >>> languages(["emodb:deu", "emovo:ita", "vam:deu"])
    'German and Italian'
    """
    codes = [origin.rpartition(":")[2] for origin in origins]
    return enumeration([language(code) for code in dict.fromkeys(codes)])


def enumeration(names: list) -> str:
    """Join names by commas and "and".

    Arguments
    ---------
    names : list of str
        One or more.

    Returns
    -------
    str
        Such as ``"a, b and c"``.

    Example
    -------
    >>> enumeration(["German", "Italian", "Urdu"])
    'German, Italian and Urdu'
    """
    *start, last = names
    return f"{', '.join(start)} and {last}" if start else last


def percent(share: float) -> str:
    """Format a fraction as a percentage without the percent sign.

    Arguments
    ---------
    share : float
        0-1; NaN or None if unknown.

    Returns
    -------
    str
        With one decimal.

    Example
    -------
    >>> percent(0.5678), percent(float("nan"))
    ('56.8', '–')
    """
    is_unknown = share is None or math.isnan(share)
    return UNKNOWN if is_unknown else f"{100 * share:.1f}"


def format_mean_sd(score: dict) -> str:
    """Format a mean with its standard deviations in percent.

    Arguments
    ---------
    score : dict
        With ``mean`` and ``sd``, 0-1; ``sd`` is NaN for one seed.
        ``sd_trials``, if present, comes first.

    Returns
    -------
    str
        Such as ``"56.8 ± 1.2"``.

    Example
    -------
    >>> format_mean_sd({"mean": 0.5678, "sd": 0.012})
    '56.8 ± 1.2'
    >>> format_mean_sd({"mean": 0.5, "sd": None})
    '50.0'
    >>> format_mean_sd({"mean": 0.5678, "sd": 0.012, "sd_trials": 0.041})
    '56.8 ± 4.1 ± 1.2'
    """
    spreads = [score[key] for key in ("sd_trials", "sd") if key in score]
    texts = [percent(value) for value in (score["mean"], *spreads)]
    return " ± ".join(text for text in texts if text != UNKNOWN)


def interval(score: dict) -> str:
    """Format an interval in percent.

    Arguments
    ---------
    score : dict
        With ``low`` and ``high``, 0-1.

    Returns
    -------
    str
        A dash if it is unknown.

    Example
    -------
    >>> interval({"low": 0.512, "high": 0.634})
    '[51.2, 63.4]'
    """
    bounds = percent(score["low"]), percent(score["high"])
    return UNKNOWN if UNKNOWN in bounds else "[{}, {}]".format(*bounds)


def decimal(value: float, sign: str = "") -> str:
    """Format a correlation or an error with three decimals.

    Arguments
    ---------
    value : float
        NaN or None if unknown.
    sign : str
        ``"+"`` to show the sign of positive values.

    Returns
    -------
    str
        A dash if it is unknown.

    Example
    -------
    >>> decimal(0.5678), decimal(0.5, "+"), decimal(None)
    ('0.568', '+0.500', '–')
    """
    is_unknown = value is None or math.isnan(value)
    return UNKNOWN if is_unknown else f"{value:{sign}.3f}"


def decimal_interval(score: dict, sign: str = "") -> str:
    """Format an interval of a correlation or an error; see ``decimal``.

    Example
    -------
    >>> decimal_interval({"low": 0.5123, "high": 0.6344})
    '[0.512, 0.634]'
    """
    bounds = decimal(score["low"], sign), decimal(score["high"], sign)
    return UNKNOWN if UNKNOWN in bounds else "[{}, {}]".format(*bounds)


def decimal_sd(score: dict) -> str:
    """Format a mean with its standard deviations; see ``format_mean_sd``.

    Example
    -------
    >>> decimal_sd({"mean": 0.5678, "sd": 0.012})
    '0.568 ± 0.012'
    """
    spreads = [score[key] for key in ("sd_trials", "sd") if key in score]
    texts = [decimal(value) for value in (score["mean"], *spreads)]
    return " ± ".join(text for text in texts if text != UNKNOWN)


def format_difference(difference: dict) -> tuple:
    """Format a difference with its interval in percent.

    Arguments
    ---------
    difference : dict
        ``mean``, ``low`` and ``high``, from -1 to 1; the last two may be NaN.

    Returns
    -------
    tuple of (str, str)
        With signs; a dash for an unknown interval.

    Example
    -------
    >>> format_difference({"mean": 0.021, "low": -0.01, "high": 0.052})
    ('+2.1', '[-1.0, +5.2]')
    """
    mean = f"{100 * difference['mean']:+.1f}"
    if interval(difference) == UNKNOWN:
        return mean, UNKNOWN
    low, high = 100 * difference["low"], 100 * difference["high"]
    return mean, f"[{low:+.1f}, {high:+.1f}]"


def trainings(n_trials: int, n_seeds: int) -> str:
    """Describe the trainings that a score is averaged over.

    Arguments
    ---------
    n_trials, n_seeds : int
        Trials (samples of labelled utterances), and trainings of each.

    Returns
    -------
    str
        Phrase of a caption.

    Example
    -------
    >>> trainings(1, 1), trainings(1, 3), trainings(10, 3)
    ('one seed', 'mean of 3 seeds', 'mean of 10 trials with 3 seeds each')
    >>> trainings(10, 1)
    'mean of 10 trials'
    """
    if n_trials > 1:
        each = f" with {n_seeds} seeds each" if n_seeds > 1 else ""
        return f"mean of {n_trials} trials{each}"
    return f"mean of {n_seeds} seeds" if n_seeds > 1 else "one seed"


def software(report: dict) -> list:
    """List the software versions of a run as pairs of title and fact."""
    environment = report["environment"]
    versions = {"python": environment["python"], **environment["packages"]}
    facts = [("versions", ", ".join(f"{k} {v}" for k, v in versions.items()))]
    if commit := environment["commit"]:
        facts.append(("commit of speechbrain-clser", commit))
    return facts


def unweighted(report: dict) -> list:
    """List the losses that were computed but have weight 0."""
    return [
        name for name, weight in report["loss_weights"].items() if not weight
    ]


def verdict(part: dict, targets: list) -> dict:
    """Compare the score of the target with chance.

    Arguments
    ---------
    part : dict
        Scores on the test set; see ``scores.scores``.
    targets : list of str
        ``corpus:language``.

    Returns
    -------
    dict
        ``kind``: ``"above"``, ``"includes"`` or ``"below"``, the position of
        the interval relative to chance, or ``"unknown"`` without an interval
        or with fewer than ``LEAST_SPEAKERS`` speakers; ``sentence``: the same
        as text.
    """
    uar, chance = part["scores"]["uar"], part["chance_uar"]
    where = languages(targets)
    chance_level = f"chance ({percent(chance)} %)"
    if math.isnan(uar["low"]):
        single_speaker = [
            recall["class"]
            for recall in part["recalls"]
            if recall["n"] and math.isnan(recall["low"])
        ]
        of_one = "all test utterances are of one speaker"
        if part["n_speakers"] > 1:
            each = " each" if len(single_speaker) > 1 else ""
            of_one = (
                f"the test utterances of {enumeration(single_speaker)} are of one "
                f"speaker{each}"
            )
        return {
            "kind": "unknown",
            "sentence": f"No interval over speakers of {where}: {of_one}.",
        }
    if part["n_speakers"] < LEAST_SPEAKERS:
        return {
            "kind": "unknown",
            "sentence": f"Not compared with {chance_level} for {where}: "
            f"{pluralise(part['n_speakers'], 'speaker')} are too few, at least "
            f"{LEAST_SPEAKERS} are needed.",
        }
    if uar["low"] > chance:
        return {
            "kind": "above",
            "sentence": "Better than chance: the whole 95 % interval is "
            f"above {chance_level} for {where}.",
        }
    if uar["high"] < chance:
        return {
            "kind": "below",
            "sentence": "Worse than chance: the whole 95 % interval is "
            f"below {chance_level} for {where}. Check the confusion matrix; "
            "labels may be swapped between corpora.",
        }
    return {
        "kind": "includes",
        "sentence": "Not shown to be better than chance: the 95 % interval "
        f"includes {chance_level} for {where}.",
    }


def notices(run: dict, part: dict) -> list:
    """List the limitations of the scores.

    Arguments
    ---------
    run : dict
        ``protocol``, ``ledger``, ``data``, ``unfinished``, ``n_seeds`` and
        ``n_trials``; optionally ``adaptation``.
    part : dict
        Scores on the test set.

    Returns
    -------
    list of str
        Sentences; empty without limitations.
    """
    sentences = []
    synthetic = [
        card["title"]
        for card in run["data"]["corpora"]
        if card["elicitation"] == "synthetic"
    ]
    if synthetic:
        sentences.append(
            f"{enumeration(synthetic)}: synthetic speech. Results on the demo "
            "corpus do not transfer to human speech."
        )
    if run["ledger"]["oracle"]:
        sentences.append(
            "Oracle: target labels were used for model selection. The result "
            "is an upper bound, not a cross-lingual result."
        )
    if run["ledger"]["leaks"]:
        sentences.append(
            f"The split leaks by design ({', '.join(run['ledger']['leaks'])}): "
            "compare only with results of the same split."
        )
    if adaptation := run.get("adaptation"):
        n_refused = sum(
            seed["systems"]["method"]["refused"] is not None
            for seed in adaptation["seeds"]
        )
        sentences.append(
            f"The scores include the adaptation {adaptation['name']} of the "
            "posteriors to this target; the model folder predicts without it."
            if not n_refused
            else f"The adaptation {adaptation['name']} was refused in "
            f"{n_refused} of {len(adaptation['seeds'])} trainings: their "
            "scores are without it."
        )
    if part["absent_classes"]:
        sentences.append(
            f"{enumeration(part['absent_classes'])}: no utterance in the "
            "test set. UAR is the mean over the other classes."
        )
    if part["never_answered"]:
        sentences.append(
            f"{enumeration(part['never_answered'])}: never predicted in the "
            "test set."
        )
    if 1 < part["n_speakers"] < FEW_SPEAKERS:
        sentences.append(
            f"Only {part['n_speakers']} speakers: the interval is wide, and "
            "assumes approximately normally distributed scores of speakers."
        )
    if run["unfinished"]:
        sentences.append(
            "Not included, without predictions yet: "
            f"{enumeration(list(run['unfinished']))}."
        )
    if run["n_seeds"] == 1:
        sentences.append("One seed: the spread between seeds is unknown.")
    is_sampled = any(map(run["protocol"].get, SAMPLING_KEYS))
    if is_sampled and run["n_trials"] == 1:
        sentences.append(
            "One trial: the spread between samples of labelled utterances is "
            "unknown and not part of the interval."
        )
    return sentences
