"""Command-line interface ``clser``.

Commands are in ``commands``, grouped by subject; they parse their arguments, call the
package and print the result. Slow imports are done within the commands that need them.
"""

import logging
import os
import re

import click

from speechbrain_clser import __version__
from speechbrain_clser.commands import (
    data,
    listening,
    prediction,
    runs,
    stress,
    tools,
    training,
)
from speechbrain_clser.deprecation import current_command
from speechbrain_clser.errors import EXPECTED, message_of
from speechbrain_clser.printable import Formatter, printable

INTERRUPTED = 130  # 128 + SIGINT


def spelled_for(command, message: str) -> str:
    """Rewrite the options in a message for a command of ``clser``.

    Messages of the package spell options as ``train.py`` does: with underscores,
    and flags with the value ``True``. Options of other programs are unchanged.

    Example
    -------
    >>> names = ("--allow-bad-files", "--allow_bad_files")
    >>> command = click.Command("x", params=[click.Option(names, is_flag=True)])
    >>> spelled_for(command, "leave them out with --allow_bad_files True")
    'leave them out with --allow-bad-files'
    """
    for option in command.params:
        for name in option.opts[1:]:
            value = r"(?: True\b)?" if getattr(option, "is_flag", False) else ""
            message = re.sub(
                rf"(?<![\w-]){re.escape(name)}(?![\w-]){value}",
                option.opts[0],
                message,
            )
    return message


class Commands(click.Group):
    """Command group in order of definition.

    Expected errors are shown as a message without traceback.
    """

    def list_commands(self, context):
        """Return the names of the commands."""
        return list(self.commands)

    def parse_args(self, context, args):
        """Map commands and options of the previous version to current names."""
        return super().parse_args(context, current_command(args))

    def invoke(self, context):
        """Run a command and show expected errors without traceback."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo(
                "Interrupted; run the same command again to resume.", err=True
            )
            context.exit(INTERRUPTED)
        except BrokenPipeError:  # the reader closed the pipe
            raise
        except EXPECTED as error:
            if context.params["traceback"]:
                raise
            message = printable(message_of(error))
            if command := self.commands.get(context.invoked_subcommand):
                message = spelled_for(command, message)
            raise click.ClickException(message) from error


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example:  clser predict model/ recordings/ --out emotions.csv",
)
@click.option("--traceback", is_flag=True, help="Show the traceback of errors.")
@click.version_option(__version__, prog_name="clser")
def main(traceback):
    """Recognise emotions in speech across languages."""
    os.environ.setdefault("SB_LOG_LEVEL", "WARNING")  # for SpeechBrain only
    handler = logging.StreamHandler()  # to standard error
    handler.setFormatter(Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler])
    logging.getLogger("speechbrain_clser").setLevel(logging.INFO)
    # It warns that it could draw no figures.
    logging.getLogger("speechbrain.utils.train_logger").setLevel(logging.ERROR)


for command in (
    data.corpora,
    data.protocols,
    data.prepare,
    data.audit,
    training.train,
    prediction.predict,
    listening.listen,
    runs.report,
    runs.compare,
    runs.benchmark,
    stress.stress,
    runs.export,
    runs.publish,
    tools.layers,
    tools.cache,
    prediction.app,
    tools.doctor,
):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="clser")
