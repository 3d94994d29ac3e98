"""Probe the layers of an encoder and select the best ones."""

import csv
import io
import json
from pathlib import Path

from speechbrain_clser.cache import cache_folder
from speechbrain_clser.corpora import source_language
from speechbrain_clser.data import prepare
from speechbrain_clser.data import protocol as protocols
from speechbrain_clser.features.encoders import extractor as build
from speechbrain_clser.io import atomic_write
from speechbrain_clser.training import layer_choice

NOT_USED = "target (not used for choosing)"


def probe(
    encoder,
    protocol,
    data_folder,
    out,
    normalise_by="none",
    window="real",
    allow_bad_files=False,
    device="cpu",
) -> dict:
    """Score a linear probe on every layer and write the scores.

    Returns
    -------
    dict
        As returned by ``layer_choice.choose``; each row of ``validation`` also
        has ``target``.
    """
    features = build(encoder, language=source_language(protocol), window=window)
    out, protocol = Path(out), protocols.load(protocol)
    if not protocol.scheme.classes:
        raise ValueError(
            f"clser layers probes classes, found the task {protocol.task} of "
            f"protocol {protocol.name!r}; give a protocol without the key task"
        )
    material = prepare.prepare(
        protocol,
        data_folder,
        out / "manifests",
        normalise_by,
        used={"train"},
        allow_bad_files=allow_bad_files,
    )
    parts, scheme, cache = material.parts, protocol.scheme, cache_folder()
    source = [*parts.train, *parts.valid]
    args = scheme, cache, normalise_by, device
    found = layer_choice.choose(features, source, *args)

    statistics = layer_choice.all_layers(features)
    rows = [*source, *parts.test]
    view = layer_choice.statistics_of(statistics, rows, cache, device)
    target = layer_choice.score_target(
        statistics, view, source, parts.test, scheme, normalise_by
    )
    for row, score in zip(found["validation"], target, strict=True):
        row["target"] = score
    text = json.dumps(
        {"encoder": encoder, "protocol": protocol.name, **found}, indent=1
    )
    atomic_write(out / "layers.json", f"{text}\n")
    rows = io.StringIO()
    csv.writer(rows).writerows(table(found))
    atomic_write(out / "layers.csv", rows.getvalue())
    return found


def table(found) -> list:
    """Format the scores as a table.

    The chosen row is marked.

    Example
    -------
    >>> row = {"layers": "2-4", "uar": 0.5, "folds": {"urdu": 0.5}, "target": 0}
    >>> table({"validation": [row], "chosen": "2-4"})[1]
    ['2-4', '50.0', '50.0', '0.0', '*']
    """
    folds = [*found["validation"][0]["folds"]]
    head = ["layers", "source validation", *folds, NOT_USED, "chosen"]
    rows = [
        [
            row["layers"],
            *(
                f"{100 * share:.1f}"
                for share in (row["uar"], *row["folds"].values(), row["target"])
            ),
            "*" if row["layers"] == found["chosen"] else "",
        ]
        for row in found["validation"]
    ]
    return [head, *rows]
