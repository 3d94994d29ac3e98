import re
import shlex

import pytest
from helpers import toy
from helpers.commands import clser, done


def test_corpora_are_listed_and_described():
    assert "emodb" in done("corpora")
    assert "Burkhardt et al." in done("corpora", "emodb")
    assert "expected a corpus among" in clser("corpora", "x").stderr


def test_protocols_are_listed_and_described():
    text = done("protocols")
    assert "paper_en_to_de" in text and "<sources>_to_<targets>" in text
    text = done("protocols", "emodb+ravdess_to_emovo:transductive")
    assert re.search("sources +emodb, ravdess\n", text)
    assert re.search("transductive +True\n", text)
    text = done("protocols", "emodb_to_urdu")
    assert "target supervision" in text
    assert "digest" in text
    assert "no protocol 'x'" in clser("protocols", "x").stderr


@pytest.mark.parametrize("is_mapping", [False, True])
def test_corpus_is_prepared(data, tmp_path, is_mapping):
    where = f"{{north: {data / 'north'}}}" if is_mapping else data
    text = done(
        *("prepare", "north", "--data-folder", where),
        *("--manifests", tmp_path / "manifests"),
    )
    assert text == f"{tmp_path / 'manifests' / 'north.csv'}\n"
    assert (tmp_path / "manifests" / "north.csv").is_file()


def test_missing_corpus_raises_with_folder(data, tmp_path):
    result = clser("prepare", "emodb", "--data-folder", data)
    assert "emodb: expected a folder named EmoDB or EMO-DB" in result.stderr


def test_audit_without_leak_exits_with_0(data, tmp_path):
    text = done(
        *("audit", data / "toy.yaml", "--data-folder", data),
        *("--manifests", tmp_path),
    )
    assert text.splitlines()[0].startswith("part ")
    assert "\nleak: " not in text


def test_audit_with_leak_exits_with_1(data, tmp_path):
    path = tmp_path / "leaky.yaml"
    path.write_text("sources: [north]\ntargets: [south]\nsplit: random\n")
    result = clser(
        *("audit", path, "--data-folder", data, "--manifests", tmp_path)
    )
    assert result.exit_code == 1
    assert "leak: 1 speaker in both train and valid" in result.stdout


def test_audit_skips_bad_files_if_allowed(tmp_path):
    data = tmp_path / "data"
    toy.make(data)
    next((data / "south").rglob("*.wav")).write_bytes(b"cut")
    command = ["audit", data / "toy.yaml", "--data-folder", data]
    command += ["--manifests", tmp_path]
    assert "--allow-bad-files" in clser(*command).stderr
    assert "utterances" in done(*command, "--allow-bad-files")


@pytest.mark.parametrize("command", ["prepare", "audit"])
def test_advised_option_is_accepted_by_the_command(tmp_path, command):
    toy.make(tmp_path)
    (tmp_path / "south" / "s0_anger_0.wav").unlink()
    typed = [
        *(command, "south" if command == "prepare" else f"{tmp_path}/toy.yaml"),
        *(
            "--data-folder",
            str(tmp_path),
            "--manifests",
            str(tmp_path / "manifests"),
        ),
    ]
    refused = clser(*typed)
    assert refused.exit_code == 1
    advised = re.search("leave them out with (.*)", refused.output).group(1)
    taken = clser(*typed, *shlex.split(advised))
    assert taken.exit_code == 0, taken.output
