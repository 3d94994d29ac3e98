import pytest
import torch

from speechbrain_clser.inference.stages import (
    EmotionEncoder,
    LogPosterior,
    NoNormalization,
)
from speechbrain_clser.methods.base import Method, MethodOutput


class Blocks(torch.nn.Module):
    """Extractor of means of two samples, with one extra frame of padding."""

    sample_rate_hz = 4

    def n_frames(self, n_samples):
        return n_samples // 2

    def forward(self, wavs, lens):
        frames = wavs.unfold(1, 2, 2).mean(dim=-1, keepdim=True)
        return torch.nn.functional.pad(frames, (0, 0, 0, 1), value=9.0)


class Sum(Method):
    """Method that sums the frames and stores their lengths."""

    TRAINING_ONLY = frozenset({"extra"})

    def __init__(self):
        super().__init__()
        self.extra = torch.nn.Linear(1, 1)

    def forward(self, batch):
        frames, self.lens = batch["frames"]
        total = frames.sum(dim=1)
        return MethodOutput(torch.cat([total, -total], dim=-1), total)


def test_padding_is_masked_and_lengths_are_of_frames():
    method = Sum()
    recogniser = EmotionEncoder(Blocks(), torch.nn.Identity(), method)
    wavs = torch.tensor([[1.0, 3.0, 5.0, 7.0], [1.0, 1.0, 8.0, 8.0]])
    both = recogniser(wavs, torch.tensor([1.0, 0.5]))
    assert both.tolist() == [[[8.0, 8.0, -8.0]], [[1.0, 1.0, -1.0]]]
    assert method.lens.tolist() == [1.0, 0.5]
    assert method.extra is None


def test_statistics_exclude_padding():
    recogniser = EmotionEncoder(Blocks(), torch.nn.Identity(), Sum())
    wavs = torch.tensor([[1.0, 3.0, 5.0, 7.0], [1.0, 1.0, 8.0, 8.0]])
    lens = torch.tensor([1.0, 0.5])
    both, statistics = recogniser.with_statistics(wavs, lens)
    assert torch.equal(both, recogniser(wavs, lens))
    # Frames 2 and 6; a single frame 1 with the minimum deviation.
    expected = torch.tensor([[4.0, 2.0], [1.0, 1e-3]])
    torch.testing.assert_close(statistics, expected)


def test_padding_beyond_the_longest_row_is_cut():
    recogniser = EmotionEncoder(Blocks(), torch.nn.Identity(), Sum())
    wavs = torch.tensor([[1.0, 3.0, 6.0, 6.0]])
    assert recogniser(wavs, torch.tensor([0.5]))[0, 0, 0] == 2.0


@pytest.mark.parametrize("n_samples, lens", [(0, [1.0, 1.0]), (8, [1.0, 0.0])])
def test_row_without_samples_is_refused(n_samples, lens):
    recogniser = EmotionEncoder(Blocks(), torch.nn.Identity(), Sum())
    with pytest.raises(ValueError, match="one sample or more in each row"):
        recogniser(torch.ones(2, n_samples), torch.tensor(lens))


def test_input_is_truncated_to_longest_s():
    recogniser = EmotionEncoder(
        Blocks(), torch.nn.Identity(), Sum(), longest_s=0.5
    )
    wavs = torch.tensor([[1.0, 3.0, 6.0, 6.0]])
    assert recogniser(wavs, torch.ones(1))[0, 0, 0] == 2.0


def test_truncation_is_logged_once(caplog):
    recogniser = EmotionEncoder(
        Blocks(), torch.nn.Identity(), Sum(), longest_s=0.5
    )
    recogniser(torch.ones(1, 4), torch.tensor([0.5]))
    assert not caplog.text
    for _ in range(2):
        recogniser(torch.ones(1, 4), torch.ones(1))
    [record] = caplog.records
    assert "uses the first 0.5 s of a recording" in record.getMessage()


def test_no_normalization_returns_the_input():
    wavs = torch.randn(2, 8)
    assert NoNormalization()(wavs, torch.ones(2)) is wavs


def test_log_posterior_uses_the_logits_only():
    both = torch.tensor([[[5.0, 0.0, 1.0]], [[9.0, 0.0, 1.0]]])
    found = LogPosterior(2)(both)
    assert found[0].equal(found[1])
    torch.testing.assert_close(found.exp().sum(dim=-1), torch.ones(2, 1))
