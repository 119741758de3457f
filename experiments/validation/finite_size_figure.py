"""The figure of finite size: a small panel for each outcome and effect, all on one scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, NullLocator

from experiments.report.style import BLUE, GREY, INK, ORANGE, PALE, VERMILLION, Drawing, new_figure, panels, wrapped
from experiments.validation.finite_size_outcomes import GMV, Quantity, Settling

ACROSS, WIDTH, DEEP = 6, 10.0, 1.55  # panels side by side; inches of the figure, and of a row
MOST = 3.0  # the share beyond which panels are cut
TICKS = (-1.0, -0.2, 0.0, 0.2, 1.0)

Found = Mapping[Quantity, Settling]


def draw(title: str, found: Found, same: Found, spread: Settling, tolerance: float) -> Drawing:
    """Every outcome against the largest market.

    Parameters
    ----------
    title
        The finding.
    found
        All quantities, as the market is.
    same
        Those of the base, with ratings by the head and pools of full size.
    spread
        Of GMV: how much seeds differ.
    tolerance
        Share by which a quantity may lie off.
    """
    rows = -(-(len(found) + 1) // ACROSS)
    figure = new_figure(title, 1.3 + DEEP * rows, WIDTH)
    axes = panels(figure, len(found) + 1, most=ACROSS, sharex=True)[0]
    levels = [one for one in found if not one.effect]
    places = [*axes[: len(levels)], *axes[len(levels) + 1 :]]
    for place, (axis, (one, how)) in enumerate(zip(places, found.items(), strict=True)):
        _against_size(axis, how, same.get(one), tolerance)
        name = wrapped(one.label, 21)
        axis.set_title(name, fontsize=7.8, pad=12)
        _tell_settled(axis, how)
        if place == 0:
            axis.legend(frameon=False, fontsize=6.5, loc="upper right", handlelength=1.4)
    _spread_of_gmv(axes[len(levels)], spread)
    _finish(axes, tolerance)
    people = list(spread.gaps.index)
    caption = (
        f"Distance from the same seed's market of {people[-1]:,} people, in % of the value there (effects, which are in"
        f" % of the base themselves: in points): mean and 95 % interval over seeds, on a scale that is linear within"
        f" ±{tolerance:.0%} (band) and logarithmic beyond. Above each panel: the number of people from which on the"
        " whole interval stays in the band. Dashed: annual fees, deposits and ratings by the head, pools of full size."
        " A head: sums of money by the head and day. Effects are of one change from commission, private domain, KOCs."
        " Spread of GMV: standard deviations, over the mean."
    )
    return Drawing(figure, title, caption, _data(found))


def _data(found: Found) -> pd.DataFrame:
    parts = {
        one.label: how.gaps.assign(spread=how.spread, largest=how.last, settled=how.settled)
        for one, how in found.items()
    }
    return pd.concat(parts, names=["outcome"]).reset_index()


def _against_size(axis: Axes, one: Settling, same: Settling | None, tolerance: float) -> None:
    gaps = one.gaps.clip(-MOST, MOST)
    people = gaps.index.to_numpy(float)
    axis.axhspan(-tolerance, tolerance, color=PALE, lw=0)
    error = np.abs(gaps[["low", "high"]].to_numpy().T - gaps.value.to_numpy())
    axis.errorbar(people, gaps.value, error, fmt="o-", ms=2.2, color=BLUE, lw=1.1, elinewidth=0.9, label="as it is")
    if same is not None:
        axis.plot(people, same.gaps.value.clip(-MOST, MOST), "--", color=GREY, lw=1.0, label="by the head")
    axis.axhline(0, color=INK, lw=0.5)
    axis.set_yscale("symlog", linthresh=tolerance, linscale=1.0)
    axis.set_ylim(-MOST, MOST)


def _tell_settled(axis: Axes, one: Settling) -> None:
    if np.isfinite(one.settled):
        text, colour = f"from {one.settled:,.0f}", BLUE
        axis.axvline(one.settled, color=BLUE, lw=0.6, ls=":")
    else:
        text, colour = f"not below {one.gaps.index[-1]:,}", VERMILLION
    axis.annotate(text, (0, 1), (0, 3), "axes fraction", "offset points", fontsize=6.8, color=colour)


def _spread_of_gmv(axis: Axes, gmv: Settling) -> None:
    people = gmv.gaps.index.to_numpy(float)
    for values, colour, text in ((gmv.spread, BLUE, "other goods"), (gmv.paired[:-1], ORANGE, "same goods")):
        axis.loglog(people[: len(values)], values, "o-", color=colour, ms=2.2, lw=1.1)
        at, up = (-1, 6) if colour == BLUE else (len(values) - 1, -10)
        place = (people[: len(values)][at], values[at])
        axis.annotate(text, place, (0, up), textcoords="offset points", fontsize=6.8, color=colour, ha="right")
    axis.set_yticks([0.003, 0.01, 0.03, 0.1, 0.3], ["0.3%", "1%", "3%", "10%", "30%"])
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_ylim(0.4 * gmv.paired[:-1].min(), 3 * gmv.spread.max())
    axis.set_title(f"spread of {GMV.label}", fontsize=7.8, pad=12)
    axis.tick_params(labelsize=6.5)


def _finish(axes: np.ndarray, tolerance: float) -> None:
    """One scale: only the outer panels bear numbers."""
    ticks = sorted({*TICKS, -tolerance, tolerance})
    for place, axis in enumerate(axes):
        if axis.get_yscale() == "symlog":
            axis.set_yticks(ticks, [f"{tick:+.0%}" if tick else "0" for tick in ticks])
            axis.yaxis.set_minor_locator(NullLocator())
            axis.tick_params(labelleft=place % ACROSS == 0, labelsize=6.5)
        axis.set_xscale("log")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.tick_params(axis="x", labelsize=6.5)
        if place >= len(axes) - ACROSS:
            axis.set_xlabel("people", fontsize=7.5)
