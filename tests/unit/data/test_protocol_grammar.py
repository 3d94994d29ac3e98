import re

import pytest
from helpers import published
from house.sources import ROOT

from speechbrain_clser import corpora
from speechbrain_clser.data import protocol_grammar as grammar
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.corpus_facts import GROUPS
from speechbrain_clser.data.protocol import load
from speechbrain_clser.data.splits import cut


@pytest.mark.parametrize(
    "name, sources, targets",
    [
        ("emodb+ravdess_to_emovo", "emodb ravdess", "emovo"),
        ("four_to_emodb", "emovo urdu ravdess", "emodb"),
        ("six_to_ravdess+savee", "emodb emovo urdu casia", "ravdess savee"),
        ("emodb_to_four", "emodb", "emovo urdu ravdess"),
        ("esd:en_to_esd:Mandarin", "esd:eng", "esd:cmn"),
        ("esd_to_esd:cmn", "esd:eng", "esd:cmn"),
        ("esd:eng_to_esd", "esd:eng", "esd:cmn"),
        ("demo_to_demo:fin", "demo:deu demo:tur demo:swh demo:ind", "demo:fin"),
        ("iemocap_to_iemocap/5", " ".join(f"iemocap/{n}" for n in "1234"), "iemocap/5"),
        ("msp_podcast_to_esd:cmn:unlabelled", "msp_podcast", "esd:cmn"),
        ("emodb_to_emodb:held_out", "emodb", "emodb"),
    ],
)  # fmt: skip
def test_name_selects_sources_and_targets(name, sources, targets):
    found = load(name)
    assert found.name == name
    assert found.sources == tuple(sources.split())
    assert found.targets == tuple(targets.split())


def test_group_leaves_out_the_language_of_the_target_alone():
    found = load("all_to_casia")
    assert "esd:eng" in found.sources and "esd" not in found.sources
    assert not {"casia", "biic_podcast", "demo"} & {*found.sources}
    assert len(found.sources) == len(corpora.names()) - 3


@pytest.mark.parametrize(
    "settings, expected",
    [
        ("", {}),
        (":zero_shot", {"target_supervision": "none", "test_on": "all"}),
        (":unlabelled", {"target_supervision": "unlabelled", "test_on": "held_out"}),
        (":transductive", {"transductive": True}),
        (":few_transductive=1", {"source_shots_per_class": 1, "transductive": True}),
        (":few_inductive=5", {"source_shots_per_class": 5, "test_on": "held_out"}),
        (":share=0.2", {"target_labelled_fraction": 0.2, "held_out_share": 0.4}),
        (":share_random", {"allowed_leaks": ("speaker", "recording")}),
        (":shots=10", {"shots": 10, "test_on": "held_out"}),
        (":shots_random", {"shots": 5, "test_on": "all"}),
        (":held_out", {"target_supervision": "none", "test_on": "held_out"}),
        (":random:unlabelled", {"split": "random", "test_on": "held_out"}),
        (":held_out=20", {"source_shots_per_class": 20, "test_on": "held_out"}),
        (":share:resampled", {"resample_held_out": True, "shots": 0}),
    ],
)  # fmt: skip
def test_settings_are_those_of_the_supervision(settings, expected):
    found = load(f"emodb_to_ravdess{settings}")
    assert {key: getattr(found, key) for key in expected} == expected
    is_few = ":few" in settings
    assert ("fear" in found.classes) == is_few


def test_shared_classes_are_those_of_all_corpora():
    found = load("iemocap+enterface_to_emovo:shared_classes")
    assert found.merge_classes == {"excitement": "happiness"}
    assert found.classes == (
        *("anger", "disgust", "fear", "happiness", "sadness", "surprise"),
    )
    assert "other" not in load("iemocap_to_biic_podcast:shared_classes").classes


def test_meld_trains_on_its_official_parts_and_says_so():
    found = load("meld+emodb_to_emovo:share_random")
    assert found.predefined_splits == {"meld": "official"}
    assert found.allowed_leaks == ("speaker",)
    assert found.note.startswith("MELD's official parts")
    assert "labelled share and scored rest" in found.note
    assert not load("emodb_to_meld").predefined_splits


@pytest.mark.parametrize(
    "name, message",
    [
        ("emodb_to_klingon", "no corpus 'klingon'.*urdu, four, six, all"),
        ("emodb_to_emovvo", "did you mean emovo.*of your own need a YAML"),
        ("emodb_to_emovo:transductiv", "did you mean transductive.*languages of emovo: ita"),
        ("emodb_to_emovo:unlabelled:shot", "no setting 'shot', did you mean shots"),
        ("emodb_to_emovo:shots=many", "shots: 10.*got ..shots.: .many.."),
        ("emodb_to_emovo:share=1.5", "share: 0.2.*got ..share.: 1.5."),
        ("emodb_to_emovo:unlabelled=3", "no setting 'unlabelled=3'.*shots=10"),
        ("emodb_to_emovo:shots:share", "one setting of the target.*found shots, share"),
        ("emodb_to_emovo:random:random", "each but once"),
        ("four_to_six", "a group on one side"),
        ("four_to_emodb+emovo+urdu+ravdess", "nothing is left of four"),
        ("esd:cmn_to_esd:ita", "no setting 'ita'.*languages of esd: cmn, eng"),
        ("esd:ita_to_emodb", "no language of esd 'ita'"),
        ("iemocap_to_iemocap/6", "no session of iemocap '6'"),
        ("enterface_to_emodb", "enterface has no neutral; add :shared_classes"),
        ("emodb_to_emodb", "cannot divide a corpus .*held_out"),
        ("six_without_klingon", "no language 'klingon'.*german"),
        ("emodb_to_+", "no corpus ''"),
        ("_to_", "no corpus ''"),
        ("x", "expected <sources>_to_<targets>"),
        ("demos", "such as demo"),
        ("../demo", "expected <sources>"),
        ("a" * 5000, "expected <sources>"),
    ],
)  # fmt: skip
def test_name_that_is_none_is_refused_with_what_there_is(name, message):
    with pytest.raises(
        (FileNotFoundError, ValueError), match=message
    ) as caught:
        load(name)
    assert f"protocol {name[:200]!r}: " in str(caught.value)
    assert len(str(caught.value)) < 700


def test_readme_of_the_recipe_has_every_group_and_setting():
    text = (ROOT / "recipes/CrossLingualSER/README.md").read_text()
    for name in (*GROUPS, *grammar.SETTINGS, *grammar.MODIFIERS):
        assert f"| `{name}` " in text


def test_protocols_in_the_docs_load_without_a_warning(tmp_path, caplog):
    examples = re.findall(
        "```yaml\n(.*?)```", (ROOT / "docs/own_data.md").read_text(), re.S
    )
    for example in examples:
        (tmp_path / "own.yaml").write_text(example)
        assert load(str(tmp_path / "own.yaml")).sources
    assert len(examples) >= 5 and not caplog.text


def test_description_has_every_group_and_setting():
    text = "\n".join(grammar.describe())
    for name in (*GROUPS, *grammar.SETTINGS, *grammar.MODIFIERS):
        assert f"  {name} " in text
    assert "all but demo" in text


@pytest.mark.parametrize(
    "name",
    [
        *("emodb_to_iemocap:share_random", "emodb_to_iemocap:shots_random"),
        *("iemocap_to_emodb:random", "msp_podcast_to_emodb:random"),
        "emodb_to_biic_podcast:share_random",
    ],
)
def test_random_settings_allow_the_sessions_that_their_corpora_share(name):
    protocol = load(name)
    rows = [
        row for corpus in protocol.corpora for row in published.rows(corpus)
    ]
    refuse_leaks(audit(cut(rows, protocol), protocol), protocol)
    assert "session" in protocol.allowed_leaks
