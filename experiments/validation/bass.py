"""Bass: a fully mixed market of people against the growth curve that it tends to as it grows and as days shrink."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter
from numpy.typing import NDArray

from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure
from experiments.validation import bass_sales
from experiments.validation.bass_sales import growth
from experiments.validation.limits import SEARCHED, adopted, chances, market
from experiments.validation.study import Answer, Check, Option, Request, Study

STEPS = (1, 2, 4, 8)  # days to a period of the model
HORIZON = 2.6  # times the peak, to which runs go
SMALLEST, SIZES = 250, 6  # sizes double from the smallest
RESAMPLES = 2_000
SOURCE = "Bass (1969), closed form"


class Setting(NamedTuple):
    """A Bass market.

    Attributes
    ----------
    people, seeds
        Size, and how many runs.
    p, q
        Probabilities a period: to adopt by oneself, and by others once all have.
    """

    people: int
    seeds: int
    p: float
    q: float

    @property
    def peak(self) -> float:
        """Time of most adoptions, ``ln(q/p) / (p + q)``, in periods."""
        return math.log(self.q / self.p) / (self.p + self.q)

    @property
    def share_at_peak(self) -> float:
        """Share F of adopters at that time, ``(q − p) / 2q``."""
        return (self.q - self.p) / (2 * self.q)


def path(setting: Setting, seed: int, step: int, periods: float) -> NDArray[np.float64]:
    """Share of adopters after each day of a run with so many days to a period; shape (days + 1,), from 0."""
    days = math.ceil(periods * step)
    numbers = chances(setting.people, external=setting.p / step, public=setting.q / step)
    new = adopted(market(setting.people, seed, numbers=numbers, changes=SEARCHED), days)
    return np.append(0.0, np.cumsum(new)) / setting.people


def by_steps(setting: Setting, step: int, periods: float) -> NDArray[np.float64]:
    """What `path` tends to as the market grows: the recursion of the hazard, day by day."""
    share = [0.0]
    for _ in range(math.ceil(periods * step)):
        hazard = 1 - (1 - setting.p / step) * (1 - setting.q / step * share[-1])
        share.append(share[-1] + (1 - share[-1]) * hazard)
    return np.array(share)


def share_at(one: NDArray[np.float64], step: int, time: float) -> float:
    """Share of adopters at a time in periods, between two days by a straight line."""
    return float(np.interp(time * step, np.arange(len(one)), one))


def peak_of(one: NDArray[np.float64], step: int, expected: float) -> float:
    """Time of the peak: of a cubic through the new adopters of each day within two fifths of where it should be."""
    middle = (np.arange(len(one) - 1) + 0.5) / step
    near = np.abs(middle - expected) < 0.4 * expected
    a, b, c, _ = np.polyfit(middle[near] - expected, np.diff(one)[near], 3)
    roots = np.roots([3 * a, 2 * b, c])
    maximum = roots[np.isreal(roots) & (6 * a * roots + 2 * b < 0)].real
    return expected + float(maximum[0]) if len(maximum) else math.nan


def extrapolated(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Value at a step of nothing, of each row: least squares of ``a + b·dt + c·dt²`` (Richardson), shape (rows,)."""
    dt = 1 / np.array(STEPS)
    weights = np.linalg.pinv(np.vander(dt, 3, increasing=True))[0]
    return np.asarray(values @ weights)


class Steps(NamedTuple):
    """Runs with the same people and more and more days to a period; rows are seeds, columns `STEPS`."""

    paths: list[NDArray[np.float64]]  # of each step, shape (seeds, days + 1)
    shares: NDArray[np.float64]  # at the time of the peak
    peaks: NDArray[np.float64]


def run_steps(setting: Setting) -> Steps:
    """Run all steps; seeds differ from step to step, so that their errors are independent."""
    paths = [
        np.array([path(setting, 1_000 * n + seed, step, HORIZON * setting.peak) for seed in range(setting.seeds)])
        for n, step in enumerate(STEPS)
    ]
    shares = np.array([[share_at(row, step, setting.peak) for row in rows] for rows, step in zip(paths, STEPS, strict=True)])
    peaks = np.array([[peak_of(row, step, setting.peak) for row in rows] for rows, step in zip(paths, STEPS, strict=True)])
    return Steps(paths, shares.T, peaks.T)


class Sizes(NamedTuple):
    """Errors of the share of adopters against `by_steps`, by size of the market."""

    people: NDArray[np.int64]  # (sizes,)
    error: NDArray[np.float64]  # (sizes, seeds)

    def typical(self) -> NDArray[np.float64]:
        """Root mean square of each size."""
        return np.asarray(np.sqrt((self.error**2).mean(axis=1)))

    def rate(self) -> Estimate:
        """Power of the size by which the error falls, with a bootstrap interval over the seeds."""
        rng = np.random.default_rng(1969)
        x, (sizes, seeds) = np.log(self.people), self.error.shape
        pick = rng.integers(seeds, size=(RESAMPLES, sizes, seeds))
        again = np.take_along_axis(self.error[None], pick, axis=2)
        slopes = np.polyfit(x, np.log((again**2).mean(axis=2)).T / 2, 1)[0]
        low, high = np.quantile(slopes, [0.025, 0.975])
        return Estimate(float(np.polyfit(x, np.log(self.typical()), 1)[0]), float(low), float(high), math.nan, seeds)


def run_sizes(setting: Setting) -> Sizes:
    """Run markets of all sizes to about the peak."""
    people = SMALLEST * 2 ** np.arange(SIZES)
    days = round(setting.peak)
    limit = by_steps(setting, 1, days)[-1]
    error = [
        [path(setting._replace(people=int(n)), 50_000 + seed, 1, days)[-1] - limit for seed in range(setting.seeds)]
        for n in people
    ]
    return Sizes(people, np.array(error))


def checks(setting: Setting, steps: Steps, sizes: Sizes) -> list[Check]:
    """Peak and share at the peak, extrapolated; how fast the errors of step and of size fall."""
    share, peak = (t_interval(extrapolated(x)) for x in (steps.shares, steps.peaks))
    exact = growth(np.arange(0, HORIZON * setting.peak, 1 / 64), setting.p, setting.q)
    bias = peak_of(exact, 64, setting.peak) - setting.peak
    errors = steps.shares - setting.share_at_peak
    first, second = errors[:, 0], errors[:, 1]
    ratio = first.mean() / second.mean()
    spread = np.std(first - ratio * second, ddof=1) / math.sqrt(len(first)) / abs(second.mean())
    halved = Estimate(ratio, ratio - 1.96 * spread, ratio + 1.96 * spread, math.nan, len(first))
    limit = [share_at(by_steps(setting, n, HORIZON * setting.peak), n, setting.peak) for n in STEPS[:2]]
    wanted = (limit[0] - setting.share_at_peak) / (limit[1] - setting.share_at_peak)
    rows = [
        ("Share of adopters at the peak", setting.share_at_peak, share, f"{SOURCE}: (q − p) / 2q", ""),
        ("Time of the peak, periods", setting.peak, peak, f"{SOURCE}: ln(q/p) / (p + q)",
         f"A cubic finds the exact curve's peak {bias:+.3f} beside it."),
        ("Error of one day a period over error of two", wanted, halved, "Recursion of the hazard, day by day",
         "About 2: the error falls as the step."),
        ("Power of the size by which the error falls", -0.5, sizes.rate(), "Law of large numbers", ""),
    ]  # fmt: skip
    return [
        Check(name, f"{to:.3f}", at.value, at.low, at.high, at.low <= to <= at.high, source, note)
        for name, to, at, source, note in rows
    ]


def draw(setting: Setting, steps: Steps, sizes: Sizes, found: list[Check]) -> Drawing:
    """Bass's figure of adoptions over time, the error by size, and the share at the peak by step."""
    figure = new_figure(_finding(setting, found), 4.4, width=11.0)
    curve, size, step = figure.subplots(1, 3, width_ratios=(1.6, 1, 1))
    finest, days = steps.paths[-1], STEPS[-1]
    rate = np.diff(finest[:, ::days], axis=1)
    middle = np.arange(rate.shape[1]) + 0.5
    curve.plot(middle, 100 * rate.T, color=PALE, lw=1, label=["each run"] + [None] * (len(rate) - 1))
    curve.plot(middle, 100 * rate.mean(axis=0), "o", ms=4.5, color=VERMILLION, label="mean of the runs")
    fine = np.linspace(0, middle[-1] + 0.5, 300)
    exact = growth(fine + 0.5, setting.p, setting.q) - growth(np.maximum(fine - 0.5, 0), setting.p, setting.q)
    curve.plot(fine[fine >= 0.5], 100 * exact[fine >= 0.5], color=BLUE, label="Bass's closed form")
    curve.axvline(setting.peak, color=GREY, lw=0.8, ls=":")
    curve.set(xlabel="time, periods", ylabel="new adopters a period, % of people", ylim=(0, None), title="Adoptions over time")
    curve.legend(frameon=False)

    typical = sizes.typical()
    size.loglog(sizes.people, 100 * typical, "o", color=VERMILLION)
    middle_of = math.exp(np.log(typical * np.sqrt(sizes.people)).mean())
    size.loglog(sizes.people, 100 * middle_of / np.sqrt(sizes.people), color=BLUE)
    size.annotate("1 / √N", (sizes.people[2], 100 * middle_of / math.sqrt(sizes.people[2])), (6, 8), textcoords="offset points", color=BLUE)
    plain_log(size.xaxis, [int(n) for n in sizes.people[::2]])
    plain_log(size.yaxis, [1, 2, 5, 10])
    size.set(xlabel="people N", ylabel="typical error of the share, points", title="More people")

    dt = 1 / np.array(STEPS)
    at = [t_interval(column) for column in steps.shares.T]
    step.errorbar(dt, [100 * e.value for e in at], [100 * (e.high - e.value) for e in at], fmt="o", color=VERMILLION)
    limit = [share_at(by_steps(setting, n, HORIZON * setting.peak), n, setting.peak) for n in STEPS]
    step.plot(np.append(dt, 0), 100 * np.append(limit, setting.share_at_peak), color=BLUE)
    step.plot(0, 100 * setting.share_at_peak, "D", color=BLUE, clip_on=False)
    step.annotate("closed form", (0, 100 * setting.share_at_peak), (8, 2), textcoords="offset points", color=BLUE)
    step.set(xlabel="length of a day, periods", ylabel=f"adopters at {setting.peak:.2f} periods, %", title="Shorter days", xlim=(-0.03, 1.05))
    caption = (
        f"{setting.seeds} runs of {setting.people:,} people for each step, p = {setting.p:g}, q = {setting.q:g}. Points: the "
        "market, with 95 % intervals on the right; blue: closed form on the left, its limits elsewhere."
    )
    data = pd.DataFrame(
        [("share at peak", f"{1 / n:g}", e.value, e.low, e.high) for n, e in zip(STEPS, at, strict=True)]
        + [("error by size", f"{n}", e, math.nan, math.nan) for n, e in zip(sizes.people, typical, strict=True)]
        + [("adopters a period", f"{t:g}", v, math.nan, math.nan) for t, v in zip(middle, rate.mean(axis=0), strict=True)],
        columns=["what", "at", "value", "low", "high"],
    )
    return Drawing(figure, _finding(setting, found), caption, data)


def plain_log(axis: Axis, ticks: list[int]) -> None:
    """Whole numbers at a few ticks of a logarithmic axis."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_minor_formatter(NullFormatter())


def _finding(setting: Setting, found: list[Check]) -> str:
    share, peak = found[0], found[1]
    return (
        f"The market's adoptions peak after {peak.found:.2f} periods when {100 * share.found:.1f} % of all "
        f"people have adopted; Bass's formula says {setting.peak:.2f} and {100 * setting.share_at_peak:.1f} %"
    )


def run(request: Request) -> Answer:
    """Runs by step and by size, and fits to sales where data are at hand."""
    o = request.options
    setting = Setting(int(o["people"]), int(o["seeds"]), o["p"], o["q"])
    steps, sizes = run_steps(setting), run_sizes(setting)
    found = checks(setting, steps, sizes)
    rate = found[3]
    sentences = [
        _finding(setting, found) + ".",
        f"The error falls with the number of people to the power {rate.found:.2f} ({rate.low:.2f} to {rate.high:.2f}), and "
        "about in proportion to the length of a day.",
    ]
    sales = bass_sales.checks(request.data)
    return Answer(found + sales, lambda: draw(setting, steps, sizes, found), sentences)


STUDY = Study(
    title="Growth of a new product in a fully mixed market",
    source="Bass, F. M. (1969). A new product growth for model consumer durables. Management Science, 15(5), 215-227.",
    question=(
        "People adopt by themselves with a small probability and follow those who have. When do most of them adopt, and "
        "does a market of single people keep to the formula for the share of all?"
    ),
    change="koc replicate bass q=0.6: the peak comes earlier, and is steeper",
    self_check=(
        "With p = 0.03, by how many periods does the peak move when q rises from 0.38 to 0.6? From ln(q/p)/(p+q): from "
        "6.19 to 4.76, by 1.43."
    ),
    run=run,
    options={
        "people": Option(4_000, "people in the runs by step", 500, 50_000),
        "seeds": Option(24, "runs of each kind", 5, 200),
        "p": Option(0.03, "probability a period to adopt by oneself", 0.001, 0.1),
        "q": Option(0.38, "probability a period to adopt by others, once all have", 0.15, 0.9),
    },
)  # fmt: skip
