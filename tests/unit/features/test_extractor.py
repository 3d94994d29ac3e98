import dataclasses

import pytest
import torch

from speechbrain_clser.features.extractor import Extractor


@dataclasses.dataclass(frozen=True)
class Config:
    hop_samples: int = 320


class Other(Extractor):
    pass


def test_key_is_the_same_for_the_same_config():
    assert Extractor(Config(160)).key == Extractor(Config(160)).key


def test_key_depends_on_config_class_and_version():
    newer = type("Extractor", (Extractor,), {"version": 2})
    keys = {
        extractor(config).key
        for extractor in (Extractor, Other, newer)
        for config in (Config(), Config(160))
    }
    assert len(keys) == 6


def test_frozen_extractor_stays_in_evaluation_in_training_mode():
    assert not Other(Config()).train().training
    trained = type("Trained", (Other,), {"is_frozen": False})(Config())
    assert trained.train().training
    assert not trained.eval().training


@pytest.mark.parametrize(
    ("frames_per_s", "n_frames"),
    [(50, [1, 1, 1, 2]), (100, [1, 1, 2, 3]), (0, [1, 1, 1, 1])],
)
def test_frames_are_one_per_started_hop_or_one_per_utterance(
    frames_per_s, n_frames
):
    extractor = type("Framed", (Other,), {"frames_per_s": frames_per_s})(
        Config()
    )
    found = extractor.n_frames(torch.tensor([0, 1, 320, 321]))
    assert found.tolist() == n_frames and found.dtype == torch.int64
    assert extractor.n_frames(321).item() == n_frames[-1]


def test_forward_of_base_class_raises():
    with pytest.raises(NotImplementedError, match="Other has no forward"):
        Other(Config())(torch.zeros(1, 9), torch.ones(1))
