"""Fingerprints change with what a manifest is made from, and only then."""

import dataclasses
import os

from helpers import four

from speechbrain_clser.data.manifest.fingerprint import fingerprint_of
from speechbrain_clser.data.manifest.rows import rows_of


def digest_of(root, corpus=four.FOUR, strays=()):
    """Fingerprint of a corpus as it lies in a folder."""
    rows, notes = rows_of(corpus, root)
    return fingerprint_of(corpus, rows, list(strays), root, notes)


def test_same_files_have_the_same_fingerprint_wherever_they_lie(root):
    before = digest_of(root)
    moved = root.rename(root.with_name("moved"))
    assert digest_of(moved) == before
    assert len(before) == 16


def test_time_label_card_and_stray_change_it(root):
    card = dataclasses.replace(four.CARD, licence="another")
    emotions = {"hi": "calm", "lo": "sadness"}
    seen = {
        digest_of(root),
        digest_of(root, dataclasses.replace(four.FOUR, card=card)),
        digest_of(root, dataclasses.replace(four.FOUR, emotions=emotions)),
        digest_of(root, strays=[root / "hum.wav"]),
    }
    os.utime(root / "ann_hi_1.wav", ns=(1, 1))
    seen.add(digest_of(root))
    assert len(seen) == 5


def test_file_that_is_not_there_has_a_fingerprint_too(root):
    rows, notes = rows_of(four.FOUR, root)
    before = fingerprint_of(four.FOUR, rows, [], root, notes)
    (root / "ann_hi_1.wav").unlink()
    assert fingerprint_of(four.FOUR, rows, [], root, notes) != before
