"""Options and output of the commands of ``clser``."""

import click

from speechbrain_clser.printable import printable


def data_folder_option(command):
    """Add the option --data-folder."""
    return click.option(
        "--data-folder",
        "--data_folder",  # spelling in messages, shared with train.py
        metavar="FOLDER",
        multiple=True,
        callback=_joined,
        help="Folder with one subfolder per corpus, or '{corpus: folder, ...}'. "
        "If repeated, the folders add up. Not needed for the demo corpus.",
    )(command)


def _joined(context, parameter, folders):
    """Join several values of --data-folder; None without any."""
    if len(folders) < 2:
        return folders[0] if folders else None
    from speechbrain_clser.corpora import join_data_folders

    return join_data_folders(folders)


def manifests_option(command):
    """Add the option --manifests."""
    return click.option(
        "--manifests",
        metavar="FOLDER",
        default="manifests",
        show_default=True,
        help="Folder of manifests; they are rewritten if the data changed.",
    )(command)


def bad_files_option(command):
    """Add the option --allow-bad-files."""
    return click.option(
        "--allow-bad-files",
        "--allow_bad_files",
        is_flag=True,
        help="Skip unusable recordings.",
    )(command)


def device_option(command):
    """Add the option --device."""
    return click.option(
        "--device",
        metavar="DEVICE",
        help="cpu, cuda, ...; detected by default.",
    )(command)


def revision_option(command):
    """Add the option --revision of a model."""
    return click.option("--revision", help="Revision of a model on the hub.")(
        command
    )


def min_confidence_option(command):
    """Add the option --min-confidence."""
    return click.option(
        "--min-confidence",
        type=click.FloatRange(0, 1),
        default=0.0,
        help="Output 'unknown' if no class has at least this probability.",
    )(command)


def echo(message, **options):
    """Print a message with control characters escaped."""
    click.echo(printable(str(message)), **options)


def show_table(table):
    """Print a table, a list of rows, in columns."""
    from speechbrain_clser.evaluation.console import columns

    echo("\n".join(columns(table)))


def show_facts(facts):
    """Print titles and values, except for empty values."""
    width = max(map(len, facts))
    for title, value in facts.items():
        if value not in ("", None, {}):
            echo(f"{title.replace('_', ' '):<{width}}  {value}")
