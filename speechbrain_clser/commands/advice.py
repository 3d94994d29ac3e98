"""Options in messages, spelled as the command in use takes them."""

import re


def spelled_for(command, message: str) -> str:
    """Write the options in a message as a command of ``clser`` takes them.

    Messages of the package have the spelling of ``train.py``, where an option
    of words has underscores and a switch is followed by ``True``.

    Arguments
    ---------
    command : click.Command
        In use.
    message : str
        Of an error.

    Returns
    -------
    str
        Options that the command does not have stay as they are.

    Example
    -------
    >>> import click
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
