"""A hub of one's own on this machine, as far as the real client asks it.

It speaks what a model needs to be published and loaded: create, info, listing,
validation of metadata, upload of large files by Git LFS's basic transfer,
commit, and resolve. It keeps everything in memory, and can be told to break the
connection.
"""

import base64
import collections
import dataclasses
import hashlib
import http.server
import json
import re
import threading
from pathlib import Path

import yaml
from huggingface_hub.utils.sha import git_hash

LARGE = (".ckpt", ".safetensors", ".bin")


@dataclasses.dataclass
class Commit:
    """A revision of a model: parent, title, and path to content."""

    parent: str
    title: str
    files: dict

    @property
    def sha(self):
        """Tells it from any other."""
        lines = [self.parent, self.title]
        lines += [f"{n} {_digest(c)}" for n, c in sorted(self.files.items())]
        return hashlib.sha1("\n".join(lines).encode()).hexdigest()


class Hub:
    """Serves while the ``with`` lasts.

    Attributes
    ----------
    url : str
        For ``HF_ENDPOINT``.
    repos : dict
        Hub id to branch to ``Commit``.
    private : set of str
        Hub ids.
    asked : list of str
        Method and path of every request.
    received : Counter
        SHA-256 of every large file that was sent, to how often.
    break_at : callable
        Told method and path; a request for which it says True is cut off in
        the middle, without an answer.
    forget_at : callable
        Likewise; such a request is obeyed, and its answer lost.
    """

    def __init__(self):
        self.repos, self.commits, self.blobs = {}, {}, {}
        self.private = set()
        self.asked, self.received = [], collections.Counter()
        self.break_at = self.forget_at = lambda asked: False
        self.busy = 0  # so many requests get no more than a 503
        handler = type("_", (_Handler,), {"hub": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.store = self.url.replace("127.0.0.1", "localhost")

    def __enter__(self):
        threading.Thread(
            target=self.server.serve_forever,
            args=[0.01],  # seconds until it sees that it shall end
            daemon=True,
        ).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def environment(self, cache):
        """Variables of a process that asks this hub, with an own cache."""
        return {
            **{"HF_ENDPOINT": self.url, "HF_HOME": str(cache)},
            **{"HF_TOKEN": "hf_test", "HF_HUB_OFFLINE": "0"},
            **{"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"},
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }

    def hold(self, repo_id, folder):
        """Have a model from the beginning; gives its commit."""
        files = {
            path.name: path.read_bytes() for path in Path(folder).iterdir()
        }
        return self.commit(repo_id, "main", "", "All of it", files)

    def commit(self, repo_id, branch, parent, title, files):
        """Make a revision the head of a branch; gives its name."""
        made = Commit(parent, title, files)
        self.commits[made.sha] = made
        self.repos.setdefault(repo_id, {})[branch] = made.sha
        return made.sha

    def head(self, repo_id, revision="main"):
        """Find the commit of a branch or of its own name, if there is one."""
        sha = self.repos[repo_id].get(revision, revision)
        return self.commits.get(sha)


class _Handler(http.server.BaseHTTPRequestHandler):
    """One conversation."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of an answer leave together
    hub: Hub

    def log_message(self, *_):
        """Say nothing."""

    def do(self):
        """Answer any method."""
        path, _, _ = self.path.partition("?")
        asked = f"{self.command} {path}"
        self.hub.asked.append(asked)
        if self.hub.break_at(asked):
            self.rfile.read(int(self.headers.get("Content-Length", 0)) // 2)
            self.close_connection = True
            return
        self.body = self._read()
        if self.hub.busy:
            self.hub.busy -= 1
            self._say({"error": "busy"}, 503)
            return
        for pattern, answer in ROUTES.items():
            if found := re.fullmatch(pattern, asked):
                answer(self, **found.groupdict())
                return
        self._say({"error": f"this hub does not know {asked}"}, 404)

    do_GET = do_HEAD = do_POST = do_PUT = do

    def _read(self):
        """What was sent, in one piece or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _say(self, value, status=200, **headers):
        """Answer JSON, or bytes."""
        path, _, _ = self.path.partition("?")
        if self.hub.forget_at(f"{self.command} {path}"):
            self.close_connection = True
            return
        content = (
            value if isinstance(value, bytes) else json.dumps(value).encode()
        )
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _lack(self, code):
        """Say that something is not there, as the hub does."""
        self._say({"error": code}, 404, X_Error_Code=code)

    def _head(self, repo, revision):
        """The commit that is meant; None when that was answered already."""
        if repo not in self.hub.repos:
            self._lack("RepoNotFound")
        elif not (commit := self.hub.head(repo, revision)):
            self._lack("RevisionNotFound")
        else:
            return commit

    def create(self):
        """Make a model, with the first commit that the hub makes."""
        if self.headers.get("Authorization") != "Bearer hf_test":
            self._say({"error": "Invalid username or password."}, 401)
            return
        asked = json.loads(self.body)
        repo = f"{asked['organization']}/{asked['name']}"
        is_new = repo not in self.hub.repos
        if is_new:
            files = {".gitattributes": b"*.ckpt filter=lfs\n"}
            self.hub.commit(repo, "main", "", "initial commit", files)
            if asked.get("private") or asked.get("visibility") == "private":
                self.hub.private.add(repo)
        self._say({"url": f"{self.hub.url}/{repo}"}, 200 if is_new else 409)

    def branch(self, repo, branch):
        """Let a branch begin where main is."""
        branches = self.hub.repos[repo]
        is_new = branch not in branches
        branches.setdefault(branch, branches["main"])
        self._say({}, 200 if is_new else 409)

    def info(self, repo, revision=None):
        """Tell the commit."""
        if commit := self._head(repo, revision or "main"):
            names = [{"rfilename": name} for name in commit.files]
            arguments = {"id": repo, "sha": commit.sha, "siblings": names}
            self._say({**arguments, "private": repo in self.hub.private})

    def tree(self, repo, revision):
        """List the files."""
        if commit := self._head(repo, revision):
            self._say([_entry(*item) for item in commit.files.items()])

    def validate(self):
        """Read the metadata of a card."""
        _, head, _ = json.loads(self.body)["content"].split("---\n", 2)
        results = yaml.safe_load(head)["model-index"][0]["results"]
        fields = ("task", "dataset", "metrics")
        errors = [
            {"message": f"no {field} in model-index"}
            for field in fields
            if not all(result.get(field) for result in results)
        ]
        self._say({"errors": errors}, 400 if errors else 200)

    def preupload(self, repo, revision):
        """Say which files are large."""
        if commit := self._head(repo, revision):
            paths = [file["path"] for file in json.loads(self.body)["files"]]
            files = [
                {
                    "path": path,
                    "uploadMode": "lfs" if _is_large(path) else "regular",
                    "shouldIgnore": False,
                    "oid": _known_by(path, commit.files.get(path)),
                }
                for path in paths
            ]
            self._say({"files": files})

    def batch(self, repo):
        """Say where large files shall be sent, if they are not here yet."""
        found = []
        for thing in json.loads(self.body)["objects"]:
            href = f"{self.hub.url}/lfs/{thing['oid']}"
            if thing["oid"] not in self.hub.blobs:
                thing["actions"] = {
                    "upload": {"href": href},
                    "verify": {"href": f"{href}/verify"},
                }
            found.append(thing)
        self._say({"transfer": "basic", "objects": found})

    def receive(self, oid):
        """Take a large file."""
        self.hub.received[oid] += 1
        is_whole = hashlib.sha256(self.body).hexdigest() == oid
        if is_whole:
            self.hub.blobs[oid] = self.body
        self._say({}, 200 if is_whole else 400)

    def verify(self, oid):
        """Tell whether it is here."""
        size = json.loads(self.body)["size"]
        is_here = len(self.hub.blobs.get(oid, b"")) == size
        self._say({}, 200 if is_here else 404)

    def commit(self, repo, branch):
        """Take a commit whole or not at all."""
        head = self.hub.head(repo, branch)
        header, *lines = map(json.loads, self.body.splitlines())
        if header["value"].get("parentCommit", head.sha) != head.sha:
            self._say({"error": "A commit has happened since."}, 412)
            return
        files = dict(head.files)
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.blobs[value["oid"]]
            elif line["key"] == "deletedFile":
                del files[value["path"]]
        title = header["value"]["summary"]
        sha = self.hub.commit(repo, branch, head.sha, title, files)
        url = f"{self.hub.url}/{repo}/commit/{sha}"
        self._say({"success": True, "commitOid": sha, "commitUrl": url})

    def resolve(self, repo, revision, path):
        """Give a file, a large one by way of where it is stored."""
        if not (commit := self._head(repo, revision)):
            return
        if path not in commit.files:
            self._lack("EntryNotFound")
            return
        content = commit.files[path]
        arguments = {
            "X_Repo_Commit": commit.sha,
            "ETag": f'"{git_hash(content)}"',
        }
        if _is_large(path):
            oid = _digest(content)
            self.hub.blobs[oid] = content
            self._say(
                *({}, 302),
                **{**arguments, "X_Linked_Etag": f'"{oid}"'},
                X_Linked_Size=str(len(content)),
                # Large files lie on another host, told by its name.
                Location=f"{self.hub.store}/lfs/{oid}",
            )
        else:
            self._say(content, **arguments)

    def send(self, oid):
        """Give a large file."""
        self._say(self.hub.blobs[oid], ETag=f'"{oid}"')


MODEL = r"(?P<repo>[\w.-]+/[\w.-]+)"
ROUTES = {
    r"POST /api/repos/create": _Handler.create,
    r"POST /api/validate-yaml": _Handler.validate,
    rf"GET /api/models/{MODEL}": _Handler.info,
    rf"GET /api/models/{MODEL}/revision/(?P<revision>\w+)": _Handler.info,
    rf"GET /api/models/{MODEL}/tree/(?P<revision>\w+)": _Handler.tree,
    rf"POST /api/models/{MODEL}/branch/(?P<branch>\w+)": _Handler.branch,
    rf"POST /api/models/{MODEL}/preupload/(?P<revision>\w+)": (
        _Handler.preupload
    ),
    rf"POST /api/models/{MODEL}/commit/(?P<branch>\w+)": _Handler.commit,
    rf"POST /{MODEL}.git/info/lfs/objects/batch": _Handler.batch,
    r"PUT /lfs/(?P<oid>\w+)": _Handler.receive,
    r"POST /lfs/(?P<oid>\w+)/verify": _Handler.verify,
    r"GET /lfs/(?P<oid>\w+)": _Handler.send,
    rf"(GET|HEAD) /{MODEL}/resolve/(?P<revision>\w+)/(?P<path>.+)": (
        _Handler.resolve
    ),
}


def _is_large(path):
    return path.endswith(LARGE)


def _digest(content):
    """SHA-256 of a file, by which a large one is known."""
    return hashlib.sha256(content).hexdigest()


def _known_by(path, content):
    """The digest by which a client finds that a file is the same."""
    if content is None:
        return None
    return _digest(content) if _is_large(path) else git_hash(content)


def _entry(path, content):
    """A file as a listing tells it."""
    entry = {"type": "file", "path": path, "size": len(content)}
    entry["oid"] = git_hash(content)
    if _is_large(path):
        entry["lfs"] = {
            **{"oid": _digest(content), "size": len(content)},
            "pointerSize": 134,
        }
    return entry
