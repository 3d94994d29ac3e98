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


def test_n_frames_of_base_class_raises():
    with pytest.raises(NotImplementedError, match="Other has no n_frames"):
        Other(Config()).n_frames(9)


def test_forward_of_base_class_raises():
    with pytest.raises(NotImplementedError, match="Other has no forward"):
        Other(Config())(torch.zeros(1, 9), torch.ones(1))
