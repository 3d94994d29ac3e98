"""Contract of all corpora, which are discovered."""

import dataclasses
import importlib
import inspect
import pkgutil
import re

import pytest
from helpers import sounds, trees

from speechbrain_clser import corpora as corpora_package
from speechbrain_clser.data import manifest
from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.labels import CANONICAL

MODULES = {
    info.name: module
    for info in pkgutil.iter_modules(corpora_package.__path__)
    if hasattr(
        module := importlib.import_module(
            f"{corpora_package.__name__}.{info.name}"
        ),
        "CARD",
    )
}
ON_DISK = [
    name for name in MODULES if not hasattr(MODULES[name], "default_root")
]
# Counts depend on the release, so the cards have none.
GROWING = {"biic_podcast", "dusha", "msp_podcast"}
# Pairs with names of the same form: labels or counts tell them apart.
ALIKE = ({"emodb", "oreau"}, {"emovo", "verbo"})
every_corpus = pytest.mark.parametrize("name", MODULES)
every_corpus_on_disk = pytest.mark.parametrize("name", ON_DISK)
every_layout = pytest.mark.parametrize("layout", ["nested", "flat"])


def rows(name, root):
    """Return the utterances of a corpus in a folder."""
    return list(MODULES[name].utterances(root))


def test_corpora_are_found():
    assert {"casia", "emodb", "iemocap", "meld", "urdu"} < set(MODULES)
    assert corpora_package.names() == sorted(MODULES)


@every_corpus
def test_card_is_complete(name):
    card = MODULES[name].CARD
    assert card.name == name and not card.is_own
    empty = [
        field.name
        for field in dataclasses.fields(card)
        if not getattr(card, field.name)
        and field.name not in ("is_own", "hours")
    ]
    if name in GROWING:
        assert empty == ["n_utterances", "n_speakers"]
    else:
        assert empty == [] or (empty == ["example"] and name not in ON_DISK)
        assert card.n_utterances > card.n_speakers > 0
    assert all(re.fullmatch("[a-z]{3}", code) for code in card.languages)
    assert card.elicitation in ("acted", "natural", "synthetic")


@every_corpus
def test_card_has_one_line_per_fact(name):
    card = MODULES[name].CARD
    facts = (card.title, card.licence, card.citation, card.address)
    assert [fact for fact in facts if "\n" in fact or "  " in fact] == []


@every_corpus
def test_every_label_is_canonical(name):
    assert set(MODULES[name].EMOTIONS.values()) <= set(CANONICAL)


@every_corpus
def test_utterances_is_a_generator_with_argument_root(name):
    utterances = MODULES[name].utterances
    assert inspect.isgeneratorfunction(utterances)
    assert list(inspect.signature(utterances).parameters) == ["root"]


@every_corpus_on_disk
def test_corpus_has_a_small_tree(name):
    assert set(trees.NAMES[name]) == {"nested", "flat"}


@every_layout
@every_corpus_on_disk
def test_all_names_are_parsed_and_all_labels_occur(name, layout, tmp_path):
    found = rows(name, trees.make(tmp_path, name, layout))
    assert len(found) == len(trees.NAMES[name][layout])
    assert {row.raw_emotion for row in found} == set(MODULES[name].EMOTIONS)


@every_corpus_on_disk
def test_rows_have_valid_fields(name, tmp_path):
    card, found = MODULES[name].CARD, rows(name, trees.make(tmp_path, name))
    assert len({row.id for row in found}) == len(found)
    assert all(re.fullmatch(r"[\w.-]+", row.id) for row in found)
    assert all(row.speaker for row in found)
    assert {row.language for row in found} <= set(card.languages)
    assert {row.gender for row in found} <= {"female", "male", ""}


@every_corpus_on_disk
def test_rows_leave_fields_of_preparation_empty(name, tmp_path):
    for row in rows(name, trees.make(tmp_path, name)):
        assert (row.corpus, row.emotion, row.digest) == ("", "", "")


@pytest.mark.slow
@every_corpus_on_disk
def test_rows_do_not_depend_on_layout_and_suffix(name, tmp_path):
    def listed(layout, suffix):
        root = trees.make(tmp_path / layout / suffix, name, layout, suffix)
        return sorted(
            (dataclasses.replace(row, wav="") for row in rows(name, root)),
            key=lambda row: row.id,
        )

    nested = listed("nested", ".wav")
    assert listed("flat", ".wav") == nested
    assert listed("flat", ".WAV") == nested


@every_corpus_on_disk
def test_other_files_are_no_utterances(name, tmp_path):
    trees.make(tmp_path, name)
    n_rows = len(rows(name, tmp_path))
    first = trees.NAMES[name]["nested"][0]
    (tmp_path / first).with_name(f"._{first.rpartition('/')[2]}").touch()
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "README.md").touch()
    sounds.write(tmp_path / "something else.wav")
    assert len(rows(name, tmp_path)) == n_rows


@pytest.mark.slow
@pytest.mark.parametrize("sample_rate_hz, n_channels", [(16000, 1), (48000, 2)])
@every_layout
@every_corpus_on_disk
def test_small_tree_is_prepared_and_read_back(
    name, layout, sample_rate_hz, n_channels, tmp_path
):
    root = trees.make(
        tmp_path / name,
        name,
        layout,
        samples=None if n_channels == 1 else sounds.noise(0, 2400, 2),
        sample_rate_hz=sample_rate_hz,
    )
    module, found = MODULES[name], rows(name, root)
    card = dataclasses.replace(
        module.CARD,
        n_utterances=len(found),
        n_speakers=len({row.speaker for row in found}),
    )
    corpus = Corpus(card, module.EMOTIONS, module.utterances)
    back = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    assert [row.wav for row in back] == [row.wav for row in found]
    assert {row.duration_s for row in back} == {0.05}
    assert {row.emotion for row in back} == set(module.EMOTIONS.values())
    assert all(row.speaker.startswith(f"{name}_") for row in back)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (len(names) > 9999))
        for name, names in trees.WHOLE.items()
    ],
)
def test_card_agrees_with_a_tree_of_all_names(name, tmp_path):
    card = MODULES[name].CARD
    found = rows(name, trees.touch(tmp_path, trees.WHOLE[name]))
    assert len(found) == card.n_utterances
    assert len({row.speaker for row in found}) == card.n_speakers


@every_corpus_on_disk
def test_every_other_corpus_raises(name, tmp_path):
    corpus = corpora_package.load(name)
    for other in ON_DISK:
        if other == name:
            continue
        root = trees.touch(tmp_path / other, trees.NAMES[other]["nested"])
        expected = f"^{name}: expected names such as .* another corpus"
        if {name, other} in ALIKE:
            expected = f"^{name}: expected (names such|a label|.*published)"
        with pytest.raises(ValueError, match=expected):
            manifest.prepare(corpus, root, tmp_path)


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["emodb", "emovo", "ravdess", "urdu"])
def test_real_corpus_agrees_with_its_card(name, corpora, tmp_path):
    corpus = corpora_package.load(name)
    root = corpora_package.locate(corpus.card, corpora)
    back = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    assert len(back) == corpus.card.n_utterances
    assert len({row.speaker for row in back}) == corpus.card.n_speakers
    assert {row.raw_emotion for row in back} == set(corpus.emotions)
