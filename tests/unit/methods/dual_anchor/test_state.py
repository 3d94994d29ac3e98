import types

import pytest
import torch

from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.methods.dual_anchor.pseudo_labels import (
    PseudoLabelConfig,
)
from speechbrain_clser.methods.dual_anchor.state import (
    AnchoringConfig,
    AnchorState,
    extract_training_outputs,
)

N_CLASSES = 2
PHONES = ["a", "n"]
KEYS = {"emotion", "domain", "speaker", "language", "oracle_emotion"}


class FirstColumnsMethod(Method):
    """Predicts from the first two columns of the frames."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, batch):
        frames, lens = batch["frames"]
        logits = self.scale * frames[:, 0, :N_CLASSES]
        return MethodOutput(logits, logits, {"frames": (frames, lens)})


class Item:
    """Imitates a batch of SpeechBrain."""

    def __init__(self, rows):
        def padded(values):
            return types.SimpleNamespace(data=torch.stack(values))

        frames = torch.stack([row["frames"] for row in rows])
        self.frames = frames, torch.ones(len(rows))
        for key in ("style", "phones"):
            setattr(self, key, padded([row[key] for row in rows]))
        self.id = [row["id"] for row in rows]
        for key in KEYS & rows[0].keys():
            setattr(self, key, torch.tensor([row[key] for row in rows]))

    def to(self, device):
        return self


def loader_of(rows):
    return types.SimpleNamespace(dataset=rows, collate_fn=Item)


def training_data(n_speakers=6, confidence=9.0, hidden=True, **more):
    """Return training rows of three speakers each of two languages.

    Each speaker has four utterances of both emotions; speakers with odd
    numbers have another style of emotion 1, in both languages.
    """
    rows = []
    for speaker in range(n_speakers):
        language = int(speaker >= n_speakers // 2)
        for emotion in range(N_CLASSES):
            for repetition in range(4):
                frames = torch.zeros(4, 3)
                frames[:, emotion] = confidence
                frames[:, 2] = emotion - 0.5 + 0.01 * repetition
                direction = 1.0 if speaker % 2 else -1.0
                style = torch.tensor(
                    [emotion * direction, 0.05 * repetition, 0.01 * speaker]
                )
                rows.append(
                    {
                        "id": f"{speaker}-{emotion}-{repetition}",
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


def state_of(communities="louvain", **pseudo_labels):
    state = AnchorState(
        N_CLASSES,
        AnchoringConfig(0, communities, min_segments=4),
        PseudoLabelConfig(**pseudo_labels),
    )
    state.setup(6, PHONES)
    return state


def test_initial_state_has_no_communities_or_anchors():
    state = state_of()
    assert state.community_of(torch.tensor([0, 5, -1])).eq(-1).all()
    assert not state.is_anchor_somewhere(torch.tensor([0, 1, 2])).any()
    logits = torch.tensor([[99.0, 0.0]])
    assert state.labels_or_pseudo_labels(
        torch.tensor([-1]), logits
    ).tolist() == [-1]


def test_refresh_during_warm_up_changes_nothing():
    state = state_of()
    state.refresh(
        FirstColumnsMethod(), loader_of(training_data()), progress=0.1
    )
    assert state.history == [] and state.community.eq(-1).all()


def test_labels_override_predictions_and_unconfident_predictions_are_ignored():
    state = state_of()
    state.threshold[:] = 0.9
    logits = torch.tensor([[5.0, 0.0], [5.0, 0.0], [0.1, 0.0]])
    labels = torch.tensor([1, -1, -1])
    assert state.labels_or_pseudo_labels(labels, logits).tolist() == [1, 0, -1]


def test_half_of_the_confident_predictions_become_pseudo_labels():
    state = state_of(confidence=0.6)
    logits = torch.tensor([[s, 0.0] for s in (1.0, 2.0, 3.0, 4.0)])
    labels = torch.full((4,), -1)
    state._update_thresholds({"label": labels, "logits": logits})
    assert state.labels_or_pseudo_labels(labels, logits).tolist() == [
        -1,
        -1,
        0,
        0,
    ]
    assert state.threshold[1] == 2.0  # no predictions, so no pseudo-labels


def test_speakers_of_similar_style_share_a_community():
    state = state_of(pseudo_label_fraction=1.0)
    state.refresh(
        FirstColumnsMethod(), loader_of(training_data()), progress=0.5
    )
    angry = state.community[:, 1]
    assert len(angry.unique()) == 2
    assert angry[0] == angry[2] == angry[4] and angry[1] == angry[3] == angry[5]
    assert state.weight_of(torch.tensor([1]), torch.tensor([1])) > 0


def test_source_only_builds_communities_from_source_speakers():
    both, source = (
        state_of(pseudo_label_fraction=1.0),
        state_of(pseudo_label_fraction=1.0, target_labels="source_only"),
    )
    for state in (both, source):
        state.refresh(
            FirstColumnsMethod(), loader_of(training_data()), progress=0.5
        )
    n_nodes = [
        state.history[0]["communities"]["emotions"][1]["n_speakers"]
        for state in (both, source)
    ]
    assert n_nodes == [6, 3]
    assert (source.community[:, 1] >= 0).all()  # the others are attached


def test_true_labels_are_used_by_the_oracle_only():
    # All predictions are wrong.
    rows = training_data(confidence=-9.0, oracle_emotion=True)
    pseudo, oracle = state_of(), state_of(target_labels="oracle")
    seen = []
    for state in (pseudo, oracle):
        state._find_communities = lambda outputs, emotion, _: seen.append(
            emotion
        )
        state.refresh(FirstColumnsMethod(), loader_of(rows), progress=0.5)
    true_labels = torch.tensor([row["oracle_emotion"] for row in rows])
    assert seen[1].equal(true_labels)
    assert not seen[0].equal(true_labels)


def test_anchor_sides_are_the_domains_for_any_labels():
    # One speaker of each domain is labelled; all have one language.
    rows = training_data()
    for row in rows:
        row["emotion"] = -1 if row["speaker"] % 3 else row["emotion"]
        row["language"] = 0
    seen = []
    state = state_of(target_labels="source_only")
    state._find_communities = lambda outputs, emotion, is_target: seen.append(
        is_target
    )
    state.refresh(FirstColumnsMethod(), loader_of(rows), progress=0.5)
    domain = torch.tensor([row["domain"] for row in rows])
    assert seen[0].equal(domain == 1)
    assert state._sides(seen[0], torch.zeros(len(rows))).equal(seen[0])


def test_anchor_sides_without_target_are_first_and_other_languages():
    state = state_of()
    rows = [{**row, "domain": 0} for row in training_data(hidden=False)]
    state.refresh(FirstColumnsMethod(), loader_of(rows), progress=0.5)
    assert state.history[0]["n_unlabelled"] == 0
    assert (state.weight > 0).any()


def test_state_dict_round_trip_keeps_state():
    state = state_of(communities="gnn", pseudo_label_fraction=1.0)
    state.refresh(
        FirstColumnsMethod(), loader_of(training_data()), progress=0.5
    )
    other = state_of(communities="gnn")
    other.load_state_dict(state.state_dict())
    assert other.community.equal(state.community)
    assert other.history == state.history and other.networks.keys() == {0, 1}


def test_extraction_keeps_training_mode_and_random_state():
    method = FirstColumnsMethod().train()
    before = torch.random.get_rng_state()
    outputs = extract_training_outputs(method, loader_of(training_data()))
    assert method.training and torch.random.get_rng_state().equal(before)
    assert len(outputs["phone"]) == 2 * len(outputs["label"])
    assert outputs["row"].max() == len(outputs["label"]) - 1


def wide_training_data(**more):
    """Return training rows with frames that are wide enough to adapt to."""
    torch.manual_seed(0)
    rows = training_data(10, **more)
    for row in rows:
        noise = torch.randn(4, 40)
        noise[:, :N_CLASSES] += row["frames"][:, :N_CLASSES]
        row["frames"] = noise
    return rows


def refreshed(rows, **pseudo_labels):
    state = state_of(**pseudo_labels)
    state.setup(10, PHONES)
    state.refresh(FirstColumnsMethod(), loader_of(rows), progress=0.5)
    return state


def test_table_has_the_most_confident_target_utterances_of_each_class():
    rows = wide_training_data()
    state = refreshed(rows, pseudo_label_source="em_gaussians")
    target = {row["id"] for row in rows if row["domain"]}
    assert state.table.keys() < target and len(state.table) == 20
    # All are right; ids are speaker-emotion-repetition.
    assert {name: int(name.split("-")[1]) for name in state.table} == (
        state.table
    )
    assert state.history[0]["n_pseudo_labels"] == 20


def test_table_has_pseudo_labels_of_the_logits_for_the_target_only():
    rows = training_data()
    for row in rows[:8]:
        row["emotion"] = -1  # of the source
    state = refreshed(rows, pseudo_label_fraction=1.0)
    assert state.history[0]["n_pseudo_labels"] == 8 + 24
    assert state.table == {
        row["id"]: int(row["id"][2]) for row in rows if row["domain"]
    }


def test_table_of_the_oracle_has_the_true_labels():
    rows = training_data(confidence=-9.0, oracle_emotion=True)
    rows[-1]["oracle_emotion"] = -1  # none of the classes
    state = refreshed(rows, target_labels="oracle", pseudo_label_weight=1.0)
    hidden = [row for row in rows[:-1] if row["domain"]]
    assert state.table == {r["id"]: r["oracle_emotion"] for r in hidden}


@pytest.mark.parametrize("source", ["logits", "em_gaussians"])
def test_labels_are_those_of_the_table_for_known_ids(source):
    state = state_of(pseudo_label_source=source)
    state.table = {"a": 1, "b": 0}
    labels, logits = torch.tensor([-1, 1, -1]), torch.tensor([[99.0, 0.0]] * 3)
    found = state.labels_or_pseudo_labels(labels, logits, ["a", "b", "c"])
    assert found.tolist() == [1, 1, -1]


def test_source_alone_has_an_empty_table():
    rows = [{**row, "domain": 0} for row in wide_training_data(hidden=False)]
    state = refreshed(rows, pseudo_label_source="em_gaussians")
    assert state.table == {} and state.history[0]["n_unlabelled"] == 0


def test_refused_adaptation_leaves_the_epoch_without_pseudo_labels(caplog):
    rows = wide_training_data()
    for row in rows:
        row["frames"] = row["frames"].clone()
        row["frames"][:, 0] = 99.0  # all are predicted as class 0
    state = refreshed(rows, pseudo_label_source="em_gaussians")
    assert state.table == {} and state.history[0]["n_pseudo_labels"] == 0
    assert "no pseudo-labels in this epoch: expected post" in caplog.text
    assert "or give --pseudo_label_source logits" in caplog.text


def test_table_is_in_the_state_dict_and_absent_from_older_ones():
    state = refreshed(wide_training_data(), pseudo_label_source="em_gaussians")
    other = state_of()
    other.setup(10, PHONES)
    saved = state.state_dict()
    other.load_state_dict(saved)
    assert other.table == state.table != {}
    del saved["_extra_state"]["table"]
    other.load_state_dict(saved)
    assert other.table == {}
