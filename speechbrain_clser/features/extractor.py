"""What every extractor is: sound in, frames out, and a key that tells it from others."""

import dataclasses
import hashlib
import json

import torch

# Fields that a config did not always have, and the values that stand for how it
# was before: they are not in the key, so that frames stored before stay valid.
ADDED = {"window": ("", "30s")}


class Extractor(torch.nn.Module):
    """Turn waveforms into frames; the base of all extractors.

    A subclass gives ``version`` (raised by hand when values change),
    ``dim``, ``n_frames`` and ``forward``, and passes its frozen config
    dataclass on. Device, workers and batch size are not in the config, so not
    in the key; nor may they, or the other rows of a batch, change a value.

    ``is_frozen`` tells whether the frames can be kept on disk; what is not
    frozen is called in every training step. ``has_frozen_part`` tells that some
    of their columns do not learn, whatever the others do. Frames of ``n_layers`` above 1
    hold so many layers side by side, each ``dim / n_layers`` wide, for a
    ``WeightedLayerSum`` to mix. ``is_shared`` tells that all languages are heard alike; see
    ``PerLanguage``. ``is_large`` asks for all cores. ``may_be_nan`` warns of
    NaN, which stands for what an utterance does not have.

    Arguments
    ---------
    config : dataclass
        Everything that changes the values.

    Example
    -------
    >>> @dataclasses.dataclass(frozen=True)
    ... class LoudnessConfig:
    ...     hop_samples: int = 320
    >>> Extractor(LoudnessConfig()).key == Extractor(LoudnessConfig(160)).key
    False
    """

    version = 1
    sample_rate_hz = 16000
    frames_per_s = 50
    dim = 0
    n_layers = 1
    is_frozen = True
    has_frozen_part = True
    is_shared = True
    is_large = False
    may_be_nan = False

    def __init__(self, config):
        super().__init__()
        self.config = config

    @property
    def key(self):
        """Digest of class, version and config, fit to name a file."""
        config = dataclasses.asdict(self.config, dict_factory=_without_added)
        spec = json.dumps(config, sort_keys=True)
        spec = f"{type(self).__name__}/{self.version}/{spec}"
        return hashlib.sha256(spec.encode()).hexdigest()[:16]

    def frozen_copy(self):
        """Give the extractor as it was before anything of it was trained.

        Returns
        -------
        Extractor
            Frozen; itself, if it is.
        """
        return self

    def exclude_from_state(self, names):
        """Keep out of the state what was not learned, for it is known anyway.

        Arguments
        ---------
        names : iterable of str
            Of parameters and buffers; when a state is loaded, they are taken as
            given.
        """
        self.kept_out = frozenset(names)
        self.register_state_dict_post_hook(_leave_out)
        self.register_load_state_dict_pre_hook(_fill_in)

    def train(self, mode=True):
        """Switch to training, unless frozen: Brain says so to all modules.

        Arguments
        ---------
        mode : bool
            Whether to train rather than to evaluate.

        Returns
        -------
        Extractor
            Itself.
        """
        return super().train(mode and not self.is_frozen)

    def n_frames(self, n_samples):
        """Count the real frames of utterances by their length.

        Arguments
        ---------
        n_samples : torch.Tensor, (batch,), or int
            At ``sample_rate_hz``.

        Returns
        -------
        torch.LongTensor, of the shape of ``n_samples``
            At least 1.
        """
        raise NotImplementedError(f"{type(self).__name__} has no n_frames")

    def forward(self, wavs, lens):
        """Extract the frames of a batch; zero in the padding.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At ``sample_rate_hz``, padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            As many frames as the longest row has, ``frames_per_s`` a second.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")


def _without_added(items):
    """Fields of a config that are in the key."""
    return {k: v for k, v in items if v not in ADDED.get(k, ())}


def _leave_out(module, state_dict, prefix, local_metadata):
    """Keep what is known anyway out of a state that is saved."""
    for name in module.kept_out:
        state_dict.pop(prefix + name, None)


def _fill_in(module, state_dict, prefix, *_):
    """Take what is known anyway as given when a state is loaded."""
    for name in module.kept_out:
        owner, _, leaf = name.rpartition(".")
        value = getattr(module.get_submodule(owner), leaf)
        state_dict[prefix + name] = value.detach()
