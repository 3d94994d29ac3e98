import torch

from speechbrain_clser.features.prosody.both import Prosody
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.features.prosody.measures import (
    MeasuresConfig,
    ProsodyMeasures,
)

LENS = torch.tensor([1.0, 0.5])


def test_values_are_those_of_contours_and_of_measures():
    config = MeasuresConfig(pause_s=0.1)
    wavs = torch.randn(2, 9600) / 9
    wavs[:, 3000:6000] = 0.0
    frames = Prosody(config)(wavs, LENS)
    contours = ProsodyContours(config)(wavs, LENS)
    measures = ProsodyMeasures(config)(wavs, LENS)
    torch.testing.assert_close(frames[..., :5], contours, equal_nan=True)
    for place in (0, 29):
        torch.testing.assert_close(
            frames[:, place, 5:][: 2 - (place > 14)],
            measures[: 2 - (place > 14), 0],
            equal_nan=True,
        )


def test_padding_is_zero():
    frames = Prosody()(torch.randn(2, 9600), LENS)
    assert frames.shape == (2, 30, 108) and not frames[1, 15:].any()


def test_columns_are_named_in_their_order():
    assert Prosody.columns[: Prosody.n_contours] == ProsodyContours.columns
    assert len(Prosody.columns) == Prosody.dim == 108
