"""Commands about finished runs."""

import os

import click

from speechbrain_clser.commands.shared import (
    data_folder_option,
    device_option,
    echo,
    show_table,
)


@click.command(
    epilog="Example:  clser report results/source_only/demo/acoustic_none"
)
@click.argument("run")
def report(run):
    """Compute the report of a run again from its predictions.

    RUN is the output_folder of train.py. The results in the README.md of its
    model/ are updated, too.
    """
    from speechbrain_clser.evaluation import page, report
    from speechbrain_clser.inference.model_results import add_results

    echo(report.summary(report.build(run)))
    add_results(run)
    echo(f"\nreport: {page.write(run).resolve()}")


@click.command(
    short_help="Compare the scores of several runs.",
    epilog="Example:  clser compare results/a results/b --format markdown",
)
@click.argument("run_folders", metavar="RUN...", nargs=-1, required=True)
@click.option(
    "--against",
    metavar="RUN",
    help="Reference run; by default the first.",
)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "markdown", "latex", "csv"]),
    default="table",
    show_default=True,
    help="LaTeX needs the package booktabs; CSV has unrounded values, 0-1.",
)
@click.option(
    "--out", metavar="FILE", help="Write to a file, not to standard output."
)
@click.option(
    "--across-protocols",
    is_flag=True,
    help="Compare runs of different protocols with the same test utterances; "
    "the output lists the differences of the protocols.",
)
def compare(run_folders, against, kind, out, across_protocols):
    """Compare the UAR of several runs on their common test utterances.

    RUN is the output_folder of train.py. The table has the UAR of each run with
    its 95 % interval over speakers, the paired difference to the first run (or
    to --against) with its interval, and the p-value of the paired permutation
    test over speakers, corrected by Holm for the number of comparisons.
    """
    from speechbrain_clser.commands import compare
    from speechbrain_clser.io import atomic_write

    found = compare.compare(run_folders, against, across_protocols)
    text = compare.write(found, kind)
    if out:
        atomic_write(out, text)
        echo(out)
    else:
        echo(text, nl=False)


@click.command(
    epilog="Example:  clser export results/source_only/demo/acoustic_none"
)
@click.argument("run")
@click.option(
    "--out", metavar="FOLDER", help="By default the model/ of the run."
)
@data_folder_option
@click.option(
    "--bundle-encoder",
    is_flag=True,
    help="Copy the weights of a hub encoder into the folder.",
)
@click.option(
    "--onnx",
    metavar="FILE",
    help="Only export the existing model as an ONNX graph; RUN may then be a "
    "model folder. Cannot be combined with other options, but for --int8.",
)
@click.option(
    "--int8",
    is_flag=True,
    help="With --onnx: also write a graph with weights of 8 bits, and compare size, "
    "UAR and time of both on the test utterances of RUN.",
)
@device_option
def export(run, out, data_folder, bundle_encoder, onnx, int8, device):
    """Create the model folder of a finished run again.

    RUN is the output_folder of train.py.
    """
    if onnx:
        if out or bundle_encoder or device or (data_folder and not int8):
            raise click.UsageError(
                "--onnx cannot be combined with other options"
            )
        from speechbrain_clser.contrib.onnx.export import export_onnx

        model = os.path.join(run, "model")
        if int8:
            from speechbrain_clser.commands import quantisation

            found = quantisation.export(run, model, onnx, data_folder)
            show_table(found)
        else:
            echo(export_onnx(model if os.path.isdir(model) else run, onnx))
        return
    if int8:
        raise click.UsageError("--int8 needs --onnx FILE")
    from speechbrain_clser.commands.reexport import export_run
    from speechbrain_clser.inference.model_results import add_results

    model = export_run(run, out, data_folder, bundle_encoder, device or "cpu")
    add_results(run, model)
    echo(model)


@click.command(
    short_help="Publish the model of a run, with its card.",
    epilog="Example:  clser publish results/mine me/mine --dry-run",
)
@click.argument("run")
@click.argument("repo_id", metavar="OWNER/NAME")
@click.option(
    "--dry-run", is_flag=True, help="Only show what would change on the hub."
)
@click.option(
    "--allow-licence",
    multiple=True,
    metavar="CORPUS",
    help="Training corpus that may be used in a shared model although its "
    "licence does not state it; may be given several times.",
)
@click.option(
    "--licence",
    default="",
    metavar="NAME",
    help="Licence of the model, with the identifier of the hub.",
)
@click.option(
    "--private", is_flag=True, help="Create a private repository, if it is new."
)
@click.option("--revision", default="main", help="Branch to publish to.")
def publish(run, repo_id, dry_run, allow_licence, licence, private, revision):
    """Publish the model of a run on the Hugging Face Hub, with its card.

    RUN is the output_folder of train.py.
    """
    from speechbrain_clser.contrib.publish import hub

    published = hub.publish(
        run,
        repo_id,
        dry_run=dry_run,
        allow_licence=allow_licence,
        licence=licence,
        private=private,
        revision=revision,
    )
    echo("\n".join(published.changes.lines()) or "nothing changes")
    if published.note:
        echo(published.note)
    if dry_run:
        echo(f"would go to {published.url}, from {published.folder}")
    else:
        echo(f"{published.url} at {published.commit}")


@click.command(
    short_help="Run a matrix of systems, protocols and encoders.",
    epilog="Example:  clser benchmark benchmarks/studies/demo.yaml --jobs 2",
)
@click.argument("study")
@data_folder_option
@click.option("--out", metavar="FOLDER", help="By default results/STUDY.")
@click.option(
    "--encoder",
    "encoders",
    metavar="NAME=FOLDER",
    multiple=True,
    help="Folder or hub id in place of that of an encoder of the study.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of runs at the same time.",
)
@click.option("--dry-run", is_flag=True, help="List the runs and stop.")
@click.option(
    "--launcher",
    type=click.Choice(["local", "slurm", "submitit-local"]),
    default="local",
    show_default=True,
    help="Processes on this machine, or jobs of a cluster.",
)
@click.option(
    "--job-option",
    "job_options",
    metavar="KEY=VALUE",
    multiple=True,
    help="Of submitit, such as slurm_partition=gpu or timeout_min=120.",
)
@click.option("--recipe", metavar="FOLDER", help="Folder of train.py.")
@click.pass_context
def benchmark(
    context,
    study,
    data_folder,
    out,
    encoders,
    jobs,
    dry_run,
    launcher,
    job_options,
    recipe,
):
    """Run every cell of a study file and write a leaderboard.

    Finished runs are not repeated; a failing run does not stop the others. Writes
    results.json and leaderboard.html, .md, .tex and .csv.
    """
    from speechbrain_clser.commands import benchmark as command

    pairs = dict(_pair("--encoder", text) for text in encoders)
    places = (study, data_folder or "", out, pairs, recipe)
    if dry_run:
        _, setup, cells = command.plan(*places)
        echo("\n".join(command.overview(setup, cells, jobs)))
        return
    options = dict(_pair("--job-option", text) for text in job_options)
    launch = (launcher, {key: _number(text) for key, text in options.items()})
    found = command.benchmark(*places, jobs, launch, echo=echo)
    context.exit(1 if found["failed"] else 0)


def _pair(option, text):
    """Split ``NAME=VALUE``."""
    name, is_pair, value = text.partition("=")
    if not (name and is_pair and value):
        raise click.UsageError(f"{option}: expected NAME=VALUE, found {text!r}")
    return name, value


def _number(text):
    return int(text) if text.isdigit() else text
