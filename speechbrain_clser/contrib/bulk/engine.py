"""Classify parts on the machines of a Ray cluster."""

import logging

from tqdm import tqdm

from speechbrain_clser.contrib.bulk.parts import Parts
from speechbrain_clser.contrib.bulk.remote import list_recordings
from speechbrain_clser.inference.predict import some
from speechbrain_clser.inference.provenance import provenance
from speechbrain_clser.inference.source import locate


class Worker:
    """Load a model once, then classify one part after another.

    Arguments
    ---------
    model, revision : str
        As for ``source.locate``.
    parts : tuple
        Arguments of ``Parts``.
    origin : dict
        See ``provenance.provenance``.
    options : dict
        Of ``EmotionClassifier.from_hparams``.
    reading : dict
        ``window_s`` and ``channel``, as for ``predict.predict``.
    """

    def __init__(self, model, revision, parts, origin, options, reading):
        import torch

        from speechbrain_clser.inference.classifier import EmotionClassifier

        torch.set_num_threads(1)
        self.classifier = EmotionClassifier.from_hparams(
            locate(model, revision), **options
        )
        self.parts, self.origin = Parts(*parts), origin
        self.reading = reading

    def __call__(self, batch):
        """Classify the part of a batch, and return its numbers of files."""
        (name,) = batch["part"]
        tally = self.parts.write(
            name, self.classifier, self.origin, **self.reading
        )
        return {
            "part": [name],
            "n_new": [tally.n_new + tally.n_before],
            "n_bad": [tally.reasons.total()],
        }


def predict(
    model,
    paths,
    out,
    listed=(),
    revision=None,
    form="csv",
    n_files=1000,
    n_workers=None,
    reading=None,
    has_bar=False,
    **options,
) -> tuple:
    """Classify recordings into the tables of a folder; resume if it has some.

    Arguments
    ---------
    model, revision : str
        As for ``source.locate``.
    paths, listed : iterable of str
        As for ``remote.list_recordings``.
    out : str or Path
        Folder of the tables.
    form, n_files : str, int
        Format and number of recordings of a part.
    n_workers : int, optional
        See ``run``.
    reading : dict, optional
        ``window_s`` and ``channel``, as for ``predict.predict``.
    has_bar : bool
        Whether to show a progress bar of parts.
    **options
        Of ``EmotionClassifier.from_hparams``.

    Returns
    -------
    tuple of (int, int)
        Numbers of recordings of this call with and without a result.

    Raises
    ------
    ValueError
        If the folder has parts of another model, settings or format, or another
        process writes them; or if there are no recordings.
    """
    origin = provenance(model, locate(model, revision))
    parts, totals = Parts(out, form), [0, 0]
    with parts.locked():
        of_rows = {k: v for k, v in options.items() if k.startswith("min_")}
        parts.check_settings({**origin, **of_rows, **(reading or {})})
        parts.add(some(list_recordings(paths, listed)), n_files)
        waiting = parts.waiting()
        settings = {
            **{"model": model, "revision": revision, "origin": origin},
            **{"options": options, "reading": reading or {}},
        }
        done = run(parts, waiting, settings, n_workers) if waiting else ()
        for _, *numbers in tqdm(
            done, total=len(waiting), disable=not has_bar, unit="part"
        ):
            totals = [a + b for a, b in zip(totals, numbers, strict=True)]
    return tuple(totals)


def run(parts, waiting, settings, n_workers=None):
    """Classify parts by Ray Data, and yield each when it is done.

    The cluster is that of the variable ``RAY_ADDRESS``, or this machine alone. A
    worker that is killed is replaced, and its part is resumed.

    Arguments
    ---------
    parts : Parts
        Of the results.
    waiting : list of str
        Names of the parts to classify.
    settings : dict
        Arguments of ``Worker`` other than ``parts``.
    n_workers : int, optional
        By default the number of cores, or of GPUs, of the cluster.

    Yields
    ------
    tuple of (str, int, int)
        Name of a part, and its numbers of files with and without a result.

    Raises
    ------
    ImportError
        If Ray is missing.
    """
    try:
        import ray
    except ImportError as error:
        raise ImportError(
            "the engine ray needs Ray, found none; pip install 'ray[data]'"
        ) from error

    if not ray.is_initialized():
        ray.init(log_to_driver=False, logging_level=logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray").setLevel(logging.ERROR)
    on_gpu = (settings["options"].get("run_opts") or {}).get("device", "cpu")
    kind = "CPU" if on_gpu == "cpu" else "GPU"
    n_workers = n_workers or int(ray.cluster_resources().get(kind, 1))
    table = ray.data.from_items(
        [{"part": name} for name in waiting], override_num_blocks=len(waiting)
    ).map_batches(
        Worker,
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(size=min(n_workers, len(waiting))),
        num_cpus=1,
        num_gpus=int(kind == "GPU"),
        fn_constructor_kwargs={
            "parts": (str(parts.folder), parts.form),
            **settings,
        },
    )
    for row in table.iter_rows():
        yield row["part"], row["n_new"], row["n_bad"]
