import pytest
from helpers.protocols import changed

from speechbrain_clser import deprecation
from speechbrain_clser.data.protocol import Protocol, load
from speechbrain_clser.data.protocol_supervision import (
    FIELDS,
    NUMBERS,
    SETTINGS,
    choices,
    expand,
    setting_of,
)

PAIR = "sources: [a]\ntargets: [b]\n"


def of(tmp_path, text, name="mine"):
    """Protocol of a file with these keys."""
    path = tmp_path / f"{name}.yaml"
    path.write_text(text if "sources" in text else PAIR + text)
    return load(str(path))


@pytest.fixture(autouse=True)
def warn_anew():
    deprecation._warn.cache_clear()


@pytest.mark.parametrize(
    "new, old",
    [
        ("zero_shot", ""),
        ("unlabelled", "target_supervision: unlabelled\ntest_on: held_out"),
        ("blank_labels", "target_supervision: unlabelled"),
        ("transductive", "target_supervision: unlabelled\ntransductive: True"),
        ("held_out", "test_on: held_out"),
        (
            "{shots: 5}",
            "target_supervision: shots\nshots: 5\ntest_on: held_out",
        ),
        (
            "{shots: 10}",
            "target_supervision: shots\nshots: 10\ntest_on: held_out",
        ),
        (
            "{share: 0.2}",
            "target_supervision: shots\ntarget_labelled_fraction: 0.2\n"
            "test_on: held_out\nheld_out_share: 0.4",
        ),
        (
            "{few_inductive: 3}",
            "target_supervision: unlabelled\ntest_on: held_out\n"
            "source_shots_per_class: 3",
        ),
        (
            "{shots_random: 5}",
            "target_supervision: shots\nshots: 5\nallowed_leaks: [speaker]\n"
            "note: labelled shots and scored rest of the target have the same "
            "speakers",
        ),
    ],
)
def test_supervision_has_the_digest_of_the_keys_it_replaces(
    tmp_path, caplog, new, old
):
    found = of(tmp_path, f"supervision: {new}\n")
    assert "supervision" not in caplog.text
    assert found.digest == of(tmp_path, old, "old").digest
    assert (f"`supervision: {new}`" in caplog.text) == (new != "zero_shot")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_found_by_its_values(name):
    values, description = SETTINGS[name]
    assert description
    assert Protocol.of("x", ("a",), ("b",), **values)
    number = values.get(NUMBERS[name][0], "") if name in NUMBERS else ""
    text = f"{{{name}: {number}}}" if number else name
    assert setting_of(values) == f"`supervision: {text}`"


def test_all_replaced_keys_of_a_run_have_a_setting():
    """Whatever the old keys could say in earnest, one setting says."""
    held_out = {"target_supervision": "unlabelled", "test_on": "held_out"}
    assert setting_of({**held_out, "transductive": True}) == (
        "`supervision: transductive`"
    )
    assert setting_of({**held_out, "source_shots_per_class": 0}) == (
        "`supervision: unlabelled`"
    )
    few_labels = {"source_shots_per_class": 2, "test_on": "held_out"}
    assert setting_of(few_labels) == "`supervision: {held_out: 2}`"
    assert setting_of({"target_supervision": "shots"}) == ""


def test_leaks_and_notes_of_the_file_are_kept(tmp_path):
    found = of(
        tmp_path,
        "supervision: share_random\nallowed_leaks: [recording, speaker]\n"
        "note: ours\nheld_out_share: 0.3\n",
    )
    assert found.allowed_leaks == ("speaker", "recording")
    assert found.note.startswith("ours; labelled share")
    assert found.held_out_share == 0.3


@pytest.mark.parametrize("key", FIELDS)
def test_replaced_key_beside_supervision_is_refused(tmp_path, key):
    with pytest.raises(ValueError, match=f"decides {key}; delete it") as caught:
        of(tmp_path, f"supervision: unlabelled\n{key}: 1\n")
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}: ")
    with pytest.raises(ValueError, match="decides source_shots_per_class"):
        of(tmp_path, "supervision: few_inductive\nsource_shots_per_class: 1\n")
    few = of(tmp_path, "supervision: shots\nsource_shots_per_class: 1\n")
    assert few.source_shots_per_class == 1


@pytest.mark.parametrize(
    "value, message",
    [
        ("unlabeled", "must be one of zero_shot, .*unlabelled.."),
        ("random", "must be one of"),
        ("{shots: 0}", "got {'shots': 0}"),
        ("{shots: 2.5}", "got {'shots': 2.5}"),
        ("{shots: True}", "must be one of"),
        ("{share: 1}", "{share: 0.2}"),
        ("{unlabelled: 3}", "must be one of"),
        ("{shots: 5, share: 0.1}", "must be one of"),
        ("[shots]", "must be one of"),
        ("5", "got 5"),
        ("", "got None"),
        (f"0x{'f' * 5000}", "too large"),
    ],
)
def test_senseless_supervision_is_refused(tmp_path, value, message):
    with pytest.raises(ValueError, match=f"supervision .*{message}") as caught:
        of(tmp_path, f"supervision: {value}\n")
    assert choices() in str(caught.value)


@pytest.mark.parametrize("name", SETTINGS)
def test_corpus_on_both_sides_is_divided_or_refused(name):
    values = {"sources": ["a"], "targets": ["a"], "supervision": name}
    if name in ("held_out", "unlabelled", "few_inductive") or (
        "transductive" in name
    ):
        assert expand(values)["test_on"] == "held_out"
    else:
        with pytest.raises(ValueError, match=f"{name} cannot divide a corpus"):
            expand(values)
    assert expand({**values, "predefined_splits": {"a": "official"}})


def test_supervision_of_changes_replaces_that_of_the_protocol():
    change = {"supervision": {"shots": 3}}
    found = load("emodb_to_urdu:few_transductive", change)
    assert (found.shots, found.test_on) == (3, "held_out")
    assert not found.transductive and not found.source_shots_per_class
    assert found.name.endswith(" with supervision {'shots': 3}")
    old = load("ravdess_to_urdu_share", change)
    assert (old.shots, old.target_labelled_fraction) == (3, 0)


def test_shared_classes_of_a_file(tmp_path):
    found = of(
        tmp_path, "sources: [emodb]\ntargets: [casia]\nclasses: shared\n"
    )
    assert found.classes == ("anger", "fear", "happiness", "neutral", "sadness")
    with pytest.raises(ValueError, match="got a, b; list the classes"):
        of(tmp_path, "classes: shared\n")
    with pytest.raises(ValueError, match="targets must be a list"):
        of(tmp_path, "sources: [emodb]\ntargets: 3\nclasses: shared\n")
    four = changed(found, classes=("anger", "sadness"))
    assert four.digest != found.digest
