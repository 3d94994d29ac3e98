import sys

import numpy as np
import pytest
import soundfile
from helpers import served, sounds

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.timeline import Timeline

WINDOW_S, HOP_S = 0.5, 0.2


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """Load a model with random weights."""
    return EmotionClassifier.from_hparams(
        served.make(tmp_path_factory.mktemp("model")).folder,
        run_opts={"device": "cpu"},
    )


def call(seconds, rate_hz=8000):
    """Generate two channels: a voice with pauses, and noise, (samples, 2)."""
    n_samples = round(seconds * rate_hz)
    samples = 0.01 * sounds.noise(0, n_samples, 2)
    for start in range(0, n_samples - rate_hz, 2 * rate_hz):
        samples[start : start + rate_hz, 0] += sounds.voice(
            rate_hz, 120 + start / rate_hz, rate_hz
        )
    samples[rate_hz : 2 * rate_hz] = 0  # digital silence
    return samples.astype("float32")


def events_of(classifier, samples, n_chunk, **options):
    """Feed samples in chunks; return all events."""
    stream, events = classifier.stream(8000, WINDOW_S, HOP_S, **options), []
    for start in range(0, len(samples), n_chunk):
        events += stream.feed(samples[start : start + n_chunk])
    return [*events, *stream.finish()]


@pytest.mark.parametrize(
    "n_chunk, n_samples, channel",
    [
        *((37, 16500, "mix"), (800, 24000, "left"), (4000, 24000, "mix")),
        *((10**6, 23900, "right"), (1000, 900, "mix"), (800, 17300, "left")),
    ],
)
def test_events_equal_windows_of_the_file(
    classifier, tmp_path, n_chunk, n_samples, channel
):
    samples, path = call(3.0)[:n_samples], tmp_path / "call.wav"
    soundfile.write(path, samples, 8000, subtype="FLOAT")
    timeline = classifier.classify_long(path, WINDOW_S, HOP_S, channel=channel)
    events = events_of(classifier, samples, n_chunk, channel=channel)
    starts = [event.start_s for event in events]
    assert starts == pytest.approx(np.arange(len(events)) * HOP_S)
    spoken = [event for event in events if event.probabilities]
    assert len(spoken) == len(timeline.windows)
    for event, window in zip(spoken, timeline.windows, strict=True):
        assert event[:2] == pytest.approx(window[:2])
        np.testing.assert_allclose(
            event.window().probabilities, window.probabilities, atol=1e-5
        )
        assert event.speech == pytest.approx(window.speech)
        assert event.is_speech == window.is_speech
    again = Timeline("", classifier.classes, [e.window() for e in spoken])
    assert [s[1:] for s in map(times, again.segments)] == [
        s[1:] for s in map(times, timeline.segments)
    ]


def times(segment):
    """Return what identifies a segment."""
    emotion = segment.prediction.emotion
    return segment.prediction.file, segment.start_s, segment.end_s, emotion


def test_window_is_classified_with_its_last_sample(classifier):
    samples = call(2.0)[:8000, 0]
    stream = classifier.stream(8000, 0.5, 0.2)
    assert stream.feed(samples[:3999]) == []
    [event] = stream.feed(samples[3999:4000])
    assert (event.start_s, event.end_s, event.is_speech) == (0, 0.5, True)
    assert event.emotion == max(
        event.probabilities, key=event.probabilities.get
    )
    assert stream.feed(samples[4000:5599]) == []
    assert len(stream.feed(samples[5599:7200])) == 2
    assert stream.finish() == []  # all samples were in a window


def test_silence_and_noise_are_no_speech(classifier):
    stream = classifier.stream(16000, 0.5, 0.5)
    silent, noisy = stream.feed(
        np.concatenate([np.zeros(8000), 1e-2 * sounds.noise(0, 8000)[:, 0]])
    )
    assert (silent.emotion, silent.probabilities) == ("no speech", {})
    assert (noisy.emotion, noisy.is_speech) == ("no speech", False)
    assert sum(noisy.probabilities.values()) == pytest.approx(1, abs=1e-5)
    with pytest.raises(ValueError, match="probabilities, found silence"):
        silent.window()


def test_integers_have_the_full_scale_of_their_type(classifier):
    samples = (sounds.voice(8000) * 2**15).astype("int16")
    [one] = classifier.stream(16000, 0.5, 0.5).feed(samples)
    [two] = classifier.stream(16000, 0.5, 0.5).feed(samples / 2**15)
    assert one == two


def test_bad_samples_are_refused_and_the_stream_goes_on(classifier):
    stream = classifier.stream(16000, 0.5, 0.5)
    voice = sounds.voice(8000)
    stream.feed(voice[:4000])
    with pytest.raises(BadAudioError, match="stream: expected finite samples"):
        stream.feed(np.full(100, np.nan))
    with pytest.raises(ValueError, match=r"of \(samples, 1\), got \(9, 2\)"):
        stream.feed(np.zeros((9, 2)))
    assert stream.feed(voice[4000:]) == classifier.stream(16000, 0.5, 0.5).feed(
        voice
    )
    stream.finish()
    with pytest.raises(ValueError, match="expected a stream that is not f"):
        stream.feed(voice)


@pytest.mark.parametrize(
    "options, match",
    [
        ({"window_s": 0.05}, "0.1 <= window_s"),
        ({"hop_s": 9.0}, "hop_s <= window_s"),
        ({"sample_rate_hz": 7}, "expected a rate of"),
        ({"channel": "each"}, "channel: expected mix"),
    ],
)
def test_impossible_streams_are_refused(classifier, options, match):
    with pytest.raises(ValueError, match=match):
        classifier.stream(**{"sample_rate_hz": 8000, **options})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_flat_over_two_hours(classifier):
    """Feed two hours, speech in one window of eight, to be quick."""
    stream, n_events, used = classifier.stream(16000, 4.0, 4.0), 0, []
    minute = np.zeros(60 * 16000, "float32")
    for start in range(0, len(minute), 32 * 16000):
        minute[start : start + 64000] = sounds.voice(64000)
    for number in range(120):
        for chunk in np.array_split(minute, 600):
            n_events += len(stream.feed(chunk))
        if number in (19, 119):
            with open("/proc/self/statm", encoding="ascii") as file:
                used.append(int(file.read().split()[1]) * 4096)
    assert n_events == 2 * 3600 / 4
    assert used[1] - used[0] < 10 * 2**20
    assert stream._kept.nbytes <= 64000 * 4
