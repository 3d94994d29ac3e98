import io
import shutil

import numpy as np
import pytest
import soundfile
import torch
from helpers import served, sounds

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.features.normalisation import Normaliser
from speechbrain_clser.inference.classifier import EmotionClassifier


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with the built-in encoder."""
    return served.make(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def classifier(model):
    """Load the model."""
    return EmotionClassifier.from_hparams(model.folder)


@pytest.fixture
def copy(model, tmp_path):
    """Copy the model to change it."""
    return shutil.copytree(model.folder, tmp_path / "model")


def change(folder, old, new):
    """Edit a model's YAML."""
    path = folder / "hyperparams.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def assert_same(one, two):
    """Check that two predictions agree."""
    np.testing.assert_allclose(
        [*one.probabilities.values()],
        [*two.probabilities.values()],
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "old, new, match",
    [
        ("- anger\n", "- rage\n", r"expected the classes \['rage"),
        (
            "classes:\n- anger\n",
            "classes: 1\nx:\n- a\n",
            "classes: expected a list of names, got 1",
        ),
        ("- anger\n", "- =1+1\n", "classes of the model: expected names that"),
        ("temperature:", "temp:", r"Need hparams\['temperature'\]"),
        (
            "temperature: ",
            "temperature: -",
            "expected a number of 0.01-100, got -",
        ),
        ("temperature: ", "temperature: hot", "0.01-100, got 'hot"),
    ],
)
def test_inconsistent_yaml_is_refused(old, new, match, copy):
    change(copy, old, new)
    with pytest.raises(ValueError, match=match):
        EmotionClassifier.from_hparams(copy)


@pytest.mark.parametrize(
    "value", [0, 0.0, -1.0, 1e-300, 101, float("nan"), float("inf")]
)
def test_invalid_temperature_is_refused(value, model):
    with pytest.raises(
        ValueError, match="temperature: expected a number of 0.0"
    ):
        EmotionClassifier.from_hparams(model.folder, temperature=value)


@pytest.mark.parametrize("device", ["foo", "cuda:99"])
def test_unknown_device_is_refused(device, model):
    with pytest.raises(ValueError, match=f"such as cpu or cuda, got '{device}"):
        EmotionClassifier.from_hparams(
            model.folder, run_opts={"device": device}
        )


def test_predictions_keep_file_order_for_any_batch_size(classifier, model):
    one, two = (
        classifier.classify_files(model.files, batch_s, has_bar=False)
        for batch_s in (60.0, 0.1)
    )
    assert [prediction.file for prediction in one] == model.files
    for first, second, path in zip(one, two, model.files, strict=True):
        assert_same(first, second)
        assert_same(first, classifier.classify_file(path))


def test_prediction_is_independent_of_rate_and_channels(classifier, tmp_path):
    time_s = np.arange(48000) / 48000
    tone = 0.3 * np.sin(2 * np.pi * 220 * time_s) * (1 + np.sin(9 * time_s))
    sounds.write(tmp_path / "a.wav", tone[::3])
    soundfile.write(tmp_path / "b.flac", np.stack([tone] * 8, axis=1), 48000)
    one, two = classifier.classify_files(
        [tmp_path / "a.wav", tmp_path / "b.flac"], has_bar=False
    )
    for name in one.probabilities:
        assert one.probabilities[name] == pytest.approx(
            two.probabilities[name], abs=0.02
        )


def test_bad_file_raises_or_is_returned_in_place(classifier, model):
    files = [model.files[0], "nowhere.wav", model.files[1]]
    with pytest.raises(BadAudioError, match=r"nowhere\.wav"):
        classifier.classify_files(files, has_bar=False)
    first, bad, last = classifier.classify_files(
        files, has_bar=False, keep_going=True
    )
    assert bad.reason == "missing"
    assert [first.file, last.file] == [model.files[0], model.files[1]]


@pytest.mark.parametrize(
    "act", ["classify_file", "classify_files", "classify_long", "embed"]
)
def test_bytes_and_open_files_equal_paths(classifier, model, act):
    path, is_many = model.files[1], act in ("classify_files", "embed")
    with open(path, "rb") as file:
        content = file.read()
        file.seek(0)
        found = []
        for given in (path, content, io.BytesIO(content), file):
            found.append(
                getattr(classifier, act)([given] if is_many else given)
            )
    if act == "embed":
        for values in found[1:]:
            torch.testing.assert_close(found[0], values)
        return
    names, results = [path, "bytes", "open file", path], found
    if is_many:
        results = [one for [one] in found]
    assert [one.file for one in results] == names
    if act == "classify_long":
        results = [one.segments[0].prediction for one in results]
    for one in results[1:]:
        assert_same(results[0], one)


def test_errors_name_bytes_and_not_a_temporary_file(classifier):
    for act in (classifier.classify_file, classifier.classify_long):
        with pytest.raises(BadAudioError, match="^bytes: expected audio, foun"):
            act(b"just some words")
    with pytest.raises(TypeError, match='open the file with "rb"'):
        classifier.classify_file(io.StringIO("words"))


def test_channels_are_classified_separately(classifier, model, tmp_path):
    parts = [soundfile.read(path)[0][:9600] for path in model.files[2:4]]
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack(parts, axis=1), 16000, subtype="FLOAT")
    for index, side in enumerate(("left", "right")):
        alone = classifier.classify_signal(parts[index].astype("f4"), 16000)
        assert_same(classifier.classify_file(path, channel=side), alone)
        timeline = classifier.classify_long(path, channel=index)
        assert_same(timeline.segments[0].prediction, alone)
    with pytest.raises(BadAudioError, match="expected 2 channels or more") as e:
        classifier.classify_file(model.files[0], channel="right")
    assert e.value.reason == "channel"


def test_single_path_is_accepted(classifier, model):
    [prediction] = classifier.classify_files(model.files[0])
    assert prediction.file == model.files[0]


def test_predictions_have_notes(classifier, tmp_path):
    samples = sounds.noise(0, 16000)
    path = sounds.write(tmp_path / "a.wav", samples)
    predictions = [
        classifier.classify_file(path),
        classifier.classify_signal(samples, 16000),
        classifier.classify_long(path, 0.5, 0.5).segments[0].prediction,
    ]
    first, second, third = (one.notes for one in predictions)
    assert first == second == third == ("steady", "no_speech")


def test_signal_is_classified_like_its_file(classifier, model):
    samples, rate_hz = soundfile.read(model.files[1], dtype="float32")
    assert_same(
        classifier.classify_signal(samples, rate_hz),
        classifier.classify_file(model.files[1]),
    )


def test_signal_that_cannot_be_used_is_refused(classifier):
    with pytest.raises(BadAudioError, match="signal: expected sound"):
        classifier.classify_signal(np.zeros(16000), 16000)
    with pytest.raises(ValueError, match=r"got \(1, 16000\); transpose"):
        classifier.classify_signal(np.ones((1, 16000)), 16000)


def test_temperature_softens_without_changing_emotions(model):
    plain, soft = (
        EmotionClassifier.from_hparams(model.folder, temperature=t)
        for t in (1.0, 4.0)
    )
    for path in model.files:
        one, two = plain.classify_file(path), soft.classify_file(path)
        assert one.emotion == two.emotion
        assert one.probability > two.probability


def test_invalid_probabilities_are_refused(copy, model):
    """Test with finite weights."""
    weights = torch.load(copy / "method.ckpt")
    torch.save({n: 1e38 * v for n, v in weights.items()}, copy / "method.ckpt")
    classifier = EmotionClassifier.from_hparams(copy)
    found = classifier.classify_files(model.files, keep_going=True)
    assert {error.reason for error in found} == {"probabilities"}
    assert model.files[0] in str(found[0])
    for refused in (
        lambda: classifier.classify_file(model.files[0]),
        lambda: classifier.classify_long(model.files[0], 0.2, 0.1),
        lambda: classifier.classify_batch(torch.randn(1, 8000)),
    ):
        with pytest.raises(BadAudioError, match="expected finite probabiliti"):
            refused()


def test_predictions_below_min_confidence_are_unknown(model):
    classifier = EmotionClassifier.from_hparams(
        model.folder, min_confidence=0.999
    )
    prediction = classifier.classify_file(model.files[0])
    assert prediction.emotion == "unknown"
    _, _, _, labels = prediction
    assert labels == ["unknown"]


def test_long_recording_is_classified_window_by_window(
    classifier, model, tmp_path
):
    pieces = [soundfile.read(path)[0][:4800] for path in model.files[:3]]
    path = tmp_path / "long.wav"
    soundfile.write(path, np.concatenate(pieces), 16000)
    timeline = classifier.classify_long(path, 0.3, 0.3)
    alone = [
        classifier.classify_signal(piece.astype(np.float32), 16000)
        for piece in pieces
    ]
    names = [prediction.emotion for prediction in alone]
    found = [
        next(
            s.prediction.emotion
            for s in timeline.segments
            if s.start_s <= middle < s.end_s
        )
        for middle in (0.15, 0.45, 0.75)
    ]
    assert found == names
    assert timeline.segments[-1].end_s == pytest.approx(0.9)
    assert timeline.file == str(path)


def room_noise(n_samples):
    """Generate noise at -60 dB of full scale, (samples, 1)."""
    return 1e-2 * sounds.noise(3, n_samples)


@pytest.mark.parametrize(
    "n_speech, emotion", [(0, "no"), (480, "no"), (8000, "")]
)
def test_noise_and_30_ms_of_speech_have_no_emotion(
    classifier, tmp_path, n_speech, emotion
):
    samples = room_noise(48000)[:, 0]
    samples[16000 : 16000 + n_speech] += sounds.voice(n_speech)
    path = sounds.write(tmp_path / "a.wav", samples)
    timeline = classifier.classify_long(path, 1.0, 1.0)
    found = [segment.prediction for segment in timeline.segments]
    found += [
        classifier.classify_file(path),
        classifier.classify_signal(samples, 16000),
    ]
    assert any(one.is_speech for one in found) == (not emotion)
    first = timeline.segments[0].prediction
    assert (first.emotion, first.speech) == ("no speech", 0)
    if emotion:
        assert {one.emotion for one in found} == {"no speech"}
        assert "no_speech" in timeline.notes and "no_speech" in found[-1].notes
    else:
        assert found[-1].emotion in classifier.classes
        assert found[-1].speech == pytest.approx(0.5 / 3, abs=0.02)


def test_whispered_speech_is_classified_without_detection(model):
    classifier = EmotionClassifier.from_hparams(model.folder, min_speech_s=0)
    prediction = classifier.classify_signal(sounds.noise(0, 16000), 16000)
    assert prediction.emotion in classifier.classes
    with pytest.raises(ValueError, match="min_speech_s: expected seconds of 0"):
        EmotionClassifier.from_hparams(model.folder, min_speech_s=-1)


def test_long_silence_is_refused(classifier, tmp_path):
    path = sounds.write(tmp_path / "a.wav", np.zeros(80000))
    with pytest.raises(BadAudioError, match="expected sound, found a peak"):
        classifier.classify_long(path)


def test_windows_longer_than_maximum_input_are_refused(
    classifier, model, monkeypatch
):
    monkeypatch.setattr(classifier.recogniser, "longest_s", 0.5)
    with pytest.raises(ValueError, match="at most 0.5 s, the maximum input"):
        classifier.classify_long(model.files[0], 1.0, 0.5)


def test_embeddings_give_the_logits(classifier, model):
    embeddings = classifier.embed(model.files)
    head = classifier.recogniser.method.emotion_head
    probabilities = head(embeddings).softmax(dim=-1)
    torch.testing.assert_close(
        probabilities, model.probabilities, atol=1e-4, rtol=0
    )


def test_group_is_normalised_as_in_training(tmp_path):
    model = served.make(tmp_path, normalise_by="corpus")
    classifier = EmotionClassifier.from_hparams(model.folder, temperature=1.0)
    before = classifier.classify_file(model.files[0])
    classifier.normalise_with(model.files[:2])
    other = classifier.classify_file(model.files[0])
    assert other.probabilities != before.probabilities
    classifier.normalise_with(model.files)
    for prediction, expected in zip(
        classifier.classify_files(model.files, has_bar=False),
        model.probabilities.tolist(),
        strict=True,
    ):
        assert [*prediction.probabilities.values()] == pytest.approx(
            expected, abs=1e-4
        )
    classifier.normalise_with()
    assert_same(classifier.classify_file(model.files[0]), before)


@pytest.mark.parametrize("act", ["embed", "normalise_with"])
def test_empty_file_list_is_refused(classifier, act):
    with pytest.raises(ValueError, match="expected recordings to "):
        getattr(classifier, act)([])


def test_normalise_with_skips_bad_files(model, caplog):
    classifier = EmotionClassifier.from_hparams(model.folder)
    with pytest.raises(BadAudioError, match="nowhere"):
        classifier.normalise_with(["nowhere.wav", *model.files])
    classifier.normalise_with(model.files)
    before = classifier.classify_file(model.files[0])
    classifier.normalise_with(["nowhere.wav", *model.files], keep_going=True)
    assert_same(classifier.classify_file(model.files[0]), before)
    assert "nowhere.wav: expected a recording" in caplog.text
    with pytest.raises(ValueError, match="found none that can be used"):
        classifier.normalise_with(["nowhere.wav"], keep_going=True)
    assert_same(classifier.classify_file(model.files[0]), before)


def test_model_with_group_normalisation_logs_a_warning(tmp_path, caplog):
    model = served.make(tmp_path, normalise_by="speaker")
    classifier = EmotionClassifier.from_hparams(model.folder)
    assert "until normalise_with is called" not in caplog.text
    classifier.normalise_with(model.files)
    classifier.classify_files(model.files, has_bar=False)
    assert "until normalise_with is called" not in caplog.text
    classifier.normalise_with()
    for _ in range(2):
        classifier.embed(model.files)
        classifier.classify_files(model.files, has_bar=False)
    assert caplog.text.count("until normalise_with is called") == 1


def test_model_statistics_equal_training_statistics(model, classifier):
    rows = served.utterances(model.folder.parent)
    extractor = classifier.recogniser.extractor
    frames = {
        row.id: extractor(
            torch.from_numpy(soundfile.read(row.wav, dtype="float32")[0])[None],
            torch.ones(1),
        )[0]
        for row in rows
    }
    mean, deviation = Normaliser(frames, rows, "none").statistics["all"]
    normaliser = classifier.recogniser.normaliser
    torch.testing.assert_close(normaliser.mean, mean)
    torch.testing.assert_close(normaliser.deviation, deviation)
