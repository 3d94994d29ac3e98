import pytest
import safetensors.torch
import torch
import transformers
from helpers import encoders

from speechbrain_clser.features.ssl_loading import load


def test_window_option_is_for_whisper_only(tmp_path):
    for kind in ("hubert_group", "whisper"):
        encoders.make(tmp_path / kind, kind)
    with pytest.raises(ValueError, match=r"30s is for Whisper.*kind hubert"):
        load(tmp_path / "hubert_group", "30s")
    assert load(tmp_path / "hubert_group", "real").window == ""
    with pytest.raises(ValueError, match="window must be real or 30s, got '3s"):
        load(tmp_path / "whisper", "3s")


def damage(folder, change):
    """Rewrite the weights of a folder."""
    path = folder / "model.safetensors"
    state = change(safetensors.torch.load_file(path))
    safetensors.torch.save_file(state, path, {"format": "pt"})


def without(*parts):
    """Drop the weights whose names hold one of these."""
    return lambda state: {
        name: value
        for name, value in state.items()
        if not any(part in name for part in parts)
    }


BLOCK = "encoder.layers.1."


@pytest.mark.parametrize("kind", encoders.KINDS)
def test_missing_weights_of_used_layers_are_listed(kind, tmp_path):
    encoders.make(tmp_path, kind)
    spare = ("masked_spec_embed", "encoder.layers.2.", "decoder.")
    damage(tmp_path, without(*spare))
    lobe = load(tmp_path)
    lobe.keep(1, 2)
    lobe.check_weights(tmp_path)

    damage(tmp_path, without(BLOCK))
    lobe = load(tmp_path)
    lobe.keep(1, 2)
    with pytest.raises(ValueError, match=rf"are missing: {BLOCK}\S+, {BLOCK}"):
        lobe.check_weights(tmp_path)
    lobe.keep(1, 1)  # the block is no longer needed
    lobe.check_weights(tmp_path)


def test_weights_of_other_shapes_are_listed(tmp_path):
    encoders.make(tmp_path, "hubert_group")
    name = "encoder.layers.0.attention.q_proj.weight"
    damage(tmp_path, lambda state: state | {name: torch.zeros(8, 32)})
    with pytest.raises(
        ValueError, match=r"1 have other shapes: encoder\.lay.*8"
    ):
        load(tmp_path).check_weights(tmp_path)


def test_weights_under_another_prefix_are_all_missing(tmp_path):
    encoders.make(tmp_path, "wav2vec2_layer")
    damage(tmp_path, lambda state: {f"mine.{n}": v for n, v in state.items()})
    lobe = load(tmp_path)
    n_needed = len(lobe.lobe.model.state_dict()) - 1  # masked_spec_embed
    with pytest.raises(ValueError, match=f"; {n_needed} are missing: "):
        lobe.check_weights(tmp_path)


def test_renamed_weights_are_not_missing(tmp_path):
    encoders.make(tmp_path, "wav2vec2_layer")
    conv = "encoder.pos_conv_embed.conv."
    old = {
        f"{conv}parametrizations.weight.original0": f"{conv}weight_g",
        f"{conv}parametrizations.weight.original1": f"{conv}weight_v",
    }
    before = load(tmp_path)

    def rename(state):
        names = {name: old.get(name, name) for name in state}
        assert set(names.values()) != set(names)
        # As a model with a head is saved.
        return {f"wav2vec2.{names[n]}": v for n, v in state.items()}

    damage(tmp_path, rename)
    lobe = load(tmp_path)
    lobe.check_weights(tmp_path)
    for name, value in lobe.state_dict().items():
        assert value.equal(before.state_dict()[name])


def test_half_precision_weights_are_computed_in_float32(tmp_path):
    encoders.make(tmp_path, "whisper")
    model = transformers.AutoModel.from_pretrained(tmp_path)
    model.half().save_pretrained(tmp_path)
    assert {p.dtype for p in load(tmp_path).parameters()} == {torch.float32}


def test_kind_without_lobe_raises(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(ValueError, match="wav2vec2, hubert, .* 'bert'"):
        load(tmp_path)
