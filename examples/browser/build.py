"""Copy the page, a graph and onnxruntime-web into a folder of static files.

> python build.py graph/emotions.onnx graph/page/

Needs npm, which fetches the runtime, unless --runtime names its package.
"""

import argparse
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import onnxruntime

HERE = Path(__file__).parent
PACKAGE = "onnxruntime-web@1.30.0"
RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")
PAGE = ("index.html", "emotions.mjs")


def build(graph, out, runtime=None):
    """Write the folder.

    Arguments
    ---------
    graph : str or Path
        Written by ``clser export --onnx``.
    out : str or Path
        The folder; files of an earlier build are replaced.
    runtime : str or Path, optional
        The package of ``npm pack onnxruntime-web``; by default npm is run.
    """
    graph, out = Path(graph), Path(out)
    about = read_metadata(graph)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        package = runtime or fetch(folder)
        with tarfile.open(package) as archive:
            for name in RUNTIME:
                file = archive.extractfile(f"package/dist/{name}")
                (out / name).write_bytes(file.read())
    for name in PAGE:
        shutil.copyfile(HERE / name, out / name)
    shutil.copyfile(graph, out / "emotions.onnx")
    (out / "emotions.json").write_text(json.dumps(about), encoding="utf-8")


def read_metadata(graph) -> dict:
    """Read the classes and the sample rate of a graph.

    onnxruntime-web does not give access to metadata, so they become a file.
    """
    session = onnxruntime.InferenceSession(graph)
    about = session.get_modelmeta().custom_metadata_map
    if "classes" not in about:
        raise SystemExit(
            f"{graph}: expected a graph written by clser export --onnx, found "
            "one without classes in its metadata"
        )
    return {
        "classes": json.loads(about["classes"]),
        "sample_rate_hz": int(about["sample_rate_hz"]),
    }


def fetch(folder):
    """Fetch the package of the runtime into a folder; return its path."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            f"expected npm, which fetches {PACKAGE}, found none; install it, or give "
            "the package by --runtime"
        )
    command = [npm, "pack", "--silent", "--pack-destination", folder, PACKAGE]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(Path(folder).iterdir())


def main():
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("graph", help="file of clser export --onnx")
    parser.add_argument("out", help="folder to write")
    parser.add_argument("--runtime", help=f"package of npm pack {PACKAGE}")
    build(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
