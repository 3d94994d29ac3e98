import pytest
from helpers import toy

from speechbrain_clser.commands.audit import look_into


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    return folder


def test_parts_are_counted_by_class(data):
    (head, *rows), left_out, _ = look_into(
        str(data / "toy.yaml"), data, data / "manifests"
    )
    assert head[:3] == ["part", "utterances", "speakers"]
    table = {row[0]: row[1:] for row in rows}
    assert table["train"] == [16, 2, 4, 4, 4, 4]
    assert table["scored"] == [24, 3, 6, 6, 6, 6]
    assert left_out == {}


def test_classes_of_the_unlabelled_part_are_not_counted(data):
    (_, *rows), _, _ = look_into(
        str(data / "toy_unlabelled.yaml"), data, data / "manifests"
    )
    table = {row[0]: row[1:] for row in rows}
    assert table["unlabelled"] == [24, 3, "-", "-", "-", "-"]


def test_leaks_are_reported_without_error(data):
    path = data / "leaky.yaml"
    path.write_text("sources: [north]\ntargets: [south]\nsplit: random\n")
    _, _, findings = look_into(str(path), data, data / "manifests")
    assert ("leak", "speaker") in {(f.severity, f.kind) for f in findings}
