"""Parts: no recording twice, none lost, resumed where they ended."""

import csv
import importlib.util

import fsspec
import pytest
from helpers import served, sounds

from speechbrain_clser.contrib.bulk.parts import Parts
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.provenance import provenance


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a model with random parameters, its classifier and its origin."""
    made = served.make(tmp_path_factory.mktemp("model"))
    classifier = EmotionClassifier.from_hparams(
        made.folder, run_opts={"device": "cpu"}
    )
    return made, classifier, provenance(made.folder, made.folder)


def rows(parts):
    """Read the rows of all tables, and of all tables of bad files."""
    found, bad = [], []
    for path in sorted(parts.folder.glob("part-*.csv")):
        with open(path, newline="") as file:
            (bad if ".bad." in path.name else found).extend(
                csv.DictReader(file)
            )
    return found, bad


def test_files_stay_in_their_part_when_others_are_added(tmp_path):
    parts = Parts(tmp_path)
    assert parts.add(["b.wav", "a.wav", "b.wav", "c.wav"], 2) == 3
    before = [parts.files(name) for name in parts.names()]
    assert before == [["b.wav", "a.wav"], ["c.wav"]]
    assert parts.add(["0.wav", "a.wav", "memory://c.wav"], 2) == 2
    after = [parts.files(name) for name in Parts(tmp_path).names()]
    assert after == [*before, ["0.wav", "memory://c.wav"]]


def test_each_recording_is_in_one_table(model, tmp_path):
    made, classifier, origin = model
    (tmp_path / "bad.wav").write_bytes(b"RIFF")
    files = [*made.files, str(tmp_path / "bad.wav")]
    parts = Parts(tmp_path / "out")
    parts.add(files, 3)
    for name in parts.waiting()[:1]:
        parts.write(name, classifier, origin)
    assert parts.waiting() == ["part-000001", "part-000002"]
    for name in parts.waiting():
        parts.write(name, classifier, origin)
    found, bad = rows(parts)
    assert parts.waiting() == [] and not [*parts.work.iterdir()]
    assert [row["file"] for row in found] == made.files
    assert [row["file"] for row in bad] == files[-1:]
    expected = classifier.classify_files(made.files, has_bar=False)
    assert [row["emotion"] for row in found] == [p.emotion for p in expected]


def test_recordings_at_addresses_are_named_by_them(model, tmp_path):
    made, classifier, origin = model
    memory = fsspec.filesystem("memory")
    memory.put(made.files[0], "/bucket/a b.wav")
    parts = Parts(tmp_path, "jsonl")
    missing = "memory://bucket/none.wav"
    files = ["memory://bucket/a b.wav", made.files[1], missing]
    parts.add(files, 9)
    parts.write("part-000000", classifier, origin)
    text = parts.table("part-000000").read_text()
    assert [file in text for file in files] == [True, True, False]
    bad = (tmp_path / "part-000000.bad.jsonl").read_text()
    assert bad.count(missing) == 2 and '"missing"' in bad
    assert str(tmp_path) not in text + bad


@pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None,
    reason="pyarrow is not installed: pip install -e '.[ray]'",
)
def test_parquet_has_the_rows_of_csv(model, tmp_path):
    parquet = importlib.import_module("pyarrow.parquet")
    made, classifier, origin = model
    parts = Parts(tmp_path, "parquet")
    parts.add(made.files, 9)
    parts.write("part-000000", classifier, origin)
    table = parquet.read_table(parts.table("part-000000"))
    assert table.column("file").to_pylist() == made.files
    assert not [*parts.work.iterdir()]


def test_other_settings_and_formats_are_refused(model, tmp_path):
    parts = Parts(tmp_path)
    parts.check_settings({"model_sha256": "a", "window_s": None})
    with pytest.raises(ValueError, match="same window_s, found other"):
        parts.check_settings({"model_sha256": "a", "window_s": 2.0})
    sounds.write(tmp_path / "a.wav", sounds.noise(0, 16000))
    parts.table("part-000000").touch()
    with pytest.raises(ValueError, match="format jsonl, found part-000000.csv"):
        Parts(tmp_path, "jsonl")
    with parts.locked(), pytest.raises(ValueError, match="another process"):
        with Parts(tmp_path).locked():
            pass
