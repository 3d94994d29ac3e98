import types

import pytest
import torch

from speechbrain_clser.methods._anchor_state import AnchorState, hear
from speechbrain_clser.methods.base import Method, MethodOutput

N_CLASSES = 2
PHONES = ["a", "n"]
KEYS = {"emotion", "domain", "speaker", "language", "oracle_emotion"}


class Told(Method):
    """Believes what the first two columns of the frames say."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, batch):
        frames, lens = batch["frames"]
        logits = self.scale * frames[:, 0, :N_CLASSES]
        return MethodOutput(logits, logits, {"frames": (frames, lens)})


class Item:
    """A batch as SpeechBrain gives it."""

    def __init__(self, rows):
        def padded(values):
            return types.SimpleNamespace(data=torch.stack(values))

        frames = torch.stack([row["frames"] for row in rows])
        self.frames = frames, torch.ones(len(rows))
        for key in ("style", "phones"):
            setattr(self, key, padded([row[key] for row in rows]))
        for key in KEYS & rows[0].keys():
            setattr(self, key, torch.tensor([row[key] for row in rows]))

    def to(self, device):
        return self


def loader_of(rows):
    return types.SimpleNamespace(dataset=rows, collate_fn=Item)


def material(n_speakers=6, sureness=9.0, hidden=True, **more):
    """Three German and three Italian speakers with two ways to be angry.

    Each utters both emotions four times; odd speakers have a style of their
    own, whatever their language.
    """
    rows = []
    for speaker in range(n_speakers):
        language = int(speaker >= n_speakers // 2)
        for emotion in range(N_CLASSES):
            for take in range(4):
                frames = torch.zeros(4, 3)
                frames[:, emotion] = sureness
                frames[:, 2] = emotion - 0.5 + 0.01 * take
                way = 1.0 if speaker % 2 else -1.0
                style = torch.tensor(
                    [emotion * way, 0.05 * take, 0.01 * speaker]
                )
                rows.append(
                    {
                        "frames": frames,
                        "style": style,
                        "phones": torch.tensor(
                            [[1.0, 0.0, 0.5], [2.0, 0.5, 1.0]]
                        ),
                        "emotion": -1 if language and hidden else emotion,
                        "domain": language,
                        "speaker": speaker,
                        "language": language,
                        **dict.fromkeys(more, emotion),
                    }
                )
    return rows


def state_of(**values):
    settings = {
        "neutral": 0,
        "communities": "louvain",
        "warm_up": 0.2,
        "min_segments": 4,
        **values,
    }
    state = AnchorState(N_CLASSES, **settings)
    state.setup(6, PHONES)
    return state


def test_nobody_has_a_community_and_nothing_is_an_anchor_at_first():
    state = state_of()
    assert state.community_of(torch.tensor([0, 5, -1])).eq(-1).all()
    assert not state.is_anchor_somewhere(torch.tensor([0, 1, 2])).any()
    logits = torch.tensor([[99.0, 0.0]])
    assert state.believed(torch.tensor([-1]), logits).tolist() == [-1]


def test_nothing_is_found_while_warming_up():
    state = state_of()
    state.refresh(Told(), loader_of(material()), progress=0.1)
    assert state.history == [] and state.community.eq(-1).all()


def test_label_wins_over_the_guess_and_unsure_guesses_are_not_believed():
    state = state_of()
    state.threshold[:] = 0.9
    logits = torch.tensor([[5.0, 0.0], [5.0, 0.0], [0.1, 0.0]])
    known = torch.tensor([1, -1, -1])
    assert state.believed(known, logits).tolist() == [1, 0, -1]


def test_half_of_the_sure_guesses_of_each_class_are_believed():
    state = state_of(confidence=0.6)
    logits = torch.tensor([[s, 0.0] for s in (1.0, 2.0, 3.0, 4.0)])
    known = torch.full((4,), -1)
    state._trust({"known": known, "logits": logits})
    assert state.believed(known, logits).tolist() == [-1, -1, 0, 0]
    assert state.threshold[1] == 2.0  # nothing was guessed: nothing believed


def test_communities_join_those_who_voice_an_emotion_alike():
    state = state_of(pseudo_label_fraction=1.0)
    state.refresh(Told(), loader_of(material()), progress=0.5)
    angry = state.community[:, 1]
    assert len(angry.unique()) == 2
    assert angry[0] == angry[2] == angry[4] and angry[1] == angry[3] == angry[5]
    assert state.weight_of(torch.tensor([1]), torch.tensor([1])) > 0


def test_source_speakers_alone_found_communities_where_asked():
    both, source = (
        state_of(pseudo_label_fraction=1.0),
        state_of(pseudo_label_fraction=1.0, target_labels="source_only"),
    )
    for state in (both, source):
        state.refresh(Told(), loader_of(material()), progress=0.5)
    founders = [
        state.history[0]["communities"]["emotions"][1]["n_speakers"]
        for state in (both, source)
    ]
    assert founders == [6, 3]
    assert (source.community[:, 1] >= 0).all()  # the others are attached


def test_truth_is_used_only_where_the_oracle_is_asked():
    # Guesses are all wrong; only the oracle knows better.
    rows = material(sureness=-9.0, oracle_emotion=True)
    honest, oracle = state_of(), state_of(target_labels="oracle")
    seen = []
    for state in (honest, oracle):
        state._find_communities = lambda training_rows, emotion, _: seen.append(
            emotion
        )
        state.refresh(Told(), loader_of(rows), progress=0.5)
    truth = torch.tensor([row["oracle_emotion"] for row in rows])
    assert seen[1].equal(truth)
    assert not seen[0].equal(truth)


def test_sides_of_the_anchors_are_the_domains_whatever_is_labelled():
    # Of each domain one speaker is labelled; all speak one language.
    rows = material()
    for row in rows:
        row["emotion"] = -1 if row["speaker"] % 3 else row["emotion"]
        row["language"] = 0
    seen = []
    state = state_of(target_labels="source_only")
    state._find_communities = (
        lambda training_rows, emotion, is_target: seen.append(is_target)
    )
    state.refresh(Told(), loader_of(rows), progress=0.5)
    domain = torch.tensor([row["domain"] for row in rows])
    assert seen[0].equal(domain == 1)
    assert state._sides(seen[0], torch.zeros(len(rows))).equal(seen[0])


def test_among_sources_alone_the_first_language_faces_the_others():
    state = state_of()
    rows = [{**row, "domain": 0} for row in material(hidden=False)]
    state.refresh(Told(), loader_of(rows), progress=0.5)
    assert state.history[0]["n_unlabelled"] == 0
    assert (state.weight > 0).any()


def test_state_survives_a_round_trip():
    state = state_of(communities="gnn", pseudo_label_fraction=1.0)
    state.refresh(Told(), loader_of(material()), progress=0.5)
    other = state_of(communities="gnn")
    other.load_state_dict(state.state_dict())
    assert other.community.equal(state.community)
    assert other.history == state.history and other.networks.keys() == {0, 1}


def test_hearing_leaves_mode_and_randomness_alone():
    method = Told().train()
    before = torch.random.get_rng_state()
    training_rows = hear(method, loader_of(material()))
    assert method.training and torch.random.get_rng_state().equal(before)
    assert len(training_rows["phone"]) == 2 * len(training_rows["known"])
    assert training_rows["row"].max() == len(training_rows["known"]) - 1


def test_unknown_way_to_label_the_target_is_refused():
    with pytest.raises(ValueError, match="target_labels must be one of pseudo"):
        state_of(target_labels="gold")
