"""From a run to the hub: all of a model in one commit, or nothing."""

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
from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.hub_answers import answer_of
from speechbrain_clser.publish import folder as folders
from speechbrain_clser.publish.changes import Changes, compare
from speechbrain_clser.publish.metadata import HUB_ID
from speechbrain_clser.publish.retry import may_pass, with_retries

MAIN = "main"


@dataclasses.dataclass(frozen=True)
class Published:
    """What was published, or would be.

    Arguments
    ---------
    folder : Path
        As it is, or would be, on the hub.
    changes : Changes
        Against what was there before.
    url : str
        Of the model's page.
    commit : str
        That others may load by ``revision=``; empty of a dry run.
    """

    folder: Path
    changes: Changes
    url: str
    commit: str = ""


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
    """Publish the model of a run, with a card made from its report.

    Files are sent one by one, and become a revision of the model by a single
    commit when all have arrived. Whatever interrupts it, those who load the
    model get it as it was; publishing again sends what is missing.

    Arguments
    ---------
    run : str or Path
        ``output_folder`` of train.py.
    repo_id : str
        Hub id ``owner/name``; made if there is none.
    dry_run : bool
        Only write the folder and find what would change.
    allow_licence : collection of str
        Training corpora that may be in a shared model though their licences
        do not say so; see ``licences``.
    licence : str
        The hub's name of the model's own licence; see ``metadata``.
    private : bool
        Whether a repository that is made is for oneself.
    revision : str
        Branch; made of ``main`` if there is none.
    api : HfApi, optional
        With an endpoint or a token of its own.

    Returns
    -------
    Published
        With the folder, what changed, and the commit.

    Raises
    ------
    FileNotFoundError
        If the run has no report, or no model.
    ValueError
        If ``repo_id`` is none, a licence is in the way, or what shall be
        private is there already and is not.
    PermissionError
        If the hub does not let this user write there.
    ConnectionError
        If the hub does not answer, or must not be asked.
    """
    if not HUB_ID.fullmatch(repo_id):
        raise ValueError(f"expected a hub id owner/name, got {repo_id!r}")
    api = api or HfApi()
    folder = folders.write(Path(run), repo_id, allow_licence, licence)
    url = f"{api.endpoint}/{repo_id}"
    try:
        _, changes = with_retries(
            lambda: _state(api, repo_id, revision, folder)
        )
        if dry_run:
            return Published(folder, changes, url)
        message = _message(Path(run))
        commit = with_retries(
            lambda: _bring(api, repo_id, revision, folder, private, message)
        )
    except OfflineModeIsEnabled as error:
        raise ConnectionError(
            f"expected a hub to ask at {url}, but HF_HUB_OFFLINE is set; the "
            f"folder that would be published is {folder}"
        ) from error
    except (HTTPError, RuntimeError) as error:
        if may_pass(error):
            so = (
                "what would change there is not known. What would be "
                f"published is in {folder}"
                if dry_run
                else "those who load the model get all of it or what was there "
                f"before. What is to go there is in {folder}. Publish again "
                "later: what has arrived is not sent again"
            )
            raise ConnectionError(
                f"expected {url} to take the model, but "
                f"{answer_of(error).partition('; ')[0]} ({error}); {so}"
            ) from error
        if _is_refusal(error):
            raise PermissionError(
                f"expected the right to write to {url}, but the hub refuses: "
                f"{error}; log in with `hf auth login` as one who may, or "
                "give another owner/name"
            ) from error
        raise
    return Published(folder, changes, url, commit)


def _state(api, repo_id, revision, folder):
    """The commit that a revision is at, and what sets the folder apart."""
    try:
        head = api.model_info(repo_id, revision=revision).sha
    except RepositoryNotFoundError:
        return "", compare(folder, [])
    except RevisionNotFoundError:
        if revision == MAIN:
            raise
        # A branch begins where main is.
        return _state(api, repo_id, MAIN, folder)
    listing = api.list_repo_tree(repo_id, revision=head, recursive=True)
    return head, compare(folder, listing)


def _bring(api, repo_id, revision, folder, private, message):
    """Bring a revision to what the folder is; done again, it changes nothing."""
    api.create_repo(repo_id, private=private or None, exist_ok=True)
    if private and not api.model_info(repo_id).private:
        raise ValueError(
            f"expected {repo_id} to be private, found one that all can see; "
            "change that on its page, or give another owner/name"
        )
    if revision != MAIN:
        api.create_branch(repo_id, branch=revision, exist_ok=True)
    head, changes = _state(api, repo_id, revision, folder)
    if not changes:  # or only the answer to the last try was lost
        return head
    additions = [
        CommitOperationAdd(name, folder / name)
        for name in (*changes.added, *changes.changed)
    ]
    for addition in additions:
        # One by one: what has arrived is not sent again after a break.
        api.preupload_lfs_files(
            repo_id, [addition], revision=revision, free_memory=False
        )
    deletions = [CommitOperationDelete(name) for name in changes.removed]
    done = api.create_commit(
        repo_id,
        [*additions, *deletions],
        commit_message=message,
        revision=revision,
        parent_commit=head,  # or somebody else's commit would be undone
    )
    return done.oid


def _is_refusal(error):
    """Whether the hub knows what is wanted, and does not want it."""
    return isinstance(error, HfHubHTTPError) and (
        error.response.status_code in (401, 403)
    )


def _message(run):
    """Title of the commit."""
    report = json.loads((run / FILE).read_text(encoding="utf-8"))
    protocol = report["protocol"]
    return (
        f"{report['method']}, protocol {protocol['name']} "
        f"({protocol['digest']}), by speechbrain-clser {__version__}"
    )
