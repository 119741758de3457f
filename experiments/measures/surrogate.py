"""A Gaussian process that stands in for the market between the points of a sweep, and how far it is to be trusted."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from experiments.measures.scale import Scale
from experiments.measures.statistics import LEVEL
from sim.errors import UserError

FOLDS = 10
MOST_POINTS = 1_500  # the time a fit takes grows with their cube
FEWEST_POINTS = 12
Z = float(special.ndtri((1 + LEVEL) / 2))
USUAL_LENGTH, LENGTH_SPREAD = 0.5, 0.7  # of a length scale, as a share of the range: median, deviation of its log

Array = NDArray[np.float64]


class Error(NamedTuple):
    """Error of predictions for points left out, in cross-validation."""

    r2: float  # share of the variance between points that is predicted; at or below 0, no better than the mean of all
    rmse: float  # root mean square error, in the unit of the response
    coverage: float  # share of the points that lie in their 95 % prediction interval
    points: int
    folds: int

    @property
    def too_sure(self) -> bool:
        """Whether fewer points lie in their intervals than chance explains: in one of a hundred honest ones."""
        return bool(special.bdtr(round(self.coverage * self.points), self.points, LEVEL) < 0.01)


class Solved(NamedTuple):
    """A fitted surrogate as the arrays that a prediction is made of: of n points, p parameters."""

    inputs: Array  # shape (n, p); in length scales
    length_scales: Array  # shape (p,); as shares of the range
    weights: Array  # shape (n,); of the covariances with the points, in the mean
    inverse: Array  # shape (n, n); of the covariance of the points
    # variance of the surface; what the response is centred on and divided by
    signal: float
    centre: float
    spread: float


class Surrogate:
    """Gaussian process regression with a Matern 5/2 covariance, a length scale for each parameter.

    Hyperparameters are the most probable ones under a log-normal prior for the length scales, with a median of half a
    range. The likeliest ones take what few noisy points do not show for a straight line, and are too sure of it: bands
    of 95 % then held a line known in closed form in 70 % of cases, with the prior in 94 % or more.

    Parameters
    ----------
    x : shape (points, parameters)
    y : shape (points,)
        Mean response over seeds. Of more than 1,500 points, so many are kept, evenly from first to last.
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
        few = min(len(y), MOST_POINTS)
        self.kept = np.linspace(0, len(y) - 1, few).round().astype(int)
        x, y = x[self.kept], y[self.kept]
        self.scales = list(scales)
        self.centre, self.spread = float(y.mean()), float(y.std())
        self.noise = noise / self.spread**2  # NaN stays NaN
        self._x, self._y = self._inputs(x), (y - self.centre) / self.spread
        self._fitted = _fit(self._x, self._y, self.noise, None)

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
        mean, deviation = _predict(self._fitted, self._inputs(x))
        return self.centre + self.spread * mean, self.spread * deviation

    def smoother(self) -> Array:
        """What turns responses at the points kept into predictions there: a matrix, shape (points, points)."""
        from scipy.linalg import cho_solve

        signal = self._fitted.kernel_.k1(self._x)
        return np.asarray(cho_solve((self._fitted.L_, True), signal).T, dtype=float)

    def solved(self) -> Solved:
        """What a prediction is made of, for those who make very many."""
        from scipy.linalg import cho_solve

        fitted = self._fitted
        inverse = cho_solve((fitted.L_, True), np.eye(len(self._y)))
        signal = float(fitted.kernel_.get_params()["k1__k1__constant_value"])
        lengths = self.length_scales
        return Solved(
            self._x / lengths, lengths, np.asarray(fitted.alpha_).ravel(), inverse, signal, self.centre, self.spread
        )

    def root(self) -> Array:
        """The lower triangle whose square is the inverse of the covariance of the points, shape (points, points)."""
        from scipy.linalg import solve_triangular

        return np.asarray(solve_triangular(self._fitted.L_, np.eye(len(self._y)), lower=True), dtype=float)

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
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

    scales = np.full(x.shape[1], USUAL_LENGTH)
    signal = ConstantKernel(1.0, (1e-3, 1e3)) * Matern(scales, (0.03, 100.0), nu=2.5)
    kernel = start or signal + WhiteKernel(0.1, (1e-6, 2.0))  # the white part is what replicates do not explain
    known = 0.0 if np.isnan(noise) else noise
    model = GaussianProcessRegressor(
        kernel, alpha=known + 1e-8, optimizer=_most_probable, n_restarts_optimizer=0 if start else 2, random_state=0
    )
    # one thread: matrices are small, and threads that wait for one another on a busy machine cost fifty times as much
    with _libraries().limit(limits=1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*close to the specified")  # no white part is left, as it may be
        return model.fit(x, y)


@cache
def _libraries() -> Any:
    """Libraries that calculate in threads: to find them anew each time takes as long as to fit some points."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _most_probable(objective: Any, start: Array, bounds: Array) -> tuple[Array, float]:
    """Optimizer for scikit-learn: the negative log likelihood and that of the prior of the length scales."""
    lengths = slice(1, len(start) - 1)  # between the variances of signal and white part

    def total(theta: Array) -> tuple[float, Array]:
        value, slope = objective(theta)
        z = (theta[lengths] - np.log(USUAL_LENGTH)) / LENGTH_SPREAD
        slope = np.array(slope)
        slope[lengths] += z / LENGTH_SPREAD
        return float(value + (z**2).sum() / 2), slope

    found = optimize.minimize(total, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x, float(found.fun)


def _predict(fitted: Any, x: Array) -> tuple[Array, Array]:
    with _libraries().limit(limits=1):
        mean, deviation = fitted.predict(x, return_std=True)
    white = float(fitted.kernel_.k2.noise_level)
    return mean, np.sqrt(np.maximum(deviation**2 - white, 0.0))  # of the surface, not of a new observation


def _noise(fitted: Any, known: float) -> float:
    return float(fitted.kernel_.k2.noise_level) + (0.0 if np.isnan(known) else known)
