import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from speechbrain_clser.inference import source


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """Calls of the hub; it gives an empty folder."""
    calls = []

    def fetch(name, **options):
        calls.append((name, options))
        return str(tmp_path / "0a1b2c")

    monkeypatch.setattr(source, "snapshot_download", fetch)
    return calls


def test_folder_takes_precedence_over_hub_id(hub, tmp_path, monkeypatch):
    (tmp_path / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert source.locate("owner/name").as_posix() == "owner/name"
    assert hub == []


def test_folder_has_no_revisions(hub, tmp_path):
    with pytest.raises(ValueError, match="revision abc needs a hub id, found"):
        source.locate(tmp_path, "abc")


@pytest.mark.parametrize(
    "path", ["./mine", "/nowhere/model", "a/b/c", "~/mine", r"models\x"]
)
def test_mistyped_path_is_not_looked_up_on_the_hub(path, hub):
    with pytest.raises(FileNotFoundError, match="folder of a model at"):
        source.locate(path)
    assert hub == []


def test_path_in_an_existing_folder_is_not_a_hub_id(hub, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="models/x"):
        source.locate("models/x")
    assert hub == []


def test_word_is_neither_folder_nor_hub_id(hub):
    with pytest.raises(ValueError, match="hub id owner/name, got 'model'"):
        source.locate("model")


def test_hub_download_uses_one_revision(hub, tmp_path):
    source.locate("owner/name", "abc", tmp_path / "here")
    [(name, options)] = hub
    assert (name, options["revision"]) == ("owner/name", "abc")
    assert options["local_dir"] == tmp_path / "here"
    assert options["allow_patterns"] == [
        *("results.json", "*.yaml", "*.ckpt", "*.safetensors")
    ]


def test_newest_revision_is_logged(hub, caplog):
    caplog.set_level("INFO", logger=source.logger.name)
    source.locate("owner/name")
    assert "owner/name at revision 0a1b2c" in caplog.text


def test_offline_hub_is_explained(monkeypatch):
    def fail(*_, **__):
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(source, "snapshot_download", fail)
    with pytest.raises(FileNotFoundError, match="HF_HUB_OFFLINE is set"):
        source.locate("owner/name")
