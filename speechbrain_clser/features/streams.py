"""Concatenate the frames of several extractors (streams)."""

import dataclasses

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.spectrum import real_mask, widest

TEXT = "text"  # name of the stream of transcripts


@dataclasses.dataclass(frozen=True)
class StreamsConfig:
    """Names of streams in the order of their columns, and keys and configs of each."""

    names: tuple
    keys: tuple
    configs: tuple


class Streams(Extractor):
    """Run several extractors on the same audio and concatenate their columns.

    Storing, normalising and cropping of frames therefore apply to any number of
    streams. Utterance vectors are repeated in each frame. If streams differ by one or
    two frames in length, all are cropped to the shortest. Trained and frozen streams can
    be combined. A ``TextEncoder`` named ``text`` is no part of the frames: it is the
    ``text`` of the streams, for transcripts.

    ``places`` holds the column range of each stream, that of ``text`` in its tokens;
    ``columns`` holds the column names, prefixed with the stream name.

    Arguments
    ---------
    **extractors : Extractor
        By stream name; of a common frame rate, or with one frame per
        utterance.

    Raises
    ------
    ValueError
        If the extractors are incompatible.

    Example
    -------
    >>> from speechbrain_clser.features.mfcc import Mfcc
    >>> from speechbrain_clser.features.prosody.measures import ProsodyMeasures
    >>> streams = Streams(mfcc=Mfcc(), measures=ProsodyMeasures())
    >>> streams(torch.randn(1, 16000), torch.ones(1)).shape
    torch.Size([1, 50, 143])
    >>> streams.places, streams.columns[40]
    ({'mfcc': (0, 40), 'measures': (40, 143)}, 'measures.pitch_mean')
    """

    version = 1

    def __init__(self, **extractors):
        _refuse_incompatible(extractors)
        super().__init__(
            StreamsConfig(
                tuple(extractors),
                tuple(e.key for e in extractors.values()),
                tuple(e.config for e in extractors.values()),
            )
        )
        self.extractors = torch.nn.ModuleDict(extractors)
        extractors = self._of_audio
        framed = [e for e in extractors.values() if e.frames_per_s]
        self.framed = [n for n, e in extractors.items() if e.frames_per_s]
        self.frames_per_s = framed[0].frames_per_s
        self.sample_rate_hz = framed[0].sample_rate_hz
        self.is_large = any(e.is_large for e in framed) or bool(self.text)
        self.is_frozen = all(e.is_frozen for e in extractors.values())
        self.has_frozen_part = any(
            e.has_frozen_part for e in extractors.values()
        )
        self.may_be_nan = any(e.may_be_nan for e in extractors.values())
        self.places, self.columns = {}, ()
        for name, extractor in extractors.items():
            first, self.dim = self.dim, self.dim + extractor.dim
            self.places[name] = (first, self.dim)
            own = getattr(extractor, "columns", range(extractor.dim))
            self.columns += tuple(f"{name}.{column}" for column in own)
        if self.text is not None:
            self.places[TEXT] = (0, self.text.dim)
        self.exclude_from_state(
            f"extractors.{name}.{key}"
            for name, extractor in self.extractors.items()
            if extractor.is_frozen
            for key in extractor.state_dict()
        )

    @property
    def text(self):
        """The encoder of transcripts; None without one."""
        return dict(self.extractors.items()).get(TEXT)

    @property
    def _of_audio(self):
        return {n: e for n, e in self.extractors.items() if n != TEXT}

    def frozen_copy(self):
        """Return the streams with their published weights; see ``Extractor``."""
        if self.is_frozen:
            return self
        return Streams(
            **{n: e.frozen_copy() for n, e in self.extractors.items()}
        )

    def requires_grad_(self, requires_grad=True):
        """Freeze or unfreeze the trainable parameters; others stay frozen."""
        for extractor in self.extractors.values():
            if not extractor.is_frozen:
                extractor.requires_grad_(requires_grad)
        return self

    def n_frames(self, n_samples):
        """Return the number of frames of the shortest stream; see ``Extractor``."""
        counts = [self.extractors[n].n_frames(n_samples) for n in self.framed]
        return torch.stack(counts).amin(dim=0)

    def forward(self, wavs, lens):
        """Concatenate the frames; NaN where a stream leaves it undefined; see ``Extractor``."""
        n_frames = self.n_frames((lens * wavs.shape[1]).round().long())
        frames_of = {name: e(wavs, lens) for name, e in self._of_audio.items()}
        width = min(frames_of[name].shape[1] for name in self.framed)
        width = widest(n_frames, width)
        streams = [
            frames[:, :width]
            if name in self.framed
            else frames.expand(-1, width, -1)
            for name, frames in frames_of.items()
        ]
        is_real = real_mask(n_frames, width)
        return torch.cat(streams, dim=-1).where(is_real[..., None], 0.0)


def dim_of(places, name) -> int:
    """Return the number of columns of a stream, of ``Streams.places``.

    Example
    -------
    >>> dim_of({"encoder": (0, 56), "mfcc": (56, 96)}, "mfcc")
    40
    """
    first, end = places[name]
    return end - first


def _refuse_incompatible(extractors):
    """Raise an error for streams that cannot be concatenated."""
    extractors = {n: e for n, e in extractors.items() if n != TEXT}
    rates = {e.frames_per_s for e in extractors.values()} - {0}
    sounds = {e.sample_rate_hz for e in extractors.values()}
    if len(rates) != 1 or len(sounds) != 1:
        raise ValueError(
            "streams must have a common frame rate and sample rate, at least "
            "one of them with frames, got "
            + ", ".join(
                f"{name}: {e.frames_per_s} a second at {e.sample_rate_hz} Hz"
                for name, e in extractors.items()
            )
        )
