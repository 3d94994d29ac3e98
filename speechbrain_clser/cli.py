"""Command-line interface ``clser``.

Commands parse their arguments, call the package and print the result. Slow imports are
done within the commands that need them.
"""

import logging
import os
import sys

import click

from speechbrain_clser import __version__
from speechbrain_clser.deprecation import current_command
from speechbrain_clser.errors import EXPECTED, message_of
from speechbrain_clser.printable import Formatter, printable

INTERRUPTED = 130  # 128 + SIGINT


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
            from speechbrain_clser.commands.advice import spelled_for

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


def data_folder_option(command):
    """Add the option --data-folder."""
    return click.option(
        "--data-folder",
        "--data_folder",  # spelling in messages, shared with train.py
        metavar="FOLDER",
        help="Folder with one subfolder per corpus, or '{corpus: folder, ...}'. "
        "Not needed for the demo corpus.",
    )(command)


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


@main.command(epilog="Example:  clser corpora emodb")
@click.argument("name", required=False)
def corpora(name):
    """List the supported corpora, or describe one."""
    from speechbrain_clser.commands import overview

    if name:
        _show_facts(overview.corpus_facts(name))
    else:
        _show_table(overview.corpora_table())


@main.command(
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
        _show_facts(overview.protocol_facts(name))
    else:
        _show_table(overview.protocols_table())
        _echo("\n".join(["", *describe()]))


@main.command(epilog="Example:  clser prepare emodb --data-folder ~/corpora")
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
    _echo(manifest.prepare(known, root, manifests, allow_bad_files))


@main.command(
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
    _show_table(table)
    for reason, n in left_out.items():
        _echo(f"left out: {n} ({reason})")
    for finding in findings:
        _echo(f"{finding.severity}: {finding.sentence}")
    if not findings:
        _echo("nothing found")
    if any(finding.severity == "leak" for finding in findings):
        context.exit(1)


@main.command(
    epilog="Example:  clser predict model/ recordings/ --out emotions.csv"
)
@click.argument("model")
@click.argument("recordings", nargs=-1, required=True)
@click.option(
    "--out",
    default="-",
    metavar="FILE",
    help="CSV (.csv) or JSON lines (.jsonl); an existing file of the same model "
    "and settings is resumed. By default, CSV on standard output.",
)
@click.option("--revision", help="Revision of a model on the hub.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Output 'unknown' if no class has at least this probability.",
)
@click.option(
    "--normalise-with",
    multiple=True,
    metavar="PATH",
    help="Unlabelled recordings whose statistics are used to normalise "
    "features; for models trained with normalised features.",
)
@click.option(
    "--adapt",
    is_flag=True,
    help="Adapt the model to all recordings together, without labels, then "
    "classify them. Recordings are read twice, or three times if the model was "
    "trained on features normalised by corpus or speaker: features are then "
    "also normalised over them, unless --normalise-with is given.",
)
@click.option(
    "--adapt-method",
    type=click.Choice(["em_gaussians", "equal_mass"]),
    default="em_gaussians",
    show_default=True,
    help="With --adapt. equal_mass assumes that all classes are equally "
    "frequent among the recordings.",
)
@click.option(
    "--window-s",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="Process recordings of any length in windows, and output each "
    "segment of one emotion with its times.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="By default the number of cores.",
)
@click.option(
    "--trust",
    is_flag=True,
    help="Load a model with classes outside of this package, such as your own "
    "method. Loading runs the code that the model names, with your "
    "permissions: use it only if you trust the author.",
)
@device_option
@click.pass_context
def predict(
    context,
    model,
    recordings,
    out,
    revision,
    min_confidence,
    normalise_with,
    adapt,
    adapt_method,
    window_s,
    threads,
    trust,
    device,
):
    """Predict the emotion of recordings.

    MODEL is the model/ of a run, or a hub id; a model that can run code is
    refused without --trust. RECORDINGS are files of any rate and number of
    channels, folders, or - for a list on standard input, one path per line.

    Each row of FILE, or each JSON object, has:

    \b
      file         path as given
      n_segments   with --window-s: segments of the file, one row each
      start_s      with --window-s: start of the segment in seconds
      end_s        with --window-s: its end
      emotion      most probable class, or unknown (see --min-confidence)
      probability  of the most probable class, 0-1, calibrated
      p_<class>    probability of each class; they sum to 1
      note         warnings about the audio: channels, quiet, steady

    Unusable recordings are listed in emotions.bad.csv (file, reason, message),
    and the exit status is then 1. Files in folders that are not audio are listed
    there as skipped. Model and settings are written to emotions.csv.model.json. All columns
    and keys are described in docs/predict.md of the repository.
    """
    from speechbrain_clser.inference import memory
    from speechbrain_clser.inference.adapted import sentence
    from speechbrain_clser.inference.audio_files import LIST, list_audio_files
    from speechbrain_clser.inference.classifier import EmotionClassifier
    from speechbrain_clser.inference.predict import (
        columns,
        n_threads,
        predict,
        predict_into,
    )
    from speechbrain_clser.inference.provenance import provenance
    from speechbrain_clser.inference.result_table import AS_GIVEN, Printed
    from speechbrain_clser.inference.source import locate

    if LIST in normalise_with:
        raise click.UsageError(
            f"--normalise-with: expected files and folders, found {LIST}"
        )
    memory.keep_freed()
    folder = locate(model, revision)
    classifier = EmotionClassifier.from_hparams(
        folder,
        is_trusted=trust,
        min_confidence=min_confidence,
        run_opts={"device": device} if device else None,
    )
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(**AS_GIVEN)
    skipped = []
    files = list_audio_files(recordings, sys.stdin, skipped)
    adapted_to = []
    if adapt:
        # Standard input can be read once, but every pass needs all files.
        files = adapted_to = list(files)
    others = list(list_audio_files(normalise_with))
    if (
        adapt
        and not normalise_with
        and classifier.hparams.normalise_by != "none"
    ):
        normalise_with, others = recordings, adapted_to
    if normalise_with:
        classifier.normalise_with(others, keep_going=True)
    if adapt:
        classifier = classifier.adapt(files, adapt_method, keep_going=True)
    if fitted := classifier.adaptation:  # also of an adapted model
        _echo(sentence(fitted, classifier.classes), err=True)
    threads = threads or n_threads(classifier.device)
    if out == "-":
        names = columns(classifier.classes, window_s is not None)
        rows = Printed(sys.stdout, names)
        tally = predict(
            *(classifier, files, rows),
            n_threads=threads,
            window_s=window_s,
            skipped=skipped,
        )
    else:
        tally = predict_into(
            out,
            classifier,
            files,
            provenance(
                *(model, folder, normalise_with, others),
                adapt_method if adapt else None,
                adapted_to,
            ),
            n_threads=threads,
            has_bar=sys.stderr.isatty(),
            window_s=window_s,
            skipped=skipped,
        )
    _echo(tally.sentence, err=True)
    if tally.reasons:
        context.exit(1)


@main.command(
    epilog="Example:  clser report results/source_only/demo/acoustic_none"
)
@click.argument("run")
def report(run):
    """Compute the report of a run again from its predictions.

    RUN is the output_folder of train.py. The results in the README.md of its
    model/ are updated, too.
    """
    from speechbrain_clser.evaluation import page, report
    from speechbrain_clser.publish.model_results import add_results

    _echo(report.summary(report.build(run)))
    add_results(run)
    _echo(f"\nreport: {page.write(run).resolve()}")


@main.command(
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
        _echo(out)
    else:
        _echo(text, nl=False)


@main.command(
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
    "model folder. Cannot be combined with other options.",
)
@device_option
def export(run, out, data_folder, bundle_encoder, onnx, device):
    """Create the model folder of a finished run again.

    RUN is the output_folder of train.py.
    """
    if onnx:
        if out or data_folder or bundle_encoder or device:
            raise click.UsageError(
                "--onnx cannot be combined with other options"
            )
        from speechbrain_clser.inference.onnx.export import export_onnx

        model = os.path.join(run, "model")
        _echo(export_onnx(model if os.path.isdir(model) else run, onnx))
        return
    from speechbrain_clser.commands.reexport import export_run
    from speechbrain_clser.publish.model_results import add_results

    model = export_run(run, out, data_folder, bundle_encoder, device or "cpu")
    add_results(run, model)
    _echo(model)


@main.command(
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
    from speechbrain_clser.publish import hub

    published = hub.publish(
        run,
        repo_id,
        dry_run=dry_run,
        allow_licence=allow_licence,
        licence=licence,
        private=private,
        revision=revision,
    )
    _echo("\n".join(published.changes.lines()) or "nothing changes")
    if dry_run:
        _echo(f"would go to {published.url}, from {published.folder}")
    else:
        _echo(f"{published.url} at {published.commit}")


@main.command(
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
    from speechbrain_clser.evaluation.plots.layers import layers as plot
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
    _show_table(command.table(found))
    with naming(out):
        plot(found).savefig(os.path.join(out, "layers.svg"))
    _echo(f"\n{out}: layers.csv, layers.json, layers.svg")


@main.command(epilog="Example:  clser cache --remove 0d72ff1b55e7c2dd")
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
    from speechbrain_clser.commands import overview
    from speechbrain_clser.features import cache_admin

    folder = folder or cache_folder()
    if remove or unused_days is not None:
        for path in cache_admin.prune(folder, remove, unused_days):
            _echo(f"deleted {path}")
    _show_table(overview.stores_table(folder))
    broken = cache_admin.verify(folder) if verify else {}
    for message in broken.values():
        _echo(message)
    if broken:
        context.exit(1)


@main.command(epilog="Example:  clser app model/ --open")
@click.argument("model")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to bind; 0.0.0.0 accepts connections from the network.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="By default the first free port from 7860.",
)
@click.option("--open", "is_open", is_flag=True, help="Open a browser.")
def app(model, host, port, is_open):
    """Serve a web page to try a model.

    MODEL is the model/ of a run, or a hub id. Stop it with Ctrl-C.
    """
    from speechbrain_clser.app.serving import serve

    serve(model, host, port, is_open)


@main.command(epilog="Example:  clser doctor")
@click.pass_context
def doctor(context):
    """Check the installation and suggest commands to repair it.

    The exit status is 1 if something is broken.
    """
    from speechbrain_clser.commands import doctor

    findings = doctor.examine()
    for finding in findings:
        _echo(f"{finding.state:<8}{finding.what}: {finding.message}")
        if finding.to_type:
            _echo(f"{'':8}> {finding.to_type}")
    if any(finding.state == doctor.BROKEN for finding in findings):
        context.exit(1)


def _echo(message, **options):
    """Print a message with control characters escaped."""
    click.echo(printable(str(message)), **options)


def _show_table(table):
    from speechbrain_clser.evaluation.console import columns

    _echo("\n".join(columns(table)))


def _show_facts(facts):
    width = max(map(len, facts))
    for title, value in facts.items():
        if value not in ("", None, {}):
            _echo(f"{title.replace('_', ' '):<{width}}  {value}")


if __name__ == "__main__":
    main(prog_name="clser")
