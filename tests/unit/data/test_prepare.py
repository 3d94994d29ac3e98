import pytest
from helpers import toy, trees
from helpers.protocols import changed

from speechbrain_clser.data.prepare import (
    load_corpora,
    make_splits,
    prepare,
    refuse_same_trials,
)
from speechbrain_clser.data.protocol import Protocol, load
from speechbrain_clser.errors import LeakError, TableError


def material(tmp_path, **changes):
    values = {
        "data_folder": str(tmp_path),
        "manifest_folder": tmp_path / "manifests",
        "normalise_by": "none",
        "used": {"train"},
        **changes,
    }
    return prepare(load(str(tmp_path / "toy.yaml")), **values)


def test_prepare_returns_splits_cards_and_ledger(tmp_path):
    toy.make(tmp_path)
    what = material(tmp_path)
    assert [card.name for card in what.cards] == ["north", "south"]
    assert len(what.rows) == len({row.id for row in what.rows}) == 48
    assert what.parts.test[0].speaker.startswith("south_")
    assert not what.ledger.transductive


def test_corpora_in_different_folders_are_found(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "south").rename(tmp_path / "elsewhere" / "x")
    where = {
        "north": str(tmp_path / "north"),
        "south": str(tmp_path / "elsewhere" / "x"),
    }
    assert len(material(tmp_path, data_folder=where).parts.test) == 24


def test_leak_raises(tmp_path):
    toy.make(tmp_path)
    with open(tmp_path / "toy.yaml", "a") as file:
        file.write("split: random\nvalid_share: 0.3\n")
    with pytest.raises(LeakError, match="leaks: .* in both train and valid"):
        material(tmp_path)


def test_bad_file_raises_unless_allowed(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "south" / "s0_anger_0.wav").write_bytes(b"")
    with pytest.raises(ValueError, match="allow_bad_files"):
        material(tmp_path)
    what = material(tmp_path, allow_bad_files=True)
    assert len(what.parts.test) == 23


def test_unlabelled_source_rows_are_in_source_domain(tmp_path):
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


def test_all_missing_corpora_are_listed_with_addresses(tmp_path):
    (tmp_path / "EMO-DB").mkdir()
    expected = (
        r"(?s)protocol 'paper_en_to_de': 4 of 5 corpora are not found:"
        r".*meld: .*affective-meld.*esd: .*hltsingapore.*cafe: .*zenodo"
        r".*urdu: .*github"
    )
    with pytest.raises(FileNotFoundError, match=expected):
        load_corpora(load("paper_en_to_de"), tmp_path, tmp_path)


def test_missing_data_folder_is_reported_once(tmp_path):
    with pytest.raises(FileNotFoundError, match="--data_folder") as error:
        load_corpora(load("paper_en_to_de"), tmp_path / "nowhere", tmp_path)
    assert str(error.value).count("--data_folder") == 1


def test_skipped_preparation_reads_the_manifests_as_they_are(tmp_path):
    toy.make(tmp_path)
    protocol, shelf = load(str(tmp_path / "toy.yaml")), tmp_path / "manifests"
    with pytest.raises(FileNotFoundError, match=r"csv: .* --skip_prep False"):
        load_corpora(protocol, tmp_path, shelf, skip_prep=True)
    before = load_corpora(protocol, tmp_path, shelf)
    next((tmp_path / "north").rglob("*.wav")).unlink()
    assert load_corpora(protocol, tmp_path, shelf, skip_prep=True) == before
    with pytest.raises((FileNotFoundError, ValueError), match="north"):
        load_corpora(protocol, tmp_path, shelf)


def test_corpora_loaded_once_are_split_for_each_trial(tmp_path):
    toy.make(tmp_path)
    changes = {"target_supervision": "shots", "shots": 1}
    protocol = load(str(tmp_path / "toy.yaml"), changes)
    cards, rows = load_corpora(protocol, tmp_path, tmp_path / "manifests")
    first, second = (
        make_splits(
            changed(protocol, allowed_leaks=("speaker",)),
            cards,
            rows,
            "none",
            {"train", "target_labelled"},
            trial,
        )
        for trial in (0, 1)
    )
    assert (first.trial, second.trial) == (0, 1)
    assert first.parts.target_labelled != second.parts.target_labelled
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
def test_trials_differ_if_labels_are_sampled(values):
    refuse_same_trials(Protocol.of("x", ("a",), ("b",), **values), 10)


def test_identical_trials_raise():
    plain = Protocol.of("x", ("a",), ("b",))
    refuse_same_trials(plain, 1)
    with pytest.raises(ValueError, match="expected 1 trial, found 10"):
        refuse_same_trials(plain, 10)


def own_labels(tmp_path, label, more):
    """Toy corpora where a quarter of the rows has other labels, and a protocol."""
    toy.make(tmp_path)
    for name in ("north", "south"):
        table = tmp_path / name / "table.csv"
        table.write_text(table.read_text().replace(",anger,", f",{label},"))
    with open(tmp_path / "toy.yaml", "a") as file:
        file.write(more)
    return tmp_path


def test_labels_outside_the_classes_are_left_out_and_counted(tmp_path, caplog):
    own_labels(tmp_path, "mad", "classes: [happiness, neutral, sadness]\n")
    left_out = material(tmp_path).parts.left_out
    assert left_out["south: mad is not a class"] == 6
    expected = (
        "neither emotions nor classes are left out: mad in 6 rows of north, mad "
        "in 6 rows of south. To use such rows, list the label in `labels`"
    )
    assert expected in caplog.text


def test_labels_are_mapped_to_emotions(tmp_path, caplog):
    own_labels(tmp_path, "Złość", "labels: {złość: anger, radość: joy}\n")
    what = material(tmp_path)
    assert sum(row.emotion == "anger" for row in what.parts.test) == 6
    assert not what.parts.left_out
    assert "labels names radość, which no row of an own table" in caplog.text
    assert what.rows[0].raw_emotion in (
        "Złość",
        "happiness",
        "neutral",
        "sadness",
    )


def test_classes_of_one_corpus_are_merged(tmp_path):
    own_labels(
        tmp_path,
        "calm",
        "classes: [calm, happiness, neutral, sadness]\n"
        "merge_classes: {south: {calm: neutral}}\n",
    )
    test = material(tmp_path).parts.test
    assert sum(row.emotion == "neutral" for row in test) == 12
    assert {row.emotion for row in test} == {"happiness", "neutral", "sadness"}


def test_problems_of_all_tables_are_listed_before_audio_is_read(tmp_path):
    toy.make(tmp_path)
    next((tmp_path / "north").rglob("*.wav")).unlink()
    with open(tmp_path / "south" / "table.csv", "a") as file:
        file.write(",anger,x\n")
    message = (
        r"(?s)found 2 of 2 with problems:\nnorth: expected 24 usable recordings, "
        r"found 1 unusable \(1 missing\):.*--allow_bad_files.*south/table.csv, "
        r"line 26: expected a value for path"
    )
    with pytest.raises(TableError, match=message):
        material(tmp_path)
    assert not (tmp_path / "manifests").exists()


@pytest.mark.parametrize(
    "classes, merge, n_scored",
    [
        ("[stress, sadness]", "{}", 12),
        ("[stress, neutral]", "{sadness: neutral}", 18),
        ("[anger, sadness]", "{stress: anger}", 12),
    ],
)
def test_user_labels_are_classes_or_merged(tmp_path, classes, merge, n_scored):
    own_labels(
        tmp_path,
        "Stress",
        f"classes: {classes}\nmerge_classes: {merge}\nown_classes: true\n",
    )
    assert len(material(tmp_path).parts.test) == n_scored


@pytest.mark.parametrize("ignored", ["MAD", " mad ", "[HAP, mad]"])
def test_ignored_labels_are_excluded_and_counted(tmp_path, ignored):
    ignored = ignored if "[" in ignored else f"['{ignored}']"
    own_labels(
        tmp_path,
        "MAD",
        f"classes: [neutral, sadness]\nignore_labels: {ignored}\n",
    )
    left_out = material(tmp_path).parts.left_out
    assert left_out["south: label mad is ignored"] == 6
    is_happy_too = "HAP" in ignored
    key = "label happiness is ignored" if is_happy_too else "not a class"
    assert sum(n for reason, n in left_out.items() if key in reason) == 12


def test_missing_class_raises_with_suggestion(tmp_path):
    own_labels(tmp_path, "anger", "classes: [anger, sadnes]\n")
    with pytest.raises(ValueError, match=r"sadnes \(did you mean sadness\?\)"):
        material(tmp_path)
