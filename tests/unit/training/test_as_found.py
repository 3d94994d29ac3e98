import pytest

from speechbrain_clser.training import as_found as module
from speechbrain_clser.training.as_found import as_found


def write(folder, *names, text="new"):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.is_file() and path.read_text()
        for path in folder.rglob("*")
    }


EARLY = (
    *("settings.json", "protocol.json", "parts.csv", "manifests/north.csv"),
    *("trial_1/protocol.json", "trial_1/parts.csv"),
    *("seed_1/hyperparams.yaml", "seed_1/log.txt", "seed_1/save/train/x"),
    "trial_1/seed_1001/log.txt",
)
DRAWS = [range(1, 3), range(1001, 1003)]


def fail(folder, *names, kind=ValueError):
    """Write, as a run does, and fail."""
    with pytest.raises(kind, match="no such corpus"):
        with as_found(folder, DRAWS):
            write(folder, *names)
            raise kind("no such corpus")


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_new_folder_and_its_new_parents_go(tmp_path, kind):
    (tmp_path / "results").mkdir()
    folder = tmp_path / "results" / "source_only" / "demo"
    fail(folder, *EARLY, kind=kind)
    assert contents(tmp_path) == {"results": False}


def test_parent_that_another_run_uses_stays(tmp_path):
    with pytest.raises(ValueError, match="nothing"):
        with as_found(tmp_path / "results" / "one", DRAWS):
            write(tmp_path / "results", "one/settings.json", "two/report.json")
            raise ValueError("nothing")
    assert contents(tmp_path / "results") == {
        "two": False,
        "two/report.json": "new",
    }


def test_success_keeps_everything(tmp_path):
    with as_found(tmp_path / "run", DRAWS):
        write(tmp_path / "run", *EARLY)
    assert (tmp_path / "run" / "trial_1" / "seed_1001" / "log.txt").is_file()


@pytest.mark.parametrize(
    "progress",
    [
        "seed_1/epochs.jsonl",
        "trial_1/seed_1002/epochs.jsonl",
        "seed_2/save/train/CKPT+0/CKPT.yaml",  # within a long first epoch
    ],
)
def test_training_keeps_everything(tmp_path, progress):
    folder = tmp_path / "run"
    fail(folder, *EARLY, progress)
    assert contents(folder).keys() >= {*EARLY, progress}


def test_run_of_before_is_as_it_was(tmp_path):
    folder = tmp_path / "run"
    write(
        folder,
        *("settings.json", "protocol.json", "parts.csv", "report.html"),
        *("manifests/north.csv", "seed_1/epochs.jsonl", "seed_1/log.txt"),
        *("model/model.ckpt", "notes.txt"),
        text="old",
    )
    before = contents(folder)
    fail(folder, "protocol.json", "manifests/south.csv", "manifests/north.csv")
    assert contents(folder) == before
    # A seed that is to be added and fails is not there afterwards.
    fail(folder, "environment.json", "seed_2/log.txt", "trial_1/parts.csv")
    assert contents(folder) == before


def test_empty_folder_of_the_user_stays(tmp_path):
    fail(tmp_path, "settings.json", "manifests/north.csv")
    assert tmp_path.is_dir() and contents(tmp_path) == {}


def test_other_files_of_a_folder_are_not_touched(tmp_path):
    write(tmp_path, "thesis.tex", "data/a.json", text="mine")
    fail(tmp_path, "settings.json")
    assert contents(tmp_path) == {
        "thesis.tex": "mine",
        "data": False,
        "data/a.json": "mine",
    }


def test_folder_in_which_another_process_trains_is_left_alone(tmp_path):
    folder = tmp_path / "run"
    fail(folder, "settings.json", "seed_1/log.txt", "seed_77/log.txt")
    assert {"settings.json", "seed_77/log.txt"} <= contents(folder).keys()


def test_only_the_main_process_undoes(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "if_main_process", lambda: False)
    fail(tmp_path / "run", "settings.json")
    assert (tmp_path / "run" / "settings.json").is_file()
