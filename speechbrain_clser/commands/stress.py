"""Measure robustness and fairness of a model."""

import click

from speechbrain_clser.commands.shared import (
    bad_files_option,
    data_folder_option,
    device_option,
    echo,
    manifests_option,
    show_table,
)


@click.command(
    short_help="Test a model under noise, codecs, rooms, and by group.",
    epilog="Example:  clser stress results/mine/model --protocol four_to_emodb "
    "--data-folder corpora/",
)
@click.argument("model")
@click.option(
    "--protocol",
    required=True,
    help="A name of `clser protocols`, or a path; its test set is used.",
)
@click.option(
    "--out",
    metavar="FOLDER",
    help="By default stress/ beside the model: `clser publish` then adds a "
    "section to the card.",
)
@data_folder_option
@manifests_option
@bad_files_option
@device_option
def stress(
    model, protocol, out, data_folder, manifests, allow_bad_files, device
):
    """Test a model under noise, telephone, codecs, rooms, levels and speeds.

    MODEL is the model/ of a run. Each condition changes the recordings of the test
    set; the UAR, its change and the share of unchanged predictions have 95 %
    intervals over speakers. Languages, genders and corpora are compared on clean
    recordings. Writes stress.json, stress.md and stress.html.
    """
    from speechbrain_clser.evaluation.formatting import interval, percent
    from speechbrain_clser.stress import page, runner

    found = runner.stress(
        *(model, protocol, data_folder, manifests, allow_bad_files, device)
    )
    path = page.write(found, out or runner.folder_of(model))
    rows = [
        [
            row["name"],
            f"{percent(row['uar']['mean'])} {interval(row['uar'])}",
            page.signed(row["change"]),
            row["verdict"],
        ]
        for row in found["conditions"]
        if not row["missing"]
    ]
    show_table([["condition", "UAR", "change", "verdict"], *rows])
    for row in found["conditions"]:
        if row["missing"]:
            echo(f"{row['name']}: not available: {row['missing']}")
    echo(f"\n{page.lead(found)} {found['seconds']:.0f} s\n{path}")
