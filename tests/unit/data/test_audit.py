import dataclasses

import pytest
from helpers import sounds
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.audio import check
from speechbrain_clser.data.audit import audit, refuse_leaks
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import Splits, cut
from speechbrain_clser.errors import LeakError

PROTOCOL = Protocol.of("x", ("a",), ("b",))
ALLOWING = changed(PROTOCOL, allowed_leaks=("speaker",))


def parts_of(train, valid=(), test=()):
    test = tuple(test)
    targets = frozenset(row.id for row in test)
    return Splits(tuple(train), tuple(valid), (), (), test, {}, targets)


def kinds(findings, severity):
    return {f.kind for f in findings if f.severity == severity}


def test_clean_split_has_no_leak():
    rows = rows_of("a", "deu") + rows_of("b", "ita")
    findings = audit(cut(rows, PROTOCOL), PROTOCOL)
    assert not kinds(findings, "leak")
    refuse_leaks(findings, PROTOCOL)


def test_random_split_leaks_speakers_and_raises():
    rows = rows_of("a", "deu") + rows_of("b", "ita")
    protocol = changed(PROTOCOL, split="random")
    findings = audit(cut(rows, protocol), protocol)
    assert kinds(findings, "leak") == {"speaker"}
    with pytest.raises(LeakError, match=r"speakers in both train and valid"):
        refuse_leaks(findings, protocol)


def test_allowed_leak_is_reported():
    rows = rows_of("a", "deu", n_speakers=1)
    findings = audit(parts_of(rows[:4], rows[4:]), ALLOWING)
    assert kinds(findings, "allowed") == {"speaker"}
    refuse_leaks(findings, ALLOWING)


def test_same_recording_under_two_names_is_a_leak():
    one, *_ = rows_of("a", "deu")
    other = dataclasses.replace(
        rows_of("b", "ita")[0], digest=one.digest, sentence=""
    )
    findings = audit(parts_of([one], test=[other]), PROTOCOL)
    assert kinds(findings, "leak") == {"recording"}


def test_shared_session_is_a_leak():
    first, second = rows_of("a", "deu", n_speakers=2, n_each=1)[::4]
    parts = parts_of(
        [dataclasses.replace(first, session="Ses01")],
        [dataclasses.replace(second, session="Ses01")],
    )
    assert "session" in kinds(audit(parts, PROTOCOL), "leak")


def test_shared_sentence_is_only_noted():
    rows = rows_of("a", "deu", n_speakers=2)
    findings = audit(parts_of(rows[:8], rows[8:]), PROTOCOL)
    assert kinds(findings, "note") == {"sentence", "corpus"}


def test_speakers_with_one_emotion_are_a_confound():
    rows = [
        dataclasses.replace(row, emotion="anger" if "_s0" in row.id else "fear")
        for row in rows_of("a", "deu", n_speakers=2)
    ]
    (finding,) = (
        f for f in audit(parts_of(rows), PROTOCOL) if f.severity == "confound"
    )
    assert finding.kind == "emotion by speaker"
    assert "2 of 2 speakers" in finding.sentence


def test_unknown_sessions_and_sentences_are_not_shared():
    rows = [
        dataclasses.replace(row, sentence="", session="")
        for row in rows_of("a", "deu", n_speakers=2)
    ]
    findings = audit(parts_of(rows[:8], rows[8:]), PROTOCOL)
    assert kinds(findings, "note") == {"corpus"}


def test_examples_are_few():
    rows = rows_of("a", "deu", n_speakers=9)
    findings = audit(parts_of(rows, rows), ALLOWING)
    assert all(len(finding.examples) <= 5 for finding in findings)


def test_transductive_test_audio_is_not_a_leak():
    rows = rows_of("a", "deu") + rows_of("b", "ita")
    protocol = changed(
        PROTOCOL,
        target_supervision="unlabelled",
        transductive=True,
        source_shots_per_class=1,
    )
    parts = cut(rows, protocol)
    assert not kinds(audit(parts, protocol), "leak")
    extra = dataclasses.replace(parts.test[0], id="another take")
    leaking = dataclasses.replace(parts, unlabelled=(*parts.unlabelled, extra))
    assert "speaker" in kinds(audit(leaking, protocol), "leak")


def test_unlabelled_target_speakers_in_transductive_test_set_are_not_a_leak():
    rows = rows_of("a", "deu") + rows_of("b", "ita")
    unnamed = [
        dataclasses.replace(row, emotion="", id=f"{row.id} unnamed")
        for row in rows_of("b", "ita")
    ]
    protocol = changed(
        PROTOCOL, target_supervision="unlabelled", transductive=True
    )
    parts = cut(rows + unnamed, protocol)
    assert len(parts.unlabelled) == 2 * len(parts.test)
    assert not kinds(audit(parts, protocol), "leak")
    leaking = dataclasses.replace(parts, valid=parts.unlabelled[-1:])
    found = {f.parts for f in audit(leaking, protocol) if f.severity == "leak"}
    assert ("valid", "unlabelled") in found


def test_unlabelled_speaker_in_validation_is_a_leak():
    rows = rows_of("a", "deu") + rows_of("b", "ita")
    protocol = changed(PROTOCOL, source_shots_per_class=1)
    parts = cut(rows, protocol)
    assert not kinds(audit(parts, protocol), "leak")
    leaking = dataclasses.replace(parts, valid=parts.unlabelled[:4])
    found = {f.parts for f in audit(leaking, protocol) if f.severity == "leak"}
    assert ("valid", "unlabelled") in found


def test_shared_language_is_noted():
    rows = rows_of("a", "eng") + rows_of("b", "eng")
    findings = audit(cut(rows, PROTOCOL), PROTOCOL)
    (note,) = [f for f in findings if f.kind == "language"]
    assert note.parts == ("train", "test") and note.severity == "note"


def test_copy_with_other_samples_is_a_leak(tmp_path):
    rows = []
    for number, gain in enumerate((1.0, 0.25)):
        samples = gain * sounds.speech(1, 1)
        wav = sounds.write(tmp_path / f"{number}.wav", samples)
        _, digest, contour, _ = check(wav)
        rows.append(
            dataclasses.replace(
                rows_of("ab"[number], "deu")[0],
                **{"wav": str(wav), "digest": digest, "contour": contour},
            )
        )
    first, second = rows
    findings = audit(parts_of([first], test=[second]), PROTOCOL)
    (leak,) = (f for f in findings if f.severity == "leak")
    assert first.digest != second.digest
    assert leak.kind == "recording"
    assert leak.examples == (f"{first.id} = {second.id}",)


def test_recording_with_several_labels_is_refused_unless_allowed():
    one, other, *rest = rows_of("a", "deu", n_each=1)
    other = dataclasses.replace(other, digest=one.digest)
    parts = parts_of([one, other, *rest])
    found = audit(parts, PROTOCOL)
    (finding,) = (f for f in found if f.kind == "label")
    assert (finding.severity, finding.parts) == ("leak", ("train",))
    assert f"{one.id} (anger) = {other.id} (happiness)" in finding.sentence
    message = (
        r"contradicts itself: 1 recording .*correct .*allowed_leaks: .label"
    )
    with pytest.raises(LeakError, match=message):
        refuse_leaks(found, PROTOCOL)
    allowing = changed(PROTOCOL, allowed_leaks=("label",))
    refuse_leaks(audit(parts, allowing), allowing)
    merging = changed(
        PROTOCOL,
        classes=("anger", "neutral", "sadness"),
        merge_classes={"happiness": "anger"},
    )
    assert "label" not in {f.kind for f in audit(parts, merging)}


def test_recording_listed_twice_in_a_part_is_noted():
    one, other, *rest = rows_of("a", "deu")
    other = dataclasses.replace(other, digest=one.digest)
    found = audit(parts_of([one, other, *rest]), PROTOCOL)
    (finding,) = (f for f in found if f.kind == "repeated recording")
    assert (finding.severity, finding.parts) == ("note", ("train",))
    assert f"in train ({one.id} = {other.id})" in finding.sentence


def test_contradictory_gender_of_a_speaker_is_noted():
    rows = rows_of("a", "deu")
    rows[0] = dataclasses.replace(rows[0], gender="male")
    (finding,) = (
        f for f in audit(parts_of(rows), PROTOCOL) if "gender" in f.kind
    )
    assert finding.sentence.startswith(
        "1 speaker with several genders (a_deu_s0: female 7, male 1): correct"
    )
    unknown = [dataclasses.replace(row, speaker="a_unknown") for row in rows]
    found = audit(parts_of(unknown), PROTOCOL)
    assert not [f for f in found if "gender" in f.kind]


def test_class_without_test_utterances_is_noted():
    test = [row for row in rows_of("b", "ita") if row.emotion != "anger"]
    found = audit(parts_of(rows_of("a", "deu"), test=test), PROTOCOL)
    (finding,) = (f for f in found if f.kind == "class without test utterances")
    assert (finding.severity, finding.examples) == ("note", ("anger",))
    assert finding.sentence.startswith("no test utterance of anger: the scores")


@pytest.mark.parametrize(
    "own, name, expected",
    [
        ({"a", "b"}, "ANN", ("ann of a and b",)),
        ({"a"}, "ann", ()),
        ({"a", "b"}, "bob", ()),
        ({"a", "b"}, "unknown", ()),
    ],
)
def test_equal_names_in_two_user_folders_are_noted(own, name, expected):
    first = dataclasses.replace(rows_of("a", "deu")[0], speaker="a_ann")
    second = dataclasses.replace(rows_of("b", "ita")[0], speaker=f"b_{name}")
    if name == "unknown":
        first = dataclasses.replace(first, speaker="a_unknown")
    found = audit(parts_of([first], test=[second]), PROTOCOL, own)
    names = [f for f in found if f.kind == "speaker name"]
    assert tuple(e for f in names for e in f.examples) == expected
    assert all(f.severity == "note" for f in names)
