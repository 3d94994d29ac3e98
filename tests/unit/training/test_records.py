import json

from speechbrain_clser.training.records import EpochRecords


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_resumed_run_does_not_record_an_epoch_twice(tmp_path):
    path = tmp_path / "epochs.jsonl"
    records = EpochRecords(path, "train")
    records.append({"epoch": 1})
    records.save(tmp_path / "checkpoint")
    records.append({"epoch": 2})

    resumed = EpochRecords(path, "train")
    resumed.load(tmp_path / "checkpoint", end_of_epoch=True)
    resumed.append({"epoch": 2})
    assert [line["epoch"] for line in lines(path)] == [1, 2]


def test_phases_share_the_file(tmp_path):
    path = tmp_path / "epochs.jsonl"
    for phase in ("source", "target"):
        EpochRecords(path, phase).append({"epoch": 1})
    assert [line["phase"] for line in lines(path)] == ["source", "target"]


def test_damaged_file_is_made_again_from_the_checkpoints(tmp_path, caplog):
    path = tmp_path / "epochs.jsonl"
    for phase in ("source", "target"):
        records = EpochRecords(path, phase)
        records.append({"epoch": 1})
        records.save(tmp_path / phase)
    whole = path.read_text()
    path.write_text(whole[:10] + "\n" + whole[-15:])
    for phase in ("source", "target"):
        EpochRecords(path, phase).load(tmp_path / phase, end_of_epoch=True)
    assert path.read_text() == whole
    assert f"{path}, line 1: damaged" in caplog.text
