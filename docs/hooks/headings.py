"""Headings of SpeechBrain in docstrings, as the parser of NumPy's style names them."""

import re

from griffe import Extension

HEADINGS = {"Arguments": "Parameters", "Example": "Examples"}
HEADING = re.compile(rf"^({'|'.join(HEADINGS)})\n-+$", re.MULTILINE)


class Headings(Extension):
    """Rename the headings of docstrings to those of NumPy."""

    def on_instance(self, *, obj, **_):
        """Rename the headings of one docstring."""
        if obj.docstring is not None:
            obj.docstring.value = HEADING.sub(
                lambda found: f"{HEADINGS[found[1]]}\n----------",
                obj.docstring.value,
            )
