"""Who may import whom: the table of levels, enforced by syntax tree."""

import fnmatch

from house.sources import PACKAGE, imports, module_name, read

# The first pattern that fits a module gives its level. Imports go down.
LEVELS = {
    "__init__": 0,
    "cache": 0,
    "errors": 0,
    "hub_answers": 1,
    "labels": 0,
    "printable": 0,
    "languages": -1,  # named by evaluation.formatting
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
    "data.containers": 1,
    "data.headers": 1,
    "data.profile": 1,
    "data.recording": 1,
    "data.segment": 1,
    "data.soundness": 1,
    "data.video": 1,
    "data.manifest.*": 1,
    "data.protocol": 1,
    "data.protocol_schema": 1,
    "data.splits": 1,
    "data.sampling": 1,
    "data.predefined_splits": 1,
    "data.audit": 1,
    "data.contour": 1,
    "data.copies": 1,
    "data.adaptation_parts": 1,
    "data.ledger": 1,
    "data.pipeline": 2,
    "data.hierarchical_sampler": 2,
    "data.semi_supervised_sampler": 2,
    "data.samplers": 2,
    "data.dataio": 3,
    "data.prepare": 3,
    "features.extractor": 1,
    "features.store": 1,
    "features._*": 1,
    "features.phone_labels": 3,
    "features.loading": 3,
    "features.*": 2,
    "lobes.*": 1,
    "losses.*": 1,
    "graphs.*": 1,
    "adaptation.*": 1,
    "corpora._speaking.*": 1,
    "corpora.*": 2,
    "methods.base": 1,
    "methods.*": 2,
    "training.*": 3,
    "evaluation.predictions": 1,
    "evaluation.tables": 1,
    "evaluation.run": 2,
    "evaluation.plots.*": 4,
    "evaluation.page": 4,
    "evaluation.sections.provenance": 3,  # draws nothing
    "evaluation.sections.*": 4,
    "evaluation.*": 3,
    "inference.*": 3,
    "publish.training_data": 1,  # plain data
    "publish.*": 4,
    "app.*": 4,
    "commands.*": 4,
    "cli": 5,
}

# Rooms whose files are alternatives of each other and must not lean on each
# other; what they share stands in a private module or in the room's own file.
ALTERNATIVES = {"corpora", "methods"}

# Whatever their levels: these rooms never see those.
BLIND = {
    "methods": {"data", "corpora"},
    "lobes": {"data", "corpora"},
    "losses": {"data", "corpora"},
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

# Whatever their levels: these modules are imported by those alone. eSpeak NG is
# under the GPL, so what touches it lives in a process of its own, and the
# worker is run, never imported.
KEPT = {
    "corpora._speaking.engine": {"corpora._speaking.worker"},
    "corpora._speaking.worker": set(),
}


def level(module):
    """Level of a module; None when the table does not know it."""
    for pattern, number in LEVELS.items():
        if fnmatch.fnmatchcase(module, pattern):
            return number
    return None


def own_imports(path, source, modules):
    """Modules of ours that a file imports, names inside modules cut off."""
    found = []
    for name in imports(path, source):
        parts = name.split(".")
        if parts[0] != PACKAGE:
            continue
        while parts[1:] and ".".join(parts[1:]) not in modules:
            room = ".".join([*parts[1:], "__init__"])
            if room in modules:
                parts.append("__init__")
            else:
                parts.pop()
        found.append(".".join(parts[1:]) or "__init__")
    return found


def complaint(here, there):
    """Say why ``here`` must not import ``there``; None when it may."""
    room, other = here.split(".")[0], there.split(".")[0]
    if other in BLIND.get(room, ()):
        return f"{here} imports {there}, but {room} never sees {other}"
    if here not in KEPT.get(there, {here}):
        allowed = ", ".join(KEPT[there]) or "nobody"
        return f"{here} imports {there}, which {allowed} may"
    if level(there) > level(here):
        return (
            f"{here} (level {level(here)}) imports {there} (level "
            f"{level(there)}); imports go down"
        )
    if level(there) < level(here):
        return None
    if room != other:
        return (
            f"{here} imports {there} sideways, both are of level {level(here)}"
        )
    public = not any(part.startswith("_") for part in there.split("."))
    if room in ALTERNATIVES and public and not here.endswith("__init__"):
        return (
            f"{here} imports {there}, but {room} stand alone; what they share "
            f"belongs into a private module of {room}/"
        )
    return None


def complaints(files):
    """Every breach of the layers in ``{path: source}``."""
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


def test_imports_go_down():
    assert complaints(read(PACKAGE)) == []


def breach(**files):
    """Complaints about files given as ``room__file="source"``."""
    return complaints(
        {name.replace("__", "/") + ".py": text for name, text in files.items()}
    )


def test_import_upward_is_caught_even_inside_a_function():
    late = "def f():\n    from speechbrain_clser.training.brain import Brain\n"
    (text,) = breach(data__splits=late, training__brain="")
    assert "data.splits (level 1) imports training.brain (level 3)" in text


def test_relative_import_is_resolved():
    (text,) = breach(
        data__splits="from ..training import brain", training__brain=""
    )
    assert "imports training.brain" in text


def test_import_between_packages_of_a_level_is_caught():
    source = "import speechbrain_clser.losses.supcon"
    (text,) = breach(lobes__heads=source, losses__supcon="")
    assert "sideways" in text


def test_modules_of_a_package_may_import_each_other():
    source = "from speechbrain_clser.data.utterance import Utterance"
    assert breach(data__splits=source, data__utterance="") == []


def test_method_importing_a_method_is_caught():
    source = "from speechbrain_clser.methods.sere import Sere"
    (text,) = breach(methods__source_only=source, methods__sere="")
    assert "methods stand alone" in text


def test_corpora_may_share_a_private_module():
    source = "from speechbrain_clser.corpora._names import gender"
    assert breach(corpora__savee=source, corpora___names="") == []


def test_loss_importing_data_is_caught():
    source = "from speechbrain_clser.data.utterance import Utterance"
    (text,) = breach(losses__supcon=source, data__utterance="")
    assert "losses never sees data" in text


def test_evaluation_importing_a_model_is_caught():
    source = "from speechbrain_clser import lobes\n"
    files = {"evaluation/report.py": source, "lobes/__init__.py": ""}
    (text,) = complaints(files)
    assert "evaluation never sees lobes" in text


def test_espeak_outside_of_its_worker_is_caught():
    source = "from speechbrain_clser.corpora._speaking import engine"
    (text,) = breach(corpora__demo=source, corpora___speaking__engine="")
    assert "corpora._speaking.worker may" in text


def test_module_without_a_level_is_caught():
    assert breach(attic__old="") == [
        "attic.old has no level; give it one in LEVELS"
    ]
