"""Exit status and error messages of ``train.py``."""

import contextlib
import os
import pydoc
import signal
import sys

FAILED, INTERRUPTED, TERMINATED = 1, 130, 143  # as shells count signals
STOPPED = "Stopped; the same command takes the run up again."


def _stop(*_):
    """End with one line on Ctrl-C while libraries are imported."""
    sys.stderr.write(f"{STOPPED}\n")
    sys.exit(INTERRUPTED)


if sys.argv[0].endswith("train.py"):
    signal.signal(signal.SIGINT, _stop)  # until ``run``


def run(main, arguments):
    """Run a recipe, and end the process with a status.

    An error that a user can cause is shown as its message on standard error
    (status 1), Ctrl-C as one line (130). A process of several that fails ends
    at once, without waiting for the others, and torchrun then ends those.

    Arguments
    ---------
    main : callable
        Takes the arguments and a ``contextlib.ExitStack``, which is closed when
        ``main`` returns or raises.
    arguments : list of str
        As typed. With ``--traceback`` an error keeps its traceback.
    """
    # Read when torch is imported. By default OpenMP's threads wait in a busy loop:
    # with as many of them as cores, workers of a data loader or other processes
    # make each parallel operation many times slower.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    from ruamel.yaml.error import YAMLError
    from speechbrain.utils.distributed import get_rank

    from speechbrain_clser.errors import EXPECTED, message_of
    from speechbrain_clser.printable import printable
    from speechbrain_clser.training import console

    console.set_up()
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    expected = (*EXPECTED, YAMLError, torch.OutOfMemoryError)
    if "--traceback" in arguments:
        arguments = [text for text in arguments if text != "--traceback"]
        expected = ()
    status = FAILED
    try:
        with contextlib.ExitStack() as at_end:
            main(arguments, at_end)
        status = 0
    except (KeyboardInterrupt, pydoc.ErrorDuringImport) as error:
        # HyperPyYAML imports through pydoc, which wraps an interrupt.
        if getattr(error, "exc", KeyboardInterrupt) is not KeyboardInterrupt:
            raise
        status = INTERRUPTED
        if not get_rank():
            _write(STOPPED)
    except expected as error:
        _write(f"Error: {printable(message_of(error))}")
    except RuntimeError as error:
        if not _is_lost_process(error):
            raise
        _write("Stopped, because another process ended.")
    finally:
        if torch.distributed.is_initialized():
            _leave(status, *sys.exc_info())
    sys.exit(status)


def _terminate(*_):
    """Restore the run folder if a scheduler or torchrun ends the run."""
    sys.exit(TERMINATED)


def _write(message):
    from speechbrain.utils.distributed import rank_prefixed_message

    sys.stdout.flush()
    sys.stderr.write(f"{rank_prefixed_message(message)}\n")


def _is_lost_process(error):
    """Return whether gloo or NCCL lost another process."""
    import torch

    return torch.distributed.is_initialized() and (
        isinstance(error, torch.distributed.DistError) or "gloo" in str(error)
    )


def _leave(status, kind, error, traceback):
    """End a process of several.

    DDP keeps gloo's threads alive even when the group is destroyed. Where one
    frees its last tensor while Python ends, it aborts a run that is done, and a
    process that failed may wait for the others: so Python does not get to end.
    """
    if kind is SystemExit:
        status = error.code
    elif kind is not None:
        sys.excepthook(kind, error, traceback)
    if status == 0:
        import torch

        torch.distributed.destroy_process_group()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
