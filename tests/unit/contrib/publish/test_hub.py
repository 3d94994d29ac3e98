import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from speechbrain_clser.contrib.publish import metadata
from speechbrain_clser.contrib.publish.changes import Changes
from speechbrain_clser.contrib.publish.hub import publish

# The client causes this warning.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=")

ID = "owner/name"
FILES = {
    *("README.md", "hyperparams.yaml", "training.json"),
    *("label_encoder.ckpt", "method.ckpt", "config.json", "example.wav"),
}


def rewrite(run, name="method.ckpt", content=b"another training"):
    """Change a file of the model, as a new training would."""
    (run / "model" / name).write_bytes(content)


def test_model_is_on_the_hub_as_it_is_in_the_folder(run, hub, api):
    done = publish(run, ID, api=api)
    there = hub.head(ID)
    assert there.sha == done.commit and done.url == f"{hub.url}/{ID}"
    assert there.files.keys() == FILES | {".gitattributes"}
    for name in FILES:
        assert there.files[name] == (done.folder / name).read_bytes()
    assert set(done.changes.added) == FILES
    assert "source_only, protocol emodb_to_urdu (0123456789ab)" in there.title


def test_all_of_a_model_is_one_commit(run, hub, api):
    publish(run, ID, api=api)
    first = hub.commits[hub.head(ID).parent]
    assert first.title == "initial commit"


def test_dry_run_writes_the_folder_only(run, hub, api):
    done = publish(run, ID, dry_run=True, api=api)
    assert {path.name for path in done.folder.iterdir()} == FILES
    assert set(done.changes.added) == FILES and done.commit == ""
    assert hub.repos == {}
    assert {asked.split()[0] for asked in hub.asked} == {"GET"}


def test_dry_run_finds_what_would_change(run, hub, api):
    publish(run, ID, api=api)
    rewrite(run)
    rewrite(run, "extractor.ckpt")
    (run / "model" / "label_encoder.ckpt").unlink()
    before = hub.head(ID)
    changes = publish(run, ID, dry_run=True, api=api).changes
    assert changes.added == ("extractor.ckpt",)
    assert changes.changed == ("method.ckpt",)
    assert changes.removed == ("label_encoder.ckpt",)
    assert hub.head(ID) is before


def test_stale_checkpoints_are_removed_and_other_files_kept(run, hub, api):
    publish(run, ID, api=api)
    head = hub.head(ID)
    others = {"old.ckpt": b"1", "LICENSE": b"2", "onnx/old.ckpt": b"3"}
    hub.commit(ID, "main", head.sha, "By hand", {**head.files, **others})
    done = publish(run, ID, api=api)
    assert done.changes.removed == ("old.ckpt",)
    assert hub.head(ID).files.keys() == FILES | {
        *(".gitattributes", "LICENSE", "onnx/old.ckpt")
    }


def test_publishing_the_same_again_makes_no_commit(run, hub, api):
    first = publish(run, ID, api=api)
    again = publish(run, ID, api=api)
    assert again.commit == first.commit == hub.head(ID).sha
    assert not again.changes
    assert set(hub.received.values()) == {1}


def test_only_what_changed_is_sent(run, hub, api):
    publish(run, ID, api=api)
    hub.received.clear()
    rewrite(run)
    publish(run, ID, api=api)
    assert sum(hub.received.values()) == 1
    assert hub.head(ID).files["method.ckpt"] == b"another training"


def test_new_branch_starts_at_main(run, hub, api):
    main = publish(run, ID, api=api).commit
    rewrite(run)
    options = {"revision": "v2", "api": api}
    planned = publish(run, ID, dry_run=True, **options)
    done = publish(run, ID, **options)
    assert planned.changes == done.changes == Changes(changed=("method.ckpt",))
    assert hub.head(ID).sha == main
    assert hub.head(ID, "v2").sha == done.commit != main


STEPS = {
    "create": "POST /api/repos/create",
    "preupload": f"POST /api/models/{ID}/preupload/main",
    "batch": f"POST /{ID}.git/info/lfs/objects/batch",
    "upload": "PUT /lfs/",
    "verify": "/verify",
    "commit": f"POST /api/models/{ID}/commit/main",
}


@pytest.mark.parametrize("step", sorted(STEPS.keys() - {"verify"}))
def test_interruption_keeps_main_and_retry_sends_the_rest(step, run, hub, api):
    publish(run, ID, api=api)
    before = hub.head(ID)
    for name in ("extractor.ckpt", "method.ckpt"):
        rewrite(run, name, name.encode() * 1000)
    hub.received.clear()
    hub.break_at = lambda asked: STEPS[step] in asked
    with pytest.raises(ConnectionError, match="Publish again"):
        publish(run, ID, api=api)
    assert hub.head(ID) is before
    hub.break_at = lambda asked: False
    publish(run, ID, api=api)
    assert set(hub.received.values()) == {1} and len(hub.received) == 2
    assert hub.head(ID).parent == before.sha


@pytest.mark.parametrize("nth", range(1, 17))
def test_first_publication_is_atomic(nth, run, hub, api):
    hub.break_at = lambda asked: len(hub.asked) >= nth
    with pytest.raises(ConnectionError, match="Publish again"):
        publish(run, ID, api=api)
    there = hub.head(ID).files.keys() if ID in hub.repos else set()
    assert not there & FILES
    hub.break_at = lambda asked: False
    publish(run, ID, api=api)
    assert hub.head(ID).files.keys() >= FILES
    assert set(hub.received.values()) == {1}


@pytest.mark.parametrize("step", STEPS)
def test_temporary_interruption_is_retried(step, run, hub, api, waits):
    broken = []

    def once(asked):
        is_first = STEPS[step] in asked and not broken
        broken.extend([asked] * is_first)
        return is_first

    hub.break_at = once
    done = publish(run, ID, api=api)
    assert broken and waits == [1]
    assert hub.head(ID).sha == done.commit
    assert set(hub.received.values()) == {1}


def test_commit_with_lost_response_is_made_once(run, hub, api):
    lost = []

    def once(asked):
        is_first = STEPS["commit"] in asked and not lost
        lost.extend([asked] * is_first)
        return is_first

    hub.forget_at = once
    done = publish(run, ID, api=api)
    assert lost and done.commit == hub.head(ID).sha
    assert hub.commits[hub.head(ID).parent].title == "initial commit"
    assert set(done.changes.added) == FILES


def test_busy_hub_is_retried(run, hub, api, waits):
    hub.busy = 2
    publish(run, ID, api=api)
    assert hub.head(ID).files.keys() >= FILES and waits == [1, 4]


def test_concurrent_commit_is_not_reverted(run, hub, api, monkeypatch):
    publish(run, ID, api=api)
    rewrite(run)

    def theirs(asked):
        if STEPS["commit"] in asked:
            files = {**hub.head(ID).files, "theirs.ckpt": b"theirs"}
            hub.commit(ID, "main", hub.head(ID).sha, "Theirs", files)
        return False

    hub.break_at = theirs
    with pytest.raises(HfHubHTTPError, match="412"):
        publish(run, ID, api=api)
    assert hub.head(ID).title == "Theirs"


def test_missing_write_access_advises_login(run, hub):
    api = HfApi(endpoint=hub.url, token="hf_another")
    with pytest.raises(PermissionError, match="hf auth login"):
        publish(run, ID, api=api)


def test_other_hub_errors_are_raised_unchanged(run, hub, api, waits):
    publish(run, ID, api=api)
    del hub.repos[ID]["main"]
    with pytest.raises(HfHubHTTPError, match="404"):
        publish(run, ID, api=api)
    assert waits == []


def test_offline_dry_run_lists_all_files(run, waits):
    done = publish(run, ID, dry_run=True)
    assert set(done.changes.added) == FILES and done.folder.is_dir()
    assert "HF_HUB_OFFLINE is set" in done.note and waits == []


def test_offline_publishing_is_refused(run, waits):
    with pytest.raises(ConnectionError, match="HF_HUB_OFFLINE.*run/published"):
        publish(run, ID)
    assert waits == []


def test_dry_run_without_connection_does_not_wait(run, hub, api, waits):
    hub.break_at = lambda asked: True
    done = publish(run, ID, dry_run=True, api=api)
    assert set(done.changes.added) == FILES and waits == []
    assert done.note.startswith("not compared with the hub: ")


def test_card_that_the_hub_refuses_is_not_published(run, hub, api, monkeypatch):
    monkeypatch.setattr(metadata, "slug", lambda name: f"{name}+other")
    with pytest.raises(ValueError, match="dataset.type with value 'urdu.other"):
        publish(run, ID, api=api)
    assert not hub.head(ID).files.keys() & FILES


@pytest.mark.parametrize("name", ["model", "a/b/c", "https://hub/a", ""])
def test_invalid_hub_id_is_refused_before_writing(name, run):
    with pytest.raises(ValueError, match="hub id owner/name"):
        publish(run, name)
    assert not (run / "published").exists()


def test_private_model_is_made_private(run, hub, api):
    publish(run, ID, private=True, api=api)
    assert hub.private == {ID}
    publish(run, "owner/other", api=api)
    assert hub.private == {ID}


def test_private_model_is_refused_for_public_repository(run, hub, api):
    publish(run, ID, api=api)
    before = hub.head(ID)
    rewrite(run)
    with pytest.raises(ValueError, match="found a public repository"):
        publish(run, ID, private=True, api=api)
    assert hub.head(ID) is before and len(hub.received) == 2
