"""Manifests: CSV files of the checked recordings of a corpus.

Preparation compares the rows of a corpus with its card and label map, reads every
recording in full and writes the usable ones to a CSV that SpeechBrain reads. Next
to ``<name>.csv`` it writes the report ``<name>.json`` and, if the corpus provides
phones, ``<name>.phones.json``.
"""

from speechbrain_clser.data.manifest.checks import refuse_missing
from speechbrain_clser.data.manifest.files import read, report
from speechbrain_clser.data.manifest.preparation import prepare
from speechbrain_clser.data.manifest.rows import rows_of

__all__ = ["prepare", "read", "refuse_missing", "report", "rows_of"]
