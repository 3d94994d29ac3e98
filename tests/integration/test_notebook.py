"""Run the notebook of the documentation, with the demo corpus of the tests."""

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest
from helpers import toy

NOTEBOOK = toy.ROOT / "docs" / "notebooks" / "quickstart.ipynb"


@pytest.mark.slow
@pytest.mark.skipif(
    not all(map(importlib.util.find_spec, ("nbclient", "ipykernel"))),
    reason="nbclient or ipykernel is not installed: pip install -e '.[test]'",
)
def test_notebook_runs_from_top_to_bottom(tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    programs = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("MPLBACKEND")  # the kernel has its own
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": tmp_path}},
    ).execute()
    outputs = [
        output for cell in notebook.cells for output in cell.get("outputs", [])
    ]
    texts = [output.text for output in outputs if "text" in output]
    shown = [output.data for output in outputs if "data" in output]
    assert any("95 % interval [" in d.get("text/markdown", "") for d in shown)
    assert any("image/png" in data for data in shown)
    # The last line is the prediction of the graph for the recording.
    (printed,) = (text for text in texts if text.startswith("tur_f1_anger_00"))
    name, emotion, _ = printed.split(maxsplit=2)
    found = json.loads(texts[-1].strip().splitlines()[-1])
    assert (Path(found["file"]).name, found["emotion"]) == (name, emotion)
