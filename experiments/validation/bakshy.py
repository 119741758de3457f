"""Ordinary influencers or hubs: who spreads most for the money (Bakshy, Hofman, Mason & Watts 2011).

In the paper, influence is measured; here it is that of the independent cascade on the engine's scale-free graph, where
many friends are worth less than in proportion, because some of those whom they would reach are reached anyway. Were
influence in proportion to followers, all would cost the same at a fixed cost of nothing, and hubs less at any other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cascade import independent_cascade, spread
from experiments.report.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure
from experiments.validation.plain_graphs import scale_free
from experiments.validation.study import Answer, Check, Option, Request, Study

GROUPS = 10
DRAWS = 400  # of the bootstrap
MEAN_DEGREE = 10
RATIOS = np.logspace(-1, 5, 61)  # c_a / c_f: what it costs to win somebody over, in costs of a follower
SOURCE = "Bakshy, Hofman, Mason & Watts (2011), section 6"


class Seeds(NamedTuple):
    """Seeds by tenth of followers, from the fewest: their followers and whom they brought, of shape (tenths, n)."""

    followers: NDArray[np.int64]
    influence: NDArray[np.int64]


def run(request: Request) -> Answer:
    """Cascades from seeds of every tenth, and what a person reached costs in each."""
    seeds = _cascades(int(request.options["people"]), int(request.options["seeds"]), request.options["persuaded"])
    draws = _bootstrap(seeds)
    return Answer(_checks(seeds, draws), lambda: _draw(seeds, draws.cheapest), _sentences(seeds, draws.cheapest))


def _cascades(people: int, each: int, persuaded: float) -> Seeds:
    graph = scale_free(people, MEAN_DEGREE, seed=1)
    count = np.diff(graph.offsets)
    order = np.argsort(count, kind="stable")
    rng = np.random.default_rng(3)
    chosen = np.array([rng.choice(group, each) for group in np.array_split(order, GROUPS)])
    law = independent_cascade(graph, persuaded / MEAN_DEGREE, seed=4)
    size = [spread(graph, law, group.reshape(-1, 1)).size for group in chosen]  # the same luck for every tenth
    return Seeds(count[chosen], np.array(size) - 1)


def reached_per_cost(followers: NDArray[np.float64], influence: NDArray[np.float64]) -> NDArray[np.float64]:
    """People brought by a seed over its cost, in units of the cost of a follower, at each of `RATIOS`.

    Parameters
    ----------
    followers, influence
        Means of each tenth, shape (..., tenths).

    Returns
    -------
    ndarray, shape (..., tenths, ratios)
        The mean influence over the mean of ``c_a / c_f + followers``.
    """
    return influence[..., None] / (RATIOS + followers[..., None])


class Draws(NamedTuple):
    """Bootstrap over runs, whose luck all tenths share."""

    cheapest: NDArray[np.int64]  # tenth, from 0, at each ratio; shape (draws, ratios)
    influence: NDArray[np.float64]  # mean of each tenth; shape (draws, tenths)


def _bootstrap(seeds: Seeds) -> Draws:
    rng = np.random.default_rng(5)
    runs = seeds.followers.shape[1]
    weight = rng.multinomial(runs, np.full(runs, 1 / runs), size=DRAWS) / runs
    followers, influence = weight @ seeds.followers.T, weight @ seeds.influence.T
    return Draws(reached_per_cost(followers, influence).argmax(axis=1), influence)


def _best(seeds: Seeds) -> NDArray[np.int64]:
    return reached_per_cost(seeds.followers.mean(axis=1), seeds.influence.mean(axis=1)).argmax(axis=0)


def _turns(cheapest: NDArray[np.int64]) -> NDArray[np.float64]:
    """Lowest ratio from which on the top tenth stays the cheapest, by draw; infinite where it never is."""
    hubs = cheapest == GROUPS - 1
    last_other = len(RATIOS) - 1 - np.argmax(~hubs[:, ::-1], axis=1)
    first = np.where(hubs.all(axis=1), 0, last_other + 1)
    return np.append(RATIOS, np.inf)[first]


def _checks(seeds: Seeds, draws: Draws) -> list[Check]:
    mean = draws.influence.mean(axis=1)
    relative = np.take_along_axis(draws.influence, draws.cheapest[:, :1], axis=1)[:, 0] / mean
    lead = draws.influence[:, -1] - draws.influence[:, :-1].max(axis=1)
    alone = (seeds.influence[-1] == 0).mean()
    half = 1.96 * float(np.sqrt(alone * (1 - alone) / seeds.influence.shape[1]))
    turn = _turns(draws.cheapest)
    low, top = f"c_a / c_f = {RATIOS[0]:g}", f"c_a / c_f = {RATIOS[-1]:,.0f}"
    return [
        _check(
            f"influence of the cheapest tenth over the average, {low}", "1 or less: ordinary people", relative,
            np.percentile(relative, 97.5) <= 1,
        ),
        _check(f"cheapest tenth, {top}", f"{GROUPS}: hubs", draws.cheapest[:, -1] + 1.0,
               np.percentile(draws.cheapest[:, -1], 2.5) == GROUPS - 1),
        _check(
            "c_a / c_f from which on hubs are the cheapest", f"inside {RATIOS[0]:g} to {RATIOS[-1]:,.0f}", turn,
            np.percentile(turn, 2.5) > RATIOS[0] and np.percentile(turn, 97.5) < RATIOS[-1],
        ),
        _check("people brought by a hub, over the next best tenth", "above 0", lead, np.percentile(lead, 2.5) > 0),
        Check("share of hubs' cascades that reach nobody", "above 0: no single cascade can be foretold", alone,
              alone - half, alone + half, bool(alone - half > 0), SOURCE),
    ]  # fmt: skip


def _check(name: str, expected: str, draws: NDArray[np.floating], passed: bool) -> Check:
    low, middle, high = np.percentile(draws, [2.5, 50, 97.5]).tolist()
    return Check(
        name, expected, middle, low, high, bool(passed), SOURCE, "median and interval of the bootstrap over runs"
    )


def _sentences(seeds: Seeds, cheapest: NDArray[np.int64]) -> list[str]:
    per_seed = seeds.influence.mean(axis=1)
    best = _best(seeds) + 1
    begin, middle, end = np.percentile(_turns(cheapest), [2.5, 50, 97.5])
    return [
        f"Hubs, the tenth with the most followers, are the cheapest once winning a seed over costs {middle:,.0f} times "
        f"what a follower does (95 % interval {begin:,.0f} to {end:,.0f}); below, ordinary people are.",
        f"At c_a / c_f = {RATIOS[0]:g} the cheapest seeds are tenth {best[0]} of {GROUPS} by followers, who bring "
        f"{per_seed[best[0] - 1]:,.0f} people each, against {per_seed.mean():,.0f} on average and {per_seed[-1]:,.0f} "
        "by the top tenth.",
    ]


def _draw(seeds: Seeds, cheapest: NDArray[np.int64]) -> Drawing:
    begin, middle, end = np.percentile(_turns(cheapest), [2.5, 50, 97.5])
    title = f"Ordinary people are the cheapest seeds until winning one over costs about {middle:,.0f} followers' worth"
    figure = new_figure(title, 4.2)
    costs, which = figure.subplots(1, 2)
    rate = 1000 * reached_per_cost(seeds.followers.mean(axis=1), seeds.influence.mean(axis=1))
    shown = {0: "fewest followers", GROUPS // 2 - 1: "fifth tenth", GROUPS - 2: "ninth", GROUPS - 1: "most (hubs)"}
    for group in range(GROUPS):
        colour = {GROUPS - 1: VERMILLION, GROUPS // 2 - 1: BLUE}.get(group, GREY if group in shown else PALE)
        costs.plot(RATIOS, rate[group], color=colour, linewidth=1.8 if group in shown else 1.0)
    for group, height in zip(shown, (0.10, 0.22, 0.34, 0.46), strict=True):
        colour = {GROUPS - 1: VERMILLION, GROUPS // 2 - 1: BLUE}.get(group, GREY)
        costs.text(0.03, height, shown[group], color=colour, transform=costs.transAxes, fontsize=8.5)
    costs.set(xscale="log", yscale="log", xlabel="cost of winning a seed over / cost of a follower",
              ylabel="people brought per 1,000 followers' cost")  # fmt: skip
    low, high = np.percentile(cheapest + 1, [2.5, 97.5], axis=0)
    best = _best(seeds) + 1
    which.fill_between(RATIOS, low, high, step="mid", color=BLUE, alpha=0.2, linewidth=0)
    which.step(RATIOS, best, where="mid", color=BLUE)
    which.axvspan(begin, end, color=VERMILLION, alpha=0.15, linewidth=0)
    which.set(xscale="log", xlabel="cost of winning a seed over / cost of a follower", ylabel="cheapest tenth",
              ylim=(0.5, GROUPS + 0.5), yticks=range(1, GROUPS + 1))  # fmt: skip
    caption = (
        "Left: people brought by a seed over its cost, for each tenth of people by followers. Right: the tenth that is "
        "cheapest, with its 95 % bootstrap interval; the red band is where hubs take over."
    )
    data = pd.DataFrame(
        {"ratio": RATIOS, "cheapest": best, "low": low, "high": high}
        | {f"tenth{g + 1}": rate[g] for g in range(GROUPS)}
    )
    return Drawing(figure, title, caption, data)


STUDY = Study(
    title="Ordinary influencers or hubs, by what seeds cost",
    source=(
        "Bakshy, Hofman, Mason & Watts (2011), Everyone's an influencer: quantifying influence on Twitter, WSDM; "
        "costs: a fixed one for each seed, and one for each follower"
    ),
    question="A brand pays each seed a fixed sum and a sum for each follower. Should it seek hubs or ordinary people?",
    change="persuaded=0.8: word of mouth carries further. Does the point where hubs take over move?",
    self_check=(
        "Why do hubs win when the fixed cost is high? It is then shared by all whom a seed brings, and hubs bring "
        "more; at a low fixed cost one pays for followers, and a hub's overlap with those whom others reach."
    ),
    run=run,
    options={
        "people": Option(20_000, "people in the graph", 1_000, 1_000_000),
        "seeds": Option(30_000, "seeds drawn from each tenth", 200, 200_000),
        "persuaded": Option(0.5, "whom an adopter of average following persuades", 0.05, 0.95),
    },
)
