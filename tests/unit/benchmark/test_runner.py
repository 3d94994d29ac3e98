"""Cells are run once, in parallel, and a failure stops no other cell."""

import multiprocessing
import time
from concurrent.futures import Future

import pytest

from speechbrain_clser.benchmark.runner import (
    Setup,
    estimate_s,
    find_recipe,
    launcher,
    run,
    run_cell,
)
from speechbrain_clser.benchmark.study import Cell


def cell(fold, target="urdu", encoder="a", **overrides):
    name = f"emodb_to_{target}"
    return Cell("s", encoder, {fold: ()}, name, "linear", overrides)


@pytest.fixture
def setup(tmp_path, recipe):
    """Return the folders of a study."""
    return Setup(tmp_path, "", recipe)


def starts(setup, cell):
    return len((setup.folder(cell) / "starts").read_text())


def run_all(cells, setup, name="local", jobs=2):
    ended = []
    with launcher(name, jobs, setup.output, {}) as submit:
        failed = run(cells, setup, submit, jobs, lambda *of: ended.append(of))
    return failed, ended


def test_failures_are_listed_and_only_unfinished_cells_run_again(setup):
    good, bad = cell("good"), cell("bad", fail="one")
    failed, ended = run_all([bad, good], setup)
    assert failed == {bad.name: "first line\nexpected no failure, found one"}
    assert {of: bool(message) for of, message in ended} == {
        good: False,
        bad: True,
    }
    run_all([good, bad], setup)
    assert (starts(setup, good), starts(setup, bad)) == (1, 2)


@pytest.mark.parametrize(
    "error", [RuntimeError("job killed"), OSError("disk full")]
)
def test_a_job_that_ends_without_a_result_is_a_failed_cell(setup, error):
    bad, good = cell("bad"), cell("good")

    def submit(function, command, recipe, folder, arguments):
        if folder == setup.folder(bad):
            future = Future()
            future.set_exception(error)
            return future
        return pool(function, command, recipe, folder, arguments)

    with launcher("local", 1, setup.output, {}) as pool:
        failed = run([bad, good], setup, submit, 1, lambda *_: None)
    assert failed == {bad.name: str(error)}
    assert setup.is_done(good) and not setup.is_done(bad)


def test_a_cell_with_other_settings_is_not_done(setup):
    run_all([cell("one")], setup)
    assert setup.is_done(cell("one"))
    assert not setup.is_done(cell("one", skill=2.0))


def test_cells_with_the_same_features_to_extract_do_not_run_together(setup):
    first, same = cell("1", sleep_s=0.4), cell("2", sleep_s=0.4)
    other, later = cell("3", encoder="b"), cell("4", sleep_s=0.1)
    running, most = set(), []

    def submit(function, command, recipe, folder, arguments):
        running.add(folder)
        most.append({path.name for path in running})
        future = pool(function, command, recipe, folder, arguments)
        future.add_done_callback(lambda _: running.discard(folder))
        return future

    cells = [first, same, other, later]
    with launcher("local", 3, setup.output, {}) as pool:
        assert not run(cells, setup, submit, 3, lambda *_: None)
    assert most[:2] == [{"1"}, {"1", "3"}]
    assert any({"2", "4"} <= together for together in most)  # extracted by then


def test_a_second_process_waits_for_a_running_cell(setup):
    slow = cell("slow", sleep_s=1.0)
    arguments = (
        *(setup.command(slow), setup.recipe),
        *(setup.folder(slow), slow.arguments),
    )
    first = multiprocessing.get_context("spawn").Process(
        target=run_cell, args=arguments
    )
    first.start()
    while not (setup.folder(slow) / "starts").exists():
        time.sleep(0.05)
    first.kill()  # its train.py goes on
    first.join()
    start = time.monotonic()
    assert run_cell(*arguments) == ""
    assert time.monotonic() - start > 1.1
    assert starts(setup, slow) == 2


def test_the_estimate_is_of_the_same_system_and_encoder(setup):
    done, left = cell("1", sleep_s=0.3), cell("2")
    assert estimate_s([done, left], setup, 1) is None
    run_all([done], setup)
    alone = estimate_s([done, left], setup, 1)
    assert alone > 0.3
    assert estimate_s([done, left], setup, 2) == alone / 2


def test_submitit_runs_cells_in_processes_of_its_own(setup):
    cells = [cell("good"), cell("bad", fail="one")]
    failed, _ = run_all(cells, setup, "submitit-local")
    assert list(failed) == [cells[1].name]
    assert setup.is_done(cells[0])
    assert any((setup.output / "submitit").iterdir())


def test_a_missing_recipe_is_refused(tmp_path, recipe):
    assert find_recipe(recipe) == recipe.resolve()
    with pytest.raises(
        FileNotFoundError, match="expected train.py and hparams"
    ):
        find_recipe(tmp_path)
