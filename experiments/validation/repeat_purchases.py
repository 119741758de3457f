"""Repeat purchases of a brand's customers in the market, beside those of CDNOW."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.stats import binomtest

from experiments.report.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.validation.purchases import (
    NegativeBinomial,
    cdnow,
    cdnow_sample,
    fit_beta_geometric,
    fit_negative_binomial,
    goodness,
    lorenz,
)
from experiments.validation.repeat_purchases_brands import FEWEST, FOLLOWED, NAMES, WON_IN, Compared, brands, compare
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.parameters import People

LEVEL = 0.05
BG_NBD = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
BG_NBD_SOURCE = "Fader, Hardie & Lee 2005, Marketing Science 24(2), table 2"
MOST_SHOWN = 8
SPREAD = People()
REPEAT_SHARE, SHAPE, GINI, HEAD, DROP = NAMES


def checks_of_estimators(both: Compared) -> list[Check]:
    """Our fits on the published data give the published values."""
    bg = dict(zip(BG_NBD, map(float, fit_beta_geometric(*cdnow_sample())), strict=True))
    made = [
        _exact(f"CDNOW, BG/NBD: {name}", f"{value:.3f}", bg[name], round(bg[name], 3) == value, BG_NBD_SOURCE)
        for name, value in BG_NBD.items()
    ]
    found, model = both.known, fit_negative_binomial(both.log.repeats)
    source = "log of CDNOW, all 23,570 customers, as shipped with lifetimes"
    for name, value, digits, known in (
        (REPEAT_SHARE, found.repeat_share, 3, 0.489),
        (SHAPE, model.r, 3, 0.360),
        ("a of the negative binomial", model.a, 3, 0.193),
        (GINI, found.gini, 3, 0.635),
        (HEAD, found.head, 2, 0.68),
    ):
        made.append(_exact(f"CDNOW: {name}", f"{known:.{digits}f}", value, round(value, digits) == known, source))
    return made


def _exact(name: str, expected: str, value: float, passed: bool, source: str) -> Check:
    return Check(name, expected, value, value, value, passed, source)


def checks_of_market(both: Compared) -> list[Check]:
    """A brand of the market against CDNOW, and the negative binomial against the market."""
    checks = []
    for name, value, estimate in zip(NAMES, both.known, both.found, strict=True):
        passed = bool(estimate.low <= value <= estimate.high)
        checks.append(
            Check(
                f"a brand of the market: {name}", f"{value:.3g}", estimate.value, estimate.low, estimate.high, passed,
                "CDNOW 1997-98, as shipped with lifetimes",
                "" if passed else _reason(estimate.value, value, name),
            )
        )  # fmt: skip
    fits = [goodness(one.customers.repeats, fit_negative_binomial(one.customers.repeats)) for one in both.made]
    share = binomtest(sum(fit.p < LEVEL for fit in fits), len(fits))
    bounds, at_home = share.proportion_ci(), goodness(both.log.repeats, fit_negative_binomial(both.log.repeats))
    checks.append(
        Check(
            f"brands of the market, of {len(fits)}, whose repeats are not negative binomial, share", f"{LEVEL}",
            share.statistic, float(bounds.low), float(bounds.high), bool(bounds.low <= LEVEL),
            "chi-square test at 5 %; the model of Ehrenberg 1959",
            f"CDNOW itself is not, with {len(both.log.repeats):,} customers: chi-square {at_home.statistic:.0f} with "
            f"{at_home.freedom} degrees of freedom.",
        )
    )  # fmt: skip
    return checks


def _reason(found: float, known: float, name: str) -> str:
    if name == DROP:
        return "Nobody here leaves a brand for good but after a disappointment; others pause until the next need."
    if (found > known) == (name in (SHAPE, REPEAT_SHARE)):
        return (
            "At equal mean, customers differ less than CDNOW's. Wider taste, activity or budget do not mend it (the "
            "options of these names); what all people share is the mean rate at which needs of a category come."
        )
    return "At equal mean, customers differ more than CDNOW's: habit keeps some to a brand that others leave."


def sentences(both: Compared) -> list[str]:
    """The finding in words."""
    made, log = both.made, both.log
    said = [
        f"{name} {one.value:.3g} ({one.low:.3g} to {one.high:.3g}), CDNOW {value:.3g}"
        for name, value, one in zip(NAMES, both.known, both.found, strict=True)
    ]
    shares = np.array([np.mean(one.customers.repeats > 0) for one in made])
    shapes = np.array([fit_negative_binomial(one.customers.repeats).r for one in made])
    mean = np.mean([one.mean for one in both.chosen])
    repeats = np.concatenate([one.customers.repeats for one in both.chosen])
    never = float(fit_negative_binomial(repeats).probability(np.zeros(1, np.int64))[0])
    return [
        f"Of a brand whose customers buy again about as often as CDNOW's ({mean:.2f} times, CDNOW "
        f"{log.repeats.mean():.2f}): {'; '.join(said)}.",
        f"The {len(made)} brands with {FEWEST} customers or more differ widely: those who bought again are "
        f"{shares.min():.0%} to {shares.max():.0%}, r is {shapes.min():.2f} to {shapes.max():.2f}.",
        f"The negative binomial, fitted to the comparable brands together, expects {never:.0%} never to buy again; "
        f"{np.mean(repeats == 0):.0%} do not.",
    ]


def draw(both: Compared) -> Drawing:
    """Counts of repeats with their fit, and Lorenz curves of spending."""
    log, chosen = both.log, both.chosen
    pooled = np.concatenate([one.customers.repeats for one in chosen])
    here, there = both.found[NAMES.index(GINI)].value, both.known.gini
    title = f"At as many repeats, the Gini of spending is {here:.2f} in the market, {there:.2f} at CDNOW"
    figure = new_figure(title, 4.2, width=11.0)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.05))
    rows = _counts(left, log.repeats, fit_negative_binomial(log.repeats), "CDNOW", BLUE)
    pool = fit_negative_binomial(pooled)
    rows += _counts(middle, pooled, pool, f"brands of the market, {len(chosen)} seeds", VERMILLION)
    middle.sharey(left)
    right.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    for one in chosen:
        right.plot(*lorenz(one.customers.spend), color=VERMILLION, linewidth=0.8, alpha=0.7)
    share, spent = lorenz(log.spend)
    right.plot(share, spent, color=BLUE, linewidth=2.2)
    right.set(title="Lorenz curves of spending", xlabel="share of customers, from those who spend least")
    right.set(ylabel="share of spending", xlim=(0, 1), ylim=(0, 1))
    right.text(0.05, 0.9, "CDNOW", color=BLUE, fontweight="bold")
    right.text(0.05, 0.83, "brands of the market", color=VERMILLION, fontweight="bold")
    rows += [{"panel": "Lorenz curve of CDNOW", "x": x, "share": y} for x, y in zip(share, spent, strict=True)]
    caption = (
        f"Customers won in {WON_IN} days and followed until day {FOLLOWED}; days with a purchase after the first. "
        "Bars: customers; dots: the negative binomial fitted to them. In each seed the brand was taken whose mean "
        "of repeats is closest to that of CDNOW, so that the curves differ by how unequal customers are, not by "
        "how often they buy."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows))


def _counts(
    ax: Axes, repeats: NDArray[np.int64], model: NegativeBinomial, title: str, colour: str
) -> list[dict[str, object]]:
    number = np.arange(MOST_SHOWN)
    seen = np.append([np.mean(repeats == n) for n in number], np.mean(repeats >= MOST_SHOWN))
    expected = np.append(model.probability(number), 1 - model.probability(number).sum())
    place = np.arange(MOST_SHOWN + 1)
    ax.bar(place, seen, color=colour, alpha=0.55, width=0.75)
    ax.plot(place, expected, "o", color=colour, markersize=5)
    ax.set_xticks(place, [*map(str, number), f"{MOST_SHOWN}+"])
    ax.set(title=f"{title}: r = {model.r:.2f}", xlabel="repeat purchases", ylabel="share of customers")
    both = zip(place, seen, expected, strict=True)
    return [{"panel": title, "x": x, "share": s, "negative binomial": e} for x, s, e in both]


def run(request: Request) -> Answer:
    """Fit the data, run the market, fit it alike."""
    both = compare(cdnow(), brands(request.options))
    return Answer([*checks_of_estimators(both), *checks_of_market(both)], lambda: draw(both), sentences(both))


STUDY = Study(
    title="Repeat purchases of a brand's customers and of CDNOW's",
    source=(
        "Fader, Hardie & Lee (2005), “Counting your customers” the easy way, Marketing Science 24(2); "
        "data shipped with the package lifetimes."
    ),
    question=(
        "Are a brand's customers in the market as unequal in how often they buy again, and in what they spend, as "
        "real ones?"
    ),
    change="taste=2, or activity=2.5, or budget=1.5: people differ more; look at r and the Gini. Which of them is it?",
    self_check=(
        "Why does a smaller r mean more one-time buyers at the same mean? The same purchases fall to fewer "
        "customers, so more are left with none."
    ),
    run=run,
    options={
        "consumers": Option(3_000, "people in the market", 500, 100_000),
        "seeds": Option(6, "seeds", 2, 100),
        "burn_in": Option(60, "days before customers are counted as newly won", 0, 1_000),
        "taste": Option(SPREAD.taste_spread, "spread of taste, market.people.taste_spread", 0, 5),
        "activity": Option(SPREAD.activity_spread, "spread of activity, market.people.activity_spread", 0, 5),
        "budget": Option(SPREAD.budget_spread, "spread of budgets, market.people.budget_spread", 0, 3),
    },
    extra="lifetimes",
)
