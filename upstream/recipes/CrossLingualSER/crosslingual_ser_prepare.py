"""
Data preparation of emotional speech corpora in several languages: EMO-DB (German),
EMOVO (Italian), URDU (Urdu), RAVDESS (English), and a small synthetic corpus for
trying out the recipe without data.

The training and validation sets are made of the source corpora, without common
speakers; the test set is all of the target corpora, which are in other languages.

Authors
 * The founders of speechbrain-clser 2026
"""

import csv
import os
import re

from speechbrain.dataio import audio_io
from speechbrain.utils.logger import get_logger

logger = get_logger(__name__)

FIELDS = (
    *("ID", "duration", "wav", "corpus", "language", "speaker"),
    *("gender", "emotion"),
)
# Folder, language, pattern of the file names without suffix, and emotions.
CORPORA = {
    "emodb": (
        "EMO-DB",
        "deu",
        r"(?P<speaker>\d\d)[a-z]\d\d(?P<emotion>[A-Z])[a-z]",
        {"W": "anger", "F": "happiness", "N": "neutral", "T": "sadness"},
    ),
    "emovo": (
        "EMOVO",
        "ita",
        r"(?P<emotion>[a-z]{3})-(?P<speaker>[fm]\d)-[a-z]\d",
        {
            **{"rab": "anger", "gio": "happiness"},
            **{"neu": "neutral", "tri": "sadness"},
        },
    ),
    "urdu": (
        "URDU",
        "urd",
        r"(?P<speaker>S[FM]\d+)_F\d+_(?P<emotion>[A-Z])\d+",
        {"A": "anger", "H": "happiness", "N": "neutral", "S": "sadness"},
    ),
    "ravdess": (
        "RAVDESS",
        "eng",
        r"03-01-(?P<emotion>\d\d)-\d\d-\d\d-\d\d-(?P<speaker>\d\d)",
        {"05": "anger", "03": "happiness", "01": "neutral", "04": "sadness"},
    ),
}
WOMEN_OF_EMODB = {"08", "09", "13", "14", "16"}


def prepare_crosslingual_ser(
    data_folder,
    save_folder,
    sources,
    targets,
    valid_interval=10,
    skip_prep=False,
):
    """
    Prepares the CSV manifests of a cross-lingual experiment.

    Arguments
    ---------
    data_folder : str
        Folder with one subfolder per corpus: EMO-DB, EMOVO, URDU, RAVDESS. The
        synthetic corpus is written to the subfolder demo.
    save_folder : str
        Folder of train.csv, valid.csv and test.csv.
    sources : list
        Corpora of training and validation: emodb, emovo, urdu, ravdess, or a
        language of the synthetic corpus such as demo_deu.
    targets : list
        Corpora of the test.
    valid_interval : int
        Every n-th speaker of each source corpus, and at least one, is in the
        validation set.
    skip_prep : bool
        If True, the manifests must exist.

    Returns
    -------
    None

    Example
    -------
    >>> prepare_crosslingual_ser(
    ...     "/path/to/corpora", "results", ["emovo", "urdu"], ["emodb"]
    ... )
    """
    if skip_prep:
        return
    if common := sorted(set(sources) & set(targets)):
        raise ValueError(
            f"Sources and targets must be different corpora, both contain {common}"
        )
    os.makedirs(save_folder, exist_ok=True)
    train, valid, test = [], [], []
    for corpus in sources:
        rows = read_corpus(data_folder, corpus)
        speakers = sorted({row["speaker"] for row in rows})
        held_out = set(speakers[::valid_interval])
        train += [row for row in rows if row["speaker"] not in held_out]
        valid += [row for row in rows if row["speaker"] in held_out]
    for corpus in targets:
        test += read_corpus(data_folder, corpus)
    for name, rows in (("train", train), ("valid", valid), ("test", test)):
        path = os.path.join(save_folder, f"{name}.csv")
        logger.info("%s: %d utterances", path, len(rows))
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(rows)


def read_corpus(data_folder, corpus):
    """
    Lists the utterances of a corpus that have one of the four emotions.

    Arguments
    ---------
    data_folder : str
        Folder with one subfolder per corpus.
    corpus : str
        Name of the corpus.

    Returns
    -------
    rows : list
        One dict per utterance, with the keys ``FIELDS``.
    """
    if corpus.startswith("demo_"):
        return read_synthetic(data_folder, corpus)
    if corpus not in CORPORA:
        raise ValueError(
            f"Unknown corpus {corpus!r}: expected demo_<language> or one of "
            f"{', '.join(CORPORA)}"
        )
    folder, language, pattern, emotions = CORPORA[corpus]
    folder = os.path.join(data_folder, folder)
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f"Expected {corpus} in {folder}, found no such folder: see the "
            "README for its address, and set --data_folder"
        )
    rows = []
    for path in sorted(audio_files(folder)):
        stem = os.path.splitext(os.path.basename(path))[0]
        match = re.fullmatch(pattern, stem)
        if match is None or match["emotion"] not in emotions:
            continue
        info = audio_io.info(path)
        rows.append(
            {
                "ID": f"{corpus}_{stem}",
                "duration": info.num_frames / info.sample_rate,
                "wav": os.path.join(
                    "$data_root", os.path.relpath(path, data_folder)
                ),
                "corpus": corpus,
                "language": language,
                "speaker": f"{corpus}_{match['speaker']}",
                "gender": gender_of(corpus, match["speaker"]),
                "emotion": emotions[match["emotion"]],
            }
        )
    if not rows:
        raise FileNotFoundError(
            f"Expected recordings of {corpus} in {folder}, found none with a "
            f"name like {pattern}"
        )
    return rows


def audio_files(folder):
    """Yields the paths of all WAV files below a folder."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(".wav"):
                yield os.path.join(parent, name)


def gender_of(corpus, speaker):
    """Returns the gender that the name of a speaker encodes."""
    if corpus == "emodb":
        is_female = speaker in WOMEN_OF_EMODB
    elif corpus == "ravdess":
        is_female = int(speaker) % 2 == 0
    else:
        is_female = "F" in speaker.upper()
    return "female" if is_female else "male"


def read_synthetic(data_folder, corpus):
    """
    Synthesizes the corpus of speechbrain-clser, and lists one language of it.

    It is made for tests of software; results do not apply to human speech.

    Arguments
    ---------
    data_folder : str
        The corpus is written to its subfolder demo.
    corpus : str
        ``demo_`` and the language: deu, fin, ind, swh or tur.

    Returns
    -------
    rows : list
        As from ``read_corpus``.
    """
    from speechbrain_clser.corpora import demo

    folder = os.path.join(data_folder, "demo")
    return [
        {
            "ID": row.id,
            "duration": audio_io.info(row.wav).num_frames
            / audio_io.info(row.wav).sample_rate,
            "wav": os.path.join(
                "$data_root", "demo", os.path.basename(row.wav)
            ),
            "corpus": corpus,
            "language": row.language,
            "speaker": row.speaker,
            "gender": row.gender,
            "emotion": demo.EMOTIONS[row.raw_emotion],
        }
        for row in demo.utterances(folder)
        if f"demo_{row.language}" == corpus
    ]
