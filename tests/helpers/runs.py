"""Generate a synthetic run folder."""

import csv
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from speechbrain_clser.evaluation import predictions

CLASSES = ("anger", "happiness", "sadness")
DIM = 8
# Of the random numbers of a part; the golden pages depend on them.
SEEDS = {"source_valid": 12, "source_valid_before": 19, "test": 13}
PARTS_COLUMNS = (
    *("id", "corpus", "language", "speaker", "gender"),
    *("emotion", "duration_s"),
)


def make_run(
    folder,
    seeds=(1, 2),
    skill=2.0,
    n_target_speakers=4,
    n_per_speaker=12,
    true_classes=CLASSES,
    audit=True,
    epochs=6,
):
    """Write a run of two languages: training on German, test on Urdu.

    Arguments
    ---------
    folder : path
        Run folder to create.
    seeds : sequence of int
        Seeds of the trainings.
    skill : float
        Logit offset of the right class; 0 is chance.
    n_target_speakers : int
        Number of Urdu speakers; validation has four German speakers.
    n_per_speaker : int
        Utterances per speaker.
    true_classes : sequence of str
        Classes of the target.
    audit : bool
        Whether the audit has findings.
    epochs : int
        Number of epochs.

    Returns
    -------
    Path
        ``folder``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parts = {
        "train": _task("emodb", "deu", range(4, 8), 4 * n_per_speaker, CLASSES),
        "valid": _task("emodb", "deu", range(4), n_per_speaker, CLASSES),
        "test": _task(
            "urdu", "urd", range(n_target_speakers), n_per_speaker, true_classes
        ),
    }
    valid, test = parts["valid"], parts["test"]
    for name, value in _facts(parts, audit).items():
        _write_json(folder / f"{name}.json", value)
    with open(folder / "parts.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["part", *PARTS_COLUMNS])
        for part, rows in parts.items():
            writer.writerows(
                [part, *(row[key] for key in PARTS_COLUMNS)] for row in rows
            )
    for seed in seeds:
        path = folder / f"seed_{seed}"
        path.mkdir(exist_ok=True)
        (path / "hyperparams.yaml").write_text(
            f"# Made up\nseed: {seed}\nencoder: acoustic\n"
            "normalise_by: none\nlr: 0.001\n"
            "method: !new:speechbrain_clser.methods.source_only.SourceOnly\n"
            "    dim: 8\nloss_weights:\n    emotion: 1.0\n",
            encoding="utf-8",
        )
        records = _records(seed, epochs)
        text = "".join(json.dumps(record) + "\n" for record in records)
        (path / "epochs.jsonl").write_text(text, encoding="utf-8")
        best = max(records, key=lambda record: record["source_valid_uar"])
        _write_json(
            path / "selected.json", {"rule": "source_valid_uar", **best}
        )
        _predict(path, "source_valid", valid, seed, skill + 1.0)
        _embed(path, "source_valid_before", valid, seed, skill=0.0)
        _predict(path, "test", test, seed, skill)
    return folder


def set_method(folder, path, old="source_only.SourceOnly"):
    """Change the class of the method of all seeds of a run."""
    for yaml in Path(folder).rglob("hyperparams.yaml"):
        text = yaml.read_text(encoding="utf-8")
        text = text.replace(old, path)
        yaml.write_text(text, encoding="utf-8")


def _write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _task(corpus, language, speakers, n_per_speaker, true_classes):
    """Generate utterances with the columns of predictions and parts.csv.

    Durations increase with the class index, with some overlap.
    """
    return [
        {
            "id": f"{corpus}_{speaker}_{k}",
            "corpus": corpus,
            "language": language,
            "speaker": f"{corpus}_{speaker:02d}",
            "gender": ("female", "male")[speaker % 2],
            "target": true_classes[k % len(true_classes)],
            "emotion": true_classes[k % len(true_classes)],
            "duration_s": 1.0
            + 0.4 * (k % len(true_classes))
            + 0.3 * (k // 3 % 4),
        }
        for speaker in speakers
        for k in range(n_per_speaker)
    ]


def _predict(folder, part, rows, seed, skill):
    """Write predictions and embeddings of one seed."""
    rng = np.random.default_rng([seed, SEEDS[part]])
    target = np.array([CLASSES.index(row["target"]) for row in rows])
    evidence = rng.normal(size=(len(rows), len(CLASSES)))
    evidence += skill * np.eye(len(CLASSES))[target]
    probabilities = np.exp(evidence)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    predictions.write(
        folder / "predictions" / f"{part}.csv",
        [
            {
                **row,
                "predicted": CLASSES[p.argmax()],
                **{f"p_{n}": v for n, v in zip(CLASSES, p, strict=True)},
            }
            for row, p in zip(rows, probabilities, strict=True)
        ],
    )
    _embed(folder, part, rows, seed, skill)


def _embed(folder, part, rows, seed, skill):
    """Write embeddings that contain the emotion, scaled, and the speaker."""
    rng = np.random.default_rng([seed, SEEDS[part]])
    names = sorted({row["speaker"] for row in rows})
    of = np.random.default_rng(0)
    emotions = skill * of.normal(size=(len(CLASSES), DIM))
    voices = of.normal(size=(len(names), DIM))
    embeddings = rng.normal(size=(len(rows), DIM))
    for k, row in enumerate(rows):
        embeddings[k] += emotions[CLASSES.index(row["target"])]
        embeddings[k] += voices[names.index(row["speaker"])]
    path = folder / "embeddings" / f"{part}.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file({"embedding": embeddings.astype(np.float32)}, path)


def _records(seed, epochs):
    """Generate the records of a training that overfits slightly."""
    rng = np.random.default_rng(seed)
    records = []
    for epoch in range(1, epochs + 1):
        noise = rng.normal(scale=0.03)
        loss = 0.2 + float(np.exp(-epoch / 3))
        uar = 0.75 - 0.4 * float(np.exp(-epoch / 2)) - 0.01 * epoch + noise
        records.append(
            {
                "phase": "train",
                "epoch": epoch,
                "lr": 0.001,
                "train_loss": loss,
                "train_emotion": loss,
                "source_valid_loss": loss + 0.1 + 0.02 * epoch + noise,
                "source_valid_uar": uar,
                "seconds": 2.5,
            }
        )
    return records


def _facts(parts, audit):
    """Return the JSON files of the run folder."""
    return {
        "protocol": {
            "name": "emodb_to_urdu",
            "sources": ["emodb"],
            "targets": ["urdu"],
            "classes": list(CLASSES),
            "merge_classes": {},
            "target_supervision": "none",
            "shots": 0,
            "split": "speaker_disjoint",
            "select_by": "source_valid_uar",
            "note": "",
            "digest": "0123456789ab",
        },
        "ledger": {
            "sources": ["emodb:deu"],
            "targets": ["urdu:urd"],
            "target_audio": "none",
            "target_labels": 0,
            "target_speakers": False,
            "language_id": False,
            "labelled_corpora": ["emodb"],
            "transductive": False,
            "oracle": False,
            "leaks": [],
            "sentence": (
                "emodb:deu → urdu:urd; no target audio; no target labels; "
                "inductive"
            ),
        },
        "audit": [
            {
                "kind": "emotion by speaker",
                "parts": ["test"],
                "n": 26,
                "examples": ["urdu_SF1", "urdu_SM2"],
                "severity": "confound",
                "sentence": (
                    "urdu in test: 26 of 29 speakers with two or more "
                    "utterances have one emotion only, so the speaker reveals "
                    "the label."
                ),
            },
            {
                "kind": "sentence",
                "parts": ["train", "valid"],
                "n": 10,
                "examples": ["emodb/deu/a01"],
                "severity": "note",
                "sentence": (
                    "10 sentences in both train and valid (emodb/deu/a01, …)."
                ),
            },
        ]
        if audit
        else [],
        "data": {
            "parts": {
                "train": _count(parts["train"], "emodb:deu"),
                "valid": _count(parts["valid"], "emodb:deu"),
                "target_labelled": _count([], None),
                "unlabelled": _count([], None),
                "test": _count(parts["test"], "urdu:urd"),
            },
            "left_out": {"no class of the scheme: boredom": 81},
            "corpora": [
                _card("emodb", "Berlin Database of Emotional Speech", "deu"),
                _card("urdu", "URDU <emotion> & speech", "urd"),
            ],
        },
        "environment": {
            "python": "3.11.9",
            "platform": "Linux",
            "device": "cpu",
            "command": [
                "train.py",
                "hparams/source_only.yaml",
                "--protocol",
                "emodb_to_urdu",
            ],
            "packages": {"speechbrain": "1.1.2", "torch": "2.11.0"},
            "commit": "0123456789" * 4,
        },
    }


def _count(rows, origin):
    return {
        "utterances": len(rows),
        "speakers": len({row["speaker"] for row in rows}),
        "minutes": round(len(rows) / 20, 1),
        "origins": [origin] if rows else [],
        "classes": {
            name: sum(row["target"] == name for row in rows) for name in CLASSES
        },
    }


def _card(name, title, language):
    return {
        "name": name,
        "title": title,
        "languages": [language],
        "n_utterances": 400,
        "n_speakers": 29,
        "elicitation": "acted",
        "licence": "free for research",
        "citation": "Author et al., 2005",
        "address": "https://example.org/corpus",
        "folders": [name],
    }
