"""Rewrite option names in messages for the command in use."""

import re


def spelled_for(command, message: str) -> str:
    """Rewrite the options in a message for a command of ``clser``.

    Messages of the package spell options as ``train.py`` does: with
    underscores, and flags with the value ``True``.

    Arguments
    ---------
    command : click.Command
        Command in use.
    message : str
        Error message.

    Returns
    -------
    str
        The message; options that the command does not have are unchanged.

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
