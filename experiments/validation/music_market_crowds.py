"""Crowds that hear the same songs: what each downloads, and where sales come to rest."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from experiments.report.statistics import Estimate
from experiments.validation.study import Request
from sim.draws import stream_keys
from sim.market import Market
from sim.parameters import Parameters
from sim.recorder import gini
from sim.world import World

Vector = NDArray[np.float64]

SONGS = 48
TRIALS = 0.05  # a head and day: so few that hardly anybody compares two songs
LARGE = 10  # times as many people where runs are compared with the equilibrium of an endless crowd
FORGOTTEN, MEASURED = 240, 100  # days until a start is forgotten, and days of downloads counted after them
OTHER_LUCK = 1_000  # first seed of the worlds' luck


def parameters(people: int, exponent: float) -> Parameters:
    """A market of songs that are found by their popularity to a power, and bought with a chance that is their own.

    With certain beliefs, no need and equal prices a page seen is a trial, and what is tried is bought with the
    probability ``1 / (1 + exp(outside - utility))``: the quality ``q`` of Krumme et al. (2012).
    """
    song = {"name": "songs", "interval": 1, "impulse_cost": 0.0, "price": 1.0}
    return Parameters.model_validate(
        {
            "market": {
                "consumers": people,
                "catalogue": {
                    "categories": [song], "products_per_category": SONGS, "quality_spread": 0.8, "price_spread": 0,
                    "quality_premium": 0, "rating_bias": 0,
                },
                "people": {"activity": 1.0, "taste_spread": 0, "taste_grouping": 0, "budget": 1e5, "budget_spread": 0},
                "attention": {"public_slots": TRIALS, "search": 0, "ask": 0},
                "belief": {"rating": 0, "own": 0},
                "choice": {"risk": 0, "outside": 1.0},
                "experience": {"noise": 0, "return_gap": 5, "habit_purchases": 100},
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


def appeal(world: World, p: Parameters) -> Vector:
    """Probability that a song is bought when it is tried, shape (48,)."""
    return expit(p.market.choice.quality * world.goods.reputation - p.market.choice.outside)


def downloads(
    p: Parameters, world: World, luck: int, days: int, burn_in: int = 0, start: Vector | None = None
) -> tuple[Vector, Vector]:
    """Shares of downloads after burn-in, and of popularity in the end, of a world that shares its songs with others.

    Parameters
    ----------
    p, world
        Parameters, and the people and songs.
    luck
        Seed of what happens to them.
    days, burn_in
        Days in all, and those of them that do not count.
    start
        Downloads that songs begin with, shape (48,); none by default.
    """
    market = Market(p, luck, world=replace(world, luck=stream_keys(OTHER_LUCK + luck)), burn_in=burn_in)
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


def equilibrium(p: Parameters, q: Vector) -> Vector:
    """Market shares at which popularity reproduces itself, for an exponent r below 1; shape (48,).

    Popularity S fades by a share δ a day and every song counts one more than its sales, so in an endless crowd
    ``δ S_i = T q_i (S_i + 1)^r / Σ (S + 1)^r``, with T trials a day. Without the one more, shares go with
    ``q^(1 / (1 - r))``, whatever δ is.
    """
    most, r = p.market.consumers * TRIALS / p.platform.feed.popularity_decay, p.platform.feed.exponent
    sales = np.full(len(q), most / len(q))
    for _ in range(2_000):
        tried = (sales + 1) ** r
        sales = most * q * tried / tried.sum()
    return sales / sales.sum()


class Crowds(NamedTuple):
    """Gini and unpredictability of download shares by catalogue (rows) and exponent, and the winner-take-all worlds."""

    gini: pd.DataFrame
    unpredictability: pd.DataFrame
    runaway: list[tuple[Vector, Vector]]  # chances to be bought, and shares of popularity in the end, of each world
    kept: list[bool]  # whether the worst song kept a lead it was given, in each catalogue


def crowds(request: Request) -> Crowds:
    """Worlds without a signal, with a weak and with a strong one, and with one that runs away."""
    o = request.options
    people, days = int(o["people"]), int(o["days"])
    length = {0.0: days, o["weak"]: days, o["ranked"]: days, o["runaway"]: 2 * days}
    spread: dict[float, list[float]] = {r: [] for r in length}
    luck: dict[float, list[float]] = {r: [] for r in length}
    runaway, kept = [], []
    for catalogue in range(int(o["catalogues"])):
        world = World.build(parameters(people, 0.0), catalogue)
        q = appeal(world, parameters(people, 0.0))
        for r, time in length.items():
            p = parameters(people, r)
            worlds = [downloads(p, world, luck=w, days=time) for w in range(int(o["worlds"]))]
            shares = np.array([counted for counted, _ in worlds])
            spread[r].append(float(np.mean([gini(s) for s in shares])))
            luck[r].append(unpredictability(shares))
            if r == o["runaway"]:
                runaway += [(q, popular) for _, popular in worlds]
        lead = np.where(np.arange(SONGS) == q.argmin(), people * TRIALS, 0.0)
        _, popular = downloads(parameters(people, o["runaway"]), world, 0, 2 * days, start=lead)
        kept.append(bool(popular.argmax() == q.argmin()))
    return Crowds(pd.DataFrame(spread), pd.DataFrame(luck), runaway, kept)


class Settled(NamedTuple):
    """Shares of downloads of a large crowd under the weak signal, from two starts, and what they should be."""

    q: Vector  # (48,)
    expected: Vector  # (48,)
    fresh: Vector  # (worlds, 48) from no downloads
    turned: Vector  # (worlds, 48) from the shares in reverse: the worst song first


def settled(request: Request) -> Settled:
    """Large crowds with a weak signal, long after their start."""
    o = request.options
    p = parameters(LARGE * int(o["people"]), o["weak"])
    world = World.build(p, 0)
    q = appeal(world, p)
    expected = equilibrium(p, q)
    reverse = np.empty(SONGS)
    reverse[np.argsort(expected)] = np.sort(expected)[::-1]
    start = reverse * p.market.consumers * TRIALS * q.mean() / p.platform.feed.popularity_decay
    made = [
        [downloads(p, world, w, FORGOTTEN + MEASURED, FORGOTTEN, first)[0] for w in range(int(o["worlds"]))]
        for first in (None, start)
    ]
    return Settled(q, expected, *map(np.array, made))


def won(successes: int, trials: int) -> Estimate:
    """Share of trials with Wilson's 95 % interval (Wilson 1927)."""
    z2, share = 1.959964**2, successes / trials
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * share * (1 - share) / trials + z2**2 / (4 * trials**2)) / (1 + z2 / trials)
    return Estimate(share, float(middle - half), float(middle + half), np.nan, trials)
