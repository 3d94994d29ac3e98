import pytest
import torch

from speechbrain_clser.features.prosody.stretches import (
    PADDING,
    PAUSE,
    UNVOICED,
    VOICED,
    Stretches,
)


def cut(text, longest_frames=2):
    """Stretches of one row a word: v voiced, . not, # padding."""
    rows = text.split()
    return Stretches(
        torch.tensor([[letter == "v" for letter in row] for row in rows]),
        torch.tensor([[letter != "#" for letter in row] for row in rows]),
        longest_frames,
    )


def shown(frames):
    return ["".join("x" if f else "-" for f in row) for row in frames.tolist()]


def test_long_unvoiced_stretches_are_pauses():
    stretches = cut("...vv..v v#######")
    assert stretches.kinds.tolist() == [
        [PAUSE, VOICED, UNVOICED, VOICED],
        [VOICED, PADDING, PADDING, PADDING],
    ]
    assert stretches.n_frames.tolist() == [[3, 2, 2, 1], [1, 7, 0, 0]]
    assert shown(stretches.frames_of(PAUSE)) == ["xxx-----", "--------"]


def test_first_and_last_stretch_are_found_in_every_row():
    first, last = cut("...vv..v v####### ........").ends_of(VOICED)
    assert shown(first) == ["---xx---", "x-------", "--------"]
    assert shown(last) == ["-------x", "x-------", "--------"]


def test_lines_by_hand():
    stretches = cut("vvv.vvvv")
    nan = float("nan")
    values = torch.tensor([[1.0, 3.0, 5.0, nan, 0.0, 3.0, 3.0, 0.0]])
    tilt, error, is_fit = stretches.lines(values)
    assert tilt[0, [0, 2]].tolist() == [2, 0]
    assert error[0, [0, 2]].tolist() == [0, 2.25]
    assert is_fit.tolist() == [[True, False, True]]


@pytest.mark.parametrize("far", [0.0, 1e4])
def test_line_fit_is_independent_of_position(far):
    values = far + torch.arange(8.0)[None].pow(2)
    tilt, error, _ = cut("vvvvvvvv").lines(values)
    assert tilt.item() == pytest.approx(7.0, abs=1e-3)
    assert error.item() == pytest.approx(21.0, abs=1e-2)
