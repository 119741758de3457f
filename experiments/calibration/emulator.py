"""What stands in for the market between the points of a design: a Gaussian process for each target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from experiments.calibration.settings import Array, Target
from experiments.measures.scale import Scale
from experiments.measures.surrogate import Error, Surrogate
from sim.errors import UserError

LEAST_SHARE = 0.5  # of the points at which a target must have been observed
AT_ONCE = 256  # places predicted together


class Emulator:
    """Expected observations, over seeds, at any place of the prior (Kennedy & O'Hagan 2001).

    Points have different seeds: what the surface does not follow is the chance of a seed, which the Gaussian process
    learns as noise, so the surface is the mean over worlds. How far it is itself uncertain adds to a target's error.

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
        self.surrogates: dict[str, Surrogate] = {}
        for name, target in targets.items():
            column = observed.get(target.observable, pd.Series(np.nan, index=observed.index))
            y = target.on_scale(column.to_numpy(float))
            there = np.isfinite(y)
            if there.mean() < LEAST_SHARE:
                raise UserError(
                    f"target {name}: {target.observable} was observed in {there.sum()} of {len(y)} markets; "
                    "expected half of them or more"
                )
            self.surrogates[name] = Surrogate(unit[there], y[there], [Scale(0.0, 1.0)] * unit.shape[1], np.nan)
        self._solved = [each.solved() for each in self.surrogates.values()]

    def errors(self) -> dict[str, Error]:
        """How well single markets that were left out are predicted, on the scales of the targets."""
        return {name: surrogate.error() for name, surrogate in self.surrogates.items()}

    def predict(self, unit: Array) -> tuple[Array, Array]:
        """Expected observations on the scales of the targets, and how surely the surface is known.

        Parameters
        ----------
        unit : shape (n, parameters)

        Returns
        -------
        mean, variance : ndarray, shape (n, targets)
        """
        places = np.atleast_2d(unit)
        mean, variance = np.empty((2, len(places), len(self._solved)))
        for start in range(0, len(places), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            for column, s in enumerate(self._solved):
                x = places[some] / s.length_scales
                square = (x**2).sum(1)[:, None] - 2 * x @ s.inputs.T + (s.inputs**2).sum(1)
                step = np.sqrt(5 * np.maximum(square, 0.0))
                covariance = s.signal * (1 + step + step**2 / 3) * np.exp(-step)  # Matern 5/2
                mean[some, column] = s.centre + s.spread * (covariance @ s.weights)
                explained = ((covariance @ s.inverse) * covariance).sum(1)
                variance[some, column] = s.spread**2 * np.maximum(s.signal - explained, 0.0)
        return mean, variance
