"""The music market: songs that are listened to because others liked them (Salganik, Dodds & Watts 2006)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.report.statistics import t_interval
from experiments.report.style import BLUE, GREY, INK, PALE, VERMILLION, Drawing, new_figure
from experiments.validation.music_market_crowds import SONGS, Crowds, Settled, Vector, crowds, settled, won
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.parameters import Feed

FADING = Feed().popularity_decay

REPUTATION = 0.5  # share of a song's quality that is known, `sim.world`: its brand has no other
PAPER = "Salganik, Dodds & Watts 2006, figures 1 to 3"
THEORY = "Maldonado, Van Hentenryck, Berbeglia & Berbeglia 2018, theorem on sublinear signals"


def power(shares: Vector, q: Vector, weights: Vector) -> float:
    """Slope of log share on log q, weighted."""
    x, y = np.log(q), np.log(np.maximum(shares, 1e-9))
    x, y = x - np.average(x, weights=weights), y - np.average(y, weights=weights)
    return float((weights * x * y).sum() / (weights * x * x).sum())


def order_checks(found: Crowds) -> list[Check]:
    """Gini and unpredictability rise with the signal."""
    checks = []
    steps = (("weak signal", "independent"), ("ranked list", "weak signal"), ("runaway", "ranked list"))
    for name, table in (("Gini", found.gini), ("unpredictability", found.unpredictability)):
        for at, (more, less) in enumerate(steps):
            rise = t_interval(table.iloc[:, at + 1] - table.iloc[:, at])
            source = PAPER if at < 2 else THEORY
            checks.append(
                Check(f"{name}: {more} less {less}", "above 0", rise.value, rise.low, rise.high, rise.low > 0, source)
            )
    return checks


def checks_of(request: Request, found: Crowds, still: Settled) -> list[Check]:
    """All checks."""
    r = request.options["weak"]
    exact = power(still.expected, still.q, still.expected)
    slopes = [[power(s, still.q, still.expected) for s in shares] for shares in (still.fresh, still.turned)]
    slope, gap = t_interval(slopes[0]), t_interval(np.subtract(slopes[0], slopes[1]))
    best = [int(popular.argmax() == q.argmax()) for q, popular in found.runaway]
    monopoly = [int(popular.max() > 0.5) for _, popular in found.runaway]
    luck, alone, kept = (won(sum(row), len(row)) for row in (best, monopoly, found.kept))
    above = request.options["runaway"]
    return [
        *order_checks(found),
        Check(
            f"r = {r:g}: power of quality in shares", f"{exact:.3f}", slope.value, slope.low, slope.high,
            slope.low <= exact <= slope.high, THEORY,
            f"1 / (1 - r) = {1 / (1 - r):.3f} where sales dwarf the one that every song is given",
        ),
        Check(
            f"r = {r:g}: the same, from a start upside down", "0 difference", gap.value, gap.low, gap.high,
            not gap.clear, THEORY, "sales fade, so that a start is forgotten sooner than in a list of all downloads",
        ),
        Check(
            f"r = {above:g}: worlds in which one song has over half", "above 0.5", alone.value, alone.low, alone.high,
            alone.low > 0.5, THEORY,
        ),
        Check(
            f"r = {above:g}: worlds that the best song wins", "below 1", luck.value, luck.low, luck.high,
            luck.high < 1 and len({int(p.argmax()) for _, p in found.runaway}) > 1, PAPER,
        ),
        Check(
            f"r = {above:g}: worlds in which the worst song keeps a lead", "above 0.5", kept.value, kept.low, kept.high,
            kept.low > 0.5, THEORY,
        ),
    ]  # fmt: skip


def run(request: Request) -> Answer:
    """The three conditions of the experiment, and both sides of a signal of power one."""
    found, still = crowds(request), settled(request)
    checks = checks_of(request, found, still)
    g, u = found.gini.mean(), found.unpredictability.mean()
    slope = next(check for check in checks if "power of quality" in check.name)
    best = next(check for check in checks if "best song" in check.name)
    r, above = request.options["weak"], request.options["runaway"]
    sentences = [
        f"The more listeners are led by what others liked, the more unequal and the less predictable success becomes:"
        " the"
        f" Gini rises from {g.iloc[0]:.2f} to {g.iloc[1]:.2f} and {g.iloc[2]:.2f}, unpredictability from"
        f" {u.iloc[0]:.4f}"
        f" to {u.iloc[1]:.4f} and {u.iloc[2]:.4f}.",
        f"Below a power of one, quality decides, whatever the start: at r = {r:g} shares go with quality to the power"
        f" {slope.found:.2f} (expected {slope.expected}).",
        f"Above it, luck does: at r = {above:g} the best of {SONGS} songs wins {best.found:.0%} of worlds, and"
        f" {sum(found.kept)} of {len(found.kept)} times the worst keeps a lead that it is given.",
        f"Unlike the experiment, where downloads were listed for ever and each song was downloaded once by each, here"
        f" {FADING:.0%} of sales fade a day, every song counts one more than its sales, and people buy again:"
        " fading moves no equilibrium below a power of one, and the one more is part of the one expected above.",
    ]
    return Answer(checks, lambda: draw(request, found, still), sentences)


def draw(request: Request, found: Crowds, still: Settled) -> Drawing:
    """Inequality and unpredictability by signal, the equilibrium below one, the winners above."""
    u = found.unpredictability.mean()
    figure = new_figure(
        f"The stronger the signal, the less equal and the less predictable success is: {u.iloc[2] / u.iloc[0]:.1f}"
        " times"
        " as unpredictable in the ranked list as without a signal",
        6.2,
    )
    axes = figure.subplots(2, 2)
    _by_signal(axes[0, 0], found.gini, "Gini of market shares")
    _by_signal(axes[0, 1], found.unpredictability, "unpredictability of market shares")
    _at_rest(axes[1, 0], request, still)
    _winners(axes[1, 1], request, found)
    table = pd.concat({"gini": found.gini, "unpredictability": found.unpredictability}, names=["measure", "catalogue"])
    caption = (
        f"Top: each dot one catalogue of {SONGS} songs, averaged over {int(request.options['worlds'])} worlds that"
        " differ"
        " by luck alone; bar: mean. Bottom left: downloads long after the start, from no downloads and from the"
        " ranking upside down, against the equilibrium. Bottom right: popularity in the end, songs stacked with"
        " the best below; the winner in colour, blue where it is the best."
    )
    return Drawing(figure, "", caption, table.reset_index())


def _by_signal(axis: Axes, table: pd.DataFrame, title: str) -> None:
    names = ("independent", "weak signal", "ranked list", "runaway")
    for at, r in enumerate(table):
        axis.plot(np.full(len(table), at), table[r], "o", ms=4, color=BLUE, alpha=0.5, mew=0)
        axis.plot([at - 0.2, at + 0.2], [table[r].mean()] * 2, color=INK)
    axis.set_xticks(range(len(table.columns)), [f"{n}\nr = {r:g}" for n, r in zip(names, table, strict=True)])
    axis.set_ylim(bottom=0)
    axis.set_title(title)


def _at_rest(axis: Axes, request: Request, still: Settled) -> None:
    order = np.argsort(still.q)
    axis.loglog(still.q[order], still.expected[order], color=INK, lw=1.2, label="equilibrium")
    axis.loglog(still.q, still.fresh.mean(axis=0), "o", ms=4, color=BLUE, label="from no downloads")
    axis.loglog(still.q, still.turned.mean(axis=0), "x", ms=5, color=VERMILLION, label="from upside down")
    axis.set_title(f"r = {request.options['weak']:g}: quality decides, whatever the start")
    axis.set_xlabel("chance to be bought when tried, q")
    axis.set_ylabel("market share")
    axis.set_xticks([0.1, 0.2, 0.3, 0.5], ["0.1", "0.2", "0.3", "0.5"])
    axis.set_yticks([0.003, 0.01, 0.03], ["0.3%", "1%", "3%"])
    axis.minorticks_off()
    axis.legend(frameon=False)


def _winners(axis: Axes, request: Request, found: Crowds) -> None:
    worlds = int(request.options["worlds"])
    for at, (q, popular) in enumerate(found.runaway):
        ranked = popular[np.argsort(-q)]
        below = np.concatenate([[0.0], np.cumsum(ranked)[:-1]])
        winner = int(ranked.argmax())
        place = at + at // worlds
        axis.bar(place, 1.0, color=PALE, width=0.9)
        axis.bar(place, ranked[winner], bottom=below[winner], color=VERMILLION if winner else BLUE, width=0.9)
        axis.text(place, 1.01, f"{winner + 1}", ha="center", va="bottom", fontsize=7, color=GREY)
    axis.set_title(f"r = {request.options['runaway']:g}: the winner's share, by world", pad=14)
    axis.set_xlabel("worlds, by catalogue; above: the winner's rank in quality")
    axis.set_xticks([])
    axis.set_ylim(0, 1)


STUDY = Study(
    title="the music market: inequality and luck under social influence",
    source="Salganik, Dodds & Watts (2006), Experimental study of inequality and unpredictability in an artificial "
    "cultural market, Science 311, 854-856; Krumme, Cebrian, Pickard & Pentland (2012), Quantifying social influence "
    "in an online cultural market, PLoS ONE 7(5) e33785; Maldonado, Van Hentenryck, Berbeglia & Berbeglia (2018), "
    "Popularity signals in trial-offer markets with social influence and position bias, European Journal of "
    "Operational Research 266(2), 775-793",
    question="The same 48 songs are offered to several crowds that cannot see each other. Does the same song win "
    "everywhere, and does it win because it is good?",
    change="ranked=1.2: let popularity count more than in proportion, and look at unpredictability",
    self_check="Is the song that wins at r above 1 a bad one? Not as a rule: bad songs are bought more rarely when"
    " tried "
    "and fall behind early; but among good ones luck decides, and a lead, once given, is kept.",
    run=run,
    options={
        "weak": Option(0.4, "power of popularity under the weak signal", 0.0, 0.8),
        "ranked": Option(0.9, "power of popularity in the ranked list", 0.0, 3.0),
        "runaway": Option(1.5, "power of popularity where it runs away", 1.0, 3.0),
        "catalogues": Option(5, "catalogues of songs", 3, 50),
        "worlds": Option(6, "crowds that hear a catalogue", 2, 50),
        "people": Option(5_000, "people in a crowd", 1_000, 100_000),
        "days": Option(30, "days of the experiment", 5, 365),
    },
)
