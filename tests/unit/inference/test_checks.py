"""Modules and transcripts that a classifier cannot use."""

from types import SimpleNamespace

import pytest

from speechbrain_clser.inference import checks
from speechbrain_clser.inference.classifier import EmotionClassifier

TEXT, AUDIO = (SimpleNamespace(reads_text=reads) for reads in (True, False))


def test_missing_modules_are_named():
    with pytest.raises(ValueError, match="found no classifier, embedding_mod"):
        EmotionClassifier({"compute_features": None, "mean_var_norm": None}, {})


def test_transcripts_need_a_model_that_reads_them():
    checks.refuse_texts(AUDIO, None, 2)
    with pytest.raises(ValueError, match="reads the audio alone; leave them"):
        checks.refuse_texts(AUDIO, ["a", "b"], 2)
    checks.refuse_texts(TEXT, ["a", ""], 2)
    with pytest.raises(ValueError, match="one for each of 2 files, found 1"):
        checks.refuse_texts(TEXT, ["a"], 2)


def test_model_that_reads_transcripts_is_refused_for_audio_alone():
    checks.refuse_text(AUDIO, "adaptation")
    with pytest.raises(ValueError, match="adaptation: expected .* too; train"):
        checks.refuse_text(TEXT, "adaptation")
