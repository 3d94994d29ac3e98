import torch

from speechbrain_clser.lobes.pointwise_conv import PointwiseConv


def test_frame_is_transformed_by_itself_as_computed_by_hand():
    lobe = PointwiseConv(input_dim=2, dim=1)
    first, second = lobe.convs[0], lobe.convs[3]
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0, -2.0]]))
        first.bias.fill_(0.5)
        second.weight.fill_(3.0)
        second.bias.fill_(-1.0)
    frames = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    # 3 (1 + 0.5) - 1 = 3.5; the second frame: 0 after the first ReLU, then -1.
    assert lobe(frames, torch.ones(1)).tolist() == [[[3.5], [0.0]]]


def test_layers_are_averaged_and_without_convolutions_returned():
    lobe = PointwiseConv(input_dim=6, n_layers=3, n_conv=0)
    frames = torch.tensor([[[0.0, 0.0, 1.0, 1.0, 2.0, 4.0]]])
    # Weights 0.05, 0.9 and 0.05.
    torch.testing.assert_close(
        lobe(frames, torch.ones(1)), torch.tensor([[[1.0, 1.1]]])
    )
    assert lobe.output_dim == 2
