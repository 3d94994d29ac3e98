import pytest
from helpers import trees

from speechbrain_clser.corpora.msp_podcast import utterances
from speechbrain_clser.data.predefined_splits import OFFICIAL
from speechbrain_clser.data.protocol import load
from speechbrain_clser.features.phones.reference_phones import aligned_phones

GRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
0.3
<exists>
1
"IntervalTier"
"phones"
0
0.3
2
0
0.1
"HH"
0.1
0.3
"AY1"
"""


def test_official_splits_are_supported_by_protocols(tmp_path):
    root = trees.make(tmp_path, "msp_podcast")
    sessions = {row.session for row in utterances(root)}
    assert sessions == {"train/0000", "dev/0001", "test/1/0002", "test/2/0003"}
    assert {session.partition("/")[0] for session in sessions} <= set(OFFICIAL)


def test_alignments_of_the_corpus_are_found_by_name(tmp_path):
    root = trees.make(tmp_path, "msp_podcast")
    grid = {"ForceAligned/MSP-PODCAST_0000_0001.TextGrid": GRID}
    rows = list(utterances(trees.write(root, grid)))
    phones = aligned_phones(rows, root / "ForceAligned", "arpabet")
    training_rows = phones["MSP-PODCAST_0000_0001"]
    assert [phone.ipa for phone in training_rows] == ["h", "aɪ"]
    assert phones["MSP-PODCAST_0000_0002"] == ()


def test_protocol_uses_official_source_splits():
    protocol = load("msp_podcast_to_biic_podcast")
    assert protocol.predefined_splits == {"msp_podcast": "official"}
    assert protocol.target_supervision == "unlabelled"
    assert not protocol.transductive


@pytest.mark.parametrize(
    "lines",
    [
        ["EmoClass_Major,FileName", "Neutral,{}", "N,{}", "Other-Shy,{}"],
        ["EmoDetail,FileName"]
        + [
            f"WORKER1; {name}; Happy,Sad; A:4.0; V:4.0; D:4.0;,{{}}"
            for name in ("Neutral", "Neutral", "Other")
        ],
    ],
)
def test_votes_are_primary_emotions_of_raters(tmp_path, lines):
    root = trees.make(tmp_path, "msp_podcast")
    name = next(utterances(root)).id
    lines = [
        line.format(f"{name}.wav").replace("Happy,Sad", "Happy")
        for line in lines
    ]
    trees.write(root, {"Labels/labels_detailed.csv": "\n".join(lines)})
    first, *others = utterances(root)
    assert first.votes == (("neutral", 2), ("other", 1))
    assert not any(row.votes for row in others)
    trees.write(root, {"Labels/labels_detailed.csv": "FileName,Worker\n"})
    with pytest.raises(ValueError, match="expected a column EmoClass_Major or"):
        next(utterances(root))


def test_ratings_of_1_to_7_are_mapped_to_0_to_1(tmp_path):
    row = next(utterances(trees.make(tmp_path, "msp_podcast")))
    # EmoAct 4.1, EmoVal 3.0, EmoDom 5.2.
    assert row.arousal == pytest.approx(3.1 / 6, abs=1e-6)
    assert (row.valence, row.dominance) == pytest.approx((1 / 3, 0.7), abs=1e-6)
