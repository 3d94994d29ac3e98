import os
import time

import pytest
from helpers.blocks import ROWS, Blocks, tone, unheard

from speechbrain_clser.features.cache_admin import (
    drop_broken,
    prune,
    summaries,
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


def test_summary_describes_stores(stores, tmp_path):
    first, second = summaries(tmp_path)
    assert (first.path, second.path) == tuple(s.folder for s in stores)
    assert second.about["extractor"] == "Blocks"
    assert second.about["config"] == {"factor": 2.0}
    assert second.n_utterances == len(ROWS) and second.broken == ()
    n_values = sum(range(1, 9)) * 10
    assert 2 * n_values < second.n_bytes < first.n_bytes
    assert time.time() - second.last_used == pytest.approx(10 * DAY_S, abs=3600)


def test_broken_shard_is_listed_verified_dropped_and_filled(stores, tmp_path):
    path = cut(stores[0])
    assert summaries(tmp_path)[0].broken == (path,)
    assert list(verify(tmp_path)) == [path]
    assert drop_broken(tmp_path) == [path]
    assert verify(tmp_path) == {}
    stores[0].fill(ROWS, tone)
    assert summaries(tmp_path)[0].n_utterances == len(ROWS)


def test_changed_byte_is_found(stores):
    (path,) = stores[0].folder.glob("*.safetensors")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert summaries(stores[0].folder)[0].broken == ()
    assert "checksum" in verify(stores[0].folder)[path]


def test_recent_partial_file_is_kept(stores, tmp_path):
    partial = stores[0].folder / "a.safetensors.1.partial"
    partial.write_bytes(b"half")
    assert verify(tmp_path) == {}
    age(partial, 1)
    assert drop_broken(tmp_path) == [partial]


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
    assert [s.path for s in summaries(tmp_path)] == [stores[1].folder]


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
    assert len(summaries(tmp_path)) == 2


def test_foreign_files_are_not_deleted(stores, tmp_path):
    notes = stores[0].folder / "notes.txt"
    notes.write_text("mine")
    elsewhere = tmp_path / "run" / "embedding.safetensors"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"mine")
    prune(tmp_path, unused_days=-1)
    assert notes.read_text() == "mine" and elsewhere.exists()
    assert summaries(tmp_path) == []
