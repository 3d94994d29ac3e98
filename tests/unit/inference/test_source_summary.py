import numpy as np
import pytest
import torch

from speechbrain_clser import adaptation
from speechbrain_clser.adaptation.base import Fitted
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.encoders import extractor
from speechbrain_clser.inference import source_summary
from speechbrain_clser.labels import Scheme

SCHEME = Scheme(["anger", "fear"])


def source(n_corpora=2, dim=20, n=120):
    """Generate separable frames and rows of several corpora and speakers."""
    torch.manual_seed(0)
    rows = [
        Utterance(
            *(str(k), f"{k}.wav", "", f"speaker {k % 3}", "deu"),
            corpus=f"corpus {k * n_corpora // n}",
            emotion=SCHEME.classes[k % 2],
        )
        for k in range(n)
    ]
    frames = {row.id: torch.randn(5, dim) + int(row.id) % 2 for row in rows}
    return frames, rows


def test_summary_has_statistics_and_chosen_constants():
    frames, rows = source()
    found = source_summary.summarise(frames, rows, SCHEME)
    assert found.about["constants"] == source_summary.CHOSEN
    values = torch.stack([frames[row.id] for row in rows]).double()
    vectors = torch.cat(
        [values.mean(dim=1), values.std(dim=1, correction=0)], dim=1
    )
    np.testing.assert_allclose(found.state["mean"], vectors.mean(0), atol=1e-6)
    assert found.state["shape"].tolist() == [40, 2]
    assert found.state["components"].dtype == np.float32


def test_single_corpus_uses_default_constants():
    frames, rows = source(n_corpora=1, n=40)
    found = source_summary.summarise(frames, rows, SCHEME)
    assert found.adaptation == adaptation.build("em_gaussians")
    assert "the defaults" in found.about["constants"]


def test_missing_summary_has_a_reason(tmp_path):
    frames, rows = source(n=12)
    how = {"frames": [frames]}, rows, SCHEME
    frozen = extractor("acoustic")
    output = source_summary.write(tmp_path, frozen, *how)
    assert "Only `equal_mass` can be fitted: expected at least" in output
    frozen.is_frozen = False
    output = source_summary.write(tmp_path, frozen, *how)
    assert "The encoder was trained" in output
    assert list(tmp_path.iterdir()) == []
    assert source_summary.read(tmp_path, 40, 2) is None


def test_summary_of_another_model_is_refused(tmp_path):
    frames, rows = source()
    found = source_summary.summarise(frames, rows, SCHEME)
    path = tmp_path / source_summary.FILE
    adaptation.save(found, path)
    assert source_summary.read(tmp_path, 40, 2).state["shape"][0] == 40
    with pytest.raises(ValueError, match="42 dimensions and 2 classes, as the"):
        source_summary.read(tmp_path, 42, 2)
    state = {"log_factors": np.zeros(2), "shape": np.array([40, 2])}
    adaptation.save(Fitted(adaptation.build("equal_mass"), state), path)
    with pytest.raises(ValueError, match="found one for equal_mass"):
        source_summary.read(tmp_path, 40, 2)
