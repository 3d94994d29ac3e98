"""Predict emotions of live audio."""

import contextlib
import json
import sys

import click

from speechbrain_clser.commands.shared import (
    device_option,
    echo,
    min_confidence_option,
    revision_option,
)

STANDARD = "-"
N_DIGITS = 6


def row_of(event, classes) -> dict:
    """Convert an event to the keys of a JSON line.

    Example
    -------
    >>> from speechbrain_clser.inference.stream import Event
    >>> row_of(Event(0.0, 4.0, "no speech", {}, 0.0, False), ["anger"])
    {'start_s': 0.0, 'end_s': 4.0, 'emotion': 'no speech', 'probability': \
None, 'p_anger': None, 'speech': 0.0, 'is_speech': False}
    """
    found = {name: event.probabilities.get(name) for name in classes}
    rounded = {
        f"p_{name}": value if value is None else round(value, N_DIGITS)
        for name, value in found.items()
    }
    return {
        "start_s": round(event.start_s, N_DIGITS),
        "end_s": round(event.end_s, N_DIGITS),
        "emotion": event.emotion,
        "probability": max(rounded.values()) if event.probabilities else None,
        **rounded,
        "speech": round(event.speech, N_DIGITS),
        "is_speech": event.is_speech,
    }


def line_of(row) -> str:
    """Format the line on a terminal.

    Example
    -------
    >>> row = {"end_s": 64.0, "emotion": "anger", "probability": 0.75}
    >>> line_of({**row, "is_speech": True})
    '01:04  anger 75 %'
    """
    minutes, seconds = divmod(int(row["end_s"]), 60)
    share = f" {row['probability']:.0%}" if row["is_speech"] else ""
    return f"{minutes:02}:{seconds:02}  {row['emotion']}{share}".replace(
        "%", " %"
    )


@click.command(epilog="Example:  clser listen model/ --out emotions.jsonl")
@click.argument("model")
@click.argument("source", required=False)
@click.option(
    "--out",
    default=STANDARD,
    metavar="FILE",
    help="JSON lines; new lines are appended. By default standard output.",
)
@click.option(
    "--rate",
    type=click.IntRange(1000, 768_000),
    default=16000,
    show_default=True,
    metavar="HZ",
    help="Sample rate of the input.",
)
@click.option(
    "--channels",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Channels of the input.",
)
@click.option(
    "--channel",
    type=click.Choice(["left", "right", "mix"]),
    default="mix",
    show_default=True,
    help="Channel to classify, or the mean of all.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["s16le", "s32le", "f32le"]),
    default="s16le",
    show_default=True,
    help="Samples on standard input, as ffmpeg names them.",
)
@click.option(
    "--input",
    "microphone",
    metavar="NAME",
    help="Name or number of the microphone; by default that of the system.",
)
@click.option(
    "--window-s",
    type=click.FloatRange(0, min_open=True),
    default=4.0,
    show_default=True,
    metavar="SECONDS",
    help="Length of a window.",
)
@click.option(
    "--hop-s",
    type=click.FloatRange(0, min_open=True),
    metavar="SECONDS",
    help="A prediction every so many seconds; by default half a window.",
)
@min_confidence_option
@click.option(
    "--min-speech-s",
    type=click.FloatRange(0),
    default=0.1,
    show_default=True,
    metavar="SECONDS",
    help="Output 'no speech' if less voiced speech is detected.",
)
@revision_option
@click.option(
    "--trust",
    is_flag=True,
    help="Load a model that can run code; see clser predict.",
)
@device_option
def listen(
    model,
    source,
    out,
    rate,
    channels,
    channel,
    form,
    microphone,
    window_s,
    hop_s,
    min_confidence,
    min_speech_s,
    revision,
    trust,
    device,
):
    """Predict emotions of a microphone, or of raw samples on standard input.

    MODEL is the model/ of a run, or a hub id. SOURCE is - for standard input; by
    default the microphone is used, which needs the extra listen. Stop with Ctrl-C.

    Each JSON line is a window: start_s, end_s, emotion (a class, unknown or no
    speech), probability, p_<class>, speech (share of the time with a voice) and
    is_speech. Probabilities of digital silence are null.
    """
    from speechbrain_clser.inference.classifier import EmotionClassifier
    from speechbrain_clser.inference.live import microphone_chunks, pcm_chunks
    from speechbrain_clser.inference.source import locate

    if source not in (None, STANDARD):
        raise click.UsageError(
            f"SOURCE: expected {STANDARD} or nothing, got {source!r}; classify "
            "files with clser predict --window-s"
        )
    classifier = EmotionClassifier.from_hparams(
        locate(model, revision),
        is_trusted=trust,
        min_confidence=min_confidence,
        min_speech_s=min_speech_s,
        run_opts={"device": device} if device else None,
    )
    stream = classifier.stream(rate, window_s, hop_s or window_s / 2, channel)
    if source == STANDARD:
        chunks = pcm_chunks(sys.stdin.buffer, rate, channels, form)
    else:
        number = int(microphone) if (microphone or "").isdigit() else None
        chunks = microphone_chunks(
            rate, channels, microphone if number is None else number
        )
    with contextlib.ExitStack() as stack:
        file = sys.stdout
        if out != STANDARD:
            file = stack.enter_context(open(out, "a", encoding="utf-8"))
        _follow(stream, chunks, file)


def _follow(stream, chunks, file):
    """Write the events of all chunks, and that of the rest after Ctrl-C."""

    def write(events):
        for event in events:
            row = row_of(event, stream.classifier.classes)
            file.write(f"{json.dumps(row)}\n")
            file.flush()
            if sys.stderr.isatty():
                echo(f"\r\033[K{line_of(row)}", err=True, nl=False)

    try:
        for samples in chunks:
            write(stream.feed(samples))
    except KeyboardInterrupt:  # the usual end of a recording
        pass
    write(stream.finish())
    if sys.stderr.isatty():
        echo("", err=True)
