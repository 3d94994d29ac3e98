"""Contract of the model folders of all methods: inference equals evaluation."""

import pytest
import torch
from helpers import encoders, served, sounds
from speechbrain.dataio.batch import batch_pad_right
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.data.audio import load
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference import predict
from speechbrain_clser.inference.classifier import EmotionClassifier

SAME = {"atol": 1e-4, "rtol": 0}


@pytest.fixture(scope="module", params=served.YAMLS)
def model(request, tmp_path_factory):
    """Return a model of each method with a built-in encoder."""
    return served.make(tmp_path_factory.mktemp(request.param), request.param)


def speechbrain_probabilities(model):
    """Compute probabilities by EncoderClassifier, for single files and a batch."""
    classifier = EncoderClassifier.from_hparams(
        source=str(model.folder), run_opts={"device": "cpu"}
    )
    single = [classifier.classify_file(path)[0] for path in model.files]
    batch = batch_pad_right([load(path) for path in model.files])
    return torch.cat(single).exp(), classifier.classify_batch(*batch)[0].exp()


def emotion_classifier_probabilities(model):
    """Compute probabilities by EmotionClassifier, for single and several files."""
    classifier = EmotionClassifier.from_hparams(
        model.folder, temperature=1.0, run_opts={"device": "cpu"}
    )
    single = [classifier.classify_file(path) for path in model.files]
    many = classifier.classify_files(model.files, has_bar=False)
    return tuple(
        torch.tensor([[*one.probabilities.values()] for one in predictions])
        for predictions in (single, many)
    )


def test_speechbrain_class_predicts_as_in_evaluation(model):
    for found in speechbrain_probabilities(model):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_emotion_classifier_predicts_as_in_evaluation(model):
    for found in emotion_classifier_probabilities(model):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_threads_predict_as_in_evaluation(model, monkeypatch):
    monkeypatch.setattr(predict, "BLOCK_FILES", 1)
    classifier = EmotionClassifier.from_hparams(
        model.folder, temperature=1.0, run_opts={"device": "cpu"}
    )
    found = [
        [*prediction.probabilities.values()]
        for _, prediction in predict.iter_predictions(
            classifier, 3 * model.files, n_threads=3
        )
    ]
    expected = model.probabilities.repeat(3, 1)
    torch.testing.assert_close(torch.tensor(found), expected, **SAME)


def test_speechbrain_class_explains_what_a_model_refuses(model, tmp_path):
    classifier = EncoderClassifier.from_hparams(
        source=str(model.folder), run_opts={"device": "cpu"}
    )
    empty = sounds.write(tmp_path / "empty.wav", sounds.noise(0, 0))
    with pytest.raises(BadAudioError, match="signal: expected .* samples"):
        classifier.classify_file(str(empty))
    with pytest.raises(ValueError, match="got normalize=True"):
        classifier.encode_batch(torch.randn(1, 8000), normalize=True)


def test_predictions_differ_between_files(model):
    assert model.probabilities.std(dim=0).max() > 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    "adapt, options",
    [
        ("frozen", {"reduce": "statistics"}),
        ("lora", {"layer_mix": "learned"}),
        ("full", {}),
        ("top", {"yaml": "hump_cat", "top_layers": 1}),
    ],
)
def test_model_folder_contains_its_pretrained_encoder(adapt, options, tmp_path):
    encoder = encoders.make(tmp_path / "encoder", "wavlm_layer")
    model = served.make(tmp_path, encoder=encoder, adapt=adapt, **options)
    for path in (tmp_path / "encoder").iterdir():
        path.unlink()
    for found in (
        *speechbrain_probabilities(model),
        *emotion_classifier_probabilities(model),
    ):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_folder_contains_no_local_paths(model):
    for path in model.folder.iterdir():
        assert str(model.folder.parent).encode() not in path.read_bytes()
        assert not path.is_symlink()
