"""Round trip and validation of predictions files."""

import numpy as np
import pytest

from speechbrain_clser.evaluation import predictions

HEADER = "id,corpus,language,speaker,gender,target,predicted,p_fear,p_calm\n"


def row(**changes):
    """Return a row in the format of training."""
    return {
        "id": "demo_1",
        "corpus": "demo",
        "language": "deu",
        "speaker": "demo_anna",
        "gender": "female",
        "target": "fear",
        "predicted": "calm",
        "p_fear": 0.25,
        "p_calm": 0.75,
    } | changes


def test_rows_are_read_as_columns(tmp_path):
    path = tmp_path / "predictions" / "test.csv"
    second = row(id="demo_2", gender="", predicted="fear")
    predictions.write(path, [row(), second | {"p_fear": 0.5, "p_calm": 0.5}])
    scored = predictions.read(path)
    assert scored.classes == ("fear", "calm")
    assert scored.id.tolist() == ["demo_1", "demo_2"]
    assert scored.gender.tolist() == ["female", ""]
    assert scored.target.tolist() == [0, 0]
    assert scored.predicted.tolist() == [1, 0]
    assert scored.probabilities.tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert scored.confusion().tolist() == [[1, 1], [0, 0]]


def test_single_precision_is_preserved(tmp_path):
    rng = np.random.default_rng(0)
    fear = rng.random(50, dtype=np.float32)
    rows = [
        row(
            id=f"demo_{i}",
            p_fear=p,
            p_calm=np.float32(1) - p,
            predicted="fear" if p > np.float32(1) - p else "calm",
        )
        for i, p in enumerate(fear)
    ]
    predictions.write(tmp_path / "p.csv", rows)
    found = predictions.read(tmp_path / "p.csv").probabilities[:, 0]
    np.testing.assert_array_equal(found.astype(np.float32), fear)


def test_votes_are_read_beside_probabilities_and_checked(tmp_path):
    path = tmp_path / "p.csv"
    votes = {"votes_fear": 0.75, "votes_calm": 0.25}
    predictions.write(path, [row(**votes)])
    assert predictions.read(path).votes.tolist() == [[0.75, 0.25]]
    for changes, message in (
        ({"votes_calm": 0.5}, "shares of votes of 0-1 that sum to 1"),
        ({"target": "calm"}, "most voted class as target, found 'calm' with"),
    ):
        with pytest.raises(ValueError, match=message):
            predictions.write(path, [row(**{**votes, **changes})])


def test_where_keeps_rows_and_classes(tmp_path):
    rows = [row(), row(id="demo_2", speaker="demo_ben")]
    predictions.write(tmp_path / "p.csv", rows)
    scored = predictions.read(tmp_path / "p.csv")
    kept = scored.where(scored.speaker == "demo_ben")
    assert kept.id.tolist() == ["demo_2"]
    assert kept.classes == scored.classes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"predicted": "fear"}, "expected the most probable class"),
        ({"p_calm": 0.7}, "sum to 1 within 0.001"),
        ({"p_fear": float("nan")}, "sum to 1"),
        ({"p_fear": -0.5, "p_calm": 1.5}, "probabilities of 0-1"),
        ({"target": "joy"}, r"among \['fear', 'calm'\], found \['joy'\]"),
    ],
)
def test_inconsistent_row_raises_and_is_not_written(tmp_path, changes, message):
    path = tmp_path / "p.csv"
    with pytest.raises(ValueError, match=message):
        predictions.write(path, [row(**changes)])
    assert not path.exists()


def test_repeated_id_raises(tmp_path):
    with pytest.raises(ValueError, match="found demo_1 several times"):
        predictions.write(tmp_path / "p.csv", [row(), row()])


def test_row_without_a_key_raises(tmp_path):
    wanting = row(id="demo_2")
    del wanting["speaker"]
    with pytest.raises(ValueError, match="found no 'speaker'"):
        predictions.write(tmp_path / "p.csv", [row(), wanting])


def test_nothing_to_write_is_refused(tmp_path):
    with pytest.raises(ValueError, match="p_<class>"):
        predictions.write(tmp_path / "p.csv", [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the columns id, corpus"),
        (HEADER, "at least one utterance"),
        (HEADER.replace("speaker", "talker"), "expected the columns"),
        (HEADER.replace(",p_fear,p_calm", ""), "expected the columns"),
        (HEADER + "x,demo,deu\n", "found 3 in line 2"),
        (HEADER + "x,demo,deu,a,,fear,calm,0.2,o.8\n", "numbers as prob"),
        (HEADER + "x,demo,deu,a,,fear,calm,0.2,0.8", "is cut in line 2"),
    ],
)
def test_broken_file_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "broken.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"broken.csv: .*{message}.*delete it"):
        predictions.read(path)
