import dataclasses

import pytest
import torch
from helpers.rows import rows_of

from speechbrain_clser.features.phone_labels import phone_codes, phone_labels
from speechbrain_clser.features.phones import align
from speechbrain_clser.features.phones.phone import Phone

ROWS = rows_of("a", "deu", 1, 1)[:2]


def with_phones(*phones):
    return [dataclasses.replace(row, phones=phones) for row in ROWS]


def test_known_phones_are_read_from_manifest(tmp_path):
    found = phone_labels(
        "known", with_phones(("a", 0.1, 0.3)), {}, 50, tmp_path
    )
    assert found[ROWS[0].id][0].ipa == "a"


def test_phones_of_an_aligner_are_read(tmp_path, caplog):
    path = tmp_path / "phones.ctm"
    path.write_text(f"{ROWS[0].id} 1 0.5 0.25 AH0_B\n")
    options = {"alignments": str(path), "notation": "arpabet"}
    found = phone_labels("files", ROWS, {}, 50, tmp_path, **options)
    assert [[p.ipa for p in found[row.id]] for row in ROWS] == [["ə"], []]
    assert f"1 of 2 utterances without an alignment, such as {ROWS[1].id}" in (
        caplog.text
    )


def test_units_need_only_frames(tmp_path):
    frames = {
        row.id: torch.randn(80, 3) + 5 * (torch.arange(80) // 20 % 2)[:, None]
        for row in ROWS
    }
    found = phone_labels("units", ROWS, frames, 50, tmp_path)
    assert all(found[row.id][-1].end_s == pytest.approx(1.6) for row in ROWS)


@pytest.mark.parametrize(
    "source, message",
    [
        ("whisper", "phones must be one of known, files, align, ctc, units"),
        ("ctc", "ctc needs a recogniser; give --phone_recogniser"),
        ("files", "files needs .* give --phone_alignments"),
        ("known", "known: found no phones in 2 utterances of a;"),
    ],
)
def test_missing_phones_raise(tmp_path, source, message):
    with pytest.raises(ValueError, match=message):
        phone_labels(source, ROWS, {}, 50, tmp_path)


def test_second_run_uses_cache(tmp_path, monkeypatch):
    asked = []

    def align_all(rows, load, texts, recogniser):
        asked.extend(rows)
        return {row.id: (Phone("a", 0.0, 0.5),) for row in rows}

    monkeypatch.setattr(align, "align_all", align_all)
    rows = [dataclasses.replace(row, sentence="Guten Tag") for row in ROWS]
    first = phone_labels("align", rows, {}, 50, tmp_path)
    assert phone_labels("align", rows, {}, 50, tmp_path) == first
    assert asked == rows
    changed = [dataclasses.replace(rows[0], sentence="Guten Abend"), rows[1]]
    phone_labels("align", changed, {}, 50, tmp_path)
    assert asked[2:] == changed[:1]


def test_times_are_relative_and_short_phones_dropped():
    phones = {
        ROWS[0].id: (Phone("n", 0.0, 0.3), Phone("a", 0.3, 0.32)),
        ROWS[1].id: (Phone("a", 0.75, 1.6),),
    }
    assert ROWS[0].duration_s == 1.5
    names, codes = phone_codes(ROWS, phones)
    assert names == ["a", "n"]
    torch.testing.assert_close(
        codes[ROWS[0].id], torch.tensor([[2.0, 0.0, 0.2]])
    )
    # What lasts longer than the recording ends with it.
    torch.testing.assert_close(
        codes[ROWS[1].id], torch.tensor([[1.0, 0.5, 1.0]])
    )


def test_consonants_are_dropped_with_vowels_only():
    phones = {
        ROWS[0].id: (Phone("n", 0.0, 0.3), Phone("a", 0.3, 0.6)),
        ROWS[1].id: (),
    }
    names, codes = phone_codes(ROWS, phones, vowels_only=True)
    assert names == ["a"]
    assert [len(codes[row.id]) for row in ROWS] == [1, 0]
