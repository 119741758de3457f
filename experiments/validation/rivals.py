"""Seeding against a rival: is the value of a campaign that customers come sooner, or that there are more of them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.paths import merged
from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import BLUE, GREY, ORANGE, SKY, VERMILLION, Drawing, new_figure
from experiments.validation.limits import NEVER, directed, market, settings
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph import Graph
from sim.market import Market
from sim.parameters import Parameters
from sim.rules.adoption import CONTACTS, EXTERNAL, FRIEND, POPULATION, PUBLIC, RIVAL, hazard
from sim.world import World

OURS, THEIRS = 0, 1  # products: the brand that seeds, and its rival
DISCOUNT = 0.1  # a period
LITTLE = 0.01  # share of the value of a campaign below which expansion is about nothing
LEAST_P = 0.001
SOURCE = "Libai, Muller & Peres (2013)"
LOOKED_UP = 16  # looks at a list of two: both are seen but with a chance of 3e-5


class Scene(NamedTuple):
    """What a campaign meets: probabilities a period to adopt by oneself (δ) and by each friend (q), and its size."""

    external: float
    friend: float
    seeded: float  # share of all people

    def named(self) -> str:
        """In the symbols of the paper."""
        return f"δ = {self.external:g}, q = {self.friend:g}, {100 * self.seeded:g} % seeded"


CENTRE = Scene(0.01, 0.1, 0.02)
SCENES = (
    CENTRE,
    *(CENTRE._replace(external=d, friend=q) for d in (0.001, 0.02) for q in (0.04, 0.16)),
    *(CENTRE._replace(seeded=s) for s in (0.005, 0.05)),
)
"""The middle of the ranges of the paper, the corners of both probabilities, and the ends of the range of seeding."""


def changes(brands: int) -> dict[str, Any]:
    """Parameters, nested, of one brand or of two of which everybody buys one."""
    rules = {"belief": "friends_of_rivals", "utility": "adopts_one"}
    return {
        "market": {
            "catalogue": {"products_per_category": brands},
            "attention": {"search": 1.0, "search_results": LOOKED_UP if brands > 1 else 1},
        },
        "platform": {"feed": {"popularity": 1.0, "merit": 0.0, "paid": 0.0, "exponent": 0.0}},  # both alike
        "rules": {name: f"sim.rules.adoption.{rule}" for name, rule in rules.items()},
    }


def numbers(people: int, external: float, friend: float, rival: float) -> tuple[float, ...]:
    """``rules.numbers`` of `sim.rules.adoption.adopts_one`; without a rival, ``rival`` is 0."""
    at = {EXTERNAL: external, FRIEND: friend, PUBLIC: 0.0, CONTACTS: 0.0, POPULATION: float(people), RIVAL: rival}
    return tuple(at[place] for place in sorted(at))


class Town(NamedTuple):
    """People of a seed, with one brand or with two; the same people, friends and luck either way."""

    seed: int
    brands: int
    world: World


def town(people: int, seed: int, brands: int, degree: float) -> Town:
    """Build the people of a seed: a small world whose clustering is that of friendships online, .14."""
    graph = {"graph": {"kind": "small_world", "mean_degree": degree, "rewiring": 0.41}}
    parameters = merged(merged(settings(people), changes(brands)), graph)
    return Town(seed, brands, World.build(Parameters.model_validate(parameters), seed))


def opened(
    here: Town, external: float, friend: float, told: Mapping[int, NDArray[np.int64]], graph: Graph | None = None
) -> Market:
    """A market on its first morning: those told of a brand buy it on that day.

    Parameters
    ----------
    here
        People, and how many brands.
    external, friend
        Probabilities a period.
    told
        Who is seeded with each product.
    graph
        Who tells whom; the town's unless given.
    """
    people = len(here.world.people.activity)
    enough = np.full(people, NEVER)
    for rows in told.values():
        enough[rows] = 1
    given = numbers(people, external, friend, external if here.brands > 1 else 0.0)
    one = market(
        people, here.seed, graph=graph, enough=enough, numbers=given, changes=changes(here.brands), world=here.world
    )
    for product, rows in told.items():
        one.tell(rows, product)
    return one


def bought_on(one: Market, days: int) -> NDArray[np.float64]:
    """Day on which each person bought our brand, infinite for those who did not; shape (N,)."""
    day = np.full(len(one.town.people.activity), np.inf)
    for today in range(days):
        one.step()
        orders = one.orders_today
        day[orders.consumer[orders.product == OURS]] = today
    return day


class Value(NamedTuple):
    """What a campaign adds among those who were not seeded, in customers' first purchases at their present value.

    Attributes
    ----------
    social
        All of it, for each person seeded.
    expansion
        Of customers won who would not have bought the brand, less those lost who would have.
    acceleration
        Of customers who buy it either way, at another time.
    with_campaign, without : ndarray, shape (days,)
        Share of all people who are customers after each day.
    """

    social: float
    expansion: float
    acceleration: float
    with_campaign: NDArray[np.float64]
    without: NDArray[np.float64]


def valued(here: Town, scene: Scene, days: int) -> Value:
    """Run a market with a campaign and without, on the same luck, and compare it person by person."""
    people = len(here.world.people.activity)
    rng = np.random.default_rng([2013, here.seed])
    seeds = rng.choice(people, max(round(scene.seeded * people), 1), replace=False)
    with_it, without = (
        bought_on(opened(here, scene.external, scene.friend, told), days) for told in ({OURS: seeds}, {})
    )
    others = np.ones(people, bool)
    others[seeds] = False
    worth = [(1 - DISCOUNT) ** day for day in (with_it, without)]  # nothing where the day is infinite
    gain = (worth[0] - worth[1]) * others / len(seeds)
    either_way = np.isfinite(with_it) & np.isfinite(without)
    curves = [np.searchsorted(np.sort(day), np.arange(days), side="right") / people for day in (with_it, without)]
    return Value(float(gain.sum()), float(gain[~either_way].sum()), float(gain[either_way].sum()), *curves)


class Found(NamedTuple):
    """Values of a scene over seeds, against a rival and without one."""

    scene: Scene
    rival: list[Value]
    alone: list[Value]

    def mean(self, kind: str, part: str) -> Estimate:
        """Of a part of the value, over seeds; ``kind`` is rival or alone."""
        return t_interval([getattr(value, part) for value in getattr(self, kind)])

    def share(self, kind: str) -> Estimate:
        """Expansion as a share of all social value: ratio of means, by Fieller's linearisation."""
        values: list[Value] = getattr(self, kind)
        social, expansion = (np.array([getattr(value, part) for value in values]) for part in ("social", "expansion"))
        ratio = expansion.mean() / social.mean()
        return t_interval(ratio + (expansion - ratio * social) / social.mean())


def run_scenes(people: int, seeds: int, days: int, degree: float) -> list[Found]:
    """All scenes, on the same people."""
    towns = {brands: [town(people, seed, brands, degree) for seed in range(seeds)] for brands in (1, 2)}
    return [Found(scene, *([valued(here, scene, days) for here in towns[n]] for n in (2, 1))) for scene in SCENES]


def split(
    friend: float, external: float, tellers: tuple[int, int], groups: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What people do on the day on which so many friends tell them of either brand.

    Returns
    -------
    counts, expected : ndarray, shape (3,)
        People who bought ours, theirs and neither; and the probabilities of the model.
    """
    size = sum(tellers) + 1
    first = np.arange(groups) * size
    ours, theirs = (np.arange(*ends) + 1 for ends in ((0, tellers[0]), (tellers[0], sum(tellers))))
    told = {OURS: (first[:, None] + ours).ravel(), THEIRS: (first[:, None] + theirs).ravel()}
    graph = directed(
        groups * size, np.concatenate(list(told.values())), np.concatenate([np.repeat(first, n) for n in tellers])
    )
    one = opened(town(groups * size, 1, 2, 0), external, friend, told, graph)
    one.step()
    waiting = np.isin(first, one.orders_today.consumer, invert=True)  # who has not bought by oneself before
    one.step()
    orders = one.orders_today
    bought = np.full(groups * size, 2)
    bought[orders.consumer] = orders.product
    a, b = (hazard(float(n), 0.0, external, friend, 0.0, 0.0) for n in tellers)
    expected = np.array([a * (1 - b) + a * b * a / (a + b), b * (1 - a) + a * b * b / (a + b), (1 - a) * (1 - b)])
    return np.bincount(bought[first[waiting]], minlength=3), expected


def checks(found: Sequence[Found], days: int) -> list[Check]:
    """The rule of choice, and what a campaign's value consists of."""
    rows = []
    for tellers in ((1, 1), (3, 2), (6, 1)):
        counts, expected = split(0.16, 0.02, tellers, 20_000 // sum(tellers))
        p = float(stats.chisquare(counts, counts.sum() * expected).pvalue)
        shares = "/".join(f"{100 * x:.1f}" for x in counts / counts.sum())
        model = "/".join(f"{100 * x:.1f}" for x in expected)
        rows.append(
            Check(
                f"Ours, theirs or neither, where {tellers[0]} friends have ours and {tellers[1]} theirs",
                f"{model} %: p of a chi-square test above {LEAST_P:g}", p, p, p, p > LEAST_P,
                f"{SOURCE}: 1 − (1 − δ)(1 − q)^k, both by P / (P + P')", f"{shares} % of {counts.sum():,} people.",
            )
        )  # fmt: skip
    for one in found:
        joined = min(value.without[-1] for value in one.alone)
        share = one.share("alone")
        whole = joined >= 1 - LITTLE
        rows.append(
            Check(
                f"Alone, {one.scene.named()}: expansion as a share of social value",
                f"within {LITTLE:g} of 0, for everybody joins" if whole else "above 0, for some never join",
                share.value, share.low, share.high, abs(share.value) <= LITTLE if whole else share.low > 0, SOURCE,
                f"Without a campaign at least {100 * joined:.1f} % join within {days} periods.",
            )
        )  # fmt: skip
    for one in found:
        share, social = one.share("rival"), one.mean("rival", "social")
        rows.append(
            Check(
                f"With a rival, {one.scene.named()}: expansion as a share of social value", "above 0",
                share.value, share.low, share.high, share.low > 0, SOURCE,
                f"Social value for each person seeded: {social.value:.2f} ({social.low:.2f} to {social.high:.2f}) "
                "customers.",
            )
        )  # fmt: skip
    return rows


def draw(found: Sequence[Found]) -> Drawing:
    """Customers over time with and without a campaign, and what its value consists of."""
    title = _finding(found)
    figure = new_figure(title, 5.0, width=11.5)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    middle = found[0]
    for kind, colour, label in (("alone", BLUE, "alone"), ("rival", VERMILLION, "with a rival")):
        values: list[Value] = getattr(middle, kind)
        for part, style, name in (("with_campaign", "-", "campaign"), ("without", "--", "no campaign")):
            curve = 100 * np.mean([getattr(value, part) for value in values], axis=0)
            left.plot(np.arange(len(curve)), curve, style, color=colour, label=f"{label}, {name}")
    left.set(xlabel="period", ylabel="customers of the brand, % of people", title=middle.scene.named(), ylim=(0, 103))
    left.legend(frameon=False, loc="lower right")
    rows = []
    for place, one in enumerate(found):
        for kind, shift in (("alone", 0.19), ("rival", -0.19)):
            y, start = len(found) - 1 - place + shift, 0.0
            for part, colour in (("expansion", ORANGE), ("acceleration", SKY)):
                at = one.mean(kind, part)
                right.barh(
                    y, at.value, 0.34, left=start, color=colour, label=part if not place and kind == "alone" else None
                )
                start += at.value
                rows.append((one.scene.named(), kind, part, *at[:3]))
            social = one.mean(kind, "social")
            right.plot([social.low, social.high], [y, y], color=GREY, lw=1.2)
            right.annotate(
                "alone" if kind == "alone" else "rival",
                (social.high, y),
                (4, -3),
                textcoords="offset points",
                color=GREY,
                fontsize=8,
            )
    right.axvline(0, color=GREY, lw=0.8)
    right.set_yticks(np.arange(len(found))[::-1], [one.scene.named() for one in found])
    right.set(
        xlabel="social value for each person seeded, customers at present value", title="Sooner, or more customers?"
    )
    right.legend(frameon=False)
    caption = (
        "Differences between a market with a campaign and the same one without, person by person, over "
        f"{len(middle.rival)} "
        "seeds; those seeded are not counted. Expansion: customers who would not have bought the brand. Grey: 95 % "
        "intervals "
        "of the sum."
    )
    return Drawing(
        figure, title, caption, pd.DataFrame(rows, columns=["scene", "market", "part", "value", "low", "high"])
    )


def _finding(found: Sequence[Found]) -> str:
    alone, rival = found[0].share("alone"), found[0].share("rival")
    return (
        f"Where everybody joins in the end, {100 * abs(alone.value):.0f} % of a campaign's social value are new "
        "customers; "
        f"with a rival, {100 * rival.value:.0f} %"
    )


def run(request: Request) -> Answer:
    """Campaigns in all scenes, against a rival and without one."""
    o = request.options
    days = int(o["periods"])
    found = run_scenes(int(o["people"]), int(o["seeds"]), days, o["degree"])
    shares = [one.share("rival").value for one in found]
    sentences = [
        _finding(found) + ".",
        f"Over the ranges studied, new customers are {100 * min(shares):.0f} to {100 * max(shares):.0f} % of the "
        "social value "
        "of a campaign against a rival.",
    ]
    return Answer(checks(found, days), lambda: draw(found), sentences)


STUDY = Study(
    title="Seeding campaigns: acceleration and expansion",
    source=(
        "Libai, B., Muller, E., & Peres, R. (2013). Decomposing the value of word-of-mouth seeding programs: "
        "acceleration "
        "versus expansion. Journal of Marketing Research, 50(2), 161-176."
    ),
    question=(
        "A brand gives its product to some people, who tell their friends. Is the campaign worth something because "
        "friends "
        "buy sooner, or because some buy who never would have?"
    ),
    change=(
        "koc replicate rivals periods=10: the horizon is too short for all to join; look at expansion in the market "
        "alone"
    ),
    self_check=(
        "Why is there no expansion in the end where a brand is alone? Everybody would have bought it anyway: the "
        "campaign "
        "can only bring the purchase forward. With a rival, a friend won early is a customer the rival does not get."
    ),
    run=run,
    options={
        "people": Option(2_000, "people", 500, 20_000),
        "seeds": Option(6, "markets of each kind", 3, 100),
        "periods": Option(30, "periods", 5, 200),
        "degree": Option(10, "friends of each person, on average", 2, 30),
    },
)
