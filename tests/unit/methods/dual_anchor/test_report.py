"""Report entries and section of communities and anchors."""

import copy
import json

import pytest
from helpers.anchored import anchor
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation.rendering import render
from speechbrain_clser.methods.dual_anchor import DualAnchor
from speechbrain_clser.methods.dual_anchor.report import (
    N_EDGES,
    N_NODES,
    anchoring,
)


@pytest.fixture(scope="session")
def of_anchored_run(tmp_path_factory):
    return report.build(anchor(make_run(tmp_path_factory.mktemp("anchored"))))


@pytest.fixture
def anchored(of_anchored_run):
    """Return the report of a run with dual anchoring."""
    return copy.deepcopy(of_anchored_run)


def output(folder, **changes):
    """Return the entries of a synthetic run."""
    run = runs.read(anchor(make_run(folder, **changes)))
    return anchoring(run)


def test_run_without_anchoring_has_no_entries(tmp_path):
    run = runs.read(make_run(tmp_path))
    assert anchoring(run) is None


def test_codes_of_speakers_and_languages_become_names(tmp_path):
    graph = output(tmp_path)["emotions"][0]["graph"]
    assert dict(zip(graph["speaker"], graph["language"], strict=True)) == {
        **{f"emodb_0{k}": "deu" for k in range(4, 8)},
        **{f"urdu_0{k}": "urd" for k in range(4)},
    }


def test_emotions_without_communities_are_omitted(tmp_path):
    emotions = output(tmp_path)["emotions"]
    assert [e["class"] for e in emotions] == ["anger", "happiness"]
    assert [len(e["anchors"]) for e in emotions] == [5, 0]


def test_edges_are_unique_and_connect_the_same_speakers(tmp_path):
    graph = output(tmp_path)["emotions"][0]["graph"]
    name = graph["speaker"]
    joined = [{name[i], name[j]} for i, j in graph["edges"]]
    assert {"emodb_04", "emodb_05"} in joined
    assert len(joined) == len({tuple(sorted(pair)) for pair in joined})
    between = [
        (i, j)
        for i, j in graph["edges"]
        if graph["community"][i] != graph["community"][j]
    ]
    assert len(between) == 1


def test_entries_are_deterministic(tmp_path):
    assert output(tmp_path / "a") == output(tmp_path / "b")


def test_large_graph_is_subsampled_evenly(tmp_path):
    emotion = output(tmp_path, n_target_speakers=90)["emotions"][0]
    graph = emotion["graph"]
    assert emotion["n_speakers"] == 94
    assert len(graph["x"]) == len(graph["y"]) == N_NODES
    assert len(graph["edges"]) == N_EDGES
    assert graph["community"].count(0) == N_NODES // 2


def test_pseudo_labels_are_counted_by_epoch_and_seed(tmp_path):
    one, two = output(tmp_path)["pseudo_labels"]
    assert (one["seed"], two["seed"]) == (1, 2)
    assert one["n_pseudo_labels"] == [10, 20, 30]
    assert one["n_unlabelled"] == 48


def test_right_pseudo_labels_of_test_utterances_are_counted(tmp_path):
    of_class = {
        one.pop("class"): one for one in output(tmp_path)["right_pseudo_labels"]
    }
    assert of_class == {
        "anger": {"n": 3, "n_known": 2, "n_right": 1},
        "happiness": {"n": 1, "n_known": 1, "n_right": 1},
        "sadness": {"n": 0, "n_known": 0, "n_right": 0},
    }


def test_older_run_has_no_counts_of_pseudo_labels(tmp_path):
    run_folder = anchor(make_run(tmp_path))
    for path in run_folder.glob("seed_*/notes.json"):
        notes = json.loads(path.read_text())
        del notes["pseudo_labels"]
        path.write_text(json.dumps(notes))
    found = anchoring(runs.read(run_folder))
    assert found["right_pseudo_labels"] == []
    assert "fraction right" not in section({"anchoring": found})
    del found["right_pseudo_labels"]  # of a report that was written before
    assert "fraction right" not in section({"anchoring": found})


def test_ari_does_not_depend_on_community_numbers(tmp_path):
    run_folder = anchor(make_run(tmp_path))
    path = run_folder / "seed_2" / "notes.json"
    notes = json.loads(path.read_text())
    facts = notes["anchoring"][-1]["communities"]["emotions"]
    facts["0"]["labels"] = [1 - label for label in facts["0"]["labels"]]
    facts["1"]["labels"] = [0] * len(facts["1"]["labels"])
    path.write_text(json.dumps(notes))
    run = runs.read(run_folder)
    emotions = anchoring(run)["emotions"]
    assert [e["ari_seeds"] for e in emotions] == pytest.approx([1.0, 0.0])


def test_confounds_of_communities_are_computed(tmp_path):
    emotion = output(tmp_path)["emotions"][0]  # even speakers, odd speakers
    assert emotion["nmi_gender"] == pytest.approx(1)
    assert emotion["nmi_language"] == emotion["nmi_corpus"] < 0.1
    assert "sexes of the speakers" in emotion["warnings"][0]


def test_single_seed_has_no_ari(tmp_path):
    assert output(tmp_path, seeds=(1,))["emotions"][0]["ari_seeds"] is None


def test_codes_without_target_are_those_of_the_sources(tmp_path):
    run_folder = anchor(make_run(tmp_path, seeds=(1,)))
    path = run_folder / "seed_1" / "notes.json"
    notes = json.loads(path.read_text())
    last = notes["anchoring"][-1]
    last["n_unlabelled"] = last["n_pseudo_labels"] = 0
    for facts in last["communities"]["emotions"].values():
        facts |= {"edges": [], "labels": [0], "speakers": [3]}
        facts |= {"languages": [0]}
    path.write_text(json.dumps(notes))
    run = runs.read(run_folder)
    graph = anchoring(run)["emotions"][0]["graph"]
    assert (graph["speaker"], graph["language"]) == (["emodb_07"], ["deu"])


def section(result, form="markdown"):
    """Render the section of dual anchoring."""
    template, context = DualAnchor.report_sections(result)
    return render(template, form, report=result, **context)


def test_report_without_communities_has_no_section():
    assert section({"anchoring": None}) == section({}) == "\n"


def test_each_emotion_has_a_row(anchored):
    text = section(anchored)
    for name in ("anger", "happiness"):
        row = f"| {name} | 8 | 1 | 2 | 0.43 | 0.00 | 1.00 | 0.00 | 0.50 | 1.00 "
        assert row in text


def test_measures_without_values_have_no_column(anchored):
    for emotion in anchored["anchoring"]["emotions"]:
        emotion |= {"ari_seeds": None, "nmi_corpus": None, "nmi_gender": None}
    anchored["anchoring"]["emotions"][1]["nmi_gender"] = 0.5
    text = section(anchored)
    assert "| communities | modularity | NMI language | NMI gender |" in text
    assert "| 2 | 0.43 | 0.00 | – |" in text
    assert "| 2 | 0.43 | 0.00 | 0.50 |" in text


def test_anchors_are_listed_by_weight(anchored):
    text = section(anchored)
    assert (
        "| anger | a (2.00), e (1.75), i (1.50), o (1.25), ʃ (1.00) |" in text
    )
    assert "| happiness | none |" in text and "no phone anchors" not in text
    for emotion in anchored["anchoring"]["emotions"]:
        emotion["anchors"] = []
    assert "there are no phone anchors" in section(anchored)


def test_warnings_are_listed_by_emotion(anchored):
    text = section(anchored)
    for name in ("anger", "happiness"):
        assert f"- **{name}:** Communities coincide with the sexes" in text


def test_references_of_styles_are_described(anchored):
    expected = (
        "Style vectors: 16 minus the mean of the language. Omitted: 7 utt"
    )
    assert expected in section(anchored)


def test_pseudo_labels_have_a_figure_and_a_sentence(anchored):
    assert "30 of 48 (seed 1) and 30 of 48 (seed 2)" in section(anchored)
    assert section(anchored, "html").count("<figure") == 2
    for line in anchored["anchoring"]["pseudo_labels"]:
        line |= {"n_unlabelled": 0, "n_pseudo_labels": [0, 0]}
    assert section(anchored, "html").count("<figure") == 1


def test_fraction_of_right_pseudo_labels_is_in_the_section(anchored):
    text = section(anchored)
    assert "| anger | 3 | 2 | 1 | 0.50 |" in text
    assert "| sadness | 0 | 0 | 0 | – |" in text


def test_missing_communities_have_a_sentence(anchored):
    anchored["anchoring"] |= {"emotions": [], "right_pseudo_labels": []}
    text = section(anchored)
    assert "No speaker has enough" in text and "|" not in text
