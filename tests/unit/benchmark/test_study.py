"""Study files: checks, cells, and runs that several folds share."""

import pytest
import yaml

from speechbrain_clser.benchmark import study

GOOD = {
    "systems": {
        "linear": {"yaml": "linear"},
        "adapted": {"yaml": "linear", "adaptation": "em_gaussians"},
    },
    "protocols": {
        "it": "emodb_to_emovo",
        "ur": "emodb_to_urdu",
        "few": "emodb_to_urdu:share",
    },
    "encoders": {"a": {"encoder": "acoustic"}, "w b": {"layers": "2-4"}},
    "settings": {"seeds": 2, "loss_weights": {"x": 0.5}},
    "compare_with": ["linear"],
}


def written(folder, found):
    path = folder / "s.yaml"
    path.write_text(
        found
        if isinstance(found, str)
        else yaml.safe_dump(found, sort_keys=False)
    )
    return path


@pytest.fixture
def good(tmp_path):
    """Return the study of two systems, three protocols and two encoders."""
    return study.read(written(tmp_path, GOOD), {"w b": "/w"})


def test_folds_of_the_same_sources_without_supervision_share_a_run(
    good, recipe
):
    cells = {cell.name: cell for cell in good.cells(recipe)}
    assert list(cells)[:5] == [
        "linear/a/emodb_to_emovo+urdu",
        "linear/a/few",
        "adapted/a/it",
        "adapted/a/ur",
        "adapted/a/few",
    ]
    assert len(cells) == 10
    shared = cells["linear/a/emodb_to_emovo+urdu"]
    assert shared.folds == {"it": ["emovo"], "ur": ["urdu"]}
    assert shared.features == {
        ("a", "emodb"),
        ("a", "emovo"),
        ("a", "urdu"),
    }


def test_arguments_hold_all_settings_and_the_replaced_encoder(good, recipe):
    cell = {cell.name: cell for cell in good.cells(recipe)}["adapted/w_b/it"]
    assert cell.arguments == [
        *("hparams/linear.yaml", "--protocol", "emodb_to_emovo"),
        *("--seeds", "2", "--loss_weights", '{"x": 0.5}', "--layers", "2-4"),
        *("--encoder", "/w", "--adaptation", "em_gaussians"),
    ]


@pytest.mark.parametrize(
    "name, is_shared",
    [
        ("four_to_emodb", False),  # sources depend on the target
        ("emodb_to_emovo:transductive", False),
        ("emodb_to_ravdess", True),
    ],
)
def test_other_protocols_have_their_own_run(tmp_path, recipe, name, is_shared):
    found = GOOD | {"protocols": ["emodb_to_urdu", name]}
    cells = study.read(written(tmp_path, found)).cells(recipe)
    assert (len(cells[0].folds) == 2) == is_shared


def test_a_matrix_is_all_ordered_pairs(tmp_path, recipe):
    found = {
        "systems": {"l": {"yaml": "linear"}},
        "matrix": ["emodb", "urdu", "emovo"],
    }
    of = study.read(written(tmp_path, found))
    assert len(of.protocols) == 6
    assert of.protocols["urdu to emodb"] == "urdu_to_emodb"
    assert [cell.protocol for cell in of.cells(recipe)] == [
        *("emodb_to_urdu+emovo", "urdu_to_emodb+emovo", "emovo_to_emodb+urdu")
    ]
    found["matrix"] = {
        "corpora": ["emodb", "urdu"],
        "setting": "held_out=9:resampled",
    }
    of = study.read(written(tmp_path, found))
    assert len(of.protocols) == 4
    assert of.protocols["urdu to urdu"] == "urdu_to_urdu:held_out=9:resampled"


def test_a_system_that_adapts_by_default_has_a_run_for_each_fold(
    tmp_path, recipe
):
    found = {
        "systems": {"b": {"yaml": "best"}, "x": {"yaml": "absent"}},
        "protocols": ["emodb_to_emovo", "emodb_to_urdu"],
    }
    with pytest.raises(ValueError, match="linear.*found 'absent'"):
        study.read(written(tmp_path, found)).cells(recipe)
    del found["systems"]["x"]
    cells = study.read(written(tmp_path, found)).cells(recipe)
    assert [cell.protocol for cell in cells] == found["protocols"]


def test_the_path_of_a_protocol_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text("sources: [emodb]\ntargets: [urdu]\n")
    found = GOOD | {"protocols": ["own.yaml"]}
    of = study.read(written(tmp_path, found))
    assert of.protocols == {"own.yaml": str(tmp_path / "own.yaml")}


@pytest.mark.parametrize(
    "change, message",
    [
        ("[1", "expected a YAML file"),
        ("text", "expected the keys title, note, systems"),
        ({"system": {}}, "expected the keys title.*; found system"),
        ({"systems": {}}, "systems: expected {name: .* found nothing"),
        ({"protocols": 3}, "protocols: expected names .* found 3"),
        ({"protocols": ["emodb_to_x"]}, "x"),
        ({"systems": {"a": 1}}, "systems: expected .* found {'a': 1}"),
        ({"systems": {"a": {"lr": 1}}}, "a has no `yaml`"),
        (
            {"settings": {"task": "arousal"}},
            "task: a study compares the UAR of classes, found arousal",
        ),
        ({"settings": {"protocol": "demo"}}, "protocol is set for each cell"),
        ({"compare_with": ["absent"]}, "compare_with: .*absent"),
        (
            {"compare_with": "linear"},
            "compare_with: expected .* found 'linear'",
        ),
        ({"matrix": "emodb"}, "matrix: expected names .* found 'emodb'"),
        (
            {"systems": {"a b": {"yaml": "l"}, "a_b": {"yaml": "l"}}},
            "systems: .* found 'a b' and 'a_b', whose folders are the same",
        ),
    ],
)
def test_a_wrong_study_is_refused_with_its_path(tmp_path, change, message):
    found = change if isinstance(change, str) else GOOD | change
    path = written(tmp_path, found)
    with pytest.raises(ValueError, match=message) as caught:
        study.read(path)
    assert str(caught.value).startswith(str(path))


def test_an_encoder_may_be_replaced_by_its_hub_id(tmp_path):
    found = GOOD | {
        "encoders": {"1": {"encoder": "x/y"}, "2": {"encoder": "x/y"}}
    }
    path = written(tmp_path, found)
    of = study.read(path, {"x/y": "/folder", "2": "/other"}).encoders
    assert [one["encoder"] for one in of.values()] == ["/folder", "/other"]


def test_an_unknown_encoder_cannot_be_replaced(tmp_path):
    with pytest.raises(ValueError, match="no 'x' to replace; .* a, w b"):
        study.read(written(tmp_path, GOOD), {"x": "/w"})
