"""The community of each speaker in the graph of each emotion, as one table."""

import dataclasses

import torch

from speechbrain_clser.graphs.communities import Communities, find_communities
from speechbrain_clser.graphs.speaker_graph import SpeakerGraph, speaker_graph
from speechbrain_clser.seeds import seed_for

MIN_UTTERANCES = 3


@dataclasses.dataclass(frozen=True, eq=False)
class EmotionGraph:
    """The speakers of one emotion, their graph and their communities.

    Arguments
    ---------
    speaker, language : torch.Tensor of int64, (nodes,)
        Codes of the nodes.
    graph : SpeakerGraph
        Of the nodes.
    communities : Communities
        Of the nodes.
    n_attached : int
        Speakers beside the nodes who joined a community.
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
    guests=(),
    k=5,
    seed=0,
    states=None,
    **how,
):
    """Build a graph per emotion and look up every speaker's community in it.

    Nodes are the speakers heard often enough in the emotion. The others who
    were heard in it join the community of nearest centroid.

    Arguments
    ---------
    styles : Styles
        Of ``speaker_styles``.
    n_speakers, n_emotions : int
        Shape of the table.
    min_utterances : int
        Of a node.
    guests : sequence of int
        Speakers who are no nodes, however often they were heard.
    k : int
        Neighbours within, and as many across, languages.
    seed : int
        Of the run; each emotion draws by itself.
    states : dict
        Emotion to ``Communities.state`` of an earlier build, to start from.
    **how
        Further arguments of ``find_communities``, such as ``method``.

    Returns
    -------
    tuple of (torch.Tensor of int64 (n_speakers, n_emotions), dict)
        The table, -1 where a speaker was not heard in an emotion or nobody
        often enough; and emotion to EmotionGraph.

    Source
    ------
    Our reconstruction of the emotion-specific speaker communities of arXiv
    2509.20373.

    Example
    -------
    >>> from speechbrain_clser.graphs.style import speaker_styles
    >>> heard, twice = torch.eye(2).repeat(2, 1), torch.tensor([0, 1, 0, 1])
    >>> emotion, language = torch.zeros(2, 4, dtype=torch.long)
    >>> styles = speaker_styles(heard, twice, language, emotion, -1, "raw")
    >>> table, _ = community_table(styles, 3, 2, min_utterances=2, method="one")
    >>> table
    tensor([[ 0, -1],
            [ 0, -1],
            [-1, -1]])
    """
    table = styles.speaker.new_full((n_speakers, n_emotions), -1)
    guests = styles.speaker.new_tensor(guests)
    may_be_node = styles.n_utterances >= min_utterances
    may_be_node &= ~torch.isin(styles.speaker, guests)
    graphs = {}
    for emotion in styles.emotion.unique().tolist():
        is_heard = styles.emotion == emotion
        is_node = is_heard & may_be_node
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
            **how,
        )
        late = is_heard & ~is_node
        table[styles.speaker[is_node], emotion] = communities.labels
        table[styles.speaker[late], emotion] = communities.attach(
            styles.vectors[late]
        )
        graphs[emotion] = EmotionGraph(
            styles.speaker[is_node],
            language,
            graph,
            communities,
            n_attached=int(late.sum()),
        )
    return table, graphs
