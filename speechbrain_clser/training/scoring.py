"""Write predictions and embeddings of a part."""

from pathlib import Path

from safetensors.torch import save

from speechbrain_clser.evaluation import predictions
from speechbrain_clser.evaluation.metrics import uar
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
    scheme : Scheme
        Classes of the logits.
    folder : str or Path
        Of the seed; ``predictions/`` and ``embeddings/`` are made in it.
    loader : dict
        Keyword arguments of the data loader.
    file : str, optional
        Of the predictions, within the folder; by default
        ``predictions/<name>.csv``.
    """
    ids, probabilities = embed(brain, name, dataset, folder, loader)
    by_id = {row.id: row for row in rows}
    write_predictions(
        Path(folder, file or f"predictions/{name}.csv"),
        [by_id[utterance] for utterance in ids],
        probabilities.tolist(),
        scheme,
    )


def write_predictions(path, rows, probabilities, scheme):
    """Write predictions with their labels."""
    predictions.write(
        path,
        [
            _row(row, of, scheme)
            for row, of in zip(rows, probabilities, strict=True)
        ],
    )


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
    probabilities : torch.Tensor, (rows, classes)
        On CPU.
    """
    ids, probabilities, embeddings = brain.predict(dataset, loader)
    path = Path(folder, "embeddings", f"{name}.safetensors")
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, save({"embedding": embeddings}))
    return ids, probabilities


def target_uar(brain, rows, dataset, scheme, loader):
    """Compute UAR on rows with labels that training does not use, for an oracle."""
    ids, probabilities, _ = brain.predict(dataset, loader)
    by_id = {row.id: row for row in rows}
    target = [scheme.index(by_id[utterance].emotion) for utterance in ids]
    predicted = probabilities.argmax(dim=-1).tolist()
    return uar(target, predicted, range(len(scheme)))


def _row(row, probabilities, scheme):
    best = max(range(len(scheme)), key=probabilities.__getitem__)
    return {
        "id": row.id,
        "corpus": row.corpus,
        "language": row.language,
        "speaker": row.speaker,
        "gender": row.gender,
        "target": scheme.classes[scheme.index(row.emotion)],
        "predicted": scheme.classes[best],
        **{
            f"p_{name}": probability
            for name, probability in zip(
                scheme.classes, probabilities, strict=False
            )
        },
    }
