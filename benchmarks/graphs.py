"""Measure the cost of speaker graphs and communities up to 1,000,000 speakers.

Speakers are sampled around the directions of planted groups, half of them in each
of two languages; style vectors have 192 dimensions, as those of ECAPA-TDNN. Each
size is measured in a separate process: wall time and CPU time for the graph and for
each community method (wall time increases with other load), modularity and agreement
with the groups (adjusted Rand index, ARI), and peak memory of the process.
The growth of the graph is the exponent between two sizes: 2 is quadratic. Large graphs
are built by an approximate search: of 200 speakers, the share of the true edges that
it found and the share of its edges that are true are measured. k-means, the slowest,
is left out above 100,000 speakers.

> python benchmarks/graphs.py

Needs scikit-network and faiss: pip install -e .[graph]. Takes about a quarter of an
hour on two cores.
Prints a table and writes graphs.json. Memory is read as Linux reports it.
"""

import argparse
import math
import multiprocessing
import platform
import resource
from pathlib import Path

import recipe
import torch

SIZES = (200, 1_000, 10_000, 100_000, 1_000_000)
DIM = 192
SPREAD = 2.0
METHODS = ("gnn", "louvain", "leiden", "kmeans")
N_KMEANS = 100_000
N_SAMPLED = 200
K = 5


def n_groups(n) -> int:
    """Return the number of planted groups; at most 16."""
    return min(16, n // 25)


def speakers(n) -> tuple:
    """Sample speakers around the directions of their groups.

    Arguments
    ---------
    n : int
        Speakers.

    Returns
    -------
    tuple of torch.Tensor
        Styles (n, DIM), groups (n,), languages (n,).
    """
    generator = torch.Generator().manual_seed(n)
    centre = torch.randn(n_groups(n), DIM, generator=generator)
    centre = torch.nn.functional.normalize(centre, dim=1)
    group = torch.arange(n) % n_groups(n)
    language = torch.arange(n) // n_groups(n) % 2
    styles = torch.randn(n, DIM, generator=generator)
    return (
        styles.mul_(SPREAD / math.sqrt(DIM)).add_(centre[group]),
        group,
        language,
    )


def peak_mb() -> int:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def nearest(rows, unit, language):
    """Return the pairs (row, neighbour) of speakers by a search of all speakers."""
    pairs = set()
    for part in rows.split(100):
        cosine = unit[part] @ unit.T
        cosine[torch.arange(len(part)), part] = -torch.inf
        is_within = language[part][:, None] == language
        for is_wanted in (is_within, ~is_within):
            best = cosine.masked_fill(~is_wanted, -torch.inf).topk(K)
            i, place = (best.values > 0).nonzero(as_tuple=True)
            found = best.indices[i, place]
            pairs.update(zip(part[i].tolist(), found.tolist(), strict=True))
    return pairs


def quality(graph, styles, language) -> dict:
    """Compare the edges of some speakers with those of an exact search.

    Returns
    -------
    dict
        ``found``: share of the true edges that the graph has; ``true``: share of its
        edges that are true.
    """
    unit = torch.nn.functional.normalize(styles, dim=1)
    generator = torch.Generator().manual_seed(0)
    rows = torch.randperm(len(unit), generator=generator)[:N_SAMPLED]
    there = nearest(rows, unit, language)
    back = nearest(torch.tensor([j for _, j in there]).unique(), unit, language)
    true = {(i, j) for i, j in there if (j, i) in back}
    edges = graph.edge_index[:, torch.isin(graph.edge_index[0], rows)]
    found = set(map(tuple, edges.T.tolist()))
    n_common = len(true & found)
    return {
        "found": round(n_common / len(true), 4),
        "true": round(n_common / len(found), 4),
    }


def measure(n, n_threads) -> dict:
    """Build a speaker graph and find communities with every method.

    Arguments
    ---------
    n, n_threads : int
        Speakers; threads of torch.

    Returns
    -------
    dict
        ``graph`` and ``communities``, by method.
    """
    from sklearn.metrics import adjusted_rand_score

    from speechbrain_clser.graphs.communities import find_communities
    from speechbrain_clser.graphs.modularity import modularity
    from speechbrain_clser.graphs.speaker_graph import speaker_graph

    torch.set_num_threads(n_threads)
    few, _, tongues = speakers(50)
    for method in METHODS:  # exclude late imports from the timing
        graph = speaker_graph(few, tongues)
        find_communities(graph, few, tongues, method)
    styles, group, language = speakers(n)
    before = peak_mb()
    graph, cost = recipe.timed(speaker_graph, styles, language)
    result = {
        "n_groups": n_groups(n),
        "before_mb": before,
        "graph": {**cost, "peak_mb": peak_mb(), "n_edges": graph.n_edges},
        "communities": {},
    }
    for method in METHODS:
        if method == "kmeans" and n > N_KMEANS:
            continue
        found, cost = recipe.timed(
            find_communities, graph, styles, language, method
        )
        result["communities"][method] = {
            **cost,
            "n_communities": len(found.centroids),
            "modularity": round(modularity(graph, found.labels), 3),
            "ari": round(float(adjusted_rand_score(group, found.labels)), 3),
        }
    result["peak_mb"] = peak_mb()
    result["graph"] |= quality(graph, styles, language)
    return result


def growth(measured) -> dict:
    """Estimate the exponent of the graph's cost between neighbouring sizes.

    Arguments
    ---------
    measured : dict
        Size to what ``measure`` gave.

    Returns
    -------
    dict
        ``"small-large"`` to exponent, of the seconds of all cores.
    """
    sizes = sorted(measured)
    exponents = {}
    for small, large in zip(sizes, sizes[1:], strict=False):
        a, b = (measured[n]["graph"]["cpu_seconds"] for n in (small, large))
        exponents[f"{small}-{large}"] = round(
            math.log(b / a) / math.log(large / small), 2
        )
    return exponents


def show(measured):
    """Print a table."""
    print(f"{'':22}" + "".join(f"{n:>10,}" for n in measured))

    def line(title, value):
        cells = "".join(f"{value(row):>10}" for row in measured.values())
        print(f"{title:<22}{cells}")

    line("graph, s", lambda row: row["graph"]["seconds"])
    line("graph, s of all cores", lambda row: row["graph"]["cpu_seconds"])
    line("graph, edges", lambda row: row["graph"]["n_edges"])
    line("graph, edges found", lambda row: row["graph"]["found"])
    line("graph, edges true", lambda row: row["graph"]["true"])
    line("before, peak MB", lambda row: row["before_mb"])
    line("graph, peak MB", lambda row: row["graph"]["peak_mb"])
    line("everything, peak MB", lambda row: row["peak_mb"])
    for method in METHODS:
        for key in ("seconds", "cpu_seconds", "modularity", "ari"):
            line(
                f"{method}, {key}",
                lambda row, m=method, k=key: (
                    row["communities"].get(m, {}).get(k, "")
                ),
            )


def main():
    """Measure, print the table, write graphs.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    # `make bench` passes the same arguments to all scripts.
    arguments, _ = parser.parse_known_args()
    spawn, measured = multiprocessing.get_context("spawn"), {}
    for n in arguments.sizes:
        with spawn.Pool(1) as pool:
            measured[n] = pool.apply(measure, [n, arguments.threads])
    show(measured)
    recipe.write(
        arguments.output,
        {
            "dim": DIM,
            "spread": SPREAD,
            "n_threads": arguments.threads,
            "machine": platform.machine(),
            "growth": growth(measured),
            "sizes": measured,
        },
    )


if __name__ == "__main__":
    main()
