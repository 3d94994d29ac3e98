import pytest
from helpers import encoders
from helpers.encoders import COMMIT

from speechbrain_clser.features import hub
from speechbrain_clser.features.hub import resolve


def fill(folder, weights="model.safetensors", content=b"weights"):
    """Folder of an encoder with placeholder files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("config.json", "preprocessor_config.json"):
        (folder / name).write_text("{}")
    (folder / weights).write_bytes(content)
    return folder


@pytest.fixture
def no_hub(monkeypatch):
    """Fail on any request to the hub."""

    def forbidden(*args, **kwargs):
        raise AssertionError("went to the hub")

    monkeypatch.setattr(hub, "snapshot_download", forbidden)


@pytest.fixture
def cached(tmp_path):
    """Hub cache with one encoder and without network."""
    with encoders.in_hub_cache(tmp_path, "lab/encoder") as folder:
        yield folder


def test_revision_of_a_folder_depends_on_contents_not_path(tmp_path, no_hub):
    here = resolve(str(fill(tmp_path / "here")))
    there = resolve(str(fill(tmp_path / "there")))
    assert here.folder != there.folder
    assert here.revision == there.revision
    fill(tmp_path / "there", content=b"trained on")
    assert resolve(str(tmp_path / "there")).revision != here.revision


def test_irrelevant_files_do_not_change_revision(tmp_path):
    before = resolve(str(fill(tmp_path))).revision
    (tmp_path / "README.md").write_text("read me")
    (tmp_path / "pytorch_model.bin").write_bytes(b"not looked at")
    assert resolve(str(tmp_path)).revision == before


def test_folder_with_other_revision_raises(tmp_path):
    revision = resolve(str(fill(tmp_path))).revision
    assert resolve(str(tmp_path), revision).revision == revision
    with pytest.raises(ValueError, match="expected revision 0123, found"):
        resolve(str(tmp_path), "0123")


@pytest.mark.parametrize(
    "weights", ["model-1-of-2.safetensors", "pytorch_model.bin"]
)
def test_other_forms_of_weights_are_found(tmp_path, weights):
    assert resolve(str(fill(tmp_path, weights))).folder == tmp_path


@pytest.mark.parametrize(
    "missing", ["config.json", "preprocessor_config.json", "model.safetensors"]
)
def test_incomplete_folder_raises_with_found_files(tmp_path, missing):
    (fill(tmp_path) / missing).unlink()
    with pytest.raises(
        FileNotFoundError, match="expected config.json, .* found"
    ):
        resolve(str(tmp_path))


@pytest.mark.parametrize(
    "source",
    ["./hubert", "../models/hubert", "~/hubert", "/models/hubert", "a/b/c"],
)
def test_missing_folder_is_not_requested_from_hub(source, no_hub):
    with pytest.raises(FileNotFoundError, match="looks like a folder, but"):
        resolve(source)


def test_missing_subfolder_is_not_requested_from_hub(
    tmp_path, monkeypatch, no_hub
):
    fill(tmp_path / "models" / "hubert")
    monkeypatch.chdir(tmp_path)
    assert resolve("models/hubert").folder.name == "hubert"
    with pytest.raises(FileNotFoundError, match="looks like a folder, but"):
        resolve("models/huber")


@pytest.mark.parametrize("source", ["hubert", "lab/hu bert"])
def test_invalid_source_raises(source, no_hub):
    with pytest.raises(ValueError, match="must be 'acoustic', a hub id"):
        resolve(source)


def test_hub_id_is_resolved_to_commit(cached):
    fill(cached)
    snapshot = resolve("lab/encoder")
    assert (snapshot.folder, snapshot.revision) == (cached, COMMIT)
    assert resolve("lab/encoder", COMMIT) == snapshot


def test_hub_id_is_resolved_once_per_process(cached):
    fill(cached)
    first = resolve("lab/encoder")
    (cached.parents[1] / "refs" / "main").write_text("0" * 40)
    assert resolve("lab/encoder") is first


def test_hub_id_with_old_weight_format_is_found(cached):
    fill(cached, "pytorch_model.bin")
    assert resolve("lab/encoder").folder == cached


@pytest.mark.parametrize("source", ["lab/other", "lab/encoder"])
def test_offline_error_names_missing_encoder(cached, source):
    expected = f"{source} .newest revision. is not in the cache.*OFFLINE is set"
    with pytest.raises(FileNotFoundError, match=expected):
        resolve(source)


def test_incomplete_cached_encoder_raises(cached):
    (fill(cached) / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="expected config.json"):
        resolve("lab/encoder")
