"""Check the imports between modules against a table of levels."""

import fnmatch
import re

from house.sources import PACKAGE, imports, module_name, read

# The first matching pattern gives the level of a module. Modules import lower levels.
LEVELS = {
    "__init__": 0,
    "cache": 0,
    "entry_points": 0,
    "errors": 0,
    "hub_errors": 1,
    "labels": 0,
    "tasks": 0.5,
    "printable": -1,
    "languages": -1,  # imported by evaluation.formatting
    "progress": 0,
    "seeds": 0,
    "io": 0,
    "deprecation": 0,
    "evaluation.calibration": 0,
    "evaluation.colours": 0,
    "evaluation.console": 0,
    "evaluation.metrics": 0,
    "evaluation.selection": 0,
    "evaluation.formatting": 0,
    "protocols.__init__": 0,
    "data.__init__": 1,
    "data.utterance": 1,
    "data.unique_keys": 1,
    "data.corpus": 1,
    "data.audio": 1,
    "data.channels": 1,
    "data.containers": 1,
    "data.decoding": 1,
    "data.headers": 1,
    "data.held_out": 1,
    "data.profile": 1,
    "data.recording": 1,
    "data.segment": 1,
    "data.soundness": 1,
    "data.manifest.*": 1,
    "data.protocol": 1,
    "data.corpus_facts": 1,
    "data.protocol_aliases": 1,
    "data.protocol_files": 1,
    "data.protocol_grammar": 1,
    "data.protocol_groups": 1,
    "data.protocol_schema": 1,
    "data.protocol_supervision": 1,
    "data.splits": 1,
    "data.sampling": 1,
    "data.predefined_splits": 1,
    "data.audit": 1,
    "data.contour": 1,
    "data.copies": 1,
    "data.adaptation_parts": 1,
    "data.ledger": 1,
    "data.pipeline": 2,
    "data.samplers": 2,
    "data.dataio": 3,
    "data.prepare": 3,
    "features.extractor": 1,
    "features.store": 1,
    "features._*": 1,
    "features.batching": 1,
    "features.phone_labels": 3,
    "features.loading": 3,
    "features.*": 2,
    "lobes.*": 1,
    "losses.*": 1,
    "graphs.*": 1,
    "adaptation.*": 1,
    "contrib.synthesis.*": 1,  # used by corpora.demo
    "contrib.__init__": 1,
    "corpora.*": 2,
    "methods.base": 1,
    "methods.*": 2,
    "training.side_information": 4,
    "training.experiment": 5,
    "training.task_options": 1,
    "training.*": 3,
    "evaluation.plots.style": 1,  # style and axes: also for plots of methods
    "evaluation.plots.axes": 1,
    "evaluation.predictions": 1,
    "evaluation.rated_predictions": 1,
    "evaluation.regression": 0,
    "evaluation.tables": 1,
    "evaluation.training_data": 1,  # plain data
    "evaluation.run_checks": 1.5,  # between predictions and run
    "evaluation.run": 2,
    "evaluation.plots.*": 4,
    "evaluation.page": 4,
    "evaluation.*": 3,
    "inference.model_results": 4,
    "inference.*": 3,
    "stress.*": 4.5,  # used by contrib.publish
    "contrib.*": 5,
    "benchmark.*": 5,
    "commands.*": 6,
    "cli": 7,
}

# Packages whose modules are alternatives and must not import each other; shared code
# belongs into a private module or into __init__.
ALTERNATIVES = {"contrib", "corpora", "methods"}

# Independent of levels: packages that must never import these packages.
FORBIDDEN = {
    "methods": {"data", "corpora"},
    "lobes": {"data", "corpora"},
    "losses": {"data", "corpora"},
    "data": {"evaluation"},
    "adaptation": {"methods", "data", "corpora", "features"},
    "evaluation": {
        "methods",
        "training",
        "lobes",
        "losses",
        "graphs",
        "features",
    },
}

# The only modules of the core that may import contrib.
USERS_OF_CONTRIB = {
    "cli",
    "commands.*",
    "corpora.demo",
    "features.phones.align",
}

# Independent of levels: modules that only these modules may import. eSpeak NG is
# under the GPL, so it runs in a separate process, and the worker is never imported.
RESTRICTED = {
    "contrib.synthesis.engine": {"contrib.synthesis.worker"},
    "contrib.synthesis.worker": set(),
}


def level(module):
    """Return the level of a module; None if it is not in the table."""
    for pattern, number in LEVELS.items():
        if fnmatch.fnmatchcase(module, pattern):
            return number
    return None


def own_imports(path, source, modules):
    """List the modules of the package that a file imports."""
    found = []
    for name in imports(path, source):
        parts = name.split(".")
        if parts[0] != PACKAGE:
            continue
        while parts[1:] and ".".join(parts[1:]) not in modules:
            package = ".".join([*parts[1:], "__init__"])
            if package in modules:
                parts.append("__init__")
            else:
                parts.pop()
        found.append(".".join(parts[1:]) or "__init__")
    return found


def complaint(here, there):
    """Return why ``here`` must not import ``there``; None if it may."""
    package, other = here.split(".")[0], there.split(".")[0]
    if other in FORBIDDEN.get(package, ()):
        return f"{here} imports {there}, but {package} must not import {other}"
    if other == "contrib" != package and not any(
        fnmatch.fnmatchcase(here, user) for user in USERS_OF_CONTRIB
    ):
        return (
            f"{here} imports {there}, but contrib is outside of the core; move "
            "what the core needs out of contrib"
        )
    if package != other and re.search(r"(^|\.)_[a-z]", there):
        return (
            f"{here} imports {there}, a private module of {other}; make it "
            "public, or move what is shared"
        )
    if here not in RESTRICTED.get(there, {here}):
        allowed = ", ".join(RESTRICTED[there]) or "no module"
        return f"{here} imports {there}, which only {allowed} may import"
    if level(there) > level(here):
        return (
            f"{here} (level {level(here)}) imports {there} (level "
            f"{level(there)}); import lower levels only"
        )
    if level(there) < level(here):
        return None
    if package != other:
        return (
            f"{here} imports {there}, but both have the level {level(here)}; "
            "import lower levels only"
        )
    public = not any(part.startswith("_") for part in there.split("."))
    same_unit = here.split(".")[1] == there.split(".")[1]
    if package in ALTERNATIVES and public and not same_unit:
        return (
            f"{here} imports {there}, but modules of {package} must not import "
            f"each other; move shared code into a private module of {package}/"
        )
    return None


def complaints(files):
    """List all violations in ``{path: source}``."""
    modules = {module_name(path) for path in files}
    unknown = [m for m in sorted(modules) if level(m) is None]
    if unknown:
        return [f"{m} has no level; give it one in LEVELS" for m in unknown]
    found = []
    for path, source in files.items():
        here = module_name(path)
        for there in own_imports(path, source, modules):
            found.append(complaint(here, there))
    return [text for text in found if text]


def test_modules_import_lower_levels_only():
    assert complaints(read(PACKAGE)) == []


def violations(**files):
    """List violations of files given as ``package__file="source"``."""
    return complaints(
        {name.replace("__", "/") + ".py": text for name, text in files.items()}
    )


def test_import_upward_is_caught_even_inside_a_function():
    late = "def f():\n    from speechbrain_clser.training.brain import Brain\n"
    (text,) = violations(data__splits=late, training__brain="")
    assert "data.splits (level 1) imports training.brain (level 3)" in text


def test_import_of_a_private_module_of_another_package_is_caught():
    late = "from speechbrain_clser.features._shards import Shards"
    (text,) = violations(inference__predict=late, features___shards="")
    assert "features._shards, a private module of features" in text


def test_relative_import_is_resolved():
    (text,) = violations(
        data__splits="from ..training import brain", training__brain=""
    )
    assert "imports training.brain" in text


def test_import_between_packages_of_a_level_is_caught():
    source = "import speechbrain_clser.losses.supcon"
    (text,) = violations(lobes__heads=source, losses__supcon="")
    assert "both have the level 1" in text


def test_modules_of_a_package_may_import_each_other():
    source = "from speechbrain_clser.data.utterance import Utterance"
    assert violations(data__splits=source, data__utterance="") == []


def test_method_importing_a_method_is_caught():
    source = "from speechbrain_clser.methods.sere import Sere"
    (text,) = violations(methods__source_only=source, methods__sere="")
    assert "modules of methods must not import each other" in text


def test_corpora_may_share_a_private_module():
    source = "from speechbrain_clser.corpora._names import gender"
    assert violations(corpora__savee=source, corpora___names="") == []


def test_loss_importing_data_is_caught():
    source = "from speechbrain_clser.data.utterance import Utterance"
    (text,) = violations(losses__supcon=source, data__utterance="")
    assert "losses must not import data" in text


def test_evaluation_importing_a_model_is_caught():
    source = "from speechbrain_clser import lobes\n"
    files = {"evaluation/report.py": source, "lobes/__init__.py": ""}
    (text,) = complaints(files)
    assert "evaluation must not import lobes" in text


def test_espeak_outside_of_its_worker_is_caught():
    source = "from speechbrain_clser.contrib.synthesis import engine"
    (text,) = violations(corpora__demo=source, contrib__synthesis__engine="")
    assert "only contrib.synthesis.worker may" in text


def test_core_module_importing_contrib_is_caught():
    source = "from speechbrain_clser.contrib.synthesis import script"
    (text,) = violations(data__splits=source, contrib__synthesis__script="")
    assert "contrib is outside of the core" in text
    assert violations(corpora__demo=source, contrib__synthesis__script="") == []


def test_package_of_contrib_importing_another_is_caught():
    source = "from speechbrain_clser.contrib.onnx import export"
    (text,) = violations(contrib__app__serving=source, contrib__onnx__export="")
    assert "modules of contrib must not import each other" in text


def test_module_without_a_level_is_caught():
    assert violations(attic__old="") == [
        "attic.old has no level; give it one in LEVELS"
    ]
