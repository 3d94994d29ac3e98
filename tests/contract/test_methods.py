"""One suite over all methods; it finds them by the YAML files of the recipe."""

import copy

import pytest
import torch
from helpers import toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.losses.combine import combine

YAMLS = sorted((toy.RECIPE / "hparams").glob("*.yaml"))
# Code, start and end, as shares of the utterance.
PHONES = torch.tensor([[[1.0, 0.0, 0.3], [2.0, 0.3, 0.6], [3.0, 0.6, 1.0]]])
SECTIONS = (
    "seed",
    "protocol",
    "output_folder",
    "extractor",
    "method",
    "loss_weights",
    "phases",
)


@pytest.fixture(scope="module", params=YAMLS, ids=lambda path: path.stem)
def hparams(request):
    """Everything a YAML builds."""
    with open(request.param, encoding="utf-8") as file:
        built = load_hyperpyyaml(file)
    built["method"].setup([0, 1], ["a", "e", "n"])
    return built


@pytest.fixture
def batch(hparams):
    """Two utterances as the training gives them, one of them padded."""
    torch.manual_seed(0)
    frames = torch.randn(4, 30, hparams["extractor"].dim)
    return {
        "frames": (frames, torch.tensor([1.0, 0.5, 0.8, 1.0])),
        "emotion": torch.arange(4) % hparams["n_classes"],
        "domain": torch.tensor([0, 0, 1, 1]),
        "speaker": torch.tensor([0, 0, 1, 1]),
        "language": torch.tensor([0, 0, 1, 1]),
        "corpus": torch.tensor([0, 0, 1, 1]),
        "style": (torch.randn(4, 52), torch.ones(4)),
        "phones": (PHONES.repeat(4, 1, 1), torch.ones(4)),
    }


def inputs(method, batch):
    return {key: batch[key] for key in method.INPUTS}


def test_sound_alone_is_enough_to_predict(hparams, batch):
    method = hparams["method"].eval()
    output = method(inputs(method, batch))
    assert output.logits.shape == (4, hparams["n_classes"])
    assert output.embedding.shape[0] == 4


def test_losses_are_those_stated_and_those_weighed(hparams, batch):
    method = hparams["method"]
    losses = method.losses(method(inputs(method, batch)), batch)
    assert losses.keys() == method.LOSSES == hparams["loss_weights"].keys()
    assert all(loss.shape == () for loss in losses.values())


def test_every_trainable_parameter_gets_a_gradient(hparams, batch):
    method = hparams["method"].train()
    method.zero_grad()
    losses = method.losses(method(inputs(method, batch)), batch)
    combine(losses, hparams["loss_weights"]).backward()
    idle = [n for n, p in method.named_parameters() if p.grad is None]
    assert idle == []


def test_evaluation_repeats_itself(hparams, batch):
    method = hparams["method"].eval()
    one, two = (method(inputs(method, batch)).logits for _ in range(2))
    assert one.equal(two)


def test_state_survives_a_round_trip(hparams, batch):
    method = hparams["method"].eval()
    before = method(inputs(method, batch)).logits
    state = copy.deepcopy(method.state_dict())
    for parameter in method.parameters():
        torch.nn.init.zeros_(parameter)
    method.load_state_dict(state)
    assert method(inputs(method, batch)).logits.equal(before)


def test_padding_changes_no_prediction(hparams, batch):
    method = hparams["method"].eval()
    frames, lens = batch["frames"]
    alone = method({"frames": (frames[1:2, :15], torch.ones(1))}).logits
    together = method(inputs(method, batch)).logits[1:2]
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


def test_what_is_served_answers_alike_and_holds_nothing_else(hparams, batch):
    method = copy.deepcopy(hparams["method"]).eval()
    before = method(inputs(method, batch)).logits
    served = method.for_inference()
    after = served(inputs(served, batch)).logits
    assert after.equal(before)
    after.sum().backward()
    idle = [n for n, p in served.named_parameters() if p.grad is None]
    assert idle == [], "name it in TRAINING_ONLY"


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.stem)
def test_sections_stand_in_the_same_order_in_every_yaml(path):
    keys = [
        line.partition(":")[0]
        for line in path.read_text().splitlines()
        if line[:1].isalpha()
    ]
    assert [key for key in keys if key in SECTIONS] == list(SECTIONS)


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.stem)
def test_header_names_the_command(path):
    header = path.read_text().split("\n\n")[0]
    assert f"python train.py hparams/{path.name}" in header
