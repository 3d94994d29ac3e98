import hashlib

import pytest
from huggingface_hub.hf_api import RepoFile, RepoFolder
from huggingface_hub.utils.sha import git_hash

from speechbrain_clser.contrib.publish.changes import Changes, compare, files


def there(path, content, is_large=False):
    """Return a file in the listing of the hub."""
    large = {
        "oid": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "pointerSize": 134,
    }
    return RepoFile(
        path=path,
        size=len(content),
        oid="0" * 40 if is_large else git_hash(content),
        lfs=large if is_large else None,
    )


@pytest.fixture
def folder(tmp_path):
    """Write a small and a large file."""
    (tmp_path / "README.md").write_bytes(b"card")
    (tmp_path / "method.ckpt").write_bytes(b"weights")
    return tmp_path


def test_all_files_are_added_to_an_empty_repository(folder):
    assert compare(folder, []) == Changes(added=("README.md", "method.ckpt"))


def test_same_content_changes_nothing(folder):
    listing = [
        there("README.md", b"card"),
        there("method.ckpt", b"weights", is_large=True),
    ]
    assert not compare(folder, listing)


@pytest.mark.parametrize("is_large", [False, True])
def test_other_content_of_the_same_length_is_a_change(is_large, folder):
    listing = [
        there("README.md", b"card"),
        there("method.ckpt", b"weightz", is_large),
    ]
    assert compare(folder, listing) == Changes(changed=("method.ckpt",))


def test_only_checkpoints_beside_the_model_are_removed(folder):
    names = ["old.ckpt", ".gitattributes", "LICENSE", "more/old.ckpt"]
    listing = [there(name, b"x") for name in names]
    listing.append(RepoFolder(path="more", oid="0" * 40))
    assert compare(folder, listing).removed == ("old.ckpt",)


def test_hidden_files_are_excluded_and_folders_included(folder):
    for name in (".DS_Store", ".cache/x", "sound/a.wav"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    found = [path.relative_to(folder).as_posix() for path in files(folder)]
    assert found == ["README.md", "method.ckpt", "sound/a.wav"]
