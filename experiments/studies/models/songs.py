"""Crowds that hear the same songs: what each downloads, and where sales come to rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from experiments.measures.statistics import share_of
from experiments.studies.models.limits import NO_FADING
from sim.draws import stream_keys
from sim.market import Market
from sim.parameters import Parameters
from sim.results.inequality import gini
from sim.world import World

Vector = NDArray[np.float64]

SONGS = 48
TRIALS = 0.05  # a head and day: so few that few compare two songs, and next to nobody three
FORGOTTEN, MEASURED = 240, 100  # days until a start is forgotten, and days of downloads counted after them
OTHER_SHOCKS = 1_000  # first seed of the worlds' random shocks


def parameters(people: int, exponent: float) -> Parameters:
    """A market of songs that are found by their popularity to a power, and bought with a chance that is their own.

    Use shows without error what a song is worth, which is the same for all, and ratings say so from the first day. So
    belief is certain; with no need, no goodwill and equal prices a page seen is a trial, and what is tried is bought
    with the probability ``1 / (1 + exp(outside - utility))``: the quality ``q`` of Krumme et al. (2012).
    """
    song = {"name": "songs", "interval": 1, "impulse_cost": 0.0, "price": 1.0}
    return Parameters.model_validate(
        {
            "market": {
                "consumers": people,
                "catalogue": {
                    "categories": [song], "products_per_category": SONGS, "quality_spread": 0.8, "match_spread": 0,
                    "price_spread": 0, "quality_premium": 0, "rating_bias": 0,
                },
                "people": {
                    "activity": 1.0, "taste_spread": 0, "taste_grouping": 0, "price_sensitivity": 0.05,
                    "price_sensitivity_spread": 0, "budget": 1e5, "budget_spread": 0,
                },
                "attention": {"public_slots": TRIALS, "search": 0, "ask": 0},
                "memory": {"seen": 0, "heard": 0, "use": 0},
                "belief": {"rating_days": NO_FADING},
                "choice": {"risk": 0, "outside": 1.0},
                "experience": {"noise": 0, "return_below": 100, "review": 0},
            },
            "graph": {"mean_degree": 0, "homophily": 0},
            "creators": {"koc_share": 0, "kol_count": 0, "entry": 0, "commission": 0},
            "brands": {"count": SONGS, "weekly_budget": 0},
            "platform": {
                "take_rate": 0, "annual_fee": 0,
                "feed": {
                    "popularity": 1, "merit": 0, "paid": 0, "exponent": exponent, "ad_load": 0, "content_share": 0,
                },
            },
        }
    )  # fmt: skip


def world_of(p: Parameters, seed: int) -> World:
    """People and songs of a seed; worth is counted from the mean song, since ratings tell no more."""
    world = World.build(p, seed)
    quality = world.goods.quality - world.goods.quality.mean()
    return replace(world, goods=world.goods._replace(quality=quality))


def appeal(world: World, p: Parameters) -> Vector:
    """Probability that a song is bought when it is tried, shape (48,)."""
    return expit(world.goods.quality - p.market.people.price_sensitivity - p.market.choice.outside)


def downloads(
    p: Parameters, world: World, shocks: int, days: int, burn_in: int = 0, start: Vector | None = None
) -> tuple[Vector, Vector]:
    """Shares of downloads after burn-in, and of popularity in the end, of a world that shares its songs with others.

    Parameters
    ----------
    p, world
        Parameters, and the people and songs.
    shocks
        Seed of what happens to them.
    days, burn_in
        Days in all, and those of them that do not count.
    start
        Downloads that songs begin with, shape (48,); none by default.
    """
    market = Market(p, shocks, world=replace(world, keys=stream_keys(OTHER_SHOCKS + shocks)), burn_in=burn_in)
    market.m.products["reviews"], market.m.products["review_sum"] = 1.0, world.goods.quality
    sales = market.platforms[0].sales
    sales[:] = 0.0 if start is None else start
    market.run(days)
    counted, popular = market.recorder.sums.products.astype(float), market.platforms[0].sales
    return counted / counted.sum(), popular / popular.sum()


def unpredictability(shares: Vector) -> float:
    """Mean over songs and pairs of worlds of the difference of market shares; shape (worlds, songs)."""
    worlds = len(shares)
    pairs = [np.abs(shares[i] - shares[j]).mean() for i in range(worlds) for j in range(i)]
    return float(np.mean(pairs))


def equilibrium(p: Parameters, q: Vector, compared: float = TRIALS) -> Vector:
    """Market shares at which popularity reproduces itself, for an exponent r below 1; shape (48,).

    Popularity S fades by a share δ a day and every song counts one more than its sales, so in an endless crowd
    ``δ S_i = T q_i t_i`` with T trials a day, of which the share ``t_i = (S_i + 1)^r / Σ (S + 1)^r`` are of song i.
    Without the one more, shares go with ``q^(1 / (1 - r))``, whatever δ is. The share ``compared`` of those who try a
    song try another on the same day, by default as many as there are trials a head, and buy one at most: the logit of
    two songs and none.
    """
    most, r = p.market.consumers * TRIALS / p.platform.feed.popularity_decay, p.platform.feed.exponent
    odds = q / (1 - q)
    of_two = odds[:, None] / (1 + odds[:, None] + odds)
    np.fill_diagonal(of_two, q)
    sales = np.full(len(q), most / len(q))
    for _ in range(2_000):
        tried = (sales + 1) ** r / ((sales + 1) ** r).sum()
        sales = most * tried * ((1 - compared) * q + compared * of_two @ tried)
    return sales / sales.sum()


def power(shares: Vector, q: Vector, weights: Vector) -> float:
    """Slope of log share on log q, weighted."""
    x, y = np.log(q), np.log(np.maximum(shares, 1e-9))
    x, y = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    return float((weights * x * y).sum() / (weights * x * x).sum())


class Crowds(NamedTuple):
    """Crowds that hear the same songs under signals of several powers."""

    gini: pd.DataFrame  # of download shares, by catalogue (rows) and power
    unpredictability: pd.DataFrame  # likewise
    runaway: list[tuple[Vector, Vector]]  # under the last power: chances to be bought, and popularity in the end
    kept: list[bool]  # under the last power: whether the worst song kept a lead it was given, by catalogue

    @property
    def best(self) -> list[bool]:
        """Whether the best song wins a world, under the last power."""
        return [bool(q.argmax() == popular.argmax()) for q, popular in self.runaway]


def crowds(people: int, catalogues: int, worlds: int, days: Mapping[float, int]) -> Crowds:
    """Worlds that hear each catalogue, for so many days under each power."""
    unequal: dict[float, list[float]] = {r: [] for r in days}
    unpredictable: dict[float, list[float]] = {r: [] for r in days}
    runaway, kept, last = [], [], list(days)[-1]
    for catalogue in range(catalogues):
        world = world_of(parameters(people, 0.0), catalogue)
        q = appeal(world, parameters(people, 0.0))
        for r, time in days.items():
            made = [downloads(parameters(people, r), world, shocks=w, days=time) for w in range(worlds)]
            shares = np.array([counted for counted, _ in made])
            unequal[r].append(float(np.mean([gini(s) for s in shares])))
            unpredictable[r].append(unpredictability(shares))
            runaway += [(q, popular) for _, popular in made] if r == last else []
        lead = np.where(np.arange(SONGS) == q.argmin(), people * TRIALS, 0.0)
        _, popular = downloads(parameters(people, last), world, 0, days[last], start=lead)
        kept.append(bool(popular.argmax() == q.argmin()))
    return Crowds(pd.DataFrame(unequal), pd.DataFrame(unpredictable), runaway, kept)


class Rest(NamedTuple):
    """Shares of downloads of a large crowd, long after its start, from two starts; songs are the last axis."""

    q: Vector
    expected: Vector  # in equilibrium
    fresh: Vector  # from no downloads, by world
    turned: Vector  # from the shares in reverse: the worst song first, by world

    def powers(self) -> tuple[float, list[float], list[float]]:
        """Power of quality in the shares expected, and in those of each world from either start."""
        fresh, turned = ([power(one, self.q, self.expected) for one in of] for of in (self.fresh, self.turned))
        return power(self.expected, self.q, self.expected), fresh, turned


def at_rest(people: int, exponent: float, worlds: int) -> Rest:
    """Crowds under a signal of a power below one, long after their start."""
    p = parameters(people, exponent)
    world = world_of(p, 0)
    q = appeal(world, p)
    expected, start = equilibrium(p, q), np.empty(SONGS)
    start[np.argsort(expected)] = np.sort(expected)[::-1]
    start = start * p.market.consumers * TRIALS * q.mean() / p.platform.feed.popularity_decay
    fresh, turned = (
        np.array([downloads(p, world, w, FORGOTTEN + MEASURED, FORGOTTEN, first)[0] for w in range(worlds)])
        for first in (None, start)
    )
    return Rest(q, expected, fresh, turned)


def won(outcomes: Sequence[bool]) -> tuple[float, float, float]:
    """Share of trials that succeeded, with Wilson's 95 % interval (Wilson 1927)."""
    return share_of(sum(map(bool, outcomes)), len(outcomes), method="wilson")
