"""Ordinary influencers or hubs: who spreads most for the money (Bakshy, Hofman, Mason & Watts 2011).

In the paper, influence is measured; here it is that of the independent cascade on the engine's scale-free graph, where
many friends are worth less than in proportion, because some of those whom they would reach are reached anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cascade import independent_cascade, spread
from experiments.drawing.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure
from experiments.studies.models.plain_graphs import scale_free
from experiments.studies.study import Asked, Check, Study, above, option, within

STUDY = Study(
    title="Ordinary influencers or hubs, by what seeds cost",
    source="""Bakshy, Hofman, Mason & Watts (2011), Everyone's an influencer: quantifying influence on Twitter, WSDM;
        costs: a fixed one for each seed, and one for each follower""",
    question="""A brand pays each seed a fixed sum and a sum for each follower. Should it seek hubs or ordinary
        people?""",
    change="persuaded=0.8: word of mouth carries further. Does the point where hubs take over move?",
    self_check="""Why do hubs win when the fixed cost is high? It is then shared by all whom a seed brings, and hubs
        bring more; at a low fixed cost one pays for followers, and a hub's overlap with those whom others reach.""",
)
GROUPS, MEAN_DEGREE = 10, 10
RATIOS = np.logspace(-1, 5, 61)  # c_a / c_f: what it costs to win somebody over, in costs of a follower
PAPER = "Bakshy, Hofman, Mason & Watts (2011), section 6"
SHOWN = {9: (VERMILLION, "most followers (hubs)"), 8: (GREY, "ninth"), 4: (BLUE, "fifth tenth"), 0: (GREY, "fewest")}


class Options(Asked):
    """The graph, and how far words carry."""

    people: int = option(20_000, "people in the graph", 1_000, 1_000_000)
    seeds: int = option(30_000, "seeds drawn from each tenth", 200, 200_000)
    persuaded: float = option(0.5, "whom an adopter of average following persuades", 0.05, 0.95)


class Seeds(NamedTuple):
    """Seeds by tenth of followers, from the fewest; and a bootstrap over runs, whose random shocks all tenths share."""

    followers: NDArray[np.int64]  # (tenths, seeds)
    influence: NDArray[np.int64]  # whom each brought, (tenths, seeds)
    cheapest: NDArray[np.int64]  # tenth, from 0, at each ratio; (draws, ratios)
    drawn: NDArray[np.float64]  # mean influence of each tenth; (draws, tenths)

    @property
    def rate(self) -> NDArray[np.float64]:
        """People brought per cost of a follower, (tenths, ratios)."""
        return reached_per_cost(self.followers.mean(axis=1), self.influence.mean(axis=1))

    @property
    def turns(self) -> NDArray[np.float64]:
        """Lowest ratio from which on the top tenth stays the cheapest, by draw; infinite where it never is."""
        hubs = self.cheapest == GROUPS - 1
        last_other = len(RATIOS) - 1 - np.argmax(~hubs[:, ::-1], axis=1)
        first = np.where(hubs.all(axis=1), 0, last_other + 1)
        return np.append(RATIOS, np.inf)[first]


def simulate(o: Options) -> Seeds:
    """Cascades from seeds of every tenth, on the same random shocks."""
    graph = scale_free(o.people, MEAN_DEGREE, seed=1)
    count = np.diff(graph.offsets)
    rng = np.random.default_rng(3)
    tenths = np.array_split(np.argsort(count, kind="stable"), GROUPS)
    chosen = np.array([rng.choice(group, o.seeds) for group in tenths])
    law = independent_cascade(graph, o.persuaded / MEAN_DEGREE, seed=4)
    brought = np.array([spread(graph, law, group.reshape(-1, 1)).size for group in chosen]) - 1
    weight = np.random.default_rng(5).multinomial(o.seeds, np.full(o.seeds, 1 / o.seeds), size=400) / o.seeds
    followers, drawn = weight @ count[chosen].T, weight @ brought.T
    return Seeds(count[chosen], brought, reached_per_cost(followers, drawn).argmax(axis=1), drawn)


def reached_per_cost(followers: NDArray[np.float64], influence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean influence of each tenth over the mean of ``c_a / c_f + followers``, at each of `RATIOS`.

    Means have the shape (..., tenths), the result (..., tenths, ratios).
    """
    return influence[..., None] / (RATIOS + followers[..., None])


def middle(draws: NDArray[np.floating]) -> list[float]:
    """Median and 95 % interval of draws."""
    return np.percentile(draws, [50, 2.5, 97.5]).tolist()


def checks(o: Options, seeds: Seeds) -> Iterator[Check]:
    """Who is cheapest at either end, where hubs take over, and what a hub brings."""
    relative = np.take_along_axis(seeds.drawn, seeds.cheapest[:, :1], axis=1)[:, 0] / seeds.drawn.mean(axis=1)
    lead = seeds.drawn[:, -1] - seeds.drawn[:, :-1].max(axis=1)
    low, top = f"{RATIOS[0]:g}", f"{RATIOS[-1]:,.0f}"
    note = "median and interval of the bootstrap over runs"
    for name, least, most, draws, expected in (
        (f"influence of the cheapest tenth over the average, c_a / c_f = {low}", 0, 1, relative, "1 or less: ordinary "
         "people"),
        (f"cheapest tenth, c_a / c_f = {top}", GROUPS, GROUPS, seeds.cheapest[:, -1] + 1.0, f"{GROUPS}: hubs"),
        ("c_a / c_f from which on hubs are the cheapest", RATIOS[1], RATIOS[-2], seeds.turns, f"inside {low} to {top}"),
    ):  # fmt: skip
        yield within(name, least, most, middle(draws), expected=expected, source=PAPER, note=note)
    yield above("people brought by a hub, over the next best tenth", 0, middle(lead), source=PAPER, note=note)
    alone = (seeds.influence[-1] == 0).mean()
    half = 1.96 * float(np.sqrt(alone * (1 - alone) / o.seeds))
    yield above("share of hubs' cascades that reach nobody", 0, (alone, alone - half, alone + half), source=PAPER,
                expected="above 0: no single cascade can be foretold")  # fmt: skip


def findings(o: Options, seeds: Seeds) -> list[str]:
    """Where hubs take over, and who is cheap below."""
    median, begin, end = middle(seeds.turns)
    per_seed, best = seeds.influence.mean(axis=1), int(seeds.rate[:, 0].argmax()) + 1
    return [
        f"Ordinary people are the cheapest seeds until winning one over costs about {median:,.0f} followers' worth.",
        f"""Hubs, the tenth with the most followers, are the cheapest once winning a seed over costs {median:,.0f} times
            what a follower does (95 % interval {begin:,.0f} to {end:,.0f}).""",
        f"""At c_a / c_f = {RATIOS[0]:g} the cheapest seeds are tenth {best} of {GROUPS} by followers, who bring
            {per_seed[best - 1]:,.0f} people each, against {per_seed.mean():,.0f} on average and {per_seed[-1]:,.0f} by
            the top tenth.""",
    ]


def figure(o: Options, seeds: Seeds, title: str) -> Drawing:
    """What a seed brings for its cost, and which tenth is the cheapest."""
    drawing = new_figure(title, 4.2)
    costs, which = drawing.subplots(1, 2)
    for group, rate in enumerate(1000 * seeds.rate):
        colour, label = SHOWN.get(group, (PALE, None))
        costs.plot(RATIOS, rate, color=colour, linewidth=1.8 if label else 1.0, label=label)
    costs.legend(frameon=False, loc="lower left")
    costs.set(xscale="log", yscale="log", ylabel="people brought per 1,000 followers' cost")
    low, high = np.percentile(seeds.cheapest + 1, [2.5, 97.5], axis=0)
    best = seeds.rate.argmax(axis=0) + 1
    which.fill_between(RATIOS, low, high, step="mid", color=BLUE, alpha=0.2, linewidth=0)
    which.step(RATIOS, best, where="mid", color=BLUE)
    which.axvspan(*np.percentile(seeds.turns, [2.5, 97.5]), color=VERMILLION, alpha=0.15, linewidth=0)
    which.set(xscale="log", ylabel="cheapest tenth", ylim=(0.5, GROUPS + 0.5), yticks=range(1, GROUPS + 1))
    for axes in (costs, which):
        axes.set_xlabel("cost of winning a seed over / cost of a follower")
    caption = """Left: people brought by a seed over its cost, for each tenth of people by followers. Right: the tenth
        that is cheapest, with its 95 % bootstrap interval; the red band is where hubs take over."""
    table = {"ratio": RATIOS, "cheapest": best, "low": low, "high": high}
    tenths = {f"tenth{group + 1}": rate for group, rate in enumerate(1000 * seeds.rate)}
    return Drawing(drawing, title, caption, pd.DataFrame(table | tenths))
