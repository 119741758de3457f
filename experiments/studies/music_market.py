"""The music market: songs that are listened to because others liked them (Salganik, Dodds & Watts 2006)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.style import BLUE, INK, PALE, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import t_interval
from experiments.studies.models import songs
from experiments.studies.models.songs import SONGS, won
from experiments.studies.plots import plain_log
from experiments.studies.study import Asked, Check, Study, above, covers, holds, option
from sim.parameters import Feed

STUDY = Study(
    title="The music market: inequality and unpredictability under social influence",
    source="""Salganik, Dodds & Watts (2006), Experimental study of inequality and unpredictability in an artificial
        cultural market, Science 311, 854-856; Krumme, Cebrian, Pickard & Pentland (2012), Quantifying social influence
        in an online cultural market, PLoS ONE 7(5) e33785; Maldonado, Van Hentenryck, Berbeglia & Berbeglia (2018),
        Popularity signals in trial-offer markets with social influence and position bias, European Journal of
        Operational Research 266(2), 775-793""",
    question="""The same 48 songs are offered to several crowds that cannot see each other. Does the same song win
        everywhere, and does it win because it is good?""",
    change="ranked=1.2: let popularity count more than in proportion, and look at unpredictability",
    self_check="""Is the song that wins at r above 1 a bad one? Not as a rule: bad songs are bought more rarely when
        tried and fall behind early; but among good ones chance decides, and a lead, once given, is kept.""",
)
CONDITIONS = ("independent", "weak signal", "ranked list", "runaway")
LARGE = 10  # times as many people where runs are compared with the equilibrium of an endless crowd
PAPER = "Salganik, Dodds & Watts 2006, figures 1 to 3"
THEORY = "Maldonado, Van Hentenryck, Berbeglia & Berbeglia 2018, theorem on sublinear signals"


class Options(Asked):
    """The signals and the crowds."""

    weak: float = option(0.4, "power of popularity under the weak signal", 0.0, 0.8)
    ranked: float = option(0.9, "power of popularity in the ranked list", 0.0, 3.0)
    runaway: float = option(1.5, "power of popularity where it runs away", 1.0, 3.0)
    catalogues: int = option(5, "catalogues of songs", 3, 50)
    worlds: int = option(6, "crowds that hear a catalogue", 2, 50)
    people: int = option(5_000, "people in a crowd", 1_000, 100_000)
    days: int = option(30, "days of the experiment", 5, 365)


class Runs(NamedTuple):
    """Crowds under each signal, and large crowds at rest under the weak one."""

    crowds: songs.Crowds
    rest: songs.Rest


def simulate(o: Options) -> Runs:
    """The conditions of the experiment, a signal that runs away, and rest under a weak one from two starts."""
    days = {0.0: o.days, o.weak: o.days, o.ranked: o.days, o.runaway: 2 * o.days}
    crowds = songs.crowds(o.people, o.catalogues, o.worlds, days)
    return Runs(crowds, songs.at_rest(LARGE * o.people, o.weak, o.worlds))


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Gini and unpredictability rise with the signal; quality decides below a power of one, chance above."""
    for name, table in (("Gini", runs.crowds.gini), ("unpredictability", runs.crowds.unpredictability)):
        for at, (less, more) in enumerate(pairwise(CONDITIONS)):
            rise = t_interval(table.iloc[:, at + 1] - table.iloc[:, at])
            yield above(f"{name}: {more} less {less}", 0, rise, source=PAPER if at < 2 else THEORY)
    exact, fresh, turned = runs.rest.powers()
    yield covers(f"r = {o.weak:g}: power of quality in shares", exact, t_interval(fresh), expected=f"{exact:.3f}",
                 source=THEORY, note=f"1 / (1 - r) = {1 / (1 - o.weak):.3f} where sales dwarf the one that every song "
                 "is given, and nobody compares two songs")  # fmt: skip
    yield covers(f"r = {o.weak:g}: the same, from a start upside down", 0, t_interval(np.subtract(fresh, turned)),
                 expected="0 difference", source=THEORY,
                 note="sales fade, so that a start is forgotten sooner than in a list of all downloads")  # fmt: skip
    made = runs.crowds
    worlds, winners = f"r = {o.runaway:g}: worlds", {int(s.argmax()) for _, s in made.runaway}
    alone, best = (
        won([s.max() > 0.5 for _, s in runs.crowds.runaway]),
        won([q.argmax() == s.argmax() for q, s in runs.crowds.runaway]),
    )
    yield above(f"{worlds} in which one song has over half", 0.5, alone, source=THEORY)
    yield holds(f"{worlds} that the best song wins", "below 1", best, best[2] < 1 and len(winners) > 1, source=PAPER)
    yield above(f"{worlds} in which the worst song keeps a lead", 0.5, won(runs.crowds.kept), source=THEORY)


def findings(o: Options, runs: Runs) -> list[str]:
    """Inequality and unpredictability by signal."""
    g, u = runs.crowds.gini.mean(), runs.crowds.unpredictability.mean()
    exact, fresh, _ = runs.rest.powers()
    return [
        f"""The stronger the signal, the less equal and the less predictable success is: {u.iloc[2] / u.iloc[0]:.1f}
            times as unpredictable in the ranked list as without a signal.""",
        f"""The Gini rises from {g.iloc[0]:.2f} to {g.iloc[1]:.2f} and {g.iloc[2]:.2f}, unpredictability from
            {u.iloc[0]:.4f} to {u.iloc[1]:.4f} and {u.iloc[2]:.4f}.""",
        f"""Below a power of one, quality decides, whatever the start: at r = {o.weak:g} shares go with quality to the
            power {np.mean(fresh):.2f} (expected {exact:.3f}).""",
        f"""Above it, chance does: at r = {o.runaway:g} the best of {SONGS} songs wins {np.mean(runs.crowds.best):.0%}
            of worlds, and {sum(runs.crowds.kept)} of {len(runs.crowds.kept)} times the worst keeps a lead that it is
            given.""",
        f"""Unlike the experiment, where downloads were listed for ever and each song was downloaded once by each, here
            {Feed().popularity_decay:.0%} of sales fade a day, every song counts one more than its sales, and people buy
            again. Fading moves no equilibrium below a power of one, and the one expected above holds the one more.""",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Inequality and unpredictability by signal, the equilibrium below one, the winners above."""
    drawing = new_figure(title, 6.2)
    (one, two), (rest, winners) = drawing.subplots(2, 2)
    for axes, table, name in ((one, runs.crowds.gini, "Gini"), (two, runs.crowds.unpredictability, "unpredictability")):
        axes.plot(places := np.arange(4), table.to_numpy().T, "o", ms=4, color=BLUE, alpha=0.5, mew=0)
        axes.hlines(table.mean(), places - 0.2, places + 0.2, color=INK)
        axes.set_xticks(places, [f"{n}\nr = {r:g}" for n, r in zip(CONDITIONS, table, strict=True)])
        axes.set(ylim=(0, None), title=f"{name} of market shares")
    order, still = np.argsort(runs.rest.q), runs.rest
    rest.loglog(still.q[order], still.expected[order], color=INK, lw=1.2, label="equilibrium")
    rest.loglog(still.q, still.fresh.mean(axis=0), "o", ms=4, color=BLUE, label="from no downloads")
    rest.loglog(still.q, still.turned.mean(axis=0), "x", ms=5, color=VERMILLION, label="from upside down")
    rest.set(title=f"r = {o.weak:g}: quality decides, whatever the start", xlabel="chance to be bought when tried, q")
    rest.set_ylabel("market share")
    plain_log(rest.xaxis, [0.1, 0.2, 0.3, 0.5])
    plain_log(rest.yaxis, [0.003, 0.01, 0.03])
    rest.legend(frameon=False)
    for at, (q, popular) in enumerate(runs.crowds.runaway):
        ranked = popular[np.argsort(-q)]
        winner, place = int(ranked.argmax()), at + at // o.worlds
        winners.bar(place, 1.0, color=PALE, width=0.9)
        colour = VERMILLION if winner else BLUE
        winners.bar(place, ranked[winner], bottom=ranked[:winner].sum(), color=colour, width=0.9)
    winners.set(title=f"r = {o.runaway:g}: the winner's share, by world", xlabel="worlds, by catalogue", ylim=(0, 1))
    winners.set_xticks([])
    caption = f"""Top: each dot one catalogue of {SONGS} songs, averaged over {o.worlds} worlds that differ by chance
        alone; bar: mean. Bottom left: downloads long after the start, from no downloads and from the ranking upside
        down, against the equilibrium. Bottom right: popularity in the end, songs stacked with the best below; the
        winner in colour, blue where it is the best."""
    measures = {"gini": runs.crowds.gini, "unpredictability": runs.crowds.unpredictability}
    both = pd.concat(measures, names=["measure", "catalogue"])
    return Drawing(drawing, title, caption, both.reset_index())
