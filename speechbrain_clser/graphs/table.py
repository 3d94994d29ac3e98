"""Table of the community of each speaker in the graph of each emotion."""

import dataclasses

import torch

from speechbrain_clser.graphs.communities import Communities, find_communities
from speechbrain_clser.graphs.speaker_graph import SpeakerGraph, speaker_graph
from speechbrain_clser.seeds import seed_for

MIN_UTTERANCES = 3


@dataclasses.dataclass(frozen=True, eq=False)
class EmotionGraph:
    """Speaker graph and communities of one emotion.

    Arguments
    ---------
    speaker, language : torch.Tensor of int64, (nodes,)
        Codes of the nodes.
    graph : SpeakerGraph
        Of the nodes.
    communities : Communities
        Of the nodes.
    n_attached : int
        Number of further speakers assigned to a community.
    """

    speaker: torch.Tensor
    language: torch.Tensor
    graph: SpeakerGraph
    communities: Communities
    n_attached: int


def community_table(
    styles,
    n_speakers,
    n_emotions,
    min_utterances=MIN_UTTERANCES,
    excluded_speakers=(),
    k=5,
    seed=0,
    states=None,
    **options,
):
    """Build a graph per emotion and find the community of each speaker in it.

    Nodes are the speakers with at least ``min_utterances`` of the emotion. Other
    speakers with utterances of the emotion are assigned to the community of
    nearest centroid.

    Arguments
    ---------
    styles : Styles
        From ``speaker_styles``.
    n_speakers, n_emotions : int
        Shape of the table.
    min_utterances : int
        Minimum number of utterances of a node.
    excluded_speakers : sequence of int
        Speakers who are never nodes.
    k : int
        Number of neighbours within, and also across, languages.
    seed : int
        Of the run; each emotion derives its own seed.
    states : dict
        Emotion to ``Communities.state`` of an earlier build.
    **options
        Further arguments of ``find_communities``, such as ``method``.

    Returns
    -------
    tuple of (torch.Tensor of int64 (n_speakers, n_emotions), dict)
        The table, -1 without utterances of the speaker or without nodes of
        the emotion; and emotion to EmotionGraph.

    Source
    ------
    Our reconstruction of the emotion-specific speaker communities of arXiv
    2509.20373.

    Example
    -------
    >>> from speechbrain_clser.graphs.style import speaker_styles
    >>> vectors, speaker = torch.eye(2).repeat(2, 1), torch.tensor([0, 1, 0, 1])
    >>> emotion, language = torch.zeros(2, 4, dtype=torch.long)
    >>> styles = speaker_styles(vectors, speaker, language, emotion, -1, "raw")
    >>> table, _ = community_table(styles, 3, 2, min_utterances=2, method="one")
    >>> table
    tensor([[ 0, -1],
            [ 0, -1],
            [-1, -1]])
    """
    table = styles.speaker.new_full((n_speakers, n_emotions), -1)
    excluded_speakers = styles.speaker.new_tensor(excluded_speakers)
    may_be_node = styles.n_utterances >= min_utterances
    may_be_node &= ~torch.isin(styles.speaker, excluded_speakers)
    graphs = {}
    for emotion in styles.emotion.unique().tolist():
        has_emotion = styles.emotion == emotion
        is_node = has_emotion & may_be_node
        if not is_node.any():
            continue
        vectors, language = styles.vectors[is_node], styles.language[is_node]
        graph = speaker_graph(vectors, language, k, k)
        communities = find_communities(
            graph,
            vectors,
            language,
            seed=seed_for(seed, f"communities of emotion {emotion}"),
            state=(states or {}).get(emotion),
            **options,
        )
        is_attached = has_emotion & ~is_node
        table[styles.speaker[is_node], emotion] = communities.labels
        table[styles.speaker[is_attached], emotion] = communities.attach(
            styles.vectors[is_attached]
        )
        graphs[emotion] = EmotionGraph(
            styles.speaker[is_node],
            language,
            graph,
            communities,
            n_attached=int(is_attached.sum()),
        )
    return table, graphs
