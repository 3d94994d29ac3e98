import json
import unicodedata

import pytest
from helpers import trees

from speechbrain_clser import corpora
from speechbrain_clser.data import prepare
from speechbrain_clser.data.audit import audit
from speechbrain_clser.data.protocol import load
from speechbrain_clser.data.splits import cut
from speechbrain_clser.errors import LeakError

NAMES = trees.NAMES["emodb"]["nested"]


def manifest(names, of="emodb"):
    """Return a manifest as EmoBox writes it."""
    rows = [
        {"key": f"{of}-{n}", "wav": f"downloads/{of}/{name}", "emo": "?"}
        for n, name in enumerate(names)
    ]
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def emobox(root, of="emodb", **parts):
    """Write the manifests of a first fold."""
    where = f"data/{of}/fold_1/{of}"
    texts = {
        f"{where}_{part}_fold_1.jsonl": manifest(names, of)
        for part, names in parts.items()
    }
    return trees.write(root, texts)


@pytest.fixture
def clone(tmp_path):
    """Return a function that writes a clone of EmoBox with EMO-DB."""

    def of(**parts):
        trees.make(tmp_path / "EmoBox" / "downloads" / "emodb", "emodb")
        return emobox(tmp_path / "EmoBox", **parts)

    return of


def splits(protocol, clone, tmp_path):
    """Return protocol and splits of the clone."""
    protocol = load(protocol)
    _, rows = prepare.load_corpora(protocol, clone.parent, tmp_path / "m")
    return protocol, cut(rows, protocol)


def test_fold_whose_parts_share_speakers_is_reported(clone, tmp_path):
    # Both speakers are in both parts: every second utterance.
    root = clone(train=NAMES[::2] + NAMES[1::4], test=NAMES[3::4])
    protocol, parts = splits("emobox:emodb", root, tmp_path)
    findings = audit(parts, protocol)
    leaks = [one.sentence for one in findings if one.severity == "leak"]
    assert any("2 speakers in both train and test" in one for one in leaks)
    with pytest.raises(LeakError, match="2 speakers in both train and test"):
        prepare.prepare(
            protocol, root.parent, tmp_path / "m", "corpus", {"train"}
        )


def test_validation_of_a_disjoint_fold_has_other_speakers(clone, tmp_path):
    names = [name for name in NAMES if "/08" in name]
    root = clone(test=names, train=[n for n in NAMES if n not in names])
    # One training speaker cannot be split by speaker.
    with pytest.raises(ValueError, match="has one speaker .emobox_emodb_1_03"):
        splits("emobox:emodb/1", root, tmp_path)


def test_official_validation_part_is_used(clone, tmp_path):
    root = clone(train=NAMES[::2], valid=NAMES[1::4], test=NAMES[3::4])
    _, parts = splits("emobox:emodb/1", root, tmp_path)
    usual = {"anger", "happiness", "neutral", "sadness"}
    found = corpora.load("emobox_emodb_1").utterances(root)
    valid = [
        f"emobox_emodb_1_{row.id}"
        for row in found
        if row.session.startswith("valid/")
        and corpora.load("emodb").emotions[row.raw_emotion] in usual
    ]
    assert sorted(row.id for row in parts.valid) == sorted(valid)


def test_utterance_is_that_of_the_reader_with_its_part(clone):
    root = clone(train=NAMES[:1], test=NAMES[1:2])
    first, second = corpora.load("emobox_emodb_1").utterances(root)
    assert (first.id, first.speaker, first.sentence) == ("03a01Wa", "03", "a01")
    assert (first.session, second.session) == (
        *("train/03a01Wa", "test/03a01La"),
    )


def test_path_of_a_video_or_in_decomposed_letters_is_found(tmp_path):
    names = [f"Oréau/x/07a0{n}Ca.wav" for n in (1, 2)]
    trees.touch(tmp_path / "downloads" / "oreau", names)
    listed = [
        unicodedata.normalize("NFD", name).replace(".wav", ".mp4")
        for name in names
    ]
    root = emobox(tmp_path, "oreau", train=listed[:1], test=listed[1:])
    found = corpora.load("emobox_oreau_1").utterances(root)
    assert [row.sentence for row in found] == ["a01C", "a02C"]


@pytest.mark.parametrize(
    "name, parts, message",
    [
        (
            "emodb_1",
            {"train": ["x.wav"]},
            "expected the manifest .*test_fold_1",
        ),
        ("emodb_2", {"train": ["x.wav"]}, "found none; there are fold_1 in"),
        (
            "emodb_1",
            {"train": ["x.wav", "y.wav"], "test": ["z.wav"]},
            "the 3 recordings .* no downloads/emodb/x.wav and 2 others",
        ),
    ],
)
def test_missing_files_are_named(tmp_path, name, parts, message):
    root = emobox(tmp_path, **parts)
    with pytest.raises(FileNotFoundError, match=message):
        list(corpora.load(f"emobox_{name}").utterances(root))


def test_corpus_without_a_reader_is_refused():
    with pytest.raises(ValueError, match="emobox:polish: .* found 'polish'"):
        corpora.load("emobox_polish_1")
