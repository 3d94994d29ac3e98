#!/usr/bin/env python3
"""Train and score a cross-lingual speech emotion recogniser.

The method, its features and its phases stand in the YAML; who trains, who is
scored and under which supervision stands in the protocol that it names.

> python train.py hparams/source_only.yaml
> python train.py hparams/source_only.yaml --protocol four_without_german \
      --data_folder <folder that holds a folder per corpus> --seeds 3
> python train.py hparams/sere.yaml --trials 10 --seeds 3

With --traceback an error shows where in the code it arose.

Authors
 * The founders of speechbrain-clser 2026
"""

import signal
import sys
from pathlib import Path


def stop(*_):
    """End with one line on Ctrl-C while libraries are imported."""
    sys.stderr.write("Stopped; the same command takes the run up again.\n")
    sys.exit(130)


signal.signal(signal.SIGINT, stop)  # until command_line.run takes over

import speechbrain as sb  # noqa: E402
import torch  # noqa: E402
from hyperpyyaml import load_hyperpyyaml  # noqa: E402
from speechbrain.utils.distributed import run_on_main  # noqa: E402

SEEDS_APART = 1000  # of two trials
THREADS = torch.get_num_threads()  # all cores, or as OMP_NUM_THREADS has it
EXTRACTORS = {"encoder": "extractor", "styles": "style_extractor"}
# What the YAML of a method without gradient steps leaves out.
NO_STEPS = {
    **{"augment": (), "speeds": (), "balance": "none", "cells": None},
    **{"opt_class": None, "encoder_opt_class": None, "schedule": None},
    "target_adaptation": None,
}


def main(arguments, at_end):
    """Prepare, train and score once per trial and seed, report on all of them."""
    from speechbrain_clser.io import naming
    from speechbrain_clser.training import as_found, console, options

    hparams_file, run_opts, overrides = options.parse(arguments)
    sb.utils.distributed.ddp_init_group(run_opts)
    layers = choose_layers(hparams_file, overrides, run_opts)
    hparams = build(hparams_file, overrides, run_opts)
    first, n_trials = hparams["seed"], hparams["trials"]
    trials = [seeds_of(hparams, first, trial) for trial in range(n_trials)]

    at_end.enter_context(as_found.as_found(hparams["output_folder"], trials))
    at_end.enter_context(naming(hparams["output_folder"]))
    names = run_on_main(claim, [hparams, hparams_file, overrides, run_opts])
    if layers:
        run_on_main(write_layers, [hparams, layers])
    found = run_on_main(gather, [hparams])
    for trial, seeds in enumerate(trials):
        material = run_on_main(divide, [hparams, found, trial])
        run_on_main(log_plan, [hparams, run_opts, material, seeds])
        sound = extract(hparams, run_opts, material)
        side_information, phones = load_side_information(
            hparams, material, sound
        )
        for seed in seeds:
            overrides["seed"] = seed
            if seed != first:
                hparams = build(hparams_file, overrides, run_opts)
            sb.create_experiment_directory(
                experiment_directory=seed_folder(hparams, material),
                hyperparams_to_save=hparams_file,
                overrides=overrides,
                log_config=console.LOG_CONFIG,
            )
            inputs = sound, side_information, phones
            brain, datasets = train(hparams, run_opts, material, *inputs)
            run_on_main(score, [hparams, brain, datasets, material, sound])
        run_on_main(compare, [hparams, names, material, sound, seeds])
        run_on_main(export, [hparams, run_opts, material, sound])
    run_on_main(report, [hparams])


def build(hparams_file, overrides, run_opts):
    """Build the objects that the YAML describes."""
    from speechbrain_clser.training import run_folder

    with open(hparams_file, encoding="utf-8") as file:
        hparams = NO_STEPS | load_hyperpyyaml(file, overrides)
    if "output_folder" not in overrides:
        hparams["output_folder"] += run_folder.suffix(overrides)
    if run_opts["debug"]:  # two batches are no result
        hparams["output_folder"] = f"{hparams['output_folder']}/debug"
    if not any(phase.with_encoder for phase in hparams["phases"]):
        hparams["extractor"] = hparams["extractor"].frozen_copy()
    return hparams


def choose_layers(hparams_file, overrides, run_opts):
    """Put the layers chosen by linear probes in the place of `--layers auto`.

    Source utterances alone are looked at. Gives the scores of all candidates.
    """
    if overrides.get("layers") != "auto":
        return None
    from speechbrain_clser.data import prepare
    from speechbrain_clser.training import layer_choice

    hparams = build(hparams_file, {**overrides, "layers": None}, run_opts)
    set_threads(hparams, with_encoder=True)
    args = (
        *(protocol_of(hparams), hparams["data_folder"]),
        *(Path(hparams["cache_folder"], "manifests"), hparams["normalise_by"]),
        *(set(), hparams["allow_bad_files"]),
    )
    parts = run_on_main(prepare.prepare, args).parts
    layers = layer_choice.choose(
        hparams.get("encoder_extractor", hparams["extractor"]),
        [*parts.train, *parts.valid],
        hparams["scheme"],
        hparams["cache_folder"],
        hparams["normalise_by"],
        run_opts["device"] or sb.utils.distributed.infer_device(),
    )
    overrides["layers"] = layers["chosen"]
    return layers


def write_layers(hparams, layers):
    """Write the scores behind the chosen layers, and print the choice."""
    from speechbrain_clser.training import layer_choice

    print(layer_choice.record(layers, hparams["output_folder"]))


def seeds_of(hparams, first, trial):
    """Seeds of a trial; no two trials share one, so that they are independent."""
    first += SEEDS_APART * trial
    return range(first, first + hparams["seeds"])


def seed_folder(hparams, material):
    """Folder of one training within that of its trial."""
    return trial_folder(hparams, material) / f"seed_{hparams['seed']}"


def trial_folder(hparams, material):
    """Folder of a trial within that of the run: the same one for the first."""
    from speechbrain_clser.training import run_folder

    return run_folder.of_trial(hparams["output_folder"], material.trial)


def claim(hparams, hparams_file, overrides, run_opts):
    """Refuse a folder of a run with other settings; name the baselines."""
    from speechbrain_clser.training import baselines, phases, settings
    from speechbrain_clser.training.target_adaptation import refuse_unusable

    phases.refuse_empty(hparams["phases"])
    refuse_unusable(
        hparams["target_adaptation"], protocol_of(hparams), hparams["extractor"]
    )
    names = baselines.usable(
        hparams["baselines"], hparams["extractor"], "baselines" in overrides
    )
    settings.check_same_settings(
        hparams["output_folder"],
        {
            **settings.settings(hparams_file, overrides, run_opts),
            **{
                f"key of the {title}": hparams[name].key
                for title, name in EXTRACTORS.items()
                if name in hparams
            },
        },
    )
    return names


def gather(hparams):
    """Write manifests of all corpora, and list what is in them."""
    from speechbrain_clser.data import prepare

    set_threads(hparams, with_encoder=True)
    protocol = protocol_of(hparams)
    prepare.refuse_same_trials(protocol, hparams["trials"])
    return prepare.load_corpora(
        protocol,
        hparams["data_folder"],
        Path(hparams["output_folder"], "manifests"),
        hparams["allow_bad_files"],
    )


def protocol_of(hparams):
    """The protocol that the YAML names, with the changes it makes."""
    from speechbrain_clser.data import protocol

    return protocol.load(hparams["protocol"], hparams.get("protocol_changes"))


def divide(hparams, found, trial):
    """Cut the parts, audit them, refuse what leaks."""
    from speechbrain_clser.data import prepare

    metadata = set(hparams["method"].TARGETS)
    if hparams.get("phones") == "align":
        metadata.add("text")
    if not hparams["extractor"].is_shared:
        metadata.add("language")
    return prepare.make_splits(
        protocol_of(hparams),
        *found,
        normalise_by=hparams["normalise_by"],
        used={part for phase in hparams["phases"] for part in phase.parts},
        trial=trial,
        metadata=metadata,
        adaptation=hparams["target_adaptation"],
    )


def set_threads(hparams, with_encoder):
    """Use all threads where a large encoder runs; what is trained is small."""
    is_heavy = with_encoder and hparams["extractor"].is_large
    torch.set_num_threads(THREADS if is_heavy else hparams["threads"])


def log_plan(hparams, run_opts, material, seeds):
    """Say what will happen, and write it into the folder of the trial."""
    from speechbrain_clser.training import plan, run_folder

    device = run_opts["device"] or sb.utils.distributed.infer_device()
    run_folder.write(
        trial_folder(hparams, material),
        material,
        device,
        sys.argv,
        hparams["extractor"],
    )
    if material.trial:  # all that differs is who was drawn
        print(f"\ndraw {material.trial}, seeds {[*seeds]}")
        return
    print(
        plan.plan(
            run_folder.describe(material),
            material.ledger,
            material.findings,
            f"encoder {hparams['encoder']}, features normalised by "
            f"{hparams['normalise_by']}, device {device}, seeds {[*seeds]}",
        )
    )


def extract(hparams, run_opts, material):
    """Give the sound of every utterance, read when asked for, per speed.

    Stored frames, where any part of the extractor is frozen; samples, where any
    learns.
    """
    from speechbrain_clser.data import dataio
    from speechbrain_clser.features import load_features
    from speechbrain_clser.training import run_folder

    set_threads(hparams, with_encoder=True)
    extractor, sound = hparams["extractor"], {}
    how = (
        Path(hparams["cache_folder"], "frames"),
        material,
        dataio.training_rows(material, hparams["phases"]),
        hparams["normalise_by"],
        hparams["speed_perturb"],
        hparams["store_dtype"],
        run_opts["device"] or sb.utils.distributed.infer_device(),
    )
    if not extractor.is_frozen:
        sound["wavs"] = load_features.views(extractor, *how)
    if extractor.has_frozen_part:
        sound["frames"] = load_features.views(extractor.frozen_copy(), *how)
    set_threads(hparams, with_encoder=not extractor.is_frozen)
    if extractor.may_be_nan:
        folder = trial_folder(hparams, material)
        frames = sound["frames"][0].frames
        args = [extractor.columns, material.parts, frames]
        run_on_main(run_folder.write_undefined, [folder, *args])
    return sound


def at_own_speed(sound):
    """What is heard of everybody: stored frames, where there are any."""
    return (sound.get("frames") or sound["wavs"])[0]


def load_side_information(hparams, material, sound):
    """Find out what the method is told beside the sound, if it asks."""
    from speechbrain_clser.data import dataio, pipeline
    from speechbrain_clser.features import phone_labels
    from speechbrain_clser.features.loading import load_features
    from speechbrain_clser.training import run_folder

    wanted, side_information, phones = hparams["method"].TARGETS, {}, []
    rows_used = dataio.training_rows(material, hparams["phases"])
    rows_used += material.parts.valid  # its losses are computed too
    if "style" in wanted:
        (side_information["style"],) = load_features(
            hparams["style_extractor"],
            Path(hparams["cache_folder"], "frames"),
            material,
            rows_used,
            "none",
        )
    if "phones" in wanted:
        said = phone_labels.phone_labels(
            hparams["phones"],
            rows_used,
            at_own_speed(sound),
            hparams["extractor"].frames_per_s,
            Path(hparams["cache_folder"], "phones"),
            hparams["phone_recogniser"],
        )
        folder = trial_folder(hparams, material)
        run_on_main(
            run_folder.write_phones,
            [folder, hparams["phones"], rows_used, said],
        )
        phones, side_information["phones"] = phone_labels.phone_codes(
            rows_used, said, hparams["vowels_only"]
        )
    if "oracle_emotion" in wanted:
        side_information["oracle_emotion"] = {
            row.id: hparams["scheme"].index(row.emotion, pipeline.UNKNOWN)
            for row in rows_used
        }
    return side_information, phones


def train(hparams, run_opts, material, sound, side_information, phones):
    """Run the phases; labels of the scored part are not among the data."""
    from speechbrain_clser.data import dataio
    from speechbrain_clser.inference import normaliser
    from speechbrain_clser.training import phases, scoring

    codes, datasets = dataio.datasets_of(
        material, hparams["phases"], sound, side_information
    )
    loaders = dataio.loaders_of(
        material,
        hparams["phases"],
        hparams["balance"],
        hparams["seed"],
        hparams["batch_size"],
        hparams["hierarchical_sampling"],
    )
    folder, evaluation = seed_folder(hparams, material), loaders["eval"]
    # Filling a store draws from the same generator; a full one does not.
    torch.manual_seed(hparams["seed"])
    hparams["method"].setup(codes.speaker_languages, phones)

    def before(brain):
        name, valid = "source_valid_before", datasets["valid"]
        run_on_main(scoring.embed, [brain, name, valid, folder, evaluation])

    def oracle(brain):
        return scoring.target_uar(
            brain,
            material.parts.scored,
            datasets["scored"],
            hparams["scheme"],
            evaluation,
        )

    brain = phases.run_phases(
        hparams["phases"],
        hparams["method"],
        datasets,
        folder,
        loaders,
        rule=material.protocol.select_by,
        before=before,
        begin=lambda in_step: set_threads(hparams, with_encoder=in_step),
        oracle=oracle if material.ledger.oracle else None,
        loss_weights=hparams["loss_weights"],
        scheme=hparams["scheme"],
        seed=hparams["seed"],
        schedule=hparams["schedule"],
        augment=hparams["augment"],
        opt_class=hparams["opt_class"],
        extractor=hparams["extractor"] if "wavs" in sound else None,
        normaliser=normaliser.as_stored(sound),
        encoder_opt_class=hparams["encoder_opt_class"],
        hparams=hparams,
        run_opts=run_opts,
    )
    return brain, datasets


def score(hparams, brain, datasets, material, sound):
    """Write the predictions from which every score is computed."""
    from speechbrain_clser.training import adapting, attention, highlights
    from speechbrain_clser.training.scoring import score

    parts, plan = material.parts, hparams["target_adaptation"]
    args = (
        hparams["scheme"],
        seed_folder(hparams, material),
        {"batch_size": hparams["batch_size"]},
    )
    for name, rows, data in (
        ("source_valid", parts.valid, datasets["valid"]),
        ("target_scored", parts.scored, datasets.get("scored")),
    ):
        if rows:
            file = adapting.file_of(plan, name)
            score(brain, name, rows, data, *args, file)
    adapting.predict_parts(plan, brain, material, sound, *args[1:])
    if not parts.scored:
        return
    for what in (highlights, attention):
        what.write(brain, parts.scored, datasets["scored"], *args)


def compare(hparams, names, material, sound, seeds):
    """Fit the baselines on the method's training set and features; adapt all."""
    from speechbrain_clser.data import dataio
    from speechbrain_clser.training import adapting, baselines

    if not material.parts.scored:
        return
    folder = trial_folder(hparams, material)
    args = (
        names,
        material,
        dataio.training_rows(material, hparams["phases"]),
        at_own_speed(sound),
        {seed: folder / f"seed_{seed}" for seed in seeds},
    )
    baselines.answer(*args)
    adapting.adapt(hparams["target_adaptation"], *args)


def export(hparams, run_opts, material, sound):
    """Make a model folder of the best training, when it is of this trial."""
    from speechbrain_clser.inference.export import export
    from speechbrain_clser.inference.select import select_training

    folder = Path(hparams["output_folder"])
    choice = select_training(folder)
    if run_opts["debug"] or choice.trial != material.trial:
        return  # a debug run keeps no parameters
    if not hparams["extractor"].is_shared:
        print("no model folder: sound alone does not tell which encoder hears")
        return
    export(
        choice,
        folder / "model",
        hparams["extractor"],
        sound,
        material.parts.train,
        hparams["bundle_encoder"],
    )


def report(hparams):
    """Compute all scores, write the report, print the short table."""
    from speechbrain_clser.evaluation import page, report
    from speechbrain_clser.publish.model_results import add_results

    folder = hparams["output_folder"]
    if not protocol_of(hparams).targets:
        print(f"\nnot scored: the protocol has no targets; run: {folder}")
        return
    print(report.summary(report.build(folder)))
    add_results(folder)
    print(f"\nreport: {page.write(folder).resolve()}")


if __name__ == "__main__":
    from speechbrain_clser.training import command_line

    command_line.run(main, sys.argv[1:])
