"""Dusha: Russian, acted (crowd) and natural (podcasts).

About 350 hours in four emotions: anger, sadness, positive and neutral. In ``crowd_…``,
speakers of a crowdsourcing platform act sentences for a voice assistant; ``podcast_…`` is
cut from podcasts. Three or more listeners labelled each recording. The label here is the
most frequent vote, and ``other`` for a draw or a vote for other; the authors publish labels
of another aggregation (Dawid-Skene), so counts differ from theirs and the card has
none. Positive is mapped to happiness. Control tasks (with ``golden_emo``) are skipped.

Each of four folders, such as ``crowd_train``, has ``raw_crowd_train.jsonl``, a line per
vote, and recordings in ``wavs``. ``source_id`` is a speaker of the crowd, and a podcast,
which is both speaker and session here. The session starts with the official part.

V. Kondratenko, A. Sokolov, N. Karpov, O. Kutuzov, N. Savushkin and F. Minkin: Large Raw
Emotional Dataset with Aggregation Mechanism. arXiv:2212.12266, 2022.
"""

import collections
import json
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="dusha",
    title="Dusha",
    languages=("rus",),
    n_utterances=None,
    n_speakers=None,
    hours=350,
    elicitation="acted",
    licence="Dusha licence (attribution, share-alike)",
    citation="Kondratenko et al., Large Raw Emotional Dataset with Aggregation "
    "Mechanism, arXiv:2212.12266, 2022",
    address="https://github.com/salute-developers/golos/tree/master/dusha",
    folders=("Dusha",),
    example="crowd_train/raw_crowd_train.jsonl with crowd_train/wavs",
)

EMOTIONS = {
    "angry": "anger",
    "neutral": "neutral",
    "other": "other",
    "positive": "happiness",
    "sad": "sadness",
}


def utterances(root):
    """Yield the utterances in the order of the four tables."""
    root = Path(root)
    tables = sorted(root.rglob("raw_*_*.jsonl"))
    wavs = {wav.stem: wav for wav in recordings(root)} if tables else {}
    for table in tables:
        _, kind, part = table.stem.split("_")
        votes, first = collections.defaultdict(collections.Counter), {}
        with table.open(encoding="utf-8") as file:
            for row in map(json.loads, file):
                if not row.get("golden_emo"):
                    first.setdefault(row["hash_id"], row)
                    votes[row["hash_id"]][row["annotator_emo"]] += 1
        for name, row in first.items():
            source = f"{kind}_{row['source_id'] or name}"
            yield Utterance(
                id=name,
                wav=str(wavs.get(name, table.parent / row["audio_path"])),
                raw_emotion=_most_frequent(votes[name]),
                speaker=source,
                language="rus",
                sentence=" ".join((row.get("speaker_text") or "").split()),
                session=f"{part}/{source}",
            )


def _most_frequent(votes):
    """Return the most frequent label, or other for a draw."""
    (label, n), *rest = votes.most_common(2)
    return "other" if rest and rest[0][1] == n else label
