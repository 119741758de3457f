"""The calibrated market against the numbers it was calibrated to: given all, given all others, and made anew."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from experiments.calibration.file import read
from experiments.calibration.observables import Span, observe
from experiments.calibration.parameters_figure import draw_parameters
from experiments.calibration.settings import Calibration, Target, load
from experiments.calibration.simulate import run_at
from experiments.calibration.targets_figure import draw_targets
from experiments.calibration.words import FAR, conflicts, identified
from experiments.report.statistics import LEVEL
from experiments.validation.study import Answer, Check, Option, Request, Study

SEED = 7_000_000  # of the fresh markets, far from those of any calibration
ERROR_OF_MEDIAN = float(np.sqrt(np.pi / 2))  # over that of the mean, of many normal draws
VAGUE = 0.9  # of the width of the prior's prediction: a prediction as wide says little
SIDES = {"equal": "", "least": "at least ", "most": "at most "}


def run(request: Request) -> Answer:
    """Make some markets at draws from the posterior, and check what the calibration found."""
    found, asked = read(), load()
    fresh = _fresh(found, asked, round(request.options["markets"]))
    checks = []
    for name, one in found["targets"].items():
        target = asked.targets[name]
        checks.append(_given_all(name, target, one))
        if "left_out" in one:
            checks.append(_left_out(name, target, one))
    checks.append(_anew(found, asked, fresh))
    checks += [_held_out(name, asked.held_out[name], one) for name, one in found["held_out"].items()]
    missed = [name for name, one in found["targets"].items() if abs(one["distance"]) > FAR]
    first = f"Calibrated to {len(found['targets'])} published numbers, the market "
    first += f"misses {', '.join(missed)}." if missed else "comes within the error of each."
    return Answer(
        checks,
        lambda: draw_parameters(found),
        [first, *identified(found), *conflicts(found)],
        also={"targets": lambda: draw_targets(found)},
    )


def _fresh(found: dict[str, Any], asked: Calibration, markets: int) -> dict[str, list[float]]:
    rows = []
    # from the last draw on, since the first ones were made by the calibration itself
    for number, values in enumerate(found["draws"][::-1][:markets]):
        made = run_at(asked, values, SEED + number)
        rows.append(observe(made.parameters, made.seed, Span(asked.burn_in, asked.days, asked.cohort)))
    return {name: [row[name] for row in rows] for name in rows[0]}


def _given_all(name: str, target: Target, one: dict[str, Any]) -> Check:
    low, median, high = one["markets"]
    return Check(
        f"{name}: {target.about}; markets at the posterior", _known(target), median, low, high,
        abs(one["distance"]) <= FAR, target.source, f"{one['distance']:+.1f} standard deviations off; {target.mapping}",
    )  # fmt: skip


def _left_out(name: str, target: Target, one: dict[str, Any]) -> Check:
    low, median, high = one["left_out"]["predicted"]
    z = one["left_out"]["distance"]
    width, before = (float(np.ptp(target.on_scale(np.array(x)))) for x in ((low, high), one["prior"][::2]))
    narrower = f"; the others narrow it by {round(100 * (1 - width / before))} %"
    vague = f"{narrower}: passing shows little" if width > VAGUE * before else narrower
    return Check(
        f"{name}: predicted by the other targets", _known(target), median, low, high, abs(z) <= FAR, target.source,
        f"{z:+.1f} standard deviations off{vague}",
    )  # fmt: skip


def _anew(found: dict[str, Any], asked: Calibration, fresh: dict[str, list[float]]) -> Check:
    """Whether fresh markets lie where the file says that markets lie: whether it is of this model."""
    distances = {}
    for name, one in found["targets"].items():
        target = asked.targets[name]
        scaled = target.on_scale(np.array(fresh[target.observable]))
        scaled = scaled[np.isfinite(scaled)]
        low, median, high = target.on_scale(np.array(one["markets"]))
        if len(scaled) and high > low:
            spread = (high - low) / _width(found["predictive_markets"])
            error = ERROR_OF_MEDIAN * spread * np.sqrt(1 / len(scaled) + 1 / found["predictive_markets"])
            distances[name] = float(abs(np.median(scaled) - median) / error)
    worst = max(distances, key=lambda name: distances[name])
    limit = float(special.ndtri(1 - (1 - LEVEL) / 2 / len(distances)))
    return Check(
        "fresh markets at other draws: standard errors from where the file has them, the farthest target",
        f"at most {limit:.2f}", distances[worst], distances[worst], distances[worst], distances[worst] <= limit,
        "configs/posterior.yaml; Bonferroni", f"{worst} of {len(distances)} targets; the draws of the file differ, too",
    )  # fmt: skip


def _width(count: int) -> float:
    """Expected width, in standard deviations, from the 2.5 % to the 97.5 % quantile of so many normal draws.

    Narrower than 3.92, since few draws seldom reach the tails; expected order statistics are those of Blom (1958).
    """
    ranks = np.arange(1, count + 1)
    return float(np.ptp(np.quantile(special.ndtri((ranks - 0.375) / (count + 0.25)), [0.025, 0.975])))


def _held_out(name: str, target: Target, one: dict[str, Any]) -> Check:
    low, median, high = one["markets"]
    return Check(
        f"{name}: {target.about}; not fitted", _known(target), median, low, high, abs(one["distance"]) <= FAR,
        target.source, f"{one['distance']:+.1f} standard deviations off; {target.mapping}",
    )  # fmt: skip


def _known(target: Target) -> str:
    ends = target.off_scale(np.array([target.goal - FAR * target.error, target.goal + FAR * target.error]))
    return f"{SIDES[target.bound]}{target.value:g} (stated error: {ends[0]:.3g} to {ends[1]:.3g})"


STUDY = Study(
    title="The default parameters, calibrated",
    source="Kennedy & O'Hagan (2001), Bayesian calibration of computer models, J. Royal Statistical Society B 63(3)",
    question=(
        "Which parameters agree with the published numbers, does the market then show these numbers, and does it show "
        "each of them when only the others are used?"
    ),
    change="markets=12: do more markets at draws from the posterior lie where the first ones did?",
    self_check=(
        "Why can a target be met although no parameter is pinned down? Because a combination of parameters is: what "
        "one does, another can undo."
    ),
    run=run,
    options={"markets": Option(4, "fresh markets at draws from the posterior", 2, 48)},
)
