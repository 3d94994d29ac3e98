"""Base class of feature extractors: waveforms to frames, with a cache key."""

import dataclasses
import hashlib
import json

import torch

# Fields added to a config later, with the values equivalent to their absence: these
# are excluded from the key, so that frames stored before remain valid.
ADDED = {"window": ("", "30s")}


class Extractor(torch.nn.Module):
    """Turn waveforms into frames; the base of all extractors.

    A subclass defines ``version`` (incremented by hand when values change),
    ``dim`` and ``forward``, ``n_frames`` if it differs, and passes on its frozen
    config dataclass. Device, workers and batch size are not part of the config and the
    key; neither they nor the other rows of a batch may change a value.

    ``is_frozen``: frames can be cached on disk; other extractors run in every
    training step. ``has_frozen_part``: some columns are not trained.
    ``n_layers``: number of concatenated layers in a frame, each
    ``dim / n_layers`` wide, as input of a ``WeightedLayerSum``. ``is_shared``: one
    encoder for all languages; see ``PerLanguage``. ``is_large``: use all cores; several
    threads call it at once, so ``forward`` must not change the object.
    ``may_be_nan``: frames contain NaN for undefined values. ``text``: the
    ``TextEncoder`` of transcripts that a model reads besides the frames, or None.
    ``unit``: of what the samples of a second are, for progress.

    Arguments
    ---------
    config : dataclass
        All settings that change the values.

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
    text = None
    unit = "seconds of audio"

    def __init__(self, config):
        super().__init__()
        self.config = config

    @property
    def key(self):
        """Digest of class, version and config, valid as a file name."""
        config = dataclasses.asdict(self.config, dict_factory=_without_added)
        spec = json.dumps(config, sort_keys=True)
        spec = f"{type(self).__name__}/{self.version}/{spec}"
        return hashlib.sha256(spec.encode()).hexdigest()[:16]

    def frozen_copy(self):
        """Return the extractor as it was before training; itself if it is frozen."""
        return self

    def exclude_from_state(self, names):
        """Exclude parameters and buffers by name from the state; loading keeps them."""
        self.kept_out = frozenset(names)
        self.register_state_dict_post_hook(_leave_out)
        self.register_load_state_dict_pre_hook(_fill_in)

    def train(self, mode=True):
        """Set training mode, unless frozen; Brain calls this for all modules."""
        return super().train(mode and not self.is_frozen)

    def n_frames(self, n_samples):
        """Count the real frames of utterances by their length.

        Here one per started frame of ``1 / frames_per_s``, or one per utterance
        if ``frames_per_s`` is 0.

        Arguments
        ---------
        n_samples : torch.Tensor, (batch,), or int
            At ``sample_rate_hz``.

        Returns
        -------
        torch.LongTensor, of the shape of ``n_samples``
            At least 1.
        """
        n_samples = torch.as_tensor(n_samples)
        if not self.frames_per_s:
            return n_samples.long().clamp(min=1, max=1)
        hop_samples = self.sample_rate_hz // self.frames_per_s
        return (n_samples / hop_samples).ceil().clamp(min=1).long()

    def forward(self, wavs, lens):
        """Extract the frames of a batch; zero in the padding.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At ``sample_rate_hz``, padded at the end.
        lens : torch.Tensor, (batch,)
            Relative length of each row without padding, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            As many frames as the longest row has, ``frames_per_s`` a second.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")


def _without_added(items):
    """Return the fields of a config that are part of the key."""
    return {k: v for k, v in items if v not in ADDED.get(k, ())}


def _leave_out(module, state_dict, prefix, local_metadata):
    """Remove excluded entries from a saved state."""
    for name in module.kept_out:
        state_dict.pop(prefix + name, None)


def _fill_in(module, state_dict, prefix, *_):
    """Add excluded entries to a state before loading."""
    for name in module.kept_out:
        owner, _, leaf = name.rpartition(".")
        value = getattr(module.get_submodule(owner), leaf)
        state_dict[prefix + name] = value.detach()
