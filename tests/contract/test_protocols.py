"""Check the protocols of version 0.1 on rows of the published counts."""

import collections
import functools
import itertools
import json
from pathlib import Path

import pytest
from helpers import published

from speechbrain_clser import corpora
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.ledger import ledger
from speechbrain_clser.data.pipeline import UNKNOWN, Codes
from speechbrain_clser.data.protocol import load, selects
from speechbrain_clser.data.splits import cut

# Names of version 0.1 and their digests; all of them are in the grammar or files.
NAMES = list(
    json.loads(
        (
            Path(__file__).parents[1] / "reference" / "protocol_digests.json"
        ).read_text()
    )
)
every_protocol = pytest.mark.parametrize("name", NAMES)
TASKS = [
    (source, target)
    for target, sources in {
        "de": ("en", "cn", "fr"),
        "fr": ("en", "cn", "de"),
        "cn": ("en", "de", "fr"),
    }.items()
    for source in sources
]
SOURCE = {"en": "meld", "cn": "esd:cmn", "de": "emodb", "fr": "cafe"}
FEW = [name for name in NAMES if "_few_" in name]
SHARE = [name for name in NAMES if "_share" in name]


@functools.cache
def protocol_and_parts(name, **changes):
    """Return a protocol and its parts of the whole corpora."""
    protocol = load(name, changes)
    rows = [
        row for corpus in protocol.corpora for row in published.rows(corpus)
    ]
    return protocol, cut(rows, protocol)


def classes(protocol, rows):
    """Count the utterances of each class, in the order of the logits."""
    counts = collections.Counter(protocol.scheme.index(r.emotion) for r in rows)
    return [counts[index] for index in range(len(protocol.classes))]


@every_protocol
def test_protocol_loads_with_known_corpora(name):
    protocol = load(name)
    assert protocol.name == name
    assert set(protocol.corpora) <= set(corpora.names())


@every_protocol
def test_parts_are_disjoint_except_declared_leaks(name):
    protocol, parts = protocol_and_parts(name)
    ids = {part: {row.id for row in rows} for part, rows in parts.items()}
    assert all(len(ids[part]) == len(rows) for part, rows in parts.items())
    if protocol.transductive:
        assert (
            ids["test"] < ids["unlabelled"]
            or not protocol.source_shots_per_class
        )
        ids["unlabelled"] -= ids["test"]
    for first, second in itertools.combinations(ids, 2):
        assert not ids[first] & ids[second], (first, second)
    refuse_leaks(audit(parts, protocol), protocol)


@every_protocol
def test_sources_train_and_only_targets_are_tested(name):
    protocol, parts = protocol_and_parts(name)
    assert all(
        selects(protocol.sources, row) for row in (*parts.train, *parts.valid)
    )
    assert all(
        selects(protocol.targets, row)
        for row in (*parts.target_labelled, *parts.test)
    )


@every_protocol
def test_domain_is_that_of_sources_or_targets(name):
    protocol, parts = protocol_and_parts(name)
    codes = Codes(protocol.scheme, parts.train, parts.target_ids)
    for part, rows in parts.items():
        found = [codes(row, part == "train")["domain"] for row in rows]
        assert found == [selects(protocol.targets, row) for row in rows]


@pytest.mark.parametrize("name", FEW)
def test_unlabelled_source_has_domain_source(name):
    protocol, parts = protocol_and_parts(name)
    domains = collections.Counter(map(parts.domain, parts.unlabelled))
    assert domains[0] > 0 and domains[1] > 0


def test_pool_is_not_filtered_by_labels():
    protocol, parts = protocol_and_parts("emodb_to_emovo_unlabelled")
    held_out = {row.speaker for row in parts.test}
    pool = [r for r in published.rows("emovo") if r.speaker not in held_out]
    assert list(parts.unlabelled) == pool
    _, parts = protocol_and_parts("emodb_to_emovo_transductive")
    assert parts.unlabelled == published.rows("emovo")
    _, parts = protocol_and_parts(
        "emodb_to_emovo_transductive", unlabelled_pool="classes"
    )
    assert parts.unlabelled == parts.test


@every_protocol
def test_all_classes_are_in_training_and_test_set(name):
    protocol, parts = protocol_and_parts(name)
    assert 0 not in classes(protocol, parts.train)
    assert 0 not in classes(protocol, parts.test)


def test_every_pair_of_the_six_first_corpora_is_shipped():
    first = ("casia", "emodb", "emovo", "ravdess", "savee", "urdu")
    cards = {name: corpora.load(name).card for name in first}
    for source, target in itertools.permutations(cards, 2):
        if cards[source].languages != cards[target].languages:
            protocol = load(f"{source}_to_{target}")
            assert protocol.sources == (source,)
            assert protocol.targets == (target,)


@pytest.mark.parametrize("source, target", TASKS)
def test_pool_and_test_part_are_as_large_as_in_the_paper(source, target):
    protocol, parts = protocol_and_parts(f"paper_{source}_to_{target}")
    assert protocol.sources[0] == SOURCE[source]
    assert protocol.targets == (SOURCE[target],)
    pool = {"de": 20165, "fr": 20011, "cn": 9231}
    assert len(parts.train) == pool[target]
    test = {
        "de": [14, 8, 9, 7],
        "fr": [12, 12, 6, 12],
        "cn": [350, 350, 350, 350],
    }
    assert protocol.classes == ("anger", "happiness", "neutral", "sadness")
    assert classes(protocol, parts.test) == test[target]


def test_validation_is_as_large_as_in_the_paper():
    _, parts = protocol_and_parts("paper_en_to_de")
    counts = collections.Counter(row.corpus for row in parts.valid)
    assert counts == {"meld": 897, "esd": 1400, "cafe": 42, "urdu": 20}


@pytest.mark.parametrize("source, target", TASKS)
def test_protocol_without_leaks_scores_the_whole_target(source, target):
    paper = load(f"paper_{source}_to_{target}")
    without_leaks, parts = protocol_and_parts(f"{source}_to_{target}")
    assert (without_leaks.sources, without_leaks.targets) == (
        paper.sources,
        paper.targets,
    )
    assert len(parts.test) == {"de": 339, "fr": 504, "cn": 14000}[target]
    valid = {row.speaker for row in parts.valid if row.corpus != "meld"}
    assert valid and not valid & {row.speaker for row in parts.train}
    meld = [row for row in parts.train if row.corpus == "meld"]
    assert len(meld) == 8245


def test_twelve_tasks_have_both_forms():
    four = ("emodb", "casia", "enterface", "emovo")
    for source, target in itertools.permutations(four, 2):
        for form in ("transductive", "inductive"):
            assert f"{source}_to_{target}_few_{form}" in FEW


@pytest.mark.parametrize("name", FEW)
def test_few_labels_are_five_of_each_shared_emotion(name):
    protocol, parts = protocol_and_parts(name)
    source, target = (
        set(corpora.load(corpus).emotions.values())
        if corpus != "demo"
        else set(protocol.classes)
        for corpus in (protocol.corpora[0], protocol.corpora[-1])
    )
    assert set(protocol.classes) == source & target
    assert classes(protocol, parts.train) == [5] * len(protocol.classes)
    codes = Codes(protocol.scheme, parts.train)
    hidden = [codes(row, is_labelled=False) for row in parts.unlabelled]
    assert {code["emotion"] for code in hidden} == {UNKNOWN}
    assert not parts.target_labelled


@pytest.mark.parametrize("name", FEW)
def test_transductive_protocols_train_on_test_audio(name):
    protocol, parts = protocol_and_parts(name)
    is_transductive = name.endswith("transductive")
    test = {row.id for row in parts.test}
    taken = test & {row.id for row in parts.unlabelled}
    assert taken == (test if is_transductive else set())
    book = ledger(protocol, parts, "none", {"train", "unlabelled"}, [])
    assert book.transductive == is_transductive
    assert "5 source labels per class; unlabelled target audio" in book.sentence


@pytest.mark.parametrize("name", SHARE)
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_fraction_of_the_target_is_labelled_and_the_rest_is_the_test_set(
    name, share
):
    protocol, parts = protocol_and_parts(name, target_labelled_fraction=share)
    rows = (*parts.target_labelled, *parts.unlabelled, *parts.test)
    n_target = sum(protocol.scheme.index(r.emotion) is not None for r in rows)
    assert len(parts.target_labelled) == round(share * n_target)
    shared = {r.speaker for r in parts.target_labelled} & {
        r.speaker for r in parts.test
    }
    assert bool(shared) == name.endswith("random")


def test_usual_four_classes_of_iemocap_are_left_one_session_out():
    for session in "12345":
        _, parts = protocol_and_parts(f"iemocap_without_session_{session}")
        rows = (*parts.train, *parts.valid, *parts.test)
        assert len(rows) == 5531
        assert {row.session for row in parts.test} == {session}
        assert len({row.speaker for row in parts.test}) == 2
        assert len({row.session for row in parts.valid}) == 1
