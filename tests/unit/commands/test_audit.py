import pytest
from helpers import toy

from speechbrain_clser.commands.audit import look_into
from speechbrain_clser.data import prepare
from speechbrain_clser.data.ledger import ledger
from speechbrain_clser.data.protocol import load
from speechbrain_clser.data.splits import cut


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
    assert table["test"] == [24, 3, 6, 6, 6, 6]
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


def written_with(folder, north, south):
    """Make the toy corpora with these languages in their tables."""
    toy.make(folder)
    for name, old, new in (("north", "deu", north), ("south", "ita", south)):
        table = folder / name / "table.csv"
        table.write_text(table.read_text().replace(f",{old}", f",{new}"))
    return str(folder / "toy.yaml")


@pytest.mark.parametrize(
    ("south", "noted"),
    [
        ("eng", "1 language in both train and test (eng)."),
        ("ENGLISH", "1 language in both train and test (eng)."),
        ("", "cannot be known: utterances of south have none"),
    ],
)
def test_shared_language_is_found_in_any_spelling(tmp_path, south, noted):
    path = written_with(tmp_path, "en", south)
    _, _, findings = look_into(path, tmp_path, tmp_path / "manifests")
    noted_here = [f.sentence for f in findings if "language" in f.kind]
    assert len(noted_here) == 1 and noted in noted_here[0]
    protocol = load(path)
    _, rows = prepare.load_corpora(protocol, tmp_path, tmp_path / "manifests")
    book = ledger(protocol, cut(rows, protocol), "none", {"train"}, findings)
    assert book.sources == ("north:eng",)
    assert book.targets == (f"south:{'eng' if south else 'und'}",)
    assert (
        "whether a language is shared cannot be known" in book.sentence
    ) == (not south)


def test_selector_with_a_language_in_any_spelling_matches(tmp_path):
    path = written_with(tmp_path, "en", "eng")
    for name, language in (("north", "English"), ("south", "en-GB")):
        text = (tmp_path / "toy.yaml").read_text()
        (tmp_path / "toy.yaml").write_text(
            text.replace(f"[{name}]", f"['{name}:{language}']")
        )
    (_, *rows), left_out, _ = look_into(path, tmp_path, tmp_path / "manifests")
    assert left_out == {}
    assert {row[0]: row[1] for row in rows}["test"] == 24
