"""Cascades of a simple epidemic on a scale-free graph, against those of Twitter (Goel, Anderson, Hofman & Watts 2016).

The numbers of Twitter are facts about Twitter. Of the epidemic (SIR in which who is infected recovers at once, that is,
the independent cascade) the authors say that several of their findings are consistent with it, not all: it fails to
give the observed diversity of structural virality. R0, "about 0.5", is read here in three ways: whom an adopter
persuades on average, among followers drawn from all; whom the first one does among the engine's friends, where those to
whom ties lead have more ties than most (Feld 1991), so that every later one persuades far more; and whom every later
one does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cascade import Cascades, independent_cascade, spread
from experiments.report.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.validation.cascades import threshold_of
from experiments.validation.plain_graphs import followed, scale_free, small_world
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.errors import UserError
from sim.graph import Graph

MEAN_DEGREE = 10
LARGE = 100
SIZE, NEAR, RARE = 1.3, 0.99, 1 / 4000  # of Twitter: mean size; adoptions at most a step away; reach `LARGE`
WITHOUT_HUBS = 0.9  # R0 of cascades on a graph without hubs, high enough that some reach `LARGE`
TWITTER = "Goel, Anderson, Hofman & Watts (2016): measured on Twitter"
ENOUGH = 20  # large cascades, to speak of their shape
DRAWS = 400  # of the bootstrap


class Facts(NamedTuple):
    """What is said of many cascades; each an estimate with its 95 % interval."""

    size: NDArray[np.float64]
    near: NDArray[np.float64]
    large: NDArray[np.float64]
    virality: NDArray[np.float64]  # mean of the large ones
    slope: NDArray[np.float64]  # of log virality on log size, among the large ones


def run(request: Request) -> Answer:
    """Cascades from random seeds on three graphs."""
    people, runs = int(request.options["people"]), int(request.options["cascades"])
    ratio = request.options["persuaded"]
    friends = scale_free(people, MEAN_DEGREE, seed=1)
    out = {
        "followers": _spread(followed(friends, seed=2), ratio, runs),
        "fewer followers": _spread(followed(scale_free(people // 10, MEAN_DEGREE, seed=1), seed=2), ratio, runs),
        "friends": _spread(friends, ratio, max(runs // 500, 200)),
        "friends later": _spread(friends, ratio * MEAN_DEGREE * threshold_of(friends), runs),
        "no hubs": _spread(small_world(people, MEAN_DEGREE, 1, rewiring=1.0), WITHOUT_HUBS, max(runs // 5, 200)),
    }
    for name in ("followers", "no hubs"):
        if (count := int((out[name].size >= LARGE).sum())) < ENOUGH:
            raise UserError(
                f"people={people}, cascades={runs}, persuaded={ratio:g}: {count} cascades ({name}) reach {LARGE}; "
                f"expected {ENOUGH} or more, to say something of them: more people, more cascades or a higher persuaded"
            )
    facts = {name: describe(cascades) for name, cascades in out.items()}
    return Answer(_checks(facts, ratio), lambda: _draw(out, facts, ratio), _sentences(facts, ratio))


def _spread(graph: Graph, ratio: float, runs: int) -> Cascades:
    seeds = np.random.default_rng(3).integers(0, len(graph.offsets) - 1, (runs, 1))
    return spread(graph, independent_cascade(graph, ratio / MEAN_DEGREE, seed=4), seeds)


def describe(cascades: Cascades) -> Facts:
    """Facts with intervals: of means by their standard errors, of shares of adoptions and slopes by bootstrap.

    Parameters
    ----------
    cascades
        From single seeds.
    """
    size, near = cascades.size.astype(float), (1 + cascades.direct).astype(float)
    big = size >= LARGE
    shares = np.array([_interval_of_ratio(near, size), _interval(big.astype(float))])
    virality, slope = cascades.virality[big], np.full(3, np.nan)
    if big.sum() >= ENOUGH:
        x, y = np.log(size[big]), np.log(virality)
        rng = np.random.default_rng(6)
        picks = rng.integers(0, len(x), (DRAWS, len(x)))
        drawn = [np.polyfit(x[pick], y[pick], 1)[0] for pick in picks]
        slope = np.array([np.polyfit(x, y, 1)[0], *np.percentile(drawn, [2.5, 97.5])])
    mean_virality = _interval(virality) if len(virality) > 1 else np.full(3, np.nan)
    return Facts(_interval(size), shares[0], shares[1], mean_virality, slope)


def _interval(x: NDArray[np.float64]) -> NDArray[np.float64]:
    half = 1.96 * x.std(ddof=1) / np.sqrt(len(x))
    return x.mean() + np.array([0.0, -half, half])


def _interval_of_ratio(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over sum, with the error of a ratio estimator (Cochran 1977, section 6.4)."""
    ratio = x.sum() / y.sum()
    half = 1.96 * (x - ratio * y).std(ddof=1) / np.sqrt(len(x)) / y.mean()
    return ratio + np.array([0.0, -half, half])


def _checks(facts: dict[str, Facts], ratio: float) -> list[Check]:
    f, friends, plain = facts["followers"], facts["friends"], facts["no hubs"]
    law = 1 / (1 - ratio)
    branching = "branching process: every adopter persuades R0 on average"
    needed = 1 - 1 / SIZE
    return [
        _covers("mean size, followers, against theory", law, f.size, branching),
        _covers("adoptions at most a step away, followers, against theory", 1 - ratio**2, f.near, branching),
        _covers(
            "mean size, followers", SIZE, f.size, TWITTER,
            f"any epidemic with R0 = {ratio:g} has {law:g} if those reached are like those who reach; {SIZE} takes "
            f"R0 = {needed:.2f}",
        ),
        _covers(
            "adoptions at most a step away, followers", NEAR, f.near, TWITTER,
            f"theory has 1 - R0² = {1 - ratio**2:g}, and {1 - needed**2:.3f} at the R0 of mean size {SIZE}: no such "
            "epidemic has both numbers",
        ),
        _covers(
            f"cascades of {LARGE} or more, followers", RARE, f.large, TWITTER,
            "rests on the largest hub, and so on the size of the graph: set people",
        ),
        _covers(
            "mean size, the engine's friends, R0 of the first adopter", SIZE, friends.size, TWITTER,
            "above the epidemic threshold: ties lead to hubs, so that p mean degree = R0 is no bound on what follows",
        ),
        _covers(
            "mean size, the engine's friends, R0 of all later adopters", SIZE, facts["friends later"].size, TWITTER,
            "the first one has fewer ties than those to whom ties lead, and persuades fewer; how much so rests on "
            "where weights are cut off, the root of people times mean degree",
        ),
        _check(
            f"structural virality of cascades of {LARGE} or more, followers",
            f"below that without hubs, {plain.virality[0]:.1f}", f.virality,
            bool(f.virality[2] < plain.virality[1]), "Goel et al. (2016): low, since large ones are broadcasts",
        ),
        _check(
            "rise of log virality with log size, followers", f"below that without hubs, {plain.slope[0]:.2f}",
            f.slope, bool(f.slope[2] < plain.slope[1]), "Goel et al. (2016): largely independent of size",
        ),
        _covers("rise of log virality with log size, followers", 0.0, f.slope,
                "Goel et al. (2016), taken literally: independent of size",
                "a cascade that reaches more than its hub's followers does so by further steps"),
    ]  # fmt: skip


def _covers(name: str, expected: float, found: NDArray[np.float64], source: str, reason: str = "") -> Check:
    passed = bool(found[1] <= expected <= found[2])
    return _check(name, f"{expected:.4g}", found, passed, source, reason)


def _check(name: str, expected: str, found: NDArray[np.float64], passed: bool, source: str, note: str = "") -> Check:
    value, low, high = found.tolist()
    return Check(name, expected, value, low, high, passed, source, note)


def _sentences(facts: dict[str, Facts], ratio: float) -> list[str]:
    f, friends, plain, few = (facts[name] for name in ("followers", "friends", "no hubs", "fewer followers"))
    return [
        f"With R0 = {ratio:g} among followers a cascade has {f.size[0]:.2f} adopters on average (Twitter {SIZE}), "
        f"{100 * f.near[0]:.1f} % of adoptions lie at most a step from the seed (about {100 * NEAR:.0f} %), and "
        f"{_one_in(f)} reaches {LARGE} (1 in {1 / RARE:,.0f}); among a tenth of the people, {_one_in(few)}.",
        f"Large cascades have a structural virality of {f.virality[0]:.1f}, against {plain.virality[0]:.1f} on a graph "
        f"without hubs; doubling the size multiplies it by {2 ** f.slope[0]:.2f}, without hubs by "
        f"{2 ** plain.slope[0]:.2f}.",
        f"Among the engine's friends the same p gives {friends.size[0]:,.0f} adopters on average: there the epidemic "
        "is far above its threshold.",
    ]


def _one_in(facts: Facts) -> str:
    return f"1 in {1 / facts.large[0]:,.0f}" if facts.large[0] else "none"


def _draw(out: dict[str, Cascades], facts: dict[str, Facts], ratio: float) -> Drawing:
    f, plain = facts["followers"], facts["no hubs"]
    title = (
        f"Hubs make large cascades broad: virality {f.virality[0]:.1f} against {plain.virality[0]:.1f} without hubs; "
        f"the mean size, {f.size[0]:.1f} at R0 = {ratio:g}, is not Twitter's {SIZE}"
    )
    figure = new_figure(title, 4.4)
    sizes, shapes = figure.subplots(1, 2)
    named = {"followers": (BLUE, f"followers, R0 = {ratio:g}"), "no hubs": (GREY, f"no hubs, R0 = {WITHOUT_HUBS:g}"),
             "friends": (VERMILLION, "friends, same p")}  # fmt: skip
    tables = []
    for row, (name, (colour, label)) in enumerate(named.items()):
        size, count = np.unique(out[name].size, return_counts=True)
        above = count[::-1].cumsum()[::-1] / count.sum()
        sizes.plot(size, above, color=colour, drawstyle="steps-pre")
        sizes.text(0.03, 0.24 - 0.07 * row, label, color=colour, transform=sizes.transAxes, fontsize=8.5)
        tables.append(pd.DataFrame({"graph": name, "size": size, "share_at_least": above}))
        if name != "friends":  # theirs are too large for the picture
            big = np.flatnonzero(out[name].size >= LARGE)[:1500]
            shapes.scatter(out[name].size[big], out[name].virality[big], s=7, color=colour, alpha=0.5, linewidths=0)
            shapes.text(
                0.02, 0.97 - 0.07 * row, label, color=colour, transform=shapes.transAxes, va="top", fontsize=8.5
            )
    sizes.plot(LARGE, RARE, "k+", markersize=10)
    sizes.annotate(
        "Twitter", (LARGE, RARE), xytext=(-6, -10), textcoords="offset points", ha="right", va="top", fontsize=8.5
    )
    sizes.set(xscale="log", yscale="log", xlabel="size of a cascade", ylabel="share of cascades of at least that size")
    shapes.axhline(2, color=GREY, linewidth=1, linestyle=":")
    shapes.set(xscale="log", yscale="log", xlabel=f"size of a cascade, {LARGE} or more", ylabel="structural virality")
    shapes.set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
    shapes.set_xticks([100, 200, 500, 1000], ["100", "200", "500", "1,000"])
    shapes.minorticks_off()
    caption = (
        "Left: how many cascades grow how large; the cross is the share that reaches 100 on Twitter. Right: mean "
        "distance between two adopters of a large cascade; the dotted line, 2, is one broadcast to all."
    )
    return Drawing(figure, title, caption, pd.concat(tables, ignore_index=True))


STUDY = Study(
    title="Structural virality",
    source=(
        "Goel, Anderson, Hofman & Watts (2016), The structural virality of online diffusion, Management Science 62(1); "
        "how many adoptions lie one step away: Goel, Watts & Goldstein (2012), EC"
    ),
    question="Do things grow popular from friend to friend, or by one person who tells thousands?",
    change="persuaded=0.7: who adopts persuades more. Do large cascades change in number, or in shape too?",
    self_check=(
        "Why is no choice of R0 right for all three numbers of Twitter? The mean size fixes R0, and with it how many "
        "lie a step away; in the real world content differs, and here all has the same R0."
    ),
    run=run,
    options={
        "people": Option(100_000, "people in the graph", 1_000, 2_000_000),
        "cascades": Option(1_000_000, "cascades among followers", 1_000, 10_000_000),
        "persuaded": Option(0.5, "R0: whom an adopter persuades on average", 0.05, 0.95),
    },
)
