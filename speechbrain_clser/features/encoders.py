"""Build extractors from the values of ``--encoder``."""

import functools
import hashlib
import json
import pydoc
import re
from collections.abc import Mapping
from pathlib import Path

from speechbrain_clser.languages import normalise

REDUCE = ("frames", "statistics")
# Imported when they are used.
BUILT_IN = {
    "acoustic": "acoustic.AcousticFeatures",
    "log_mel": "mfcc.LogMel",
    "mfcc": "mfcc.Mfcc",
}


def extractor(
    encoder,
    layers=None,
    layer_mix="mean",
    adapt="frozen",
    revision=None,
    precision="fp32",
    rank=8,
    alpha=16.0,
    bottleneck_dim=64,
    gated=False,
    train_cnn=False,
    top_layers=2,
    language="",
    reduce="frames",
    per_language=False,
    languages=(),
    window="real",
):
    """Build the extractor of an encoder.

    Arguments
    ---------
    encoder : str or dict
        ``"acoustic"``: log-mel, pitch and voice quality, ``"mfcc"`` or
        ``"log_mel"``: nothing to download; a hub id or a folder: a pretrained
        encoder; or a dict (or its JSON), language to one of these; ``language``
        selects one.
    layers : str or int, optional
        ``6``, ``"4-8"``; by default the middle third of the encoder, also for
        ``"auto"``, which ``Experiment`` replaces by its choice.
    layer_mix : str
        ``"mean"``, or ``"learned"``: side by side for a ``WeightedLayerSum``.
    adapt : str
        ``"frozen"``, ``"lora"``, ``"bottleneck"``, ``"lora+bottleneck"``,
        ``"top"`` or ``"full"``.
    revision : str or dict, optional
        Branch, tag or commit of a hub id, digest of a folder; by language
        if the encoder is. By default the newest; the extractor's ``config``
        contains the resolved revision.
    precision : str
        Of a frozen encoder: ``"fp32"``, ``"fp16"`` or ``"bf16"``.
    rank, alpha, bottleneck_dim, gated, train_cnn, top_layers
        See ``Adaptation``; ignored for a frozen encoder.
    language : str
        Selects the encoder if ``encoder`` is a dict by language.
    reduce : str
        ``"frames"``, or ``"statistics"``: mean and deviation over the frames, as
        the one frame of an utterance, for methods that need no time axis.
    per_language : bool
        Use a frozen encoder for each language, concatenated in the frames,
        instead of a common one. The encoders may be the same.
    languages : sequence of str
        Languages, if ``per_language``.
    window : str
        Of Whisper: ``"real"`` computes real frames only, ``"30s"`` pads with
        silence to 30 s at many times the cost; the other encoders have
        real frames only.

    Returns
    -------
    Extractor
        Frozen or trainable, depending on ``adapt``.

    Raises
    ------
    ValueError
        If the encoder or the option does not exist.

    Example
    -------
    >>> extractor({"deu": "acoustic"}, language="deu").frames_per_s
    50
    """
    if reduce not in REDUCE:
        raise ValueError(
            f"reduce must be one of {', '.join(REDUCE)}, got {reduce!r}"
        )
    common = (encoder, layers, layer_mix, adapt, revision, precision)
    again = functools.partial(extractor, *common, window=window)
    if per_language:
        from speechbrain_clser.features.per_language import PerLanguage

        return PerLanguage(
            {one: again(language=one, reduce=reduce) for one in languages}
        )
    if reduce == "statistics":
        from speechbrain_clser.features.statistics import Statistics

        return Statistics(again(language=language))
    encoder = _of_language(encoder, language)
    revision = _of_language(revision, language) or ""
    if encoder in BUILT_IN:
        _refuse(
            encoder,
            layers=layers not in (None, "auto"),
            layer_mix=layer_mix != "mean" and layers != "auto",
            adapt=adapt != "frozen",
            revision=revision,
            precision=precision != "fp32",
            window=window != "real",
        )
        return pydoc.locate(f"speechbrain_clser.features.{BUILT_IN[encoder]}")()

    from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures
    from speechbrain_clser.features.ssl_adapters import Adaptation

    adaptation = None
    if adapt != "frozen":
        adaptation = Adaptation(
            *(adapt, rank, alpha, bottleneck_dim),
            *(gated, train_cnn, top_layers),
        )
    layers = "" if layers in (None, "auto") else str(layers)
    config = SSLConfig(
        revision, layers, layer_mix, precision, adaptation, window
    )
    return SSLFeatures(encoder, config)


def encoder_name(encoder):
    """Return a short name of an encoder as for ``extractor``, valid as a folder name.

    The last part of a hub id or folder; for a dict, its languages and a short hash.

    Example
    -------
    >>> encoder_name("facebook/hubert-base-ls960")
    'hubert-base-ls960'
    >>> encoder_name({"eng": "facebook/wav2vec2-base-960h", "deu": "acoustic"})
    'deu-eng_fbea1e'
    """
    encoder = _read(encoder)
    if isinstance(encoder, Mapping):
        spec = json.dumps(dict(sorted(encoder.items())))
        digest = hashlib.sha256(spec.encode()).hexdigest()
        return f"{'-'.join(sorted(encoder))}_{digest[:6]}"
    return re.sub(r"[^\w.-]", "_", Path(encoder).name)


def _of_language(value, language):
    """Return the value for a language, if values differ by language."""
    value = _read(value)
    if not isinstance(value, Mapping):
        return value
    where = "the encoder differs by language: expected"
    named = {normalise(name): one for name, one in value.items()}
    if len(named) < len(value):
        raise ValueError(
            f"{where} each language once, got {', '.join(value)}; keep one of each"
        )
    if language not in named:
        raise ValueError(
            f"{where} a language among {', '.join(sorted(named))}, got {language!r}"
        )
    return named[language]


def _read(value):
    """Parse a JSON dict from the command line."""
    is_json = isinstance(value, str) and value.startswith("{")
    return json.loads(value) if is_json else value


def _refuse(encoder, **given):
    """Raise an error for options of pretrained encoders only."""
    if names := [name for name, is_given in given.items() if is_given]:
        raise ValueError(
            f"encoder {encoder!r} has no {', '.join(names)}: it has no layers and "
            "no pretrained weights; omit the option, or give a hub id or a folder"
        )
