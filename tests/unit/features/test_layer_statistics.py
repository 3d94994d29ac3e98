import pytest
import torch
from helpers.blocks import Blocks

from speechbrain_clser.features.layer_statistics import LayerStatistics


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
