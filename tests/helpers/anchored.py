"""Add diagnostics of dual anchoring to a synthetic run."""

import json
from pathlib import Path

import numpy as np
from helpers.runs import set_method

PHONES = ("a", "e", "i", "o", "ʃ")


def anchor(folder, epochs=3):
    """Add an unlabelled part and anchoring diagnostics to a run of ``make_run``.

    Speakers of both languages form two communities in each emotion, connected
    by one edge; sadness has too few utterances for communities. Returns the
    folder.
    """
    folder = Path(folder)
    set_method(folder, "dual_anchor.DualAnchor")
    header, *lines = (folder / "parts.csv").read_text("utf-8").splitlines()
    rows_used = [line for line in lines if line.startswith("test")]
    rows_used = [line.replace("test", "unlabelled", 1) for line in rows_used]
    text = "\n".join([header, *lines, *rows_used, ""])
    (folder / "parts.csv").write_text(text, encoding="utf-8")
    data = json.loads((folder / "data.json").read_text())
    data["parts"]["unlabelled"]["utterances"] = len(rows_used)
    (folder / "data.json").write_text(json.dumps(data))
    speakers = [
        sorted({line.split(",")[4] for line in lines if line.startswith(part)})
        for part in ("train", "test")
    ]
    languages = [k for k, names in enumerate(speakers) for _ in names]
    for path in sorted(folder.glob("seed_*")):
        notes = [
            _epoch(epoch / epochs, languages, 10 * epoch, len(rows_used))
            for epoch in range(1, epochs + 1)
        ]
        # Two right, one wrong and one of an utterance that is not scored.
        ids = ("urdu_0_0", "urdu_0_1", "urdu_1_1", "urdu_9_9")
        (path / "notes.json").write_text(
            json.dumps(
                {
                    "anchoring": notes,
                    "pseudo_labels": dict(zip(ids, (0, 1, 0, 0), strict=True)),
                }
            )
        )
    return folder


def _epoch(progress, languages, n_pseudo_labels, n_unlabelled):
    """Return the diagnostics of one epoch with the keys of the JSON file."""
    return {
        "progress": progress,
        "n_pseudo_labels": n_pseudo_labels,
        "n_unlabelled": n_unlabelled,
        "communities": {
            "styles": {
                "own_neutral": 0,
                "language_mean": 2 * len(languages),
                "nothing": 0,
                "unknown_speaker": 0,
                "unknown_emotion": 7,
            },
            "emotions": {str(k): _communities(languages) for k in range(2)},
        },
        "anchors": {
            "0": [
                {"phone": phone, "weight": 2.0 - k / 4, "reliability": 0.2}
                for k, phone in enumerate(PHONES)
            ],
            "1": [],
            "2": [],
        },
    }


def _communities(languages):
    """Return a graph with communities of even and odd speakers."""
    n = len(languages)
    labels = [k % 2 for k in range(n)]
    rng = np.random.default_rng(n)
    pairs = [(0, 1)] + [
        (i, j)
        for i in range(n)
        for j in range(i + 2, n, 2)
        if rng.random() < 0.5
    ]
    return {
        "n_speakers": n,
        "n_edges": len(pairs),
        "n_isolated": 0,
        "n_communities": 2,
        "n_found": 3,
        "is_fallback": False,
        "predefined_splits": [(n + 1) // 2, n // 2],
        "modularity": 0.4321,
        "n_attached": 1,
        "edges": sorted([*pairs, *((j, i) for i, j in pairs)]),
        "labels": labels,
        "speakers": list(range(n)),
        "languages": languages,
    }
