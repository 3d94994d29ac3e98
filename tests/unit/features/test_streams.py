import pytest
import torch
from helpers.blocks import Blocks

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.mfcc import Mfcc
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.features.prosody.measures import ProsodyMeasures
from speechbrain_clser.features.streams import Streams


class Shorter(Blocks):
    """Returns one frame less than there are blocks."""

    def n_frames(self, n_samples):
        return (super().n_frames(n_samples) - 1).clamp(min=1)


class Length(Blocks):
    """One vector per utterance: the number of samples."""

    frames_per_s = 0
    dim = 1
    may_be_nan = True

    def n_frames(self, n_samples):
        return torch.ones_like(torch.as_tensor(n_samples))

    def forward(self, wavs, lens):
        return (lens * wavs.shape[1]).round()[:, None, None]


@pytest.fixture
def streams():
    return Streams(low=Blocks(), high=Shorter(2.0), length=Length())


def test_columns_are_concatenated_and_vectors_repeated(streams):
    frames = streams(torch.arange(30.0)[None], torch.ones(1))
    assert frames.shape == (1, 2, 21)  # as many as the shortest has
    assert frames[0, 1, :10].equal(torch.arange(10.0, 20))
    assert frames[0, 1, 10:20].equal(2 * torch.arange(10.0, 20))
    assert frames[0, :, 20].tolist() == [30, 30]


def test_padding_is_zero_in_all_streams(streams):
    frames = streams(torch.ones(2, 40), torch.tensor([1.0, 0.5]))
    assert streams.n_frames(torch.tensor([40, 20])).tolist() == [3, 1]
    assert frames[0].all() and not frames[1, 1:].any()


def test_places_and_column_names_identify_streams(streams):
    assert streams.places == {
        "low": (0, 10),
        "high": (10, 20),
        "length": (20, 21),
    }
    assert streams.columns[9:11] == ("low.9", "high.0")
    assert len(streams.columns) == streams.dim == 21


def test_undefined_values_of_a_stream_are_nan(streams):
    assert streams.may_be_nan
    assert not Streams(one=Blocks(), two=Blocks()).may_be_nan


def test_silence_has_no_pitch_and_no_tilt():
    streams = Streams(contours=ProsodyContours(), measures=ProsodyMeasures())
    frames = streams(torch.zeros(1, 3200), torch.ones(1))[0]
    is_lost = frames.isnan().all(dim=0).tolist()
    lost = {
        name
        for name, lost in zip(streams.columns, is_lost, strict=True)
        if lost
    }
    assert {"contours.pitch", "measures.pitch_tilt_mean"} <= lost
    assert not {"contours.voicing", "measures.voiced_rate"} & lost


def test_key_depends_on_keys_names_and_order():
    keys = {
        Streams(a=Blocks(), b=Blocks(2.0)).key,
        Streams(b=Blocks(2.0), a=Blocks()).key,
        Streams(a=Blocks(), c=Blocks(2.0)).key,
        Streams(a=Blocks(), b=Blocks(3.0)).key,
    }
    assert len(keys) == 4


def test_incompatible_streams_raise():
    slow = Blocks()
    slow.frames_per_s = 25
    with pytest.raises(ValueError, match="slow: 25 a second at 16000 Hz"):
        Streams(fast=Blocks(), slow=slow)
    with pytest.raises(ValueError, match="at least one of them with frames"):
        Streams(length=Length())


class Learner(Blocks):
    """Blocks times a factor that is learned; published, it is 1."""

    is_frozen = has_frozen_part = False

    def __init__(self):
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(1.0))

    def frozen_copy(self):
        return Blocks()

    def forward(self, wavs, lens):
        return super().forward(wavs, lens) * self.factor


@pytest.fixture
def learning():
    return Streams(encoder=Learner(), other=Blocks(2.0))


def test_trained_stream_is_combined_with_frozen_ones(learning):
    assert not learning.is_frozen and learning.has_frozen_part
    frames = learning(torch.ones(1, 20), torch.ones(1))
    frames.sum().backward()
    assert learning.extractors.encoder.factor.grad == 20
    learning.train()
    assert learning.extractors.encoder.training
    assert not learning.extractors.other.training


def test_state_contains_trained_stream_only():
    streams = Streams(encoder=Learner(), mfcc=Mfcc(), length=Length())
    streams.extractors.encoder.factor.data.fill_(5.0)
    state = streams.state_dict()
    assert state.keys() == {"extractors.encoder.factor"}
    fresh = Streams(encoder=Learner(), mfcc=Mfcc(), length=Length())
    fresh.load_state_dict(state)
    sound = torch.arange(640.0)[None].sin(), torch.ones(1)
    assert fresh(*sound).equal(streams(*sound))


def test_requires_grad_changes_trained_stream_only(learning):
    other = learning.extractors.other
    other.weight = torch.nn.Parameter(torch.ones(1), requires_grad=False)
    factor = learning.extractors.encoder.factor
    assert learning.requires_grad_(False) is learning
    assert learning.requires_grad_(False) is learning
    assert not factor.requires_grad
    learning.requires_grad_(True)
    assert factor.requires_grad and not other.weight.requires_grad


def test_frozen_copy_matches_frozen_streams(learning, streams):
    learning.extractors.encoder.factor.data.fill_(5.0)
    published = learning.frozen_copy()
    frozen = Streams(encoder=Blocks(), other=Blocks(2.0))
    assert published.is_frozen and published.key == frozen.key
    sound = torch.arange(20.0)[None], torch.ones(1)
    assert published(*sound).equal(frozen(*sound))
    assert streams.frozen_copy() is streams


def test_streams_satisfy_extractor_interface(streams):
    assert isinstance(streams, Extractor) and streams.is_frozen
    assert (streams.frames_per_s, streams.sample_rate_hz) == (50, 16000)
