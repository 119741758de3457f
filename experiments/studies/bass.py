"""Bass: a fully mixed market of people against the growth curve that it tends to as it grows and as days shrink."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.drawing.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import t_interval
from experiments.studies.models import bass_curve as law
from experiments.studies.models.limits import SEARCHED, adopted, chances, market
from experiments.studies.plots import plain_log, whiskers
from experiments.studies.study import Asked, Check, Study, covers, option

STUDY = Study(
    title="Growth of a new product in a fully mixed market",
    source="""Bass, F. M. (1969). A new product growth for model consumer durables. Management Science, 15(5),
        215-227.""",
    question="""People adopt by themselves with a small probability and follow those who have. When do most of them
        adopt, and does a market of single people keep to the formula for the share of all?""",
    change="q=0.6: the peak comes earlier, and is steeper",
    self_check="""With p = 0.03, by how many periods does the peak move when q rises from 0.38 to 0.6? From
        ln(q/p)/(p+q): from 6.19 to 4.76, by 1.43.""",
)
STEPS = (1, 2, 4, 8)  # days to a period of the model
HORIZON = 2.6  # times the peak, to which runs go
PEOPLE = 250 * 2 ** np.arange(6)  # in the runs by size


class Options(Asked):
    """A Bass market."""

    people: int = option(4_000, "people in the runs by step", 500, 50_000)
    seeds: int = option(24, "runs of each kind", 5, 200)
    p: float = option(0.03, "probability a period to adopt by oneself", 0.001, 0.1)
    q: float = option(0.38, "probability a period to adopt by others, once all have", 0.15, 0.9)

    @property
    def curve(self) -> law.Curve:
        """The closed form."""
        return law.Curve(self.p, self.q)

    def limits(self) -> NDArray[np.float64]:
        """What the share at the peak tends to as the market grows, for each of `STEPS`."""
        one = self.curve
        return np.array([law.share_at(one.by_steps(n, HORIZON * one.peak), n, one.peak) for n in STEPS])


class Runs(NamedTuple):
    """Shares of adopters by seed and day for each of `STEPS`, and errors at the peak by size and seed."""

    paths: list[NDArray[np.float64]]
    shares: NDArray[np.float64]  # of adopters at the time of the peak, (seeds, steps)
    peaks: NDArray[np.float64]  # periods, (seeds, steps)
    error: NDArray[np.float64]


def simulate(o: Options) -> Runs:
    """Seeds differ from step to step, so that their errors are independent."""

    def path(people: int, seed: int, step: int, periods: float) -> NDArray[np.float64]:
        numbers = chances(people, external=o.p / step, public=o.q / step)
        one = market(people, seed, numbers=numbers, changes=SEARCHED)
        return np.append(0.0, np.cumsum(adopted(one, math.ceil(periods * step)))) / people

    paths = [
        np.array([path(o.people, 1_000 * n + seed, step, HORIZON * o.curve.peak) for seed in range(o.seeds)])
        for n, step in enumerate(STEPS)
    ]
    days = round(o.curve.peak)
    limit = o.curve.by_steps(1, days)[-1]
    error = [[path(int(n), 50_000 + seed, 1, days)[-1] - limit for seed in range(o.seeds)] for n in PEOPLE]
    shares, peaks = (
        np.array([[read(row, n, o.curve.peak) for row in rows] for rows, n in zip(paths, STEPS, strict=True)]).T
        for read in (law.share_at, law.peak_of)
    )
    return Runs(paths, shares, peaks, np.array(error))


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Peak and share at the peak, law.extrapolated; how fast the errors of step and of size fall; fits to sales."""
    exact = law.peak_of(o.curve.growth(np.arange(0, HORIZON * o.curve.peak, 1 / 64)), 64, o.curve.peak)
    first, second, *_ = (runs.shares - o.curve.share_at_peak).T
    ratio = first.mean() / second.mean()
    half = 1.96 * (np.std(first - ratio * second, ddof=1) / math.sqrt(len(first)) / abs(second.mean()))
    once, twice, *_ = o.limits() - o.curve.share_at_peak
    cubic = f"A cubic finds the exact curve's peak {exact - o.curve.peak:+.3f} beside it."
    for name, known, found, source, note in (
        ("Share of adopters at the peak", o.curve.share_at_peak, law.extrapolated(STEPS, runs.shares),
         "Bass (1969), closed form: (q − p) / 2q", ""),
        ("Time of the peak, periods", o.curve.peak, law.extrapolated(STEPS, runs.peaks),
         "Bass (1969), closed form: ln(q/p) / (p + q)", cubic),
        ("Error of one day a period over error of two", once / twice, (ratio, ratio - half, ratio + half),
         "Recursion of the hazard, day by day", "About 2: the error falls as the step."),
        ("Rate at which the error shrinks with market size", -0.5, law.power_of_size(PEOPLE, runs.error),
         "Law of large numbers", ""),
    ):  # fmt: skip
        yield covers(name, known, found, expected=f"{known:.3f}", source=source, note=note)
    if o.data is not None and (o.data / law.SALES).is_file():
        yield from law.fits_to_sales(o.data / law.SALES)


def findings(o: Options, runs: Runs) -> list[str]:
    """Peak against formula, and the two rates."""
    share, peak = (law.extrapolated(STEPS, of) for of in (runs.shares, runs.peaks))
    value, low, high = law.power_of_size(PEOPLE, runs.error)
    return [
        f"""The market's adoptions peak after {peak.value:.2f} periods when {100 * share.value:.1f} % of all people have
            adopted; Bass's formula says {o.curve.peak:.2f} and {100 * o.curve.share_at_peak:.1f} %.""",
        f"""The error shrinks with the number of people to the power {value:.2f} ({low:.2f} to {high:.2f}), and about in
            proportion to the length of a day.""",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Bass's figure of adoptions over time, the error by size, and the share at the peak by step."""
    drawing = new_figure(title, 4.4, width=11.0)
    curve, size, step = drawing.subplots(1, 3, width_ratios=(1.6, 1, 1))
    new = np.diff(runs.paths[-1][:, :: STEPS[-1]], axis=1)
    middle = np.arange(new.shape[1]) + 0.5
    fine = np.linspace(0.5, middle[-1] + 0.5, 300)
    curve.plot(middle, 100 * new.T, color=PALE, lw=1)
    curve.plot(middle, 100 * new.mean(axis=0), "o", ms=4.5, color=VERMILLION, label="mean of the runs")
    exact = o.curve.growth(fine + 0.5) - o.curve.growth(fine - 0.5)
    curve.plot(fine, 100 * exact, color=BLUE, label="Bass's closed form")
    curve.axvline(o.curve.peak, color=GREY, lw=0.8, ls=":")
    curve.set(xlabel="time, periods", ylabel="new adopters a period, % of people", title="Adoptions over time", ylim=0)
    curve.legend(frameon=False)
    error = law.root_mean_square(runs.error)
    size.loglog(PEOPLE, 100 * error, "o", color=VERMILLION)
    size.loglog(PEOPLE, 100 * np.exp(np.log(error * np.sqrt(PEOPLE)).mean()) / np.sqrt(PEOPLE), color=BLUE)
    size.set(xlabel="people N", ylabel="typical error of the share, points", title="More people: line 1 / √N")
    plain_log(size.xaxis, PEOPLE[::2].tolist())
    plain_log(size.yaxis, [1, 2, 5, 10])
    dt, at = 1 / np.array(STEPS), [t_interval(column) for column in runs.shares.T]
    whiskers(step, dt, at, scale=100, color=VERMILLION)
    step.plot(np.append(dt, 0), 100 * np.append(o.limits(), o.curve.share_at_peak), color=BLUE)
    step.plot(0, 100 * o.curve.share_at_peak, "D", color=BLUE, clip_on=False)
    step.set(xlabel="length of a day, periods", ylabel="adopters at the peak, %", title="Shorter days")
    caption = f"""{o.seeds} runs of {o.people:,} people for each step, p = {o.p:g}, q = {o.q:g}. Points: the market,
        with 95 % intervals on the right; blue: closed form on the left, its limits elsewhere."""
    rows: list[tuple[object, ...]] = [("share at peak", f"{1 / n:g}", *e[:3]) for n, e in zip(STEPS, at, strict=True)]
    rows += [("error by size", f"{n}", e, None, None) for n, e in zip(PEOPLE, error, strict=True)]
    rows += [("adopters a period", f"{t:g}", v, None, None) for t, v in zip(middle, new.mean(axis=0), strict=True)]
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=["what", "at", "value", "low", "high"]))
