import numpy as np
import pytest
from helpers.runs import make_run
from helpers.voted import vote

from speechbrain_clser.contrib.publish.metadata import metadata
from speechbrain_clser.evaluation import page, report, run, statistics
from speechbrain_clser.evaluation.divergence import RunDivergence


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a run with votes, a baseline that equals it, and a report."""
    path = tmp_path_factory.mktemp("run")
    return vote(make_run(path, n_target_speakers=6))


@pytest.fixture(scope="module")
def built(folder):
    return report.build(folder)


def test_divergence_is_the_mean_over_utterances_and_seeds(folder, built):
    part, values = built["parts"]["test"], []
    for seed in run.read(folder).seeds:
        found = seed.predictions["test"]
        p, q = found.votes, found.probabilities
        # Entropy of the mean minus the mean entropy.
        entropy = [
            -np.sum(x * np.log2(np.maximum(x, 1e-300)), axis=1)
            for x in ((p + q) / 2, p, q)
        ]
        values.append(np.mean(entropy[0] - (entropy[1] + entropy[2]) / 2))
    assert [one["jsd"] for one in part["per_seed"]] == pytest.approx(values)
    found = part["scores"]["jsd"]
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["low"] < found["mean"] < found["high"]
    assert found["mean"] < part["constant_jsd"]  # the run has skill
    again = statistics.estimate([RunDivergence.from_json(part["divergence"])])
    assert again.interval() == pytest.approx((found["low"], found["high"]))


def test_equal_baseline_has_no_difference(built):
    (svm,) = built["baselines"]
    assert svm["jsd"]["mean"] == built["parts"]["test"]["scores"]["jsd"]["mean"]
    assert set(svm["jsd_difference"].values()) == {0.0}


def test_page_console_and_card_show_the_divergence(folder, built):
    text = page.write(folder).read_text()
    assert text.count(">JSD<") == 2
    assert "here fitted to the votes" in text
    header, *rows = report.summary_rows(built)
    assert header[-2:] == ["JSD", "95 %"]
    assert {len(row) for row in rows} == {len(header)}
    header, svm = report.baseline_rows(built)
    assert svm[-2:] == ["+0.000", "[+0.000, +0.000]"]
    (result,) = metadata(built, "me/model", "").eval_results[-1:]
    assert result.metric_type == "jensen_shannon_divergence"
    jsd = built["parts"]["test"]["scores"]["jsd"]["mean"]
    assert result.metric_value == round(jsd, 3)
