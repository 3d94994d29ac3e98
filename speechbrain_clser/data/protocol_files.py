"""Find a protocol by its name or path, and read its values."""

import difflib
import re
from importlib.resources import files
from pathlib import Path

from speechbrain_clser.data import protocol_grammar
from speechbrain_clser.data.corpus_facts import MERGED
from speechbrain_clser.data.protocol_schema import read
from speechbrain_clser.deprecation import PROTOCOL_KEYS, current_keys

SHIPPED = files("speechbrain_clser") / "protocols"
YAML = (".yaml", ".yml")
# First part of the names of corpora that are folds of EmoBox, or parts of CAMEO.
EMOBOX, CAMEO = "emobox_", "cameo_"
SIDES = ("sources", "targets")


def shipped() -> list:
    """List the names of the protocols that are files of the package."""
    return sorted(
        file.name.removesuffix(".yaml")
        for file in SHIPPED.iterdir()
        if file.name.endswith(".yaml")
    )


def read_values(protocol: str) -> tuple:
    """Read the values of a protocol from its file or from its name.

    Arguments
    ---------
    protocol : str
        As for ``protocol.load``, or ``emobox:<corpus>/<fold>`` for a fold of
        EmoBox.

    Returns
    -------
    path : Path
        Of the file; None for a name that is no file.
    values : dict
        Keys and values, unchecked.

    Raises
    ------
    FileNotFoundError
        If there is no such file, and the name is none of the grammar.
    ValueError
        If it is no YAML, or a name has an unknown corpus or setting.

    Example
    -------
    >>> read_values("emodb_to_urdu:shots")
    (None, {'sources': ['emodb'], 'targets': ['urdu'], 'supervision': 'shots'})
    """
    path = _file_of(protocol)
    if path:
        values = current_keys(read(path), PROTOCOL_KEYS, path)
        return path, _with_folds(values)
    if protocol.startswith("emobox:"):
        merged = MERGED.get(re.split("[:/]", protocol)[1], {})
        values = {**dict.fromkeys(SIDES, [protocol]), "merge_classes": merged}
        return None, _with_folds(values)
    try:
        return None, protocol_grammar.parse(protocol)
    except ValueError as error:
        message = f"no protocol {protocol[:200]!r}: {error}"
        if "_to_" in protocol:
            raise ValueError(message) from error
        near = difflib.get_close_matches(protocol, shipped(), n=3)
        raise FileNotFoundError(
            f"{message}; or give the path of a .yaml file, or a name that "
            f"`clser protocols` lists, such as "
            f"{', '.join(near or ['emodb_to_urdu'])}"
        ) from error


def _with_folds(values):
    """Replace selectors of EmoBox and CAMEO by corpora.

    The official splits of corpora of EmoBox are a fold.
    """
    values, folds = dict(values), {}
    for side in SIDES:
        if isinstance(selectors := values.get(side), list):
            values[side] = [_corpus_of(one) for one in selectors]
            folds |= {
                new: "official"
                for old, new in zip(selectors, values[side], strict=True)
                if old != new and new.startswith(EMOBOX)
            }
    if folds:
        values["predefined_splits"] = {
            **folds,
            **values.get("predefined_splits", {}),
        }
    return values


def _corpus_of(selector):
    """Return the corpus of ``emobox:<corpus>/<fold>`` or ``cameo:<corpus>``."""
    if str(selector).startswith("cameo:"):
        return selector.replace("cameo:", CAMEO, 1)
    if not str(selector).startswith("emobox:"):
        return selector
    match = re.fullmatch(
        r"emobox:([a-z]\w*)(?:/(?:fold_)?([1-9]\d*))?", selector
    )
    if match is None:
        raise ValueError(
            f"expected emobox:<corpus>/<fold> such as emobox:emodb/2, found "
            f"{selector!r}; correct the selector"
        )
    return f"{EMOBOX}{match[1]}_{match[2] or 1}"


def folder_name(protocol: str) -> str:
    """Name a folder after a protocol.

    Example
    -------
    >>> folder_name("../my.yaml"), folder_name("esd:eng_to_urdu:share=0.2")
    ('my', 'esd-eng_to_urdu-share-0.2')
    """
    if Path(protocol).suffix in YAML:
        return Path(protocol).name.removesuffix(".yaml")
    return re.sub(r"[^\w.+]+", "-", protocol)


def _file_of(protocol):
    """Path of a file, or None for a name that is no file."""
    if Path(protocol).suffix in YAML:
        if not Path(protocol).is_file():
            raise FileNotFoundError(
                f"no protocol {protocol[:200]!r}: expected the path of a .yaml "
                f"file, found no such file; a name that `clser protocols` "
                f"lists has no ending"
            )
        return Path(protocol)
    return SHIPPED / f"{protocol}.yaml" if protocol in shipped() else None
