"""Render the analysis of a recording as HTML without external resources."""

import html
import math

from speechbrain_clser.evaluation.colours import EMOTIONS
from speechbrain_clser.inference.rated import Ratings
from speechbrain_clser.inference.speech import NO_SPEECH_NOTE

UNNAMED, VALUE = EMOTIONS["other"], "#0072b2"
VALUE_TICKS = (0, 0.5, 1)
OCTAVES_HZ = (50, 100, 200, 400, 800)
BETWEEN_HZ = (75, 150, 300, 600)  # more ticks for less than two octaves
LEAST_RANGE = 1.6  # of the pitch axis, so that monotone speech looks flat
LOUDEST = 1.5  # relative to the loud frames
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600, 1800, 3600)
MOST_TICKS = 8
SHORT_S = 10.0  # times of shorter recordings are in seconds


def render(analysis) -> str:
    """Render the analysis of a recording."""
    is_rated = isinstance(analysis.prediction, Ratings)
    first = (rated if is_rated else named)(
        analysis.prediction, analysis.coverage
    )
    parts = [first]
    if analysis.timeline is not None:
        over_time = steps if is_rated else strip
        parts.append(over_time(analysis.timeline, 0.0, analysis.duration_s))
    parts.append(curves(analysis.curves, analysis.duration_s))
    return f'<div class="analysis">{"".join(parts)}</div>'


def complaint(error, path) -> str:
    """Render the error for a recording that cannot be used.

    The temporary path of the recording is removed from the message.

    Example
    -------
    >>> complaint(ValueError("/tmp/x/a.wav: expected sound"), "/tmp/x/a.wav")
    '<div class="analysis"><p class="complaint">Expected sound</p></div>'
    """
    text = str(error).replace(str(path), "").lstrip(": ")
    text = html.escape(text[:1].upper() + text[1:])
    return f'<div class="analysis"><p class="complaint">{text}</p></div>'


def rated(ratings, coverage) -> str:
    """Render the values of all dimensions."""
    no_speech = "no speech · " if NO_SPEECH_NOTE in ratings.notes else ""
    bars = "".join(
        _bar(name, value, VALUE, f"{value:.2f}")
        for name, value in ratings.values.items()
    )
    return f"<p><span>Values of 0–1 · {no_speech}{coverage}</span></p>{bars}"


def steps(timeline, start_s, end_s) -> str:
    """Render the values of a long recording over time, one curve per dimension."""
    scale = 1000 / (end_s - start_s)
    ticks = "".join(
        f'<span style="bottom:{90 * tick:g}%">{tick:g}</span>'
        for tick in VALUE_TICKS
    )
    parts = []
    for name in timeline.classes:
        path = "".join(
            f"M{scale * (part.start_s - start_s):.1f} "
            f"{100 - 90 * part.prediction.values[name]:.1f}"
            f"H{scale * (part.end_s - start_s):.1f}"
            for part in timeline.segments
        )
        parts.append(
            f'<p class="key">{html.escape(name)}</p>'
            f'<div class="curve low">{ticks}{_svg(path, "values")}</div>'
        )
    return f"<h3>Over time</h3>{''.join(parts)}{_axis(start_s, end_s)}"


def named(prediction, coverage) -> str:
    """Render the predicted emotion and the probabilities of all classes."""
    bars = "".join(
        _bar(name, value, _colour(name), f"{value:.0%}")
        for name, value in prediction.probabilities.items()
    )
    emotion, how = prediction.emotion, f"{prediction.probability:.0%} · "
    if not prediction.is_speech:
        how = ""
    return (
        f'<p class="emotion" style="border-color:{_colour(emotion)}">'
        f"<strong>{html.escape(emotion)}</strong> "
        f"<span>{how}{coverage}</span></p>{bars}"
    )


def _bar(name, value, colour, text):
    """Render a value of 0-1 as a bar."""
    return (
        f'<div class="bar"><span>{html.escape(name)}</span>'
        f'<i><b style="width:{100 * value:.1f}%;background:{colour}">'
        f"</b></i><em>{text}</em></div>"
    )


def strip(timeline, start_s, end_s) -> str:
    """Render the emotions of a recording over time.

    More probable segments are more opaque.
    """
    length_s = end_s - start_s
    pieces = "".join(
        f'<b style="left:{100 * (part.start_s - start_s) / length_s:.2f}%;'
        f"width:{100 * (part.end_s - part.start_s) / length_s:.2f}%;"
        f"background:{_colour(part.prediction.emotion)};"
        f'opacity:{0.3 + 0.7 * part.prediction.probability:.2f}" '
        f'title="{clock(part.start_s)}–{clock(part.end_s)} '
        f"{html.escape(part.prediction.emotion)} "
        f'{part.prediction.probability:.0%}">'
        "</b>"
        for part in timeline.segments
    )
    found = dict.fromkeys(part.prediction.emotion for part in timeline.segments)
    key = "".join(
        f'<span><b style="background:{_colour(name)}"></b>'
        f"{html.escape(name)}</span>"
        for name in found
    )
    return (
        f'<h3>Over time</h3><div class="strip">{pieces}</div>'
        f'{_axis(start_s, end_s)}<p class="key">{key}</p>'
    )


def curves(found, duration_s) -> str:
    """Render pitch and loudness, one below the other."""
    shown_s = len(found.loudness) / found.frames_per_s
    end_s = found.start_s + shown_s
    title = "Pitch and loudness"
    if end_s < duration_s - 1 or found.start_s:
        title += f", {clock(found.start_s)}–{clock(end_s)}"
    loudness = [min(v, LOUDEST) / LOUDEST for v in found.loudness]
    return (
        f"<h3>{title}</h3>{_melody(found.pitch_hz)}"
        f'<div class="curve low">{_svg(_area(loudness), "loudness")}</div>'
        f"{_axis(found.start_s, end_s)}"
        '<p class="small">Above: pitch in Hz on a logarithmic axis, with gaps in '
        "unvoiced frames. Below: loudness relative to the loud frames of the "
        "recording.</p>"
    )


def clock(seconds, is_short=False) -> str:
    """Format a time.

    Example
    -------
    >>> clock(0.5, is_short=True), clock(75.2), clock(3600)
    ('0.5 s', '1:15', '1:00:00')
    """
    if is_short:
        return f"{seconds:.3g} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def _colour(emotion):
    return EMOTIONS.get(emotion, UNNAMED)


def _melody(pitch_hz):
    """Render the pitch on a logarithmic axis that fits its range."""
    voiced = [hz for hz in pitch_hz if not math.isnan(hz)]
    if not voiced:
        return '<div class="curve silent">no voice found</div>'
    middle = math.sqrt(min(voiced) * max(voiced))
    half = max(max(voiced) / min(voiced), LEAST_RANGE) ** 0.55
    low, high = math.log(middle / half), math.log(middle * half)
    places = [(math.log(hz) - low) / (high - low) for hz in pitch_hz]
    near = BETWEEN_HZ if high - low < 2 * math.log(2) else ()
    ticks = "".join(
        f'<span style="bottom:{100 * place:.1f}%">{hz}</span>'
        for hz in sorted({*OCTAVES_HZ, *near})
        if 0 < (place := (math.log(hz) - low) / (high - low)) < 0.95
    )
    return f'<div class="curve">{ticks}{_svg(_line(places), "pitch")}</div>'


def _svg(path, name):
    """Render a path in a 1000 x 100 view box, stretched to the page."""
    return (
        '<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{name}"><path class="{name}" d="{path}" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


def _line(values):
    """Build a path through values of 0-1 with gaps at NaN."""
    path, is_down = [], False
    for x, value in _places(values):
        is_there = not math.isnan(value)
        if is_there:
            place = f"{x} {100 - 100 * value:.1f}"
            # Start with a dot, so that a single frame is visible.
            path.append(f"L{place}" if is_down else f"M{place}h.01")
        is_down = is_there
    return "".join(path)


def _area(values):
    """Build the outline of the area below values of 0-1; NaN is 0."""
    heights = [
        (x, 0.0 if math.isnan(value) else value) for x, value in _places(values)
    ]
    path = "".join(f"L{x} {100 - 100 * value:.1f}" for x, value in heights)
    return f"M{heights[0][0]} 100{path}L{heights[-1][0]} 100Z"


def _places(values):
    """Pair values with the horizontal centre of their frame, 0-1000."""
    return [
        (round(1000 * (k + 0.5) / len(values), 1), value)
        for k, value in enumerate(values)
    ]


def _axis(start_s, end_s):
    """Render a time axis with ticks at round steps."""
    length_s = end_s - start_s
    step_s = next(
        (s for s in STEPS_S if length_s / s <= MOST_TICKS), STEPS_S[-1]
    )
    first, last = math.ceil(start_s / step_s), math.floor(end_s / step_s)
    ticks = "".join(
        f'<span style="left:{100 * (k * step_s - start_s) / length_s:.1f}%">'
        f"{clock(k * step_s, end_s < SHORT_S)}</span>"
        for k in range(first, last + 1)
    )
    return f'<div class="axis">{ticks}</div>'
