"""Mean field: a well-mixed market against the differential equations that it tends to as it grows."""

from __future__ import annotations

from itertools import count, islice
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from scipy import stats

from experiments.report.style import BLUE, GREEN, GREY, INK, VERMILLION, Drawing, new_figure
from experiments.validation.mean_field_limit import limit_of
from experiments.validation.mean_field_theory import Path, by_days, by_equations
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.market import Market
from sim.parameters import Parameters
from sim.trust_survey import mean_trust

SMALLEST = 500
SIZES = 5
RESAMPLES = 2_000
OBSERVED = ("reach", "trust", "sales")
COLOURS = dict(zip(OBSERVED, (BLUE, GREEN, VERMILLION), strict=True))
DERIVATION = "docs/mean_field.md"


def settings(people: int, online: float = 0.2, told: float = 0.0) -> dict[str, Any]:
    """Parameters, nested, of one good that one leader posts about every day, among people who are all alike.

    The leader's post stands in the public feed: there is no pool, no fatigue, no entry and no exit; with nobody told,
    the graph carries nothing. Every rule is the model's own.

    Parameters
    ----------
    people
        How many.
    online
        Probability to be online on a day.
    told
        Friends told of a purchase, on average.
    """
    alike = ("activity", "taste", "price_sensitivity", "budget", "sociability")
    return {
        "market": {
            "consumers": people,
            "catalogue": {
                "categories": [{"name": "good", "interval": 20, "impulse_cost": 2.0, "price": 80.0}],
                "products_per_category": 1, "quality_spread": 0, "price_spread": 0, "rating_bias": 0,
            },
            "people": {
                "activity": online, "budget": 1e5, "taste_grouping": 0, **{f"{name}_spread": 0 for name in alike},
            },
            "attention": {"public_slots": 2.0},
            "belief": {"own": 0, "rating_half": people / 10},  # ratings count against the size of the market
            "choice": {"outside": -1.0},
            "experience": {"habit_purchases": 100},
            "trust": {"mass_met": 1.0, "mass_broken": 1.5, "tolerance": 0.3},
            "sharing": {"friends_told": told},
        },
        "graph": {"mean_degree": 12 if told else 2, "homophily": 0},  # who has no friends cannot be a creator
        "creators": {
            "koc_share": 0, "kol_count": 1, "kol_audience": 0.2, "kol_audience_spread": 0, "integrity_spread": 0,
            "claim_noise": 0, "posts_fixed": 8, "posts_most": 1,  # one a day; none, in 3 days of 10,000
            "leave": 0, "entry": 0, "slot_fee": 0,
        },
        "brands": {"count": 1, "weekly_budget": 1e4, "ads": 0, "kol": 1, "koc": 0},
        "platform": {
            "delivery_days": 0,
            "feed": {"content_share": 0.1, "content_half": 0, "ad_load": 0, "organic_reach": 0},
        },
    }  # fmt: skip


def parameters(people: int, request: Request) -> Parameters:
    """Parameters of a market of some size."""
    return Parameters.model_validate(settings(people, request.options["online"], request.options["told"]))


def observed(p: Parameters, seed: int, days: int) -> Path | None:
    """The path of a market: share ever reached, mean trust of followers after each day, and orders a head of the day.

    None where chance has the leader miss a day: that is one luck for all, which no number of people averages out.
    """
    market, rows = Market(p, seed), []
    for _ in range(days):
        market.step()
        if len(market.posts) == 0:
            return None
        reached = np.count_nonzero(market.m.consumers["reached"] & 2) / p.market.consumers
        trust = mean_trust(market.m.follows, market.m.creators, market.m.p.trust)
        rows.append((reached, trust, len(market.orders_today) / p.market.consumers))
    return Path(*np.array(rows).T)


def sizes(largest: float) -> list[int]:
    """Sizes of markets, evenly spaced on a logarithmic scale."""
    return [int(round(n, -2)) for n in np.geomspace(SMALLEST, largest, SIZES)]


def deviations(request: Request) -> tuple[dict[int, NDArray[np.float64]], Path, Path]:
    """What runs of every size deviate from the equations, shape (seeds, 3, days); the equations; a run of the last."""
    options = request.options
    days, seeds = int(options["days"]), int(options["seeds"])
    equations = by_equations(limit_of(parameters(SMALLEST, request)), days)
    found: dict[int, NDArray[np.float64]] = {}
    for people in sizes(options["largest"]):
        p = parameters(people, request)
        paths = filter(None, (observed(p, seed, days) for seed in count()))
        runs = list(islice(paths, seeds))
        found[people] = np.array([np.array(run) - np.array(equations) for run in runs])
    return found, equations, runs[0]


def errors(found: dict[int, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Mean square deviation over days, by size, seed and what is observed; shape (sizes, seeds, 3)."""
    return np.array([(gap**2).mean(axis=2) for gap in found.values()])


def rate(people: list[int], squares: NDArray[np.float64]) -> tuple[float, float, float]:
    """Slope of log error on log size, with a bootstrap interval over seeds, each size resampled on its own.

    Parameters
    ----------
    people
        Sizes.
    squares
        Mean square deviations, shape (sizes, seeds).
    """
    generator = np.random.default_rng(0)
    x = np.log(people) - np.log(people).mean()

    def slope(values: NDArray[np.float64]) -> float:
        return float(x @ (0.5 * np.log(values.mean(axis=1))) / (x @ x))

    n = squares.shape[1]
    draws = [slope(np.array([row[generator.integers(0, n, n)] for row in squares])) for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return slope(squares), float(low), float(high)


def jointly(samples: NDArray[np.float64], tests: int = len(OBSERVED)) -> tuple[float, float]:
    """Student's t interval of a mean that holds at 95 % for so many tests together (Bonferroni)."""
    half = stats.t.ppf(1 - 0.025 / tests, len(samples) - 1) * stats.sem(samples)
    return float(samples.mean() - half), float(samples.mean() + half)


def run(request: Request) -> Answer:
    """Runs of growing markets, held against the equations."""
    found, equations, last = deviations(request)
    people, squares = list(found), errors(found)
    checks, inherent = [], length_of_day(request)
    slopes = {name: rate(people, squares[:, :, i]) for i, name in enumerate(OBSERVED)}
    for name, (slope, low, high) in slopes.items():
        checks.append(
            Check(
                f"{name}: error against the equations, power of N", "-1/2", slope, low, high, low <= -0.5 <= high,
                f"law of large numbers; equations: {DERIVATION}",
            )
        )  # fmt: skip
    for i, name in enumerate(OBSERVED):
        share = found[people[-1]][:, i].mean(axis=1) / equations[i].mean()
        low, high = jointly(share)
        checks.append(
            Check(
                f"{name}: mean deviation at N = {people[-1]:,}, share of its mean", "0", float(share.mean()), low, high,
                low <= 0 <= high, f"equations: {DERIVATION}",
                f"interval: 95 % for the three together; of this, the length of a day makes up {inherent[i]:.1e}",
            )
        )  # fmt: skip
    root = np.sqrt(squares.mean(axis=1))
    sentences = [
        f"From {people[0]:,} to {people[-1]:,} people the market's distance from the differential equations falls as N"
        " to"
        f" the power {', '.join(f'{s[0]:.2f} ({name})' for name, s in slopes.items())}; -0.50 is what chance alone"
        " leaves.",
        f"At {people[-1]:,} people a run lies {root[-1, 0] * 100:.2f} points of reach, {root[-1, 1]:.4f} of trust and"
        f" {root[-1, 2] / equations.sales.mean():.1%} of mean daily sales from the equations, root mean square over"
        " days.",
    ]
    return Answer(checks, lambda: draw(people, squares, equations, last, slopes), sentences)


def length_of_day(request: Request) -> list[float]:
    """How far the equations lie from the limit by days, over the mean of the path: reach, trust, sales."""
    p, days = limit_of(parameters(SMALLEST, request)), int(request.options["days"])
    exact, smooth = by_days(p, days), by_equations(p, days)
    return [float(abs((b - a).mean()) / a.mean()) for a, b in zip(exact, smooth, strict=True)]


def draw(
    people: list[int],
    squares: NDArray[np.float64],
    equations: Path,
    last: Path,
    slopes: dict[str, tuple[float, float, float]],
) -> Drawing:
    """Paths of the largest market on the equations, and the error by size."""
    powers = ", ".join(f"{slope:.2f} ({name})" for name, (slope, _, _) in slopes.items())
    figure = new_figure(f"A market's distance from its differential equations falls as N to the power {powers}", 5.6)
    axes = figure.subplots(2, 2).ravel()
    labels = ("ever reached by the leader", "mean trust of followers", "orders a head and day")
    days = np.arange(1, len(equations.reach) + 1)
    for i, (axis, name) in enumerate(zip(axes, OBSERVED, strict=False)):
        axis.plot(days, last[i], ".", ms=4, color=COLOURS[name], label=f"a market of {people[-1]:,}")
        axis.plot(days, equations[i], color=INK, lw=1.3, label="equations")
        axis.set_title(f"{name}: {labels[i]}")
        axis.set_xlabel("day")
        if name != "trust":
            axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0 if name == "reach" else 1))
        if i == 0:
            axis.legend(frameon=False, loc="lower right")
    root = np.sqrt(squares.mean(axis=1)) / [path.mean() for path in equations]
    axis = axes[3]
    for i, name in enumerate(OBSERVED):
        axis.loglog(people, root[:, i], "o-", color=COLOURS[name], ms=4)
        axis.annotate(f"{name}", (people[-1], root[-1, i]), (6, 4 if name == "trust" else -4),
                      textcoords="offset points", va="center", color=COLOURS[name])  # fmt: skip
    guide = 0.35 * np.sqrt(people[0] / np.array(people, float)) * root[0].min()
    axis.loglog(people, guide, "--", color=GREY, lw=1)
    axis.annotate("slope -1/2", (people[2], guide[2]), (0, -12), textcoords="offset points", color=GREY, ha="center")
    axis.set_title("error of a run, over the mean of the path")
    axis.set_xlabel("people")
    axis.set_xlim(right=people[-1] * 3)
    table = pd.DataFrame(
        [(n, name, root[s, i]) for s, n in enumerate(people) for i, name in enumerate(OBSERVED)],
        columns=["people", "observed", "error"],
    )
    caption = (
        f"Dots: one run of {people[-1]:,} people; lines: the ordinary differential equations of {DERIVATION}, solved"
        f" without a run. Bottom right: root mean square deviation over days and {squares.shape[1]} seeds, passing over"
        " seeds with a day on which the leader, by chance, does not post."
    )
    return Drawing(figure, "", caption, table)


STUDY = Study(
    title="a well-mixed market against its differential equations",
    source="Kurtz (1970), Solutions of ordinary differential equations as limits of pure jump Markov processes, "
    "Journal of Applied Probability 7(1), 49-58",
    question="If nobody is special and everybody meets everybody, do a few equations say what thousands of simulated "
    "people do? And how many people does it take?",
    change="told=3: let buyers tell three friends. The runs then leave the equations, however large the market",
    self_check="Which of the three curves does word of mouth leave where it was, and why? Reach: it counts paid pages "
    "of the feed, and friends' words are not paid.",
    run=run,
    options={
        "largest": Option(50_000, "people in the largest market", 2_000, 1_000_000),
        "seeds": Option(12, "runs of each size", 3, 100),
        "days": Option(60, "days", 10, 200),
        "online": Option(0.2, "probability to be online on a day", 0.01, 0.99),
        "told": Option(0, "friends told of a purchase; the equations know of none", 0, 8),
    },
)
