"""Run the speech-synthesis worker in a separate process."""

import importlib.util
import json
import os
import subprocess
import sys

import speechbrain_clser

WORKER = "speechbrain_clser.contrib.synthesis.worker"
NOT_WRITTEN = 74  # exit status of a worker, from sysexits.h


def ask_worker(rows, folder, manner="perform", started=None):
    """Run a worker and wait for its result.

    The worker ends with this process.

    Arguments
    ---------
    rows : list of dict
        Arguments of the worker function selected by ``manner``.
    folder : str or Path
        Output folder of WAV files, named by id.
    manner : str
        ``"perform"`` or ``"recite"``.
    started : callable, optional
        Called with the process, so that another thread can kill it.

    Returns
    -------
    dict
        Id to a list of IPA symbol, start and end in seconds.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    OSError
        If the worker cannot write, e.g. if the disk is full.
    RuntimeError
        If the worker fails; contains its output.
    """
    if importlib.util.find_spec("espeakng_loader") is None:
        raise ImportError(
            "speech synthesis needs eSpeak NG, which is not installed; "
            "pip install -e '.[demo]' in the clone of speechbrain-clser"
        )
    # The worker must find the package even if it is not installed.
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
            output, complaint = worker.communicate(json.dumps(rows))
        finally:
            worker.kill()  # if it has not ended
    if worker.returncode == NOT_WRITTEN:
        raise OSError(complaint)
    if worker.returncode != 0:
        raise RuntimeError(
            f"the worker that speaks into {folder} should end with 0, it ended "
            f"with {worker.returncode}:\n{complaint}"
        )
    return json.loads(output)
