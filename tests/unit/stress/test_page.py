import json

import pytest

from speechbrain_clser.stress import page

UAR = {"mean": 0.6, "low": 0.5, "high": 0.7}
FALL = {"mean": -0.15, "low": -0.2, "high": -0.1}
NONE = {"mean": float("nan"), "low": float("nan"), "high": float("nan")}


def condition(name, verdict, missing="", change=FALL):
    """Build a row of stress.json."""
    row = {"group": "noise", "name": name, "missing": missing}
    if missing:
        return {**row, "no_speech": None}
    return {
        **row,
        "uar": UAR,
        "change": change,
        "agreement": UAR,
        "verdict": verdict,
        "no_speech": 0.25,
        "groups": {"gender": {"female": change, "male": NONE}, "language": {}},
    }


FOUND = {
    "protocol": "a <b>",
    "classes": ["anger", "neutral"],
    "normalise_by": "corpus",
    "n_utterances": 10,
    "n_speakers": 3,
    "conditions": [
        condition("clean", "robust"),
        condition("white", "degraded"),
        condition("tilt", "robust"),
        condition("GSM", "", "libsndfile does not write GSM"),
    ],
    "gaps": [
        {
            **{"axis": "language", "group": "deu", "n_speakers": 2},
            **{"uar": UAR, "above_chance": 0.2, "gap": FALL},
            **{"recall_gaps": {"anger": FALL}, "verdict": "gap"},
        }
    ],
}


def test_all_files_are_written_and_say_the_same(tmp_path):
    path = page.write(FOUND, tmp_path / "stress")
    text = path.read_text()
    saved = json.loads((path.parent / "stress.json").read_text())
    assert saved["conditions"][1]["groups"]["gender"]["male"]["mean"] is None
    assert "2 conditions: 1 degraded, 1 robust." in text
    assert "a &lt;b&gt;" in text and "<b>" in text
    assert "not available: libsndfile does not write GSM" in text
    assert 'style="background:rgba(200, 40, 40, 0.50)">-15.0 [-20.0, ' in text
    assert "Features are normalised by the statistics of the clean" in text
    assert ">German<" in text and ">female<" in text
    assert path.with_name("stress.md").read_text() == page.section(saved)


def test_section_has_a_row_for_each_available_condition():
    lines = page.section(FOUND).splitlines()
    assert lines[0] == "## Robustness and fairness"
    rows = [line for line in lines if line.startswith("| ")]
    assert any(
        line.startswith("| white | 60.0 [50.0, 70.0] | -15.0 [-20.0, -10.0]")
        for line in rows
    )
    assert not any("GSM" in line for line in rows)
    assert any(
        "language: German" in line and "| gap |" in line for line in rows
    )
    assert "German" not in page.section({**FOUND, "gaps": []})


@pytest.mark.parametrize(
    "value, expected",
    [
        (-0.6, "rgba(200, 40, 40, 1.00)"),
        (0.03, "rgba(40, 90, 200, 0.10)"),
        (float("nan"), "transparent"),
    ],
)
def test_colour_shows_sign_and_size(value, expected):
    assert page.colour({"mean": value}) == expected
