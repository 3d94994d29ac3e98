import pytest
import torch

from speechbrain_clser.methods.base import Method, MethodOutput


def test_output_is_immutable():
    output = MethodOutput(torch.zeros(1, 2), torch.zeros(1, 3))
    with pytest.raises(AttributeError, match="cannot assign"):
        output.logits = torch.ones(1, 2)


@pytest.mark.parametrize(
    "call", [lambda m: m({}), lambda m: m.losses(None, {})]
)
def test_missing_implementation_error_names_the_method(call):
    with pytest.raises(NotImplementedError, match="Method has no"):
        call(Method())


def test_for_inference_removes_training_only_modules():
    class Named(Method):
        TRAINING_ONLY = frozenset({"speaker_head"})

    method = Named()
    method.emotion_head = torch.nn.Linear(2, 2)
    method.speaker_head = torch.nn.Linear(2, 9)
    assert {n.split(".")[0] for n in method.for_inference().state_dict()} == {
        "emotion_head"
    }
