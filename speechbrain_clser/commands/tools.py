"""Commands about encoders, cached features and the installation."""

import os

import click

from speechbrain_clser.commands.shared import (
    bad_files_option,
    data_folder_option,
    device_option,
    echo,
    show_table,
)


@click.command(
    short_help="Probe every layer of a pretrained encoder.",
    epilog="Example:  clser layers --encoder openai/whisper-base "
    "--protocol four_to_emodb --data-folder corpora/",
)
@click.option(
    "--encoder", required=True, help="Hub id or folder of a pretrained encoder."
)
@click.option(
    "--protocol", required=True, help="A name of `clser protocols`, or a path."
)
@data_folder_option
@bad_files_option
@click.option(
    "--normalise-by",
    "--normalise_by",
    type=click.Choice(["none", "corpus", "speaker"]),
    default="none",
    show_default=True,
    help="Groups by whose mean and deviation features are normalised.",
)
@click.option(
    "--window",
    type=click.Choice(["real", "30s"]),
    default="real",
    show_default=True,
    help="Whisper only: real frames, or padding to 30 s.",
)
@click.option(
    "--out",
    metavar="FOLDER",
    help="By default results/layers/PROTOCOL/ENCODER.",
)
@device_option
def layers(
    encoder,
    protocol,
    data_folder,
    allow_bad_files,
    normalise_by,
    window,
    out,
    device,
):
    """Score a linear probe on every layer of an encoder and on averages.

    Layers are selected on source validation: each source corpus (or groups of
    speakers of a single corpus) is left out in turn. `train.py --layers auto`
    uses the same selection.
    """
    from speechbrain_clser.commands import layers as command
    from speechbrain_clser.data.protocol_files import folder_name
    from speechbrain_clser.evaluation.plots.layers import uar_by_layer
    from speechbrain_clser.features.encoders import encoder_name
    from speechbrain_clser.io import naming

    out = out or os.path.join(
        *("results", "layers", folder_name(protocol), encoder_name(encoder))
    )
    found = command.probe(
        encoder,
        protocol,
        data_folder or "",
        out,
        normalise_by,
        window,
        allow_bad_files,
        device or "cpu",
    )
    show_table(command.table(found))
    with naming(out):
        figure = uar_by_layer({"layers": found})
        figure.savefig(os.path.join(out, "layers.svg"))
    echo(f"\n{out}: layers.csv, layers.json, layers.svg")


@click.command(epilog="Example:  clser cache --remove 0d72ff1b55e7c2dd")
@click.option(
    "--folder",
    metavar="FOLDER",
    help="Folder of feature stores; by default the cache folder.",
)
@click.option(
    "--verify", is_flag=True, help="Read all shards and report damage."
)
@click.option(
    "--remove",
    multiple=True,
    metavar="STORE",
    help="Delete a store by path, or all stores of that name.",
)
@click.option(
    "--unused-days",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="Delete stores that were not used for longer.",
)
@click.pass_context
def cache(context, folder, verify, remove, unused_days):
    """List, verify and delete cached features.

    The cache can be deleted at any time; runs compute missing features again.
    """
    from speechbrain_clser.cache import cache_folder
    from speechbrain_clser.features import cache_admin

    folder = folder or cache_folder()
    if remove or unused_days is not None:
        for path in cache_admin.prune(folder, remove, unused_days):
            echo(f"deleted {path}")
    show_table(cache_admin.table(folder))
    broken = cache_admin.verify(folder) if verify else {}
    for message in broken.values():
        echo(message)
    if broken:
        context.exit(1)


@click.command(epilog="Example:  clser doctor")
@click.pass_context
def doctor(context):
    """Check the installation and suggest commands to repair it.

    The exit status is 1 if something is broken.
    """
    from speechbrain_clser.commands import doctor

    findings = doctor.examine()
    for finding in findings:
        echo(f"{finding.state:<8}{finding.what}: {finding.message}")
        if finding.to_type:
            echo(f"{'':8}> {finding.to_type}")
    if any(finding.state == doctor.BROKEN for finding in findings):
        context.exit(1)
