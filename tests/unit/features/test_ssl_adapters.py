import pytest
import torch
from helpers import encoders

from speechbrain_clser.features.ssl_adapters import Adaptation, adapt
from speechbrain_clser.features.ssl_lobes import load

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
    """Names of what is trained."""
    return [n for n, p in lobe.named_parameters() if p.requires_grad]


@pytest.mark.parametrize("kind", encoders.KINDS)
@pytest.mark.parametrize(
    ("way", "gated"),
    [("lora", False), ("bottleneck", True), ("lora+bottleneck", True)],
)
def test_adapters_alone_learn_and_every_one_of_them_does(
    folders, kind, way, gated
):
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
def test_adapters_begin_with_the_published_encoder(folders, kind):
    lobe = load(folders / kind).eval()
    lobe.keep(1, 2)
    with torch.no_grad():
        expected = lobe(WAV, N_SAMPLES)
        adapt(lobe, Adaptation("lora+bottleneck", gated=True))
        torch.testing.assert_close(lobe(WAV, N_SAMPLES), expected)


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_adapters_stand_where_the_paper_puts_them(folders, kind):
    names = trained(adapted(folders / kind, "lora+bottleneck"))
    lora = [n for n in names if n.endswith("adapter_up_proj.weight")]
    # Two blocks: queries and values of each, and the end of each feed-forward
    # block, of which a conformer has two.
    per_block = 4 if kind == "w2v_bert" else 3
    assert len(lora) == 2 * per_block


def test_sizes_and_scale_are_those_asked_for(folders):
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


def test_gate_halves_what_an_adapter_adds_at_first(folders):
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
def test_full_training_takes_the_convolutions_only_if_asked(folders, train_cnn):
    lobe = adapted(folders / "hubert_group", "full", train_cnn=train_cnn)
    names = trained(lobe)
    assert any("conv_layers" in name for name in names) == train_cnn
    assert any("encoder.layers.1" in name for name in names)


@pytest.mark.parametrize("kind", encoders.KINDS)
@pytest.mark.parametrize("n", [1, 2])
def test_top_blocks_alone_learn_and_all_of_each_does(folders, kind, n):
    lobe = adapted(folders / kind, "top", top_layers=n)
    blocks = lobe.lobe.model.encoder.layers
    lobe(WAV, N_SAMPLES).square().sum().backward()
    learned = {id(p) for block in blocks[-n:] for p in block.parameters()}
    assert len(blocks) == 2 and learned
    for name, parameter in lobe.named_parameters():
        is_top = id(parameter) in learned
        assert parameter.requires_grad == is_top, name
        assert (parameter.grad is not None) == is_top, name
        # Keys may all be shifted alike, and nobody attends otherwise.
        is_moot = name.endswith(("k_proj.bias", "linear_k.bias"))
        assert not is_top or is_moot or parameter.grad.any(), name


@pytest.mark.parametrize("n", [0, 3])
def test_more_top_blocks_than_are_used_are_refused(folders, n):
    with pytest.raises(ValueError, match=f"within 1-2, .* got {n}; choose"):
        adapted(folders / "hubert_group", "top", top_layers=n)


def test_unknown_way_is_refused():
    with pytest.raises(
        ValueError, match="adapt must be frozen, lora, .*'prefix'"
    ):
        Adaptation("prefix")


def test_adapter_without_a_block_to_go_into_is_refused(folders):
    lobe = load(folders / "hubert_group")
    lobe.keep(0, 0)
    with pytest.raises(ValueError, match="layers end at 0"):
        adapt(lobe, Adaptation())
