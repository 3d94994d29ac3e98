from pathlib import Path

from speechbrain_clser.cache import cache_folder


def test_cache_is_in_home_folder_by_default(monkeypatch):
    monkeypatch.delenv("CLSER_CACHE", raising=False)
    monkeypatch.setenv("HOME", "/home/ann")
    assert cache_folder() == "/home/ann/.cache/speechbrain_clser"
    assert Path(cache_folder()).is_absolute()
