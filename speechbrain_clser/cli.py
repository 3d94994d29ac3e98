"""``clser``: the package from a command line.

Nothing is decided here: a command gathers what was typed, calls the package, and
shows what comes back. All that is slow to import is imported in the command that
needs it.
"""

import logging
import os
import sys

import click

from speechbrain_clser import __version__
from speechbrain_clser.deprecation import current_command
from speechbrain_clser.errors import EXPECTED, message_of
from speechbrain_clser.printable import Formatter, printable

INTERRUPTED = 130  # as shells count signals


class Commands(click.Group):
    """Commands in the order in which they are written here.

    What the package complains about is shown as its message alone.
    """

    def list_commands(self, context):
        """Name the commands."""
        return list(self.commands)

    def parse_args(self, context, args):
        """Read commands and options of the previous version by their names."""
        return super().parse_args(context, current_command(args))

    def invoke(self, context):
        """Run one, its complaints without a traceback."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            click.echo(
                "Stopped; the same command takes the work up again.", err=True
            )
            context.exit(INTERRUPTED)
        except BrokenPipeError:  # whoever read our output has had enough
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
@click.option(
    "--traceback", is_flag=True, help="Show where in the code an error arose."
)
@click.version_option(__version__, prog_name="clser")
def main(traceback):
    """Recognise emotions in speech, in languages that were never trained on."""
    os.environ.setdefault("SB_LOG_LEVEL", "WARNING")  # of SpeechBrain alone
    handler = logging.StreamHandler()  # to standard error
    handler.setFormatter(Formatter("%(message)s"))
    logging.basicConfig(handlers=[handler])
    logging.getLogger("speechbrain_clser").setLevel(logging.INFO)


def data_folder_option(command):
    """Let a command be told where the corpora are."""
    return click.option(
        "--data-folder",
        "--data_folder",  # as messages have it, which are train.py's too
        metavar="FOLDER",
        help="Holds one folder per corpus; or '{corpus: folder, ...}'. The "
        "demo corpus needs none.",
    )(command)


def manifests_option(command):
    """Let a command be told where manifests are kept."""
    return click.option(
        "--manifests",
        metavar="FOLDER",
        default="manifests",
        show_default=True,
        help="Where manifests are kept; made anew when the data changed.",
    )(command)


def bad_files_option(command):
    """Let a command go on where recordings are broken."""
    return click.option(
        "--allow-bad-files",
        "--allow_bad_files",
        is_flag=True,
        help="Go on without recordings that cannot be used.",
    )(command)


def device_option(command):
    """Let a command be told what computes."""
    return click.option(
        "--device", metavar="DEVICE", help="cpu, cuda, ...; found by itself."
    )(command)


@main.command(epilog="Example:  clser corpora emodb")
@click.argument("name", required=False)
def corpora(name):
    """List the corpora that are known, or tell all about one."""
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
    """Check every recording of a corpus, and write its manifest.

    A manifest is a CSV that SpeechBrain reads. CORPUS is a name of `clser
    corpora`, or one of your own with a folder and a table in it.
    """
    from speechbrain_clser import corpora
    from speechbrain_clser.data import manifest

    known = corpora.load(corpus)
    root = corpora.locate(known.card, data_folder)
    _echo(manifest.prepare(known, root, manifests, allow_bad_files))


@main.command(
    short_help="Tell what the parts of a protocol share.",
    epilog="Example:  clser audit emodb_to_urdu --data-folder ~/corpora",
)
@click.argument("protocol")
@data_folder_option
@manifests_option
@bad_files_option
@click.pass_context
def audit(context, protocol, data_folder, manifests, allow_bad_files):
    """Tell what the parts of a protocol share, and what gives labels away.

    Ends with status 1 if it finds a leak that the protocol does not name;
    training would refuse it. Copies of a recording are found under another
    gain, codec, rate or small shift; a person under another name, or a
    recording that was made again, cut or mixed, is not.
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
    help="CSV (.csv) or JSON lines (.jsonl); taken up again if it is there, "
    "with the same model and settings. Without it, CSV goes to standard output.",
)
@click.option("--revision", help="Of a model on the hub.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Answer 'unknown' if no class is as probable as this.",
)
@click.option(
    "--normalise-with",
    multiple=True,
    metavar="PATH",
    help="Recordings, without labels, by whose statistics features are "
    "normalised; for models trained so.",
)
@click.option(
    "--adapt",
    is_flag=True,
    help="Adapt the model to all recordings together, without labels, then "
    "classify them; they are read once more, and twice more if the model was "
    "trained on features normalised by corpus or speaker: it then also "
    "normalises over them, unless --normalise-with is given.",
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
    help="Hear recordings of any length in windows, and answer for each "
    "stretch of one emotion, with its times.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="By default as many as there are cores.",
)
@click.option(
    "--trust",
    is_flag=True,
    help="Load a model with parts that are not of this package, such as a "
    "method of your own. Loading it runs the code that it names, with your "
    "rights: only for models of which you trust the author.",
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
    """Name the emotion of recordings.

    MODEL is the model/ of a run, or a hub id; one that could run code is refused
    without --trust. RECORDINGS are files of any rate and number of channels,
    folders, or - for a list on standard input, a path per line.

    Each row of FILE, or each JSON object, has:

    \b
      file         path as given
      n_segments   with --window-s: segments of the file, one row each
      start_s      with --window-s: start of the segment in seconds
      end_s        with --window-s: its end
      emotion      most probable class, or unknown (see --min-confidence)
      probability  of the most probable class, 0-1, calibrated
      p_<class>    probability of each class; they sum to 1
      note         what is suspicious in the sound: channels, quiet, steady

    Beside emotions.csv, recordings that cannot be used are listed in
    emotions.bad.csv (file, reason, message), and the status is then 1. Files of
    folders that are no audio are listed there as skipped. Model and settings are
    written to emotions.csv.model.json. All columns and keys are described in
    docs/predict.md of the repository.
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
            f"--normalise-with takes files and folders, and no {LIST}"
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
        # Standard input can be read once, and every pass needs all files.
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
    if fitted := classifier.adaptation:  # also of a model that is adapted
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
    model/ are written again, too.
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
    help="Run that the others are compared with; by default the first.",
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
    help="Compare runs of different protocols that scored the same utterances; "
    "the output says in what the protocols differ.",
)
def compare(run_folders, against, kind, out, across_protocols):
    """Compare the UAR of several runs on the utterances that all scored.

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
    help="Put the weights of an encoder of the hub into the folder.",
)
@click.option(
    "--onnx",
    metavar="FILE",
    help="Only write the model that is there as an ONNX graph; RUN may be a "
    "model then. Goes with no other option.",
)
@device_option
def export(run, out, data_folder, bundle_encoder, onnx, device):
    """Make the model folder of a finished run again.

    RUN is the output_folder of train.py.
    """
    if onnx:
        if out or data_folder or bundle_encoder or device:
            raise click.UsageError(
                "--onnx writes what is there, and goes with no other option"
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
    help="A training corpus that may be in a shared model though its licence "
    "does not say so; may be given several times.",
)
@click.option(
    "--licence",
    default="",
    metavar="NAME",
    help="Of the model, as the hub names it.",
)
@click.option("--private", is_flag=True, help="For oneself, if it is new.")
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
    help="Whose mean and deviation the features are freed from.",
)
@click.option(
    "--window",
    type=click.Choice(["real", "30s"]),
    default="real",
    show_default=True,
    help="Of Whisper: real frames only, or padded to 30 s.",
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

    Layers are chosen on source validation: each source corpus (or, of a single
    one, groups of speakers) is left out in turn. `train.py --layers auto` takes
    the same choice.
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
    help="With the stores; by default those of our cache.",
)
@click.option("--verify", is_flag=True, help="Read all of it, and name damage.")
@click.option(
    "--remove",
    multiple=True,
    metavar="STORE",
    help="Delete a store by its path, or all stores of that name.",
)
@click.option(
    "--unused-days",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="Delete what nobody used for longer.",
)
@click.pass_context
def cache(context, folder, verify, remove, unused_days):
    """Show what is kept of features that were computed once.

    All of it may be deleted: what a run needs it computes again.
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
    help="Address to listen at; 0.0.0.0 lets others in.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The first free from 7860."
)
@click.option("--open", "is_open", is_flag=True, help="Open a browser.")
def app(model, host, port, is_open):
    """Serve a page on which a model can be tried.

    MODEL is the model/ of a run, or a hub id. Ends with Ctrl-C.
    """
    from speechbrain_clser.app.serving import serve

    serve(model, host, port, is_open)


@main.command(epilog="Example:  clser doctor")
@click.pass_context
def doctor(context):
    """Say what is installed, what clashes, and what to type.

    Ends with status 1 if something is broken.
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
    """Show a message without characters of control."""
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
