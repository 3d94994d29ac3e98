import dataclasses

import pytest
import torch
from helpers.protocols import changed
from helpers.rows import rows_of
from speechbrain.dataio.dataloader import make_dataloader

from speechbrain_clser.data.audit import audit
from speechbrain_clser.data.dataio import datasets_of, loaders_of, training_rows
from speechbrain_clser.data.ledger import ledger
from speechbrain_clser.data.pipeline import UNKNOWN
from speechbrain_clser.data.prepare import PreparedData
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut
from speechbrain_clser.training.phases import Phase

ROWS = rows_of("a", "deu", n_speakers=4) + rows_of("b", "ita", n_speakers=4)
ADAPTED = Protocol.of(
    *("x", ("a",), ("b",)), target_supervision="unlabelled", test_on="held_out"
)
VIEW = {row.id: torch.ones(2, 3) for row in ROWS}
PLAIN = Phase("plain", "train", 1)
MIXED = Phase("mixed", "train", 1, n_unlabelled=3)


def material(protocol=ADAPTED):
    parts = cut(ROWS, protocol)
    book = ledger(protocol, parts, "none", {"train"}, [])
    return PreparedData(
        protocol, tuple(ROWS), parts, book, audit(parts, protocol), []
    )


def test_training_rows_are_those_of_the_phases():
    parts = material().parts
    assert training_rows(material(), [PLAIN]) == list(parts.train)
    both = training_rows(material(), [PLAIN, MIXED])
    assert both == [*parts.train, *parts.unlabelled]


def test_empty_split_of_a_phase_raises():
    protocol = changed(ADAPTED, target_supervision="none", test_on="all")
    with pytest.raises(
        ValueError, match="'mixed' trains on the part 'unlabelled'"
    ):
        training_rows(material(protocol), [MIXED])
    shipped = Protocol.of("own", ("emodb",), ("emovo",))
    known = dataclasses.replace(material(protocol), protocol=shipped)
    with pytest.raises(
        ValueError,
        match="`supervision: unlabelled or transductive`, such as "
        "emodb_to_emovo:unlabelled, emodb_to_emovo:transductive",
    ):
        training_rows(known, [MIXED])


def test_unlabelled_rows_have_no_emotion_but_speakers():
    codes, datasets = datasets_of(material(), [MIXED], {"frames": [VIEW]})
    n_train = len(material().parts.train)
    items = list(datasets["mixed"])
    assert UNKNOWN not in [item["emotion"] for item in items[:n_train]]
    assert {item["emotion"] for item in items[n_train:]} == {UNKNOWN}
    assert UNKNOWN not in [item["speaker"] for item in items]
    assert codes.known["language"] == ["deu", "ita"]


def test_phase_with_two_labelled_splits_samples_each_row_once():
    protocol = Protocol.of(
        *("x", ("a",), ("b",)), target_supervision="shots", shots=1
    )
    both = Phase("both", ["train", "target_labelled"], 1)
    parts = material(protocol).parts
    rows = [*parts.train, *parts.target_labelled]
    assert (
        parts.target_labelled
        and training_rows(material(protocol), [both]) == rows
    )
    _, datasets = datasets_of(material(protocol), [both], {"frames": [VIEW]})
    assert datasets["both"].data_ids == [row.id for row in rows]
    assert UNKNOWN not in [item["emotion"] for item in datasets["both"]]
    loaders = loaders_of(material(protocol), [both], "none", 1, 4, {})
    assert sorted(loaders["both"]["sampler"]) == list(range(len(rows)))


@pytest.mark.parametrize(
    "options, expected",
    [
        (None, False),
        ({"num_workers": 0, "persistent_workers": None}, False),
        ({"num_workers": 2, "persistent_workers": None}, True),
        ({"num_workers": 2}, True),
        ({"num_workers": 2, "persistent_workers": False}, False),
    ],
)
def test_workers_stay_between_epochs_unless_stated_otherwise(options, expected):
    loaders = loaders_of(material(), [PLAIN], "none", 1, 4, {}, options)
    found = [loader["persistent_workers"] for loader in loaders.values()]
    assert found == [expected] * 2


def test_test_dataset_holds_only_model_input():
    _, datasets = datasets_of(material(), [MIXED], {"frames": [VIEW]})
    assert set(datasets["test"][0]) == {"id", "frames"}


def test_protocol_without_targets_has_no_test_dataset():
    protocol = Protocol.of("x", ("a", "b"), ())
    _, datasets = datasets_of(material(protocol), [PLAIN], {"frames": [VIEW]})
    assert datasets.keys() == {"plain", "valid"}


def test_batches_contain_labelled_and_unlabelled_rows():
    loaders = loaders_of(material(), [PLAIN, MIXED], "none", 1, 4, {})
    assert loaders["plain"]["batch_size"] == loaders["eval"]["batch_size"] == 4
    n_train = len(material().parts.train)
    batch = list(loaders["mixed"]["batch_sampler"])[0]
    assert len(batch) == 7
    assert max(batch[:4]) < n_train <= min(batch[4:])


FAMILIES = {
    "zero_shot": {},
    "unlabelled": {"target_supervision": "unlabelled", "test_on": "held_out"},
    "transductive": {"target_supervision": "unlabelled", "transductive": True},
    "few_inductive": {
        **{"target_supervision": "unlabelled", "test_on": "held_out"},
        "source_shots_per_class": 2,
    },
    "few_transductive": {
        **{"target_supervision": "unlabelled", "transductive": True},
        "source_shots_per_class": 2,
    },
    "share": {
        **{"target_supervision": "shots", "target_labelled_fraction": 0.2},
        "test_on": "held_out",
    },
    "share_random": {
        **{"target_supervision": "shots", "target_labelled_fraction": 0.2},
        "allowed_leaks": ("speaker",),
    },
    "shots": {
        **{"target_supervision": "shots", "shots": 1},
        "test_on": "held_out",
    },
    "random": {"split": "random", "allowed_leaks": ("speaker",)},
    "sessions": {"sources": ("a/1", "a/2", "a/3"), "targets": ("a/0",)},
    "paper_sizes": {"predefined_splits": {"a": [24, 4, 4], "b": [0, 0, 32]}},
    "one_corpus": {"sources": ("a",), "targets": ("a",), "test_on": "held_out"},
}


@pytest.mark.parametrize("languages", ["two languages", "one language"])
@pytest.mark.parametrize("family", FAMILIES)
def test_domain_code_matches_split_in_every_batch(family, languages):
    protocol = changed(
        Protocol.of("x", ("a",), ("b",), valid_share=0.25), **FAMILIES[family]
    )
    rows = [
        dataclasses.replace(
            row,
            session=row.speaker[-1],
            language="deu" if languages == "one language" else row.language,
        )
        for row in (*ROWS, *rows_of("b", "ita", 4, 1, emotions=("fear",)))
    ]
    parts = cut(rows, protocol)
    view = {row.id: torch.ones(2, 3) for row in rows}
    named = [
        part for part in ("train", "target_labelled") if getattr(parts, part)
    ]
    n_others = len(parts.unlabelled)  # all of them in every batch
    phases = [Phase(part, part, 1, n_unlabelled=n_others) for part in named]
    made = PreparedData(protocol, tuple(rows), parts, None, [], [])
    _, datasets = datasets_of(made, phases, {"frames": [view]})
    loaders = loaders_of(made, phases, "none", 1, 4, {})
    seen = set()
    for phase in phases:
        for batch in make_dataloader(
            datasets[phase.name], **loaders[phase.name]
        ):
            seen |= set(zip(batch.id, batch.domain.tolist(), strict=True))
    is_target = (
        {row.id for row in rows if row.session == "0"}
        if family == "sessions"
        else {row.id for row in rows if row.corpus == "b"}
    )
    assert seen == {(name, int(name in is_target)) for name, _ in seen}
    used = {row.id for part in named for row in getattr(parts, part)}
    used |= {row.id for row in parts.unlabelled}
    assert {name for name, _ in seen} == used
    assert {item["domain"] for item in datasets["valid"]} == {0}
