"""Models that read transcripts, from table to prediction."""

import dataclasses

import pytest
import torch
from helpers import encoders, served
from helpers.commands import clser, rows
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.contrib.onnx.export import export_onnx
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.stress.runner import stress

TEXTS = ["heute gut.", "", "gut", "schlecht.", "heute heute gut.", ""]
TEXTS[2] += "!"  # one word alone is the name of a sentence


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Model with a text encoder of the hub, trained with and without transcripts."""
    folder = tmp_path_factory.mktemp("text")
    options = {"second_stream": "text", "text_encoder": "lab/text"}
    with encoders.in_hub_cache(folder / "hub", "lab/text") as snapshot:
        encoders.make_text(snapshot)
        found = {}
        for name, texts in (
            ("with", TEXTS),
            ("first", [*TEXTS[:1], *[""] * 5]),
        ):
            utterances = [
                dataclasses.replace(row, sentence=text)
                for row, text in zip(
                    served.utterances(folder), texts, strict=True
                )
            ]
            found[name] = served.make(
                folder / name, "dual_attention", rows=utterances, **options
            )
        yield found


@pytest.fixture(scope="module")
def classifier(models):
    return EmotionClassifier.from_hparams(
        models["with"].folder, temperature=1.0, run_opts={"device": "cpu"}
    )


def probabilities(predictions):
    return torch.tensor([[*p.probabilities.values()] for p in predictions])


def close(found, expected):
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_prediction_with_transcripts_is_that_of_training(models, classifier):
    model = models["with"]
    found = classifier.classify_files(model.files, has_bar=False, texts=TEXTS)
    close(probabilities(found), model.probabilities)
    assert [p.notes.count("no_text") for p in found] == [0, 1, 0, 0, 0, 1]
    one = classifier.classify_file(model.files[3], text=TEXTS[3])
    close(probabilities([one])[0], model.probabilities[3])


def test_prediction_without_transcripts_uses_the_audio_alone(
    models, classifier
):
    model, expected = models["with"], models["first"].probabilities[1:]
    files = model.files[1:]
    found = classifier.classify_files(files, has_bar=False)
    close(probabilities(found), expected)
    assert all("no_text" in p.notes for p in found)
    stock = EncoderClassifier.from_hparams(
        source=str(model.folder), run_opts={"device": "cpu"}
    )
    close(torch.cat([stock.classify_file(f)[0] for f in files]).exp(), expected)
    assert (expected - model.probabilities[1:]).abs().max() > 1e-3


def test_table_of_transcripts_is_read_by_predict(models, tmp_path):
    model, out = models["with"], tmp_path / "out.csv"
    table = tmp_path / "texts.tsv"
    lines = [f"{f}\t{t}" for f, t in zip(model.files, TEXTS, strict=True)]
    table.write_text("\n".join(["path\ttext", *lines, "other.wav\tgut"]))
    predict = ("predict", model.folder, *model.files, "--out", out)
    done = clser(*predict, "--texts", table)
    assert done.exit_code == 0, done.output
    assert "2 noted as no_text" in done.stderr
    written = rows(out.read_text())
    assert [row["note"].split()[-1:] == ["no_text"] for row in written] == [
        *([text == "" for text in TEXTS])
    ]
    found = [float(row["p_anger"]) for row in written]
    assert len(set(found)) == len(found)
    assert "expected rows of texts_sha256 null" in clser(*predict).stderr
    done = clser(*predict, "--texts", table, "--window-s", 1)
    assert "expected a transcript of each recording" in done.stderr


def test_what_cannot_use_transcripts_is_refused(models, classifier, tmp_path):
    files = models["with"].files
    with pytest.raises(ValueError, match="one for each of 6 files, found 1"):
        classifier.classify_files(files, texts=["gut"])
    with pytest.raises(ValueError, match="adaptation is fitted to audio alone"):
        classifier.adapt(files)
    with pytest.raises(ValueError, match="conditions of audio are measured"):
        stress(models["with"].folder, "demo", "", tmp_path)
    with pytest.raises(ValueError, match="an ONNX graph reads a waveform"):
        export_onnx(models["with"].folder, tmp_path / "a.onnx")


def test_model_of_audio_refuses_transcripts(tmp_path):
    model = served.make(tmp_path, dim=4)
    done = clser("predict", model.folder, model.files[0], "--texts", "none.csv")
    assert "--texts: expected a model that reads transcripts" in done.stderr
    classifier = EmotionClassifier.from_hparams(model.folder)
    with pytest.raises(
        ValueError, match="found one that reads the audio alone"
    ):
        classifier.classify_file(model.files[0], text="gut")


def test_readme_states_how_transcripts_are_given(models):
    text = (models["with"].folder / "README.md").read_text()
    assert "clser predict --texts" in text and "## Adaptation" not in text
    assert "encoder [lab/text](https://huggingface.co/lab/text) is" in text
    assert not (models["with"].folder / "adaptation.safetensors").exists()


def test_text_encoder_in_a_folder_is_not_exported(tmp_path):
    folder = encoders.make_text(tmp_path / "encoder")
    utterances = [
        dataclasses.replace(row, sentence="heute gut")
        for row in served.utterances(tmp_path)
    ]
    with pytest.raises(
        ValueError, match="is the folder .*encoder, and a model"
    ):
        served.make(
            *(tmp_path / "model", "dual_attention", False, utterances),
            **{"second_stream": "text", "text_encoder": folder},
        )
