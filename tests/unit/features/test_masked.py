import torch

from speechbrain_clser.features.masked import masked_moments, masked_quantiles


def test_moments_and_quantiles_match_torch():
    frames = torch.randn(1, 9, 1)
    mask = torch.arange(9)[None] % 2 == 0
    chosen = frames[0, ::2, 0]
    mean, std = masked_moments(frames, mask)
    shares = [0.0, 0.3, 0.5, 1.0]
    quantiles = masked_quantiles(frames[..., 0], mask, shares)
    torch.testing.assert_close(mean[0, 0], chosen.mean())
    torch.testing.assert_close(std[0, 0], chosen.std(correction=0))
    torch.testing.assert_close(
        quantiles[0], torch.quantile(chosen, torch.tensor(shares))
    )


def test_empty_mask_gives_zero():
    nothing = torch.zeros(1, 4).bool()
    frames = torch.full((1, 4, 1), 7.0)
    assert [x.item() for x in masked_moments(frames, nothing)] == [0.0, 0.0]
    assert masked_quantiles(frames[..., 0], nothing, [0.5]).item() == 0.0


def test_frames_outside_mask_have_no_effect():
    frames = torch.randn(2, 6, 3)
    mask = torch.ones(2, 6).bool()
    wide = torch.cat([frames, torch.full((2, 3, 3), 1e6)], dim=1)
    wide_mask = torch.cat([mask, torch.zeros(2, 3).bool()], dim=1)
    for alone, padded in zip(
        masked_moments(frames, mask),
        masked_moments(wide, wide_mask),
        strict=True,
    ):
        torch.testing.assert_close(padded, alone)
    torch.testing.assert_close(
        masked_quantiles(wide[..., 0], wide_mask, [0.2, 0.8]),
        masked_quantiles(frames[..., 0], mask, [0.2, 0.8]),
    )
