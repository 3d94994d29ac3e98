"""Workers and totals of a prediction in parts, without a cluster."""

import sys

import pytest
from helpers import served

from speechbrain_clser.contrib.bulk import engine


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a model with random parameters."""
    return served.make(tmp_path_factory.mktemp("model"))


def in_process(parts, waiting, settings, n_workers=None):
    """Replace ``engine.run`` by one worker in this process."""
    worker = engine.Worker(parts=(str(parts.folder), parts.form), **settings)
    for name in waiting:
        done = worker({"part": [name]})
        yield tuple(done[key][0] for key in ("part", "n_new", "n_bad"))


def test_parts_are_counted_and_not_computed_twice(model, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "run", in_process)
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    files = [*model.files, str(tmp_path / "bad.wav")]
    arguments = str(model.folder), files, tmp_path / "out"
    options = {"n_files": 4, "min_confidence": 0.1}
    options["run_opts"] = {"device": "cpu"}
    assert engine.predict(*arguments, **options) == (len(model.files), 1)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out").glob("*.csv")}
    assert len(before) == 3  # two parts, one with a bad file
    assert engine.predict(*arguments, **options) == (0, 0)
    with pytest.raises(ValueError, match="same min_confidence, found other"):
        engine.predict(*arguments, **{**options, "min_confidence": 0.2})
    reading = {"window_s": 0.5}
    with pytest.raises(ValueError, match="same window_s, found other"):
        engine.predict(*arguments, reading=reading, **options)
    after = {p: p.stat().st_mtime_ns for p in before}
    assert after == before


def test_missing_ray_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ImportError, match=r"pip install 'ray\[data\]'"):
        next(engine.run(None, ["part-000000"], {}))
