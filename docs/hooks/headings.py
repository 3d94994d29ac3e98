"""Docstrings with SpeechBrain's headings and shapes, as the parser of NumPy's style."""

import re

from griffe import Extension

HEADINGS = {"Arguments": "Parameters", "Example": "Examples"}
HEADING = re.compile(rf"^({'|'.join(HEADINGS)})\n-+$", re.MULTILINE)
# Type and shape of a value, such as "torch.Tensor, (batch, dim)".
SHAPE = re.compile(r"^([^(\n]+), (\([^()\n]*\))$(?=\n    \S)", re.MULTILINE)


class Headings(Extension):
    """Rewrite docstrings for the parser of NumPy's style."""

    def on_instance(self, *, obj, **_):
        """Rename the headings of one docstring, and put shapes into words."""
        if obj.docstring is None:
            return
        text = HEADING.sub(
            lambda found: f"{HEADINGS[found[1]]}\n----------",
            obj.docstring.value,
        )
        # Otherwise type and shape are read as a tuple of two types.
        obj.docstring.value = SHAPE.sub(r"\1 of shape \2", text)
