"""What stands in for the market between the points of a design: a quadratic in all parameters for each target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from experiments.calibration.settings import Array, Target
from experiments.report.statistics import LEVEL
from sim.errors import UserError

FOLDS = 10
LEAST_SHARE = 0.5  # of the points at which a target must have been observed
Z = float(special.ndtri((1 + LEVEL) / 2))


class Error(NamedTuple):
    """How well markets that were left out are predicted, on the scale of the target.

    Attributes
    ----------
    r2 : float
        Share of the variance between markets that is predicted; what is missing is luck of the seed, or misfit.
    rmse : float
        Root mean square error for one market.
    coverage : float
        Share of markets that lie in their 95 % prediction interval.
    points : int
    """

    r2: float
    rmse: float
    coverage: float
    points: int


class Emulator:
    """Expected observations, over seeds, at any place of the prior.

    A response surface of second order (Box & Draper 1987): all linear, squared and product terms of the parameters, as
    places in their priors, by Bayesian ridge regression (MacKay 1992), which learns from the points how far terms are to
    be shrunk and how much of the variation is noise. Points have different seeds, so the surface is the mean over them.

    Parameters
    ----------
    unit : shape (points, parameters)
        Places in the prior, 0 to 1.
    observed : DataFrame, a row per point
        With a column for each observable.
    targets
        By name.

    Raises
    ------
    UserError
        If a target was observed at less than half the points.
    """

    def __init__(self, unit: Array, observed: pd.DataFrame, targets: Mapping[str, Target]) -> None:
        self.targets = dict(targets)
        self.errors: dict[str, Error] = {}
        terms = _terms(unit)
        coefficients, covariances, self._centres = [], [], []
        for name, target in targets.items():
            column = observed.get(target.observable, pd.Series(np.nan, index=observed.index))
            y = target.on_scale(column.to_numpy(float))
            there = np.isfinite(y)
            if there.mean() < LEAST_SHARE:
                raise UserError(
                    f"target {name}: {target.observable} was observed in {there.sum()} of {len(y)} markets; "
                    "expected half of them or more"
                )
            fitted = _fit(terms[there], y[there])
            coefficients.append(fitted.coef_)
            covariances.append(fitted.sigma_)
            self._centres.append((float(fitted.intercept_), terms[there].mean(axis=0)))
            self.errors[name] = _cross_validated(terms[there], y[there])
        self._coefficients, self._covariances = np.array(coefficients), np.array(covariances)

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Expected observations on the scales of the targets, and how surely the surface is known.

        Parameters
        ----------
        unit : shape (n, parameters)

        Returns
        -------
        mean, variance : ndarray, shape (n, targets)
        """
        terms = _terms(np.atleast_2d(unit))
        mean = np.array([c for c, _ in self._centres]) + terms @ self._coefficients.T
        variance = np.empty_like(mean)
        for place, (_, centre) in enumerate(self._centres):
            away = terms - centre
            variance[:, place] = np.einsum("nt,nt->n", away @ self._covariances[place], away)
        return mean, variance


def _terms(unit: Array) -> Array:
    x = 2 * np.asarray(unit, float) - 1
    rows, columns = np.triu_indices(x.shape[1])
    return np.column_stack([x, x[:, rows] * x[:, columns]])


def _fit(terms: Array, y: Array):  # type: ignore[no-untyped-def]
    from sklearn.linear_model import BayesianRidge

    return BayesianRidge(max_iter=500).fit(terms, y)


def _cross_validated(terms: Array, y: Array) -> Error:
    """Leave out a tenth of the markets at a time, fit the others, and predict what was left out."""
    fold = np.random.default_rng(0).permutation(len(y)) % FOLDS
    mean, deviation = np.empty(len(y)), np.empty(len(y))
    for number in range(FOLDS):
        out = fold == number
        mean[out], deviation[out] = _fit(terms[~out], y[~out]).predict(terms[out], return_std=True)
    miss = y - mean
    r2 = 1 - float((miss**2).sum() / ((y - y.mean()) ** 2).sum())
    return Error(r2, float(np.sqrt((miss**2).mean())), float((np.abs(miss) <= Z * deviation).mean()), len(y))
