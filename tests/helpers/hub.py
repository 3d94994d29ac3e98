"""Serve a local hub for tests with the real client.

It implements what publishing and loading a model needs: create, info, listing,
validation of metadata, upload of large files by Git LFS's basic transfer, commit,
and resolve. All data is in memory. Connections can be interrupted on purpose.
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
# From messages of the hub about cards that it refused.
DATA_SET = re.compile(r"(?:[A-Za-z0-9_-]+/)?[A-Za-z0-9_.-]+")
LICENCE_NAME = re.compile(r"[a-z0-9-.]+")
LANGUAGE = re.compile(r"[a-z]{2,3}")


def complaints(card):
    """List what the hub refuses in the metadata of a card."""
    results = card["model-index"][0]["results"]
    patterns = [
        ("language", LANGUAGE, card["language"]),
        ("datasets", DATA_SET, card["datasets"]),
        ("license_name", LICENCE_NAME, [card.get("license_name", "none")]),
        ("dataset.type", DATA_SET, [r["dataset"]["type"] for r in results]),
    ]
    missing = [
        f"no {field} in model-index"
        for field in ("task", "dataset", "metrics")
        if not all(result.get(field) for result in results)
    ]
    return missing + [
        f"{key} with value {value!r} fails to match the required pattern"
        for key, pattern, values in patterns
        for value in values
        if not pattern.fullmatch(value)
    ]


@dataclasses.dataclass
class Commit:
    """A revision of a model: parent, title, and path to content."""

    parent: str
    title: str
    files: dict

    @property
    def sha(self):
        """Digest of the commit."""
        lines = [self.parent, self.title]
        lines += [f"{n} {_digest(c)}" for n, c in sorted(self.files.items())]
        return hashlib.sha1("\n".join(lines).encode()).hexdigest()


class Hub:
    """Local hub, running inside the context manager.

    Attributes
    ----------
    url : str
        For ``HF_ENDPOINT``.
    repos : dict
        Hub id to branch to ``Commit``.
    private : set of str
        Hub ids of private repositories.
    asked : list of str
        Method and path of every request.
    received : Counter
        SHA-256 of every uploaded large file to number of uploads.
    break_at : callable
        Method and path to bool; if True, the connection is closed in the middle
        of the request, without a response.
    forget_at : callable
        Method and path to bool; if True, the request is executed, and its
        response is lost.
    """

    def __init__(self):
        self.repos, self.commits, self.blobs = {}, {}, {}
        self.private = set()
        self.asked, self.received = [], collections.Counter()
        self.break_at = self.forget_at = lambda asked: False
        self.busy = 0  # number of next requests to answer with 503
        handler = type("_", (_Handler,), {"hub": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.store = self.url.replace("127.0.0.1", "localhost")

    def __enter__(self):
        threading.Thread(
            target=self.server.serve_forever,
            args=[0.01],  # seconds between checks for shutdown
            daemon=True,
        ).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def environment(self, cache):
        """Return environment variables of a client with its own cache."""
        return {
            **{"HF_ENDPOINT": self.url, "HF_HOME": str(cache)},
            **{"HF_TOKEN": "hf_test", "HF_HUB_OFFLINE": "0"},
            **{"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"},
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }

    def hold(self, repo_id, folder):
        """Add a model from a folder; return its commit."""
        files = {
            path.name: path.read_bytes() for path in Path(folder).iterdir()
        }
        return self.commit(repo_id, "main", "", "All of it", files)

    def commit(self, repo_id, branch, parent, title, files):
        """Add a commit to a branch; return its digest."""
        made = Commit(parent, title, files)
        self.commits[made.sha] = made
        self.repos.setdefault(repo_id, {})[branch] = made.sha
        return made.sha

    def head(self, repo_id, revision="main"):
        """Return the commit of a branch or digest, None if unknown."""
        sha = self.repos[repo_id].get(revision, revision)
        return self.commits.get(sha)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Handler of one connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # send header and body of a response together
    hub: Hub

    def log_message(self, *_):
        """Suppress logging."""

    def do(self):
        """Handle a request of any method."""
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
            self._respond({"error": "busy"}, 503)
            return
        for pattern, handler in ROUTES.items():
            if found := re.fullmatch(pattern, asked):
                handler(self, **found.groupdict())
                return
        self._respond({"error": f"unknown request {asked}"}, 404)

    do_GET = do_HEAD = do_POST = do_PUT = do

    def _read(self):
        """Read the body, with or without chunked encoding."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _respond(self, value, status=200, **headers):
        """Send a response of JSON or bytes."""
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

    def _not_found(self, code):
        """Respond with 404 and an error code of the hub."""
        self._respond({"error": code}, 404, X_Error_Code=code)

    def _head(self, repo, revision):
        """Return a commit; respond with an error and return None if unknown."""
        if repo not in self.hub.repos:
            self._not_found("RepoNotFound")
        elif not (commit := self.hub.head(repo, revision)):
            self._not_found("RevisionNotFound")
        else:
            return commit

    def create(self):
        """Create a repository with an initial commit."""
        if self.headers.get("Authorization") != "Bearer hf_test":
            self._respond({"error": "Invalid username or password."}, 401)
            return
        asked = json.loads(self.body)
        repo = f"{asked['organization']}/{asked['name']}"
        is_new = repo not in self.hub.repos
        if is_new:
            files = {".gitattributes": b"*.ckpt filter=lfs\n"}
            self.hub.commit(repo, "main", "", "initial commit", files)
            if asked.get("private") or asked.get("visibility") == "private":
                self.hub.private.add(repo)
        self._respond({"url": f"{self.hub.url}/{repo}"}, 200 if is_new else 409)

    def branch(self, repo, branch):
        """Create a branch at main."""
        branches = self.hub.repos[repo]
        is_new = branch not in branches
        branches.setdefault(branch, branches["main"])
        self._respond({}, 200 if is_new else 409)

    def info(self, repo, revision=None):
        """Respond with the commit."""
        if commit := self._head(repo, revision or "main"):
            names = [{"rfilename": name} for name in commit.files]
            arguments = {"id": repo, "sha": commit.sha, "siblings": names}
            self._respond({**arguments, "private": repo in self.hub.private})

    def tree(self, repo, revision):
        """List the files."""
        if commit := self._head(repo, revision):
            self._respond([_entry(*item) for item in commit.files.items()])

    def validate(self):
        """Validate the metadata of a card."""
        _, head, _ = json.loads(self.body)["content"].split("---\n", 2)
        errors = [
            {"message": text} for text in complaints(yaml.safe_load(head))
        ]
        self._respond({"errors": errors}, 400 if errors else 200)

    def preupload(self, repo, revision):
        """Respond with the upload mode of files."""
        if commit := self._head(repo, revision):
            paths = [file["path"] for file in json.loads(self.body)["files"]]
            files = [
                {
                    "path": path,
                    "uploadMode": "lfs" if _is_large(path) else "regular",
                    "shouldIgnore": False,
                    "oid": _oid(path, commit.files.get(path)),
                }
                for path in paths
            ]
            self._respond({"files": files})

    def batch(self, repo):
        """Respond with upload addresses of missing large files."""
        found = []
        for thing in json.loads(self.body)["objects"]:
            href = f"{self.hub.url}/lfs/{thing['oid']}"
            if thing["oid"] not in self.hub.blobs:
                thing["actions"] = {
                    "upload": {"href": href},
                    "verify": {"href": f"{href}/verify"},
                }
            found.append(thing)
        self._respond({"transfer": "basic", "objects": found})

    def receive(self, oid):
        """Receive a large file."""
        self.hub.received[oid] += 1
        is_whole = hashlib.sha256(self.body).hexdigest() == oid
        if is_whole:
            self.hub.blobs[oid] = self.body
        self._respond({}, 200 if is_whole else 400)

    def verify(self, oid):
        """Respond whether a large file was received."""
        size = json.loads(self.body)["size"]
        is_here = len(self.hub.blobs.get(oid, b"")) == size
        self._respond({}, 200 if is_here else 404)

    def commit(self, repo, branch):
        """Apply a commit atomically."""
        head = self.hub.head(repo, branch)
        header, *lines = map(json.loads, self.body.splitlines())
        if header["value"].get("parentCommit", head.sha) != head.sha:
            self._respond({"error": "A commit has happened since."}, 412)
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
        self._respond({"success": True, "commitOid": sha, "commitUrl": url})

    def resolve(self, repo, revision, path):
        """Send a small file, or redirect to a large one."""
        if not (commit := self._head(repo, revision)):
            return
        if path not in commit.files:
            self._not_found("EntryNotFound")
            return
        content = commit.files[path]
        arguments = {
            "X_Repo_Commit": commit.sha,
            "ETag": f'"{git_hash(content)}"',
        }
        if _is_large(path):
            oid = _digest(content)
            self.hub.blobs[oid] = content
            self._respond(
                *({}, 302),
                **{**arguments, "X_Linked_Etag": f'"{oid}"'},
                X_Linked_Size=str(len(content)),
                # Large files are on another host name.
                Location=f"{self.hub.store}/lfs/{oid}",
            )
        else:
            self._respond(content, **arguments)

    def send(self, oid):
        """Send a large file."""
        self._respond(self.hub.blobs[oid], ETag=f'"{oid}"')


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
    """Return the SHA-256 of a file, the id of large files."""
    return hashlib.sha256(content).hexdigest()


def _oid(path, content):
    """Return the digest that a client compares."""
    if content is None:
        return None
    return _digest(content) if _is_large(path) else git_hash(content)


def _entry(path, content):
    """Return the entry of a file in a listing."""
    entry = {"type": "file", "path": path, "size": len(content)}
    entry["oid"] = git_hash(content)
    if _is_large(path):
        entry["lfs"] = {
            **{"oid": _digest(content), "size": len(content)},
            "pointerSize": 134,
        }
    return entry
