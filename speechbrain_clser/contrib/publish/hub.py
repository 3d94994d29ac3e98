"""Publish the model of a run on the hub in a single commit."""

import dataclasses
import json
from collections.abc import Collection
from pathlib import Path

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from speechbrain_clser import __version__
from speechbrain_clser.contrib.publish import folder as folders
from speechbrain_clser.contrib.publish.changes import Changes, compare
from speechbrain_clser.contrib.publish.retry import may_pass, with_retries
from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.features.hub import HUB_ID
from speechbrain_clser.hub_errors import describe_error

MAIN = "main"
PLAN_TIMEOUT_S = 5


@dataclasses.dataclass(frozen=True)
class Published:
    """Result of ``publish``.

    Arguments
    ---------
    folder : Path
        Local copy of the published files.
    changes : Changes
        Changes relative to the previous revision.
    url : str
        Page of the model.
    commit : str
        Commit for ``revision=``; empty after a dry run.
    note : str
        Why a dry run could not compare with the hub: all files are then listed
        as added.
    """

    folder: Path
    changes: Changes
    url: str
    commit: str = ""
    note: str = ""


def publish(
    run,
    repo_id: str,
    *,
    dry_run: bool = False,
    allow_licence: Collection = (),
    licence: str = "",
    private: bool = False,
    revision: str = MAIN,
    api: HfApi | None = None,
) -> Published:
    """Publish the model of a run with a card made from its report.

    Files are uploaded one by one and become visible in a single commit when all
    are uploaded. After an interruption, the previous revision is unchanged;
    publishing again uploads only the missing files.

    Arguments
    ---------
    run : str or Path
        ``output_folder`` of train.py.
    repo_id : str
        Hub id ``owner/name``; created if it does not exist.
    dry_run : bool
        Whether to only write the folder and compare it with the hub, if it
        responds at once.
    allow_licence : collection of str
        Training corpora to accept although their licences do not allow sharing;
        see ``licences``.
    licence : str
        The hub's name of the model's own licence; see ``metadata``.
    private : bool
        Whether to create a private repository.
    revision : str
        Branch; created from ``main`` if it does not exist.
    api : HfApi, optional
        Client with another endpoint or token.

    Returns
    -------
    Published
        The folder, the changes and the commit.

    Raises
    ------
    FileNotFoundError
        If the run has no report, or no model.
    ValueError
        If ``repo_id`` is invalid, a licence does not allow publishing, or
        ``private`` is set and the repository exists and is public.
    PermissionError
        If the user has no write access.
    ConnectionError
        If the hub does not respond, or offline mode is set, unless ``dry_run``.
    """
    if not HUB_ID.fullmatch(repo_id):
        raise ValueError(f"expected a hub id owner/name, got {repo_id!r}")
    api = api or HfApi()
    folder = folders.write(Path(run), repo_id, allow_licence, licence)
    url = f"{api.endpoint}/{repo_id}"
    try:
        if dry_run:
            return _plan(api, repo_id, revision, folder, url)
        _, changes = with_retries(
            lambda: _state(api, repo_id, revision, folder)
        )
        message = _message(Path(run))
        commit = with_retries(
            lambda: _upload(api, repo_id, revision, folder, private, message)
        )
    except OfflineModeIsEnabled as error:
        raise ConnectionError(
            f"expected access to {url}, but HF_HUB_OFFLINE is set; the folder "
            f"to publish is {folder}"
        ) from error
    except (HTTPError, RuntimeError) as error:
        if may_pass(error):
            raise ConnectionError(
                f"expected {url} to accept the model, but "
                f"{describe_error(error).partition('; ')[0]} ({error}); the model "
                "on the hub is complete, either the new or the previous revision. "
                f"The folder to publish is {folder}. Publish again later: uploaded "
                "files are not sent again"
            ) from error
        if _is_refusal(error):
            raise PermissionError(
                f"expected write access to {url}, but the hub refuses: {error}; "
                "log in with `hf auth login` as a user with write access, or "
                "give another owner/name"
            ) from error
        raise
    return Published(folder, changes, url, commit)


def _plan(api, repo_id, revision, folder, url):
    """Compare a folder with the hub, without waiting for it."""
    try:
        _, changes = _state(api, repo_id, revision, folder, PLAN_TIMEOUT_S)
        return Published(folder, changes, url)
    except OfflineModeIsEnabled:
        reason = "HF_HUB_OFFLINE is set"
    except (HTTPError, RuntimeError) as error:
        if not may_pass(error):
            raise
        reason = describe_error(error).partition("; ")[0]
    return Published(
        folder,
        compare(folder, []),
        url,
        note=f"not compared with the hub: {reason}; all files are listed",
    )


def _state(api, repo_id, revision, folder, timeout_s=None):
    """Return the commit of a revision and the changes to it."""
    try:
        head = api.model_info(repo_id, revision=revision, timeout=timeout_s).sha
    except RepositoryNotFoundError:
        return "", compare(folder, [])
    except RevisionNotFoundError:
        if revision == MAIN:
            raise
        # A new branch starts at main.
        return _state(api, repo_id, MAIN, folder, timeout_s)
    listing = api.list_repo_tree(repo_id, revision=head, recursive=True)
    return head, compare(folder, listing)


def _upload(api, repo_id, revision, folder, private, message):
    """Upload the folder and commit it; idempotent. Return the commit."""
    api.create_repo(repo_id, private=private or None, exist_ok=True)
    if private and not api.model_info(repo_id).private:
        raise ValueError(
            f"expected {repo_id} to be private, found a public repository; "
            "change that on its page, or give another owner/name"
        )
    if revision != MAIN:
        api.create_branch(repo_id, branch=revision, exist_ok=True)
    head, changes = _state(api, repo_id, revision, folder)
    if not changes:  # also if only the response to the last attempt was lost
        return head
    additions = [
        CommitOperationAdd(name, folder / name)
        for name in (*changes.added, *changes.changed)
    ]
    for addition in additions:
        # One by one: uploaded files are not sent again after an interruption.
        api.preupload_lfs_files(
            repo_id, [addition], revision=revision, free_memory=False
        )
    deletions = [CommitOperationDelete(name) for name in changes.removed]
    done = api.create_commit(
        repo_id,
        [*additions, *deletions],
        commit_message=message,
        revision=revision,
        parent_commit=head,  # otherwise a concurrent commit would be reverted
    )
    return done.oid


def _is_refusal(error):
    """Return whether the hub denied authorisation."""
    return isinstance(error, HfHubHTTPError) and (
        error.response.status_code in (401, 403)
    )


def _message(run):
    """Return the title of the commit."""
    report = json.loads((run / FILE).read_text(encoding="utf-8"))
    protocol = report["protocol"]
    return (
        f"{report['method']}, protocol {protocol['name']} "
        f"({protocol['digest']}), by speechbrain-clser {__version__}"
    )
