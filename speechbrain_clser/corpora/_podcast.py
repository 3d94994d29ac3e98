"""Read the common layout of MSP-Podcast and BIIC-Podcast."""

import collections
import csv
from pathlib import Path

from speechbrain_clser.data.corpus import recordings
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.labels import spelled
from speechbrain_clser.tasks import to_unit

# Consensus label of the raters, one letter.
EMOTIONS = {
    "A": "anger",
    "C": "contempt",
    "D": "disgust",
    "F": "fear",
    "H": "happiness",
    "N": "neutral",
    "O": "other",
    "S": "sadness",
    "U": "surprise",
    "X": "other",  # no agreement among the raters
}
# Official split to session prefix; see ``data.predefined_splits``.
PARTS = {
    "Train": "train",
    "Development": "dev",
    "Test": "test",
    "Test1": "test/1",
    "Test2": "test/2",
}
# Column of the mean rating, on a scale of 1-7 (self-assessment manikins).
RATINGS = {"arousal": "EmoAct", "valence": "EmoVal", "dominance": "EmoDom"}
SCALE = 1, 7
DETAILS = "labels_detailed.csv"  # of each rater, beside the consensus
HIDDEN = "Test3"  # published without labels
GENDERS = {"male": "male", "female": "female"}
UNNAMED = ("", "unknown", "nan")
UNRATED = ("", "nan")


def labelled(root, prefix, language):
    """Yield the rows of ``labels_consensus.csv``, in the order of the table.

    Arguments
    ---------
    root : str or Path
        Corpus folder. Of several tables, the one with the shortest path is used:
        those of earlier releases are in subfolders.
    prefix : str
        File-name prefix; rows with other names are skipped.
    language : str
        ISO 639-3.

    Yields
    ------
    Utterance
        Rows of the table; recordings may be missing.

    Raises
    ------
    ValueError
        If a split is unknown.
    """
    root = Path(root)
    tables = sorted(
        root.rglob("labels_consensus.csv"), key=lambda p: (len(p.parts), p)
    )
    if not tables:
        return
    wavs = {wav.stem: wav for wav in recordings(root)}
    texts = {
        path.stem: path
        for folder in sorted(root.rglob("Transcripts"))
        for path in sorted(folder.rglob("*.txt"))
    }
    votes = _votes(tables[0].with_name(DETAILS))
    with tables[0].open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            name = Path(row["FileName"].strip()).stem
            part = row["Split_Set"].strip()
            if not name.startswith(f"{prefix}_") or part == HIDDEN:
                continue
            if part not in PARTS:
                raise ValueError(
                    f"{tables[0]}: expected Split_Set to be one of "
                    f"{', '.join([*PARTS, HIDDEN])}, found {part!r} of {name}; "
                    "correct the table"
                )
            podcast = name.removeprefix(f"{prefix}_").partition("_")[0]
            yield Utterance(
                id=name,
                wav=str(wavs.get(name, root / "Audios" / f"{name}.wav")),
                raw_emotion=row["EmoClass"].strip(),
                speaker=_speaker(row.get("SpkrID"), podcast),
                language=language,
                gender=GENDERS.get(
                    (row.get("Gender") or "").strip().lower(), ""
                ),
                sentence=_text(texts[name]) if name in texts else "",
                session=f"{PARTS[part]}/{podcast}",
                **{
                    name: to_unit(row[column], *SCALE)
                    for name, column in RATINGS.items()
                    if (row.get(column) or "").strip().lower() not in UNRATED
                },
                votes=tuple(votes.get(name, {}).items()),
            )


def _votes(table):
    """Count the primary emotions that raters named, of each utterance."""
    found = collections.defaultdict(collections.Counter)
    if not table.is_file():
        return found
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not {"EmoClass_Major", "EmoDetail"} & {*(reader.fieldnames or ())}:
            raise ValueError(
                f"{table}: expected a column EmoClass_Major or EmoDetail, found "
                f"{', '.join(reader.fieldnames or ())}; copy the table of the release"
            )
        for row in reader:
            # Releases write columns, or one text: rater; primary; others; A: ...
            label = row.get("EmoClass_Major") or row["EmoDetail"].split(";")[1]
            label = spelled(EMOTIONS.get(label.strip(), label))
            label = "other" if label.startswith("other") else label
            found[Path(row["FileName"].strip()).stem][label] += 1.0
    return found


def _speaker(name, podcast):
    """Return the speaker; unnamed speakers are one speaker per podcast."""
    name = (name or "").strip()
    return f"unknown_{podcast}" if name.lower() in UNNAMED else name


def _text(path):
    """Read a transcript as one line."""
    return " ".join(path.read_text(encoding="utf-8-sig").split())
