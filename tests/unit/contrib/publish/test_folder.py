import json
import shutil

import pytest
from helpers.finished import of_best

from speechbrain_clser.contrib.publish.folder import write
from speechbrain_clser.data import audio
from speechbrain_clser.inference.provenance import digest_of_model

ID = "me/model"


def of(run, licence):
    """Change the licence of the training corpus of a run."""
    path = run / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["data"]["corpora"][0]["licence"] = licence
    path.write_text(json.dumps(report), encoding="utf-8")
    return run


def test_folder_is_the_model_with_its_card(run):
    folder = write(run, ID)
    assert folder == run / "published"
    for path in (run / "model").iterdir():
        is_same = (folder / path.name).read_bytes() == path.read_bytes()
        assert is_same == (path.name != "README.md")
    assert 'from_hparams("me/model")' in (folder / "README.md").read_text()
    config = json.loads((folder / "config.json").read_text())
    assert config == {"speechbrain_interface": "EncoderClassifier"}
    assert audio.check(folder / "example.wav")[0] > 0.5


def test_card_has_the_stress_test_of_this_model(run):
    found = {
        "model_sha256": digest_of_model(run / "model"),
        **{"protocol": "demo", "n_utterances": 9, "n_speakers": 3},
        **{"conditions": [{"missing": "x"}], "gaps": []},
    }
    path = run / "stress" / "stress.json"
    path.parent.mkdir()
    path.write_text(json.dumps(found))
    text = (write(run, ID) / "README.md").read_text()
    assert "\n## Robustness and fairness\n" in text
    path.write_text(json.dumps({**found, "model_sha256": "other"}))
    with pytest.raises(ValueError, match="stress.json: expected results of th"):
        write(run, ID)


def test_model_folder_is_unchanged(run):
    before = (run / "model" / "README.md").read_text()
    write(run, ID)
    assert (run / "model" / "README.md").read_text() == before


def test_writing_again_replaces_the_folder(run):
    first = (write(run, ID) / "README.md").read_bytes()
    (run / "published" / "old.ckpt").touch()
    folder = write(run, ID)
    assert (folder / "README.md").read_bytes() == first
    assert not (folder / "old.ckpt").exists()


@pytest.mark.parametrize("name", ["report.json", "model/hyperparams.yaml"])
def test_run_without_report_or_model_is_refused(name, run):
    (run / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"expected {name} in"):
        write(run, ID)
    assert not (run / "published").exists()


def test_closed_licence_is_refused_unless_allowed(run):
    of(run, "CC BY-NC-ND 4.0")
    with pytest.raises(ValueError, match="--allow-licence emodb"):
        write(run, ID)
    assert not (run / "published").exists()
    assert write(run, ID, allow_licence=["emodb"]).is_dir()


def test_licence_of_test_corpora_is_not_checked(run):
    path = run / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["data"]["corpora"][1]["licence"] = "unknown"
    path.write_text(json.dumps(report), encoding="utf-8")
    assert write(run, ID).is_dir()


def test_licence_of_the_model_is_in_the_metadata(run):
    text = (write(run, ID, licence="cc-by-4.0") / "README.md").read_text()
    assert "license: cc-by-4.0" in text


def test_training_of_a_later_trial_is_found(run):
    (run / "trial_1").mkdir()
    shutil.copy(run / "protocol.json", run / "trial_1")
    shutil.move(run / "seed_2", run / "trial_1" / "seed_1002")
    chosen = run / "trial_1" / "seed_1002" / "selected.json"
    record = json.loads(chosen.read_text()) | {"source_valid_uar": 1.0}
    chosen.write_text(json.dumps(record))
    path = run / "report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["parts"]["test"]["per_seed"][1] |= {
        "trial": 1,
        "seed": 1002,
        "uar": 0.4321,
    }
    path.write_text(json.dumps(report), encoding="utf-8")
    of_best(run)
    text = (write(run, ID) / "README.md").read_text()
    assert "(seed 1002) has a UAR of 43.2" in text


def test_outdated_model_is_refused(run):
    shutil.copytree(run / "seed_1", run / "seed_3")
    with pytest.raises(
        ValueError, match="expected model/ to contain the selected"
    ):
        write(run, ID)
    assert not (run / "published").exists()


def test_outdated_report_is_refused(run, output):
    per_seed = output["parts"]["test"]["per_seed"]
    output["parts"]["test"]["per_seed"] = [
        {**one, "seed": one["seed"] + 7} for one in per_seed
    ]
    (run / "report.json").write_text(json.dumps(output), encoding="utf-8")
    with pytest.raises(ValueError, match="run clser report"):
        write(run, ID)
