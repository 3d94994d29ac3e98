import torch

from speechbrain_clser.lobes.chain import Chain


class Add(torch.nn.Module):
    def forward(self, frames, lens):
        return frames + 1, lens


class Halve(torch.nn.Module):
    def forward(self, frames, lens):
        return frames[:, ::2] / 2, lens / 2


def test_steps_are_taken_in_order():
    frames, lens = Chain([Add(), Halve()])(torch.ones(1, 4, 1), torch.ones(1))
    assert frames.flatten().tolist() == [1.0, 1.0]
    assert lens.tolist() == [0.5]


def test_no_steps_change_nothing():
    frames, lens = torch.randn(1, 4, 1), torch.ones(1)
    same, same_lens = Chain([])(frames, lens)
    assert same is frames and same_lens is lens


def test_eval_reaches_every_step():
    chain = Chain([Add(), Halve()]).eval()
    assert not any(step.training for step in chain.steps)
