"""Write predictions and embeddings of a part."""

from pathlib import Path

from safetensors.torch import save

from speechbrain_clser.evaluation import predictions, rated_predictions
from speechbrain_clser.io import atomic_write


def score(brain, name, rows, dataset, scheme, folder, loader, file=None):
    """Write predictions and embeddings of one part.

    The method reads features only; labels are joined to its predictions here.

    Arguments
    ---------
    brain : MethodBrain
        Trained.
    name : str
        Of the files, such as ``"test"``.
    rows : sequence of Utterance
        Of the part.
    dataset : DynamicItemDataset
        Of the same rows.
    scheme : Classes or Dimensions
        Task of the logits.
    folder : str or Path
        Of the seed; ``predictions/`` and ``embeddings/`` are made in it.
    loader : dict
        Keyword arguments of the data loader.
    file : str, optional
        Of the predictions, within the folder; by default
        ``predictions/<name>.csv``.
    """
    ids, outputs = embed(brain, name, dataset, folder, loader)
    by_id = {row.id: row for row in rows}
    write_predictions(
        Path(folder, file or f"predictions/{name}.csv"),
        [by_id[utterance] for utterance in ids],
        outputs.tolist(),
        scheme,
    )


def write_predictions(path, rows, outputs, scheme):
    """Write predictions with their labels."""
    found = [
        {name: getattr(row, name) for name in predictions.TEXTS}
        | scheme.columns(row, of)
        for row, of in zip(rows, outputs, strict=True)
    ]
    write = predictions.write if scheme.classes else rated_predictions.write
    write(path, found)


def embed(brain, name, dataset, folder, loader):
    """Write the embeddings of one part.

    Before the first phase that is the method at its initial parameters, which
    follow from the seed, so a resumed run writes the same again; the report's
    probes read them as ``"source_valid_before"``.

    Arguments
    ---------
    brain, name, dataset, folder, loader
        As for ``score``; the brain need not be trained.

    Returns
    -------
    ids : list of str
        One per row.
    outputs : torch.Tensor, (rows, classes or dimensions)
        Probabilities or values, on CPU.
    """
    ids, outputs, embeddings = brain.predict(dataset, loader)
    path = Path(folder, "embeddings", f"{name}.safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, save({"embedding": embeddings}))
    return ids, outputs


def target_uar(brain, rows, dataset, scheme, loader):
    """Compute UAR on rows with labels that training does not use, for an oracle."""
    ids, probabilities, _ = brain.predict(dataset, loader)
    by_id = {row.id: row for row in rows}
    target = [scheme.target(by_id[utterance]) for utterance in ids]
    return scheme.scores(target, probabilities.numpy())["uar"]
