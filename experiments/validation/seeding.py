"""Whom to seed: a map of the best seeds by how a promise is kept, how active people are, and how far status divides.

A new good is promised to some people, who may buy it, feel what it is truly like, and tell friends of that; those may
buy or be put off. The market is the default one of one category, without creators and budgets, on a scale-free graph;
all strategies under one seed have the same people, the same graph and the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import GREY, INK, LEVELS, Drawing, new_figure
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph import Graph, from_ties
from sim.market import Market
from sim.markets.words import with_word
from sim.parameters import Parameters
from sim.world import World

PRODUCT = 0
PROMISE = 1.0  # quality that the campaign promises, in units of quality
KEPT = (-1.0, 0.0, 1.0)  # true quality
ACTIVITY = (0.2, 0.6, 0.95)  # median probability to be online on a day; 0.6 is the default
STATUS = (0.0, 0.5, 1.0)  # a tie carries words with probability (fewer friends / more friends) ** status
BAD_NEWS = "disappointed hubs tell as many: Goldenberg, Libai, Moldovan & Muller (2007)"
HINZ = "Hinz, Skiera, Barrot & Becker (2011)"


class Cell(NamedTuple):
    """A setting of the campaign."""

    quality: float
    activity: float
    status: float


MIDDLE = Cell(KEPT[-1], ACTIVITY[1], STATUS[0])
Counts = dict[tuple[Cell, str], NDArray[np.float64]]


def _random(world: World, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.random(len(world.people["income"]))


STRATEGIES: dict[str, Callable[[World, np.random.Generator], NDArray[np.float64]]] = {
    "hubs": lambda world, rng: np.diff(world.graph.offsets).astype(float),
    "early adopters": lambda world, rng: world.people["taste"][:, 0].astype(float),
    "revenue leaders": lambda world, rng: world.people["income"].astype(float),
    "opinion leaders": lambda world, rng: world.people["sociability"].astype(float),
    "random": _random,
}
"""Who is seeded: those highest by friends, by taste for the good, by budget, by how readily they tell; or anybody."""


def parameters(people: int, activity: float) -> Parameters:
    """The default market of one category, in which nothing but the feed, search and friends tells of a good."""
    return Parameters.model_validate(
        {
            "market": {
                "consumers": people,
                "catalogue": {
                    "categories": [{"name": "beauty", "interval": 40, "impulse_cost": 2.0, "price": 120}],
                    "products_per_category": 4,
                },
                "people": {"activity": activity},
                "sharing": {"friends_told": 1000},
            },
            "graph": {"kind": "scale_free", "homophily": 0.0},
            "creators": {"koc_share": 0, "kol_count": 0, "entry": 0},
            "brands": {"weekly_budget": 0, "count": 4},
        }
    )


def run(request: Request) -> Answer:
    """Seed every strategy in every cell of two maps, and compare what each brings."""
    options = request.options
    people, days, seeds = int(options["people"]), int(options["days"]), int(options["seeds"])
    cells = [Cell(q, a, STATUS[0]) for q in KEPT for a in ACTIVITY]
    cells += [Cell(q, ACTIVITY[1], s) for q in KEPT for s in STATUS[1:]]
    buyers = {(cell, name): np.zeros(seeds) for cell in cells for name in STRATEGIES}
    money = {key: np.zeros(seeds) for key in buyers}
    for seed in range(seeds):
        for activity in ACTIVITY:
            p = parameters(people, activity)
            world = World.build(p, seed)
            for cell in (one for one in cells if one.activity == activity):
                here = _world(world, cell, seed)
                for name, rows in _seeded(world, round(options["share"] * people), seed):
                    found = campaign(Market(p, seed, world=here, keep_orders=True), rows, days)
                    buyers[cell, name][seed], money[cell, name][seed] = found
    return Answer(_checks(buyers, money), lambda: _draw(buyers), _sentences(buyers))


def _seeded(world: World, count: int, seed: int) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Rows of each strategy's seeds; ties by row."""
    for name, score in STRATEGIES.items():
        order = np.argsort(-score(world, np.random.default_rng(seed)), kind="stable")
        yield name, np.sort(order[:count])


def _world(world: World, cell: Cell, seed: int) -> World:
    quality = world.goods.quality.copy()
    quality[PRODUCT] = cell.quality
    reputation = world.goods.reputation.copy()
    reputation[PRODUCT] = 0.0  # a new brand, of which nobody knows anything
    goods = world.goods._replace(quality=quality, reputation=reputation)
    return replace(world, goods=goods, graph=divided(world.graph, cell.status, seed))


def divided(graph: Graph, status: float, seed: int) -> Graph:
    """The ties along which words pass: each with probability (fewer friends / more friends) ** status.

    Parameters
    ----------
    graph
        All ties.
    status
        0 leaves all; the higher, the less those with many friends and those with few have to say to each other.
    seed
        Of the luck of ties, which is the same for every status: a higher one leaves a part of what a lower one leaves.
    """
    degree = np.diff(graph.offsets)
    one = np.repeat(np.arange(len(degree)), degree)
    other = graph.friends.astype(np.int64)
    one, other = one[one < other], other[one < other]
    ratio = np.minimum(degree[one], degree[other]) / np.maximum(degree[one], degree[other])
    kept = np.random.default_rng(seed).random(len(one)) < ratio**status
    return from_ties(len(degree), one[kept], other[kept])


def campaign(market: Market, rows: NDArray[np.int64], days: int) -> tuple[float, float]:
    """Promise the product to some people, and let the market run.

    Returns
    -------
    tuple of float
        People who bought it and kept it, and what they paid, in yuan.
    """
    # as `Market.tell`, but of what is promised, not of what is true
    market.m = market.m._replace(inbox=with_word(market.m.inbox, rows, PRODUCT, PROMISE))
    orders = market.run(days).orders()
    kept = orders[(orders["product"] == PRODUCT) & (orders.returned == 0)]
    return float(kept.consumer.nunique()), float((kept.price - kept.coupon).sum()) / 100


# --- what is said --------------------------------------------------------------------------------------------------


def over_random(counts: Counts, cell: Cell, name: str) -> NDArray[np.float64]:
    """What a strategy brings in a cell beyond seeding at random, by seed."""
    return counts[cell, name] - counts[cell, "random"]


def winner(counts: Counts, cell: Cell) -> tuple[str, Estimate]:
    """The best strategy of a cell by its mean, and by how much it beats the next one."""
    ranked = sorted(STRATEGIES, key=lambda name: -counts[cell, name].mean())
    return ranked[0], t_interval(counts[cell, ranked[0]] - counts[cell, ranked[1]])


def _checks(buyers: Counts, money: Counts) -> list[Check]:
    hubs = over_random(buyers, MIDDLE, "hubs")
    broken = MIDDLE._replace(quality=KEPT[0])
    disappointing = over_random(buyers, broken, "hubs")
    apart = over_random(buyers, MIDDLE._replace(status=STATUS[-1]), "hubs")
    active = over_random(buyers, MIDDLE._replace(activity=ACTIVITY[-1]), "hubs")
    idle = over_random(buyers, MIDDLE._replace(activity=ACTIVITY[0]), "hubs")
    return [
        _positive("buyers, hubs over random, a promise that is kept", hubs, HINZ),
        _positive(
            "lead of hubs over random, promise kept over broken", hubs - disappointing,
            BAD_NEWS,
        ),
        _positive(
            "log ratio of hubs to random, promise kept over broken",
            _log_ratio(buyers, MIDDLE) - _log_ratio(buyers, broken), BAD_NEWS,
            "here a word makes a good known and adds to herding, whatever it says",
        ),
        _positive("lead of hubs over random, status that does not divide over one that does", hubs - apart,
                  "hubs then lose most of their ties"),
        _positive("lead of hubs over random, active over idle people", active - idle, "words need to be heard",
                  "among the most active, who is seeded hardly matters: nearly all hear of it in the end"),
        _positive(
            "yuan, revenue leaders over random", over_random(money, MIDDLE, "revenue leaders"),
            "Haenlein & Libai (2013), who find it where those who spend much know each other",
            "here budgets do not go with ties, and who is rich has no more friends and tells no more",
        ),
    ]  # fmt: skip


def _log_ratio(buyers: Counts, cell: Cell) -> NDArray[np.float64]:
    """Of hubs' buyers to random seeds', one added to each, since there may be none."""
    return np.log1p(buyers[cell, "hubs"]) - np.log1p(buyers[cell, "random"])


def _positive(name: str, values: NDArray[np.float64], source: str, reason: str = "") -> Check:
    e = t_interval(values)
    undecided = "undecided: the interval holds 0" if e.high >= 0 else "it is the other way round"
    return Check(name, "above 0", e.value, e.low, e.high, e.low > 0, source, "" if e.low > 0 else reason or undecided)


def _cells(buyers: Counts) -> list[Cell]:
    return list(dict.fromkeys(cell for cell, _ in buyers))


def _sentences(buyers: Counts) -> list[str]:
    best = {cell: winner(buyers, cell) for cell in _cells(buyers)}
    clear = [name for name, lead in best.values() if lead.clear]
    counts = ", ".join(f"{name} in {clear.count(name)}" for name in STRATEGIES if name in clear)
    hubs = t_interval(over_random(buyers, MIDDLE, "hubs"))
    said = [
        f"The best seeds are clear in {len(clear)} of {len(best)} settings: {counts or 'none'}.",
        f"Where the promise is kept, hubs bring {hubs.value:+.0f} buyers against random seeds (95 % interval "
        f"{hubs.low:+.0f} to {hubs.high:+.0f}, of {buyers[MIDDLE, 'random'].mean():.0f}).",
    ]
    worse = t_interval(over_random(buyers, MIDDLE._replace(quality=KEPT[0]), "hubs"))
    said.append(
        f"Where it is broken, {worse.value:+.0f} ({worse.low:+.0f} to {worse.high:+.0f}, of "
        f"{buyers[MIDDLE._replace(quality=KEPT[0]), 'random'].mean():.0f})."
    )
    return said


def _draw(buyers: Counts) -> Drawing:
    cells = _cells(buyers)
    best = {cell: winner(buyers, cell) for cell in cells}
    clear = [name for name, lead in best.values() if lead.clear]
    top = max(STRATEGIES, key=clear.count)
    title = (
        f"Whom to seed: {top} win in {clear.count(top)} of {len(best)} settings, {len(best) - len(clear)} are unclear"
    )
    figure = new_figure(title, 4.6)
    left, right = figure.subplots(1, 2, sharey=True)
    by_activity = {(x, y): Cell(q, a, STATUS[0]) for y, q in enumerate(KEPT) for x, a in enumerate(ACTIVITY)}
    by_status = {(x, y): Cell(q, ACTIVITY[1], s) for y, q in enumerate(KEPT) for x, s in enumerate(STATUS)}
    _map(left, buyers, by_activity, [f"{a:g}" for a in ACTIVITY], "how active people are (online, 1/day)")
    _map(right, buyers, by_status, [f"{s:g}" for s in STATUS], "how far status divides (exponent)")
    left.set_yticks(range(len(KEPT)), [f"{q - PROMISE:+g}" for q in KEPT])
    left.set_ylabel("true quality less promise")
    caption = (
        f"In each setting, the strategy that brings the most buyers, and by how many it beats the next (95 % interval "
        f"over {len(buyers[MIDDLE, 'random'])} seeds); pale where that covers zero. All seed as many people. Left at "
        f"status {STATUS[0]:g}, right at activity {ACTIVITY[1]:g}."
    )
    rows = [
        (*cell, name, *t_interval(buyers[cell, name])[:3], *t_interval(over_random(buyers, cell, name))[:3])
        for cell in cells
        for name in STRATEGIES
    ]
    names = [*Cell._fields, "strategy", "buyers", "low", "high", "over_random", "over_random_low", "over_random_high"]
    return Drawing(figure, title, caption, pd.DataFrame(rows, columns=names))


def _map(ax: Axes, buyers: Counts, cells: dict[tuple[int, int], Cell], ticks: list[str], label: str) -> None:
    colours = dict(zip(STRATEGIES, LEVELS, strict=False)) | {"random": GREY}
    for (x, y), cell in cells.items():
        name, lead = winner(buyers, cell)
        ax.fill_between([x - 0.48, x + 0.48], y - 0.47, y + 0.47, color=colours[name], linewidth=0,
                        alpha=0.75 if lead.clear else 0.18)  # fmt: skip
        ax.text(x, y + 0.1, name, ha="center", va="bottom", fontsize=8.5, fontweight="bold", color=INK)
        ax.text(x, y - 0.02, f"{lead.value:+.1f}\n({lead.low:+.1f} to {lead.high:+.1f})", ha="center", va="top",
                fontsize=8, color=INK)  # fmt: skip
    ax.set_xticks(range(len(ticks)), ticks)
    ax.set(xlabel=label, xlim=(-0.55, len(ticks) - 0.45), ylim=(-0.55, len(KEPT) - 0.45))
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)


STUDY = Study(
    title="Whom to seed",
    source=(
        "Hinz, Skiera, Barrot & Becker (2011), Seeding strategies for viral marketing, J. Marketing 75(6); Haenlein & "
        "Libai (2013), Targeting revenue leaders for a new product, J. Marketing 77(3); Goldenberg, Libai, Moldovan & "
        "Muller (2007), The NPV of bad news, IJRM 24(3)"
    ),
    question="A brand can give a new good to fifty people first. Whom should it choose?",
    change="share=0.2: a fifth of the people are seeded. Does it still matter who they are?",
    self_check=(
        "Why can hubs be poor seeds for a good that disappoints? They tell as many of their disappointment as they "
        "would have told of their delight."
    ),
    run=run,
    options={
        "people": Option(1000, "people in the market", 200, 20_000),
        "days": Option(20, "days after the seeding", 5, 180),
        "seeds": Option(8, "seeds, each with all strategies in all settings", 3, 200),
        "share": Option(0.05, "share of people seeded", 0.005, 0.5),
    },
)
