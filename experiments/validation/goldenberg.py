"""Talk of the network: what makes a product spread faster, advertising, strong ties in groups or weak ties across?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.report.statistics import Estimate
from experiments.report.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.validation.limits import SEARCHED, chances, directed, market
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph import Graph

FACTORS: Mapping[str, tuple[str, float, float]] = {
    "advertising": ("advertising α", 0.0005, 0.01),
    "weak": ("weak tie, probability", 0.005, 0.015),
    "strong": ("strong tie, probability", 0.01, 0.07),
    "weak_ties": ("weak ties, number", 5, 29),
    "strong_ties": ("strong ties, number", 5, 29),
}
"""What varies, with the ranges of Goldenberg, Libai & Muller (2001): probabilities a day, and ties a person."""

PAIRS = (("weak", "strong"), ("weak_ties", "strong_ties"))
MARKS = (0.16, 0.95)
LONGEST = 400  # days
SOURCE = "Goldenberg, Libai & Muller (2001)"


class Effects(NamedTuple):
    """Ordinary least squares of the log of a time on the logs of the factors, so that effects are elasticities."""

    slopes: NDArray[np.float64]  # (factors,)
    covariance: NDArray[np.float64]  # (factors, factors)
    freedom: int
    fit: float  # share of variance explained

    def contrast(self, weights: Sequence[float] | NDArray[np.float64]) -> Estimate:
        """A weighted sum of effects with its 95 % t interval."""
        w = np.asarray(weights, float)
        value, error = float(w @ self.slopes), float(np.sqrt(w @ self.covariance @ w))
        half = float(stats.t.isf(0.025, self.freedom)) * error
        p = 2 * float(stats.t.sf(abs(value) / error, self.freedom))
        return Estimate(value, value - half, value + half, p, self.freedom)


def groups(people: int, ties: int) -> Graph:
    """Personal networks: groups in which everybody knows all others, so that each has the given number of ties."""
    size = ties + 1
    others = np.arange(1, size)
    member = np.repeat(np.arange(people), ties)
    first = member // size * size
    told = first + (member - first + np.tile(others, people)) % size
    within = told < people
    return directed(people, member[within], told[within])


def times(people: int, seed: int, at: Mapping[str, float]) -> list[float]:
    """Days until 16 % and 95 % of all people have adopted, between two days by a straight line."""
    numbers = chances(people, at["advertising"], at["strong"], at["weak"], at["weak_ties"])
    one = market(people, seed, graph=groups(people, int(at["strong_ties"])), numbers=numbers, changes=SEARCHED)
    share = [0.0]
    while share[-1] < max(MARKS) and len(share) <= LONGEST:
        one.step()
        share.append(share[-1] + len(one.orders_today) / people)
    return [float(np.interp(mark, share, np.arange(len(share)))) for mark in MARKS]


def design(runs: int) -> pd.DataFrame:
    """A Latin hypercube over the ranges, log-uniform, a row per run; numbers of ties are whole."""
    points = stats.qmc.LatinHypercube(len(FACTORS), rng=np.random.default_rng(2001)).random(runs)
    table = {}
    for column, (name, (_, low, high)) in zip(points.T, FACTORS.items(), strict=True):
        value = low * (high / low) ** column
        table[name] = np.round(value) if name.endswith("_ties") else value
    return pd.DataFrame(table)


def regressed(factors: pd.DataFrame, days: NDArray[np.float64]) -> Effects:
    """Elasticities of a time with respect to each factor."""
    x = np.column_stack([np.ones(len(days)), np.log(factors.to_numpy(float))])
    y = np.log(days)
    inverse = np.linalg.inv(x.T @ x)
    slopes = inverse @ x.T @ y
    rest = y - x @ slopes
    freedom = len(y) - x.shape[1]
    covariance = inverse * (rest @ rest) / freedom
    return Effects(slopes[1:], covariance[1:, 1:], freedom, 1 - rest.var() / y.var())


class Metric(NamedTuple):
    """A way to compare weak with strong ties."""

    name: str
    weak: NDArray[np.float64]  # weights on the effects
    strong: NDArray[np.float64]


def metrics(factors: pd.DataFrame) -> list[Metric]:
    """Ways to compare: by per cent, by the range studied, and by one hundredth of probability.

    The numbers of ties have one range, so that all three agree for them.
    """
    place = {name: n for n, name in enumerate(factors)}
    spread, middle = np.log(factors).std().to_numpy(), np.exp(np.log(factors).mean()).to_numpy()
    (weak, strong), ties = ([np.eye(len(place))[place[name]] for name in pair] for pair in PAIRS)
    return [
        Metric("probability, by 1 %", weak, strong),
        Metric("probability, by a standard deviation", weak * spread, strong * spread),
        Metric("probability, by one point", weak / middle / 100, strong / middle / 100),
        Metric("number of ties", *ties),
    ]


def checks(factors: pd.DataFrame, effects: Mapping[float, Effects]) -> list[Check]:
    """Sign of every effect, and by which metric weak ties matter at least as much as strong ones."""
    rows = []
    for mark, one in effects.items():
        for n, name in enumerate(FACTORS):
            at = one.contrast(np.eye(factors.shape[1])[n])
            rows.append(
                Check(
                    f"Days to {100 * mark:.0f} %, elasticity: {FACTORS[name][0]}", "below 0", at.value, at.low, at.high,
                    at.high < 0, f"{SOURCE}: each makes diffusion faster",
                )
            )  # fmt: skip
    for mark, one in effects.items():
        for metric in metrics(factors):
            at = one.contrast(metric.strong - metric.weak)
            ratio = (metric.weak @ one.slopes) / (metric.strong @ one.slopes)
            clear = "" if at.low <= 0 <= at.high else ", beyond chance"
            note = f"Effect of weak over strong ties: {ratio:.2f}{clear}."
            rows.append(
                Check(
                    f"Days to {100 * mark:.0f} %, weak less strong: {metric.name}", "at least 0",
                    at.value, at.low, at.high,
                    at.high >= 0, f"{SOURCE}: weak ties are at least as strong an influence",
                    note if at.high >= 0 else f"{note} By this metric strong ties matter more.",
                )
            )  # fmt: skip
    return rows


def draw(factors: pd.DataFrame, days: NDArray[np.float64], effects: Mapping[float, Effects]) -> Drawing:
    """Elasticities, and weak over strong ties by each metric."""
    title = _finding(factors, effects)
    figure = new_figure(title, 4.6, width=11.0)
    left, right = figure.subplots(1, 2)
    rows: list[tuple[float, str, str, float, float, float]] = []
    for colour, shift, (mark, one) in zip((BLUE, VERMILLION), (0.13, -0.13), effects.items(), strict=True):
        at = [one.contrast(unit) for unit in np.eye(factors.shape[1])]
        y = np.arange(len(at))[::-1] + shift
        x = np.array([e.value for e in at])
        left.errorbar(
            x,
            y,
            xerr=[x - [e.low for e in at], [e.high for e in at] - x],
            fmt="o",
            color=colour,
            label=f"days to {100 * mark:.0f} %",
        )
        rows += [(mark, "elasticity", FACTORS[name][0], *e[:3]) for name, e in zip(FACTORS, at, strict=True)]
        ratios = [(m.weak @ one.slopes) / (m.strong @ one.slopes) for m in metrics(factors)]
        right.plot(ratios, np.arange(len(ratios))[::-1] + shift, "o", color=colour)
        rows += [
            (mark, "weak over strong", m.name, float(r), math.nan, math.nan)
            for m, r in zip(metrics(factors), ratios, strict=True)
        ]
    left.axvline(0, color=GREY, lw=0.8)
    left.set_yticks(np.arange(len(FACTORS))[::-1], [label for label, *_ in FACTORS.values()])
    left.set(xlabel="change of the time for 1 % more, %", title="What makes it faster")
    left.legend(frameon=False, loc="lower right")
    right.axvline(1, color=GREY, lw=0.8)
    right.set(
        xscale="log", xlabel="effect of weak ties over effect of strong ties", title="Weak against strong, by metric"
    )
    right.set_xticks([0.25, 0.5, 1, 2, 4], ["¼", "½", "1", "2", "4"])
    right.minorticks_off()
    names = [m.name.replace("by a", "by\na") for m in metrics(factors)]
    right.set_yticks(np.arange(len(names))[::-1], names)
    caption = (
        f"{len(days)} runs over the ranges of the paper, drawn as a Latin hypercube in logarithms; regression of the "
        "log "
        "of the time on the logs of the five factors, with 95 % intervals."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows, columns=["mark", "what", "of", "value", "low", "high"]))


def wins(factors: pd.DataFrame, one: Effects) -> list[str]:
    """Metrics by which weak ties make the time shorter than strong ones do."""
    return [m.name for m in metrics(factors) if m.weak @ one.slopes < m.strong @ one.slopes]


def _finding(factors: pd.DataFrame, effects: Mapping[float, Effects]) -> str:
    always = [m.name for m in metrics(factors) if all(m.name in wins(factors, one) for one in effects.values())]
    slopes = np.array([one.slopes for one in effects.values()])
    signs = "All five make the product spread faster" if (slopes < 0).all() else "Not all five make it spread faster"
    return f"{signs}; weak ties matter more than strong ones by {len(always)} of {len(metrics(factors))} measures" + (
        f" ({'; '.join(always)})" if always else ""
    )


def run(request: Request) -> Answer:
    """Runs over the ranges of the paper, and regressions of two times."""
    people, factors = int(request.options["people"]), design(int(request.options["runs"]))
    factors["strong"] *= request.options["stronger"]
    settings = [dict(zip(FACTORS, row, strict=True)) for row in factors.to_numpy(float)]
    days = np.array([times(people, seed, at) for seed, at in enumerate(settings)])
    effects = {mark: regressed(factors, days[:, n]) for n, mark in enumerate(MARKS)}
    sentences = [_finding(factors, effects) + "."]
    sentences += [
        f"For the days to {100 * mark:.0f} %, weak ties matter more by: "
        f"{'; '.join(wins(factors, one)) or 'no measure'} "
        f"(R² {one.fit:.2f})."
        for mark, one in effects.items()
    ]
    return Answer(checks(factors, effects), lambda: draw(factors, days, effects), sentences)


STUDY = Study(
    title="Strong and weak ties",
    source=(
        "Goldenberg, J., Libai, B., & Muller, E. (2001). Talk of the network: a complex systems look at the underlying "
        "process of word-of-mouth. Marketing Letters, 12(3), 211-223."
    ),
    question=(
        "People hear of a product from advertising, from close friends of their own group, and from chance "
        "acquaintances "
        "of other groups, who are less convincing. Which makes it spread faster?"
    ),
    change="koc replicate goldenberg stronger=0.3: strong ties convince as weak ones do; look at weak over strong",
    self_check=(
        "Why can weak ties matter although each convinces less? Friends of a group are friends of each other: once the "
        "group has adopted, its ties lead nowhere new, while weak ties carry the word to other groups."
    ),
    run=run,
    options={
        "people": Option(3_000, "people", 500, 20_000),
        "runs": Option(200, "runs, each with its own setting", 30, 2_000),
        "stronger": Option(1.0, "factor on the probability of strong ties", 0.05, 3.0),
    },
)
