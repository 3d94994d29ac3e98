"""Load YAML with unique keys and limited size."""

import yaml

MAX_NODES = 60_000
MAX_DEPTH = 60


class UniqueKeys(yaml.SafeLoader):
    """PyYAML's safe loader that raises an error for duplicate keys.

    Nodes are counted while they are read, so that an oversized file is refused
    early.

    Example
    -------
    >>> yaml.load("a: 1\\nb: [2]", UniqueKeys)
    {'a': 1, 'b': [2]}
    >>> yaml.load("a: 1\\na: 2", UniqueKeys)
    Traceback (most recent call last):
    ...
    yaml.composer.ComposerError: while composing a mapping...
    found the key 'a' a second time...
    """

    def __init__(self, stream):
        super().__init__(stream)
        self.n_nodes = self.depth = 0

    def compose_node(self, parent, index):
        """Compose a node, unless there are too many or it is nested too deep."""
        self.n_nodes += 1
        self.depth += 1
        if self.n_nodes > MAX_NODES or self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(
                None,
                None,
                f"found more than {MAX_NODES:,} values, or {MAX_DEPTH} in each "
                "other",
                self.peek_event().start_mark,
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def compose_mapping_node(self, anchor):
        """Compose a mapping with unique keys."""
        node = super().compose_mapping_node(anchor)
        known = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in known:
                    raise yaml.composer.ComposerError(
                        "while composing a mapping",
                        node.start_mark,
                        f"found the key {key.value!r} a second time",
                        key.start_mark,
                    )
                known.add((key.tag, key.value))
        return node
