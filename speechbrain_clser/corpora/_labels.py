"""Map labels whose set is not known before they are read."""

from speechbrain_clser.labels import CANONICAL, SYNONYMS, canonical_or_own


class Labels(dict):
    """Map labels to emotions; blank is unlabelled.

    Its keys are the emotions and their English synonyms; all other labels are mapped
    by ``labels.canonical_or_own``.

    Example
    -------
    >>> Labels()["Wütend"], Labels()["stressed"]
    ('anger', 'stressed')
    """

    def __init__(self):
        super().__init__(zip(CANONICAL, CANONICAL, strict=True))
        self.update(SYNONYMS)

    def __missing__(self, label):
        """Map another label."""
        return canonical_or_own(label)
