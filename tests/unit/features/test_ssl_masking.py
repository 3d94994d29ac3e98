import pytest
import torch
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

from speechbrain_clser.features.ssl_masking import (
    MaskedGroupNorm,
    MaskedWavLMAttention,
)


@pytest.fixture
def norm():
    norm = torch.nn.GroupNorm(3, 3)
    torch.nn.init.normal_(norm.weight)
    torch.nn.init.normal_(norm.bias)
    return norm


@pytest.fixture
def attention():
    return WavLMAttention(8, 2, num_buckets=8, max_distance=16).eval()


def masked(attention):
    attention.__class__ = MaskedWavLMAttention
    return attention


def test_group_norm_without_padding_matches_published(norm):
    frames = torch.randn(2, 3, 9)
    ours = MaskedGroupNorm(norm)
    ours.n_real = torch.tensor([9, 9])
    torch.testing.assert_close(ours(frames), norm(frames))


def test_group_norm_ignores_padding(norm):
    frames = torch.randn(2, 3, 9)
    ours = MaskedGroupNorm(norm)
    ours.n_real = torch.tensor([4, 9])
    found = ours(frames)
    torch.testing.assert_close(found[:1, :, :4], norm(frames[:1, :, :4]))
    assert not found[0, :, 4:].any()


def test_group_norm_shares_parameters(norm):
    ours = MaskedGroupNorm(norm)
    assert ours.weight is norm.weight
    assert ours.state_dict().keys() == norm.state_dict().keys()


def test_attention_without_padding_matches_published(attention):
    frames = torch.randn(2, 5, 8)
    expected = attention(frames)[0]
    found = masked(attention)(frames, torch.ones(2, 5).bool())[0]
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_attention_ignores_padding(attention):
    frames = torch.randn(2, 5, 8)
    real = torch.tensor([[True, True, True, False, False], [True] * 5])
    found = masked(attention)(frames, real)[0][:1, :3]
    expected = attention(frames[:1, :3], real[:1, :3])[0]
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


def test_attention_dropout_is_active_in_training_only(attention):
    attention.dropout = 0.5
    frames, real = torch.randn(1, 5, 8), torch.ones(1, 5).bool()
    masked(attention)
    assert attention(frames, real)[0].equal(attention(frames, real)[0])
    attention.train()
    assert not attention(frames, real)[0].equal(attention(frames, real)[0])
