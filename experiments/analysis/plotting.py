"""What is plotted of a result: an outcome against a parameter, over days, or arm by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.analysis.compare import welch
from experiments.drawing.curve import MOST_CURVES, Curve
from experiments.measures.outcomes import OVERALL
from experiments.measures.statistics import Estimate, t_interval
from experiments.table.results import POINT, Results, chosen
from sim.errors import UserError
from sim.results.recorder import DAILY

DAY, ARM = "day", "arm"
IN_COURSE = ("gmv", "buyers", "trust", "kocs")
IN_RESPONSE = (*OVERALL, "koc_net_income", "brand_profit", "platform_revenue")
MOST_BINS, POINTS_A_BIN, MOST_PARAMETERS, WEEK = 6, 4, 3, 7

Groups = Mapping[str, Sequence[str]]
"""Arms whose mean is a curve, by its name."""


class Line(NamedTuple):
    """A curve, and what it tells."""

    curve: Curve
    base: float  # mean at the first value, or in the first half of the days
    # from the first value to the last, of names without an order from the least to the greatest; or from the first half
    # of the days that count to the second
    change: Estimate
    level: Estimate  # over the days that count; NaN against a parameter
    peak: str = ""  # ``highest`` or ``lowest`` where that is in between, and clearly so; else empty
    at: float = np.nan  # where the peak is


class Panel(NamedTuple):
    """An outcome against something."""

    # the outcome; the path of a parameter, ``day`` or ``arm``
    what: str
    against: str
    lines: list[Line]  # one for each arm, or group of arms
    names: list[str]  # of the places along the axis, where these are names
    log: bool = False  # whether the design spaced the values by their logarithm
    binned: bool = False  # whether each place is the mean of neighbouring points, which differ in other parameters too
    burn_in: int = 0  # days that do not count


NONE = t_interval([])


def response_panels(sweep: Results, outcomes: Sequence[str], against: str, arm: str) -> list[Panel]:
    """Outcomes against a parameter; against those that move the first outcome most, where none is named.

    Raises
    ------
    UserError
        If there is no such outcome, parameter or arm.
    """
    known = [*sweep.varied, *sweep.choices]
    groups = grouped(sweep, arm)
    named = [chosen(name, sweep.outcomes, "OUTCOME") for name in outcomes]
    keys = named or [name for name in IN_RESPONSE if name in sweep.outcomes] or sweep.outcomes[:1]
    if against:
        paths = [chosen(against, [*known, DAY, ARM], "--against")]
    else:
        paths = sorted(known, key=lambda path: -_swing(_response(sweep, keys[0], path, groups)))[:MOST_PARAMETERS]
    return [_response(sweep, key, path, groups) for key in keys for path in paths]


def grouped(sweep: Results, arm: str) -> Groups:
    """The curves of a figure: arms, or, where there are too many, the levels of the first factor.

    Raises
    ------
    UserError
        If there is no such arm, or there are too many curves for a figure.
    """
    arms = sweep.finished
    if arm:
        one = chosen(arm, arms, "--arm")
        return {sweep.arm_label(one): [one]}
    if len(arms) == 1:
        return {"": arms}
    if len(arms) <= MOST_CURVES:
        return {sweep.arm_label(each): [each] for each in arms}
    factor = next(iter(sweep.factors), "")
    levels = sweep.factors.get(factor, ())
    if not 1 < len(levels) <= MOST_CURVES:
        raise UserError(f"--arm: not given; {len(arms)} arms are too many to draw; expected one, such as {arms[0]}")
    of = sweep.levels.loc[arms, factor].astype(str)
    return {sweep.label(level): list(map(str, of.index[of == level])) for level in levels}


def _response(sweep: Results, outcome: str, path: str, groups: Groups) -> Panel:
    points = sweep.runs.drop_duplicates(POINT).set_index(POINT)[[*sweep.varied, *sweep.choices]].sort_index()
    named = path in sweep.choices
    values = points[path].astype(str) if named else points[path].astype(float)
    levels = sorted(values.unique())
    binned = not named and not _crossed(points, path)
    names = [str(level) for level in levels] if named else []
    lines = []
    for label, arms in groups.items():
        cells = sweep.cells(outcome, *arms)
        lines.append(_binned(cells, values, label) if binned else _by_value(cells, values, levels, label, named=named))
    spec = sweep.design_of(path)
    log = isinstance(spec, Mapping) and spec.get("scale") == "log"
    return Panel(outcome, path, lines, names, log, binned)


def _crossed(points: pd.DataFrame, path: str) -> bool:
    """Whether every value of a parameter meets the same values of the others, so that means may be compared."""
    others = points.drop(columns=path).astype(str)
    if others.shape[1] == 0:
        return True
    pairs = others.assign(**{path: points[path]}).drop_duplicates()
    return len(pairs) == points[path].nunique() * len(others.drop_duplicates())


def _by_value(cells: pd.DataFrame, values: pd.Series, levels: Sequence[float], label: str, *, named: bool) -> Line:
    """The mean at each value, with an interval over seeds."""
    of = values.reindex(cells.index)
    by_seed = pd.DataFrame([cells[of == level].mean() for level in levels])
    return _line(by_seed, np.arange(len(levels), dtype=float) if named else np.array(levels, float), label, named=named)


def _line(by_seed: pd.DataFrame, x: np.ndarray, label: str, *, named: bool) -> Line:
    """Of a row for each place along the axis and a column for each seed."""
    found = [t_interval(row) for row in by_seed.to_numpy()]
    means = [each.value for each in found]
    first, last = (int(np.argmin(means)), int(np.argmax(means))) if named else (0, len(found) - 1)
    change = t_interval(by_seed.iloc[last] - by_seed.iloc[first])
    line = Line(_curve(x, found, label), found[first].value, change, NONE, at=float(x[last]))
    return line if named else _with_peak(line, by_seed)


def _with_peak(line: Line, by_seed: pd.DataFrame) -> Line:
    for name, sign in (("highest", 1), ("lowest", -1)):
        place = int(np.argmax(sign * line.curve.mean))
        gaps = [t_interval(sign * (by_seed.iloc[place] - by_seed.iloc[end])) for end in (0, -1)]
        if 0 < place < len(by_seed) - 1 and all(gap.low > 0 for gap in gaps):
            return line._replace(peak=name, at=float(line.curve.x[place]))
    return line


def _binned(cells: pd.DataFrame, values: pd.Series, label: str) -> Line:
    """The mean of neighbouring points, with an interval over them."""
    means = cells.mean(axis=1).dropna()
    x = values.reindex(means.index).sort_values()
    bins = np.array_split(np.asarray(x.index), max(1, min(MOST_BINS, len(x) // POINTS_A_BIN)))
    samples = [means[each] for each in bins]
    curve = _curve(np.array([x[each].mean() for each in bins]), [t_interval(each) for each in samples], label)
    return Line(curve, float(curve.mean[0]), welch(samples[0], samples[-1]), NONE, at=float(curve.x[-1]))


def _curve(x: np.ndarray, found: Sequence[Estimate], label: str) -> Curve:
    mean, low, high = (np.array([each[place] for each in found], float) for place in range(3))
    return Curve(x, mean, low, high, label)


def _swing(panel: Panel) -> float:
    return float(np.nanmean([np.ptp(line.curve.mean) for line in panel.lines]))


def course_of(sweep: Results, columns: Sequence[str], arm: str) -> list[Panel]:
    """Daily figures of a folder.

    Raises
    ------
    UserError
        If there is no such column or arm, or no daily table.
    """
    if "daily" not in sweep.tables:
        raise UserError(f"{sweep.folder}: no daily.parquet in it; experiment.keep=tables keeps it")
    return course_panels(sweep.daily, columns, grouped(sweep, arm), sweep.burn_in)


def course_panels(daily: pd.DataFrame, columns: Sequence[str], groups: Groups, burn_in: int) -> list[Panel]:
    """Daily figures, a week's mean each, with intervals over seeds.

    Raises
    ------
    UserError
        If there is no such column.
    """
    known = [name for name in DAILY if name in daily and name != DAY]
    keys = [chosen(name, known, "OUTCOME") for name in columns] or [name for name in IN_COURSE if name in known]
    of_arms = groups.items()
    return [
        Panel(key, DAY, [_course(daily, key, arms, label, burn_in) for label, arms in of_arms], [], burn_in=burn_in)
        for key in keys
    ]


def _course(daily: pd.DataFrame, key: str, arms: Sequence[str], label: str, burn_in: int) -> Line:
    own = daily[daily[ARM].isin(arms)]
    wide = own.pivot_table(index=DAY, columns="seed", values=key)
    smooth = wide.rolling(WEEK, min_periods=1).mean()
    curve = _curve(wide.index.to_numpy(float), [t_interval(row) for row in smooth.to_numpy()], label)
    counted = wide[wide.index >= burn_in] if (wide.index >= burn_in).any() else wide
    half = len(counted) // 2
    first, second = counted.iloc[:half].mean(), counted.iloc[half:].mean()
    return Line(curve, float(first.mean()), t_interval(second - first), t_interval(counted.mean()))


def arm_panels(sweep: Results, outcomes: Sequence[str], arm: str) -> list[Panel]:
    """The level of outcomes arm by arm, with intervals over seeds.

    Raises
    ------
    UserError
        If there is no such outcome or arm.
    """
    arms = sweep.finished
    arms = [chosen(arm, arms, "--arm")] if arm else arms
    keys = [chosen(name, sweep.outcomes, "OUTCOME") for name in outcomes]
    keys = keys or [name for name in IN_RESPONSE if name in sweep.outcomes]
    panels = []
    for key in keys:
        by_seed = pd.DataFrame([sweep.cells(key, each).mean() for each in arms])
        line = _line(by_seed, np.arange(len(arms), dtype=float), "", named=True)
        panels.append(Panel(key, ARM, [line], [sweep.arm_label(each) for each in arms]))
    return panels
