import dataclasses

import pytest
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.protocol import (
    Protocol,
    labelled_share,
    load,
    scheme,
    selects,
)

# Digests of published results.
DIGESTS = {
    "demo": "8b39b80f2953",
    "demo_without_finnish": "f5ce056d56f3",
    "demo_without_german": "d80cf1a76a2c",
    "demo_without_indonesian": "e78933f9692a",
    "demo_without_swahili": "d92dd5e58ead",
    "emodb_to_urdu": "500b9c74ec53",
    "four_without_english": "acbd13047de4",
    "four_without_german": "dfee5ff01d73",
    "four_without_german_random": "779991c58ec4",
    "four_without_italian": "44f78d17b5f8",
    "four_without_urdu": "5947402c10c4",
    "six_without_english": "92c889055441",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_digest_matches_published_results(name):
    assert load(name).digest == DIGESTS[name]


def test_unlabelled_pool_changes_digest_if_used():
    published = {"ravdess_to_emodb_shots": "8b0427e3aac2"}
    published["emodb_to_emovo_transductive"] = "b97df890871e"
    changes = {"unlabelled_pool": "classes"}
    for name, digest in published.items():
        assert load(name, changes).digest == digest != load(name).digest
    assert load("demo", changes).digest == DIGESTS["demo"]


@pytest.mark.parametrize(
    "later",
    [
        {"predefined_splits": {"urdu": [300, 20, 80]}},
        {"source_shots_per_class": 5},
        {"target_supervision": "shots", "target_labelled_fraction": 0.1},
        {"extra_sources": ["ravdess"]},
    ],
)
def test_new_keys_change_digest_if_not_default(later):
    protocol = Protocol.of("x", ("emodb",), ("urdu",))
    assert changed(protocol, **later).digest != protocol.digest


def test_extra_sources_are_appended_to_the_sources():
    found = load("emodb_to_urdu", {"extra_sources": ["cremad", "demo:fi"]})
    assert found.sources == ("emodb", "cremad", "demo:fin")
    assert found.extra_sources == ("cremad", "demo:fin")
    assert Protocol.of(**found.values).digest == found.digest


def test_changes_override_file_values():
    changed = load("ravdess_to_urdu_share", {"target_labelled_fraction": 0.2})
    assert (changed.target_labelled_fraction, changed.test_on) == (
        0.2,
        "held_out",
    )
    assert (
        changed.name
        == "ravdess_to_urdu_share with target_labelled_fraction 0.2"
    )
    assert load("demo", {}).name == "demo"
    three = {"classes": ["anger", "neutral", "sadness"]}
    assert len(scheme("demo", three)) == 3
    with pytest.raises(ValueError, match="unknown target_part"):
        load("demo", {"target_part": 0.2})


@pytest.mark.parametrize(
    "name", ["demo_share", "ravdess_to_emodb_share_random"]
)
def test_labelled_fraction_is_overridden(name):
    assert load(name, labelled_share(None)) == load(name)
    changed = labelled_share(0.5, held_out_share=0.3)
    assert load(name, changed).held_out_share == 0.3
    half, none = (load(name, labelled_share(share)) for share in (0.5, 0))
    assert (half.target_labelled_fraction, half.target_supervision) == (
        0.5,
        "shots",
    )
    assert (none.target_labelled_fraction, none.target_supervision) == (
        0,
        "none",
    )
    assert half.test_on == none.test_on == load(name).test_on


def test_selectors_match_corpus_language_or_session():
    row = rows_of("demo", "deu")[0]
    row = dataclasses.replace(row, session="1")
    assert selects(["demo"], row) and selects(["x", "demo:deu"], row)
    assert selects(["demo/1"], row)
    assert not selects(["demo:tur", "demo/2", "de"], row)


def test_protocol_loads_user_file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "sources: [emodb]\ntargets: [my_calls]\nclasses: [anger, fear]\n"
    )
    assert load(str(path)).name == "mine"
    assert scheme(str(path)).classes == ["anger", "fear"]


def test_digest_is_independent_of_name(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("sources: [emodb]\ntargets: [urdu]\n")
    second.write_text("targets: [urdu]\nsources: [emodb]\nsplit_seed: 0\n")
    assert load(str(first)).digest == load(str(second)).digest
    second.write_text("sources: [emodb]\ntargets: [urdu]\nsplit_seed: 1\n")
    assert load(str(first)).digest != load(str(second)).digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sources: [emodb]\n", "expected at least"),
        ("[emodb, urdu]\n", "expected at least"),
        ("sources: [emodb]\ntargets: [urdu]\ntest: x\n", "unknown test"),
        ("sources: emodb\ntargets: [urdu]\n", "sources must be a list"),
        (
            "sources: [emodb]\ntargets: [urdu]\nsplit: cv\n",
            "split must be one of",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nvalid_share: 0\n",
            "between 0 and 1",
        ),
        ("sources: [emodb]\ntargets: [urdu]\nshots: 5\n", "go together"),
        (
            "sources: [emodb]\ntargets: [urdu]\ntransductive: True\n",
            "target_supervision must be unlabelled",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\ntarget_supervision: unlabelled\n"
            "unlabelled_pool: classes\n",
            "unlabelled set is empty",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\ntarget_supervision: shots\n"
            "shots: 5\ntarget_labelled_fraction: 0.1\n",
            "go together",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\ntarget_labelled_fraction: 10\n",
            "target_labelled_fraction must lie between 0 and 1, got 10",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nsource_shots_per_class: five\n",
            "source_shots_per_class must be a number such as 5, got 'five'",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\npredefined_splits: {meld: official}\n",
            "predefined_splits names 'meld', which is neither",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\npredefined_splits: {urdu: [300, 100]}\n",
            "three numbers .train, valid, test., got .300, 100.",
        ),
        ("sources: []\ntargets: [urdu]\n", "sources is empty"),
        (
            "sources: [emodb]\ntargets: []\ntarget_supervision: unlabelled\n"
            "transductive: True\n",
            "targets is empty",
        ),
        (
            "sources: [emodb]\ntargets: []\nselect_by: oracle_target_uar\n",
            "a select_by without target",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nclasses: [anger]\n",
            "classes must be two or more, got .'anger'.",
        ),
        (
            "sources: [emodb]\ntargets: [urdu]\nclasses: [joy]\n",
            "'joy' is no canonical emotion.*write happiness",
        ),
        (
            "sources: [a]\ntargets: [b]\nclasses: [neutral, sadnes]\n",
            r"found sadnes .did you mean sadness..; correct .*own_classes: true",
        ),
        (
            "sources: [a]\ntargets: [b]\nlabels: {złość: angr}\n",
            r"labels maps 'złość' to 'angr' .did you mean anger..?, expected",
        ),
        (
            "sources: [a]\ntargets: [b]\nlabels: {1: anger}\n",
            "labels must map labels of tables .*numbers and yes or no in quotes",
        ),
        (
            "sources: [a]\ntargets: [b]\nlabels: {W: anger, w: fear}\n",
            "labels expected every label once, found W, w",
        ),
        (
            "sources: [a]\ntargets: [b]\nmerge_classes: {c: {calm: neutral}}\n",
            "merge_classes expected corpora among a, b, found c",
        ),
        (
            "sources: [a]\ntargets: [b]\nown_classes: maybe\n",
            "own_classes must be True or False, got 'maybe'",
        ),
        (
            "sources: [a]\ntargets: [b]\nignore_labels: [HAP]\n",
            "ignore_labels names 'HAP', which is among the classes",
        ),
        (
            "sources: [a]\ntargets: [b]\nignore_labels: [no]\n",
            "ignore_labels must be a list of names",
        ),
        (
            "sources: [a]\ntargets: [b]\nextra_sources: a\n",
            "extra_sources must be a list of names",
        ),
        (
            "sources: [a]\ntargets: [b]\nextra_sources: [a]\n",
            "expected a source that is not in extra_sources",
        ),
    ],
)
def test_invalid_protocol_raises(tmp_path, text, message):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}: ")


def test_message_about_sizes_stays_short():
    sizes = {"a": [1] * 50_000}
    with pytest.raises(
        ValueError, match="predefined_splits of a must be"
    ) as caught:
        Protocol.of("x", ("a",), ("b",), predefined_splits=sizes)
    assert len(str(caught.value)) < 400


def test_own_classes_are_stated(caplog):
    classes = {"classes": ["stressed", "calm"]}
    assert Protocol.of("x", ["a"], [], **classes, own_classes=True).own_classes
    assert not caplog.text
    Protocol.of("unstated", ["a"], [], **classes)
    assert "classes stressed are no emotions; add `own_cl" in caplog.text


def test_digest_is_that_without_new_keys():
    plain = Protocol.of("x", ["a"], ["b"])
    assert Protocol.of("x", ["a"], ["b"], labels={}).digest == plain.digest
    mapped = Protocol.of("x", ["a"], ["b"], labels={"Złość": "ang"})
    assert mapped.digest != plain.digest
    assert mapped.emotion_of == {"złość": "anger"}


def test_corpora_are_unique_without_language():
    protocol = Protocol.of("x", ("demo:deu", "emodb/1"), ("demo:tur",))
    assert protocol.corpora == ("demo", "emodb")


def test_selector_language_is_normalised():
    protocol = Protocol.of(
        "x", ("a:de",), ("b:German",), predefined_splits={"a:de": [1] * 3}
    )
    assert (*protocol.sources, *protocol.targets) == ("a:deu", "b:deu")
    assert protocol.predefined_splits == {"a:deu": [1, 1, 1]}


def test_select_by_rules_match_selection(tmp_path):
    from speechbrain_clser.data.protocol_schema import CHOICES
    from speechbrain_clser.evaluation.selection import key_and_direction

    for rule in CHOICES["select_by"]:
        key_and_direction(rule)
    path = tmp_path / "p.yaml"
    path.write_text("sources: [a]\ntargets: [b]\nselect_by: best\n")
    with pytest.raises(ValueError, match="select_by must be one of last"):
        load(str(path))


@pytest.mark.parametrize(
    "text, message",
    [
        ("sources: [a]\ntargets: [b]\nsources: [c]", "the key 'sources' a second"),
        ("sources: [a\ntargets: [b]", "expected a protocol in YAML, found"),
        ("sources: [=a]\ntargets: [b]", "sources and targets: expected names"),
        ("sources: [a]\ntargets: [<b>]", "sources and targets: expected names"),
        ("sources: [a]\ntargets: [1]", "targets must be a list of names"),
    ],
)  # fmt: skip
def test_invalid_file_raises(tmp_path, text, message):
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=f"(?s){message}"):
        load(str(path))
