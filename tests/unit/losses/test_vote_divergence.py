import math

import pytest
import torch

from speechbrain_clser.losses.vote_divergence import vote_divergence

SHARES = torch.tensor([[0.75, 0.25], [1.0, 0.0]])


def test_loss_equals_value_worked_out_on_paper():
    # Predictions (0.5, 0.5): ln 2 minus the entropy of the shares.
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    expected = math.log(2) - entropy / 2
    found = vote_divergence(torch.zeros(2, 2), SHARES)
    assert found.item() == pytest.approx(expected, abs=1e-6)
    exact = SHARES[:1].log()
    assert vote_divergence(exact, SHARES[:1]).item() == pytest.approx(
        0, abs=1e-6
    )


def test_order_and_unlabelled_rows_do_not_matter():
    logits = torch.tensor([[1.0, 2.0], [3.0, 0.0], [9.0, 9.0]])
    shares = torch.cat([SHARES, torch.full((1, 2), torch.nan)])
    expected = vote_divergence(logits[:2], SHARES)
    found = vote_divergence(logits.flip(0), shares.flip(0))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("shares", [SHARES * torch.nan, SHARES])
def test_degenerate_batch_has_a_finite_gradient(shares):
    logits = torch.tensor([[99.0, -99.0], [-99.0, 99.0]], requires_grad=True)
    vote_divergence(logits, shares).backward()
    assert logits.grad.isfinite().all()


def test_other_shape_is_refused():
    with pytest.raises(ValueError, match="one shape"):
        vote_divergence(SHARES, SHARES[:, 0])
