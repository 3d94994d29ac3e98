import pytest
import torch

from speechbrain_clser.features.pitch import best_candidates, best_path


@pytest.mark.parametrize("hz", [65.0, 110.0, 333.3, 590.0])
def test_candidate_of_a_tone_is_its_frequency(hz):
    autocorrelation = torch.cos(torch.arange(300) * 2 * torch.pi * hz / 16000)
    found, height = best_candidates(autocorrelation, 16000, 60.0, 600.0, 1)
    assert found.item() == pytest.approx(hz, rel=0.005)
    assert height.item() == pytest.approx(1.0, abs=0.01)


def test_missing_candidates_have_no_height():
    hz, height = best_candidates(torch.zeros(300), 16000, 60.0, 600.0, 3)
    assert hz.tolist() == [60.0] * 3
    assert height.tolist() == [0.0] * 3


def test_path_stays_in_the_octave_where_a_jump_gains_less_than_it_costs():
    strengths = torch.tensor([[0.9, 0.5], [0.5, 0.7], [0.9, 0.5]])
    scores = torch.cat([strengths, torch.zeros(3, 1)], dim=1)[None]
    octaves = torch.tensor([7.0, 8.0, 7.0]).expand(1, 3, 3)
    real = torch.ones(1, 3).bool()
    assert best_path(scores, octaves, real, 0.35, 0.1).tolist() == [[0, 0, 0]]
    assert best_path(scores, octaves, real, 0.05, 0.1).tolist() == [[0, 1, 0]]


def test_path_gives_up_voice_where_silence_scores_higher():
    scores = torch.tensor([[[0.9, 0.4], [0.1, 0.6], [0.1, 0.6]]])
    octaves = torch.zeros(1, 3, 2)
    real = torch.ones(1, 3).bool()
    assert best_path(scores, octaves, real, 0.35, 0.1).tolist() == [[0, 1, 1]]
    assert best_path(scores, octaves, real, 0.35, 9.0).tolist() == [[1, 1, 1]]


def test_path_ignores_padding():
    scores, octaves = torch.rand(1, 9, 4), 8 * torch.rand(1, 9, 4)
    alone = best_path(
        scores[:, :5], octaves[:, :5], torch.ones(1, 5).bool(), 0.1, 0.1
    )
    real = torch.arange(9)[None] < 5
    assert best_path(scores, octaves, real, 0.1, 0.1)[:, :5].equal(alone)
