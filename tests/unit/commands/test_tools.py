from helpers.commands import clser, done


def test_cache_lists_verifies_and_removes_stores(tmp_path, monkeypatch):
    from speechbrain_clser.features.encoders import extractor
    from speechbrain_clser.features.store import Store

    monkeypatch.setenv("CLSER_CACHE", str(tmp_path))
    store = Store(tmp_path / "frames", extractor("acoustic"))
    store.fill([], load=None)
    assert store.folder.name in done("cache", "--verify")
    (store.folder / "ff.safetensors").write_bytes(b"cut")
    result = clser("cache", "--verify", "--folder", tmp_path)
    assert result.exit_code == 1
    assert "ff.safetensors" in result.stdout
    text = done("cache", "--unused-days", 1)
    assert "deleted" not in text
    text = done("cache", "--remove", store.folder.name)
    assert f"deleted {store.folder}" in text
    assert (
        "expected names of stores, found x"
        in clser("cache", "--remove", "x").stderr
    )


def test_doctor_exits_with_1_if_something_is_broken(monkeypatch):
    from speechbrain_clser.commands import doctor

    fine = doctor.Finding("python", "ok", "3.12")
    clash = doctor.Finding("torch", "broken", "clash", "pip install torch")
    monkeypatch.setattr(doctor, "examine", lambda: [fine])
    assert done("doctor") == "ok      python: 3.12\n"
    monkeypatch.setattr(doctor, "examine", lambda: [fine, clash])
    result = clser("doctor")
    assert result.exit_code == 1
    assert "broken  torch: clash\n        > pip install torch" in result.stdout
