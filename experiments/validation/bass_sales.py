"""Bass's curve fitted to the sales of three durable goods, against the estimates published for them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import curve_fit

from experiments.validation.study import Check
from sim.errors import UserError

FILE = Path("bass_classics") / "bass_sales.csv"
SOURCE = "Bass, Krishnan & Jain (1994), nonlinear least squares"
LAST_DIGIT = 0.5


class Published(NamedTuple):
    """Estimates of a good, as printed."""

    series: str
    name: str
    p: float
    q: float


PUBLISHED = (
    Published("room_air_conditioners_us", "room air conditioners", 0.0094, 0.375),
    Published("color_tv_us", "colour television", 0.0185, 0.616),
    Published("clothes_dryers_us", "clothes dryers", 0.0136, 0.327),
)


def growth(time: NDArray[np.float64], p: float, q: float) -> NDArray[np.float64]:
    """Share of adopters by a time, ``(1 − e^−(p+q)t) / (1 + (q/p) e^−(p+q)t)`` (Bass 1969)."""
    decay = np.exp(-(p + q) * np.asarray(time))
    return np.asarray((1 - decay) / (1 + q / p * decay))


def fitted(sales: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least squares of ``m (F(t) − F(t − 1))``, to yearly sales from the first year on (Srinivasan & Mason 1986).

    Returns
    -------
    estimates, errors
        Of m, p and q, with standard errors; shape (3,) each.
    """

    def of_year(year: NDArray[np.float64], m: float, p: float, q: float) -> NDArray[np.float64]:
        return m * (growth(year, p, q) - growth(year - 1, p, q))

    start = (2 * float(sales.sum()), 0.01, 0.4)
    bounds = ([0, 1e-6, 1e-6], [np.inf, 1, 5])
    estimates, covariance = curve_fit(of_year, np.arange(1.0, len(sales) + 1), sales, start, bounds=bounds)
    return np.asarray(estimates), np.sqrt(np.diag(covariance))


def checks(data: Path | None) -> list[Check]:
    """Estimates for three goods against the published ones; none without the data.

    Raises
    ------
    UserError
        If the file lacks a series or a column.
    """
    if data is None or not (data / FILE).is_file():
        return []
    table = pd.read_csv(data / FILE)
    missing = {"series", "sales_thousands"} - set(table)
    if missing:
        raise UserError(f"{data / FILE}: no column {sorted(missing)[0]}; expected series, year, sales_thousands")
    rows = []
    for one in PUBLISHED:
        sales = table.loc[table["series"] == one.series, "sales_thousands"].to_numpy(float)
        if len(sales) < 4:
            raise UserError(f"{data / FILE}: {len(sales)} years of {one.series}; expected 4 or more")
        (_, p, q), (_, p_error, q_error) = fitted(sales)
        for letter, value, error, printed, digits in (("p", p, p_error, one.p, 4), ("q", q, q_error, one.q, 3)):
            same = abs(value - printed) <= LAST_DIGIT * 10.0**-digits
            rows.append(
                Check(
                    f"Coefficient {letter} of {one.name}", f"{printed:.{digits}f}", float(value),
                    float(value - 1.96 * error), float(value + 1.96 * error), bool(same), SOURCE,
                    "Equal to the last printed digit." if same else "Differs in the last printed digit or before.",
                )
            )  # fmt: skip
    return rows
