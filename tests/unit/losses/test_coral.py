import pytest
import torch

from speechbrain_clser.losses.coral import coral


def test_value_by_hand():
    source = torch.tensor(
        [[1.0, 0.0], [-1.0, 0.0]]
    )  # covariance [[2, 0], [0, 0]]
    target = torch.tensor([[0.0, 1.0], [0.0, -1.0]])  # [[0, 0], [0, 2]]
    assert coral(source, target).item() == pytest.approx((4 + 4) / 16)


def test_equal_covariances_have_zero_loss_for_any_means():
    source = torch.randn(9, 3)
    assert coral(source, source + 7).item() == pytest.approx(0, abs=1e-9)


def test_order_does_not_matter():
    source, target = torch.randn(9, 3), torch.randn(5, 3)
    torch.testing.assert_close(
        coral(source, target), coral(source.flip(0), target.flip(0))
    )


@pytest.mark.parametrize("n_source, n_target", [(0, 3), (3, 1), (0, 0)])
def test_too_few_rows_have_zero_loss_and_a_gradient(n_source, n_target):
    source = torch.randn(n_source, 2, requires_grad=True)
    loss = coral(source, torch.randn(n_target, 2))
    loss.backward()
    assert loss.item() == 0


def test_loss_stays_float32_under_autocast():
    source, target = torch.randn(9, 3), torch.randn(5, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert coral(source, target).equal(coral(source.float(), target))
