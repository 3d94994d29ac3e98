"""One experiment of the recipe: data, features, scores, baselines, model, report.

``train.py`` calls the methods of ``Experiment`` in the order in which they are
written here, and trains between them.
"""

import logging
import sys
from pathlib import Path

import torch
import yaml
from hyperpyyaml import load_hyperpyyaml
from speechbrain.utils.distributed import infer_device, run_on_main
from speechbrain.utils.train_logger import FileTrainLogger

from speechbrain_clser import corpora
from speechbrain_clser.data import dataio, prepare, protocol
from speechbrain_clser.features.loading import Features, load_features
from speechbrain_clser.features.transcripts import load_transcripts
from speechbrain_clser.io import naming
from speechbrain_clser.tasks import CLASSES
from speechbrain_clser.training import (
    adapting,
    as_found,
    baselines,
    domain_alignment,
    examples,
    layer_choice,
    phases,
    run_folder,
    scoring,
    settings,
)
from speechbrain_clser.training.target_adaptation import refuse_unusable
from speechbrain_clser.training.task_options import refuse_task

logger = logging.getLogger(__name__)

SEED_DISTANCE = 1000  # between the first seeds of two trials
ALL_THREADS = torch.get_num_threads()  # all cores, or OMP_NUM_THREADS
# Of keys that a YAML may leave out.
DEFAULTS = {
    **{"augment": (), "speed_perturb": (), "balance": "none"},
    **{"hierarchical_sampling": None, "schedule": None},
    **{"opt_class": None, "encoder_opt_class": None},
    **{"target_adaptation": None, "protocol_changes": None},
    "task": CLASSES,
    "domain_alignment": None,
    **{"side_information": {}, "dataloader_options": {}},
    "skip_prep": False,
    "report": True,
}


class Experiment:
    """Run the experiment of a YAML, its overrides and SpeechBrain's options.

    ``hparams`` is the built YAML, of the seed that is trained at the moment.

    Arguments
    ---------
    hparams_file : str
        The YAML.
    overrides : dict
        Values for its keys; ``layers: auto``, also of the YAML, is replaced by the
        chosen layers.
    run_opts : RunOptions
        SpeechBrain's.
    """

    def __init__(self, hparams_file, overrides, run_opts):
        self.hparams_file, self.run_opts = hparams_file, run_opts
        self.overrides = overrides
        self.device = run_opts["device"] or infer_device()
        self.layers, self.folder = None, self._run_folder()
        nodes = settings.resolved(hparams_file, overrides)
        if "layers" in nodes and nodes["layers"].value == "auto":
            self.layers = self._choose_layers()
        if self.layers:
            overrides["layers"] = self.layers["chosen"]
            self.folder = self._run_folder()
        self.hparams = self._build(overrides)
        self.protocol = self._load_protocol()

    def start(self, at_end, n_trials, n_seeds, names) -> list:
        """Check the run folder and all options before any computation.

        Arguments
        ---------
        at_end : contextlib.ExitStack
            Restores the run folder if an error is raised before any training.
        n_trials, n_seeds : int
            Samples of labelled utterances, and trainings on each.
        names : list of str
            Of the baselines.

        Returns
        -------
        list of range
            Seeds of each trial. No two trials share a seed, so that they are
            independent.

        Raises
        ------
        ValueError
            If the folder holds a run with other settings, or an option does
            not fit the protocol or the encoder.
        """
        first = self.hparams["seed"]
        firsts = [first + SEED_DISTANCE * trial for trial in range(n_trials)]
        self.seeds = [range(start, start + n_seeds) for start in firsts]
        at_end.enter_context(as_found.as_found(self.folder, self.seeds))
        at_end.enter_context(naming(self.folder))
        run_on_main(self._check, [names])
        prepare.refuse_same_trials(self.protocol, n_trials)
        if self.layers:
            path = self.folder / "layers.json"
            run_on_main(run_folder.write_json, [path, self.layers])
        return self.seeds

    def load_corpora(self, data_folder, allow_bad_files, skip_prep) -> tuple:
        """Write the manifests of all corpora, and list their utterances."""
        manifests = self.folder / "manifests"
        args = (self.protocol, data_folder, manifests, allow_bad_files)
        return run_on_main(prepare.load_corpora, [*args, skip_prep])

    def make_splits(self, corpora, trial, normalise_by):
        """Make the splits of a trial, audit them, and refuse leaks.

        Arguments
        ---------
        corpora : tuple
            Of ``load_corpora``.
        trial : int
            The first is 0.
        normalise_by : str
            Whose statistics normalise the features; for the ledger.

        Returns
        -------
        PreparedData
            Its protocol, splits, audit and ledger are written to the folder
            of the trial.
        """
        hparams = self.hparams
        metadata = set(hparams["method"].TARGETS)
        for source in self._used(hparams["side_information"]).values():
            metadata |= source.metadata
        if not hparams["extractor"].is_shared:
            metadata.add("language")
        if hparams["extractor"].text is not None:
            metadata.add("input_text")
        kwargs = {
            "normalise_by": normalise_by,
            "used": {part for p in hparams["phases"] for part in p.parts},
            "trial": trial,
            "metadata": metadata,
            "adaptation": hparams["target_adaptation"],
        }
        data = run_on_main(
            prepare.make_splits, [self.protocol, *corpora], kwargs
        )
        args = (self.trial_folder(trial), data, self.device, sys.argv)
        run_on_main(run_folder.write, [*args, hparams["extractor"]])
        return data

    def plan(self, data) -> str:
        """Describe what the run will do."""
        hparams, seeds = self.hparams, [*self.seeds[data.trial]]
        if data.trial:  # only the labelled utterances differ
            return f"\ntrial {data.trial}, seeds {seeds}"
        chosen = [layer_choice.sentence(self.layers)] if self.layers else []
        description = run_folder.plan(
            run_folder.describe(data),
            data.ledger,
            data.findings,
            f"encoder {hparams['encoder']}, features normalised by "
            f"{hparams['normalise_by']}, device {self.device}, seeds {seeds}",
        )
        return "\n".join([*chosen, description])

    def extract_features(self, data, speeds, dtype, n_threads) -> Features:
        """Extract the features of every utterance, or open its waveform.

        Arguments
        ---------
        data : PreparedData
            Of a trial.
        speeds : sequence of float
            Factors, of copies of the training utterances.
        dtype : str
            Of stored frames; see ``features.store.Store``.
        n_threads : int
            Of torch, where no large encoder runs.

        Returns
        -------
        Features
            Stored frames, where any part of the encoder is frozen; samples,
            where any is trained; embedded transcripts, if there is a text encoder.
        """
        extractor = self.hparams["extractor"]
        rows = dataio.training_rows(data, self.hparams["phases"])
        self.set_threads(n_threads, with_encoder=True)
        features = extract_features(
            self.hparams, data, rows, speeds, dtype, self.device
        )
        self.set_threads(n_threads, with_encoder=not extractor.is_frozen)
        if extractor.may_be_nan:
            args = [extractor.columns, data.parts, features.plain.frames]
            folder = self.trial_folder(data.trial)
            run_on_main(run_folder.write_missing_values, [folder, *args])
        for transcripts in features.views.get("text", ()):
            path = self.trial_folder(data.trial) / "text.json"
            found = transcripts.coverage(data.parts.items())
            run_on_main(run_folder.write_json, [path, found])
        return features

    def load_side_information(self, sources, data, features) -> dict:
        """Compute the side information that the method uses."""
        rows = dataio.training_rows(data, self.hparams["phases"])
        rows += data.parts.valid  # its losses are computed too
        found = {}
        for name, source in self._used(sources).items():
            found[name] = source.fit(rows, features)
            if source.report is not None:
                path = self.trial_folder(data.trial) / f"{name}.json"
                run_on_main(run_folder.write_json, [path, source.report])
        return found

    def begin_seed(self, trial, seed) -> Path:
        """Build the YAML again with a seed."""
        self.overrides["seed"] = seed
        if seed != self.hparams["seed"]:
            sources = self.hparams["side_information"]
            self.hparams = self._build(self.overrides, trial)
            self.hparams["side_information"] = sources  # they are fitted
        return self.trial_folder(trial) / f"seed_{seed}"

    def set_up_method(self, codes):
        """Set the numbers of speakers and codes of the method."""
        # Filling a store draws from the same generator; a full one does not.
        torch.manual_seed(self.hparams["seed"])
        vocabularies = {
            name: source.vocabulary
            for name, source in self._used(
                self.hparams["side_information"]
            ).items()
            if source.vocabulary
        }
        method = self.hparams["method"]
        method.setup(codes.speaker_languages, **vocabularies)
        if (alignment := self.hparams["domain_alignment"]) is not None:
            alignment.setup(method, self.hparams["extractor"])

    def set_threads(self, n_threads, with_encoder):
        """Use all threads where a large encoder runs; small networks need few."""
        is_large = with_encoder and self.hparams["extractor"].is_large
        torch.set_num_threads(ALL_THREADS if is_large else n_threads)

    def score(self, brain, datasets, data, features, folder):
        """Write the predictions from which every score is computed."""
        parts, plan_ = data.parts, self.hparams["target_adaptation"]
        args = (
            self.hparams["scheme"],
            folder,
            {"batch_size": self.hparams["batch_size"]},
        )
        for name, rows, dataset in (
            ("source_valid", parts.valid, datasets["valid"]),
            ("test", parts.test, datasets.get("test")),
        ):
            if rows:
                file = adapting.file_of(plan_, name)
                scoring.score(brain, name, rows, dataset, *args, file)
        adapting.predict_parts(plan_, brain, data, features.views, *args[1:])
        if parts.test:
            examples.write(brain, parts.test, datasets["test"], *args)

    def compare_baselines(self, data, features):
        """Fit the baselines on the same training set and features; adapt all."""
        if not data.parts.test:
            return
        folder = self.trial_folder(data.trial)
        args = (
            self.baselines,
            data,
            dataio.training_rows(data, self.hparams["phases"]),
            features.plain,
            {seed: folder / f"seed_{seed}" for seed in self.seeds[data.trial]},
        )
        baselines.write_baselines(*args)
        adapting.adapt(self.hparams["target_adaptation"], *args)

    def export(self, data, features, bundle_encoder):
        """Make the model folder, if the selected training is of this trial."""
        from speechbrain_clser.inference.export import export, no_export
        from speechbrain_clser.inference.select import select_training

        choice = select_training(self.folder)
        if self.run_opts["debug"] or choice.trial != data.trial:
            return  # a debug run keeps no parameters
        extractor = self.hparams["extractor"]
        if problem := no_export(extractor):
            logger.warning("no model folder: %s", problem)
            return
        export(
            choice,
            self.folder / "model",
            extractor,
            features.views,
            data.parts.train,
            bundle_encoder,
        )

    def report(self, is_wanted=True) -> str:
        """Compute all scores and write the report, if it is wanted."""
        from speechbrain_clser.evaluation import page, report
        from speechbrain_clser.inference.model_results import add_results

        if not self.protocol.targets:
            return (
                f"\nnot scored: the protocol has no targets; run: {self.folder}"
            )
        if not is_wanted:
            return (
                f"\nno report, as wanted; for one: clser report {self.folder}"
            )
        summary = report.summary(report.build(self.folder))
        add_results(self.folder)
        return f"{summary}\n\nreport: {page.write(self.folder).resolve()}"

    def trial_folder(self, trial) -> Path:
        """Find the folder of a trial; that of the first is the run folder."""
        return run_folder.of_trial(self.folder, trial)

    def _run_folder(self) -> Path:
        """Find ``output_folder``; the overrides and debugging are in its name."""
        nodes = settings.resolved(self.hparams_file, self.overrides)
        root = yaml.compose("output_folder: ''")
        root.value = [(root.value[0][0], nodes["output_folder"])]
        name = load_hyperpyyaml(yaml.serialize(root))["output_folder"]
        if "output_folder" not in self.overrides:
            name += run_folder.suffix(self.overrides)
        # Two batches are no result.
        return Path(name, "debug") if self.run_opts["debug"] else Path(name)

    def _build(self, overrides, trial=0):
        """Build the objects that the YAML describes, for a seed of a trial."""
        folder = {"output_folder": str(self.trial_folder(trial))}
        with open(self.hparams_file, encoding="utf-8") as file:
            hparams = DEFAULTS | load_hyperpyyaml(file, {**overrides, **folder})
        training = self.trial_folder(trial) / f"seed_{hparams['seed']}"
        hparams.setdefault("save_folder", str(training / "save"))
        hparams.setdefault(
            "train_logger", FileTrainLogger(str(training / "train_log.txt"))
        )
        hparams["phases"] = domain_alignment.with_unlabelled(
            hparams["phases"],
            hparams["domain_alignment"],
            hparams.get("batch_size"),
        )
        if not any(phase.with_encoder for phase in hparams["phases"]):
            hparams["extractor"] = hparams["extractor"].frozen_copy()
        return hparams

    def _load_protocol(self):
        """Load the protocol with the task of the YAML, if its method can do it."""
        changes = protocol.with_task(
            self.hparams["protocol_changes"], self.hparams["task"]
        )
        found = protocol.load(self.hparams["protocol"], changes)
        refuse_task(found, self.hparams, self.hparams_file)
        return found

    def _choose_layers(self):
        """Choose the encoder's layers by linear probes on source utterances.

        None if the YAML, not the user, says ``auto`` and the encoder has one layer.
        """
        hparams = self.hparams = self._build(self.overrides)
        chosen = self._load_protocol()
        extractor = hparams.get("encoder_extractor", hparams["extractor"])
        if "layers" not in self.overrides and not layer_choice.has_layers(
            extractor
        ):
            logger.info("layers: no choice, the encoder has one layer")
            return None
        self.set_threads(hparams["threads"], with_encoder=True)
        args = (
            chosen,
            hparams["data_folder"],
            Path(hparams["cache_folder"], "manifests"),
            hparams["normalise_by"],
            set(),
            hparams["allow_bad_files"],
        )
        parts = run_on_main(prepare.prepare, args).parts
        return layer_choice.choose(
            extractor,
            [*parts.train, *parts.valid],
            hparams["scheme"],
            hparams["cache_folder"],
            hparams["normalise_by"],
            self.device,
        )

    def _check(self, names):
        hparams = self.hparams
        phases.refuse_empty(hparams["phases"])
        save = self.folder / f"seed_{hparams['seed']}" / "save"
        if Path(hparams["save_folder"]) != save:
            raise ValueError(
                f"save_folder: expected {save}, from which a run is resumed "
                f"and exported, found {hparams['save_folder']}; give another "
                f"--output_folder instead"
            )
        refuse_unusable(
            hparams["target_adaptation"], self.protocol, hparams["extractor"]
        )
        domain_alignment.refuse_unusable(
            hparams["domain_alignment"],
            self.protocol,
            hparams["extractor"],
            hparams["method"],
        )
        self.baselines = baselines.usable(
            names,
            hparams["extractor"],
            "baselines" in self.overrides,
            self.protocol.scheme,
        )
        keys = {
            "encoder": hparams["extractor"].key,
            **{
                f"{name}s": source.key
                for name, source in hparams["side_information"].items()
                if source.key
            },
        }
        settings.check_same_settings(
            self.folder,
            {
                **settings.settings(
                    self.hparams_file, self.overrides, self.run_opts
                ),
                **{f"key of the {name}": key for name, key in keys.items()},
            },
        )

    def _used(self, sources):
        """Side information that the method uses, by name."""
        targets = self.hparams["method"].TARGETS
        return {name: sources[name] for name in sources if name in targets}


def extract_features(hparams, data, rows, speeds, dtype, device) -> Features:
    """Extract the features of all utterances with the encoder of a YAML.

    Arguments
    ---------
    hparams : dict
        The built YAML.
    data : PreparedData
        Gives the utterances.
    rows : list of Utterance
        Of training; these alone are also extracted at other speeds.
    speeds : sequence of float
        Factors.
    dtype : str
        Of stored frames.
    device : str
        Where a frozen encoder runs.

    Returns
    -------
    Features
        As of ``Experiment.extract_features``.
    """
    extractor, folder = hparams["extractor"], Path(hparams["cache_folder"])
    args = (
        *(folder / "frames", data, rows, hparams["normalise_by"]),
        *(speeds, dtype, device),
    )
    views = {}
    if not extractor.is_frozen:
        views["wavs"] = load_features(extractor, *args)
    if extractor.has_frozen_part:
        views["frames"] = load_features(extractor.frozen_copy(), *args)
    if extractor.text is not None:
        args = data.rows, corpora.sentences(), dtype, device
        views["text"] = [
            load_transcripts(extractor.text, folder / "frames", *args)
        ]
    return Features(data, views, extractor.frames_per_s, folder)
