import pytest

from speechbrain_clser.data import audit
from speechbrain_clser.data.protocol import GROUPS, KEYS, Protocol
from speechbrain_clser.data.protocol_schema import (
    LEAKS,
    SCHEMA,
    check_keys,
    check_values,
    read,
)


def test_every_key_of_a_protocol_is_in_the_schema():
    protocol = Protocol.of("x", ("a",), ("b",))
    keys = {key for group in GROUPS for key in vars(getattr(protocol, group))}
    keys |= vars(protocol).keys() - {"name", *GROUPS}
    assert SCHEMA.keys() == {*KEYS} == keys
    assert {*LEAKS} == {*audit.LEAKS, "recording", "label"}


@pytest.mark.parametrize(
    "text, message",
    [
        ("sources: [a", "(?s)expected a protocol in YAML, .*line"),
        ("sources: \x00", "expected a protocol in YAML"),
        ("", "expected at least"),
        (
            "sources: [a]\ntargets: [b]\nsources: [c]\n",
            "'sources' a second time",
        ),
        (
            "sources: [a]\ntargets: [b]\nmerge_classes: {c: d, c: e}\n",
            "'c' a second time",
        ),
        ("sources: !!python/name:os.system\n", "could not determine a const"),
        ('sources: !!int ""\n', "expected a protocol in YAML"),
        ("sources: !!timestamp x\n", "expected a protocol in YAML"),
        ("shots: " + 5000 * "9", "expected a protocol in YAML"),
        (3000 * "[", "expected a protocol in YAML"),
        ("? [a]\n: b\n", "unhashable"),
    ],
)
def test_text_that_is_not_a_protocol_raises_with_file_name(
    tmp_path, text, message
):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_non_utf_8_file_raises_with_file_name(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"sources: [\xff]")
    with pytest.raises(ValueError, match="mine.yaml: expected a protocol"):
        read(path)


@pytest.mark.parametrize("keys", [["source_s"], [1, "source_s", None]])
def test_unknown_keys_raise_with_suggestions(keys):
    with pytest.raises(
        ValueError, match="x: unknown .*source_s.*; expected keys"
    ):
        check_keys([*keys, "targets"], SCHEMA, "x")


@pytest.mark.parametrize(
    "key, values",
    [
        ("sources", ["emodb", [1], [""], [["a"]], None, {"a": 1}]),
        ("sources", [[":deu"], ["/"], ["demo:"], ["demo/"], [16**5000]]),
        ("classes", [[None], "anger", 3]),
        ("allowed_leaks", [["sentence"], "speaker", [1]]),
        ("merge_classes", [[], {"calm": 1}, {1: "calm"}, None]),
        (
            "predefined_splits",
            [{"a": [1, -1, 1]}, {"a": [True, 1, 1]}, {"a": "all"}, [1]],
        ),
        ("shots", [-1, 1.5, True, "5", None, 2**31]),
        ("split_seed", [-1, "0", 1e9, 10**30, 16**5000]),
        ("valid_share", [0, 1, "0.1", float("nan"), True, None, [0.1]]),
        ("target_labelled_fraction", [-0.1, 1, "0.1", float("nan"), False]),
        ("transductive", [0, "yes", None]),
        ("note", [None, 5, ["a"], "\ud800"]),
        ("test_on", ["some", None, ["all"], {}]),
    ],
)
def test_value_of_wrong_type_raises_with_key(key, values):
    for value in values:
        with pytest.raises(ValueError, match=f"^x: {key} must .*, got "):
            check_values({key: value}, "x")


def test_message_is_short_for_large_values():
    value = [[[["a" * 1000] * 1000] * 1000] * 1000]
    with pytest.raises(ValueError, match="sources must be a list") as caught:
        check_values({"sources": value}, "x")
    assert len(str(caught.value)) < 400
