"""How to ask the worker for something: eSpeak NG stays in its process."""

import importlib.util
import json
import os
import subprocess
import sys

import speechbrain_clser

WORKER = "speechbrain_clser.corpora._speaking.worker"
NOT_WRITTEN = 74  # status of a worker, as of sysexits.h


def ask_worker(rows, folder, manner="perform", started=None):
    """Let a worker speak, and wait for it.

    It ends when this process does.

    Arguments
    ---------
    rows : list of dict
        What to say; see the function of the worker that ``manner`` names.
    folder : str or Path
        Receives a WAV file for each row, named by its id.
    manner : str
        ``"perform"`` or ``"recite"``.
    started : callable, optional
        Takes the process, for another thread to kill.

    Returns
    -------
    dict
        Id to a list of IPA symbol, start and end in seconds.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    OSError
        If the worker cannot write, as on a full disk.
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
    with subprocess.Popen(
        [sys.executable, "-m", WORKER, str(folder), manner],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": path,
            "CLSER_PARENT": str(os.getpid()),
        },
    ) as worker:
        if started is not None:
            started(worker)
        try:
            answer, complaint = worker.communicate(json.dumps(rows))
        finally:
            worker.kill()  # if it has not ended
    if worker.returncode == NOT_WRITTEN:
        raise OSError(complaint)
    if worker.returncode != 0:
        raise RuntimeError(
            f"the worker that speaks into {folder} should end with 0, it ended "
            f"with {worker.returncode}:\n{complaint}"
        )
    return json.loads(answer)
