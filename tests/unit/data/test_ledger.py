import types

import pytest
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.audit import audit
from speechbrain_clser.data.ledger import ledger
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut

ROWS = rows_of("a", "deu") + rows_of("b", "ita") + rows_of("c", "urd", 8)
ZERO_SHOT = Protocol.of("x", ("a", "b"), ("c",))


def ledger_of(
    normalise_by="none", used=("train",), metadata=(), adaptation=None, **values
):
    protocol = changed(ZERO_SHOT, **values)
    parts = cut(ROWS, protocol)
    findings = audit(parts, protocol)
    return ledger(
        *(
            protocol,
            parts,
            normalise_by,
            set(used),
            findings,
            frozenset(metadata),
        ),
        adaptation,
    )


def test_zero_shot_uses_no_target_data():
    assert ledger_of().sentence == (
        "a:deu, b:ita → c:urd; no target audio; no target labels; "
        "2 labelled source corpora (a, b); inductive"
    )


def test_order_of_sources_does_not_matter():
    one, other = ledger_of(), ledger_of(sources=("b", "a"))
    assert one.labelled_corpora == other.labelled_corpora == ("a", "b")
    assert "2 labelled source corpora (a, b)" in other.sentence


@pytest.mark.parametrize(
    ("mode", "by_speaker", "by_language"),
    [("corpus", False, True), ("speaker", True, True)],
)
def test_normalisation_by_target_statistics_is_transductive(
    mode, by_speaker, by_language
):
    book = ledger_of(mode)
    assert book.transductive and book.target_audio == "statistics"
    assert (book.target_speakers, book.language_id) == (by_speaker, by_language)


def test_unused_splits_are_not_in_ledger():
    values = {"target_supervision": "shots", "shots": 1, "test_on": "held_out"}
    assert ledger_of(**values).target_labels == 0
    book = ledger_of(used=("train", "target_labelled", "unlabelled"), **values)
    assert book.target_labels == 1 and book.target_audio == "unlabelled"
    assert not book.transductive


def test_adaptation_to_test_audio_is_in_sentence():
    values = {"target_supervision": "unlabelled", "transductive": True}
    book = ledger_of(used=("train", "unlabelled"), **values)
    assert "the test utterances themselves" in book.sentence


def test_pool_filter_is_in_sentence_if_used():
    values = {"target_supervision": "unlabelled", "test_on": "held_out"}
    values |= {"unlabelled_pool": "classes"}
    filtered = "unlabelled pool filtered by target labels"
    assert (
        filtered in ledger_of(used=("train", "unlabelled"), **values).sentence
    )
    assert filtered not in ledger_of(**values).sentence
    values["unlabelled_pool"] = "all"
    book = ledger_of(used=("train", "unlabelled"), **values)
    assert filtered not in book.sentence


def test_target_audio_outside_test_set_is_in_sentence():
    values = {"target_supervision": "unlabelled", "transductive": True}
    protocol = changed(ZERO_SHOT, **values)
    rows = ROWS + rows_of("c", "urd", 8, 1, emotions=("fear",))
    book = ledger(
        *(protocol, cut(rows, protocol), "none", {"train", "unlabelled"}, [])
    )
    assert "(the test utterances and others)" in book.sentence


def test_labels_of_target_corpus_are_in_sentence():
    book = ledger_of(sources=("c", "a"), test_on="held_out")
    assert "; labels of other utterances of c:urd; " in book.sentence
    assert "no target audio; no target labels" in book.sentence


def test_oracle_is_in_sentence():
    assert "ORACLE" in ledger_of(select_by="oracle_target_uar").sentence


def test_dict_is_plain_and_contains_sentence():
    book = ledger_of()
    assert book.to_dict()["sentence"] == book.sentence


def test_source_shots_are_in_sentence():
    book = ledger_of(used=("train", "unlabelled"), source_shots_per_class=2)
    assert book.source_labels == 2
    assert "2 source labels per class; no target audio" in book.sentence


def test_unlabelled_sources_are_not_target_audio():
    book = ledger_of(used=("train", "unlabelled"), source_shots_per_class=2)
    assert book.target_audio == "none" and not book.transductive
    values = {"target_supervision": "unlabelled", "transductive": True}
    book = ledger_of(
        used=("train", "unlabelled"), source_shots_per_class=2, **values
    )
    assert book.target_audio == "unlabelled" and book.transductive


def test_labelled_fraction_is_in_sentence_if_used():
    values = {"target_supervision": "shots", "target_labelled_fraction": 0.1}
    book = ledger_of(used=("train", "target_labelled"), **values)
    assert "10 % of the target labelled" in book.sentence
    assert (book.target_labels, book.target_labelled_fraction) == (2, 0.1)
    unread = ledger_of(**values)
    assert "no target labels" in unread.sentence
    assert (unread.target_labels, unread.target_labelled_fraction) == (0, 0.0)


def test_target_metadata_is_in_sentence():
    values = {"target_supervision": "unlabelled", "transductive": True}
    metadata = ("speaker", "language", "text", "oracle_emotion")
    book = ledger_of(used=("train", "unlabelled"), metadata=metadata, **values)
    assert book.target_speakers and book.language_id
    assert "target sentences" in book.sentence and "ORACLE" in book.sentence
    # Metadata of the sources is not restricted.
    book = ledger_of(metadata=metadata[:3])
    assert not (book.target_speakers or book.target_text or book.language_id)
    # Prediction reads the transcripts of the test utterances.
    assert ledger_of(metadata=("input_text",)).target_text


def test_languages_of_one_corpus_are_one_labelled_corpus():
    rows = rows_of("a", "deu") + rows_of("a", "fin") + rows_of("c", "urd", 8)
    protocol = changed(ZERO_SHOT, sources=("a",))
    book = ledger(protocol, cut(rows, protocol), "none", {"train"}, [])
    assert book.labelled_corpora == ("a",)
    assert "labelled source" not in book.sentence


def test_leak_is_in_sentence_if_split_is_used():
    share = {"target_supervision": "shots", "target_labelled_fraction": 0.5}
    share |= {"allowed_leaks": ("speaker",)}
    assert ledger_of(used=["train", "target_labelled"], **share).leaks == (
        "speaker",
    )
    assert ledger_of(used=["train"], **share).leaks == ()
    assert ledger_of(allowed_leaks=("speaker",)).leaks == ()
    assert ledger_of(allowed_leaks=("speaker",), split="random").leaks == (
        "speaker",
    )


def test_sources_used_for_statistics_only_are_marked():
    share = {"target_supervision": "shots", "target_labelled_fraction": 0.5}
    sentence = ledger_of(used=["target_labelled"], **share).sentence
    assert sentence.startswith("a:deu, b:ita (statistics alone) → c:urd; ")
    assert "no other target audio; 50 % of the target labelled" in sentence
    assert (
        "(statistics"
        not in ledger_of(used=["train", "target_labelled"], **share).sentence
    )


def test_run_without_targets_has_no_test_set():
    for mode in ("none", "speaker"):
        book = ledger_of(mode, sources=("a", "b", "c"), targets=())
        assert book.sentence == (
            "a:deu, b:ita, c:urd → not scored; no target audio; "
            "no target labels; 3 labelled source corpora (a, b, c); inductive"
        )


POOL = {"target_supervision": "unlabelled", "test_on": "held_out"}


@pytest.mark.parametrize(
    ("form", "values", "expected", "is_transductive"),
    [
        ("auto", {}, "fitted to all of the test audio jointly", True),
        ("inductive", {}, "each half of the target's speakers", False),
        ("auto", POOL, "fitted to the unlabelled target audio", False),
    ],
)
def test_adaptation_is_in_the_ledger(form, values, expected, is_transductive):
    plan = types.SimpleNamespace(
        name="equal_mass", form=form, class_shares="equal"
    )
    book = ledger_of(adaptation=plan, **values)
    assert book.target_audio == "unlabelled"
    assert book.transductive == is_transductive
    assert "adaptation equal_mass fitted to" in book.sentence
    assert expected in book.sentence
    assert "class shares assumed: equal" in book.sentence
    assert book.sentence.endswith(
        "transductive" if is_transductive else "inductive"
    )
    assert book.to_dict()["adapted_to"] in {"test", "halves", "unlabelled"}


def test_adaptation_to_test_audio_is_added_to_pool():
    plan = types.SimpleNamespace(
        name="em_gaussians", form="transductive", class_shares=""
    )
    args = {"used": ("train", "unlabelled"), "adaptation": plan}
    book = ledger_of(**args, **POOL)
    assert "(the test utterances and others)" in book.sentence
    assert "class shares" not in book.sentence
    alone = ledger_of(used=("unlabelled",), adaptation=plan, **POOL)
    assert alone.source_trains  # labels of the sources give the class means
