import pytest
import torch
from helpers.blocks import Blocks

from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.statistics import LayerStatistics, Statistics


def layers():
    """Two layers of five columns: columns 0-4 and 5-9 of ``Blocks``."""
    blocks = Blocks()
    blocks.n_layers = 2
    return blocks


def test_layer_statistics_match_reference_and_ignore_padding():
    wavs = torch.full((2, 40), 99.0)
    wavs[0, :20] = torch.arange(20.0)  # two frames, 10 apart
    extractor = LayerStatistics(layers(), [(0, 0), (1, 1), (0, 1)])
    assert (extractor.dim, extractor.width) == (30, 10)
    values = extractor(wavs, torch.tensor([0.5, 1.0]))[0, 0]
    low, high, both = values.split(10)
    assert low.tolist() == [5, 6, 7, 8, 9] + 5 * [5]
    assert high.tolist() == [10, 11, 12, 13, 14] + 5 * [5]
    assert both.tolist() == [7.5, 8.5, 9.5, 10.5, 11.5] + 5 * [5]


def test_deviation_is_computed_on_layer_average():
    blocks = layers()
    rising = torch.arange(20.0)
    # The second layer falls as the first rises: their average is constant.
    rising[5:10], rising[15:] = 20.0, 10.0
    values = LayerStatistics(blocks, [(0, 1)])(rising[None], torch.ones(1))
    assert values[0, 0, 5:].abs().max() < 1e-5


def test_key_depends_on_ranges():
    one, two = (LayerStatistics(layers(), [span]) for span in ((0, 0), (0, 1)))
    assert one.key != two.key
    assert one.n_frames(torch.tensor([1, 9])).tolist() == [1, 1]


@pytest.mark.parametrize("span", [(0, 2), (1, 0), (-1, 0)])
def test_unknown_layers_raise(span):
    with pytest.raises(ValueError, match="within layers 0-1 of the Blocks"):
        LayerStatistics(layers(), [span])


def test_trained_encoder_raises():
    blocks = layers()
    blocks.is_frozen = False
    with pytest.raises(ValueError, match="frozen encoder, got a trained Blo"):
        LayerStatistics(blocks, [(0, 0)])


def test_statistics_match_reference_and_ignore_padding():
    wavs = torch.full((2, 40), 99.0)
    wavs[0, :20] = torch.arange(20.0)  # two blocks, 10 apart
    values = Statistics(Blocks())(wavs, torch.tensor([0.5, 1.0]))
    assert values.shape == (2, 1, 20)
    assert values[0, 0, :10].equal(torch.arange(10.0) + 5)
    assert values[0, 0, 10:].equal(torch.full((10,), 5.0))
    assert values[1, 0, 10:].equal(torch.zeros(10))


def test_statistics_are_one_frame_per_utterance():
    n_frames = Statistics(Blocks()).n_frames
    assert n_frames(torch.tensor([1, 16000])).tolist() == [1, 1]
    assert n_frames(160).item() == 1


def test_statistics_keep_layers_concatenated():
    blocks = Blocks()
    blocks.n_layers = 2
    statistics = Statistics(blocks)
    assert statistics.n_layers == 2 and statistics.dim == 20
    values = statistics(torch.arange(20.0)[None], torch.ones(1))[0, 0]
    # Mean and deviation of columns 0-4, then of columns 5-9.
    assert values[:5].tolist() == [5, 6, 7, 8, 9]
    assert values[10:15].tolist() == [10, 11, 12, 13, 14]
    assert values[5:10].equal(values[15:])


def test_statistics_are_equal_alone_and_in_batch():
    statistics = Statistics(AcousticFeatures())
    wavs = torch.randn(2, 9600) / 9
    together = statistics(wavs, torch.tensor([1.0, 0.5]))
    alone = statistics(wavs[1:, :4800], torch.ones(1))
    torch.testing.assert_close(together[1:], alone)


def test_key_depends_on_inner_extractor():
    blocks = Blocks()
    assert Statistics(blocks).key == Statistics(Blocks()).key
    assert Statistics(blocks).key != Statistics(Blocks(2.0)).key
    newer = type("Blocks", (Blocks,), {"version": 2})()
    assert Statistics(blocks).key != Statistics(newer).key


def test_trained_extractor_raises():
    blocks = Blocks()
    blocks.is_frozen = False
    with pytest.raises(ValueError, match="got a trained Blocks"):
        Statistics(blocks)


def test_undefined_values_raise():
    blocks = Blocks()
    blocks.may_be_nan = True
    with pytest.raises(ValueError, match="Blocks leaves some undefined"):
        Statistics(blocks)
