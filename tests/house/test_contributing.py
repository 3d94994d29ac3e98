"""Check that the files and names in the table of CONTRIBUTING.md exist."""

import re

from house.sources import PACKAGE, ROOT


def missing(row):
    """List the paths of a row that do not exist, and names that none contains."""
    words = re.findall(r"`([^`]+)`", row)
    words = [re.sub(r"^/", f"{PACKAGE}/", word) for word in words]
    paths = [ROOT / re.sub(r"/<name>.*", "", w) for w in words if "/" in w]
    text = "".join(p.read_text("utf-8") for p in paths if p.is_file())
    names = [w.strip('"') for w in words if re.fullmatch(r'"?\w+"?', w)]
    return [path for path in paths if not path.exists()] + [
        name for name in names if text and name not in text
    ]


def rows():
    """Return the rows of the table, without its header."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.split("| to add |")[1].split("\n\n")[0]
    return table.splitlines()[2:]


def test_files_and_names_of_the_table_exist():
    things = [row.split("|")[1].strip() for row in rows()]
    assert {"a method", "a corpus", "a metric", "a report figure"} < {*things}
    assert [(row, found) for row in rows() if (found := missing(row))] == []


def test_missing_file_or_name_is_caught():
    row = "| a lobe | `/lobes/<name>.py` | `PARTS` of `/inference/{}.py` |"
    assert missing(row.format("safe_yaml")) == []
    assert missing(row.format("nowhere")) != []
    wrong = row.format("safe_yaml").replace("PARTS", "PIECES")
    assert missing(wrong) == ["PIECES"]
