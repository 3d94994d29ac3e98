import numpy as np
import pytest
import torch
from helpers import served

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.labels import Scheme
from speechbrain_clser.stress import runner
from speechbrain_clser.stress.conditions import conditions

WANTED = [one for one in conditions() if one.name in ("clean", "babble, 0 dB")]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with random weights."""
    folder = tmp_path_factory.mktemp("model")
    return served.make(folder), served.utterances(folder / "rows")


def test_clean_predictions_are_those_of_the_classifier(model):
    exported, rows = model
    classifier = EmotionClassifier.from_hparams(exported.folder)
    scheme = Scheme(classifier.classes)
    runs, silent = runner.classify(classifier, rows, scheme, WANTED)
    alone = classifier.classify_files([row.wav for row in rows], has_bar=False)
    np.testing.assert_allclose(
        runs["clean"].probabilities,
        [[*one.probabilities.values()] for one in alone],
        atol=1e-5,
    )
    assert runs["clean"].speaker.tolist() == [row.speaker for row in rows]
    changed = runs["babble, 0 dB"].probabilities - runs["clean"].probabilities
    assert (np.abs(changed).max(axis=1) > 1e-3).all()
    assert silent["clean"] == 0


def test_babble_is_of_other_speakers_and_repeated(tmp_path):
    rows = served.utterances(tmp_path)
    babble = runner._Babble(rows, 16000)
    babble.pool = [("a", torch.full((10,), 2.0)), ("b", torch.full((7,), -3.0))]
    rng = np.random.default_rng(0)
    # Five voices with a root mean square of 1
    assert babble(25, "b", rng).tolist() == [5.0] * 25
    assert babble(25, "a", rng).tolist() == [-5.0] * 25


def test_change_depends_on_utterance_and_condition_only():
    rows = [Utterance(name, "", "", "s", "deu") for name in "ab"]
    wav, noise = torch.ones(800), conditions()[1]

    def changed(row):
        return runner.change(noise, row, wav, 16000, None)

    assert torch.equal(changed(rows[0]), changed(rows[0]))
    assert not torch.equal(changed(rows[0]), changed(rows[1]))
