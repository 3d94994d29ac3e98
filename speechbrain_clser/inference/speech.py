"""Decide whether recordings and windows contain enough speech to classify."""

from speechbrain_clser.features.speech import MIN_SPEECH_S, SpeechDetector

SHORT_S = 0.3
NO_SPEECH_NOTE = "no_speech"
NOTES = {
    NO_SPEECH_NOTE: f"less than {MIN_SPEECH_S:g} s with a voice",
    "short_speech": f"less than {SHORT_S:g} s with a voice; the prediction is "
    "uncertain",
}


class SpeechGate:
    """Measure speech in batches.

    Arguments
    ---------
    sample_rate_hz : int
        Sampling rate of the batches.
    min_s : float
        Duration of voiced speech below which there is no speech; with 0
        everything counts as speech.

    Raises
    ------
    ValueError
        If the duration is negative or not finite.

    Example
    -------
    >>> import torch
    >>> noise = torch.randn(1, 16000)
    >>> SpeechGate(16000)(noise, torch.ones(1))
    [(0.0, False, ('no_speech',))]
    >>> SpeechGate(16000, 0.0)(noise, torch.ones(1))
    [(0.0, True, ())]
    """

    def __init__(self, sample_rate_hz, min_s=MIN_SPEECH_S):
        if not 0 <= min_s < float("inf"):
            raise ValueError(
                f"min_speech_s: expected seconds of 0 or more, got {min_s!r}"
            )
        self.min_s, self.detector = min_s, SpeechDetector(sample_rate_hz)
        self.sample_rate_hz = sample_rate_hz

    def __call__(self, wavs, lens):
        """Measure the speech of each recording.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Padded at the end; on the CPU.
        lens : torch.Tensor, (batch,)
            Relative lengths, 0-1.

        Returns
        -------
        list of (float, bool, tuple of str)
            Share of the time with a voice, 0-1; whether that is enough speech;
            and keys of ``NOTES``.
        """
        seconds = self.detector.seconds(wavs, lens)
        lengths_s = lens * wavs.shape[1] / self.sample_rate_hz
        shares = (seconds / lengths_s).clamp(max=1.0)
        return [
            (share, *self._verdict(voiced_s))
            for share, voiced_s in zip(
                shares.tolist(), seconds.tolist(), strict=True
            )
        ]

    def _verdict(self, voiced_s):
        """Return whether this is enough speech, and notes."""
        if not self.min_s:
            return True, ()
        if voiced_s < self.min_s - 1e-6:  # frames of 0.02 s add up inexactly
            return False, (NO_SPEECH_NOTE,)
        return True, ("short_speech",) if voiced_s < SHORT_S - 1e-6 else ()
