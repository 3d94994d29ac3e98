"""The page of examples/browser predicts in Chromium as the model does in Python."""

import functools
import http.server
import json
import os
import queue
import shutil
import subprocess
import threading

import pytest
import soundfile
from helpers import served, toy

from examples.browser.build import build
from speechbrain_clser.contrib.onnx.export import export_onnx
from speechbrain_clser.inference.classifier import EmotionClassifier

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--disable-quic", "--disable-sync"),
)
# Chooses files in the page and posts what it shows.
DRIVER = """<iframe src="index.html"></iframe>
<script type="module">
  const frame = document.querySelector("iframe");
  await new Promise((done) => frame.onload = done);
  const find = (name) => frame.contentDocument.querySelector(name);
  const isReady = async () => {
    while (find("input").disabled) await new Promise((done) => setTimeout(done, 20));
  };
  const shown = [];
  for (const name of NAMES) {
    await isReady();
    const file = new File([await (await fetch(name)).arrayBuffer()], name);
    const chosen = new frame.contentWindow.DataTransfer();
    chosen.items.add(file);
    find("input").files = chosen.files;
    find("input").dispatchEvent(new Event("change"));
    await isReady();
    const meters = [...frame.contentDocument.querySelectorAll("meter")];
    shown.push({
      status: find("#status").textContent,
      probabilities: meters.map((meter) => meter.value),
    });
  }
  await fetch("/shown", { method: "POST", body: JSON.stringify(shown) });
</script>
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve static files, and keep what the driver posts."""

    posted = queue.Queue()

    def do_POST(self):
        """Keep the body."""
        length = int(self.headers["Content-Length"])
        self.posted.put(json.loads(self.rfile.read(length)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        """Log nothing."""


@pytest.fixture
def serve(tmp_path):
    """Serve the folder of the page; yield its address."""
    handler = functools.partial(Handler, directory=tmp_path / "site")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
@pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning")
def test_page_shows_the_probabilities_of_the_model(serve, tmp_path):
    model = served.make(tmp_path, "linear")
    graph = export_onnx(model.folder, tmp_path / "graph" / "model.onnx")
    build(graph, tmp_path / "site", os.environ["CLSER_BROWSER"])
    soundfile.write(tmp_path / "short.wav", [0.1] * 800, 16000)
    soundfile.write(tmp_path / "silent.wav", [0.0] * 8000, 16000)
    names = ["1.wav", "2.wav", "short.wav", "silent.wav", "0.wav"]
    for name in names:
        shutil.copy(tmp_path / name, tmp_path / "site")
    driver = DRIVER.replace("NAMES", json.dumps(names))
    (tmp_path / "site" / "driver.html").write_text(driver, encoding="utf-8")

    profile = f"--user-data-dir={tmp_path / 'profile'}"
    process = subprocess.Popen(
        [CHROMIUM, *OPTIONS, profile, f"{serve}/driver.html"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        shown = dict(zip(names, Handler.posted.get(timeout=120), strict=True))
    finally:
        process.terminate()
        process.wait(timeout=30)
    classifier = EmotionClassifier.from_hparams(
        model.folder, run_opts={"device": "cpu"}
    )
    for name in ("0.wav", "1.wav", "2.wav"):
        expected = classifier.classify_file(tmp_path / name).probabilities
        found = shown[name]["probabilities"]
        assert found == pytest.approx([*expected.values()], abs=1e-4)
        assert shown[name]["status"] == max(expected, key=expected.get)
    assert "found 0.05 s" in shown["short.wav"]["status"]
    assert "found silence" in shown["silent.wav"]["status"]


def test_page_loads_nothing_from_elsewhere():
    for name in ("index.html", "emotions.mjs"):
        text = (toy.ROOT / "examples/browser" / name).read_text("utf-8")
        assert "://" not in text
