import json
from types import SimpleNamespace

import pytest
import torch
from helpers import encoders

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures
from speechbrain_clser.features.ssl_adapters import Adaptation
from speechbrain_clser.features.statistics import Statistics
from speechbrain_clser.labels import Scheme
from speechbrain_clser.training import layer_choice

SCHEME = Scheme(["anger", "sadness"])
# Three candidates of two columns each.
STATISTICS = SimpleNamespace(ranges=[(0, 0), (1, 1), (0, 1)], width=2)


def corpus(name, n=12, n_speakers=3):
    return [
        Utterance(
            id=f"{name}{k}",
            wav=f"{k}.wav",
            raw_emotion="",
            speaker=f"{name}_{k % n_speakers}",
            language="deu",
            corpus=name,
            emotion=SCHEME.classes[k // n_speakers % 2],
            digest=f"{name}{k}",
        )
        for k in range(n)
    ]


def view_of(rows, informative=1, sign=1.0):
    """Statistics in which one candidate alone tells the class."""
    trial = torch.Generator().manual_seed(1)
    values = {}
    for row in rows:
        vector = torch.randn(1, 6, generator=trial)
        label = sign * (2.0 * SCHEME.index(row.emotion) - 1)
        vector[0, 2 * informative] = 3 * label + 0.1 * vector[0, 0]
        values[row.id] = vector
    return values


def test_candidates_are_layers_running_averages_neighbours_and_the_default():
    ranges = layer_choice.candidate_ranges(6)
    assert ranges[:7] == [(n, n) for n in range(7)]
    assert ranges[7:13] == [(0, n) for n in range(1, 7)]
    assert ranges[13:] == [(1, 3), (2, 4), (3, 5), (4, 6)]  # 2-4: the default
    assert layer_choice.candidate_ranges(1) == [(0, 0), (1, 1), (0, 1)]


def test_layer_that_separates_the_classes_is_chosen():
    rows = corpus("north") + corpus("west")
    scores = layer_choice.validate(STATISTICS, view_of(rows), rows, SCHEME)
    assert [score.layers for score in scores] == ["0-0", "1-1", "0-1"]
    assert scores[1].folds == {"north": 1.0, "west": 1.0}
    assert scores[0].validation < 0.9
    assert layer_choice.best(scores).layers == "1-1"


def test_fold_is_scored_by_a_probe_that_has_not_seen_it():
    north, west = corpus("north"), corpus("west")
    # In the west the same column means the opposite.
    view = view_of(north) | view_of(west, sign=-1.0)
    found = layer_choice.validate(STATISTICS, view, north + west, SCHEME)[1]
    assert found.folds == {"north": 0.0, "west": 0.0}


def test_layers_cannot_be_chosen_on_one_speaker():
    rows = corpus("north", n_speakers=1)
    with pytest.raises(ValueError, match="found one speaker of one corpus in"):
        layer_choice.validate(STATISTICS, view_of(rows), rows, SCHEME)


def test_corpora_are_freed_from_their_offsets_where_asked():
    north, west = corpus("north"), corpus("west")
    view = view_of(north + west)
    for row in west:
        view[row.id] = view[row.id] + 50
    args = STATISTICS, view, north, west, SCHEME
    assert layer_choice.score_target(*args)[1] == 0.5
    assert layer_choice.score_target(*args, "corpus")[1] == 1.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return encoders.make(tmp_path_factory.mktemp("tiny"), "whisper")


def test_all_layers_are_those_of_the_published_encoder(folder):
    config = SSLConfig(layers="1", window="real", adaptation=Adaptation())
    found = layer_choice.all_layers(SSLFeatures(folder, config))
    layers = found.extractor.config
    assert (layers.layers, layers.window) == ("0-3", "real")
    assert found.ranges == tuple(layer_choice.candidate_ranges(3))
    frozen = Statistics(SSLFeatures(folder, SSLConfig(window="real")))
    assert layer_choice.all_layers(frozen).key == found.key
    with pytest.raises(
        ValueError, match="one pretrained encoder, got Acoustic"
    ):
        layer_choice.all_layers(AcousticFeatures())


def test_choice_is_recalled_unless_labels_or_normalisation_change(
    folder, tmp_path, monkeypatch
):
    extractor = SSLFeatures(folder, SSLConfig(window="real"))
    rows, asked = corpus("north") + corpus("west"), []

    def load(wav, rate_hz):
        asked.append(wav)
        return torch.randn(1600 + 40 * int(wav.split(".")[0]))

    monkeypatch.setattr(layer_choice, "load", load)
    found = layer_choice.choose(extractor, rows, SCHEME, tmp_path)
    uars = {row["layers"]: row["uar"] for row in found["validation"]}
    assert uars[found["chosen"]] == max(uars.values())
    assert len(asked) == 24
    again = layer_choice.choose(extractor, rows, SCHEME, tmp_path)
    assert again == json.loads(json.dumps(found))
    (path,) = (tmp_path / "layers").iterdir()
    path.write_text("")  # as a full disk left it
    assert layer_choice.choose(extractor, rows, SCHEME, tmp_path) == again
    layer_choice.choose(extractor, rows, SCHEME, tmp_path, "corpus")
    layer_choice.choose(extractor, rows[3:], SCHEME, tmp_path)
    assert len(list((tmp_path / "layers").iterdir())) == 3
    assert len(asked) == 24  # statistics came from the store
