"""Contract of all methods, which are discovered from the YAML files."""

import copy

import pytest
import torch
from helpers import toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.losses.combine import combine
from speechbrain_clser.training.domain_alignment import DomainAlignment

YAMLS = sorted((toy.RECIPE / "hparams").glob("*.yaml"))
# Code, start and end, as fractions of the utterance.
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
    """Return the objects of a YAML."""
    with open(request.param, encoding="utf-8") as file:
        built = load_hyperpyyaml(file)
    built["method"].setup([0, 1], ["a", "e", "n"])
    return built


@pytest.fixture
def batch(hparams):
    """Return a training batch with padded utterances."""
    torch.manual_seed(0)
    frames = torch.randn(4, 30, hparams["extractor"].dim)
    return {
        "frames": (frames, torch.tensor([1.0, 0.5, 0.8, 1.0])),
        "id": ["one", "two", "three", "four"],
        "emotion": torch.arange(4) % hparams["n_classes"],
        "domain": torch.tensor([0, 0, 1, 1]),
        "speaker": torch.tensor([0, 0, 1, 1]),
        "language": torch.tensor([0, 0, 1, 1]),
        "corpus": torch.tensor([0, 0, 1, 1]),
        "gender": torch.tensor([0, -1, 1, 0]),
        "style": (torch.randn(4, 52), torch.ones(4)),
        "phones": (PHONES.repeat(4, 1, 1), torch.ones(4)),
    }


def trainable(method):
    return [(n, p) for n, p in method.named_parameters() if p.requires_grad]


def inputs(method, batch):
    return {key: batch[key] for key in method.INPUTS}


def test_prediction_needs_inputs_only(hparams, batch):
    method = hparams["method"].eval()
    output = method(inputs(method, batch))
    assert output.logits.shape == (4, hparams["n_classes"])
    assert output.embedding.shape[0] == 4


def test_losses_are_as_declared_and_weighted(hparams, batch):
    method = hparams["method"]
    losses = method.losses(method(inputs(method, batch)), batch)
    assert losses.keys() == method.LOSSES == hparams["loss_weights"].keys()
    assert all(loss.shape == () for loss in losses.values())


def test_every_trainable_parameter_gets_a_gradient(hparams, batch):
    method = hparams["method"].train()
    method.zero_grad()
    losses = method.losses(method(inputs(method, batch)), batch)
    combine(losses, hparams["loss_weights"]).backward()
    unused = [n for n, p in trainable(method) if p.grad is None]
    assert unused == []


def test_embedding_can_be_aligned(hparams, batch):
    method = hparams["method"].train()
    if not method.USES_GRADIENTS:
        return  # refused; see training.domain_alignment
    for name in ("cdan", "mdd", "mk_mmd"):
        alignment = DomainAlignment(name, hparams["n_classes"])
        alignment.setup(method, hparams["extractor"])
        method.zero_grad()
        output = method(inputs(method, batch))
        alignment(output, batch["frames"], batch["domain"], 0.5).backward()
        assert any(p.grad is not None for _, p in trainable(method)), name


def test_evaluation_is_deterministic(hparams, batch):
    method = hparams["method"].eval()
    one, two = (method(inputs(method, batch)).logits for _ in range(2))
    assert one.equal(two)


def test_state_dict_round_trip_keeps_predictions(hparams, batch):
    method = hparams["method"].eval()
    before = method(inputs(method, batch)).logits
    state = copy.deepcopy(method.state_dict())
    for parameter in method.parameters():
        torch.nn.init.zeros_(parameter)
    method.load_state_dict(state)
    assert method(inputs(method, batch)).logits.equal(before)


def test_predictions_do_not_depend_on_padding(hparams, batch):
    method = hparams["method"].eval()
    frames, lens = batch["frames"]
    alone = method({"frames": (frames[1:2, :15], torch.ones(1))}).logits
    together = method(inputs(method, batch)).logits[1:2]
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


def test_inference_method_predicts_the_same_without_unused_parameters(
    hparams, batch
):
    method = copy.deepcopy(hparams["method"]).eval()
    before = method(inputs(method, batch)).logits
    inference = method.for_inference()
    after = inference(inputs(inference, batch)).logits
    assert after.equal(before)
    after.sum().backward()
    unused = [n for n, p in trainable(inference) if p.grad is None]
    assert unused == [], "add them to TRAINING_ONLY"


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.stem)
def test_sections_have_the_same_order_in_all_yamls(path):
    keys = [
        line.partition(":")[0]
        for line in path.read_text().splitlines()
        if line[:1].isalpha()
    ]
    assert [key for key in keys if key in SECTIONS] == list(SECTIONS)


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.stem)
def test_header_contains_the_command(path):
    header = path.read_text().split("\n\n")[0]
    assert f"python train.py hparams/{path.name}" in header
