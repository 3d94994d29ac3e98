"""Convert audio of any rate and number of channels to the input of a model."""

import torch

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.profile import CLASSIFIED_S, profile_of


class OneChannel:
    """Mix down and resample as in training; SpeechBrain's ``audio_normalizer``.

    SpeechBrain's own class resamples with another filter.

    Arguments
    ---------
    sample_rate_hz : int
        Sample rate of the output.

    Example
    -------
    >>> OneChannel(16000)(torch.ones(48000, 2), 48000).shape
    torch.Size([16000])
    """

    def __init__(self, sample_rate_hz):
        self.sample_rate_hz = sample_rate_hz

    def __call__(self, signal, sample_rate_hz):
        """Convert (samples,) or (samples, channels) of any rate to (samples,).

        Raises
        ------
        BadAudioError
            If ``data.audio.load_usable`` would refuse a file of this content.
        ValueError
            If the signal has another shape.
        """
        signal = torch.as_tensor(signal)
        if not signal.numel():
            signal = signal.new_zeros(0)  # of any shape: refused as empty below
        is_flat = signal.ndim == 1
        if not is_flat and (signal.ndim != 2 or len(signal) < signal.shape[1]):
            raise ValueError(
                "expected a signal of (samples,) or (samples, channels), got "
                f"{tuple(signal.shape)}; transpose the output of torchaudio.load"
            )
        device, signal = signal.device, signal.float().cpu()
        profile = profile_of(None, signal.detach().numpy(), sample_rate_hz)
        profile.refuse_unusable(CLASSIFIED_S)
        wav = one_channel(signal, sample_rate_hz, self.sample_rate_hz)
        return wav.to(device)
