"""Manifests: every recording of a corpus checked once, then listed in a CSV.

A corpus only tells what is in it. Here its rows are held against its card and
its labels, its recordings are read from the first sample to the last, and what
is good is written as a CSV that SpeechBrain reads. Beside ``<name>.csv`` lie
``<name>.json``, the manifest's report, and, where a corpus knows them,
``<name>.phones.json`` with the phones of each utterance.
"""

from speechbrain_clser.data.manifest.files import read, report
from speechbrain_clser.data.manifest.preparation import prepare

__all__ = ["prepare", "read", "report"]
