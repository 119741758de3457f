"""Mean field: a well-mixed market against the differential equations that it tends to as it grows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray
from scipy import stats

from experiments.drawing.style import BLUE, GREEN, GREY, INK, VERMILLION, Drawing, new_figure
from experiments.studies.models.mean_field_limit import Path, limit_of, observed, rate, settings
from experiments.studies.models.mean_field_theory import by_days, by_equations
from experiments.studies.study import Asked, Check, Study, covers, option
from sim.parameters import Parameters

STUDY = Study(
    title="a well-mixed market against its differential equations",
    source="""Kurtz (1970), Solutions of ordinary differential equations as limits of pure jump Markov processes,
        Journal of Applied Probability 7(1), 49-58""",
    question="""If nobody is special and everybody meets everybody, do a few equations say what thousands of simulated
        people do? And how many people does it take?""",
    change="told=3: let buyers tell three friends. The runs then leave the equations, however large the market",
    self_check="""Which of the three curves does word of mouth leave where it was, and why? Reach: it counts paid pages
        of the feed, and friends' words are not paid.""",
)
SMALLEST, SIZES = 500, 5
OBSERVED = {"reach": BLUE, "trust": GREEN, "sales": VERMILLION}
LABELS = ("ever reached by the leader", "mean trust of followers", "orders a head and day")
DERIVATION = "docs/mean_field.md"


class Options(Asked):
    """The market."""

    largest: int = option(50_000, "people in the largest market", 2_000, 1_000_000)
    seeds: int = option(12, "runs of each size", 3, 100)
    days: int = option(60, "days", 10, 200)
    online: float = option(0.2, "probability to be online on a day", 0.01, 0.99)
    told: float = option(0, "friends told of a purchase; the equations know of none", 0, 8)

    def parameters(self, people: int) -> Parameters:
        """Of a market of some size."""
        return Parameters.model_validate(settings(people, self.online, self.told))


class Runs(NamedTuple):
    """The equations, a run of the largest market, and what all runs deviate from the equations."""

    equations: Path
    last: Path
    gaps: dict[int, NDArray[np.float64]]  # by people; shape (seeds, 3, days)
    inherent: list[float]  # how far the equations lie from the limit by days, over the mean of the path

    @property
    def squares(self) -> NDArray[np.float64]:
        """Mean square deviation over days; shape (sizes, seeds, 3)."""
        return np.array([(gap**2).mean(axis=2) for gap in self.gaps.values()])

    def slopes(self) -> dict[str, tuple[float, float, float]]:
        """Power of the size by which the error falls, by what is observed."""
        return {name: rate(list(self.gaps), self.squares[:, :, i]) for i, name in enumerate(OBSERVED)}


def simulate(o: Options) -> Runs:
    """Runs of growing markets, and the equations."""
    limit = limit_of(o.parameters(SMALLEST))
    equations, exact = by_equations(limit, o.days), by_days(limit, o.days)
    gaps, runs = {}, []
    for people in [int(round(n, -2)) for n in np.geomspace(SMALLEST, o.largest, SIZES)]:
        p = o.parameters(people)
        runs = list(islice(filter(None, (observed(p, seed, o.days) for seed in count())), o.seeds))
        gaps[people] = np.array([np.array(run) - np.array(equations) for run in runs])
    inherent = [float(abs((b - a).mean()) / a.mean()) for a, b in zip(exact, equations, strict=True)]
    return Runs(equations, runs[0], gaps, inherent)


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Rates by which errors fall, and what is left in the largest market (Bonferroni)."""
    law, source = "law of large numbers", f"equations: {DERIVATION}"
    for name, slope in runs.slopes().items():
        title = f"{name}: error against the equations, power of N"
        yield covers(title, -0.5, slope, expected="-1/2", source=f"{law}; {source}")
    people, gaps = list(runs.gaps.items())[-1]
    for i, name in enumerate(OBSERVED):
        share = gaps[:, i].mean(axis=1) / runs.equations[i].mean()
        half = stats.t.ppf(1 - 0.025 / len(OBSERVED), len(share) - 1) * stats.sem(share)
        yield covers(
            f"{name}: mean deviation at N = {people:,}, share of its mean", 0,
            (share.mean(), share.mean() - half, share.mean() + half), source=source,
            note="interval: 95 % for the three together; of this, the length of a day makes up "
            f"{runs.inherent[i]:.1e}",
        )  # fmt: skip


def findings(o: Options, runs: Runs) -> list[str]:
    """The rates, and the error of the largest market."""
    root, people = np.sqrt(runs.squares.mean(axis=1))[-1], list(runs.gaps)
    powers = ", ".join(f"{slope:.2f} ({name})" for name, (slope, *_) in runs.slopes().items())
    return [
        f"A market's distance from its differential equations falls as N to the power {powers}.",
        f"From {people[0]:,} to {people[-1]:,} people; -0.50 is what chance alone leaves.",
        f"""At {people[-1]:,} people a run lies {root[0] * 100:.2f} points of reach, {root[1]:.4f} of trust and
            {root[2] / runs.equations.sales.mean():.1%} of mean daily sales from the equations, root mean square over
            days.""",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Paths of the largest market on the equations, and the error by size."""
    drawing, people, days = new_figure(title, 5.6), list(runs.gaps), np.arange(1, o.days + 1)
    *paths, error = drawing.subplots(2, 2).ravel()
    root = np.sqrt(runs.squares.mean(axis=1)) / [path.mean() for path in runs.equations]
    for i, (axes, (name, colour), label) in enumerate(zip(paths, OBSERVED.items(), LABELS, strict=True)):
        axes.plot(days, runs.last[i], ".", ms=4, color=colour, label=f"a market of {people[-1]:,}")
        axes.plot(days, runs.equations[i], color=INK, lw=1.3, label="equations")
        axes.set(title=f"{name}: {label}", xlabel="day")
        if name != "trust":
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0 if name == "reach" else 1))
        error.loglog(people, root[:, i], "o-", color=colour, ms=4, label=name)
    paths[0].legend(frameon=False, loc="lower right")
    guide = 0.35 * np.sqrt(people[0] / np.array(people, float)) * root[0].min()
    error.loglog(people, guide, "--", color=GREY, lw=1, label="slope -1/2")
    error.set(title="error of a run, over the mean of the path", xlabel="people")
    error.legend(frameon=False)
    table = [(n, name, root[s, i]) for s, n in enumerate(people) for i, name in enumerate(OBSERVED)]
    caption = f"""Dots: one run of {people[-1]:,} people; lines: the ordinary differential equations of {DERIVATION},
        solved without a run. Bottom right: root mean square deviation over days and {o.seeds} seeds, passing over seeds
        with a day on which the leader, by chance, does not post."""
    return Drawing(drawing, title, caption, pd.DataFrame(table, columns=["people", "observed", "error"]))
