"""Build the datasets and data-loader options of each training phase."""

import contextlib

from speechbrain_clser.data import protocol
from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.data.protocol_supervision import SETTINGS
from speechbrain_clser.data.samplers import loader_options


def training_rows(material, phases) -> list:
    """Return the training rows of all phases, without duplicates.

    Raises
    ------
    ValueError
        If a split that a phase needs is empty in the protocol.
    """
    rows = {}
    for phase in phases:
        for part in phase.parts:
            found = getattr(material.parts, part)
            if not found:
                raise ValueError(
                    f"phase {phase.name!r} trains on the part {part!r}, but "
                    f"protocol {material.protocol.name!r} gives none; choose "
                    + _protocols_with(part, material.protocol)
                )
            rows |= {row.id: row for row in found}
    return list(rows.values())


def _protocols_with(part, wanted):
    """Name supervision, and protocols of the same corpora, with a part."""
    settings = [
        name
        for name, (given, _) in SETTINGS.items()
        if given.get("target_supervision") == part and "random" not in name
    ]
    advice = f"`supervision: {' or '.join(settings[:2])}`"
    names = []
    for setting in settings:
        pair = "_to_".join(map("+".join, (wanted.sources, wanted.targets)))
        with contextlib.suppress(ValueError):
            names.append(protocol.load(f"{pair}:{setting}").name)
    return advice + (f", such as {', '.join(names[:2])}" if names else "")


def datasets_of(material, phases, sound, extras=None) -> tuple:
    """Build the datasets of all phases, of validation and of the test set.

    Arguments
    ---------
    material : PreparedData
        Provides splits and label scheme.
    phases : list of Phase
        Each reads its labelled rows, followed by the unlabelled rows if it
        uses them.
    sound : dict
        See ``pipeline.dataset``; the first view of each input holds every
        utterance, the other views hold the training rows.
    extras : dict, optional
        For the phases and validation; see ``pipeline.dataset``.

    Returns
    -------
    codes : Codes
        Integer codes of the training rows.
    datasets : dict
        By phase name, ``"valid"`` and, if there is a test set, ``"test"``;
        its items hold only the model input.
    """
    parts = material.parts
    codes = Codes(
        material.protocol.scheme,
        training_rows(material, phases),
        parts.target_ids,
    )
    hidden = {row.id for row in parts.unlabelled}
    hidden -= {row.id for row in (*parts.train, *parts.target_labelled)}
    plain = {name: views[:1] for name, views in sound.items()}
    datasets = {"valid": dataset(parts.valid, plain, codes, extras=extras)}
    if parts.test:
        datasets["test"] = dataset(parts.test, plain)
    for phase in phases:
        rows = [row for part in phase.parts for row in getattr(parts, part)]
        datasets[phase.name] = dataset(rows, sound, codes, hidden, extras)
    return codes, datasets


def loaders_of(
    material,
    phases,
    balance,
    seed,
    batch_size,
    hierarchical_sampling,
    options=None,
) -> dict:
    """Return the data-loader options of each dataset of ``datasets_of``.

    Arguments
    ---------
    material : PreparedData
        Provides the splits.
    phases : list of Phase
        Each defines the number of unlabelled utterances per batch.
    balance, seed, batch_size, hierarchical_sampling
        See ``samplers.loader_options``.
    options : dict, optional
        ``num_workers``, ``pin_memory``, ``persistent_workers`` of all loaders;
        the last is by default whether there are workers.

    Returns
    -------
    dict
        Phase name or ``"eval"`` to data-loader keyword arguments.
    """
    options = {**(options or {})}
    if options.get("persistent_workers") is None:
        options["persistent_workers"] = bool(options.get("num_workers"))
    loaders = {"eval": {"batch_size": batch_size}}
    for phase in phases:
        rows = [
            row
            for part in phase.labelled
            for row in getattr(material.parts, part)
        ]
        others = ()
        if phase.n_unlabelled:
            n_others = len(material.parts.unlabelled)
            others = range(len(rows), len(rows) + n_others)
        loaders[phase.name] = loader_options(
            rows,
            material.protocol.scheme,
            balance,
            seed,
            batch_size,
            hierarchical_sampling,
            others,
            phase.n_unlabelled,
            phase.repeats_per_epoch,
        )
    return {name: {**loader, **options} for name, loader in loaders.items()}
