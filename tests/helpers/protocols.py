"""Protocols that differ from others in a few keys."""

from speechbrain_clser.data.protocol import Protocol


def changed(protocol, **values):
    """Return a protocol with other values of some keys of its YAML."""
    return Protocol.of(**{**protocol.values, **values})
