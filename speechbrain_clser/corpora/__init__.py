"""Registry of corpora: modules of this folder and of installed packages.

A corpus module defines ``CARD``, ``EMOTIONS`` and ``utterances(root)``; a synthetic
corpus also defines ``default_root()``. A package declares its corpora as entry points
(see ``speechbrain_clser.entry_points``). Every other name refers to user-provided data,
described by a table (see ``folder``).
"""

import importlib
import json
import pkgutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from speechbrain_clser import entry_points
from speechbrain_clser.data.corpus import Card, Corpus
from speechbrain_clser.data.protocol import load as load_protocol
from speechbrain_clser.data.protocol_files import CAMEO, EMOBOX
from speechbrain_clser.data.unique_keys import UniqueKeys
from speechbrain_clser.languages import find

N_LISTED = 10
OTHERS = "*"  # key of the folder with one folder per corpus
READER = ("CARD", "EMOTIONS", "utterances")


def names() -> list:
    """List the names of the supported corpora.

    Returns
    -------
    list of str
        In alphabetical order: the shipped ones, and those that installed
        packages declare, none of which is imported.

    Raises
    ------
    ValueError
        If two readers have the same name; names both.

    Example
    -------
    >>> "emodb" in names(), "folder" in names()
    (True, False)
    """
    return sorted([*_shipped(), *_declared()])


def load(name: str) -> Corpus:
    """Load a corpus by name: a supported one, or user-provided data.

    Arguments
    ---------
    name : str
        As in a protocol, or of a fold of EmoBox (see ``emobox``) or a part of
        CAMEO (see ``cameo``). Any other name refers to a folder with a table of
        user-provided data.

    Returns
    -------
    Corpus
        Card, label map and utterance generator.

    Raises
    ------
    ImportError
        If the reader of an installed package cannot be imported.
    ValueError
        If it lacks a needed name, or two readers have the same name.

    Example
    -------
    >>> load("emodb").card.languages
    ('deu',)
    >>> load("my_recordings").card.title
    'my_recordings (own data)'
    """
    if name in names():
        module = _reader(name)
        return Corpus(module.CARD, module.EMOTIONS, module.utterances)
    if name.startswith(EMOBOX):
        return _module("emobox").corpus(name, _of_emobox)
    if name.startswith(CAMEO):
        return _module("cameo").corpus(name, load)
    return _module("folder").corpus(name)


def locate(card: Card, data_folder=None) -> Path:
    """Locate the folder of a corpus.

    Arguments
    ---------
    card : Card
        Defines the folder names to search for, case-insensitive.
    data_folder : str, Path or mapping, optional
        A folder that contains one folder per corpus, or a mapping of corpus
        name to folder, which may be given as text, ``"{emodb: folder}"``. The
        key ``"*"`` is the folder of all corpora without a key. The synthetic
        corpus needs neither.

    Returns
    -------
    Path
        An existing folder.

    Raises
    ------
    FileNotFoundError
        If the folder is not found; lists the expected names, the existing
        folders and the option to set.
    ValueError
        If several folders match, or the text is not a mapping.

    Example
    -------
    >>> data_folder = getfixture("tmp_path")
    >>> (data_folder / "emo-db").mkdir()
    >>> locate(load("emodb").card, data_folder).name
    'emo-db'
    """
    if isinstance(data_folder, str) and data_folder.startswith("{"):
        data_folder = _mapping(data_folder)
    # One spelling of each name, because case is ignored.
    wanted = {name.lower(): name for name in (card.name, *card.folders)}
    seen = ""
    if isinstance(data_folder, Mapping):
        if card.name in data_folder:
            return _mapped(card, Path(data_folder[card.name]).expanduser())
        seen = f"a mapping of {', '.join(map(str, data_folder)) or 'nothing'}"
        data_folder = data_folder.get(OTHERS)
    if data_folder:
        folders = _subfolders(Path(data_folder))
        found = [path for path in folders if path.name.lower() in wanted]
        if len(found) > 1:
            raise ValueError(
                f"{card.name}: expected one folder in {data_folder}, found "
                f"{' and '.join(path.name for path in found)}; "
                f"choose with {_option(card)}"
            )
        if found:
            return found[0]
        listed = [path.name for path in folders[:N_LISTED]]
        if len(folders) > N_LISTED:
            listed.append(f"{len(folders) - N_LISTED} more")
        seen = f"{data_folder} with {', '.join(listed) or 'no folder at all'}"
    elif not seen:
        seen = "no --data_folder"
    if card.name in names() and hasattr(_reader(card.name), "default_root"):
        return Path(_reader(card.name).default_root())
    raise FileNotFoundError(
        f"{card.name}: expected a folder named "
        f"{' or '.join(wanted.values())} (case "
        f"ignored), found {seen}. {card.title}: {card.address}. "
        f"Give its parent folder with --data_folder <folder>, or the folder itself "
        f"with {_option(card)}; the option may be given twice"
    )


def join_data_folders(folders) -> str:
    """Join several values of ``--data_folder``; later ones add to earlier ones.

    Arguments
    ---------
    folders : sequence of (str or mapping)
        Values for ``locate``. A folder of corpora replaces an earlier one; a
        mapping replaces the folders of the corpora that it names.

    Returns
    -------
    str
        One value for ``locate``; empty without folders.

    Raises
    ------
    ValueError
        If a text is not a mapping.

    Example
    -------
    >>> join_data_folders(["/data", "{mine: /home/mine}"])
    '{"*": "/data", "mine": "/home/mine"}'
    >>> join_data_folders(["/data"])
    '/data'
    """
    joined = {}
    for folder in filter(None, folders):
        if isinstance(folder, str) and folder.startswith("{"):
            folder = _mapping(folder)
        is_mapping = isinstance(folder, Mapping)
        joined |= folder if is_mapping else {OTHERS: str(folder)}
    if joined.keys() <= {OTHERS}:
        return joined.get(OTHERS, "")
    return json.dumps(joined)


def sentences() -> dict:
    """Return the sentence texts of corpora that name their sentences.

    Returns
    -------
    dict
        Corpus to a mapping, sentence name to text.

    Example
    -------
    >>> sentences()["emodb"]["a01"]
    'Der Lappen liegt auf dem Eisschrank.'
    """
    return {
        name: _reader(name).SENTENCES
        for name in names()
        if hasattr(_reader(name), "SENTENCES")
    }


def source_language(protocol: str) -> str:
    """Return the language of the first source of a protocol.

    Used to select an encoder by source language, as in some papers.

    Arguments
    ---------
    protocol : str
        Name of a shipped protocol, or path of a YAML file.

    Returns
    -------
    str
        ISO 639-3; ``""`` for user-provided data or a corpus of several
        languages, unless the protocol specifies it.

    Example
    -------
    >>> source_language("emodb_to_urdu")
    'deu'
    """
    name, _, language = load_protocol(protocol).sources[0].partition(":")
    languages = load(name.partition("/")[0]).card.languages
    return language or (languages[0] if len(languages) == 1 else "")


def languages(protocol: str) -> list:
    """List the languages of a protocol, sources first.

    Arguments
    ---------
    protocol : str
        Name of a shipped protocol, or path of a YAML file.

    Returns
    -------
    list of str
        ISO 639-3, without duplicates; languages of user-provided data are
        included only if the protocol names them.

    Example
    -------
    >>> languages("emodb_to_urdu"), languages("demo_few_transductive")
    (['deu', 'urd'], ['deu', 'tur'])
    """
    known = load_protocol(protocol)
    found = []
    for selector in (*known.sources, *known.targets):
        name, _, language = selector.partition(":")
        card = load(name.partition("/")[0]).card
        found += [language] if language else card.languages
    return list(dict.fromkeys(found))


def _mapping(text):
    """Parse a mapping given as text in braces."""
    try:
        mapping = yaml.load(text, UniqueKeys)
    except yaml.YAMLError:
        mapping = {}
    if not mapping or not all(isinstance(v, str) for v in mapping.values()):
        raise ValueError(
            f"--data_folder: expected a folder or a mapping such as "
            f'"{{emodb: <folder>}}", found {text}'
        )
    return mapping


def _of_emobox(name):
    """Load the corpus of a fold, which needs a reader."""
    if name in names():
        return load(name)
    raise ValueError(
        f"emobox:{name}: expected a corpus that has a reader, found {name!r}; "
        f"there are {', '.join(names())}"
    )


def _module(name):
    """Import a module of this package."""
    return importlib.import_module(f"{__name__}.{name}")


def _shipped():
    """List the names of the readers in this folder."""
    files = [
        module.name
        for module in pkgutil.iter_modules(__path__)
        if not module.ispkg
    ]
    return [name for name in files if hasattr(_module(name), "CARD")]


def _declared():
    """Return the entry points of installed packages by name of the corpus."""
    readers = {name: f"the built-in {__name__}.{name}" for name in _shipped()}
    found = {}
    for point in entry_points.declared(entry_points.CORPORA):
        reader = entry_points.describe(point)
        if point.name in readers:
            raise ValueError(
                f"corpus {point.name!r}: expected one reader, found "
                f"{readers[point.name]} and {reader}; uninstall a package, or "
                "give its corpus another name"
            )
        readers[point.name], found[point.name] = reader, point
    return found


def _reader(name):
    """Import the module that reads a corpus of ``names``."""
    point = _declared().get(name)
    if point is None:
        return _module(name)
    what = f"corpus {name!r}: expected {entry_points.describe(point)}"
    try:
        module = importlib.import_module(point.value)
    except ImportError as error:
        raise ImportError(
            f"{what} to be a module that can be imported, found {error}; "
            "install what the package needs"
        ) from error
    if missing := [one for one in READER if not hasattr(module, one)]:
        raise ValueError(
            f"{what} to define {', '.join(READER)}, found no "
            f"{' and no '.join(missing)}; see docs/tutorial.md"
        )
    if module.CARD.name != name:
        raise ValueError(
            f"{what} to have a card of that name, found {module.CARD.name!r}; "
            "give the entry point the name of the card"
        )
    for language in module.CARD.languages:
        if (code := find(language)) != language:
            raise ValueError(
                f"{what} to have ISO 639-3 codes of languages on its card, found "
                f"{language!r}; write {code or 'und if it is unknown'}"
            )
    return module


def _option(card):
    """Return the command-line option that sets the folder of a corpus."""
    return f'--data_folder "{{{card.name}: <folder>}}"'


def _mapped(card, folder):
    """Return a folder given by name; raise an error if it does not exist."""
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{card.name}: expected a folder at {folder}, found none; "
            f"correct {_option(card)}"
        )
    return folder


def _subfolders(data_folder):
    """List the subfolders by name."""
    if not data_folder.is_dir():
        raise FileNotFoundError(
            f"--data_folder: expected a folder at {data_folder}, found none; "
            f"give a folder that contains one folder per corpus"
        )
    return sorted(path for path in data_folder.iterdir() if path.is_dir())
