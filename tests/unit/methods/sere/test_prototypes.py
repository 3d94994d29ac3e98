import pytest
import torch

from speechbrain_clser.methods.sere.prototypes import Prototypes

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def test_first_class_mean_becomes_the_prototype():
    structure = Prototypes(2, 3)
    structure.update(torch.tensor([EAST, [0.0, 9.0]]), torch.tensor([2, 2]))
    half = 0.5**0.5
    assert structure.prototypes[2].tolist() == pytest.approx([half, half])
    assert structure.prototypes[:2].eq(0).all()


def test_later_means_update_with_momentum_by_hand():
    structure = Prototypes(2, 1, momentum=0.75)
    structure.update(torch.tensor([EAST]), torch.tensor([0]))
    structure.update(torch.tensor([NORTH]), torch.tensor([0]))
    length = (0.75**2 + 0.25**2) ** 0.5
    expected = [0.75 / length, 0.25 / length]
    assert structure.prototypes[0].tolist() == pytest.approx(expected)


def test_unlabelled_utterances_do_not_update_prototypes():
    structure = Prototypes(2, 2)
    structure.update(torch.tensor([EAST, NORTH]), torch.tensor([-1, -1]))
    assert structure.prototypes.eq(0).all()


def record(structure, progress, posterior):
    posterior = torch.tensor(posterior)
    weight = torch.full((len(posterior),), 0.5)
    structure.record(
        progress, posterior, posterior, weight, torch.tensor([0.8, 0.8])
    )


def test_epoch_history_is_the_mean_of_steps():
    structure = Prototypes(2, 2)
    record(structure, 0.1, [[0.9, 0.1], [0.7, 0.3]])
    record(structure, 0.2, [[0.9, 0.1], [0.1, 0.9]])
    structure.end_epoch()
    assert structure.history == [
        {
            "progress": 0.2,
            "reliability": 0.5,
            "pseudo_labels": 0.75,
            "posterior": [0.65, 0.35],
        }
    ]


def test_epoch_without_unlabelled_utterances_is_not_recorded():
    structure = Prototypes(2, 2)
    structure.record(
        0.0, torch.ones(0, 2), torch.ones(0, 2), torch.ones(0), torch.ones(2)
    )
    structure.end_epoch()
    assert structure.history == []
    assert structure.mean_posterior.tolist() == [0.5, 0.5]


def test_running_mean_posterior_by_hand():
    structure = Prototypes(2, 2)
    record(structure, 0.0, [[1.0, 0.0]])
    assert structure.mean_posterior.tolist() == pytest.approx([0.55, 0.45])


def test_state_dict_round_trip_keeps_state():
    structure, other = Prototypes(2, 2), Prototypes(2, 2)
    structure.update(torch.tensor([EAST]), torch.tensor([1]))
    record(structure, 0.3, [[0.9, 0.1]])
    structure.end_epoch()
    record(structure, 0.4, [[0.9, 0.1]])
    other.load_state_dict(structure.state_dict())
    assert other.prototypes.equal(structure.prototypes)
    assert other.mean_posterior.equal(structure.mean_posterior)
    assert other.history == structure.history and other.seen == structure.seen
