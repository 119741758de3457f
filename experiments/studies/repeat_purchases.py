"""Repeat purchases of a brand's customers in the market, beside those of CDNOW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import Estimate, share_of, t_interval
from experiments.studies.models import purchases
from experiments.studies.models.purchases import NAMES, Brand, Cohort, fit_negative_binomial, goodness, lorenz
from experiments.studies.study import Asked, Check, Study, covers, holds, interval, option
from sim.parameters import Parameters

STUDY = Study(
    title="Repeat purchases of a brand's customers and of CDNOW's",
    source="""Fader, Hardie & Lee (2005), “Counting your customers” the easy way, Marketing Science 24(2); data shipped
        with the package lifetimes.""",
    question="""Are a brand's customers in the market as unequal in how often they buy again, and in what they spend, as
        real ones?""",
    change="shape=20, or goodwill=100000, or taste=2: look at r and at who drops out. Which of them does what?",
    self_check="""Why does a smaller r mean more one-time buyers at the same mean? The same purchases fall to fewer
        customers, so more are left with none.""",
    extra="lifetimes",
)
LEVEL = 0.05
BG_NBD = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
LOG = {"repeat_share": (0.489, 3), "shape": (0.360, 3), "rate": (0.193, 3), "gini": (0.635, 3), "head": (0.68, 2)}
"""Figures of CDNOW as published, and the digits printed."""
MOST_SHOWN, DEFAULT = 8, Parameters().market


class Options(Asked):
    """The market, and how people in it differ."""

    consumers: int = option(6_000, "people in the market", 3_000, 100_000)
    seeds: int = option(6, "seeds", 2, 100)
    burn_in: int = option(120, "days before customers are counted as newly won", 0, 1_000)
    taste: float = option(DEFAULT.people.taste_spread, "spread of taste, market.people.taste_spread", 0, 5)
    shape: float = option(DEFAULT.need.shape, "shape of the rates of need, market.need.shape", 0.2, 20)
    goodwill: float = option(DEFAULT.memory.goodwill_days, "days of goodwill, market.memory.goodwill_days", 1, 1e6)


class Runs(NamedTuple):
    """Customers of CDNOW and of all brands of the market; and the brand of each seed that is most like CDNOW."""

    log: Cohort
    known: dict[str, float]
    made: list[Brand]
    chosen: list[Brand]

    def found(self) -> dict[str, Estimate]:
        """Figures of the chosen brands over seeds, of those by which CDNOW and the market are compared."""
        table = pd.DataFrame([purchases.figures(one.customers) for one in self.chosen])
        return {name: t_interval(table[name]) for name in NAMES if name != "rate"}


def simulate(o: Options) -> Runs:
    """Run the market, and take of each seed the brand whose customers buy again about as often as CDNOW's."""
    log = purchases.cdnow()
    changed = {"people": {"taste_spread": o.taste}, "need": {"shape": o.shape}, "memory": {"goodwill_days": o.goodwill}}
    p = Parameters.model_validate({"market": {"consumers": o.consumers, **changed}})
    made = [one for seed in range(o.seeds) for one in purchases.brands(p, seed, o.burn_in)]
    return Runs(log, purchases.figures(log), made, purchases.comparable(made, float(log.repeats.mean())))


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Our fits on the published data give the published values; a brand of the market is as CDNOW."""
    fitted = purchases.fit_beta_geometric(*purchases.cdnow_sample())
    source = "Fader, Hardie & Lee 2005, Marketing Science 24(2), table 2"
    for (name, known), value in zip(BG_NBD.items(), map(float, fitted), strict=True):
        yield holds(f"CDNOW, BG/NBD: {name}", f"{known:.3f}", value, round(value, 3) == known, source=source)
    source = "log of CDNOW, all 23,570 customers, as shipped with lifetimes"
    for name, (known, digits) in LOG.items():
        value = runs.known[name]
        same = round(value, digits) == known
        yield holds(f"CDNOW: {NAMES[name]}", f"{known:.{digits}f}", value, same, source=source)
    for name, estimate in runs.found().items():
        known = runs.known[name]
        yield covers(
            f"a brand of the market: {NAMES[name]}", known, estimate, expected=f"{known:.3g}", kind="finding",
            source="CDNOW 1997-98, as shipped with lifetimes", otherwise=purchases.REASONS[name],
        )  # fmt: skip
    fits = [goodness(one.customers.repeats) for one in runs.made]
    rejected, at_home = share_of(sum(fit.p < LEVEL for fit in fits), len(fits)), goodness(runs.log.repeats)
    yield holds(
        f"brands of the market, of {len(fits)}, whose repeats are not negative binomial, share", f"{LEVEL}",
        rejected, rejected[1] <= LEVEL, kind="finding",
        source="chi-square test at 5 %; the model of Ehrenberg 1959", note=f"""CDNOW itself is not, with
            {len(runs.log.repeats):,} customers: chi-square {at_home.statistic:.0f} with {at_home.freedom} degrees of
            freedom.""",
    )  # fmt: skip


def findings(o: Options, runs: Runs) -> list[str]:
    """Brands beside CDNOW."""
    found, repeats = runs.found(), np.concatenate([one.customers.repeats for one in runs.chosen])
    rows = [f"{NAMES[n]} {interval(one, '.3g')}, CDNOW {runs.known[n]:.3g}" for n, one in found.items()]
    shares = [float(np.mean(one.customers.repeats > 0)) for one in runs.made]
    shapes = [fit_negative_binomial(one.customers.repeats).r for one in runs.made]
    never = float(fit_negative_binomial(repeats).probability(np.zeros(1, np.int64))[0])
    return [
        f"""At as many repeats, the Gini of spending is {found["gini"].value:.2f} in the market,
            {runs.known["gini"]:.2f} at CDNOW.""",
        f"""Of a brand whose customers buy again about as often as CDNOW's
            ({np.mean([one.mean for one in runs.chosen]):.2f} times, CDNOW {runs.log.repeats.mean():.2f}):
            {"; ".join(rows)}.""",
        f"""The {len(runs.made)} brands with {purchases.FEWEST} customers or more differ widely: those who bought again
            are {min(shares):.0%} to {max(shares):.0%}, r is {min(shapes):.2f} to {max(shapes):.2f}.""",
        f"""The negative binomial, fitted to the comparable brands together, expects {never:.0%} never to buy again;
            {np.mean(repeats == 0):.0%} do not.""",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Counts of repeats with their fit, and Lorenz curves of spending."""
    drawing = new_figure(title, 4.2, width=11.0)
    *counts, curves = drawing.subplots(1, 3, width_ratios=(1, 1, 1.05))
    pooled = np.concatenate([one.customers.repeats for one in runs.chosen])
    rows, number, market = [], np.arange(MOST_SHOWN), f"brands of the market, {len(runs.chosen)} seeds"
    for axes, name, repeats, colour in zip(
        counts, ("CDNOW", market), (runs.log.repeats, pooled), (BLUE, VERMILLION), strict=True
    ):
        model = fit_negative_binomial(repeats)
        seen = np.append([np.mean(repeats == n) for n in number], np.mean(repeats >= MOST_SHOWN))
        expected = np.append(model.probability(number), 1 - model.probability(number).sum())
        axes.bar(range(MOST_SHOWN + 1), seen, color=colour, alpha=0.55, width=0.75)
        axes.plot(range(MOST_SHOWN + 1), expected, "o", color=colour, markersize=5)
        axes.set_xticks(range(MOST_SHOWN + 1), [*map(str, number), f"{MOST_SHOWN}+"])
        axes.set(title=f"{name}: r = {model.r:.2f}", xlabel="repeat purchases", ylabel="share of customers")
        rows += [(name, n, s, e) for n, s, e in zip(range(MOST_SHOWN + 1), seen, expected, strict=True)]
    curves.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    for one in runs.chosen:
        curves.plot(*lorenz(one.customers.spend), color=VERMILLION, linewidth=0.8, alpha=0.7)
    share, spent = lorenz(runs.log.spend)
    curves.plot(share, spent, color=BLUE, linewidth=2.2)
    curves.set(
        xlabel="share of customers, from those who spend least", ylabel="share of spending", title="Lorenz curves"
    )
    rows += [("Lorenz curve of CDNOW", x, y, np.nan) for x, y in zip(share, spent, strict=True)]
    caption = f"""Blue: CDNOW. Customers won in {purchases.WON_IN} days and followed until day {purchases.FOLLOWED};
        days with a purchase after the first. Bars: customers; dots: the negative binomial fitted to them. In each seed
        the brand was taken whose mean of repeats is closest to that of CDNOW, so that the curves differ by how unequal
        customers are, not by how often they buy."""
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=["panel", "x", "share", "negative binomial"]))
