import dataclasses

import pytest
import torch
from helpers import encoders
from helpers.rows import rows_of

from speechbrain_clser.corpora import emodb
from speechbrain_clser.features.text import TextEncoder
from speechbrain_clser.features.transcripts import load_transcripts, text_of

ROWS = rows_of("own", "deu", n_speakers=1, n_each=1)
TEXTS = ["heute gut", "heute gut", "", "schlecht."]


@pytest.fixture
def encoder(tmp_path):
    return TextEncoder(encoders.make_text(tmp_path / "encoder"))


def of(texts):
    """Rows with these sentences."""
    return [
        dataclasses.replace(row, sentence=text)
        for row, text in zip(ROWS, texts, strict=True)
    ]


@pytest.mark.parametrize(
    "corpus, sentence, expected",
    [
        ("emodb", "a01", "Der Lappen liegt auf dem Eisschrank."),
        ("emodb", "z99", ""),
        ("casia", "201", ""),
        ("enterface", "anger_1", ""),
        ("demo", "Guten  Tag", "Guten Tag"),
        ("own", "No!", "No!"),
        ("own", "你好", "你好"),
        ("own", "", ""),
    ],
)
def test_names_are_looked_up_and_texts_are_used(corpus, sentence, expected):
    row = dataclasses.replace(ROWS[0], corpus=corpus, sentence=sentence)
    assert text_of(row, {"emodb": emodb.SENTENCES}) == expected


def test_each_text_is_embedded_once_and_missing_ones_are_counted(
    encoder, tmp_path, caplog
):
    rows, calls = of(TEXTS), []
    encoder.register_forward_hook(lambda *call: calls.append(call))
    found = load_transcripts(encoder, tmp_path, rows, {})
    assert len(calls) == 2
    assert f"1 of 4 utterances have no transcript, such as {rows[2].id}" in (
        caplog.text
    )
    assert found[rows[2].id].equal(torch.zeros(1, 16))
    expected, lens = encoder.embed(TEXTS)
    for row, tokens, share in zip(rows, expected, lens, strict=True):
        tokens = tokens[: round(share.item() * len(tokens))]
        torch.testing.assert_close(found[row.id], tokens, atol=1e-5, rtol=0)
    counts = found.coverage(
        [("train", rows[:3]), ("test", rows[3:]), ("x", [])]
    )
    assert [[*part.values()] for part in counts.values()] == [
        *([3, 1, 1], [1, 0, 1])
    ]
    load_transcripts(encoder, tmp_path, rows, {})
    assert len(calls) == 3  # of ``embed``: all are in the store


def test_corpora_without_any_transcript_are_refused(encoder, tmp_path):
    rows = of(["a01", "", "2", "x-y"])
    with pytest.raises(ValueError, match="found none in 4 utterances of own"):
        load_transcripts(encoder, tmp_path, rows, {})
