"""Tests of training.commit, in clones made on the spot."""

import subprocess

import pytest

from speechbrain_clser.training.commit import commit


def git(folder, *arguments):
    me = ("-c", "user.name=me", "-c", "user.email=me@localhost")
    done = subprocess.run(
        ["git", "-C", str(folder), *me, *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "a.py").write_text("1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "package")
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "tag", "v1")
    return folder


def test_commit_is_returned_with_a_mark_of_changes(clone):
    head = git(clone, "rev-parse", "HEAD")
    assert len(head) == 40 and commit(clone) == head
    (clone / "a.py").write_text("2\n")
    assert commit(clone) == f"{head}-dirty"


def test_clone_of_others_does_not_count(clone):
    other = clone.parent / "site-packages"
    other.mkdir()
    (other / "b.py").touch()
    assert commit(other) == ""


def test_without_git_nothing_is_returned(clone, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert commit(clone) == ""
