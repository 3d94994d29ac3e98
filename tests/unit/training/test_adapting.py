import dataclasses
import json
import types

import numpy as np
import pytest
import torch
from helpers import tiny
from helpers.rows import rows_of
from unit.training.test_brain import brain_of

from speechbrain_clser import adaptation
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.training import adapting, baselines, target_adaptation
from speechbrain_clser.training.scoring import score, write_predictions

TRAIN = rows_of("a", "deu", 4) + rows_of("b", "ita", 4)
SCORED = tuple(rows_of("c", "urd", 6))
POOL = tuple(rows_of("c", "urd", 9))[48:]
GIVEN = {"n_components": 3, "prior_weight": 5.0}


def wanted(name="em_gaussians", form="auto", vectors="statistics", given=GIVEN):
    return target_adaptation.wanted(
        name, form, vectors, given, len(tiny.SCHEME)
    )


def material_of(train=TRAIN, test=SCORED, pool=()):
    parts = Splits(
        *(tuple(train), (), (), tuple(pool), tuple(test), {}),
        frozenset(row.id for row in (*test, *pool)),
    )
    return types.SimpleNamespace(
        parts=parts,
        protocol=Protocol.of("x", ("a", "b"), ("c",)),
    )


def make_unadapted(folder, rows=SCORED, confidence=0.4):
    """Predictions that are right for three of four utterances."""
    posteriors = np.full((len(rows), 4), (1 - confidence) / 3)
    for number, row in enumerate(rows):
        shift = number % 4 == 0
        best = (tiny.SCHEME.index(row.emotion) + shift) % 4
        posteriors[number, best] = confidence
    path = folder / adapting.UNADAPTED
    write_predictions(path, list(rows), posteriors.tolist(), tiny.SCHEME)
    return posteriors


def frames_of(*parts):
    return tiny.frames_of([row for part in parts for row in part], noise=0.5)


def adapt(folder, plan=None, material=None, names=(), view=None):
    material = material or material_of()
    view = view or frames_of(TRAIN, SCORED, POOL)
    args = (names, material, TRAIN, view, {7: folder})
    baselines.write_baselines(*args)
    adapting.adapt(plan or wanted(), *args)
    record = json.loads((folder / "adaptation.json").read_text())
    return predictions.read(folder / adapting.ADAPTED), record


def test_result_is_that_of_the_adaptation_and_gains(tmp_path):
    posteriors = make_unadapted(tmp_path)
    adapted, record = adapt(tmp_path)
    view, scheme = frames_of(TRAIN, SCORED, POOL), tiny.SCHEME
    train, target = (
        baselines.utterance_vectors(view, rows) for rows in (TRAIN, SCORED)
    )
    built = adaptation.build("em_gaussians", **GIVEN)
    source = built.summarise(
        train,
        [scheme.index(row.emotion) for row in TRAIN],
        len(scheme),
        [row.corpus for row in TRAIN],
    )
    expected = built.fit(source, target, posteriors).predict(target, posteriors)
    np.testing.assert_allclose(adapted.probabilities, expected, atol=1e-6)
    assert adapted.id.tolist() == [row.id for row in SCORED]
    assert (adapted.predicted == adapted.target).mean() > 0.8  # of 0.75
    assert record["fitted_to"] == "test"
    assert record["n_target_utterances"] == len(SCORED)
    assert record["vectors"]["statistics"]["constants"]["n_components"] == 3
    assert record["vectors"]["statistics"]["constants_from"] == "given"
    assert sum(record["systems"]["method"]["shares_after"].values()) == 1


def test_second_pass_changes_nothing(tmp_path):
    make_unadapted(tmp_path)
    unadapted = (tmp_path / adapting.UNADAPTED).read_bytes()
    adapt(tmp_path, names=["linear"])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    adapt(tmp_path, names=["linear"])
    assert {path: path.read_bytes() for path in files} == before
    assert (tmp_path / adapting.UNADAPTED).read_bytes() == unadapted


def test_labels_of_the_target_change_no_posterior(tmp_path):
    make_unadapted(tmp_path / "honest")
    honest, _ = adapt(tmp_path / "honest")
    make_unadapted(tmp_path / "nonsense")
    nonsense = [dataclasses.replace(row, emotion="anger") for row in SCORED]
    other, _ = adapt(tmp_path / "nonsense", material=material_of(test=nonsense))
    assert (honest.probabilities == other.probabilities).all()
    assert (other.target == 0).all()


def test_constants_are_chosen_within_the_sources(tmp_path, caplog):
    caplog.set_level("INFO")
    make_unadapted(tmp_path)
    view = {
        name: torch.cat([frames, torch.randn(len(frames), 30)], dim=1)
        for name, frames in frames_of(TRAIN, SCORED, POOL).items()
    }
    _, record = adapt(tmp_path, wanted(given=None), view=view)
    space = record["vectors"]["statistics"]
    assert space["constants_from"] == "sources" and len(space["candidates"]) > 2
    assert all(
        set(one["uar"]) == {"a deu", "b ita"} for one in space["candidates"]
    )
    assert "chosen within the sources, UAR" in caplog.text
    assert f"n_components {space['constants']['n_components']}" in caplog.text


def test_halves_do_not_see_their_own_utterances(tmp_path):
    make_unadapted(tmp_path / "all")
    plan = wanted(form="inductive")
    whole, record = adapt(tmp_path / "all", plan)
    assert record["fitted_to"] == "halves" and record["form"] == "inductive"
    chosen = adapting.adaptation_parts(
        "inductive", material_of().parts, material_of().protocol
    )
    (_, second), (_, first) = chosen.folds
    view = frames_of(TRAIN, SCORED, POOL)
    changed = second[0].id  # of the fold that is predicted from the first
    view[changed] = view[changed] + 3.0
    make_unadapted(tmp_path / "changed")
    other, _ = adapt(tmp_path / "changed", plan, view=view)
    same = (whole.probabilities == other.probabilities).all(axis=1)
    of = dict(zip(whole.id.tolist(), same, strict=True))
    assert all(of[row.id] for row in second if row.id != changed)
    assert not all(of[row.id] for row in first)


def test_pool_is_predicted_by_the_method_and_fitted_to(tmp_path):
    test = tuple(rows_of("c", "urd", 3))
    material = material_of(tiny.TRAIN, test, POOL)
    view = frames_of(tiny.TRAIN, test, POOL)
    plan, loader = wanted(vectors="embedding"), {"batch_size": 8}
    brain = brain_of(tmp_path)
    sound = {"frames": [view]}
    data = adapting.dataset(test, sound)
    args = (tiny.SCHEME, tmp_path, loader, adapting.UNADAPTED)
    score(brain, "test", test, data, *args)
    adapting.predict_parts(plan, brain, material, sound, tmp_path, loader)
    stored = adapting._stored(tmp_path, "target_unlabelled", "posterior")
    assert list(stored) == [row.id for row in POOL]
    assert not (tmp_path / adapting.ADAPTED).exists()
    args = (["linear"], material, tiny.TRAIN, view, {7: tmp_path})
    baselines.write_baselines(*args)
    adapting.adapt(plan, *args)
    record = json.loads((tmp_path / "adaptation.json").read_text())
    assert record["fitted_to"] == "unlabelled"
    assert record["n_target_utterances"] == len(POOL)
    assert set(record["vectors"]) == {"statistics", "embedding"}
    vectors = {k: v["vectors"] for k, v in record["systems"].items()}
    assert vectors == {"method": "embedding", "linear": "statistics"}
    assert (tmp_path / "baselines/linear + em_gaussians.csv").exists()


@pytest.mark.parametrize("case", ["few", "one class", "not finite"])
def test_degenerate_target_leaves_the_result_unadapted(tmp_path, caplog, case):
    test, view = SCORED, frames_of(TRAIN, SCORED, POOL)
    if case == "few":
        test = SCORED[:19]
    posteriors = make_unadapted(tmp_path, test)
    if case == "one class":
        posteriors[:] = [0.7, 0.1, 0.1, 0.1]
        path = tmp_path / adapting.UNADAPTED
        write_predictions(path, list(test), posteriors.tolist(), tiny.SCHEME)
    if case == "not finite":
        view[test[3].id] = view[test[3].id] * float("nan")
    adapted, record = adapt(
        tmp_path, material=material_of(test=test), view=view
    )
    np.testing.assert_allclose(adapted.probabilities, posteriors, atol=1e-8)
    found = record["systems"]["method"]
    assert found["refused"]["reason"].startswith(case)
    assert found["changed"] == 0.0
    assert "of method refused, the result is without it" in caplog.text


def test_sources_without_folds_are_refused_with_a_reason(tmp_path):
    make_unadapted(tmp_path)
    few = material_of(train=TRAIN[:8])
    _, record = adapt(tmp_path, wanted(given=None), few)
    refused = record["systems"]["method"]["refused"]
    assert refused["reason"] == "few folds"
    assert "give the constants" in refused["message"]
