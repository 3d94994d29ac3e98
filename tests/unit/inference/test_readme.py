import json
import shutil

import pytest
from helpers import served

from speechbrain_clser import URL
from speechbrain_clser.inference.blueprint import New
from speechbrain_clser.inference.readme import FOLDER, readme

SOURCE = "It holds no summary."


def of(folder, **changes):
    """Write the README of the training in a folder."""
    values = {
        "classes": ["anger", "neutral"],
        "temperature": 1.25,
        "normalise_by": "none",
        "extractor": New("speechbrain_clser.x.Acoustic"),
        "recogniser": New("torch.x.EmotionEncoder", {"longest_s": None}),
        "method": New("speechbrain_clser.methods.sere.Sere"),
        **changes,
    }
    return readme(folder / "run" / "seed_1", values, "Chosen by hand.", SOURCE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Export a model and return its folder."""
    folder = tmp_path_factory.mktemp("model")
    served.make(folder)
    return folder


def test_readme_has_method_classes_supervision_and_choice(folder):
    text = of(folder)
    for part in (
        *("recogniser: sere", "anger, neutral", "no target labels"),
        *("toy (0a1b). Chosen by hand.", "temperature of 1.25"),
        "The model needs no other files.",
    ):
        assert part in text


def test_readme_has_the_expected_sections(folder):
    sections = of(folder).split("\n## ")[1:]
    assert [section.partition("\n")[0] for section in sections] == [
        *("Install", "Use", "Adaptation", "Results", "Limits"),
        "How it was made",
    ]
    assert [section.count(FOLDER) for section in sections] == [0, 2, 1, 0, 0, 0]


def test_adaptation_section_names_summary_and_normalisation(folder):
    [_, plain] = of(folder).split("## Adaptation")
    assert SOURCE in plain and "before `adapt`" not in plain
    assert "before `adapt`" in of(folder, normalise_by="corpus")


def test_install_section_names_the_version(folder):
    text = of(folder)
    line = f'pip install "speechbrain-clser @ git+{URL}'
    assert f'{line}@{"0a" * 20}"\n' in text
    assert "version 0.1.0, with local changes" in text
    path = folder / "run" / "environment.json"
    before = path.read_text()
    path.write_text(json.dumps(json.loads(before) | {"commit": ""}))
    text = of(folder)
    path.write_text(before)
    assert f'\n{line}"\n' in text
    assert "version 0.1.0." in text


def test_install_section_names_the_packages_of_parts(folder):
    assert "install that too" not in of(folder)
    pooling = {"parts": [New("their_package.pooling.Pooling", [8])]}
    text = of(folder, method=New("my_package.dann.Dann", pooling))
    assert "recogniser: dann" in text
    for name in ("my_package", "their_package"):
        assert f"parts of the package `{name}`: install that too." in text


def test_limits_describe_training_data(folder):
    text = of(folder)
    assert "one of anger and neutral for any input" in text
    assert "2 speakers and 0.1 minutes of labelled speech" in text
    assert "is acted speech" in text


def test_readme_of_synthetic_speech_starts_with_a_warning(folder):
    assert "Warning" not in of(folder)
    path = folder / "run" / "data.json"
    before = path.read_text()
    path.write_text(before.replace('"acted"', '"synthetic"'))
    text = of(folder)
    path.write_text(before)
    head, _, limits = text.partition("\nClasses")
    assert (
        "**Warning: trained on synthetic speech (Corpus of the north)." in head
    )
    assert "not suitable for human speech" in limits


@pytest.mark.parametrize("mode", ["corpus", "speaker"])
def test_readme_explains_group_normalisation(mode, folder):
    text = of(folder, normalise_by=mode)
    assert "normalise_with(files)" in text
    assert "the scores of the report do not apply" in text


def test_readme_names_an_encoder_and_its_revision(folder):
    config = New("SSLConfig", {"revision": "abc"})
    ssl = New("SSLFeatures", {"source": "owner/name", "config": config})
    text = of(folder, extractor=New("Statistics", {"extractor": ssl}))
    assert "owner/name" in text and "`abc`" in text
    packed = New("PackedEncoder", {"settings": {}, "config": config})
    assert "is not downloaded" in of(folder, encoder=packed)


def test_readme_names_the_maximum_input_length(folder):
    assert "ignores the rest" not in of(folder)
    text = of(folder, recogniser=New("x.EmotionEncoder", {"longest_s": 15.0}))
    assert "on the first 15 s of a recording and ignores the rest" in text


def test_code_of_the_readme_runs(folder):
    text = (folder / "model" / "README.md").read_text()
    snippets = [part for part in text.split("```") if part[:7] == "python\n"]
    assert len(snippets) == 2
    for code in snippets:
        code = code.removeprefix("python\n")
        code = code.replace("path/of/this/folder", str(folder / "model"))
        exec(code.replace("recording.wav", str(folder / "1.wav")), {})


EVIL = "<img src=x onerror=alert(1)>[a](http://b)![c](http://d)`|**e**\x1b[2J"


def test_markup_in_names_is_escaped(folder, tmp_path):
    shutil.copytree(folder / "run", tmp_path / "run")
    for name, changes in {
        "protocol": {"name": EVIL},
        "ledger": {"sentence": EVIL},
    }.items():
        path = tmp_path / "run" / f"{name}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    text = of(tmp_path, classes=[EVIL, "anger"])
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 4
    for sign in ("<img", "](http", "\x1b", "**e"):
        assert sign not in text
