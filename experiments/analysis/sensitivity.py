"""Which assumptions matter: one at a time, screened by Morris's method, or by shares of the variance (Sobol)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.assumption import Assumption
from experiments.analysis.response import Response
from experiments.design.points import LEVELS, SEED, one_at_a_time, problem, screening
from experiments.measures.changes import changes
from experiments.measures.statistics import t_interval
from sim.errors import UserError

FEWEST_TRAJECTORIES = 4
FEWEST_BASE = 16
MOST = 2**16
RESAMPLES = 1000

Method = Literal["tornado", "morris", "sobol"]


class Design(NamedTuple):
    """Points at which the market is run.

    `block` points in a row belong together: a trajectory of Morris, or a base sample of Sobol's with its neighbours.
    """

    method: Method
    assumptions: list[Assumption]
    points: pd.DataFrame
    block: int


def design(method: Method, assumptions: Sequence[Assumption], samples: int | None) -> Design:
    """Choose the points.

    Parameters
    ----------
    method
        ``tornado``: the default, and both ends of one range at a time. ``morris``: random trajectories on a grid of
        four levels. ``sobol``: Saltelli's scheme on a scrambled Sobol sequence, for first-order and total indices.
    assumptions
        What is varied, uniformly over its range.
    samples
        Trajectories, or base samples; none for the tornado.

    Raises
    ------
    UserError
        If the number of samples makes no sense for the method, or SALib is not installed.
    """
    given = list(assumptions)
    home, ranges = {a.path: a.default for a in given}, {a.path: (a.low, a.high) for a in given}
    if method == "tornado":
        if samples is not None:
            raise UserError(f"--samples {samples}: the tornado takes both ends of each range; expected no --samples")
        points, block = one_at_a_time(home, ranges), 1
    else:
        if len(given) < 2:
            raise UserError(f"--over: {len(given)} assumption; expected two or more for --method {method}")
        points, block = screening(method, ranges, _checked(method, samples))
    for assumption in given:
        if assumption.whole:
            points[assumption.path] = points[assumption.path].round().astype(int)
    return Design(method, given, points, block)


def indices(plan: Design, means: pd.Series) -> pd.DataFrame:
    """Indices of Morris or Sobol.

    Parameters
    ----------
    plan
        The design.
    means : Series, a value for each point of the design that has one
        Mean response over seeds.

    Returns
    -------
    DataFrame, a row for each assumption, the most important first
        ``sobol``: `first` and `total` with bootstrapped 95 % intervals, as shares of the variance. ``morris``: `star`
        (mean absolute effect of moving over the whole range, with its interval), `mean` and `deviation` of the effects.
        Blocks of points of which one has no value are left out.

    Raises
    ------
    UserError
        If the response never differs, or too few blocks are whole.
    """
    y, kept = _whole_blocks(plan, means)
    if np.ptp(y) == 0:
        raise UserError(f"the response is {y[0]:g} at all points: no assumption matters, or the outcome never moves")
    asked = problem({a.path: (a.low, a.high) for a in plan.assumptions})
    if plan.method == "morris":
        from SALib.analyze import morris

        x = plan.points.to_numpy(float)[kept]
        found = morris.analyze(asked, x, y, num_resamples=RESAMPLES, num_levels=LEVELS, seed=SEED)
        star, reach = _column(found, "mu_star"), _column(found, "mu_star_conf")
        columns = {"star": star, "star_low": np.maximum(star - reach, 0), "star_high": star + reach}
        columns |= {"mean": _column(found, "mu"), "deviation": _column(found, "sigma")}
        order = "star"
    else:
        from SALib.analyze import sobol

        found = sobol.analyze(asked, y, calc_second_order=False, num_resamples=RESAMPLES, seed=SEED)
        columns = {}
        for name, key in (("first", "S1"), ("total", "ST")):
            value, reach = _column(found, key), _column(found, f"{key}_conf")
            columns |= {name: value, f"{name}_low": value - reach, f"{name}_high": value + reach}
        order = "total"
    frame = pd.DataFrame({"assumption": [a.path for a in plan.assumptions], **columns})
    return frame.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def tornado(plan: Design, answer: Response) -> pd.DataFrame:
    """Effect at the default and at both ends of every range.

    Parameters
    ----------
    plan
        A design of the method ``tornado``.
    answer
        Response at its points.

    Returns
    -------
    DataFrame, a row for each end, the widest swing first
        `assumption`, `value`, `effect` with its 95 % interval `low` to `high`, `swing` from the default with
        `swing_low` and `swing_high` (paired by seed), `default_effect` with its interval, and `change`: whether the
        conclusion flips, is no longer clear, becomes clear, is as unclear, or is the same.

    Raises
    ------
    UserError
        If no run at the default finished.
    """
    cells = {int(point): row for point, row in zip(answer.cells.index, answer.cells.to_numpy(), strict=True)}
    home = cells.get(0, np.array([]))
    if not np.isfinite(home).any():
        raise UserError("no run with all assumptions at their defaults finished, so there is nothing to compare with")
    rows = []
    for assumption in plan.assumptions:
        at_home = _row(assumption, assumption.default, home, home) | {"default": True}
        ends = plan.points.index[plan.points[assumption.path] != plan.points.loc[0, assumption.path]]
        moved = [
            _row(assumption, plan.points.loc[point, assumption.path], cells[point], home)
            for point in map(int, ends)
            if point in cells
        ]
        rows += [at_home, *moved]
    frame = changes(pd.DataFrame(rows).assign(factor=answer.question.name, outcome=answer.outcome))
    if frame.empty:
        raise UserError("no run at an end of a range finished, so there is nothing to compare")
    widest = frame["swing"].abs().groupby(frame["assumption"]).transform("max")
    frame = frame.assign(widest=-widest).sort_values(["widest", "assumption", "value"], ignore_index=True)
    return frame.drop(columns=["default", "widest"])


def _checked(method: Method, samples: int | None) -> int:
    if samples is None:
        hint = "10 to 50 trajectories" if method == "morris" else "a power of two, 64 or more for narrow intervals"
        raise UserError(f"--samples: not given; --method {method} takes {hint}")
    if method == "morris" and not FEWEST_TRAJECTORIES <= samples <= MOST:
        expected = f"expected {FEWEST_TRAJECTORIES} to {MOST} trajectories; 10 to 50 are usual"
        raise UserError(f"--samples {samples}: {expected}")
    if method == "sobol":
        if not FEWEST_BASE <= samples <= MOST:
            raise UserError(f"--samples {samples}: expected {FEWEST_BASE} to {MOST} base samples, a power of two")
        if samples & (samples - 1):
            below = 1 << (samples.bit_length() - 1)
            near = f"{below} or {2 * below}"
            raise UserError(f"--samples {samples}: Sobol's sequence is balanced at powers of two; expected {near}")
    return samples


def _whole_blocks(plan: Design, means: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = means.reindex(range(len(plan.points))).to_numpy(float)
    blocks = np.isfinite(values).reshape(-1, plan.block).all(axis=1)
    fewest = FEWEST_TRAJECTORIES if plan.method == "morris" else FEWEST_BASE
    if blocks.sum() < fewest:
        raise UserError(f"{blocks.sum()} of {len(blocks)} samples finished whole; expected {fewest} or more")
    kept = np.repeat(blocks, plan.block)
    return values[kept], kept


def _column(found: Any, key: str) -> NDArray[np.float64]:
    return np.asarray(found[key], dtype=float)


def _row(assumption: Assumption, value: Any, cells: NDArray[np.float64], home: NDArray[np.float64]) -> dict[str, Any]:
    effect, swing = t_interval(cells), t_interval(cells - home)
    return {
        "assumption": assumption.path, "value": float(value), "default": False, **effect.columns("effect", ""),
        "seeds": effect.seeds, **swing.columns("swing"),
    }  # fmt: skip
