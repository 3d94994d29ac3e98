import json
import shutil

import numpy as np
import pytest
import torch
from helpers import served
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.adaptation import build
from speechbrain_clser.inference import adapted
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.normaliser import SourceStatistics


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with a source summary and files of all classes."""
    folder = tmp_path_factory.mktemp("model")
    return served.make(folder, rows=served.tones(folder / "tones"))


@pytest.fixture(scope="module")
def classifier(model):
    """Load the model."""
    return EmotionClassifier.from_hparams(model.folder)


@pytest.fixture(scope="module")
def target(classifier, model):
    """Adapt the classifier to all files."""
    return classifier.adapt(model.files)


@pytest.fixture(scope="module")
def saved(target, tmp_path_factory):
    """Save the adapted model; return its folder."""
    folder = tmp_path_factory.mktemp("adapted") / "model"
    target.save(folder)
    return folder


def probabilities(classifier, files):
    found = classifier.classify_files(files, has_bar=False)
    return np.array([[*one.probabilities.values()] for one in found])


def described(classifier, files):
    """Compute posteriors and vectors, one file at a time."""
    wavs = [classifier.load_audio(path)[None] for path in files]
    both = [classifier._describe(wav) for wav in wavs]
    return [np.concatenate(part) for part in zip(*both, strict=True)]


def test_adapted_predictions_equal_the_fitted_adaptation(
    classifier, target, model
):
    posteriors, vectors = described(classifier, model.files)
    np.testing.assert_allclose(
        posteriors, probabilities(classifier, model.files), atol=1e-5
    )
    summary = classifier.source_summary
    fitted = summary.adaptation.fit(summary.state, vectors, posteriors)
    expected = fitted.predict(vectors, posteriors)
    assert (expected.argmax(axis=1) != posteriors.argmax(axis=1)).any()
    found = probabilities(target, model.files)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    wav = classifier.load_audio(model.files[3])
    alone = target.classify_signal(wav, 16000).probabilities
    np.testing.assert_allclose([*alone.values()], found[3], atol=1e-4)
    [segment] = target.classify_long(model.files[3]).segments
    windowed = segment.prediction.probabilities
    np.testing.assert_allclose([*windowed.values()], found[3], atol=1e-4)


def test_temperature_is_that_of_the_posteriors(model):
    posteriors = {}
    for temperature in (1.0, 4.0):
        classifier = EmotionClassifier.from_hparams(
            model.folder, temperature=temperature
        )
        files = model.files[:3]
        posteriors[temperature], _ = described(classifier, files)
    logits = np.log(posteriors[1.0]) / 4
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(posteriors[4.0], expected, atol=1e-5)


def test_saved_model_predicts_alike_and_stock_class_unadapted(
    classifier, target, saved, model
):
    loaded = EmotionClassifier.from_hparams(saved)
    files = model.files[:8]
    np.testing.assert_array_equal(
        probabilities(loaded, files), probabilities(target, files)
    )
    stock = [
        EncoderClassifier.from_hparams(
            str(folder), savedir=None, run_opts={"device": "cpu"}
        )
        for folder in (saved, model.folder)
    ]
    wav = classifier.load_audio(files[0])[None]
    one, two = (each.classify_batch(wav)[0] for each in stock)
    assert torch.equal(one, two)
    readme = (saved / "README.md").read_text()
    about = loaded.adaptation.about
    for part in (
        *("60 recordings", about["date"], "em_gaussians", "n_components=32"),
        *("EncoderClassifier` ignores", f"| {classifier.classes[0]} | "),
    ):
        assert part in readme
    again = saved.with_name("again")
    loaded.save(again)
    assert (again / "README.md").read_text() == readme


def test_original_and_adapted_classifier_are_independent(
    target, model, tmp_path
):
    classifier = EmotionClassifier.from_hparams(model.folder)
    files = model.files[:4]
    before = probabilities(classifier, files)
    other = classifier.adapt(model.files, "equal_mass")
    after = probabilities(other, files)
    np.testing.assert_array_equal(probabilities(classifier, files), before)
    classifier.normalise_with(files)
    assert (probabilities(classifier, files) != before).any()
    np.testing.assert_array_equal(probabilities(other, files), after)
    assert other.recogniser.extractor is classifier.recogniser.extractor
    assert other.mods.embedding_model is other.recogniser


def test_equal_mass_works_without_summary_and_em_gaussians_fails(
    model, tmp_path
):
    folder = shutil.copytree(model.folder, tmp_path / "model")
    (folder / "adaptation.safetensors").unlink()
    classifier = EmotionClassifier.from_hparams(folder)
    with pytest.raises(ValueError, match="needs adaptation.safetensors in the"):
        classifier.adapt(model.files)
    shares = (0.4, 0.2, 0.2, 0.2)
    other = classifier.adapt(model.files, "equal_mass", shares=shares)
    found = probabilities(other, model.files).mean(axis=0)
    np.testing.assert_allclose(found, shares, atol=1e-4)


@pytest.mark.parametrize(
    "method, constants, match",
    [
        ("self_training", {}, "by em_gaussians or equal_mass, got 'self_tr"),
        ("em_gaussians", {"rounds": 3}, "has the constants .* got rounds"),
        ("em_gaussians", {"n_components": 3}, "n_components=32, got 3"),
    ],
)
def test_unknown_methods_and_constants_are_refused(
    classifier, model, method, constants, match
):
    with pytest.raises(ValueError, match=match):
        classifier.adapt(model.files, method, **constants)


def test_failed_fit_leaves_predictions_unadapted(
    classifier, model, caplog, tmp_path
):
    files = model.files[:19]
    other = classifier.adapt(files)
    assert "predictions are unadapted: expected at least 20" in caplog.text
    assert other.adaptation is None
    np.testing.assert_array_equal(
        probabilities(other, files), probabilities(classifier, files)
    )
    with pytest.raises(ValueError, match="found one that is not adapted"):
        other.save(tmp_path / "model")
    classifier.adapt(files[:1] * 30)
    assert "expected posteriors of several classes" in caplog.text
    caplog.clear()
    classifier.adapt(["nowhere.wav"], keep_going=True)
    assert "found 0; add" in caplog.text
    assert "nowhere.wav: expected a recording" in caplog.text


def test_row_with_nan_stays_unadapted(target, caplog):
    vectors = np.zeros((3, target.statistics_dim))
    posteriors = np.full((3, 4), 0.25)
    expected = adapted.predict(target.adaptation, vectors, posteriors)
    assert not caplog.text
    vectors[1] = np.nan
    found = adapted.predict(target.adaptation, vectors, posteriors)
    np.testing.assert_allclose(found[[0, 2]], expected[[0, 2]])
    np.testing.assert_array_equal(found[1], posteriors[1])
    assert "1 of 3 predictions are unadapted" in caplog.text
    assert (
        adapted.fit(build("equal_mass"), None, vectors, posteriors, {}) is None
    )


def test_target_statistics_are_saved_with_the_adaptation(
    model, tmp_path, caplog
):
    classifier = EmotionClassifier.from_hparams(model.folder)
    classifier.normalise_with(model.files[:30])
    target = classifier.adapt(model.files, "equal_mass")
    with pytest.raises(ValueError, match="normalise_with needs a model that"):
        target.normalise_with(model.files)
    with pytest.raises(ValueError, match="adapt needs a model that is not"):
        target.adapt(model.files)
    target.save(tmp_path / "model")
    loaded = EmotionClassifier.from_hparams(tmp_path / "model")
    np.testing.assert_array_equal(
        *(probabilities(each, model.files[:4]) for each in (loaded, target))
    )
    assert "statistics of the recordings" in (
        tmp_path / "model" / "README.md"
    ).read_text().replace("\n", " ")
    (tmp_path / "model" / adapted.NORMALISER).unlink()
    with pytest.raises(FileNotFoundError, match=r"target_normaliser\.ckpt"):
        EmotionClassifier.from_hparams(tmp_path / "model")


def test_other_temperature_than_that_of_the_fit_is_refused(saved, target):
    with pytest.raises(ValueError, match="with which the model was adapted"):
        EmotionClassifier.from_hparams(saved, temperature=2.5)
    same = EmotionClassifier.from_hparams(saved, temperature=target.temperature)
    assert same.temperature == target.temperature


@pytest.mark.parametrize(
    "name, value, match",
    [
        ("is_normalised", 1, "expected is_normalised as"),
        ("temperature", 0.0, "expected a number of 0.01-100, got 0.0"),
        ("shares_after", [1.0], r"expected shares_after .*found \[1.0\]"),
    ],
)
def test_changed_metadata_is_refused(saved, tmp_path, name, value, match):
    folder = shutil.copytree(saved, tmp_path / "model")
    path = folder / adapted.FILE
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    about = {**json.loads(metadata["about"]), name: value}
    state = load_file(path)
    save_file(state, path, metadata={**metadata, "about": json.dumps(about)})
    with pytest.raises(ValueError, match=match):
        EmotionClassifier.from_hparams(folder)


def test_damaged_summary_is_refused(model, tmp_path):
    folder = shutil.copytree(model.folder, tmp_path / "model")
    path = folder / "adaptation.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(
        ValueError, match=r"adaptation\.safetensors: expected a"
    ):
        EmotionClassifier.from_hparams(folder)


def test_adapt_without_normalise_with_logs_a_warning(model, tmp_path, caplog):
    folder = shutil.copytree(model.folder, tmp_path / "model")
    path = folder / "hyperparams.yaml"
    text = path.read_text().replace(
        "normalise_by: none", "normalise_by: corpus"
    )
    path.write_text(text)
    classifier = EmotionClassifier.from_hparams(folder)
    assert isinstance(classifier.recogniser.normaliser, SourceStatistics)
    classifier.adapt(model.files[:3])
    assert "call normalise_with with the same recordings" in caplog.text
