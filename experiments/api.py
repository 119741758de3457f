"""Five lines in a notebook: load a market, run it, look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.configuration import load_settings
from sim.errors import UserError, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.market import Market

SHOWN = ("gmv", "buyers", "trust", "kocs")


def load(*overrides: str, seed: int = 0) -> Market:
    """A market before its first day, configured as `koc run` would.

    Parameters
    ----------
    *overrides
        In Hydra's form, for instance ``"market.consumers=2000"`` or ``"platform=mihe"``.
    seed
        Of all randomness in it.

    Raises
    ------
    UserError
        If an override is wrong; names the key and what would be right.

    Examples
    --------
    >>> from experiments import load, plot
    >>> market = load("market.consumers=500", seed=1)
    >>> plot(market.run(3), "gmv")  # doctest: +SKIP
    """
    from sim.market import Market

    return Market(load_settings(["experiment=single", *overrides]).parameters, seed)


def plot(market: Market, *columns: str) -> Figure:
    """Draw daily figures of a market, one below the other.

    Parameters
    ----------
    market
        One that has run for some days.
    *columns
        Of `market.daily()`; sales, buyers, trust and the number of KOCs unless named.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UserError
        If there is no such column.
    """
    from matplotlib import pyplot

    daily = market.daily().set_index("day")
    names = columns or SHOWN
    for name in names:
        if name not in daily:
            raise UserError(f"{name}: no such daily figure; {nearest(name, map(str, daily.columns))}")
    figure, axes = pyplot.subplots(len(names), sharex=True, squeeze=False, layout="constrained")
    for axis, name in zip(axes[:, 0], names, strict=True):
        daily[name].plot(ax=axis)
        axis.set_ylabel(name.replace("_", " "))
    return figure
