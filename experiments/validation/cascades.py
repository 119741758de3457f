"""Independent cascade and linear threshold, against two published programs and closed forms on trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cascade import independent_cascade, linear_threshold, spread
from experiments.report.style import BLUE, GREY, INK, VERMILLION, Drawing, new_figure
from experiments.validation.catalogue import is_installed
from experiments.validation.plain_graphs import scale_free, small_world
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.errors import UserError
from sim.graph import Graph, from_ties

LEVEL = 0.05  # of all tests together (Holm 1979)
MEAN_DEGREE = 8
SEEDS = 5
CYNETDIFF, NDLIB = "CyNetDiff (Robson & Umrawal)", "NDlib (Rossetti et al. 2018)"

Sizes = NDArray[np.int64]


class Comparison(NamedTuple):
    """Cascade sizes here and elsewhere, or here and by a closed form."""

    name: str
    source: str
    here: Sizes
    there: Sizes  # sizes, or, where `law` is true, nothing
    law: NDArray[np.float64]  # probability of each size from 0; empty where sizes are compared

    @property
    def p_value(self) -> float:
        """Of the two-sample Kolmogorov-Smirnov test, or of the chi-square test against the law."""
        if not len(self.law):
            return float(stats.ks_2samp(self.here, self.there).pvalue)
        counts, expected = np.bincount(self.here, minlength=len(self.law)), self.law * len(self.here)
        rare = expected < 5
        pairs = [np.append(x[~rare], x[rare].sum()) for x in (counts, expected)]
        kept = pairs[1] > 0
        return float(stats.chisquare(pairs[0][kept], pairs[1][kept], sum_check=False).pvalue)

    @property
    def means(self) -> tuple[float, float, float]:
        """Mean here, mean there, standard error of their difference."""
        error = self.here.var(ddof=1) / len(self.here)
        if len(self.law):
            return float(self.here.mean()), float(np.arange(len(self.law)) @ self.law), float(np.sqrt(error))
        error += self.there.var(ddof=1) / len(self.there)
        return float(self.here.mean()), float(self.there.mean()), float(np.sqrt(error))


def run(request: Request) -> Answer:
    """Compare sizes of cascades from the same seeds on the same graphs."""
    made = list(_trees(int(request.options["runs"])))
    made += _programs(int(request.options["people"]), int(request.options["runs"]), int(request.options["slow_runs"]))
    adjusted = holm([one.p_value for one in made])
    checks = [check for one, p in zip(made, adjusted, strict=True) for check in _checks(one, p, len(made))]
    return Answer(checks, lambda: _draw(made, adjusted), _sentences(made, adjusted))


def holm(p_values: list[float]) -> list[float]:
    """P values adjusted for their number (Holm 1979): below α, the hypothesis falls with all errors together at α."""
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(np.array(p_values)[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted.tolist()


# --- closed forms --------------------------------------------------------------------------------------------------


def _trees(runs: int) -> Iterator[Comparison]:
    none = np.empty(0, np.int64)
    hub = np.zeros((runs, 1), np.int64)
    star = from_ties(101, np.zeros(100, np.int64), np.arange(1, 101))
    for p in (0.02, 0.3):
        law = np.append(0.0, stats.binom.pmf(np.arange(101), 100, p))
        here = spread(star, independent_cascade(star, p, 1), hub).size
        yield Comparison(f"cascade on a star of 100, p = {p}", "binomial law", here, none, law)
    child = np.arange(1, 127)
    binary = from_ties(127, (child - 1) // 2, child)
    for p in (0.4, 0.8):
        here = spread(binary, independent_cascade(binary, p, 2), hub).size
        law = _branching(p, generations=6)
        yield Comparison(f"cascade on a binary tree, p = {p}", "branching process", here, none, law)
    here = spread(binary, linear_threshold(3), hub).size
    yield Comparison("threshold on a binary tree", "live ties (Kempe et al. 2003)", here, none, _threshold_law(6))


def _branching(p: float, generations: int) -> NDArray[np.float64]:
    """Law of the size of a binary tree: G(s) = s (1 − p + p G(s))², a generation at a time."""
    law = np.array([0.0, 1.0])
    for _ in range(generations):
        branch = p * law
        branch[0] += 1 - p
        law = np.append(0.0, np.convolve(branch, branch))
    return law


def _threshold_law(generations: int) -> NDArray[np.float64]:
    """A child with d friends, its own children among them, follows with probability 1/d: 1 at the leaves, else 1/3."""
    law = np.array([0.0, 1.0])
    for generation in range(generations):
        follows = 1.0 if generation == 0 else 1 / 3
        branch = follows * law
        branch[0] += 1 - follows
        law = np.append(0.0, np.convolve(branch, branch))
    return law


# --- other programs ------------------------------------------------------------------------------------------------


def _programs(people: int, runs: int, slow_runs: int) -> Iterator[Comparison]:
    peers: list[tuple[str, Callable[..., Sizes], int]] = []
    if is_installed("cynetdiff"):
        peers.append((CYNETDIFF, _cynetdiff, runs))
    if is_installed("ndlib"):
        peers.append((NDLIB, _ndlib, slow_runs))
    if not peers:
        raise UserError("neither cynetdiff nor ndlib is installed; expected one: pip install 'koc-market[validation]'")
    graphs = {
        "small world": small_world(people, MEAN_DEGREE, seed=1),
        "scale free": scale_free(people, MEAN_DEGREE, seed=1),
    }
    seeds = np.random.default_rng(5).choice(people, SEEDS, replace=False)
    for kind, graph in graphs.items():
        for name, p in (("below", 0.5), ("above", 2.0)):
            chance = p * threshold_of(graph)
            here = spread(graph, independent_cascade(graph, chance, 4), np.tile(seeds, (runs, 1))).size
            for source, program, times in peers:
                there = program(graph, seeds, times, chance)
                yield Comparison(f"cascade, {kind}, {name} the threshold", source, here, there, np.empty(0))
        here = spread(graph, linear_threshold(5), np.tile(seeds, (runs, 1))).size
        for source, program, times in peers:
            yield Comparison(f"threshold, {kind}", source, here, program(graph, seeds, times, None), np.empty(0))
        if peers[0][0] == CYNETDIFF:
            chances = 1.0 / np.diff(graph.offsets)[graph.friends]
            here = spread(graph, independent_cascade(graph, chances, 6), np.tile(seeds, (runs, 1))).size
            there = _cynetdiff(graph, seeds, runs, chances)
            yield Comparison(f"weighted cascade, {kind}", CYNETDIFF, here, there, np.empty(0))


def threshold_of(graph: Graph) -> float:
    """Probability at which an adopter persuades one more on average, where ties are made at random: ⟨k⟩ / ⟨k² − k⟩."""
    degree = np.diff(graph.offsets).astype(float)
    return float(degree.mean() / (degree**2 - degree).mean())


def _cynetdiff(graph: Graph, seeds: NDArray[np.int64], runs: int, chance: float | NDArray[np.float64] | None) -> Sizes:
    """Sizes by CyNetDiff; ``chance`` is a probability, one for each end of a tie, or None for the linear threshold."""
    from cynetdiff.models import IndependentCascadeModel, LinearThresholdModel

    model: Any
    rows: Any = graph.offsets[:-1].astype(np.uint32), graph.friends.astype(np.uint32)
    if chance is None:
        model = LinearThresholdModel(*rows, rng=1)
    elif isinstance(chance, float):
        model = IndependentCascadeModel(*rows, activation_prob=chance, rng=1)
    else:
        chances: Any = chance.astype(np.float32)
        model = IndependentCascadeModel(*rows, activation_probs=chances, rng=1)
    model.set_seeds(seeds.tolist())
    sizes = np.empty(runs, np.int64)
    for run in range(runs):
        model.reset_model()
        model.advance_until_completion()
        sizes[run] = model.get_num_activated_nodes()
    return sizes


def _ndlib(graph: Graph, seeds: NDArray[np.int64], runs: int, chance: float | None) -> Sizes:
    """Sizes by NDlib; the friends' share that suffices is drawn anew for each run where ``chance`` is None."""
    import networkx as nx
    from ndlib.models import ModelConfig, epidemics

    people = len(graph.offsets) - 1
    ties = np.column_stack([np.repeat(np.arange(people), np.diff(graph.offsets)), graph.friends])
    network = nx.Graph()
    network.add_nodes_from(range(people))
    network.add_edges_from(ties.tolist())
    rng = np.random.default_rng(1)
    sizes = np.empty(runs, np.int64)
    for run in range(runs):
        kind = epidemics.ThresholdModel if chance is None else epidemics.IndependentCascadesModel
        model = kind(network, seed=int(rng.integers(2**31)))
        config = ModelConfig.Configuration()
        config.add_model_initial_configuration("Infected", seeds.tolist())
        if chance is None:
            for person, share in enumerate(rng.random(people)):
                config.add_node_configuration("threshold", person, share)
        else:
            config.config["edges"]["threshold"] = dict.fromkeys(network.edges, chance)
        model.set_initial_status(config)
        before, size = -1, people - model.iteration(node_status=False)["node_count"][0]
        while size != before:
            before, size = size, people - model.iteration(node_status=False)["node_count"][0]
        sizes[run] = size
    return sizes


# --- what is said --------------------------------------------------------------------------------------------------


def _checks(one: Comparison, p: float, comparisons: int) -> Iterator[Check]:
    here, there, error = one.means
    sigmas = float(stats.norm.isf(LEVEL / 2 / comparisons))
    found = here - there
    low, high = found - sigmas * error, found + sigmas * error
    name = f"{one.name}: mean size, difference"
    note = f"{here:.2f} here, {there:.2f} there; interval of {sigmas:.1f} standard errors: 95 % for all together"
    yield Check(name, "0", found, low, high, low <= 0 <= high, one.source, note)
    test = "chi-square" if len(one.law) else "Kolmogorov-Smirnov"
    note = f"{test}, p adjusted for all comparisons (Holm)"
    yield Check(f"{one.name}: distribution of sizes", f"p > {LEVEL}", p, p, p, p > LEVEL, one.source, note)


def _sentences(made: list[Comparison], adjusted: list[float]) -> list[str]:
    agree = sum(p > LEVEL for p in adjusted)
    said = [
        f"Cascade sizes have the same distribution as elsewhere in {agree} of {len(made)} comparisons "
        f"(smallest adjusted p {min(adjusted):.2g})."
    ]
    for source in sorted({one.source for one in made}):
        gaps = [abs(a - b) / e for a, b, e in (one.means for one in made if one.source == source) if e > 0]
        said.append(f"{source}: means differ by at most {max(gaps):.1f} standard errors (comparisons: {len(gaps)}).")
    return said


def _draw(made: list[Comparison], adjusted: list[float]) -> Drawing:
    agree = sum(p > LEVEL for p in adjusted)
    title = f"Cascades are those of other programs and of the closed forms: {agree} of {len(made)} distributions agree"
    figure = new_figure(title, 1.6 + 0.3 * len(made))
    gaps, shares = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    rows = []
    for y, (one, p) in enumerate(zip(made, adjusted, strict=True)):
        here, there, error = one.means
        colour = BLUE if p > LEVEL else VERMILLION
        gap, half = 100 * (here / there - 1), 100 * 1.96 * error / there
        gaps.errorbar(gap, y, xerr=half, fmt="o", color=colour, markersize=4, linewidth=1.2)
        shares.plot(max(p, 1e-4), y, "o", color=colour, markersize=4)
        rows.append((one.name, one.source, here, there, error, one.p_value, p))
    gaps.axvline(0, color=GREY, linewidth=1)
    gaps.set(xlabel="mean size against the other's, %", ylim=(len(made) - 0.4, -0.6))
    labels = [f"{one.name}\n{one.source}" for one in made]
    gaps.set_yticks(range(len(made)), labels, fontsize=6.5, color=INK)
    shares.axvline(LEVEL, color=GREY, linewidth=1, linestyle="--")
    shares.set(xscale="log", xlim=(1e-3, 1.6), xlabel=f"adjusted p (dashed: {LEVEL})")
    caption = (
        "Left: by how much the mean size of cascades differs, with 95 % intervals, on the same graph from the same "
        "seeds. Right: test of the whole distribution, two-sample Kolmogorov-Smirnov against a program and chi-square "
        "against a closed form, p adjusted for the number of comparisons. Blue: no difference found."
    )
    names = ["comparison", "against", "mean_here", "mean_there", "standard_error", "p", "p_adjusted"]
    return Drawing(figure, title, caption, pd.DataFrame(rows, columns=names))


STUDY = Study(
    title="Cascades against other programs",
    source=(
        "Kempe, Kleinberg & Tardos (2003), Maximizing the spread of influence through a social network, KDD; Robson & "
        "Umrawal, CyNetDiff, 0.1.18; Rossetti et al. (2018), NDlib, Int. J. Data Science and Analytics 5"
    ),
    question="Do cascades come out as large, and as unequal, as in programs by others and as theory says they must?",
    change="people=500: do small graphs agree as well as large ones?",
    self_check=(
        "Twenty honest tests at 5 % fail once on average: what does Holm's correction do about that? It multiplies the "
        "smallest p by the number of tests, the next by one less, and so on."
    ),
    run=run,
    options={
        "people": Option(2000, "people in the graph", 100, 20_000),
        "runs": Option(20_000, "cascades here, and in CyNetDiff", 200, 200_000),
        "slow_runs": Option(80, "cascades in NDlib, which is slow", 20, 5000),
    },
    extra="cynetdiff ndlib",
)
