"""Logging of a run: what is shown on the console, and what only in ``log.txt``."""

import logging
import logging.config
import os
import sys
from pathlib import Path

import yaml
from speechbrain.utils.distributed import if_main_process

from speechbrain_clser.io import naming
from speechbrain_clser.progress import has_bars

# For SpeechBrain's create_experiment_directory.
LOG_CONFIG = str(Path(__file__).with_name("log_config.yaml"))

# Logger, by the beginning of its name, to the lowest level that the console
# shows; of all others, SpeechBrain's among them, it shows warnings.
LOWEST = {
    "speechbrain_clser": logging.INFO,
    "huggingface_hub": logging.ERROR,
    "matplotlib": logging.ERROR,
    "py.warnings": logging.ERROR,
    "transformers": logging.ERROR,
}
# SpeechBrain logs epochs with it; it also warns that it could draw no figures.
EPOCHS = "speechbrain.utils.train_logger"


class ForUser(logging.Filter):
    """Select messages of this package, and warnings of libraries.

    Information is shown from the main process only, warnings from all.

    Example
    -------
    >>> shown = ForUser()
    >>> record = logging.makeLogRecord(
    ...     {"name": "speechbrain.core", "levelno": logging.INFO}
    ... )
    >>> shown.filter(record)
    False
    """

    def filter(self, record):
        """Return whether a record is shown."""
        if record.levelno < logging.WARNING and not if_main_process():
            return False
        if record.name == EPOCHS:
            return record.levelno == logging.INFO
        lowest = logging.WARNING
        for name, level in LOWEST.items():
            if f"{record.name}.".startswith(f"{name}."):
                lowest = level
        return record.levelno >= lowest


class LogFile(logging.FileHandler):
    """A log file on a full disk is an error like any other, without traceback."""

    def handleError(self, record):
        """Raise what could not be written; ``logging`` shows its traceback."""
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            with naming(self.baseFilename):
                raise error
        super().handleError(record)


def set_up():
    """Log to the console, until a run has a file to log to as well.

    Libraries that write to the console by themselves are set not to; it
    works for those that are not imported yet. Warnings of Python are logged.
    """
    with open(LOG_CONFIG, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    del config["handlers"]["file_handler"]
    config["root"]["handlers"] = ["console"]
    logging.config.dictConfig(config)
    logging.captureWarnings(True)
    for library in ("transformers", "huggingface_hub"):
        logging.getLogger(library).setLevel(logging.ERROR)
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    if not has_bars():
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
