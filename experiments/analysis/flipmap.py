"""The line on which the winner changes, for two assumptions, with the band in which it may as well lie elsewhere."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from experiments.analysis.assumption import Assumption, varied_in
from experiments.analysis.response import Response, arrays, noise
from experiments.drawing.pages import sentence
from experiments.measures.scale import Scale
from experiments.measures.statistics import LEVEL
from experiments.measures.surrogate import Error, Surrogate, Z
from experiments.table.results import Results, chosen
from sim.errors import UserError

LEAST_R2 = 0.2  # cross-validated; of a surface that explains less, no map is drawn
FINENESS = 81  # nodes of the map along each side

Array = NDArray[np.float64]


class Crossing(NamedTuple):
    """Where the winner changes along one assumption, with the ends of the band around; NaN where it leaves the map."""

    at: float
    low: float
    high: float


class SeedVariance(NamedTuple):
    """Variances of a mean over seeds: of what seeds do at one point alone, and of what they do at near ones alike."""

    own: float
    common: float


class FlipMap(NamedTuple):
    """The response over two assumptions, the others held."""

    # along the sides
    x: Assumption
    y: Assumption
    log: tuple[bool, bool]
    # shape (nodes,); values of `x` and of `y`
    across: Array
    up: Array
    # shape (nodes of y, nodes of x); mean response, and half its 95 % interval, which counts the surrogate's doubt and
    # that about what the seeds have in common
    mean: Array
    half: Array
    held: dict[str, float]  # values at which the other assumptions are held
    error: Error  # of the surrogate
    points: pd.DataFrame  # the sweep's points: the two assumptions, and the response
    answer: Response
    seeds: int

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Where the interval excludes zero."""
        return np.abs(self.mean) > self.half

    def share(self, side: int) -> float:
        """Share of the map on which the response is clearly above (1) or below (-1) zero."""
        return float((self.clear & (np.sign(self.mean) == side)).mean())

    def table(self) -> pd.DataFrame:
        """The map in tidy form, a row for each node."""
        across, up = np.meshgrid(self.across, self.up)
        columns: dict[str, NDArray[Any]] = {
            self.x.path: across,
            self.y.path: up,
            "mean": self.mean,
            "low": self.mean - self.half,
        }
        columns |= {"high": self.mean + self.half, "clear": self.clear}
        return pd.DataFrame({name: values.ravel() for name, values in columns.items()})

    def home(self, axis: int) -> float:
        """Default of `x` (0) or `y` (1); the middle of its range where that is unknown or outside."""
        assumption, log = (self.x, self.y)[axis], self.log[axis]
        return _home(assumption, Scale(assumption.low, assumption.high, log))

    def line(self, axis: int) -> tuple[Array, Array]:
        """Mean response and half its interval along `x` (0) or `y` (1), the other at home."""
        at = int(np.abs((self.up, self.across)[axis] - self.home(1 - axis)).argmin())
        return (self.mean[at], self.half[at]) if axis == 0 else (self.mean[:, at], self.half[:, at])

    def crossings(self, axis: int) -> list[Crossing]:
        """Where the winner changes along `x` (0) or `y` (1), the other at home."""
        return crossings((self.across, self.up)[axis], *self.line(axis))

    def nearest(self, axis: int) -> Crossing | None:
        """The one of `crossings` that is nearest to home."""
        return min(self.crossings(axis), key=lambda crossing: abs(crossing.at - self.home(axis)), default=None)


def flip_map(sweep: Results, answer: Response, x: str, y: str) -> FlipMap:
    """Fit a surrogate to a sweep and find where the response changes sign.

    Parameters
    ----------
    sweep
        In which `x` and `y` vary; what else varies is an input of the surrogate and held at its default for the map,
        or in the middle of its range where the default is unknown or outside.
    answer
        The response.
    x, y
        Paths, or their last parts.

    Raises
    ------
    UserError
        If the two do not vary, the points are too few, or the surrogate explains too little.
    """
    known = [a.path for a in varied_in(sweep)]
    if not known:
        raise UserError(f"{sweep.name}: no parameter varies in it; a flip map needs a sweep, for instance --over soft")
    first, second = (chosen(given, known, flag) for given, flag in ((x, "--x"), (y, "--y")))
    if first == second:
        raise UserError(f"--x {x} --y {y}: expected two different assumptions")
    return mapped(fitted(sweep, answer), first, second)


class Fit(NamedTuple):
    """A surrogate of a response over all that varies in a sweep."""

    known: dict[str, Assumption]  # assumptions by path, in the order of the surrogate's inputs
    scales: dict[str, Scale]  # how each becomes an input
    inputs: Array  # shape (points, parameters)
    answer: Response
    surrogate: Surrogate
    of_seeds: SeedVariance
    seeds: int  # most seeds that a point has
    error: Error

    @property
    def home(self) -> dict[str, float]:
        """Default of each assumption, or the middle of its range."""
        return {path: _home(a, self.scales[path]) for path, a in self.known.items()}

    def swing(self, path: str) -> float:
        """How far the mean response moves along the range of one assumption, the others at home."""
        line = pd.DataFrame(self.home, index=range(FINENESS))
        line[path] = self.scales[path].between(FINENESS)
        return float(np.ptp(self.surrogate.predict(line[list(self.known)].to_numpy(float))[0]))


def fitted(sweep: Results, answer: Response) -> Fit:
    """Fit a surrogate that a map may be drawn from to a response.

    Raises
    ------
    UserError
        If the points are too few, or it explains too little of what differs between them.
    """
    fit = fit_to(sweep, answer)
    if not fit.error.r2 >= LEAST_R2:
        r2, points = f"{fit.error.r2:.2f}".replace("-", "−"), fit.error.points
        raise UserError(sentence("analysis", "unexplained", r2, LEAST_R2, points, fit.seeds))
    return fit


def fit_to(sweep: Results, answer: Response) -> Fit:
    """Fit a surrogate to a response, however little it explains.

    Raises
    ------
    UserError
        If the points are too few.
    """
    known = {a.path: a for a in varied_in(sweep)}
    scales = {path: Scale(a.low, a.high, _is_log(sweep, a)) for path, a in known.items()}
    inputs, means = arrays(answer, sweep, known)
    doubt = noise(answer.cells)
    surrogate = Surrogate(inputs, means, list(scales.values()), doubt.of_mean)
    seen = of_seeds(surrogate, answer.cells.loc[answer.means.index].to_numpy(float))
    if np.isfinite(seen.own):
        surrogate = Surrogate(inputs, means, list(scales.values()), seen.own)
    error = surrogate.error()
    return Fit(known, scales, inputs, answer, surrogate, seen, doubt.seeds, error)


def mapped(fit: Fit, x: str, y: str) -> FlipMap:
    """The map of a fitted response over two of its assumptions, named by their paths."""
    first, second = fit.scales[x], fit.scales[y]
    across, up = first.between(FINENESS), second.between(FINENESS)
    held = {path: value for path, value in fit.home.items() if path not in (x, y)}
    grid = pd.DataFrame(held, index=range(FINENESS**2))
    grid[x], grid[y] = (nodes.ravel() for nodes in np.meshgrid(across, up))
    mean, deviation = fit.surrogate.predict(grid[list(fit.known)].to_numpy(float))
    points = pd.DataFrame(fit.inputs, columns=list(fit.known))[[x, y]].assign(response=fit.answer.means.to_numpy(float))
    shape = (FINENESS, FINENESS)
    half = half_width(deviation, fit.of_seeds.common, fit.seeds)
    return FlipMap(
        fit.known[x], fit.known[y], (first.log, second.log), across, up, mean.reshape(shape), half.reshape(shape),
        held, fit.error, points, fit.answer, fit.seeds,
    )  # fmt: skip


def of_seeds(surrogate: Surrogate, cells: Array) -> SeedVariance:
    """Split what seeds do into what is alike at near points and what is not.

    Parameters
    ----------
    surrogate
        Of the means over seeds.
    cells : shape (points, seeds)
        Responses, NaN where a run did not finish.

    Returns
    -------
    SeedVariance
        By the method of moments. Between seeds, responses have the variance own + common; smoothed by the surrogate,
        h own + common, where h is the mean sum of squared weights.
    """
    smoother, kept = surrogate.smoother(), cells[surrogate.kept]
    seeds = kept.shape[1]
    if seeds < 2 or not np.isfinite(kept).all():
        return SeedVariance(np.nan, noise(pd.DataFrame(cells)).common)
    shrunk = float((smoother**2).sum()) / len(smoother)
    raw, smooth = (float(values.var(axis=1, ddof=1).mean()) for values in (kept, smoother @ kept))
    own = min(max((raw - smooth) / max(1 - shrunk, 1e-6), 0.0), raw)
    return SeedVariance(own / seeds, max(smooth - shrunk * own, 0.0) / seeds)


def half_width(deviation: Array, common: float, seeds: int) -> Array:
    """Half of a 95 % interval of the response.

    Parameters
    ----------
    deviation
        Standard deviation of the surrogate.
    common
        Variance of what a seed does at near points alike, which no surrogate can tell from the response; NaN with one
        seed, whose part in chance the interval then does not cover.
    seeds
        With as many less one degrees of freedom.
    """
    if not common > 0:
        return Z * deviation
    t = float(special.stdtrit(seeds - 1, (1 + LEVEL) / 2))
    return np.sqrt((Z * deviation) ** 2 + t**2 * common)


def crossings(values: Array, mean: Array, half: Array) -> list[Crossing]:
    """Where a curve passes zero, by linear interpolation, and how far around its interval covers zero."""
    found = []
    for i in np.flatnonzero(np.sign(mean[:-1]) * np.sign(mean[1:]) < 0):
        at = float(values[i] + (values[i + 1] - values[i]) * mean[i] / (mean[i] - mean[i + 1]))
        unclear = np.abs(mean) <= half
        before = [k for k in range(i + 1) if not unclear[k]]
        after = [k for k in range(i + 1, len(values)) if not unclear[k]]
        low = float(values[before[-1]]) if before else np.nan
        high = float(values[after[0]]) if after else np.nan
        found.append(Crossing(at, low, high))
    return found


def _home(assumption: Assumption, scale: Scale) -> float:
    default = assumption.default
    if default is not None and scale.low <= default <= scale.high:
        return default
    return float(scale.between(3)[1])


def _is_log(sweep: Results, assumption: Assumption) -> bool:
    spec = sweep.design_of(assumption.path)
    return isinstance(spec, dict) and spec.get("scale") == "log" and assumption.low > 0
