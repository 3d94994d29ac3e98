"""Tests for manifest fingerprints."""

import dataclasses
import os

from helpers import four

from speechbrain_clser.data.manifest.fingerprint import fingerprint_of
from speechbrain_clser.data.manifest.rows import rows_of


def digest_of(root, corpus=four.FOUR, unlisted=()):
    """Fingerprint of a corpus in a folder."""
    rows, notes = rows_of(corpus, root)
    return fingerprint_of(corpus, rows, list(unlisted), root, notes)


def test_fingerprint_is_independent_of_folder(root):
    before = digest_of(root)
    moved = root.rename(root.with_name("moved"))
    assert digest_of(moved) == before
    assert len(before) == 16


def test_fingerprint_depends_on_time_label_card_and_unlisted_file(root):
    card = dataclasses.replace(four.CARD, licence="another")
    emotions = {"hi": "calm", "lo": "sadness"}
    seen = {
        digest_of(root),
        digest_of(root, dataclasses.replace(four.FOUR, card=card)),
        digest_of(root, dataclasses.replace(four.FOUR, emotions=emotions)),
        digest_of(root, unlisted=[root / "hum.wav"]),
    }
    os.utime(root / "ann_hi_1.wav", ns=(1, 1))
    seen.add(digest_of(root))
    assert len(seen) == 5


def test_fingerprint_of_missing_file_is_defined(root):
    rows, notes = rows_of(four.FOUR, root)
    before = fingerprint_of(four.FOUR, rows, [], root, notes)
    (root / "ann_hi_1.wav").unlink()
    assert fingerprint_of(four.FOUR, rows, [], root, notes) != before
