"""Numbers of a report in words that a reader without statistics can trust."""

import math

from speechbrain_clser.languages import name_of as language

UNKNOWN = "–"

# An interval over fewer speakers is a rough guide at best.
FEW_SPEAKERS = 10
# A result over fewer speakers is not compared with chance.
LEAST_SPEAKERS = 5
# Of the constants of an adaptation, by ``constants_from``.
ORIGINS = {
    "sources": "chosen within the sources",
    "given": "given",
    "default": "default",
}
# Of a protocol: what has some utterances drawn, to be labelled.
LABELLED_BY_DRAW = (
    "source_shots_per_class",
    "shots",
    "target_labelled_fraction",
)


def languages(origins: list) -> str:
    """Name the languages of sources or targets, each once.

    Arguments
    ---------
    origins : list of str
        ``corpus:language``, as in the ledger.

    Returns
    -------
    str
        As in a sentence.

    Example
    -------
    >>> languages(["emodb:deu", "emovo:ita", "vam:deu"])
    'German and Italian'
    """
    codes = [origin.rpartition(":")[2] for origin in origins]
    return enumeration([language(code) for code in dict.fromkeys(codes)])


def enumeration(names: list) -> str:
    """Join names as in a sentence.

    Arguments
    ---------
    names : list of str
        One or more.

    Returns
    -------
    str
        With commas and a last "and".

    Example
    -------
    >>> enumeration(["German", "Italian", "Urdu"])
    'German, Italian and Urdu'
    """
    *start, last = names
    return f"{', '.join(start)} and {last}" if start else last


def pluralise(n: int, noun: str) -> str:
    """Write a number of things.

    Arguments
    ---------
    n : int
        How many.
    noun : str
        Of one of them.

    Returns
    -------
    str
        With a plural where it belongs.

    Example
    -------
    >>> count(1, "speaker"), count(29, "speaker"), count(2, "corpus")
    ('1 speaker', '29 speakers', '2 corpora')
    """
    if n == 1:
        return f"{n} {noun}"
    if noun.endswith("corpus"):
        return f"{n} {noun.removesuffix('corpus')}corpora"
    return f"{n} {noun}s"


def percent(share: float) -> str:
    """Write a share as a percentage without its sign.

    Arguments
    ---------
    share : float
        0-1; nan or None when unknown.

    Returns
    -------
    str
        One digit behind the point.

    Example
    -------
    >>> percent(0.5678), percent(float("nan"))
    ('56.8', '–')
    """
    is_unknown = share is None or math.isnan(share)
    return UNKNOWN if is_unknown else f"{100 * share:.1f}"


def format_mean_sd(score: dict) -> str:
    """Write a mean with its spread in percent.

    Arguments
    ---------
    score : dict
        With ``mean`` and ``sd``, 0-1; one seed has no spread. ``sd_trials``,
        where there is one, comes first.

    Returns
    -------
    str
        Such as ``"56.8 ± 1.2"``.

    Example
    -------
    >>> spread({"mean": 0.5678, "sd": 0.012}), spread({"mean": 0.5, "sd": None})
    ('56.8 ± 1.2', '50.0')
    >>> spread({"mean": 0.5678, "sd": 0.012, "sd_trials": 0.041})
    '56.8 ± 4.1 ± 1.2'
    """
    spreads = [score[key] for key in ("sd_trials", "sd") if key in score]
    texts = [percent(value) for value in (score["mean"], *spreads)]
    return " ± ".join(text for text in texts if text != UNKNOWN)


def interval(score: dict) -> str:
    """Write an interval in percent.

    Arguments
    ---------
    score : dict
        With ``low`` and ``high``, 0-1.

    Returns
    -------
    str
        A dash when it is unknown.

    Example
    -------
    >>> interval({"low": 0.512, "high": 0.634})
    '[51.2, 63.4]'
    """
    bounds = percent(score["low"]), percent(score["high"])
    return UNKNOWN if UNKNOWN in bounds else "[{}, {}]".format(*bounds)


def format_difference(difference: dict) -> tuple:
    """Write how much better something is, with its interval, in percent.

    Arguments
    ---------
    difference : dict
        ``mean``, ``low`` and ``high``, from -1 to 1; the last two may be nan.

    Returns
    -------
    tuple of (str, str)
        With their signs; a dash for an interval that is unknown.

    Example
    -------
    >>> gain({"mean": 0.021, "low": -0.01, "high": 0.052})
    ('+2.1', '[-1.0, +5.2]')
    """
    mean = f"{100 * difference['mean']:+.1f}"
    if interval(difference) == UNKNOWN:
        return mean, UNKNOWN
    low, high = 100 * difference["low"], 100 * difference["high"]
    return mean, f"[{low:+.1f}, {high:+.1f}]"


def trainings(n_trials: int, n_seeds: int) -> str:
    """Say of what a score is the mean.

    Arguments
    ---------
    n_trials, n_seeds : int
        Drawings of labelled utterances, and trainings on each.

    Returns
    -------
    str
        As in a caption.

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


def verdict(part: dict, targets: list) -> dict:
    """Say what the scores of the target allow to say.

    Arguments
    ---------
    part : dict
        Scores of the scored part.
    targets : list of str
        ``corpus:language``.

    Returns
    -------
    dict
        ``kind``: ``"above"``, ``"includes"`` or ``"below"``, the interval
        against chance, or ``"unknown"`` without an interval or with fewer
        than ``LEAST_SPEAKERS`` speakers; ``sentence``: the same in plain
        words.
    """
    uar, chance = part["scores"]["uar"], part["chance_uar"]
    where = languages(targets)
    guess = f"chance ({percent(chance)} %)"
    if math.isnan(uar["low"]):
        alone = [
            recall["class"]
            for recall in part["recalls"]
            if recall["n"] and math.isnan(recall["low"])
        ]
        of_one = "all scored utterances are of one speaker"
        if part["n_speakers"] > 1:
            each = " each" if len(alone) > 1 else ""
            of_one = (
                f"the scored utterances of {enumeration(alone)} are of one "
                f"speaker{each}"
            )
        return {
            "kind": "unknown",
            "sentence": f"Nothing can be said about other speakers of {where}: "
            f"{of_one}, so there is no interval.",
        }
    if part["n_speakers"] < LEAST_SPEAKERS:
        return {
            "kind": "unknown",
            "sentence": f"Not compared with {guess} for {where}: "
            f"{pluralise(part['n_speakers'], 'speaker')} are too few, at least "
            f"{LEAST_SPEAKERS} are needed.",
        }
    if uar["low"] > chance:
        return {
            "kind": "above",
            "sentence": "Better than guessing: the whole 95 % interval lies "
            f"above {guess} for {where}.",
        }
    if uar["high"] < chance:
        return {
            "kind": "below",
            "sentence": "Worse than guessing: the whole 95 % interval lies "
            f"below {guess} for {where}. Look at the confusion matrix; labels "
            "may be swapped between corpora.",
        }
    return {
        "kind": "includes",
        "sentence": "Not shown to be better than guessing: the 95 % interval "
        f"includes {guess} for {where}.",
    }


def notices(run: dict, part: dict) -> list:
    """List what a reader must know before using the scores.

    Arguments
    ---------
    run : dict
        ``protocol``, ``ledger``, ``data``, ``unfinished``, ``n_seeds`` and
        ``n_trials``; ``adaptation`` where there is one.
    part : dict
        Scores of the scored part.

    Returns
    -------
    list of str
        Sentences; empty when nothing stands out.
    """
    said = []
    synthetic = [
        card["title"]
        for card in run["data"]["corpora"]
        if card["elicitation"] == "synthetic"
    ]
    if synthetic:
        said.append(
            f"{enumeration(synthetic)}: synthetic speech. Results on the demo "
            "corpus say nothing about speech of people."
        )
    if run["ledger"]["oracle"]:
        said.append(
            "Oracle: target labels were looked at. This is an upper bound, "
            "not a cross-lingual result."
        )
    if run["ledger"]["leaks"]:
        said.append(
            f"The split leaks by design ({', '.join(run['ledger']['leaks'])}): "
            "compare only with results obtained the same way."
        )
    if adaptation := run.get("adaptation"):
        n_refused = sum(
            seed["systems"]["method"]["refused"] is not None
            for seed in adaptation["seeds"]
        )
        said.append(
            f"The scores are those with the adaptation {adaptation['name']} of "
            "the posteriors to this target; the model folder predicts without "
            "it."
            if not n_refused
            else f"The adaptation {adaptation['name']} was refused in "
            f"{n_refused} of {len(adaptation['seeds'])} trainings: their "
            "scores are without it."
        )
    if part["absent_classes"]:
        said.append(
            f"{enumeration(part['absent_classes'])}: no utterance in the "
            "scored part. UAR is the mean over the other classes."
        )
    if part["never_answered"]:
        said.append(
            f"{enumeration(part['never_answered'])}: never predicted in the "
            "scored part."
        )
    if 1 < part["n_speakers"] < FEW_SPEAKERS:
        said.append(
            f"{part['n_speakers']} speakers are few: the interval is wide, "
            "and holds if speakers' scores are about normally distributed."
        )
    if run["unfinished"]:
        said.append(
            f"Left out, because they have no predictions yet: "
            f"{enumeration(list(run['unfinished']))}."
        )
    if run["n_seeds"] == 1:
        said.append("One seed: the spread between seeds is not known.")
    is_drawn = any(map(run["protocol"].get, LABELLED_BY_DRAW))
    if is_drawn and run["n_trials"] == 1:
        said.append(
            "One draw of labelled utterances: how the score would move with "
            "others is not known, and the interval does not tell."
        )
    return said
