"""One suite over the models of all methods: served as they were evaluated."""

import pytest
import torch
from helpers import encoders, served
from speechbrain.dataio.batch import batch_pad_right
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.data.audio import load
from speechbrain_clser.inference import predict
from speechbrain_clser.inference.classifier import EmotionClassifier

SAME = {"atol": 1e-4, "rtol": 0}


@pytest.fixture(scope="module", params=served.YAMLS)
def model(request, tmp_path_factory):
    """A model of each method, all of them with a built-in encoder."""
    return served.make(tmp_path_factory.mktemp(request.param), request.param)


def of_stock(model):
    """Probabilities by SpeechBrain's own class, one by one and in a batch."""
    stock = EncoderClassifier.from_hparams(
        source=str(model.folder), run_opts={"device": "cpu"}
    )
    single = [stock.classify_file(path)[0] for path in model.files]
    batch = batch_pad_right([load(path) for path in model.files])
    return torch.cat(single).exp(), stock.classify_batch(*batch)[0].exp()


def of_ours(model):
    """Probabilities by our class, one by one and all at once."""
    ours = EmotionClassifier.from_hparams(
        model.folder, temperature=1.0, run_opts={"device": "cpu"}
    )
    single = [ours.classify_file(path) for path in model.files]
    many = ours.classify_files(model.files, has_bar=False)
    return tuple(
        torch.tensor([[*answer.probabilities.values()] for answer in answers])
        for answers in (single, many)
    )


def test_model_answers_in_speechbrains_class_as_in_its_evaluation(model):
    for found in of_stock(model):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_model_answers_in_our_class_as_in_its_evaluation(model):
    for found in of_ours(model):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_model_answers_several_threads_alike(model, monkeypatch):
    monkeypatch.setattr(predict, "BLOCK_FILES", 1)
    ours = EmotionClassifier.from_hparams(
        model.folder, temperature=1.0, run_opts={"device": "cpu"}
    )
    found = [
        [*answer.probabilities.values()]
        for _, answer in predict.answers(ours, 3 * model.files, n_threads=3)
    ]
    expected = model.probabilities.repeat(3, 1)
    torch.testing.assert_close(torch.tensor(found), expected, **SAME)


def test_answers_differ_or_nothing_was_shown(model):
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
def test_pretrained_encoder_travels_with_its_model(adapt, options, tmp_path):
    encoder = encoders.make(tmp_path / "encoder", "wavlm_layer")
    model = served.make(tmp_path, encoder=encoder, adapt=adapt, **options)
    for path in (tmp_path / "encoder").iterdir():
        path.unlink()
    for found in (*of_stock(model), *of_ours(model)):
        torch.testing.assert_close(found, model.probabilities, **SAME)


def test_folder_names_no_place_of_this_machine(model):
    for path in model.folder.iterdir():
        assert str(model.folder.parent).encode() not in path.read_bytes()
        assert not path.is_symlink()
