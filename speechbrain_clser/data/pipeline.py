"""Build SpeechBrain datasets from rows and features; the only entry of labels."""

import copy

import torch
from speechbrain.dataio.dataset import DynamicItemDataset
from speechbrain.utils.data_pipeline import provides, takes

from speechbrain_clser.seeds import seed_for

UNKNOWN = -1
GENDERS = ("female", "male")
CODES = ("domain", "speaker", "language", "corpus", "gender")
SOUNDS = ("frames", "wavs")


class Codes:
    """Integer codes of the metadata a method may use.

    Arguments
    ---------
    scheme : Classes or Dimensions
        Provides the target, under its ``key``.
    rows : iterable of Utterance
        Training rows; their speakers, languages and corpora get codes in
        alphabetical order, all others are ``UNKNOWN``. ``speaker_languages``
        holds the language code of each speaker code. Genders have the codes of
        ``GENDERS``.
    target_ids : container of str
        Ids of the utterances of the target domain, code 1; all others have
        code 0, the source domain.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.tasks import Classes
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu", emotion="anger")
    >>> codes = Codes(Classes(["anger", "fear"]), [row])(row)
    >>> codes["emotion"], [codes[key] for key in CODES]
    (0, [0, 0, 0, 0, -1])
    """

    def __init__(self, scheme, rows, target_ids=frozenset()):
        self.scheme, self.target_ids = scheme, target_ids
        rows = list(rows)
        self.known = {
            key: sorted({getattr(row, key) for row in rows})
            for key in ("speaker", "language", "corpus")
        }
        spoken = {row.speaker: row.language for row in rows}
        self.speaker_languages = [
            self.known["language"].index(spoken[speaker])
            for speaker in self.known["speaker"]
        ]

    def __call__(self, row, is_labelled=True):
        """Return the target of a row, which is unknown if unlabelled, and its codes."""
        target = self.scheme.target(row if is_labelled else None)
        if isinstance(target, list):
            target = torch.tensor(target)
        return {
            self.scheme.key: target,
            "domain": int(row.id in self.target_ids),
            **{
                key: names.index(getattr(row, key))
                if getattr(row, key) in names
                else UNKNOWN
                for key, names in (*self.known.items(), ("gender", GENDERS))
            },
        }


def dataset(rows, sound, codes=None, hidden=(), extras=None):
    """Build the dataset of one split.

    Arguments
    ---------
    rows : iterable of Utterance
        Rows of the split.
    sound : dict
        Input name, ``"frames"`` or, for a trained encoder, ``"wavs"``, to one or
        more views (such as speeds) of the same utterances: mappings, id to
        torch.Tensor, (frames, dim) or (samples,). One is sampled for each
        utterance and value of ``view_seed``.
    codes : Codes, optional
        Omitted for test rows: their items hold only the model input.
    hidden : container of str
        Ids whose emotion is withheld.
    extras : dict, optional
        Name of an additional item to a mapping, id to torch.Tensor.

    Returns
    -------
    DynamicItemDataset
        Items ``id``, the inputs and, with codes, the target and those of
        ``CODES``, and the extras. Its attribute
        ``view_seed``, a torch.Tensor, (), is set for each epoch.
    """
    data = {
        row.id: codes(row, row.id not in hidden) if codes else {"part": "test"}
        for row in rows
    }
    extras = extras or {}
    targets = (codes.scheme.key, *CODES) if codes else ()
    view_seed = torch.zeros((), dtype=torch.int64)
    if any(len(views) > 1 for views in sound.values()):
        view_seed.share_memory_()  # with the workers of a data loader
    found = DynamicItemDataset(
        data,
        dynamic_items=[
            *(_sound(name, views, view_seed) for name, views in sound.items()),
            *(_item(name, values) for name, values in extras.items()),
        ],
        output_keys=["id", *sound, *targets, *extras],
    )
    found.view_seed = view_seed
    return found


def select_input(dataset, sound):
    """Restrict a dataset to one kind of model input.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance("1", "1.wav", "W", "ann", "deu")
    >>> view = {"1": torch.ones(2, 3)}
    >>> both = dataset([row], {"frames": [view], "wavs": [view]})
    >>> list(select_input(both, "wavs")[0]), list(both[0])
    (['id', 'wavs'], ['id', 'frames', 'wavs'])
    """
    others = set(SOUNDS) - {sound}
    found, pipeline = copy.copy(dataset), copy.copy(dataset.pipeline)
    found.pipeline = pipeline
    found.set_output_keys(
        [key for key in pipeline.output_mapping if key not in others]
    )
    return found


def _sound(name, views, view_seed):
    """Create the item of a model input, sampled from its views."""

    @takes("id")
    @provides(name)
    def look_up(utterance):
        """Return a random view of the utterance, the same in any worker."""
        if len(views) == 1:
            return views[0][utterance]
        number = seed_for(view_seed.item(), f"view of {utterance}")
        return views[number % len(views)][utterance]

    return look_up


def _item(name, values):
    """Create an additional item, looked up by id."""
    return {"func": values.__getitem__, "takes": "id", "provides": name}
