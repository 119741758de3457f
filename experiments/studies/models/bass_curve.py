"""Bass's curve: closed form, its limit by days, what is read off a path, and its fit to sales."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import curve_fit

from experiments.measures.checks import Check, holds
from experiments.measures.statistics import Estimate, t_interval
from sim.errors import UserError

SALES = Path("bass_classics") / "bass_sales.csv"
PUBLISHED = {
    ("room air conditioners", "room_air_conditioners_us"): (0.0094, 0.375),
    ("colour television", "color_tv_us"): (0.0185, 0.616),
    ("clothes dryers", "clothes_dryers_us"): (0.0136, 0.327),
}
"""Coefficients p and q, printed with 4 and 3 digits, by name and series of a good."""


class Curve(NamedTuple):
    """Adoption by oneself, p, and by others once all have, q; probabilities a period (Bass 1969)."""

    p: float
    q: float

    @property
    def peak(self) -> float:
        """Time of most adoptions, ``ln(q/p) / (p + q)``, in periods."""
        return math.log(self.q / self.p) / (self.p + self.q)

    @property
    def share_at_peak(self) -> float:
        """Share F of adopters at that time, ``(q − p) / 2q``."""
        return (self.q - self.p) / (2 * self.q)

    def growth(self, time: ArrayLike) -> NDArray[np.float64]:
        """Share of adopters by a time, ``(1 − e^−(p+q)t) / (1 + (q/p) e^−(p+q)t)``."""
        decay = np.exp(-(self.p + self.q) * np.asarray(time))
        return np.asarray((1 - decay) / (1 + self.q / self.p * decay))

    def by_steps(self, step: int, periods: float) -> NDArray[np.float64]:
        """What shares after each day tend to as a market grows, with so many days to a period: recursion of hazard."""
        share = [0.0]
        for _ in range(math.ceil(periods * step)):
            hazard = 1 - (1 - self.p / step) * (1 - self.q / step * share[-1])
            share.append(share[-1] + (1 - share[-1]) * hazard)
        return np.array(share)


def share_at(path: NDArray[np.float64], step: int, time: float) -> float:
    """Share of adopters at a time in periods, between two days by a straight line."""
    return float(np.interp(time * step, np.arange(len(path)), path))


def peak_of(path: NDArray[np.float64], step: int, expected: float) -> float:
    """Time of the peak: of a cubic through the new adopters of each day within two fifths of where it should be."""
    middle = (np.arange(len(path) - 1) + 0.5) / step
    near = np.abs(middle - expected) < 0.4 * expected
    a, b, c, _ = np.polyfit(middle[near] - expected, np.diff(path)[near], 3)
    roots = np.roots([3 * a, 2 * b, c])
    maximum = roots[np.isreal(roots) & (6 * a * roots + 2 * b < 0)].real
    return expected + float(maximum[0]) if len(maximum) else math.nan


def extrapolated(steps: Sequence[int], values: NDArray[np.float64]) -> Estimate:
    """Value at a step of nothing: least squares of ``a + b·dt + c·dt²`` in each seed (Richardson).

    Parameters
    ----------
    steps
        Days to a period.
    values
        What is read off runs, shape (seeds, steps).
    """
    return t_interval(values @ np.linalg.pinv(np.vander(1 / np.array(steps), 3, increasing=True))[0])


def root_mean_square(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each size; shape (sizes, seeds) becomes (sizes,)."""
    return np.asarray(np.sqrt((error**2).mean(axis=1)))


def power_of_size(people: NDArray[np.int64], error: NDArray[np.float64]) -> tuple[float, float, float]:
    """Power of the size by which an error falls, with a bootstrap interval over the seeds."""
    pick = np.random.default_rng(1969).integers(error.shape[1], size=(2_000, *error.shape))
    again = np.take_along_axis(error[None], pick, axis=2)
    slopes = np.polyfit(np.log(people), np.log((again**2).mean(axis=2)).T / 2, 1)[0]
    low, high = np.quantile(slopes, [0.025, 0.975])
    return float(np.polyfit(np.log(people), np.log(root_mean_square(error)), 1)[0]), float(low), float(high)


def fits_to_sales(path: Path) -> Iterator[Check]:
    """Estimates for three goods against the published ones: least squares of ``m (F(t) − F(t − 1))`` to yearly sales.

    Raises
    ------
    UserError
        If the file lacks a series or a column.
    """

    def of_year(year: NDArray[np.float64], m: float, p: float, q: float) -> NDArray[np.float64]:
        return m * (Curve(p, q).growth(year) - Curve(p, q).growth(year - 1))

    table = pd.read_csv(path)
    if missing := {"series", "sales_thousands"} - set(table):
        raise UserError(f"{path}: no column {sorted(missing)[0]}; expected series, year, sales_thousands")
    for (name, series), printed in PUBLISHED.items():
        sales = table.loc[table["series"] == series, "sales_thousands"].to_numpy(float)
        if len(sales) < 4:
            raise UserError(f"{path}: {len(sales)} years of {series}; expected 4 or more")
        start, bounds = (2 * float(sales.sum()), 0.01, 0.4), ([0, 1e-6, 1e-6], [np.inf, 1, 5])
        found, covariance = curve_fit(of_year, np.arange(1.0, len(sales) + 1), sales, start, bounds=bounds)
        halves = 1.96 * np.sqrt(np.diag(covariance))
        for letter, value, half, known, digits in zip("pq", found[1:], halves[1:], printed, (4, 3), strict=True):
            same = abs(value - known) <= 0.5 * 10.0**-digits
            yield holds(
                f"Coefficient {letter} of {name}", f"{known:.{digits}f}", (value, value - half, value + half), same,
                source="Bass, Krishnan & Jain (1994), nonlinear least squares",
                note="Equal to the last printed digit." if same else "Differs in the last printed digit or before.",
            )  # fmt: skip
