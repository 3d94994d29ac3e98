"""Check that importing the package loads no heavy library."""

import json
import subprocess
import sys

from helpers import served
from house.sources import PACKAGE, ROOT

HEAVY = {"matplotlib", "numpy", "scipy", "sklearn", "speechbrain", "torch"}


def loaded_by(statement):
    """Return the top-level modules loaded by a statement in a new process."""
    code = f"{statement}\nimport json, sys\nsys.stdout.write(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    loaded = set(json.loads(done.stdout.decode().splitlines()[-1]))
    return loaded | {name.split(".")[0] for name in loaded}


def test_import_of_the_package_loads_nothing_heavy():
    assert loaded_by(f"import {PACKAGE}") & HEAVY == set()


def test_heavy_import_is_caught():
    assert "numpy" in loaded_by("import numpy") & HEAVY


def test_classification_with_the_built_in_encoder_imports_little(tmp_path):
    """Check for modules that take seconds and serve encoders, training or exports."""
    model = served.make(tmp_path)
    loaded = loaded_by(
        "from speechbrain_clser.inference.classifier import EmotionClassifier\n"
        f"classifier = EmotionClassifier.from_hparams({str(model.folder)!r})\n"
        f"classifier.classify_files({model.files!r}, has_bar=False)"
    )
    assert "speechbrain" in loaded
    slow = {"transformers", "torch._dynamo", "sklearn", "pandas"}
    assert sorted(loaded & slow) == []


def test_every_benchmark_can_be_imported():
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))
    imports = "; ".join(f"import {name}" for name in names)
    loaded = loaded_by(
        f"import sys; sys.path.insert(0, 'benchmarks'); {imports}"
    )
    assert set(names) <= set(loaded)
