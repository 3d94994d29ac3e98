import sys
import types

import pytest
from helpers import runs
from helpers.commands import clser, done, rows


def test_report_is_rebuilt(tmp_path):
    run = runs.make_run(tmp_path / "run")
    text = done("report", run)
    assert "test" in text
    assert (run / "report.html").is_file()
    assert "give the output_folder" in clser("report", tmp_path).stderr


def test_export_passes_arguments(monkeypatch):
    given = []
    stand_in = types.SimpleNamespace(
        export_run=lambda *arguments: given.append(arguments) or "run/model"
    )
    name = "speechbrain_clser.commands.reexport"
    monkeypatch.setitem(sys.modules, name, stand_in)
    assert done("export", "run") == "run/model\n"
    done(
        *("export", "run", "--out", "m", "--pack-encoder"),
        *("--data-folder", "{a: b}", "--device", "cuda"),
    )
    assert given == [
        ("run", None, None, False, "cpu"),
        ("run", "m", "{a: b}", True, "cuda"),
    ]


def test_run_or_model_is_exported_to_onnx(monkeypatch, tmp_path):
    given = []
    stand_in = types.SimpleNamespace(
        export_onnx=lambda *arguments: given.append(arguments) or "a.onnx"
    )
    name = "speechbrain_clser.contrib.onnx.export"
    monkeypatch.setitem(sys.modules, name, stand_in)
    model = tmp_path / "model"
    model.mkdir()
    for run in (tmp_path, model):
        assert done("export", run, "--onnx", "a.onnx") == "a.onnx\n"
    assert given == 2 * [(str(model), "a.onnx")]


def test_int8_graph_needs_a_run_and_a_graph(tmp_path):
    result = clser("export", tmp_path, "--int8")
    assert result.exit_code == 2
    assert "--int8 needs --onnx FILE" in result.stderr
    result = clser("export", tmp_path, "--onnx", "a.onnx", "--int8")
    assert "expected a run folder with a model" in result.stderr


@pytest.mark.parametrize(
    "option",
    [["--out=m"], ["--pack-encoder"], ["--data-folder=d"], ["--device=cpu"]],
)
def test_onnx_with_other_options_raises(option):
    result = clser("export", "run", "--onnx", "a.onnx", *option)
    assert result.exit_code == 2
    assert "cannot be combined with other options" in result.stderr


def test_unfinished_run_raises(tmp_path):
    assert "let train.py finish" in clser("export", tmp_path).stderr


def test_publishing_needs_a_hub_id(tmp_path):
    result = clser("publish", tmp_path, "mine")
    assert result.exit_code == 1
    assert "expected a hub id owner/name, got 'mine'" in result.stderr


@pytest.mark.parametrize("is_dry", [True, False])
def test_publish_passes_arguments_and_prints_changes(monkeypatch, is_dry):
    from speechbrain_clser.contrib.publish import hub
    from speechbrain_clser.contrib.publish.changes import Changes

    given = {}

    def publish(run, repo_id, **options):
        given.update(options, run=run, repo_id=repo_id)
        note = "not compared with the hub: offline" if is_dry else ""
        added = Changes(added=("a.ckpt",))
        return hub.Published("f", added, "url", "0a1b", note)

    monkeypatch.setattr(hub, "publish", publish)
    text = done(
        *("publish", "run", "me/mine", "--private", "--licence", "mit"),
        *("--allow-licence", "emodb", "--allow-licence", "emovo"),
        *(["--dry-run"] if is_dry else []),
    )
    assert given == {
        **{"run": "run", "repo_id": "me/mine", "dry_run": is_dry},
        **{"allow_licence": ("emodb", "emovo"), "licence": "mit"},
        **{"private": True, "revision": "main"},
    }
    end = "url at 0a1b"
    if is_dry:
        end = "not compared with the hub: offline\nwould go to url, from f"
    assert text == f"added    a.ckpt\n{end}\n"


def test_runs_are_compared_on_the_console_and_in_a_file(tmp_path):
    folders = [
        runs.make_run(tmp_path / name, skill=skill, epochs=1)
        for name, skill in (("first", 0.5), ("second", 3.0))
    ]
    text = done("compare", *folders)
    assert "p (Holm)" in text and "second" in text
    out = tmp_path / "compared.csv"
    assert (
        done("compare", *folders, "--format", "csv", "--out", out) == f"{out}\n"
    )
    assert [row["run"] for row in rows(out.read_text())] == ["first", "second"]
    result = clser("compare", folders[0], tmp_path / "none")
    assert result.exit_code == 1
    assert "expected the folder of a run" in result.stderr
