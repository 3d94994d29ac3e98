#!/usr/bin/env python3
"""Train and test a cross-lingual speech emotion recogniser.

The YAML defines the method, its features and the phases of training. The protocol
that it names defines the training set, the test set and the supervision.

> python train.py hparams/source_only.yaml
> python train.py hparams/source_only.yaml --protocol four_to_emodb \
      --data_folder <folder that holds a folder per corpus> --seeds 3
> python train.py hparams/sere.yaml --trials 10 --seeds 3

The Brain is ``speechbrain_clser.training.brain.MethodBrain``: its
``compute_forward`` and ``compute_objectives`` call the method's ``forward`` and
``losses``. All steps around the training are methods of
``speechbrain_clser.training.experiment.Experiment``. With --traceback an error shows
where in the code it arose.

Authors
 * The founders of speechbrain-clser 2026
"""

import sys


def main(arguments, at_end):
    """Train once per trial and seed, test, and report on all of them."""
    from speechbrain_clser.training import console, options
    from speechbrain_clser.training.experiment import Experiment

    import speechbrain as sb
    from speechbrain.utils.distributed import run_on_main

    hparams_file, run_opts, overrides = options.parse(arguments)
    sb.utils.distributed.ddp_init_group(run_opts)
    experiment = Experiment(hparams_file, overrides, run_opts)
    hparams = experiment.hparams
    trials = experiment.start(
        at_end, hparams["trials"], hparams["seeds"], hparams["baselines"]
    )
    corpora = experiment.load_corpora(
        hparams["data_folder"],
        hparams["allow_bad_files"],
        hparams["skip_prep"],
    )
    for trial, seeds in enumerate(trials):
        data = experiment.make_splits(corpora, trial, hparams["normalise_by"])
        run_on_main(print, [experiment.plan(data)])
        features = experiment.extract_features(
            data,
            hparams["speed_perturb"],
            hparams["store_dtype"],
            hparams["threads"],
        )
        side_information = experiment.load_side_information(
            hparams["side_information"], data, features
        )
        for seed in seeds:
            folder = experiment.begin_seed(trial, seed)
            sb.create_experiment_directory(
                experiment_directory=folder,
                hyperparams_to_save=hparams_file,
                overrides=overrides,
                log_config=console.LOG_CONFIG,
            )
            trained = train(
                experiment, data, features, side_information, folder
            )
            run_on_main(experiment.score, [*trained, data, features, folder])
        run_on_main(experiment.compare_baselines, [data, features])
        run_on_main(
            experiment.export, [data, features, hparams["bundle_encoder"]]
        )
    run_on_main(lambda: print(experiment.report(hparams["report"])))


def train(experiment, data, features, side_information, folder):
    """Run the phases of training, without labels of the test set."""
    from speechbrain_clser.data import dataio
    from speechbrain_clser.inference import normaliser
    from speechbrain_clser.training import phases, records, scoring, step

    from speechbrain.utils.distributed import run_on_main

    hparams = experiment.hparams
    codes, datasets = dataio.datasets_of(
        data, hparams["phases"], features.views, side_information
    )
    loaders = dataio.loaders_of(
        data,
        hparams["phases"],
        hparams["balance"],
        hparams["seed"],
        hparams["batch_size"],
        hparams["hierarchical_sampling"],
        hparams["dataloader_options"],
    )
    experiment.set_up_method(codes)

    def embed_untrained(brain):
        args = (datasets["valid"], folder, loaders["eval"])
        run_on_main(scoring.embed, [brain, "source_valid_before", *args])

    def target_uar(brain):  # for an oracle rule only
        args = (data.parts.test, datasets["test"], hparams["scheme"])
        return scoring.target_uar(brain, *args, loaders["eval"])

    brain = phases.run_phases(
        hparams["phases"],
        hparams["method"],
        datasets,
        folder,
        loaders,
        records.EpochSelection(
            data.protocol.select_by, target_uar if data.ledger.oracle else None
        ),
        before=embed_untrained,
        begin=lambda in_step: experiment.set_threads(
            hparams["threads"], with_encoder=in_step
        ),
        config=step.TrainingConfig(
            hparams["loss_weights"],
            hparams["scheme"],
            hparams["seed"],
            hparams["schedule"],
            hparams["augment"],
            hparams["domain_alignment"],
        ),
        encoder=step.EncoderTraining(
            hparams["extractor"] if "wavs" in features.views else None,
            normaliser.as_stored(features.views),
            hparams["encoder_opt_class"],
        ),
        save_folder=hparams["save_folder"],
        train_logger=hparams["train_logger"],
        opt_class=hparams["opt_class"],
        hparams=hparams,
        run_opts=experiment.run_opts,
    )
    return brain, datasets


if __name__ == "__main__":
    from speechbrain_clser.training import command_line

    command_line.run(main, sys.argv[1:])
