"""Run a script in a fork of the test process, which has its packages imported."""

import contextlib
import logging
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

import torch._dynamo  # noqa: F401, imported by the first optimizer
from speechbrain.utils import logger


def run(command, cwd, env, timeout_s=300, anew=False):
    """Run ``python script.py arguments`` as ``subprocess.run`` does.

    Importing torch, SpeechBrain and this package takes longer than the training of a
    toy model. So does ``pip freeze``, whose output SpeechBrain saves in a run; it is left
    out. Without fork (Windows), or for a module or another program, it is
    ``subprocess.run``.

    Arguments
    ---------
    command : sequence of str
        Interpreter, script and arguments.
    cwd : Path
        Working folder.
    env : dict
        All environment variables.
    timeout_s : float
        The process is killed after this time, and TimeoutExpired is raised.
    anew : bool
        Start a new interpreter, for packages that read ``env`` when imported.

    Returns
    -------
    subprocess.CompletedProcess
        With the text of both outputs in ``stdout``.
    """
    is_script = command[0] == sys.executable and command[1].endswith(".py")
    if anew or not hasattr(os, "fork") or not is_script:
        return subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout_s,
        )
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # threads of the test runner
            pid = os.fork()
        if not pid:
            _be_the_script(command[1:], cwd, env, output.fileno())
        status = _wait(pid, timeout_s, command)
        output.seek(0)
        return subprocess.CompletedProcess(command, status, output.read())


def _be_the_script(argv, cwd, env, output):
    """Run the script and end the process, without returning to the tests."""
    status = 1
    try:
        for stream in (1, 2):
            os.dup2(output, stream)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)
        _reset_loggers()
        warnings.resetwarnings()
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        sys.argv = list(map(str, argv))
        sys.path.insert(0, str(cwd))
        logger.get_environment_description = lambda: ""
        try:
            runpy.run_path(sys.argv[0], run_name="__main__")
            status = 0
        except SystemExit as stop:
            status = stop.code or 0
            if isinstance(status, str):
                print(status, file=sys.stderr)
                status = 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _reset_loggers():
    """Undo what tests have done to loggers."""
    logging.disable(logging.NOTSET)
    root = logging.getLogger()
    for name in [*root.manager.loggerDict]:
        one = logging.getLogger(name)
        one.handlers.clear()
        one.disabled, one.propagate = False, True
        one.setLevel(logging.NOTSET)
    root.handlers.clear()
    root.setLevel(logging.WARNING)


def _wait(pid, timeout_s, command):
    """Return the exit status of a process, and kill it after the timeout."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise subprocess.TimeoutExpired(command, timeout_s)
