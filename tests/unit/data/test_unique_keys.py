import time

import pytest
import yaml

from speechbrain_clser.data.unique_keys import MAX_NODES, UniqueKeys


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 1\na: 2", "x: [{a: 1, 'a': 2}]", "{1: a, 1: b}"]
)
def test_duplicate_key_raises_with_line(text):
    with pytest.raises(yaml.YAMLError, match="a second time[^$]*line"):
        yaml.load(text, UniqueKeys)


@pytest.mark.parametrize("text", ["{1: a, '1': b}", "[{a: 1}, {a: 2}]"])
def test_different_keys_are_read(text):
    assert yaml.load(text, UniqueKeys) == yaml.safe_load(text)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{n}: 1\n" for n in range(400_000)),
        "- " * 100_000,
        "[" * 100_000,
        f"[{'1,' * MAX_NODES}]",
    ],
    ids=["keys", "nested", "flow", "values"],
)
def test_oversized_file_raises_early(text):
    start = time.monotonic()
    with pytest.raises(yaml.YAMLError, match="found more than 60,000 values"):
        yaml.load(text, UniqueKeys)
    assert time.monotonic() - start < 10
