import pytest
from helpers import toy

from speechbrain_clser.data.prepare import prepare
from speechbrain_clser.data.protocol import load
from speechbrain_clser.errors import LeakError


def material(tmp_path, **changes):
    values = {
        "data_folder": str(tmp_path),
        "manifest_folder": tmp_path / "manifests",
        "normalise_by": "none",
        "used": {"train"},
        **changes,
    }
    return prepare(load(str(tmp_path / "toy.yaml")), **values)


def test_protocol_becomes_parts_with_cards_and_ledger(tmp_path):
    toy.make(tmp_path)
    what = material(tmp_path)
    assert [card.name for card in what.cards] == ["north", "south"]
    assert len(what.rows) == len({row.id for row in what.rows}) == 48
    assert what.parts.scored[0].speaker.startswith("south_")
    assert not what.ledger.transductive


def test_corpora_may_lie_in_different_places(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "south").rename(tmp_path / "elsewhere" / "x")
    where = {
        "north": str(tmp_path / "north"),
        "south": str(tmp_path / "elsewhere" / "x"),
    }
    assert len(material(tmp_path, data_folder=where).parts.scored) == 24


def test_leak_stops_the_preparation(tmp_path):
    toy.make(tmp_path)
    with open(tmp_path / "toy.yaml", "a") as file:
        file.write("split: random\nvalid_share: 0.3\n")
    with pytest.raises(LeakError, match="leaks: .* in both train and valid"):
        material(tmp_path)


def test_bad_file_stops_the_preparation_unless_it_is_allowed(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "south" / "s0_anger_0.wav").write_bytes(b"")
    with pytest.raises(ValueError, match="allow_bad_files"):
        material(tmp_path)
    what = material(tmp_path, allow_bad_files=True)
    assert len(what.parts.scored) == 23
