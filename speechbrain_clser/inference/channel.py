"""Sound of any rate and number of channels to the one channel a model hears."""

import torch

from speechbrain_clser.data.audio import one_channel


class OneChannel:
    """Mix and resample as training did; SpeechBrain's ``audio_normalizer``.

    SpeechBrain's own resamples by another filter.

    Arguments
    ---------
    sample_rate_hz : int
        Wanted.

    Example
    -------
    >>> OneChannel(16000)(torch.zeros(48000, 2), 48000).shape
    torch.Size([16000])
    """

    def __init__(self, sample_rate_hz):
        self.sample_rate_hz = sample_rate_hz

    def __call__(self, signal, sample_rate_hz):
        """Convert (samples,) or (samples, channels) of a rate to (samples,)."""
        signal = torch.as_tensor(signal)
        device = signal.device
        wav = one_channel(signal.cpu(), sample_rate_hz, self.sample_rate_hz)
        return wav.to(device)
