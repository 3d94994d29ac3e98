import dataclasses

import pytest
from helpers import toy, trees

from speechbrain_clser.data.prepare import (
    load_corpora,
    make_splits,
    prepare,
    refuse_same_trials,
)
from speechbrain_clser.data.protocol import Protocol, load
from speechbrain_clser.errors import LeakError


def material(tmp_path, **changes):
    values = {
        "data_folder": str(tmp_path),
        "manifest_folder": tmp_path / "manifests",
        "normalise_by": "none",
        "used": {"train"},
        **changes,
    }
    return prepare(load(str(tmp_path / "toy.yaml")), **values)


def test_protocol_becomes_parts_with_cards_and_ledger(tmp_path):
    toy.make(tmp_path)
    what = material(tmp_path)
    assert [card.name for card in what.cards] == ["north", "south"]
    assert len(what.rows) == len({row.id for row in what.rows}) == 48
    assert what.parts.scored[0].speaker.startswith("south_")
    assert not what.ledger.transductive


def test_corpora_may_lie_in_different_places(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "south").rename(tmp_path / "elsewhere" / "x")
    where = {
        "north": str(tmp_path / "north"),
        "south": str(tmp_path / "elsewhere" / "x"),
    }
    assert len(material(tmp_path, data_folder=where).parts.scored) == 24


def test_leak_stops_the_preparation(tmp_path):
    toy.make(tmp_path)
    with open(tmp_path / "toy.yaml", "a") as file:
        file.write("split: random\nvalid_share: 0.3\n")
    with pytest.raises(LeakError, match="leaks: .* in both train and valid"):
        material(tmp_path)


def test_bad_file_stops_the_preparation_unless_it_is_allowed(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "south" / "s0_anger_0.wav").write_bytes(b"")
    with pytest.raises(ValueError, match="allow_bad_files"):
        material(tmp_path)
    what = material(tmp_path, allow_bad_files=True)
    assert len(what.parts.scored) == 23


def test_source_speech_without_labels_is_source_beside_the_target(tmp_path):
    trees.make(tmp_path / "EMO-DB", "emodb")
    trees.make(tmp_path / "EMOVO", "emovo")
    name, one = "emodb_to_emovo_few_transductive", {"source_shots_per_class": 1}
    protocol = load(name, one)
    corpora = load_corpora(protocol, tmp_path, tmp_path / "manifests", True)
    parts = make_splits(
        protocol, *corpora, "none", {"train", "unlabelled"}
    ).parts
    domains = {
        corpus: [
            parts.domain(r) for r in parts.unlabelled if r.corpus == corpus
        ]
        for corpus in protocol.corpora
    }
    # One German speaker trains: seven emotions twice, six of them labelled
    # once. All of the Italians: two speakers, seven emotions, two sentences.
    assert domains == {"emodb": 8 * [0], "emovo": 28 * [1]}


def test_all_missing_corpora_are_named_at_once_with_where_to_get_them(tmp_path):
    (tmp_path / "EMO-DB").mkdir()
    expected = (
        r"(?s)protocol 'paper_en_to_de': 4 of 5 corpora are not found:"
        r".*meld: .*affective-meld.*esd: .*hltsingapore.*cafe: .*zenodo"
        r".*urdu: .*github"
    )
    with pytest.raises(FileNotFoundError, match=expected):
        load_corpora(load("paper_en_to_de"), tmp_path, tmp_path)


def test_data_folder_that_is_not_there_is_said_once(tmp_path):
    with pytest.raises(FileNotFoundError, match="--data_folder") as error:
        load_corpora(load("paper_en_to_de"), tmp_path / "nowhere", tmp_path)
    assert str(error.value).count("--data_folder") == 1


def test_corpora_gathered_once_are_divided_for_each_draw(tmp_path):
    toy.make(tmp_path)
    changes = {"target_supervision": "shots", "shots": 1}
    protocol = load(str(tmp_path / "toy.yaml"), changes)
    cards, rows = load_corpora(protocol, tmp_path, tmp_path / "manifests")
    first, second = (
        make_splits(
            dataclasses.replace(protocol, allowed_leaks=("speaker",)),
            cards,
            rows,
            "none",
            {"train", "shots"},
            trial,
        )
        for trial in (0, 1)
    )
    assert (first.trial, second.trial) == (0, 1)
    assert first.parts.shots != second.parts.shots
    assert first.parts.train == second.parts.train
    assert {r.id for r in first.rows} == {r.id for r in second.rows}


@pytest.mark.parametrize(
    "values",
    [
        {"source_shots_per_class": 5},
        {"target_supervision": "shots", "shots": 5},
        {"target_supervision": "shots", "target_labelled_fraction": 0.1},
    ],
)
def test_draws_differ_where_something_is_drawn(values):
    refuse_same_trials(Protocol("x", ("a",), ("b",), **values), 10)


def test_draws_that_would_all_be_the_same_are_refused():
    plain = Protocol("x", ("a",), ("b",))
    refuse_same_trials(plain, 1)
    with pytest.raises(ValueError, match="10 trials of them would all be"):
        refuse_same_trials(plain, 10)


def own_labels(tmp_path, label, more):
    """Toy corpora of which a fourth has labels of its own, and a protocol."""
    toy.make(tmp_path)
    for name in ("north", "south"):
        table = tmp_path / name / "table.csv"
        table.write_text(table.read_text().replace(",anger,", f",{label},"))
    with open(tmp_path / "toy.yaml", "a") as file:
        file.write(more)
    return tmp_path


def test_label_of_which_the_protocol_says_nothing_is_refused(tmp_path):
    own_labels(tmp_path, "XXX", "")
    expected = (
        "expected emotions .*found xxx in 6 rows of north, xxx in 6 rows of "
        r"south. Correct .*`ignore_labels: \[xxx\]`"
    )
    with pytest.raises(ValueError, match=expected):
        material(tmp_path)


@pytest.mark.parametrize(
    "classes, merge, n_scored",
    [
        ("[stress, sadness]", "{}", 12),
        ("[stress, neutral]", "{sadness: neutral}", 18),
        ("[anger, sadness]", "{stress: anger}", 12),
    ],
)
def test_own_labels_may_be_classes_or_merge_into_one(
    tmp_path, classes, merge, n_scored
):
    own_labels(
        tmp_path, "Stress", f"classes: {classes}\nmerge_classes: {merge}\n"
    )
    assert len(material(tmp_path).parts.scored) == n_scored


@pytest.mark.parametrize("ignored", ["XXX", " xxx ", "[HAP, xxx]"])
def test_ignored_labels_are_left_out_and_counted(tmp_path, ignored):
    ignored = ignored if "[" in ignored else f"['{ignored}']"
    own_labels(
        tmp_path,
        "XXX",
        f"classes: [neutral, sadness]\nignore_labels: {ignored}\n",
    )
    left_out = material(tmp_path).parts.left_out
    assert left_out["south: label xxx is ignored"] == 6
    is_happy_too = "HAP" in ignored
    key = "label happiness is ignored" if is_happy_too else "not a class"
    assert sum(n for reason, n in left_out.items() if key in reason) == 12


def test_missing_class_is_named_with_the_one_that_it_may_mean(tmp_path):
    own_labels(tmp_path, "anger", "classes: [anger, sadnes]\n")
    with pytest.raises(ValueError, match=r"sadnes \(did you mean sadness\?\)"):
        material(tmp_path)
