from helpers import trees

from speechbrain_clser.corpora.biic_podcast import CARD, utterances
from speechbrain_clser.data.protocol import load


def test_there_is_one_test_part(tmp_path):
    root = trees.make(tmp_path, "biic_podcast")
    sessions = {row.session for row in utterances(root)}
    assert sessions == {"train/0000", "dev/0001", "test/0002"}


def test_turn_that_was_cut_again_keeps_its_podcast(tmp_path):
    line = "BIIC-PODCAST_0001_0016_0001.wav,N,2.3,4.0,6.3,7,Female,Test"
    table = {"Labels/labels_consensus.csv": f"{trees.PODCAST_HEAD}\n{line}\n"}
    (row,) = utterances(trees.write(tmp_path, table))
    assert (row.id, row.session) == (
        "BIIC-PODCAST_0001_0016_0001",
        "test/0001",
    )
    assert (row.language,) == CARD.languages


def test_table_of_msp_podcast_is_not_taken_for_ours(tmp_path):
    assert list(utterances(trees.make(tmp_path, "msp_podcast"))) == []


def test_protocols_go_both_ways():
    there = load("msp_podcast_to_biic_podcast")
    back = load("biic_podcast_to_msp_podcast")
    assert (there.sources, there.targets) == (back.targets, back.sources)
