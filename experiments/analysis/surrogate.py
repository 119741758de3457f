"""A Gaussian process that stands in for the market between the points of a sweep, and how far it is to be trusted."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.report.statistics import LEVEL
from sim.errors import UserError

FOLDS = 10
MOST_POINTS = 1_500  # the time a fit takes grows with their cube
FEWEST_POINTS = 12
Z = float(special.ndtri((1 + LEVEL) / 2))
FEW_POINTS = 400  # up to which hyperparameters are averaged over; with more, the likeliest are sure enough
PROPOSALS = 300
DRAWS = 16
WIDEST = 2.0  # standard deviation of a proposal for the logarithm of a hyperparameter, where the points tell nothing

Array = NDArray[np.float64]


class Scale(NamedTuple):
    """How a parameter becomes an input between 0 and 1; by its logarithm where the design spaced it so."""

    low: float
    high: float
    log: bool = False

    def unit(self, value: Array | float) -> Array:
        """Values as inputs."""
        low, high, x = (np.log(v) if self.log else np.asarray(v, float) for v in (self.low, self.high, value))
        return np.asarray((x - low) / (high - low), dtype=float)

    def between(self, count: int) -> Array:
        """Evenly spaced values from one end to the other."""
        return np.geomspace(self.low, self.high, count) if self.log else np.linspace(self.low, self.high, count)


class Error(NamedTuple):
    """Error of predictions for points left out, in cross-validation.

    Attributes
    ----------
    r2 : float
        Share of the variance between points that is predicted; at or below 0, no better than the mean of all.
    rmse : float
        Root mean square error, in the unit of the response.
    coverage : float
        Share of the points that lie in their 95 % prediction interval.
    points : int
    folds : int
    """

    r2: float
    rmse: float
    coverage: float
    points: int
    folds: int


class Surrogate:
    """Gaussian process regression with a Matern 5/2 covariance, a length scale for each parameter.

    With the likeliest hyperparameters alone, a surface estimated from few points is too sure of itself; up to 400 points,
    predictions are averaged over draws from their posterior (importance sampling around its mode).

    Parameters
    ----------
    x : shape (points, parameters)
    y : shape (points,)
        Mean response over seeds.
    scales
        One for each parameter.
    noise : float
        Variance of `y` for want of seeds; NaN where it is not known and must be learnt from the points.

    Raises
    ------
    UserError
        If there are too few points, or all responses are equal.

    References
    ----------
    Rasmussen, C. E., & Williams, C. K. I. (2006). Gaussian Processes for Machine Learning. MIT Press.
    """

    def __init__(self, x: Array, y: Array, scales: Sequence[Scale], noise: float) -> None:
        if len(y) < FEWEST_POINTS:
            raise UserError(f"{len(y)} points: too few for a surrogate, expected {FEWEST_POINTS} or more")
        if np.ptp(y) == 0:
            raise UserError(f"the response is {y[0]:g} at all points: there is nothing to map")
        if len(y) > MOST_POINTS:
            kept = np.unique(np.linspace(0, len(y) - 1, MOST_POINTS).round().astype(int))
            x, y = x[kept], y[kept]
        self.scales = list(scales)
        self.centre, self.spread = float(y.mean()), float(y.std())
        self.noise = noise / self.spread**2  # NaN stays NaN
        self._x, self._y = self._inputs(x), (y - self.centre) / self.spread
        self._fitted = _fit(self._x, self._y, self.noise, None)
        self._members = _members(self._fitted) if len(y) <= FEW_POINTS else [self._fitted]

    @property
    def points(self) -> int:
        """Points that it was fitted to."""
        return len(self._y)

    @property
    def length_scales(self) -> Array:
        """Distance over which the response changes, for each parameter, as a multiple of its range."""
        return np.atleast_1d(self._fitted.kernel_.get_params()["k1__k2__length_scale"])

    def predict(self, x: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the response without noise.

        Parameters
        ----------
        x : shape (n, parameters)

        Returns
        -------
        mean, deviation : ndarray, shape (n,)
        """
        each = np.array([_predict(member, self._inputs(x)) for member in self._members])  # members, 2, n
        deviation = np.sqrt((each[:, 1] ** 2).mean(axis=0) + each[:, 0].var(axis=0))
        return self.centre + self.spread * each[:, 0].mean(axis=0), self.spread * deviation

    def error(self) -> Error:
        """Leave out a tenth of the points at a time, fit the others anew, and predict what was left out."""
        count = len(self._y)
        folds = min(FOLDS, count)
        fold = np.random.default_rng(0).permutation(count) % folds
        mean, deviation = np.empty(count), np.empty(count)
        for number in range(folds):
            out = fold == number
            fitted = _fit(self._x[~out], self._y[~out], self.noise, self._fitted.kernel_)
            mean[out], deviation[out] = _predict(fitted, self._x[out])
            deviation[out] = np.sqrt(deviation[out] ** 2 + _noise(fitted, self.noise))
        miss = self._y - mean
        r2 = 1 - float((miss**2).sum() / ((self._y - self._y.mean()) ** 2).sum())
        covered = float((np.abs(miss) <= Z * deviation).mean())
        return Error(r2, self.spread * float(np.sqrt((miss**2).mean())), covered, count, folds)

    def _inputs(self, x: Array) -> Array:
        return np.column_stack([scale.unit(column) for scale, column in zip(self.scales, x.T, strict=True)])


def _fit(x: Array, y: Array, noise: float, start: Any) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    signal = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(np.full(x.shape[1], 0.5), (0.03, 100.0), nu=2.5)
    kernel = start or signal + WhiteKernel(0.1, (1e-6, 2.0))
    known = 0.0 if np.isnan(noise) else noise  # the white part is what replicates do not explain
    model = GaussianProcessRegressor(
        kernel, alpha=known + 1e-8, n_restarts_optimizer=0 if start else 2, random_state=0, normalize_y=False
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a length scale at its bound: a parameter without effect
        return model.fit(x, y)


def _members(fitted: Any) -> list[Any]:
    """The same process with hyperparameters drawn from their posterior, uniform in the logarithms within the bounds."""
    mode, bounds = fitted.kernel_.theta, fitted.kernel_.bounds
    values, vectors = np.linalg.eigh(_curvature(fitted, mode))
    scales = 1 / np.sqrt(np.maximum(values, WIDEST**-2))
    generator = np.random.default_rng(0)
    spread = generator.standard_t(4, size=(PROPOSALS, len(mode)))
    proposals = mode + (spread * scales) @ vectors.T
    inside = ((proposals > bounds[:, 0]) & (proposals < bounds[:, 1])).all(axis=1)
    inside[0], proposals[0], spread[0] = True, mode, 0.0
    likely = np.array([fitted.log_marginal_likelihood(theta) for theta in proposals[inside]])
    proposed = -2.5 * np.log1p(spread[inside] ** 2 / 4).sum(axis=1)  # log density of Student's t
    weights = np.exp(likely - proposed - (likely - proposed).max())
    steps = (np.arange(DRAWS) + 0.5) / DRAWS
    chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), steps)
    return [_with(fitted, theta) for theta in proposals[inside][chosen]]


def _curvature(fitted: Any, mode: Array, step: float = 0.05) -> Array:
    """Second derivatives of the negative log likelihood at its maximum, from differences of its gradient."""

    def slope(theta: Array) -> Array:
        return np.asarray(fitted.log_marginal_likelihood(theta, eval_gradient=True)[1])

    rows = [(slope(mode - step * axis) - slope(mode + step * axis)) / (2 * step) for axis in np.eye(len(mode))]
    return (np.array(rows) + np.array(rows).T) / 2


def _with(fitted: Any, theta: Array) -> Any:
    from sklearn.gaussian_process import GaussianProcessRegressor

    kernel = fitted.kernel_.clone_with_theta(theta)
    return GaussianProcessRegressor(kernel, alpha=fitted.alpha, optimizer=None).fit(fitted.X_train_, fitted.y_train_)


def _predict(fitted: Any, x: Array) -> tuple[Array, Array]:
    mean, deviation = fitted.predict(x, return_std=True)
    white = float(fitted.kernel_.k2.noise_level)
    return mean, np.sqrt(np.maximum(deviation**2 - white, 0.0))  # of the surface, not of a new observation


def _noise(fitted: Any, known: float) -> float:
    return float(fitted.kernel_.k2.noise_level) + (0.0 if np.isnan(known) else known)
