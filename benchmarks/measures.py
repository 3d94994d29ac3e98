"""Build the tables of measured time, memory and errors.

``tables.py`` writes them into results.md.
"""

from measured import CORPUS, difference, read, score

BULK_HOURS, BULK_CORES = 100_000, (64, 512)


def store() -> dict:
    """Compare training with and without the feature store.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("store")
    epoch, extraction = found["epoch"], found["extraction"]
    all_cores = found["all_cores"]
    small, large = found["memory_mb"].items()
    rows = [
        [
            f"an epoch of {epoch['n_utterances']} utterances, from the store",
            f"{epoch['from_store_s']:.2f} s",
        ],
        [
            "the same, the encoder running in every step",
            f"{epoch['from_audio_s']:.2f} s",
        ],
        ["so an epoch is faster by", f"{epoch['times_faster']:.0f} times"],
        [
            f"extraction of {extraction['audio_s']:.0f} s of sound",
            f"{extraction['store_s']:.1f} s of CPU",
        ],
        [
            "the bare encoder on the same batches",
            f"{extraction['bare_s']:.1f} s of CPU",
        ],
        ["so extraction costs", f"{extraction['ratio']:.2f} times the encoder"],
        [
            f"extraction on {all_cores['cores']} cores",
            f"{all_cores['store_utterances_per_s']:.1f} utterances a second",
        ],
        [
            "the bare encoder, a process for each of these cores",
            f"{all_cores['bare_utterances_per_s']:.1f} utterances a second",
        ],
        [
            "so extraction has of the throughput of the encoder",
            f"{100 * all_cores['share']:.0f} %",
        ],
        [
            "random reads, 150 frames of 768 numbers in half precision",
            f"{found['reads']['reads_a_second']:,} a second",
        ],
        *(
            [
                f"memory of a process that fills and reads {int(n):,} of them",
                f"{megabytes} MB",
            ]
            for n, megabytes in (small, large)
        ),
    ]
    return {"columns": ["measured", "result"], "rows": rows}


def pitch() -> dict:
    """Compare F0 trackers on synthetic voices with known F0.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("prosody")
    clean, noisy = found["synthetic"]["clean"], found["synthetic"]["noisy"]
    return {
        "columns": [
            "tracker",
            *("gross error, clean", "voicing error, clean"),
            *("gross error, 10 dB", "voicing error, 10 dB"),
        ],
        "rows": [
            [
                name,
                *(
                    None if value is None else f"{value:.2f}"
                    for errors in (clean[name], noisy[name])
                    for value in (errors["gross"], errors["voicing"])
                ),
            ]
            for name in clean
        ],
    }


def pitch_against_praat() -> dict:
    """Compare F0 trackers on corpora with Praat as the reference.

    Returns
    -------
    dict
        Columns and rows.
    """
    corpora = read("prosody")["against_praat"]
    return {
        "columns": ["tracker", *map(CORPUS.get, corpora)],
        "rows": [
            [
                name,
                *(
                    " / ".join(
                        "–" if error is None else f"{error:.2f}"
                        for error in (of[name]["gross"], of[name]["voicing"])
                    )
                    for of in corpora.values()
                ),
            ]
            for name in corpora["demo"]
        ],
    }


def pitch_speed() -> dict:
    """Compare the real-time factors of trackers and measures.

    Returns
    -------
    dict
        Columns and rows.
    """
    called = {
        "ProsodyMeasures": "ours, with all 103 measures",
        "ProsodyMeasures, 2 s": "the same, in recordings of 2 s",
    }
    return {
        "columns": ["what", "s for 1 s of sound"],
        "rows": [
            [called.get(name, name), f"{speed:.4f}"]
            for name, speed in read("prosody")["speed"].items()
        ],
    }


def phones() -> dict:
    """Compare boundaries of aligned phones with evenly spaced ones.

    Returns
    -------
    dict
        Columns and rows.
    """
    rows = []
    for reader, found in read("phones")["demo"]["reader_of"].items():
        for group in ("all", "female", "male", "quick third", "slow third"):
            error = found["boundaries"][group]
            rows.append(
                [
                    reader,
                    group,
                    f"{error['n_boundaries']:,}",
                    f"{error['median_ms']:.1f}",
                    f"{100 * error['within_20_ms']:.1f}",
                    f"{error['even_median_ms']:.1f}",
                    f"{100 * error['even_within_20_ms']:.1f}",
                ]
            )
    return {
        "columns": [
            *("reader is of", "speech", "boundaries", "median, ms"),
            *("within 20 ms, %", "evenly spaced: median, ms"),
            "within 20 ms, %",
        ],
        "rows": rows,
    }


def graphs() -> dict:
    """List the cost of speaker graphs and communities.

    Returns
    -------
    dict
        Columns and rows.
    """
    rows = []
    for n, of in read("graphs")["sizes"].items():
        size, graph = f"{int(n):,}", of["graph"]
        made = f"graph of {graph['n_edges']:,} edges"
        seconds, memory = f"{graph['seconds']:.2f}", f"{graph['peak_mb']:,}"
        edges = [f"{100 * graph[k]:.1f}" for k in ("found", "true")]
        rows.append([size, made, seconds, memory, *edges, None, None, None])
        for name, found in of["communities"].items():
            seconds = f"{found['seconds']:.2f}"
            parted = f"{found['n_communities']} of {of['n_groups']}"
            good = [f"{found[key]:.3f}" for key in ("modularity", "ari")]
            rows.append([size, name, seconds, None, None, None, parted, *good])
    return {
        "columns": [
            *("speakers", "what", "s", "process, MB"),
            *("edges found, %", "edges true, %"),
            *("communities", "modularity", "ARI"),
        ],
        "rows": rows,
    }


def graph_growth() -> dict:
    """List the growth of the time of a speaker graph.

    Returns
    -------
    dict
        Columns and rows.
    """
    growth = read("graphs")["growth"]
    return {
        "columns": ["from", "to", "exponent"],
        "rows": [
            [*(f"{int(n):,}" for n in sizes.split("-")), f"{exponent:.2f}"]
            for sizes, exponent in growth.items()
        ],
    }


def resonance() -> dict:
    """Compare two implementations of the resonance of all pairs of a batch.

    Returns
    -------
    dict
        Columns and rows.
    """
    return {
        "columns": [
            *("utterances", "frames", "as written, ms", "by sums, ms"),
            *("as written, MiB", "by sums, MiB"),
        ],
        "rows": [
            [
                of["utterances"],
                of["frames"],
                *(
                    f"{of[way][key]:,.1f}"
                    for key in ("time_ms", "memory_mib")
                    for way in ("naive", "sums")
                ),
            ]
            for of in read("resonance")
        ],
    }


def predict() -> dict:
    """Compare ``clser predict`` with a loop over SpeechBrain's ``classify_file``.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("predict")
    n_files = found["n_files"]
    rows = [
        [
            "clser predict" if name == "ours" else f"the loop, {name}",
            *(f"{of[key]:.1f}" for key in ("start_s", "running_s")),
            f"{of['running_cpu_s']:.1f}",
            f"{n_files / of['running_s']:.0f}",
        ]
        for name, of in found["programs"].items()
    ]
    times, whole = (
        f"{found[f'times_faster_{key}']:.1f}" for key in ("running", "whole")
    )
    rows += [
        ["so it is faster, times", None, times, None, None],
        ["with both starts, times", None, whole, None, None],
        ["same labels, files", None, found["same_labels"], None, None],
    ]
    return {
        "columns": [
            *("program", "start, s", "files, s", "files, s of all cores"),
            "files a second",
        ],
        "rows": rows,
    }


def predict_long() -> dict:
    """List time and memory for long recordings.

    Returns
    -------
    dict
        Columns and rows.
    """
    return {
        "columns": ["minutes", "s", "process, MB", "segments"],
        "rows": [
            [
                minutes,
                f"{of['seconds']:.1f}",
                f"{of['peak_mb']:,}",
                of["n_segments"],
            ]
            for minutes, of in read("predict")["long"].items()
        ],
    }


def whisper_cost() -> dict:
    """Compare the cost of Whisper on real frames and padded to 30 s.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("whisper")["cost"]
    # Time for an hour of speech with two cores in use.
    rows = [
        [window, f"{cost:.4f}", f"{cost * 60 / 2:.1f}"]
        for window, cost in found["cpu_s_per_s"].items()
    ]
    return {
        "columns": [
            *("window", "CPU s for 1 s of sound"),
            "1 h of speech on 2 cores, minutes",
        ],
        "rows": [
            *rows,
            [
                "so real frames are cheaper, times",
                f"{found['times_cheaper']:.1f}",
                None,
            ],
        ],
    }


def bulk_cost() -> dict:
    """Compute the cost of 100,000 hours of speech from measured CPU times.

    Returns
    -------
    dict
        Columns and rows: the built-in encoder as measured with ``clser predict``,
        decoding included, and Whisper base without it.
    """
    ours = read("predict")
    cpu_s_per_s = {
        "built-in, with decoding": ours["programs"]["ours"]["running_cpu_s"]
        / ours["sound_s"],
        "Whisper base, without decoding": read("whisper")["cost"][
            "cpu_s_per_s"
        ]["real"],
    }
    rows = []
    for name, cost in cpu_s_per_s.items():
        core_hours = cost * BULK_HOURS
        rows.append(
            [
                name,
                f"{cost:.4f}",
                f"{core_hours:,.0f}",
                *(f"{core_hours / n:,.1f}" for n in BULK_CORES),
            ]
        )
    return {
        "columns": [
            *("encoder", "CPU s for 1 s of sound", "core-hours"),
            *(f"hours on {n} cores" for n in BULK_CORES),
        ],
        "rows": rows,
    }


def whisper_windows() -> dict:
    """Compare the linear probe on Whisper's real frames and on padded ones.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("whisper")["windows"]
    rows = [
        [
            window,
            f"{found['n_utterances']:,}",
            *(score(found[window][name]) for name in [*WHISPER, "mean"]),
        ]
        for window in ("real", "30s")
    ]
    gain = difference(found["real_minus_30s"])
    rows.append(["real less 30s", None, *[None] * len(WHISPER), gain])
    return {
        "columns": [
            *("window", "utterances"),
            *map(CORPUS.get, WHISPER),
            "mean",
        ],
        "rows": rows,
    }


def whisper_speeds() -> dict:
    """List the effect of speed perturbation on the linear probe.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("whisper")["speeds"]
    return {
        "columns": ["training utterances", "UAR, mean of 12"],
        "rows": [
            ["as they are", score(found["without"])],
            ["and at 0.9 and 1.1 of their speed", score(found["with"])],
            ["gain", difference(found["gain"])],
        ],
    }


WHISPER = ("emodb", "emovo", "urdu", "ravdess")


def interval_coverage() -> dict:
    """List the coverage of intervals by test set design.

    Returns
    -------
    dict
        Columns and rows, in percent.
    """
    return {
        "columns": [
            *("test set", "UAR: ours", "percentile"),
            *("a class: least", "most"),
            *("leave out 0: ours", "percentile"),
        ],
        "rows": [
            [
                name,
                *(
                    f"{100 * share:.1f}"
                    for share in (
                        *(of["uar"][kind] for kind in ("ours", "percentile")),
                        *(min(of["recalls"]), max(of["recalls"])),
                        *(of["null"][kind] for kind in ("ours", "percentile")),
                    )
                ),
            ]
            for name, of in read("interval_coverage")["designs"].items()
        ],
    }


def speech() -> dict:
    """Compare rules that detect speech: share of recordings with speech.

    Returns
    -------
    dict
        Columns and rows, in percent; 100 is right for speech, 0 for the rest.
    """
    rules = read("speech")["rules"]
    kinds = next(iter(rules.values()))
    rows = [
        [title, right, *(f"{of[kind][title]:.0f}" for of in rules.values())]
        for kind, right in (("speech", 100), ("none", 0))
        for title in kinds[kind]
    ]
    speeds = (f"{of['cpu_s']:.4f}" for of in rules.values())
    rows.append(["CPU s for 1 s of sound", None, *speeds])
    return {"columns": ["recordings", "right", *rules], "rows": rows}


def streams() -> dict:
    """List delay and memory of a stream.

    Returns
    -------
    dict
        Columns and rows.
    """
    found = read("stream")
    rows = [
        ["windows", f"{found['n_windows']:,}"],
        ["to classify a window, median, ms", f"{1000 * found['median_s']:.0f}"],
        ["to classify a window, most, ms", f"{1000 * found['most_s']:.0f}"],
    ]
    rows += [
        [f"memory after {minutes} minutes, MB", f"{megabytes:.0f}"]
        for minutes, megabytes in found["memory_mb"].items()
    ]
    return {"columns": ["measured", "result"], "rows": rows}


def stress() -> dict:
    """List the conditions of ``clser stress`` on the demo model.

    Returns
    -------
    dict
        Columns and rows; the last row is the time for all.
    """
    found = read("stress")
    rows = [
        [
            row["name"],
            score(row["uar"]),
            difference(row["change"]),
            f"{100 * row['agreement']['mean']:.1f}",
            row["verdict"],
        ]
        for row in found["conditions"]
        if not row["missing"]
    ]
    rows.append(["seconds for all", f"{found['seconds']:.0f}", *[None] * 3])
    return {
        "columns": ["condition", "UAR", "change", "same class", "verdict"],
        "rows": rows,
    }


TABLES = (
    bulk_cost,
    stress,
    streams,
    speech,
    *(whisper_cost, whisper_windows, whisper_speeds),
    *(store, pitch, pitch_against_praat, pitch_speed, phones),
    *(graphs, graph_growth, resonance, predict, predict_long),
    interval_coverage,
)
