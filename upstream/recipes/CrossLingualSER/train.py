#!/usr/bin/env python3
"""Recipe for training a cross-lingual speech emotion classifier: it is trained on
corpora of some languages and tested on a corpus of another language.

A frozen encoder is run once per utterance; mean and standard deviation of its
frames are cached, and a small network is trained on them.

To run this recipe, do the following:

> python train.py hparams/source_only.yaml --data_folder /path/to/corpora
> python train.py hparams/supcon.yaml --data_folder /path/to/corpora

Authors
 * The founders of speechbrain-clser 2026
"""

import collections
import csv
import pathlib
import sys
import types

import torch
from hyperpyyaml import load_hyperpyyaml
from tqdm import tqdm

import speechbrain as sb
from speechbrain.dataio.dataio import read_audio
from speechbrain.utils.data_pipeline import CachedDynamicItem
from speechbrain.utils.distributed import if_main_process, run_on_main
from speechbrain.utils.logger import get_logger

logger = get_logger(__name__)


class EmotionBrain(sb.Brain):
    def compute_forward(self, batch, stage):
        """Computes embeddings and log-probabilities of the emotions."""
        batch = batch.to(self.device)
        features, _ = batch.features
        embeddings = self.modules.embedding_model(features)
        logits = self.modules.classifier(embeddings)
        return logits.log_softmax(dim=-1), embeddings

    def compute_objectives(self, predictions, batch, stage):
        """Computes the cross-entropy, and the contrast if the YAML has one."""
        log_probs, embeddings = predictions
        emotions = batch.emotion_encoded.data.squeeze(-1)
        loss = self.hparams.compute_cost(log_probs, emotions)
        if stage == sb.Stage.TRAIN and hasattr(self.hparams, "contrast"):
            languages = batch.language_encoded.data.squeeze(-1)
            contrast = self.hparams.contrast(embeddings, emotions, languages)
            loss = loss + self.hparams.contrast_weight * contrast
        if stage != sb.Stage.TRAIN:
            self.ids += batch.id
            self.targets += emotions.tolist()
            self.predictions += log_probs.argmax(dim=-1).tolist()
        return loss

    def on_stage_start(self, stage, epoch=None):
        """Resets the lists of targets and predictions."""
        self.ids, self.targets, self.predictions = [], [], []

    def on_stage_end(self, stage, stage_loss, epoch=None):
        """Logs the epoch, anneals the learning rate, saves a checkpoint."""
        if stage == sb.Stage.TRAIN:
            self.train_stats = {"loss": stage_loss}
            return
        classes = range(len(self.hparams.classes))
        uar = float(self.hparams.uar(self.targets, self.predictions, classes))
        stats = {"loss": stage_loss, "UAR": uar}
        if stage == sb.Stage.VALID:
            old_lr, new_lr = self.hparams.lr_annealing(epoch)
            sb.nnet.schedulers.update_learning_rate(self.optimizer, new_lr)
            self.hparams.train_logger.log_stats(
                {"epoch": epoch, "lr": old_lr},
                train_stats=self.train_stats,
                valid_stats=stats,
            )
            # The last epoch is kept: a validation set in the source languages
            # does not tell which epoch is the best one in another language.
            self.checkpointer.save_and_keep_only(meta=stats)
        if stage == sb.Stage.TEST:
            # A collective call: all processes wait for the first one.
            self.hparams.train_logger.log_stats(
                {"Epoch loaded": self.hparams.epoch_counter.current},
                test_stats=stats,
            )
            if if_main_process():
                self.write_predictions()

    def write_predictions(self):
        """Writes target and predicted emotion of each test utterance."""
        names = self.hparams.classes
        path = self.hparams.predictions_file
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["ID", "target", "predicted"])
            for row in zip(self.ids, self.targets, self.predictions):
                writer.writerow([row[0], names[row[1]], names[row[2]]])


def dataio_prep(hparams, device="cpu"):
    """Creates the datasets: normalized statistics of the encoder, and labels.

    Arguments
    ---------
    hparams : dict
        The YAML.
    device : str
        Where the encoder is run.

    Returns
    -------
    datasets : dict
        ``train``, ``valid`` and ``test``.
    """
    extractor = hparams["extractor"].to(device).eval()
    normalizer = sb.dataio.preprocess.AudioNormalizer(
        sample_rate=extractor.sample_rate_hz
    )
    emotion_encoder = sb.dataio.encoder.CategoricalEncoder()
    emotion_encoder.update_from_iterable(hparams["classes"])
    emotion_encoder.expect_len(len(hparams["classes"]))
    language_encoder = sb.dataio.encoder.CategoricalEncoder()

    @CachedDynamicItem.cache(hparams["feature_folder"])
    @sb.utils.data_pipeline.takes("id", "wav")
    @sb.utils.data_pipeline.provides("statistics")
    def statistics_pipeline(id, wav):
        """Runs the encoder: mean and standard deviation of its frames."""
        signal, sample_rate = read_audio_at_its_rate(wav)
        signal = normalizer(signal, sample_rate).to(device)
        with torch.no_grad():
            return extractor(signal[None], torch.ones(1, device=device))[
                0, 0
            ].cpu()

    @sb.utils.data_pipeline.takes("statistics", "corpus")
    @sb.utils.data_pipeline.provides("features")
    def feature_pipeline(statistics, corpus):
        """Normalizes by the statistics of the corpus, without using labels."""
        mean, std = moments[corpus]
        return ((statistics - mean) / std).clamp(-6, 6)

    @sb.utils.data_pipeline.takes("emotion", "language")
    @sb.utils.data_pipeline.provides("emotion_encoded", "cell")
    def label_pipeline(emotion, language):
        """Encodes the emotion, and names the group for balanced sampling."""
        yield emotion_encoder.encode_label_torch(emotion)
        yield f"{language} {emotion}"

    @sb.utils.data_pipeline.takes("language")
    @sb.utils.data_pipeline.provides("language_encoded")
    def language_pipeline(language):
        """Encodes the language."""
        return language_encoder.encode_label_torch(language)

    datasets = {}
    for name in ("train", "valid", "test"):
        datasets[name] = sb.dataio.dataset.DynamicItemDataset.from_csv(
            csv_path=hparams[f"{name}_csv"],
            replacements={"data_root": hparams["data_folder"]},
            dynamic_items=[
                *(statistics_pipeline, feature_pipeline),
                *(label_pipeline, language_pipeline),
            ],
            output_keys=["id", "features", "emotion_encoded"],
        )
    # The languages of the test are not encoded.
    language_encoder.update_from_didataset(datasets["train"], "language")
    datasets["train"].set_output_keys(
        ["id", "features", "emotion_encoded", "language_encoded"]
    )
    # This pass fills the cache, so only one process makes it.
    moments = run_on_main(compute_moments, [datasets])
    return datasets


def read_audio_at_its_rate(path):
    """Reads a recording as a tensor, and its sample rate."""
    return read_audio(path), sb.dataio.audio_io.info(path).sample_rate


def compute_moments(datasets):
    """Computes mean and standard deviation of the statistics of each corpus.

    Arguments
    ---------
    datasets : dict
        Name to DynamicItemDataset.

    Returns
    -------
    moments : dict
        Corpus to a pair of tensors.
    """
    values = collections.defaultdict(list)
    for name, dataset in datasets.items():
        with dataset.output_keys_as(["corpus", "statistics"]):
            for item in tqdm(dataset, name, dynamic_ncols=True):
                values[item["corpus"]].append(item["statistics"])
    return {
        corpus: (
            torch.stack(rows).mean(dim=0),
            torch.stack(rows).std(dim=0).clamp(min=1e-5),
        )
        for corpus, rows in values.items()
    }


def train_loader_options(hparams, train_data):
    """Returns the keyword arguments of the training data loader.

    Arguments
    ---------
    hparams : dict
        The YAML.
    train_data : DynamicItemDataset
        The training set.

    Returns
    -------
    options : dict
        With a sampler, or with a batch sampler.
    """
    if "batch_sampler" in hparams:
        rows = [
            types.SimpleNamespace(**row) for row in train_data.data.values()
        ]
        return {"batch_sampler": hparams["batch_sampler"](rows)}
    sampler = hparams["sampler"](train_data)
    return {"sampler": sampler, **hparams["dataloader_options"]}


if __name__ == "__main__":
    hparams_file, run_opts, overrides = sb.parse_arguments(sys.argv[1:])
    sb.utils.distributed.ddp_init_group(run_opts)
    with open(hparams_file, encoding="utf-8") as fin:
        hparams = load_hyperpyyaml(fin, overrides)
    sb.create_experiment_directory(
        experiment_directory=hparams["output_folder"],
        hyperparams_to_save=hparams_file,
        overrides=overrides,
    )

    from crosslingual_ser_prepare import prepare_crosslingual_ser

    run_on_main(
        prepare_crosslingual_ser,
        kwargs={
            "data_folder": hparams["data_folder"],
            "save_folder": hparams["output_folder"],
            "sources": hparams["sources"],
            "targets": hparams["targets"],
            "skip_prep": hparams["skip_prep"],
        },
    )
    brain = EmotionBrain(
        modules=hparams["modules"],
        opt_class=hparams["opt_class"],
        hparams=hparams,
        run_opts=run_opts,
        checkpointer=hparams["checkpointer"],
    )
    # With --debug each process has a temporary folder of its own. Only the first
    # one has checkpoints to delete, and all processes must take part in deleting.
    brain.checkpointer.checkpoints_dir = pathlib.Path(
        run_on_main(lambda: str(brain.checkpointer.checkpoints_dir))
    )
    datasets = dataio_prep(hparams, brain.device)
    train_options = train_loader_options(hparams, datasets["train"])
    brain.train_sampler = train_options.get("batch_sampler")
    brain.fit(
        epoch_counter=hparams["epoch_counter"],
        train_set=datasets["train"],
        valid_set=datasets["valid"],
        train_loader_kwargs=train_options,
        valid_loader_kwargs=dict(hparams["dataloader_options"]),
    )
    brain.evaluate(
        test_set=datasets["test"],
        test_loader_kwargs=dict(hparams["dataloader_options"]),
    )
