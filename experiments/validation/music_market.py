"""The music market: songs that are listened to because others liked them (Salganik, Dodds & Watts 2006)."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.special import expit

from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import BLUE, GREY, INK, PALE, VERMILLION, Drawing, new_figure
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.agents.platform import POPULARITY_DECAY
from sim.draws import stream_keys
from sim.market import Market
from sim.parameters import Parameters
from sim.recorder import gini
from sim.world import World

Vector = NDArray[np.float64]

SONGS = 48
TRIALS = 0.05  # a head and day: so few that hardly anybody compares two songs
REPUTATION = 0.5  # share of a song's quality that is known, `sim.world`: its brand has no other
PAPER = "Salganik, Dodds & Watts 2006, figures 1 to 3"
THEORY = "Maldonado, Van Hentenryck, Berbeglia & Berbeglia 2018, theorem on sublinear signals"
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
    most, r = p.market.consumers * TRIALS / POPULARITY_DECAY, p.platform.feed.exponent
    sales = np.full(len(q), most / len(q))
    for _ in range(2_000):
        tried = (sales + 1) ** r
        sales = most * q * tried / tried.sum()
    return sales / sales.sum()


def power(shares: Vector, q: Vector, weights: Vector) -> float:
    """Slope of log share on log q, weighted."""
    x, y = np.log(q), np.log(np.maximum(shares, 1e-9))
    x, y = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    return float((weights * x * y).sum() / (weights * x * x).sum())


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
    start = reverse * p.market.consumers * TRIALS * q.mean() / POPULARITY_DECAY
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


def order_checks(found: Crowds) -> list[Check]:
    """Gini and unpredictability rise with the signal."""
    checks = []
    steps = (("weak signal", "independent"), ("ranked list", "weak signal"), ("runaway", "ranked list"))
    for name, table in (("Gini", found.gini), ("unpredictability", found.unpredictability)):
        for at, (more, less) in enumerate(steps):
            rise = t_interval(table.iloc[:, at + 1] - table.iloc[:, at])
            source = PAPER if at < 2 else THEORY
            checks.append(
                Check(f"{name}: {more} less {less}", "above 0", rise.value, rise.low, rise.high, rise.low > 0, source)
            )
    return checks


def checks_of(request: Request, found: Crowds, still: Settled) -> list[Check]:
    """All checks."""
    r = request.options["weak"]
    exact = power(still.expected, still.q, still.expected)
    slopes = [[power(s, still.q, still.expected) for s in shares] for shares in (still.fresh, still.turned)]
    slope, gap = t_interval(slopes[0]), t_interval(np.subtract(slopes[0], slopes[1]))
    best = [int(popular.argmax() == q.argmax()) for q, popular in found.runaway]
    monopoly = [int(popular.max() > 0.5) for _, popular in found.runaway]
    luck, alone, kept = (won(sum(row), len(row)) for row in (best, monopoly, found.kept))
    above = request.options["runaway"]
    return [
        *order_checks(found),
        Check(
            f"r = {r:g}: power of quality in shares", f"{exact:.3f}", slope.value, slope.low, slope.high,
            slope.low <= exact <= slope.high, THEORY,
            f"1 / (1 - r) = {1 / (1 - r):.3f} where sales dwarf the one that every song is given",
        ),
        Check(
            f"r = {r:g}: the same, from a start upside down", "0 difference", gap.value, gap.low, gap.high,
            not gap.clear, THEORY, "sales fade, so that a start is forgotten sooner than in a list of all downloads",
        ),
        Check(
            f"r = {above:g}: worlds in which one song has over half", "above 0.5", alone.value, alone.low, alone.high,
            alone.low > 0.5, THEORY,
        ),
        Check(
            f"r = {above:g}: worlds that the best song wins", "below 1", luck.value, luck.low, luck.high,
            luck.high < 1 and len({int(p.argmax()) for _, p in found.runaway}) > 1, PAPER,
        ),
        Check(
            f"r = {above:g}: worlds in which the worst song keeps a lead", "above 0.5", kept.value, kept.low, kept.high,
            kept.low > 0.5, THEORY,
        ),
    ]  # fmt: skip


def run(request: Request) -> Answer:
    """The three conditions of the experiment, and both sides of a signal of power one."""
    found, still = crowds(request), settled(request)
    checks = checks_of(request, found, still)
    g, u = found.gini.mean(), found.unpredictability.mean()
    slope = next(check for check in checks if "power of quality" in check.name)
    best = next(check for check in checks if "best song" in check.name)
    r, above = request.options["weak"], request.options["runaway"]
    sentences = [
        f"The more listeners are led by what others liked, the more unequal and the less predictable success becomes:"
        " the"
        f" Gini rises from {g.iloc[0]:.2f} to {g.iloc[1]:.2f} and {g.iloc[2]:.2f}, unpredictability from"
        f" {u.iloc[0]:.4f}"
        f" to {u.iloc[1]:.4f} and {u.iloc[2]:.4f}.",
        f"Below a power of one, quality decides, whatever the start: at r = {r:g} shares go with quality to the power"
        f" {slope.found:.2f} (expected {slope.expected}).",
        f"Above it, luck does: at r = {above:g} the best of {SONGS} songs wins {best.found:.0%} of worlds, and"
        f" {sum(found.kept)} of {len(found.kept)} times the worst keeps a lead that it is given.",
        f"Unlike the experiment, where downloads were listed for ever and each song was downloaded once by each, here"
        f" {POPULARITY_DECAY:.0%} of sales fade a day, every song counts one more than its sales, and people buy again:"
        " fading moves no equilibrium below a power of one, and the one more is part of the one expected above.",
    ]
    return Answer(checks, lambda: draw(request, found, still), sentences)


def draw(request: Request, found: Crowds, still: Settled) -> Drawing:
    """Inequality and unpredictability by signal, the equilibrium below one, the winners above."""
    u = found.unpredictability.mean()
    figure = new_figure(
        f"The stronger the signal, the less equal and the less predictable success is: {u.iloc[2] / u.iloc[0]:.1f}"
        " times"
        " as unpredictable in the ranked list as without a signal",
        6.2,
    )
    axes = figure.subplots(2, 2)
    _by_signal(axes[0, 0], found.gini, "Gini of market shares")
    _by_signal(axes[0, 1], found.unpredictability, "unpredictability of market shares")
    _at_rest(axes[1, 0], request, still)
    _winners(axes[1, 1], request, found)
    table = pd.concat({"gini": found.gini, "unpredictability": found.unpredictability}, names=["measure", "catalogue"])
    caption = (
        f"Top: each dot one catalogue of {SONGS} songs, averaged over {int(request.options['worlds'])} worlds that"
        " differ"
        " by luck alone; bar: mean. Bottom left: downloads long after the start, from no downloads and from the"
        " ranking upside down, against the equilibrium. Bottom right: popularity in the end, songs stacked with"
        " the best below; the winner in colour, blue where it is the best."
    )
    return Drawing(figure, "", caption, table.reset_index())


def _by_signal(axis: Axes, table: pd.DataFrame, title: str) -> None:
    names = ("independent", "weak signal", "ranked list", "runaway")
    for at, r in enumerate(table):
        axis.plot(np.full(len(table), at), table[r], "o", ms=4, color=BLUE, alpha=0.5, mew=0)
        axis.plot([at - 0.2, at + 0.2], [table[r].mean()] * 2, color=INK)
    axis.set_xticks(range(len(table.columns)), [f"{n}\nr = {r:g}" for n, r in zip(names, table, strict=True)])
    axis.set_ylim(bottom=0)
    axis.set_title(title)


def _at_rest(axis: Axes, request: Request, still: Settled) -> None:
    order = np.argsort(still.q)
    axis.loglog(still.q[order], still.expected[order], color=INK, lw=1.2, label="equilibrium")
    axis.loglog(still.q, still.fresh.mean(axis=0), "o", ms=4, color=BLUE, label="from no downloads")
    axis.loglog(still.q, still.turned.mean(axis=0), "x", ms=5, color=VERMILLION, label="from upside down")
    axis.set_title(f"r = {request.options['weak']:g}: quality decides, whatever the start")
    axis.set_xlabel("chance to be bought when tried, q")
    axis.set_ylabel("market share")
    axis.set_xticks([0.1, 0.2, 0.3, 0.5], ["0.1", "0.2", "0.3", "0.5"])
    axis.set_yticks([0.003, 0.01, 0.03], ["0.3%", "1%", "3%"])
    axis.minorticks_off()
    axis.legend(frameon=False)


def _winners(axis: Axes, request: Request, found: Crowds) -> None:
    worlds = int(request.options["worlds"])
    for at, (q, popular) in enumerate(found.runaway):
        ranked = popular[np.argsort(-q)]
        below = np.concatenate([[0.0], np.cumsum(ranked)[:-1]])
        winner = int(ranked.argmax())
        place = at + at // worlds
        axis.bar(place, 1.0, color=PALE, width=0.9)
        axis.bar(place, ranked[winner], bottom=below[winner], color=VERMILLION if winner else BLUE, width=0.9)
        axis.text(place, 1.01, f"{winner + 1}", ha="center", va="bottom", fontsize=7, color=GREY)
    axis.set_title(f"r = {request.options['runaway']:g}: the winner's share, by world", pad=14)
    axis.set_xlabel("worlds, by catalogue; above: the winner's rank in quality")
    axis.set_xticks([])
    axis.set_ylim(0, 1)


STUDY = Study(
    title="the music market: inequality and luck under social influence",
    source="Salganik, Dodds & Watts (2006), Experimental study of inequality and unpredictability in an artificial "
    "cultural market, Science 311, 854-856; Krumme, Cebrian, Pickard & Pentland (2012), Quantifying social influence "
    "in an online cultural market, PLoS ONE 7(5) e33785; Maldonado, Van Hentenryck, Berbeglia & Berbeglia (2018), "
    "Popularity signals in trial-offer markets with social influence and position bias, European Journal of "
    "Operational Research 266(2), 775-793",
    question="The same 48 songs are offered to several crowds that cannot see each other. Does the same song win "
    "everywhere, and does it win because it is good?",
    change="ranked=1.2: let popularity count more than in proportion, and look at unpredictability",
    self_check="Is the song that wins at r above 1 a bad one? Not as a rule: bad songs are bought more rarely when"
    " tried "
    "and fall behind early; but among good ones luck decides, and a lead, once given, is kept.",
    run=run,
    options={
        "weak": Option(0.4, "power of popularity under the weak signal", 0.0, 0.8),
        "ranked": Option(0.9, "power of popularity in the ranked list", 0.0, 3.0),
        "runaway": Option(1.5, "power of popularity where it runs away", 1.0, 3.0),
        "catalogues": Option(5, "catalogues of songs", 3, 50),
        "worlds": Option(6, "crowds that hear a catalogue", 2, 50),
        "people": Option(5_000, "people in a crowd", 1_000, 100_000),
        "days": Option(30, "days of the experiment", 5, 365),
    },
)
