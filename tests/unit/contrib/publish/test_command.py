import pytest

from speechbrain_clser.contrib.publish.command import shareable

ENCODER = "owner/encoder"


@pytest.mark.parametrize(
    "options, expected",
    [
        (["--data_folder", "secret"], ["--data_folder", "<data_folder>"]),
        (["--protocol", "./mine.yaml"], ["--protocol", "<protocol>"]),
        (["--protocol=a:shots", "--trials", "2"], None),
        (["--encoder", ENCODER], ["--encoder", ENCODER]),
        (["--encoder", "owner/folder"], ["--encoder", "<encoder>"]),
        (["--encoder", "{deu: ~/a}"], ["--encoder", "<encoder>"]),
        (
            ["--phone_alignments", "C:\\a"],
            ["--phone_alignments", "<phone_alignments>"],
        ),
        (["--output_folder=/a", "--device", "cpu", "--noprogressbar"], []),
        (["--debug"], ["--debug"]),
    ],
)
def test_local_paths_are_replaced(options, expected):
    if expected is None:
        expected = ["--protocol", "a:shots", "--trials", "2"]
    found = shareable(["train.py", "hparams/a.yaml", *options], ENCODER)
    assert found == ["python", "train.py", "hparams/a.yaml", *expected]


@pytest.mark.parametrize("path", ["/x/a.yaml", "C:\\x\\a.yaml", "../a.yaml"])
def test_folder_of_the_yaml_is_left_out(path):
    assert shareable(["/x/train.py", path])[2] == "hparams/a.yaml"
