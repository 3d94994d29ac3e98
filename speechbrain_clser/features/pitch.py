"""Estimate pitch by autocorrelation and Viterbi search, in batches."""

import math

import torch

# Praat's costs for frames of 10 ms, halved for frames of 20 ms.
N_CANDIDATES = 5
OCTAVE_COST = 0.01
VOICING_THRESHOLD = 0.45
SILENCE_THRESHOLD = 0.03
JUMP_COST = 0.35 * 0.5
SWITCH_COST = 0.14 * 0.5


class Pitch(torch.nn.Module):
    """Track the pitch of an utterance.

    Candidates of a frame are the highest peaks of its autocorrelation and "no
    pitch", which scores higher in quiet frames; the best path through all frames
    selects among them. Octave errors are possible for bright voices above 450 Hz.

    Source
    ------
    Boersma, Accurate Short-Term Analysis of the Fundamental Frequency and the
    Harmonics-to-Noise Ratio of a Sampled Sound, IFA Proceedings 17, 1993;
    without its upsampling of the autocorrelation.

    Arguments
    ---------
    window : torch.Tensor, (samples,)
        Window of the spectra.
    n_fft : int
        Even length of the transform, so that there are n_fft / 2 + 1 bins.
    sample_rate_hz : int
        Sampling rate.
    low_hz, high_hz : float
        Range of the search, which ends in whole samples of lag: for 600 Hz at
        16 kHz it reaches 627.

    Example
    -------
    >>> from speechbrain_clser.features.spectrum import N_FFT, Spectrum
    >>> spectrum = Spectrum(16000)
    >>> pitch = Pitch(spectrum.window, N_FFT, 16000, 60.0, 600.0)
    >>> tone = torch.sin(torch.arange(16000) * 2 * torch.pi * 205 / 16000)
    >>> hz, _, _, is_voiced = pitch(
    ...     *spectrum(tone[None]), torch.ones(1, 50).bool()
    ... )
    >>> round(hz[0, 25].item()), is_voiced.all().item()
    (205, True)
    """

    def __init__(self, window, n_fft, sample_rate_hz, low_hz, high_hz):
        super().__init__()
        self.sample_rate_hz = sample_rate_hz
        self.low_hz = low_hz
        self.high_hz = high_hz
        taper = taper_of(window, n_fft)
        self.register_buffer("taper", taper, persistent=False)

    def forward(self, power, peak, is_real):
        """Estimate the pitch and the voicing of every frame.

        Arguments
        ---------
        power : torch.Tensor, (batch, frames, bins)
            Power spectra of the windowed samples.
        peak : torch.Tensor, (batch, frames)
            Largest absolute sample in each frame.
        is_real : torch.Tensor, (batch, frames)
            False in the padding.

        Returns
        -------
        hz : torch.Tensor, (batch, frames)
            The best candidate also where unvoiced.
        height : torch.Tensor, (batch, frames)
            Autocorrelation at that pitch, 0-1.
        voicing : torch.Tensor, (batch, frames)
            Highest autocorrelation over all pitches, 0-1.
        is_voiced : torch.Tensor, (batch, frames)
            Whether the best path selects a pitch.
        """
        hz, height = best_candidates(
            self._autocorrelation(power),
            self.sample_rate_hz,
            self.low_hz,
            self.high_hz,
            N_CANDIDATES,
        )
        strength = height + OCTAVE_COST * torch.log2(hz / self.low_hz)
        strength = strength.masked_fill(height == 0, -1.0)
        unvoiced = _strength_of_silence(peak, is_real)
        octaves = torch.log2(hz)
        path = best_path(
            torch.cat([strength, unvoiced[..., None]], dim=-1),
            torch.cat([octaves, octaves[..., :1]], dim=-1),
            is_real,
            JUMP_COST,
            SWITCH_COST,
        )
        is_voiced = (path < N_CANDIDATES) & is_real
        index = path.where(is_voiced, 0)[..., None]
        hz_there = hz.gather(-1, index).squeeze(-1)
        height_there = height.gather(-1, index).squeeze(-1)
        return hz_there, height_there, height.amax(dim=-1), is_voiced

    def _autocorrelation(self, power):
        """Compute the autocorrelation, divided by that of the window."""
        n_lags = math.ceil(self.sample_rate_hz / self.low_hz) + 2
        similar = torch.fft.irfft(power)[..., :n_lags]
        similar = similar / similar[..., :1].clamp(min=1e-12)
        return similar / self.taper[:n_lags]


def taper_of(window, n_fft):
    """Compute the autocorrelation of a window, by which that of a frame is divided.

    Arguments
    ---------
    window : torch.Tensor, (samples,)
        Window of the spectra.
    n_fft : int
        Even length of the transform.

    Returns
    -------
    torch.Tensor, (n_fft,)
        1 at lag 0; at least 0.001.

    Example
    -------
    >>> taper_of(torch.ones(2), 4)
    tensor([1.0000, 0.5000, 0.0010, 0.5000])
    """
    taper = torch.fft.irfft(torch.fft.rfft(window, n_fft).abs().square())
    return (taper / taper[0]).clamp(min=1e-3)


def _strength_of_silence(peak, is_real):
    """Score of "no pitch": a threshold, higher in quiet frames."""
    loudest = (peak * is_real).amax(dim=1, keepdim=True).clamp(min=1e-6)
    quiet = 2 - peak / loudest * (1 + VOICING_THRESHOLD) / SILENCE_THRESHOLD
    return VOICING_THRESHOLD + quiet.clamp(min=0)


def best_candidates(autocorrelation, sample_rate_hz, low_hz, high_hz, n_best):
    """Find the highest interpolated peaks of an autocorrelation.

    Arguments
    ---------
    autocorrelation : torch.Tensor, (..., lags)
        1 at lag 0; must reach one lag beyond ``low_hz``.
    sample_rate_hz : int
        Lags a second.
    low_hz, high_hz : float
        Range of the search.
    n_best : int
        Peaks wanted.

    Returns
    -------
    hz : torch.Tensor, (..., n_best)
        Frequency of each peak; ``low_hz`` where there are fewer peaks.
    height : torch.Tensor, (..., n_best)
        Autocorrelation there, 0-1; 0 where there are fewer peaks.

    Example
    -------
    >>> tone = torch.cos(torch.arange(400) * 2 * torch.pi * 205 / 16000)
    >>> hz, height = best_candidates(tone, 16000, 60.0, 600.0, 1)
    >>> round(hz.item()), round(height.item(), 2)
    (205, 1.0)
    """
    first = max(1, math.floor(sample_rate_hz / high_hz))
    last = math.ceil(sample_rate_hz / low_hz)
    left = autocorrelation[..., first - 1 : last]
    middle = autocorrelation[..., first : last + 1]
    right = autocorrelation[..., first + 1 : last + 2]
    is_peak = (middle > left) & (middle >= right) & (middle > 0)
    # The bias to short lags selects the first of equal peaks, not a lower octave.
    lags = torch.arange(first, last + 1, device=middle.device)
    favour = OCTAVE_COST * torch.log2(sample_rate_hz / (lags * low_hz))
    rank = torch.where(is_peak, middle + favour, -1.0)
    rank, index = rank.topk(n_best, dim=-1)
    left, middle, right = (x.gather(-1, index) for x in (left, middle, right))
    bend = (left - 2 * middle + right).clamp(max=-1e-9)
    shift = (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    height = (middle - 0.25 * (left - right) * shift).clamp(0.0, 1.0)
    hz = sample_rate_hz / (lags[index] + shift)
    is_found = rank > 0
    return hz.where(is_found, low_hz), height.where(is_found, 0.0)


def best_path(scores, octaves, is_real, jump_cost, switch_cost):
    """Select one candidate per frame by dynamic programming.

    The last candidate is "no pitch"; its ``octaves`` are ignored.

    Arguments
    ---------
    scores : torch.Tensor, (batch, frames, candidates)
        The higher the better.
    octaves : torch.Tensor, (batch, frames, candidates)
        Binary logarithm of the frequency.
    is_real : torch.Tensor, (batch, frames)
        False in the padding, which costs nothing.
    jump_cost : float
        For a jump of one octave.
    switch_cost : float
        For a start or an end of voice.

    Returns
    -------
    torch.Tensor, (batch, frames)
        Index of the candidate.

    Source
    ------
    The path search of Boersma 1993, by dynamic programming.

    Example
    -------
    >>> scores = torch.tensor([[[0.9, 0.5, 0.0], [0.5, 0.6, 0.0]]])
    >>> octaves = torch.tensor([[[7.0, 8.0, 0.0], [7.0, 8.0, 0.0]]])
    >>> best_path(scores, octaves, torch.ones(1, 2).bool(), 0.35, 0.14)
    tensor([[0, 0]])
    """
    n_candidates = scores.shape[-1]
    is_voiced = torch.ones(n_candidates, dtype=torch.bool, device=scores.device)
    is_voiced[-1] = False
    both = is_voiced[:, None] & is_voiced
    switch = switch_cost * (is_voiced[:, None] != is_voiced).to(scores)
    jumps = (octaves[:, :-1, :, None] - octaves[:, 1:, None, :]).abs()
    costs = torch.where(both, jump_cost * jumps, switch)
    costs = costs * is_real[:, 1:, None, None]
    return torch.ops.speechbrain_clser.cheapest(
        scores * is_real[..., None], costs
    )


# The path search is an operator, because graphs contain no frame loops. The first call
# of a torch.library.custom_op would import the compiler of torch, which takes seconds.
_CHEAPEST = "speechbrain_clser::cheapest"
torch.library.define(_CHEAPEST, "(Tensor scores, Tensor costs) -> Tensor")


@torch.library.impl(_CHEAPEST, "default")
def _cheapest(scores, costs):
    """Run the path search."""
    scores = scores.unbind(dim=1)
    total, back = scores[0], []
    for cost, score in zip(costs.unbind(dim=1), scores[1:], strict=True):
        best, origin = (total[:, :, None] - cost).max(dim=1)
        # Padding does not change the path, which ends at the last real frame.
        total = best + score
        back.append(origin)
    path = [total.argmax(dim=-1, keepdim=True)]
    for origin in reversed(back):
        path.append(origin.gather(1, path[-1]))
    return torch.cat(path[::-1], dim=1)


@torch.library.register_fake(_CHEAPEST)
def _shape_of_cheapest(scores, costs):
    """Return a fake path of the right shape for graph export."""
    return scores.new_empty(scores.shape[:2], dtype=torch.long)
