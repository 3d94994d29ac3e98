"""What ``corpora/__init__.py`` does: names, load, locate."""

import json
import re
import sys

import pytest
from helpers.distributions import installed

from speechbrain_clser import corpora
from speechbrain_clser.commands import overview
from speechbrain_clser.corpora import demo
from speechbrain_clser.entry_points import CORPORA


@pytest.fixture
def card():
    return corpora.load("emodb").card


def folders(root, *names):
    """A folder with subfolders of these names."""
    for name in names:
        (root / name).mkdir()
    return root


def test_names_are_modules_with_card():
    names = corpora.names()
    assert {"demo", "emodb", "casia"} <= set(names)
    assert "folder" not in names
    assert names == sorted(names)


def test_supported_corpus_is_loaded_by_name():
    corpus = corpora.load("urdu")
    assert corpus.card.name == "urdu"
    assert corpus.emotions["A"] == "anger"
    assert callable(corpus.utterances)


def test_other_name_is_user_data():
    card = corpora.load("call_centre").card
    assert (card.name, card.folders) == ("call_centre", ("call_centre",))
    assert (card.n_utterances, card.n_speakers) == (None, None)


@pytest.mark.parametrize("name", ["EMO-DB", "emo-db", "EmoDB", "emodb"])
def test_folder_search_is_case_insensitive(tmp_path, card, name):
    data_folder = folders(tmp_path, "URDU", name)
    assert corpora.locate(card, data_folder) == tmp_path / name
    assert corpora.locate(card, str(data_folder)) == tmp_path / name


def test_file_is_not_a_folder(tmp_path, card):
    (tmp_path / "emodb").touch()
    with pytest.raises(FileNotFoundError, match="with no folder at all"):
        corpora.locate(card, tmp_path)


def test_mapping_sets_any_folder(tmp_path, card):
    folders(tmp_path, "berlin")
    mapping = {"emodb": str(tmp_path / "berlin")}
    assert corpora.locate(card, mapping) == tmp_path / "berlin"
    typed = f"{{emodb: {tmp_path / 'berlin'}, urdu: elsewhere}}"
    assert corpora.locate(card, typed) == tmp_path / "berlin"
    assert corpora.locate(card, json.dumps(mapping)) == tmp_path / "berlin"


@pytest.mark.parametrize(
    "text", ["{}", "{emodb}", "{emodb: 1}", "{emodb: a", "{emodb: a, emodb: b}"]
)
def test_invalid_mapping_text_raises(card, text):
    with pytest.raises(ValueError, match=re.escape(f"found {text}")):
        corpora.locate(card, text)


def test_missing_folder_raises_with_names_and_option(tmp_path, card):
    data_folder = folders(tmp_path, "URDU", "RAVDESS")
    expected = (
        r"emodb: expected a folder named EmoDB or EMO-DB or Berlin "
        r".* with RAVDESS, URDU\..*http://emodb.bilderbar.info.*"
        r'--data_folder <folder>.*--data_folder "{emodb: <folder>}"'
    )
    with pytest.raises(FileNotFoundError, match=expected):
        corpora.locate(card, data_folder)


def test_ten_folders_are_listed_and_the_rest_counted(tmp_path, card):
    data_folder = folders(tmp_path, *(f"x{i:02}" for i in range(13)))
    with pytest.raises(FileNotFoundError, match=r"x08, x09, 3 more\."):
        corpora.locate(card, data_folder)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_data_folder_raises_with_option(card, nothing):
    expected = "emodb: .*found no --data_folder.*Give its parent folder"
    with pytest.raises(FileNotFoundError, match=expected):
        corpora.locate(card, nothing)


def test_mapping_adds_to_a_folder_of_corpora(tmp_path, card):
    data_folder = folders(tmp_path, "EMO-DB", "calls")
    mine = corpora.load("mine").card
    given = [str(data_folder), f"{{mine: {tmp_path / 'calls'}}}"]
    for order in (given, given[::-1]):
        joined = corpora.join_data_folders(order)
        assert corpora.locate(card, joined) == tmp_path / "EMO-DB"
        assert corpora.locate(mine, joined) == tmp_path / "calls"
    with pytest.raises(FileNotFoundError, match="found .* with EMO-DB, calls"):
        corpora.locate(corpora.load("urdu").card, joined)
    assert corpora.join_data_folders([*given, "/other", ""]) == json.dumps(
        {"*": "/other", "mine": str(tmp_path / "calls")}
    )
    assert corpora.join_data_folders([]) == ""


def test_mapping_without_corpus_raises_with_keys(tmp_path, card):
    with pytest.raises(FileNotFoundError, match="a mapping of urdu, ravdess"):
        corpora.locate(card, {"urdu": tmp_path, "ravdess": tmp_path})


def test_mapping_to_missing_folder_raises(tmp_path, card):
    expected = "emodb: expected a folder at .*nowhere, found none; correct"
    with pytest.raises(FileNotFoundError, match=expected):
        corpora.locate(card, {"emodb": tmp_path / "nowhere"})


def test_missing_data_folder_raises(tmp_path, card):
    with pytest.raises(FileNotFoundError, match="--data_folder: expected"):
        corpora.locate(card, tmp_path / "nowhere")


def test_two_folders_of_one_corpus_raise(tmp_path, card):
    data_folder = folders(tmp_path, "EMO-DB", "berlin")
    expected = "found EMO-DB and berlin; choose with --data_folder"
    with pytest.raises(ValueError, match=expected):
        corpora.locate(card, data_folder)


def test_unknown_name_raises_with_hint_on_user_data(tmp_path):
    card = corpora.load("emobd").card
    expected = "emobd is not a supported corpus"
    with pytest.raises(FileNotFoundError, match=expected):
        corpora.locate(card, tmp_path)


@pytest.mark.parametrize("without", [None, {"emodb": "somewhere"}])
def test_synthetic_corpus_needs_no_folder(tmp_path, monkeypatch, without):
    monkeypatch.setattr(demo, "default_root", lambda: tmp_path / "made")
    assert corpora.locate(demo.CARD, without) == tmp_path / "made"


def test_synthetic_corpus_combines_with_real_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "default_root", lambda: tmp_path / "made")
    data_folder = folders(tmp_path, "EMO-DB")
    assert corpora.locate(demo.CARD, data_folder) == tmp_path / "made"


def test_given_folder_overrides_default(tmp_path):
    data_folder = folders(tmp_path, "demo")
    assert corpora.locate(demo.CARD, data_folder) == tmp_path / "demo"


@pytest.mark.parametrize(
    "sources, language",
    [
        ("[emodb, urdu]", "deu"),
        ('["demo:fin", emodb]', "fin"),
        ("[esd]", ""),
        ("[my_calls]", ""),
    ],
)
def test_source_language_is_of_first_source(tmp_path, sources, language):
    protocol = tmp_path / "mine.yaml"
    protocol.write_text(f"sources: {sources}\ntargets: [emovo]\n")
    assert corpora.source_language(str(protocol)) == language


def test_sentences_are_read_from_corpora():
    output = corpora.sentences()
    assert {"emodb", "emovo", "ravdess"} <= output.keys()
    assert "urdu" not in output


def test_languages_are_unique_over_selectors(tmp_path):
    protocol = tmp_path / "p.yaml"
    protocol.write_text(
        "sources: ['demo:deu', 'esd:cmn']\ntargets: [emodb, iemocap/3, mine]\n"
    )
    assert corpora.languages(str(protocol)) == ["deu", "cmn", "eng"]


READER = """
from speechbrain_clser.data.corpus import Card
CARD = Card(
    "my_corpus", "MyCorpus", ("ben",), 1, 1, "acted", "", "", "", ("MyCorpus",)
)
EMOTIONS = {"ANG": "anger"}
SENTENCES = {"DFA": "Don't forget a jacket."}
def utterances(root):
    yield from ()
def default_root():
    return "made"
"""


@pytest.fixture
def declare(tmp_path):
    """Install a package with readers of corpora, given by their text."""

    def of(text=READER, name="my_corpus"):
        files = {"my_package/__init__.py": "", "my_package/my_corpus.py": text}
        points = {name: "my_package.my_corpus"}
        return installed(tmp_path, files, {CORPORA: points})

    return of


def test_reader_of_an_installed_package_is_found(declare, tmp_path):
    assert "my_corpus" not in corpora.names()
    with declare():
        assert "my_corpus" in corpora.names()
        assert "my_package" not in sys.modules
        assert corpora.load("my_corpus").emotions == {"ANG": "anger"}
        card = corpora.load("my_corpus").card
        assert corpora.locate(card).name == "made"
        data_folder = folders(tmp_path, "Mycorpus")
        assert corpora.locate(card, data_folder).name == "Mycorpus"
        assert list(corpora.sentences()["my_corpus"]) == ["DFA"]
        rows = overview.corpora_table()
        assert ["my_corpus", "ben", 1, 1, "-", "acted", "", "no"] in rows
        assert overview.corpus_facts("my_corpus")["emotions"] == "anger"
    assert corpora.load("my_corpus").card.is_own


def test_two_readers_of_one_name_are_refused(declare):
    expected = (
        "corpus 'emodb': expected one reader, found the built-in "
        "speechbrain_clser.corpora.emodb and my_package.my_corpus of my_package"
    )
    with declare(name="emodb"), pytest.raises(ValueError, match=expected):
        corpora.load("urdu")


@pytest.mark.parametrize(
    "text, name, error, expected",
    [
        ("EMOTIONS = {}", "my_corpus", ValueError, "no CARD and no utterances"),
        ("import nowhere_at_all", "my_corpus", ImportError, "found No module"),
        (READER, "my_c", ValueError, "corpus 'my_c': .*found 'my_corpus'"),
        (
            READER.replace("ben", "en"),
            "my_corpus",
            ValueError,
            "'en'; write eng",
        ),
        (READER.replace("ben", "xyz"), "my_corpus", ValueError, "write und"),
    ],
)
def test_reader_that_cannot_be_used_is_named(
    declare, text, name, error, expected
):
    with declare(text, name), pytest.raises(error, match=expected) as raised:
        corpora.load(name)
    assert "my_package.my_corpus of my_package 0.1" in str(raised.value)
