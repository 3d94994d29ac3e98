import pytest
import torch
from helpers import encoders

from speechbrain_clser.features.ssl_adapters import Adaptation, Gate, adapt
from speechbrain_clser.features.ssl_loading import load


def test_gate_halves_its_branch_at_the_start():
    values = torch.randn(2, 3)
    assert Gate(torch.nn.Identity())(values).equal(values / 2)


@pytest.mark.parametrize(("logit", "share"), [(-30.0, 0.0), (30.0, 1.0)])
def test_gate_is_the_sigmoid_of_the_logit(logit, share):
    gate = Gate(torch.nn.Identity())
    torch.nn.init.constant_(gate.logit, logit)
    values = torch.ones(2, 3)
    torch.testing.assert_close(gate(values), share * values)


def test_gate_and_branch_get_gradients():
    gate = Gate(torch.nn.Linear(3, 2))
    gate(torch.ones(1, 3)).sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in gate.parameters())


WAV, N_SAMPLES = torch.linspace(-1, 1, 4000).sin()[None], torch.tensor([4000])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A folder of every kind of encoder."""
    top = tmp_path_factory.mktemp("encoders")
    for kind in encoders.KINDS:
        encoders.make(top / kind, kind)
    return top


def adapted(folder, *options, **named):
    lobe = load(folder).eval()
    lobe.keep(1, 2)
    adapt(lobe, Adaptation(*options, **named))
    return lobe


def trained(lobe):
    """Names of the trained parameters."""
    return [n for n, p in lobe.named_parameters() if p.requires_grad]


@pytest.mark.parametrize("kind", encoders.KINDS)
@pytest.mark.parametrize(
    ("way", "gated"),
    [("lora", False), ("bottleneck", True), ("lora+bottleneck", True)],
)
def test_only_adapters_are_trained(folders, kind, way, gated):
    torch.manual_seed(0)
    lobe = adapted(folders / kind, way, gated=gated)
    for name, parameter in lobe.named_parameters():
        if ".adapter_up_proj." in name and "logit" not in name:
            torch.nn.init.normal_(parameter)
    lobe(WAV, N_SAMPLES).square().sum().backward()
    names = trained(lobe)
    assert names
    for name, parameter in lobe.named_parameters():
        is_adapter = "adapter_" in name
        assert (name in names) == is_adapter
        assert (parameter.grad is not None) == is_adapter
        assert not is_adapter or parameter.grad.abs().sum() > 0, name
    assert gated == any(name.endswith("logit") for name in names)


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_adapters_start_as_published_encoder(folders, kind):
    lobe = load(folders / kind).eval()
    lobe.keep(1, 2)
    with torch.no_grad():
        expected = lobe(WAV, N_SAMPLES)
        adapt(lobe, Adaptation("lora+bottleneck", gated=True))
        torch.testing.assert_close(lobe(WAV, N_SAMPLES), expected)


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_adapters_are_placed_as_in_the_paper(folders, kind):
    names = trained(adapted(folders / kind, "lora+bottleneck"))
    lora = [n for n in names if n.endswith("adapter_up_proj.weight")]
    # Two blocks: queries and values of each, and the end of each feed-forward
    # block, of which a conformer has two.
    per_block = 4 if kind == "w2v_bert" else 3
    assert len(lora) == 2 * per_block


def test_sizes_and_scale_match_config(folders):
    lobe = adapted(
        folders / "hubert_group",
        "lora+bottleneck",
        rank=5,
        alpha=10.0,
        bottleneck_dim=7,
    )
    block = lobe.lobe.model.encoder.layers[0]
    assert block.attention.q_proj.adapter_down_proj.out_features == 5
    assert block.attention.q_proj.scaling == 2.0
    bottleneck = block.feed_forward.output_dense
    assert bottleneck.adapter_down_proj.out_features == 7


def test_initial_gate_is_one_half(folders):
    open_, gated = (
        adapted(folders / "hubert_group", "lora", gated=gated)
        .lobe.model.encoder.layers[0]
        .attention.q_proj
        for gated in (False, True)
    )
    gated.adapter_down_proj.load_state_dict(
        open_.adapter_down_proj.state_dict()
    )
    torch.nn.init.ones_(open_.adapter_up_proj.weight)
    torch.nn.init.ones_(gated.adapter_up_proj.branch.weight)
    frames = torch.randn(3, 32)
    published = open_.pretrained_module(frames)
    torch.testing.assert_close(
        gated(frames) - published, (open_(frames) - published) / 2
    )


@pytest.mark.parametrize("train_cnn", [False, True])
def test_full_training_includes_convolutions_if_configured(folders, train_cnn):
    lobe = adapted(folders / "hubert_group", "full", train_cnn=train_cnn)
    names = trained(lobe)
    assert any("conv_layers" in name for name in names) == train_cnn
    assert any("encoder.layers.1" in name for name in names)


@pytest.mark.parametrize("kind", encoders.KINDS)
@pytest.mark.parametrize("n", [1, 2])
def test_only_top_blocks_are_trained(folders, kind, n):
    lobe = adapted(folders / kind, "top", top_layers=n)
    blocks = lobe.lobe.model.encoder.layers
    lobe(WAV, N_SAMPLES).square().sum().backward()
    learned = {id(p) for block in blocks[-n:] for p in block.parameters()}
    assert len(blocks) == 2 and learned
    for name, parameter in lobe.named_parameters():
        is_top = id(parameter) in learned
        assert parameter.requires_grad == is_top, name
        assert (parameter.grad is not None) == is_top, name
        # A common shift of all keys does not change the attention.
        is_moot = name.endswith(("k_proj.bias", "linear_k.bias"))
        assert not is_top or is_moot or parameter.grad.any(), name


@pytest.mark.parametrize("n", [0, 3])
def test_too_many_top_blocks_raise(folders, n):
    with pytest.raises(ValueError, match=f"within 1-2, .* got {n}; select"):
        adapted(folders / "hubert_group", "top", top_layers=n)


def test_unknown_adapt_raises():
    with pytest.raises(
        ValueError, match="adapt must be frozen, lora, .*'prefix'"
    ):
        Adaptation("prefix")


def test_adapter_without_transformer_block_raises(folders):
    lobe = load(folders / "hubert_group")
    lobe.keep(0, 0)
    with pytest.raises(ValueError, match="layers end at 0"):
        adapt(lobe, Adaptation())
