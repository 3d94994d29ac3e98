import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from helpers import encoders
from transformers.models.wavlm.modeling_wavlm import WavLMAttention

from speechbrain_clser.features.ssl import SSLFeatures
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


def test_lengths_are_those_of_the_thread():
    norm = MaskedGroupNorm(torch.nn.GroupNorm(1, 1))
    frames = torch.tensor([[[1.0, 3.0, 99.0]]])
    norm.n_real = torch.tensor([2])
    expected = norm(frames)

    def other():
        norm.n_real = torch.tensor([3])
        return norm(frames)

    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(other).result().equal(expected)
    assert norm(frames).equal(expected)


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_threads_give_the_frames_of_one(tmp_path, kind):
    extractor = SSLFeatures(encoders.make(tmp_path, kind)).eval()
    wavs = [torch.randn(1, n) for n in range(3000, 40000, 2500)]

    @torch.inference_mode()
    def frames(wav):
        return extractor(wav, torch.ones(1))

    expected = [frames(wav) for wav in wavs]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(frames, wavs))
    finally:
        sys.setswitchinterval(interval)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)
