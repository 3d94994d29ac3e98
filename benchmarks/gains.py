"""Build the tables of what each method and each source corpus gains.

``tables.py`` writes them into the READMEs.
"""

from measured import difference, read, score

from speechbrain_clser.benchmark import leaderboard
from speechbrain_clser.evaluation.formatting import percent

# Study to its systems whose gains are shown, with all encoders.
METHODS = {
    "best": ("best",),
    "supcon_spkadv": ("supcon_spkadv",),
    "dual_anchor": ("dual_anchor",),
    "dual_anchor_acoustic": ("dual_anchor",),
    "sere": ("sere",),
    "hump_cat": ("hump_cat",),
    "systems": (
        *("layer_probe", "distilled", "capsule_mdd", "camulenet"),
        *("gmp_tl", "multi_gating"),
    ),
    "target_shots": ("pseudo_label", "dual_attention"),
    "systems_acoustic": ("capsule_mdd", "camulenet", "gmp_tl", "multi_gating"),
}
# A baseline with the adaptation of the method comes first, if the study has it.
BASELINES = {
    "source_only": ("source_only",),
    "linear": ("linear + em_gaussians", "linear"),
}


def method_gains() -> dict:
    """Build the table of gains of the methods on human speech.

    Returns
    -------
    dict
        Columns and rows: one per method and encoder, for studies with results. The
        baselines have the adaptation of the method.
    """
    return {
        "columns": [
            *("method", "study", "folds", "features", "mean UAR"),
            *(f"minus {name}" for name in BASELINES),
            "verdict",
        ],
        "rows": [
            row
            for study, names in METHODS.items()
            for found in [read(f"studies/{study}")]
            for name in names
            for row in _rows(name, found)
        ],
    }


def _rows(name, study):
    """Yield the row of each encoder of a study that has the method."""
    for one in study["means"]:
        if one["system"] != name:
            continue
        against = study["comparisons"][one["encoder"]]
        found = [
            next((against[n] for n in names if n in against), {})
            .get(name, {})
            .get("mean", {})
            .get("difference")
            for names in BASELINES.values()
        ]
        yield [
            *(name, study["title"], len(study["folds"]), one["encoder"]),
            score(one["uar"]),
            *(
                difference({**gain, "mean": gain["difference"]})
                if gain
                else None
                for gain in found
            ),
            verdict(dict(zip(BASELINES, found, strict=True))),
        ]


def verdict(gains) -> str:
    """Say in words what the intervals of differences establish.

    Arguments
    ---------
    gains : dict
        Baseline to ``low`` and ``high`` of the difference; None if the study does not
        have the baseline.

    Returns
    -------
    str
        A gain or a loss only if all intervals exclude 0; without bounds (an emotion
        of a single test speaker) neither. Missing baselines are named.

    Example
    -------
    >>> verdict(
    ...     {
    ...         "a": {"low": 0.01, "high": 0.05},
    ...         "b": {"low": -0.01, "high": 0.03},
    ...     }
    ... )
    'no established gain'
    >>> verdict({"a": None, "b": {"low": 0.01, "high": 0.05}})
    'gain; no comparison with a'
    """
    found = [gain for gain in gains.values() if gain]
    if any(gain["low"] is None for gain in found):
        text = "no interval"
    elif found and all(gain["low"] > 0 for gain in found):
        text = "gain"
    elif found and all(gain["high"] < 0 for gain in found):
        text = "loss"
    else:
        text = "no established gain"
    missing = [name for name, gain in gains.items() if not gain]
    if missing:
        text += f"; no comparison with {' and '.join(missing)}"
    return text


def transfer_matrix() -> dict:
    """Build the table of the study of transfer between corpora.

    Returns
    -------
    dict
        Columns and rows: a row per system, measure and source corpus, a column per
        target corpus; in percent.
    """
    matrices = leaderboard.matrices(read("studies/transfer_matrix"))
    targets = [*next(iter(matrices.values()))["UAR"]]
    return {
        "columns": ["system", "measure", "source", *targets],
        "rows": [
            [
                system.partition(",")[0],
                "relative gain" if measure == leaderboard.TRANSFER else measure,
                source,
            ]
            + [percent(row[t]) if t in row else None for t in targets]
            for system, of in matrices.items()
            for measure, rows in of.items()
            for source, row in rows.items()
        ],
    }


def systems_selection() -> dict:
    """Build the table of a choice among the cited systems."""
    found = [
        leaderboard.selection(read(f"studies/{name}"))
        for name in ("systems", "systems_acoustic")
    ]
    rows = [row for one in found for row in one["rows"]]
    return {**found[0], "rows": rows}


TABLES = (method_gains, systems_selection, transfer_matrix)
