import torch
from helpers.planted import planted
from sklearn.metrics import adjusted_rand_score

from speechbrain_clser.graphs.style import speaker_styles
from speechbrain_clser.graphs.table import community_table


def training_rows(n_times=3, n=24, n_groups=2, n_emotions=2):
    """Return rows of all speakers and emotions; groups differ by emotion."""
    columns = []
    for emotion in range(n_emotions):
        vectors, group, language = planted(n, n_groups, seed=emotion)
        group = group.roll(emotion * n // 2)
        vectors = vectors.roll(emotion * n // 2, dims=0)
        columns.append((vectors, language, torch.full((n,), emotion), group))
    vectors, language, emotion, group = map(
        torch.cat, zip(*columns, strict=True)
    )
    speaker = torch.arange(n).repeat(n_emotions)
    again = torch.arange(len(speaker)).repeat(n_times)
    utterances = (vectors[again], speaker[again], language[again])
    return (*utterances, emotion[again]), group.view(n_emotions, n)


def raw(columns):
    return speaker_styles(*columns, neutral=-1, kind="raw")


def test_each_emotion_has_separate_communities():
    columns, group = training_rows()
    table, graphs = community_table(raw(columns), 24, 2, method="louvain")
    assert table.shape == (24, 2)
    for emotion in (0, 1):
        assert adjusted_rand_score(table[:, emotion], group[emotion]) == 1
        labels = graphs[emotion].communities.labels
        assert labels.equal(table[graphs[emotion].speaker, emotion])
        assert graphs[emotion].graph.n_nodes == 24


def test_speaker_with_few_utterances_is_attached_without_a_node():
    columns, group = training_rows()
    is_rare = (columns[1] == 5) & (columns[3] == 0)
    is_left = ~is_rare | (is_rare.cumsum(dim=0) == 1)
    columns = [column[is_left] for column in columns]
    table, graphs = community_table(raw(columns), 24, 2, method="louvain")
    assert 5 not in graphs[0].speaker and 5 in graphs[1].speaker
    assert adjusted_rand_score(table[:, 0], group[0]) == 1


def test_too_few_utterances_give_no_graph():
    columns, _ = training_rows(n_times=2)
    table, graphs = community_table(raw(columns), 24, 2, method="louvain")
    assert (table == -1).all() and graphs == {}


def test_unobserved_speakers_and_emotions_have_no_community():
    columns, _ = training_rows()
    table, graphs = community_table(raw(columns), 30, 4, method="one")
    assert (table[24:] == -1).all() and (table[:, 2:] == -1).all()
    assert set(graphs) == {0, 1}


def test_next_build_starts_from_the_last_states():
    columns, _ = training_rows()
    table, graphs = community_table(raw(columns), 24, 2, seed=1)
    states = {e: each.communities.state for e, each in graphs.items()}
    again, warm = community_table(raw(columns), 24, 2, seed=2, states=states)
    assert again.equal(table)
    assert not warm[0].communities.state["head"].equal(states[0]["head"])


def test_emotions_have_independent_seeds():
    columns, _ = training_rows()
    both, _ = community_table(raw(columns), 24, 2, method="random")
    is_second = columns[3] == 1
    second = [column[is_second] for column in columns]
    alone, _ = community_table(raw(second), 24, 2, method="random")
    assert alone[:, 1].equal(both[:, 1])
