import logging

import pytest

from speechbrain_clser.printable import Formatter, printable


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\x1b]0;title\x07a.wav", r"\x1b]0;title\x07a.wav"),
        ("a\rb\x08c\x7f", r"a\rb\x08c\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202egnp.wav\u2028", r"a\u202egnp.wav\u2028"),
        ("\udcff.wav", r"\udcff.wav"),
        ("two\nlines\tand Löwe 狮 🦁", "two\nlines\tand Löwe 狮 🦁"),
    ],
)
def test_unprintable_characters_are_escaped(text, shown):
    assert printable(text) == shown
    record = logging.makeLogRecord({"msg": "%s", "args": (text,)})
    assert Formatter("%(message)s").format(record) == shown
