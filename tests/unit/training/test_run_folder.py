import csv
import dataclasses
import json
import subprocess

import pytest
import torch
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.audit import audit
from speechbrain_clser.data.ledger import ledger
from speechbrain_clser.data.prepare import PreparedData
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut
from speechbrain_clser.features.style import Style
from speechbrain_clser.training.run_folder import (
    commit,
    describe,
    name,
    of_trial,
    plan,
    write,
    write_missing_values,
)

ROWS = rows_of("a", "deu") + rows_of("b", "ita")
PROTOCOL = Protocol.of("x", ("a",), ("b",))


def material(rows=ROWS, protocol=PROTOCOL):
    parts = cut(rows, protocol)
    return PreparedData(
        protocol,
        tuple(rows),
        parts,
        ledger(protocol, parts, "none", {"train"}, []),
        audit(parts, protocol),
        [],
    )


def test_counts_add_up():
    parts = describe(material())["parts"]
    assert sum(part["utterances"] for part in parts.values()) == len(ROWS)
    assert parts["test"]["classes"] == dict.fromkeys(PROTOCOL.classes, 8)
    assert parts["test"]["origins"] == ["b:ita"]
    assert parts["test"]["minutes"] == pytest.approx(32 * 1.5 / 60)


def test_labels_of_the_unlabelled_part_are_neither_counted_nor_written(
    tmp_path,
):
    protocol = changed(
        PROTOCOL, target_supervision="unlabelled", test_on="held_out"
    )
    blank = [
        dataclasses.replace(row, id=f"{row.id} blank", emotion="")
        for row in ROWS
    ]
    made = material([*ROWS, *blank], protocol)
    part = describe(made)["parts"]["unlabelled"]
    assert part["utterances"] == 32 and part["classes"] == {}
    write(tmp_path, made, "cpu", ["train.py"], Style())
    with open(tmp_path / "parts.csv") as file:
        output = [r for r in csv.DictReader(file) if r["part"] == "unlabelled"]
    assert len(output) == 32 and {row["emotion"] for row in output} == {""}


def test_everything_is_written_before_training(tmp_path):
    write(tmp_path, material(), "cpu", ["train.py", "x.yaml"], Style())
    book = json.loads((tmp_path / "ledger.json").read_text())
    assert book["sentence"].startswith("a:deu → b:ita")
    assert json.loads((tmp_path / "protocol.json").read_text())["digest"]
    environment = json.loads((tmp_path / "environment.json").read_text())
    assert environment["command"] == ["train.py", "x.yaml"]
    assert environment["packages"]["torch"]
    assert environment["encoder"]["config"]["n_mels"] == 40
    with open(tmp_path / "parts.csv") as file:
        output = {row["id"]: row for row in csv.DictReader(file)}
    assert len(output) == len(ROWS)
    assert {t["part"] for t in output.values()} == {"train", "valid", "test"}
    for row in ROWS:
        names = ("corpus", "language", "speaker", "emotion", "digest")
        assert all(output[row.id][name] == getattr(row, name) for name in names)
        assert float(output[row.id]["duration_s"]) == row.duration_s


def test_what_utterances_lack_is_counted_part_by_part(tmp_path):
    parts = material().parts
    frames = {row.id: torch.ones(2, 2) for row in ROWS}
    for row in parts.test[:3]:
        frames[row.id][:, 1] = float("nan")
    write_missing_values(tmp_path, ("pitch", "pause"), parts, frames)
    output = json.loads((tmp_path / "missing_values.json").read_text())
    assert list(output) == ["train", "valid", "test"]  # others are empty
    assert output["test"]["columns"] == {"pause": 3}
    assert output["test"]["n_utterances"] == len(parts.test)
    assert output["train"]["n_lacking"] == 0


def test_other_data_is_refused_with_old_checkpoints(tmp_path):
    write(tmp_path, material(), "cpu", [], Style())
    (tmp_path / "seed_1").mkdir()
    write(tmp_path, material(), "cpu", [], Style())
    other = changed(PROTOCOL, split_seed=5)
    with pytest.raises(ValueError, match="a run on other protocol values"):
        write(tmp_path, material(protocol=other), "cpu", [], Style())
    relabelled = [dataclasses.replace(ROWS[0], emotion="sadness"), *ROWS[1:]]
    with pytest.raises(ValueError, match="a run on other data"):
        write(tmp_path, material(relabelled), "cpu", [], Style())


def test_run_of_a_version_with_fewer_columns_may_go_on(tmp_path):
    write(tmp_path, material(), "cpu", [], Style())
    (tmp_path / "seed_1").mkdir()
    path = tmp_path / "parts.csv"
    whole = path.read_text()
    rows = list(csv.reader(whole.splitlines()))
    places = [rows[0].index("id"), rows[0].index("part")]
    fewer = "\n".join(",".join(row[k] for k in places) for row in rows)
    path.write_text(fewer + "\n")
    write(tmp_path, material(), "cpu", [], Style())
    assert path.read_text() == whole
    path.write_text(fewer.replace("valid", "train") + "\n")
    with pytest.raises(ValueError, match="a run on other data"):
        write(tmp_path, material(), "cpu", [], Style())


def test_name_in_the_grammar_gives_one_safe_folder():
    path = name("x", "iemocap_to_iemocap/1:share=0.2", "org/whisper", "none")
    assert path == "results/x/iemocap_to_iemocap-1-share-0.2/whisper_none"
    old = name("x", "emodb_to_emovo_unlabelled", "whisper", "none")
    assert old == "results/x/emodb_to_emovo_unlabelled/whisper_none"


def test_parts_of_every_trial_are_written(tmp_path):
    protocol = Protocol.of("few", ("a",), ("b",), source_shots_per_class=1)
    for trial in range(2):
        output = dataclasses.replace(
            material(protocol=protocol), parts=cut(ROWS, protocol, trial)
        )
        write(of_trial(tmp_path, trial), output, "cpu", [], Style())
    first, second = (
        (folder / "parts.csv").read_text()
        for folder in (tmp_path, tmp_path / "trial_1")
    )
    drawn = [
        {line for line in text.splitlines() if line.startswith("train")}
        for text in (first, second)
    ]
    assert drawn[0] != drawn[1] and len(drawn[0]) == len(drawn[1]) == 4


def test_facts_that_stay_the_same_are_not_written_again(tmp_path, monkeypatch):
    write(tmp_path, material(), "cpu", [], Style())
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    monkeypatch.setattr("os.replace", None)
    write(tmp_path, material(), "cpu", [], Style())
    assert before == {p: p.stat().st_mtime_ns for p in tmp_path.iterdir()}


@pytest.mark.parametrize(
    ("name", "n_bytes"),
    [
        *(("protocol.json", 0), ("protocol.json", 70)),
        *(("parts.csv", 0), ("parts.csv", 70)),
        ("parts.csv", "at a line end"),
    ],
)
def test_damaged_fact_of_a_run_is_named_and_made_again_when_deleted(
    tmp_path, name, n_bytes, caplog
):
    write(tmp_path, material(), "cpu", [], Style())
    (tmp_path / "seed_1").mkdir()
    path = tmp_path / name
    whole = path.read_bytes()
    if n_bytes == "at a line end":
        n_bytes = whole[:-1].rindex(b"\n") + 1
    path.write_bytes(whole[:n_bytes])
    with pytest.raises(ValueError, match=f"{name}: expected .* delete it"):
        write(tmp_path, material(), "cpu", [], Style())
    path.unlink()
    write(tmp_path, material(), "cpu", [], Style())
    assert path.read_bytes() == whole
    assert f"{path}: not there, so it is written anew" in caplog.text


def git(folder, *arguments):
    me = ("-c", "user.name=me", "-c", "user.email=me@localhost")
    done = subprocess.run(
        ["git", "-C", str(folder), *me, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.py").write_text("1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "package")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v1")
    return folder


def test_commit_is_returned_with_a_mark_of_changes(clone):
    head = git(clone, "rev-parse", "HEAD")
    assert len(head) == 40 and commit(clone) == head
    (clone / "a.py").write_text("2\n")
    assert commit(clone) == f"{head}-dirty"


def test_clone_of_others_does_not_count(clone):
    other = clone.parent / "site-packages"
    other.mkdir()
    (other / "b.py").touch()
    assert commit(other) == ""


def test_without_git_nothing_is_returned(clone, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit(clone) == ""


def test_plan_lists_parts_supervision_and_audit():
    what = material()
    text = plan(describe(what), what.ledger, what.findings, "device cpu")
    assert "Supervision: a:deu → b:ita" in text
    assert "test" in text and "unlabelled" not in text
    assert "audit, note: 2 sentences in both train and valid" in text
    assert text.endswith("device cpu")


def test_classes_of_the_unlabelled_part_are_not_counted():
    protocol = changed(
        PROTOCOL, target_supervision="unlabelled", test_on="held_out"
    )
    what = material(protocol=protocol)
    text = plan(describe(what), what.ledger, what.findings, "device cpu")
    (line,) = [li for li in text.splitlines() if li.startswith("unlabelled")]
    assert line.split() == ["unlabelled", "16", "2", "0.4", *"----", "b:ita"]


def test_class_without_test_utterance_is_named():
    what = material()
    description = describe(what)
    text = plan(description, what.ledger, what.findings, "device cpu")
    assert "warning" not in text
    first, *others = description["parts"]["test"]["classes"]
    description["parts"]["test"]["classes"][first] = 0
    text = plan(description, what.ledger, what.findings, "device cpu")
    expected = f"no utterance of {first}: UAR will be the mean over the other"
    assert f"{expected} {len(others)} classes" in text
