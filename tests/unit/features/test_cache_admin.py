import os
import time

import pytest
from helpers.blocks import ROWS, Blocks, tone, unheard

from speechbrain_clser.features.cache_admin import (
    prune,
    table,
    verify,
)
from speechbrain_clser.features.store import Store

DAY_S = 86400


@pytest.fixture
def stores(tmp_path):
    """Two stores at different depths; the second was used ten days ago."""
    one = Store(tmp_path / "speed_1.00", Blocks())
    two = Store(tmp_path, Blocks(2.0), "float16")
    for store in (one, two):
        store.fill(ROWS, tone)
    age(two.folder / "about.json", 10)
    return one, two


def age(path, days):
    then = time.time() - days * DAY_S
    os.utime(path, (then, then))


def cut(store):
    (path,) = store.folder.glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-1])
    return path


def test_table_lists_stores_by_last_use(stores, tmp_path, monkeypatch):
    monkeypatch.setattr("speechbrain_clser.features.cache_admin.MB", 1)
    _, first, second = table(tmp_path)
    paths = [tmp_path / row[0] for row in (first, second)]
    assert paths == [store.folder for store in stores]
    (_, extractor, n_utterances, n_bytes, day, n_broken) = second
    assert (extractor, n_utterances, n_broken) == ("Blocks", len(ROWS), 0)
    n_values = sum(range(1, 9)) * 10
    assert 2 * n_values < n_bytes < first[3]
    then = time.localtime(time.time() - 10 * DAY_S)
    assert day == time.strftime("%Y-%m-%d", then)


def test_broken_shard_is_listed_verified_and_filled_again(stores, tmp_path):
    path = cut(stores[0])
    assert table(tmp_path)[1][-1] == 1
    assert list(verify(tmp_path)) == [path]
    stores[0].fill(ROWS, tone)
    assert verify(tmp_path) == {}
    assert table(tmp_path)[1][2] == len(ROWS)


def test_changed_byte_is_found(stores):
    (path,) = stores[0].folder.glob("*.safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert table(stores[0].folder)[1][-1] == 0
    assert "checksum" in verify(stores[0].folder)[path]


def test_recent_partial_file_is_kept(stores, tmp_path):
    partial = stores[0].folder / f"a.safetensors.{'0' * 32}.partial"
    partial.write_bytes(b"half")
    assert verify(tmp_path) == {}
    age(partial, 1)
    assert list(verify(tmp_path)) == [partial]
    stores[0].fill(ROWS, unheard)
    assert verify(tmp_path) == {}


def test_unused_stores_are_pruned_by_age(stores, tmp_path):
    one, two = stores
    assert prune(tmp_path, unused_days=11) == []
    assert prune(tmp_path, unused_days=9) == [two.folder]
    assert not two.folder.exists()
    one.fill(ROWS, unheard)


def test_use_updates_time_of_last_use(stores, tmp_path):
    stores[1].fill(ROWS, unheard)
    assert prune(tmp_path, unused_days=9) == []


def test_stores_are_pruned_by_key(stores, tmp_path):
    assert prune(tmp_path, [stores[0].folder.name]) == [stores[0].folder]
    assert [row[0] for row in table(tmp_path)[1:]] == [stores[1].folder.name]


def test_store_is_selected_by_path(tmp_path):
    here, there = (Store(tmp_path / speed, Blocks()) for speed in "ab")
    for store in (here, there):
        store.fill([], unheard)
    key = here.folder.name
    assert prune(tmp_path, [f"b/{key}"]) == [there.folder]
    there.fill([], unheard)
    assert {*prune(tmp_path, [key])} == {here.folder, there.folder}


def test_unknown_key_deletes_nothing(stores, tmp_path):
    with pytest.raises(
        KeyError, match="expected names of stores, found 0a1b; there are"
    ):
        prune(tmp_path, ["0a1b", stores[0].folder.name])
    assert len(table(tmp_path)) == 3


def test_foreign_files_are_not_deleted(stores, tmp_path):
    notes = stores[0].folder / "notes.txt"
    notes.write_text("mine")
    elsewhere = tmp_path / "run" / "embedding.safetensors"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"mine")
    prune(tmp_path, unused_days=-1)
    assert notes.read_text() == "mine" and elsewhere.exists()
    assert len(table(tmp_path)) == 1
