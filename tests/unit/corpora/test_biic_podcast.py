from helpers import trees

from speechbrain_clser.corpora.biic_podcast import CARD, utterances
from speechbrain_clser.data.protocol import load


def test_corpus_has_one_test_split(tmp_path):
    root = trees.make(tmp_path, "biic_podcast")
    sessions = {row.session for row in utterances(root)}
    assert sessions == {"train/0000", "dev/0001", "test/0002"}


def test_split_turn_keeps_its_podcast(tmp_path):
    line = "BIIC-PODCAST_0001_0016_0001.wav,N,2.3,4.0,6.3,7,Female,Test"
    table = {"Labels/labels_consensus.csv": f"{trees.PODCAST_HEAD}\n{line}\n"}
    (row,) = utterances(trees.write(tmp_path, table))
    assert (row.id, row.session) == (
        "BIIC-PODCAST_0001_0016_0001",
        "test/0001",
    )
    assert (row.language,) == CARD.languages


def test_table_of_msp_podcast_is_ignored(tmp_path):
    assert list(utterances(trees.make(tmp_path, "msp_podcast"))) == []


def test_protocols_exist_in_both_directions():
    there = load("msp_podcast_to_biic_podcast")
    back = load("biic_podcast_to_msp_podcast")
    assert (there.sources, there.targets) == (back.targets, back.sources)
