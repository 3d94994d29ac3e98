"""Commands that use a model."""

import ctypes
import sys

import click

from speechbrain_clser.commands.shared import (
    device_option,
    echo,
    min_confidence_option,
    revision_option,
)

# From malloc.h. Freed memory is kept only with one arena for all threads.
SETTINGS = {
    "M_ARENA_MAX": (-8, 1),
    "M_MMAP_THRESHOLD": (-3, 2**30),
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),
}


def keep_freed() -> bool:
    """Keep freed memory in the process for later allocations.

    By default glibc returns large blocks to the system, which zeroes them on
    every new allocation: a quarter of the time of feature extraction on a CPU.
    The setting affects the whole process and cannot be undone, so programs
    should call this, not libraries. Return whether glibc accepted all settings.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library
        return False
    accepted = [mallopt(*setting) for setting in SETTINGS.values()]
    return all(accepted)


@click.command(
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
@revision_option
@min_confidence_option
@click.option(
    "--min-speech-s",
    type=click.FloatRange(0),
    default=0.1,
    show_default=True,
    metavar="SECONDS",
    help="Output 'no speech' if less voiced speech is detected; 0 classifies "
    "everything, such as whispered speech.",
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
    "segment of one emotion, or each interval of values, with its times.",
)
@click.option(
    "--channel",
    type=click.Choice(["left", "right", "each", "mix"]),
    default="mix",
    show_default=True,
    help="Channel of recordings such as telephone calls: one of them, a row for "
    "each, or the mean of all.",
)
@click.option(
    "--texts",
    metavar="FILE",
    help="CSV or TSV with the columns path and text: transcripts, for a model that "
    "reads them. It classifies the other recordings by their audio alone, with the "
    "note no_text.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="By default the number of cores.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="ray: on the machines of a Ray cluster (RAY_ADDRESS), or on this one; "
    "FILE is a folder of tables, RECORDINGS may be addresses such as s3://bucket.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="With --engine ray: processes, each with the model; by default one "
    "for each core, or for each GPU with --device cuda.",
)
@click.option(
    "--part-files",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="With --engine ray: recordings of a table.",
)
@click.option(
    "--part-format",
    type=click.Choice(["csv", "jsonl", "parquet"]),
    default="csv",
    show_default=True,
    help="With --engine ray: of the tables.",
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
    min_speech_s,
    normalise_with,
    adapt,
    adapt_method,
    window_s,
    channel,
    texts,
    threads,
    engine,
    workers,
    part_files,
    part_format,
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
      n_segments   with --window-s: rows of the file, one for each segment
      n_channels   with --channel each: rows of the file, one for each channel
      channel      with --channel each: left, right, or a number from 1
      start_s      with --window-s: start of the segment in seconds
      end_s        with --window-s: its end
      emotion      most probable class, unknown (see --min-confidence), or no
                   speech (see --min-speech-s)
      probability  of the most probable class, 0-1, calibrated
      p_<class>    probability of each class; they sum to 1
      speech       share of the time with a voice, 0-1
      note         warnings: channels, antiphase, quiet, steady, no_speech,
                   short_speech, no_text

    A model of dimensions has a column of 0-1 of each dimension, such as arousal and
    valence, in the place of emotion, probability, p_<class> and speech.

    Unusable recordings are listed in emotions.bad.csv (file, reason, message),
    and the exit status is then 1. Files in folders that are not audio are listed
    there as skipped. Model and settings are written to emotions.csv.model.json. All columns
    and keys are described in docs/predict.md of the repository.
    """
    from speechbrain_clser.corpora.folder import transcripts
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
    from speechbrain_clser.tasks import RATED

    if LIST in normalise_with:
        raise click.UsageError(
            f"--normalise-with: expected files and folders, found {LIST}"
        )
    if texts and (window_s or channel == "each" or engine == "ray"):
        raise click.UsageError(
            "--texts: expected a transcript of each recording, found --window-s, "
            "--channel each or --engine ray, which have none of their parts; leave "
            "one of them out"
        )
    options = {
        "is_trusted": trust,
        "min_confidence": min_confidence,
        "min_speech_s": min_speech_s,
        "run_opts": {"device": device} if device else None,
    }
    if engine == "ray":
        if out == "-" or normalise_with or adapt:
            raise click.UsageError(
                "--engine ray: expected a folder as --out, and neither "
                "--normalise-with nor --adapt"
            )
        from speechbrain_clser.contrib.bulk.engine import predict as in_parts

        n_new, n_bad = in_parts(
            *(model, recordings, out, sys.stdin, revision),
            *(part_format, part_files, workers),
            {"window_s": window_s, "channel": channel},
            has_bar=sys.stderr.isatty(),
            **options,
        )
        echo(
            f"{n_new} files classified, {n_bad} cannot be used, in {out}",
            err=True,
        )
        context.exit(int(n_bad > 0))
    keep_freed()
    folder = locate(model, revision)
    classifier = EmotionClassifier.from_hparams(folder, **options)
    if classifier.task == RATED and adapt:
        raise click.UsageError(
            "--adapt needs a model that predicts classes, and "
            f"{model} predicts {', '.join(classifier.classes)}; leave it out"
        )
    if texts and not classifier.reads_text:
        raise click.UsageError(
            f"--texts: expected a model that reads transcripts, found {model}, which "
            "reads the audio alone; leave it out"
        )
    given = transcripts(texts) if texts else None
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
        echo(sentence(fitted, classifier.classes), err=True)
    threads = threads or n_threads(classifier.device)
    if out == "-":
        names = columns(
            *(classifier.classes, window_s is not None),
            *(channel == "each", classifier.task),
        )
        rows = Printed(sys.stdout, names)
        tally = predict(
            *(classifier, files, rows),
            n_threads=threads,
            window_s=window_s,
            skipped=skipped,
            channel=channel,
            texts=given,
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
                texts,
            ),
            n_threads=threads,
            has_bar=sys.stderr.isatty(),
            window_s=window_s,
            skipped=skipped,
            channel=channel,
            texts=given,
        )
    echo(tally.sentence, err=True)
    if tally.reasons:
        context.exit(1)


@click.command(epilog="Example:  clser app model/ --open")
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
    from speechbrain_clser.contrib.app.serving import serve

    serve(model, host, port, is_open)
