"""The calibrated market against the numbers it was calibrated to: given all, given all others, and made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from experiments.calibration.figures import draw_parameters, draw_targets
from experiments.calibration.observables import Span, observe
from experiments.calibration.settings import Calibration, Target, load
from experiments.calibration.simulate import runs_at
from experiments.calibration.words import FAR, conflicts, identified
from experiments.design.posterior_file import read
from experiments.drawing.style import Drawing
from experiments.measures.statistics import LEVEL
from experiments.studies.study import Asked, Check, Study, holds, option, within

STUDY = Study(
    title="The default parameters, calibrated",
    source="Kennedy & O'Hagan (2001), Bayesian calibration of computer models, J. Royal Statistical Society B 63(3)",
    question="""Which parameters agree with the published numbers, does the market then show these numbers, and does it
        show each of them when only the others are used?""",
    change="markets=12: do more markets at draws from the posterior lie where the first ones did?",
    self_check="""Why can a target be met although no parameter is pinned down? Because a combination of parameters is:
        what one does, another can undo.""",
)
SEED = 7_000_000  # of the fresh markets, far from those of any calibration
ERROR_OF_MEDIAN = float(np.sqrt(np.pi / 2))  # over that of the mean, of many normal draws
VAGUE = 0.9  # of the width of the prior's prediction: a prediction as wide says little
SIDES = {"equal": "", "least": "at least ", "most": "at most "}


class Options(Asked):
    """Fresh markets."""

    markets: int = option(4, "fresh markets at draws from the posterior", 2, 48)


class Runs(NamedTuple):
    """What the calibration found, what it was asked, and observables of fresh markets."""

    found: dict[str, Any]
    asked: Calibration
    fresh: dict[str, list[float]]


def simulate(o: Options) -> Runs:
    """Make some markets at draws from the posterior."""
    found, asked, rows = read(), load(), []
    # from the last draw on, since the first ones were made by the calibration itself
    for made in runs_at(asked, asked.named(np.array(found["draws"][::-1][: o.markets], float)), SEED):
        rows.append(observe(made.parameters, made.seed, Span(asked.burn_in, asked.days, asked.cohort)))
    return Runs(found, asked, {name: [row[name] for row in rows] for name in rows[0]})


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Every target given all and given the others, fresh markets, and what was held out."""
    found, asked = runs.found, runs.asked
    for name, one in found["targets"].items():
        yield compared(f"{name}: {asked.targets[name].about}; markets at the posterior", asked.targets[name], one)
        if "left_out" in one:
            yield left_out(name, asked.targets[name], one)
    yield anew(runs)
    for name, one in found["held_out"].items():
        yield compared(f"{name}: {asked.held_out[name].about}; not fitted", asked.held_out[name], one)


def compared(name: str, target: Target, one: dict[str, Any]) -> Check:
    """A number of the markets against the one that is known."""
    low, median, high = one["markets"]
    return holds(name, known(target), (median, low, high), abs(one["distance"]) <= FAR, source=target.source,
                 note=f"{one['distance']:+.1f} standard deviations off; {target.mapping}", kind="finding")  # fmt: skip


def left_out(name: str, target: Target, one: dict[str, Any]) -> Check:
    """A target as all others predict it."""
    (low, median, high), z = one["left_out"]["predicted"], one["left_out"]["distance"]
    width, before = (float(np.ptp(target.on_scale(np.array(x)))) for x in ((low, high), one["prior"][::2]))
    narrower = f"; the others narrow it by {round(100 * (1 - width / before))} %"
    vague = ": passing shows little" if width > VAGUE * before else ""
    return holds(f"{name}: predicted by the other targets", known(target), (median, low, high), abs(z) <= FAR,
                 source=target.source, note=f"{z:+.1f} standard deviations off{narrower}{vague}",
                 kind="finding")  # fmt: skip


def known(target: Target) -> str:
    """A target with its stated error."""
    ends = target.off_scale(np.array([target.goal - FAR * target.error, target.goal + FAR * target.error]))
    return f"{SIDES[target.bound]}{target.value:g} (stated error: {ends[0]:.3g} to {ends[1]:.3g})"


def anew(runs: Runs) -> Check:
    """Whether fresh markets lie where the file says that markets lie: whether it is of this model."""
    distances, count = {}, runs.found["predictive_markets"]
    for name, one in runs.found["targets"].items():
        target = runs.asked.targets[name]
        scaled = target.on_scale(np.array(runs.fresh[target.observable]))
        scaled = scaled[np.isfinite(scaled)]
        low, median, high = target.on_scale(np.array(one["markets"]))
        if len(scaled) and high > low:
            error = ERROR_OF_MEDIAN * ((high - low) / width_of(count)) * np.sqrt(1 / len(scaled) + 1 / count)
            distances[name] = float(abs(np.median(scaled) - median) / error)
    worst = max(distances, key=lambda name: distances[name])
    limit = float(special.ndtri(1 - (1 - LEVEL) / 2 / len(distances)))
    return within("fresh markets at other draws: standard errors from where the file has them, the farthest target",
                  0, limit, distances[worst], expected=f"at most {limit:.2f}",
                  source="configs/posterior.yaml; Bonferroni",
                  note=f"{worst} of {len(distances)} targets; the draws of the file differ, too")  # fmt: skip


def width_of(count: int) -> float:
    """Expected width, in standard deviations, from the 2.5 % to the 97.5 % quantile of so many normal draws.

    Narrower than 3.92, since few draws seldom reach the tails; expected order statistics are those of Blom (1958).
    """
    ranks = np.arange(1, count + 1)
    return float(np.ptp(np.quantile(special.ndtri((ranks - 0.375) / (count + 0.25)), [0.025, 0.975])))


def findings(o: Options, runs: Runs) -> list[str]:
    """Which targets are met, and what is pinned down."""
    missed = [name for name, one in runs.found["targets"].items() if abs(one["distance"]) > FAR]
    ends = f"misses {', '.join(missed)}." if missed else "comes within the error of each."
    first = f"Calibrated to {len(runs.found['targets'])} published numbers, the market {ends}"
    return [first, *identified(runs.found), *conflicts(runs.found)]


def figure(o: Options, runs: Runs, title: str) -> dict[str, Drawing]:
    """The figures of the calibration, with titles of their own."""
    return {"": draw_parameters(runs.found), "targets": draw_targets(runs.found)}
