"""One Brain for all methods, with no branch on a method."""

import logging
import time

import speechbrain as sb
import torch
from speechbrain.dataio.dataloader import SaveableDataLoader
from speechbrain.utils.checkpoints import ckpt_recency
from tqdm import tqdm

from speechbrain_clser.data.pipeline import select_input
from speechbrain_clser.evaluation.selection import pick_epoch
from speechbrain_clser.losses.combine import combine
from speechbrain_clser.printable import pluralise
from speechbrain_clser.seeds import seed_for
from speechbrain_clser.training.checkpoints import share_folder
from speechbrain_clser.training.records import readable
from speechbrain_clser.training.step import (
    EncoderTraining,
    Step,
)

logger = logging.getLogger(__name__)


class PersistentLoader(SaveableDataLoader):
    """A data loader with persistent workers and the random numbers of one without.

    Each new iterator draws a seed for its workers; a persistent one does not,
    so that all later random numbers would differ.
    """

    def __iter__(self):
        """Start an epoch."""
        if self._iterator is not None:
            torch.empty((), dtype=torch.int64).random_()
        return super().__iter__()


class MethodBrain(sb.Brain):
    """Weigh the losses, log each by its name, step, and keep checkpoints.

    Arguments
    ---------
    method : Method
        What is trained.
    phase : Phase
        The stage of training this Brain runs.
    config : TrainingConfig
        Losses, classes, seed, schedule and augmentation.
    selection : EpochSelection
        Rule that chooses the epoch.
    records : EpochRecords
        Receives the record of each epoch.
    encoder : EncoderTraining, optional
        Extractor that is called in the step.
    untrained : dict, optional
        Name of a part of the method to its state before any phase, for those
        that this phase resets.
    train_logger : TrainLogger, optional
        SpeechBrain's; receives each epoch before it is kept.
    **brain
        For ``sb.Brain``: opt_class, hparams, run_opts, checkpointer.
    """

    def __init__(
        self,
        method,
        phase,
        config,
        selection,
        records,
        encoder=None,
        untrained=None,
        train_logger=None,
        **brain,
    ):
        encoder = encoder or EncoderTraining()
        extractor = encoder.extractor
        alignment = config.alignment
        step = Step(method, extractor, encoder.normaliser, alignment)
        super().__init__(modules={"step": step}, **brain)
        self.extract = step.extract
        self.sound = "frames" if extractor is None else "wavs"
        self.keys = {self.sound, *method.INPUTS, *method.TARGETS}
        self.keys |= set() if alignment is None else {"domain"}
        self.method, self.extractor = method, extractor
        self.encoder_opt_class = encoder.encoder_opt_class
        self.phase = phase
        self.config, self.selection = config, selection
        self.weights = self.phase_weights()
        method.active_losses = frozenset(phase.losses)
        self.records, self.untrained = records, untrained
        self.train_logger = train_logger
        self.n_batches = 1
        self.trained = {"method": method}
        if extractor is not None:
            self.trained["extractor"] = extractor
        if alignment is not None:
            self.trained["alignment"] = alignment
        self.freeze()
        self.reset()
        if self.checkpointer is not None:
            share_folder(self.checkpointer)
            self.checkpointer.add_recoverables(
                {**self.trained, "records": records}
            )

    def freeze(self):
        """Set which parameters the phase trains."""
        parts = self.parts("freezes", self.phase.frozen)
        for name, part in parts.items():
            part.requires_grad_(name not in self.phase.frozen)
        # DDP waits for the gradients of members that are fitted without any.
        for part in self.method.modules():
            is_trained = getattr(part, "USES_GRADIENTS", True)
            if self.method.USES_GRADIENTS and not is_trained:
                part.requires_grad_(False)
        if self.extractor is not None:
            self.extractor.requires_grad_(self.phase.with_encoder)

    def reset(self):
        """Reset the parts that the phase trains from their initial parameters."""
        parts = self.parts("resets", self.phase.fresh)
        for name in self.phase.fresh:
            parts[name].load_state_dict(self.untrained[name])

    def phase_weights(self):
        """Return the weights of the losses, 0 for those that the phase omits."""
        weights, given = self.config.weights, set(self.phase.losses)
        if unknown := sorted(given - set(weights)):
            raise ValueError(
                f"phase {self.phase.name!r}: expected losses among "
                f"{', '.join(weights)}, found {', '.join(unknown)}"
            )
        given = given | {"alignment"} if given else set(weights)
        return {n: w if n in given else 0.0 for n, w in weights.items()}

    def parts(self, verb, names):
        """Return the parts of the method by name; ValueError for an unknown name."""
        parts = dict(self.method.named_children())
        if unknown := sorted(set(names) - set(parts)):
            raise ValueError(
                f"phase {self.phase.name!r} {verb} {', '.join(unknown)}; "
                f"{type(self.method).__name__} has {', '.join(parts)}"
            )
        return parts

    def init_optimizers(self):
        """Optimise what is not frozen, at the phase's share of the rate.

        The encoder has an optimiser of its own: gradients are clipped for
        each, and a pretrained encoder needs smaller steps. A method without
        gradient steps has no optimizer.
        """
        self.optimizers_dict = {}
        if not self.method.USES_GRADIENTS:
            return
        trained = _trainable(self.method)
        if self.config.alignment is not None:
            trained += _trainable(self.config.alignment)
        self.optimizers_dict["optimizer"] = self.opt_class(trained)
        if self.extractor is not None and _trainable(self.extractor):
            self.optimizers_dict["encoder_optimizer"] = self.encoder_opt_class(
                _trainable(self.extractor)
            )
        self.base_lr = {
            name: optimizer.defaults["lr"] * self.phase.lr_factor
            for name, optimizer in self.optimizers_dict.items()
        }
        if self.checkpointer is not None:
            self.checkpointer.add_recoverables(self.optimizers_dict)

    def make_dataloader(self, dataset, stage, **loader):
        """Create a data loader of frames or waveforms, and the codes."""
        with_sound = select_input(dataset, self.sound)
        found = super().make_dataloader(with_sound, stage, **loader)
        if found.persistent_workers:
            found.__class__ = PersistentLoader
        return found

    def compute_forward(self, batch, stage):
        """Predict, on augmented frames in training."""
        augment = self.config.augment if stage == sb.Stage.TRAIN else ()
        return self.modules.step(self.given(batch), augment)

    def given(self, batch):
        """Return the items of a batch that the method reads, on the device."""
        batch = batch.to(self.device)
        return {key: batch[key] for key in self.keys if hasattr(batch, key)}

    def compute_objectives(self, predictions, batch, stage):
        """Return the weighted sum of the losses, and add up each for the log."""
        output, losses = predictions
        loss = combine(losses, self.weights)
        self.n_summed += 1
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value.detach().item()
        if stage == sb.Stage.VALID:
            outputs = self.config.scheme.decode(output.logits)
            self.predicted += outputs.tolist()
            # Values are a tensor with lengths.
            self.target += batch[self.config.scheme.key].data.tolist()
        return loss

    def on_fit_start(self):
        """Log how many epochs a resumed phase has already."""
        super().on_fit_start()
        if done := len(self.records.records):
            logger.info(
                "seed: %d, phase: %s, %d of %s done before",
                *(self.config.seed, self.phase.name, done),
                pluralise(self.phase.epochs, "epoch"),
            )

    def on_stage_start(self, stage, epoch=None):
        """Seed the epoch, so that it does not depend on earlier epochs."""
        self.sums, self.n_summed = {}, 0
        self.predicted, self.target = [], []
        if stage == sb.Stage.TRAIN:
            self.epoch, self.started = epoch, time.time()
            seed = seed_for(
                self.config.seed, f"{self.phase.name}, epoch {epoch}"
            )
            torch.manual_seed(seed)
            self.train_loader.dataset.view_seed.fill_(seed)
            self.method.progress = (epoch - 1) / self.phase.epochs
            self.method.begin_epoch(self.train_loader)

    def fit_batch(self, batch):
        """Make a step; without gradient steps, compute the losses alone."""
        if self.method.USES_GRADIENTS:
            return super().fit_batch(batch)
        with torch.no_grad(), self.training_ctx:
            predictions = self.compute_forward(batch, sb.Stage.TRAIN)
            loss = self.compute_objectives(predictions, batch, sb.Stage.TRAIN)
        return loss.cpu()

    def on_fit_batch_start(self, batch, should_step):
        """Set the progress of the method and the learning rate."""
        done = self.epoch - 1 + (self.step - 1) / self.n_batches
        self.method.progress = done / self.phase.epochs
        factor = self.config.schedule(self.method.progress)
        for name, optimizer in self.optimizers_dict.items():
            for group in optimizer.param_groups:
                group["lr"] = self.base_lr[name] * factor

    def on_stage_end(self, stage, stage_loss, epoch=None):
        """Record the epoch and save what selection or a restart needs."""
        if stage == sb.Stage.TRAIN:
            self.train_record = {
                "train_loss": stage_loss,
                **{
                    f"train_{name}": total / self.n_summed
                    for name, total in self.sums.items()
                },
            }
        if stage == sb.Stage.VALID:
            scores = self.config.scheme.scores(self.target, self.predicted)
            record = {
                "epoch": epoch,
                **self.learning_rate(),
                **self.train_record,
                "source_valid_loss": float(stage_loss),
                **{f"source_valid_{k}": v for k, v in scores.items()},
            }
            if self.selection.oracle is not None:
                record["oracle_target_uar"] = self.selection.oracle(self)
            record["seconds"] = round(time.time() - self.started, 2)
            self.log(record)  # first: a kill in between repeats the line
            self.keep(record)

    def log(self, record):
        """Log an epoch in one line, on the console and in a file."""
        if self.train_logger is None:
            return
        self.train_logger.log_stats(
            {
                "seed": self.config.seed,
                "phase": self.phase.name,
                "epoch": record["epoch"],
                **{k: f"{v:.3g}" for k, v in self.learning_rate().items()},
                "seconds": f"{record['seconds']:.1f}",
            },
            *readable(record),
        )

    def learning_rate(self):
        """Return the learning rate of the method, if it has an optimizer."""
        if not self.optimizers_dict:
            return {}
        groups = self.optimizers_dict["optimizer"].param_groups
        return {"lr": groups[0]["lr"]}

    def keep(self, record):
        """Save this epoch, and delete all others but the selected one."""
        self.records.append(record)
        if self.checkpointer is None:
            return
        selected = pick_epoch(self.records.records, self.selection.rule)[
            "epoch"
        ]
        self.checkpointer.save_checkpoint(
            meta={"epoch": record["epoch"]}, verbosity=logging.DEBUG
        )
        self.checkpointer.delete_checkpoints(
            verbosity=logging.DEBUG,
            num_to_keep=0,
            importance_keys=[ckpt_recency],  # without a key none is deleted
            ckpt_predicate=lambda kept: (
                kept.meta.get("epoch") not in (selected, record["epoch"])
            ),
        )

    def fit_phase(self, train_set, valid_set, train_loader, valid_loader):
        """Train through the epochs of the phase, resuming where it stopped."""
        # SpeechBrain does not set the epoch of a batch sampler.
        self.train_sampler = train_loader.get(
            "sampler", train_loader.get("batch_sampler")
        )
        self.train_loader = self.make_dataloader(
            train_set, sb.Stage.TRAIN, **train_loader
        )
        self.n_batches = len(self.train_loader)
        counter = sb.utils.epoch_loop.EpochCounter(limit=self.phase.epochs)
        if self.checkpointer is not None:
            self.checkpointer.add_recoverable("counter", counter)
            if self.test_only:
                self.checkpointer.recover_if_possible()
        self.fit(
            counter,
            self.train_loader,
            valid_set,
            valid_loader_kwargs=dict(valid_loader),
        )

    def load_selected(self):
        """Load the parameters of the selected epoch into the method."""
        record = pick_epoch(self.records.records, self.selection.rule)
        kept = self.checkpointer.find_checkpoint(
            ckpt_predicate=lambda c: c.meta.get("epoch") == record["epoch"]
        )
        for name, module in self.trained.items():
            module.load_state_dict(
                torch.load(kept.paramfiles[name], map_location=self.device)
            )
        return record

    def extracted(self, dataset, loader, has_bar=False):
        """Extract features of a dataset in its order, for evaluation.

        Yields
        ------
        batch : PaddedBatch
            As loaded.
        given : dict
            The method's ``INPUTS``; ``frames`` are extracted now.
        """
        batches = self.make_dataloader(
            dataset, sb.Stage.TEST, ckpt_prefix=None, **loader
        )
        self.modules.eval()
        hidden = self.noprogressbar or not has_bar
        for batch in tqdm(batches, dynamic_ncols=True, disable=hidden):
            given = self.given(batch)
            yield batch, self.method.inputs(given, self.extract(given))

    @torch.inference_mode()
    def predict(self, dataset, loader):
        """Run the method over a dataset, in its order.

        Arguments
        ---------
        dataset : DynamicItemDataset
            Only ``id`` and the sound are read.
        loader : dict
            Keyword arguments of the data loader.

        Returns
        -------
        ids : list of str
            One per row.
        outputs : torch.Tensor, (rows, classes or dimensions)
            Probabilities or values, on CPU.
        embeddings : torch.Tensor, (rows, dim)
            On CPU.
        """
        ids, logits, embeddings = [], [], []
        for batch, given in self.extracted(dataset, loader, has_bar=True):
            output = self.method(given)
            ids += batch.id
            logits.append(output.logits.float().cpu())
            embeddings.append(output.embedding.float().cpu())
        outputs = self.config.scheme.decode(torch.cat(logits))
        return ids, outputs, torch.cat(embeddings)

    @torch.inference_mode()
    def examples(self, dataset, loader) -> dict:
        """Compute the values of single utterances that the report shows.

        Arguments
        ---------
        dataset, loader : DynamicItemDataset, dict
            As for ``predict``.

        Returns
        -------
        dict
            Name to utterance id to dict; see ``Method.examples``.
        """
        found = {}
        for batch, given in self.extracted(dataset, loader):
            shown = self.method.examples(given)
            for name, values in shown.items():
                rows = zip(batch.id, values, strict=True)
                found.setdefault(name, {}).update(rows)
        return found


def _trainable(module):
    return [p for p in module.parameters() if p.requires_grad]
