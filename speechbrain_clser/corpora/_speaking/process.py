"""How to ask the worker for something: eSpeak NG stays in its process."""

import importlib.util
import json
import os
import subprocess
import sys

import speechbrain_clser

WORKER = "speechbrain_clser.corpora._speaking.worker"


def ask_worker(rows, folder, manner="perform"):
    """Let a worker speak, and wait for it.

    Arguments
    ---------
    rows : list of dict
        What to say; see the function of the worker that ``manner`` names.
    folder : str or Path
        Receives a WAV file for each row, named by its id.
    manner : str
        ``"perform"`` or ``"recite"``.

    Returns
    -------
    dict
        Id to a list of IPA symbol, start and end in seconds.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    RuntimeError
        If the worker fails; in its own words.
    """
    if importlib.util.find_spec("espeakng_loader") is None:
        raise ImportError(
            "sentences are spoken by eSpeak NG, which is not installed; "
            "pip install -e '.[demo]' in the clone of speechbrain-clser"
        )
    # The worker must find the package even where it is not installed.
    home = os.path.dirname(os.path.dirname(speechbrain_clser.__file__))
    path = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", WORKER, str(folder), manner],
        input=json.dumps(rows),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"the worker that speaks into {folder} should end with 0, it ended "
            f"with {done.returncode}:\n{done.stderr}"
        )
    return json.loads(done.stdout)
