"""Commands about corpora and protocols."""

import click

from speechbrain_clser.commands.shared import (
    bad_files_option,
    data_folder_option,
    echo,
    manifests_option,
    show_facts,
    show_table,
)


@click.command(epilog="Example:  clser corpora emodb")
@click.argument("name", required=False)
def corpora(name):
    """List the supported corpora, or describe one."""
    from speechbrain_clser.commands import overview

    if name:
        show_facts(overview.corpus_facts(name))
    else:
        show_table(overview.corpora_table())


@click.command(
    epilog="Example:  clser protocols emodb+ravdess_to_emovo:transductive"
)
@click.argument("name", required=False)
def protocols(name):
    """List the protocols and the grammar of their names, or describe one.

    A protocol defines training and test data. NAME is listed, or written in the
    grammar, or the path of your own YAML, which is checked; its keys are described
    in the recipe's README.
    """
    from speechbrain_clser.commands import overview
    from speechbrain_clser.data.protocol_grammar import describe

    if name:
        show_facts(overview.protocol_facts(name))
    else:
        show_table(overview.protocols_table())
        echo("\n".join(["", *describe()]))


@click.command(epilog="Example:  clser prepare emodb --data-folder ~/corpora")
@click.argument("corpus")
@data_folder_option
@manifests_option
@bad_files_option
def prepare(corpus, data_folder, manifests, allow_bad_files):
    """Check every recording of a corpus and write its manifest.

    A manifest is a CSV that SpeechBrain reads. CORPUS is a name listed by `clser
    corpora`, or the name of a folder with your own data and a table.
    """
    from speechbrain_clser import corpora
    from speechbrain_clser.data import manifest

    known = corpora.load(corpus)
    root = corpora.locate(known.card, data_folder)
    echo(manifest.prepare(known, root, manifests, allow_bad_files))


@click.command(
    short_help="Check the splits of a protocol for leaks.",
    epilog="Example:  clser audit emodb_to_urdu --data-folder ~/corpora",
)
@click.argument("protocol")
@data_folder_option
@manifests_option
@bad_files_option
@click.pass_context
def audit(context, protocol, data_folder, manifests, allow_bad_files):
    """Check the splits of a protocol for leaks and confounded labels.

    The exit status is 1 if there is a leak that the protocol does not allow;
    training refuses it, too. Copies of a recording with another gain, codec,
    rate or small shift are found. Speakers with several names, and recordings
    that were re-recorded, cut or mixed, are not found.
    """
    from speechbrain_clser.commands.audit import look_into

    table, left_out, findings = look_into(
        protocol, data_folder, manifests, allow_bad_files
    )
    show_table(table)
    for reason, n in left_out.items():
        echo(f"left out: {n} ({reason})")
    for finding in findings:
        echo(f"{finding.severity}: {finding.sentence}")
    if not findings:
        echo("nothing found")
    if any(finding.severity == "leak" for finding in findings):
        context.exit(1)
