"""Reduce frame descriptors to utterance statistics."""

import torch

from speechbrain_clser.features.masked import masked_moments, masked_quantiles

# Selected by cross-corpus experiments within the sources: slopes, centroid,
# flatness and mean cepstra mainly reflect the recording conditions.
OF_VOICED = (
    "pitch",
    "voicing",
    "hnr",
    "h1_h2",
    "h1_a1",
    "h1_a3",
    "cpp",
    "alpha",
    "hammarberg",
    "flux",
)
OF_ACTIVE = ("level", "alpha", "hammarberg", "flux")
SHARES = [0.2, 0.5, 0.8]
WIDEST_STEP = 6.0


def summarise(
    descriptors, cepstra, is_voiced, is_active, is_real, frames_per_s
) -> dict:
    """Reduce the frames of each utterance to statistics.

    An utterance with fewer than two voiced frames, whispered or too short, has
    those over voiced frames taken over all active ones.

    Arguments
    ---------
    descriptors : dict
        Name to torch.Tensor, (batch, frames); all of ``OF_VOICED`` and
        ``OF_ACTIVE`` must be there.
    cepstra : torch.Tensor, (batch, frames, cepstra)
        Mel cepstra, from the first on.
    is_voiced, is_active, is_real : torch.Tensor, (batch, frames)
        Which frames have a pitch, are loud enough, are no padding.
    frames_per_s : int
        Frames a second.

    Returns
    -------
    dict
        Name to torch.Tensor, (batch,):

        ``<descriptor>_mean``, ``<descriptor>_std``
            Over voiced frames, of ``OF_VOICED``.
        ``<descriptor>_active_mean``, ``<descriptor>_active_std``
            Over active frames, of ``OF_ACTIVE``.
        ``cepstrum_<i>_std``
            Over active frames.
        ``pitch_q20``, ``pitch_q50``, ``pitch_q80``, ``level_q20`` ...
            Quantiles of pitch over voiced, of level over active frames.
        ``pitch_motion``, ``level_motion``
            Mean absolute change per frame within voice, within activity.
        ``voiced_share``, ``active_share``
            Voiced among active, active among all frames.
        ``voiced_rate``, ``voiced_length``
            Voiced stretches a second of activity; frames a stretch.

    Example
    -------
    >>> values = torch.tensor([[20.0, 22.0, 21.0, 99.0]])
    >>> all_real = torch.ones(1, 4).bool()
    >>> is_voiced = torch.tensor([[True, True, True, False]])
    >>> columns = summarise(
    ...     dict.fromkeys(OF_VOICED + OF_ACTIVE, values),
    ...     torch.zeros(1, 4, 12),
    ...     is_voiced,
    ...     all_real,
    ...     all_real,
    ...     50,
    ... )
    >>> [
    ...     columns[n].item()
    ...     for n in ("pitch_mean", "pitch_motion", "voiced_share")
    ... ]
    [21.0, 1.5, 0.75]
    """
    sounding = is_voiced & is_active
    has_voice = sounding.sum(dim=1, keepdim=True) >= 2
    voiced = sounding.where(has_voice, is_active)
    pitch, level = descriptors["pitch"], descriptors["level"]
    cepstrum_stds = masked_moments(cepstra, is_active)[1].unbind(dim=-1)

    n_real = is_real.sum(dim=1).clamp(min=1)
    n_active = is_active.sum(dim=1).clamp(min=1)
    n_voiced = sounding.sum(dim=1)
    n_starts = (voiced[:, 1:] & ~voiced[:, :-1]).sum(dim=1)
    return {
        **_moments(descriptors, OF_VOICED, "", voiced),
        **_moments(descriptors, OF_ACTIVE, "_active", is_active),
        **{f"cepstrum_{i}_std": s for i, s in enumerate(cepstrum_stds, 1)},
        **_quantiles("pitch", pitch, voiced),
        **_quantiles("level", level, is_active),
        "pitch_motion": _motion(pitch, voiced),
        "level_motion": _motion(level, is_active),
        "voiced_share": n_voiced / n_active,
        "active_share": n_active / n_real,
        "voiced_rate": frames_per_s * n_starts / n_active,
        "voiced_length": n_voiced / (1 + n_starts),
    }


def _moments(descriptors, names, over, mask):
    """Compute the means of all descriptors, then their deviations."""
    frames = torch.stack([descriptors[name] for name in names], dim=-1)
    mean, std = (x.unbind(dim=-1) for x in masked_moments(frames, mask))
    return {
        f"{name}{over}_{statistic}": value
        for statistic, values in (("mean", mean), ("std", std))
        for name, value in zip(names, values, strict=True)
    }


def _quantiles(name, values, mask):
    quantiles = masked_quantiles(values, mask, SHARES).unbind(dim=-1)
    return {
        f"{name}_q{round(100 * share)}": quantile
        for share, quantile in zip(SHARES, quantiles, strict=True)
    }


def _motion(values, mask):
    """Mean absolute change between neighbours; a leap counts as a step."""
    change = (values[:, 1:] - values[:, :-1]).abs().clamp(max=WIDEST_STEP)
    within = mask[:, 1:] & mask[:, :-1]
    return masked_moments(change[..., None], within)[0].squeeze(-1)
