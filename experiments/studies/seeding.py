"""Whom to seed: a map of the best seeds by how a promise is kept, how active people are, and how far status divides.

A new good is given to some people with a promise of its worth; they find out what it is truly like, and tell friends of
that, who may buy or be put off. The market is the default one of one category, without creators and budgets, on a
scale-free graph; all strategies under one seed have the same people, the same graph and the same random shocks.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from experiments.drawing.style import GREY, INK, LEVELS, Drawing, new_figure
from experiments.measures.statistics import t_interval
from experiments.studies.models.campaigns import (
    ACTIVITY,
    CELLS,
    KEPT,
    MAPS,
    MIDDLE,
    PROMISE,
    STATUS,
    STRATEGIES,
    Cell,
    Counts,
    campaign,
    parameters,
    prepared,
)
from experiments.studies.study import Asked, Check, Study, above, option
from sim.market import Market
from sim.world import World

STUDY = Study(
    title="Whom to seed",
    source="""Hinz, Skiera, Barrot & Becker (2011), Seeding strategies for viral marketing, J. Marketing 75(6); Haenlein
        & Libai (2013), Targeting revenue leaders for a new product, J. Marketing 77(3); Goldenberg, Libai, Moldovan &
        Muller (2007), The NPV of bad news, IJRM 24(3)""",
    question="A brand can give a new good to fifty people first. Whom should it choose?",
    change="share=0.2: a fifth of the people are seeded. Does it still matter who they are?",
    self_check="""Why can hubs be poor seeds for a good that disappoints? They tell as many of their disappointment as
        they would have told of their delight.""",
)


class Options(Asked):
    """The market and the campaign."""

    people: int = option(1000, "people in the market", 200, 20_000)
    days: int = option(20, "days after the seeding", 5, 180)
    seeds: int = option(24, "seeds, each with all strategies in all settings", 3, 200)
    share: float = option(0.05, "share of people seeded", 0.005, 0.5)


def simulate(o: Options) -> Counts:
    """Seed every strategy in every cell of two maps."""
    buyers = {(cell, name): np.zeros(o.seeds) for cell in CELLS for name in STRATEGIES}
    money = {key: np.zeros(o.seeds) for key in buyers}
    for seed in range(o.seeds):
        for activity in ACTIVITY:
            p = parameters(o.people, activity)
            world = World.build(p, seed)
            for cell in (one for one in CELLS if one.activity == activity):
                here = prepared(p, world, cell, seed)
                for name, score in STRATEGIES.items():
                    order = np.argsort(-score(world, np.random.default_rng(seed)), kind="stable")
                    rows = np.sort(order[: round(o.share * o.people)])
                    found = campaign(Market(p, seed, world=here, keep_orders=True), rows, o.days)
                    buyers[cell, name][seed], money[cell, name][seed] = found
    return Counts(buyers, money)


def checks(o: Options, counts: Counts) -> Iterator[Check]:
    """Who is better than anybody, and what makes hubs better or worse."""
    buyers, broken, lead = counts.buyers, MIDDLE._replace(quality=KEPT[0]), counts.over_random(MIDDLE, "hubs")
    kept_log, broken_log = (np.log1p(buyers[c, "hubs"]) - np.log1p(buyers[c, "random"]) for c in (MIDDLE, broken))
    apart, active, idle = (counts.over_random(MIDDLE._replace(**change), "hubs") for change in (
        {"status": STATUS[-1]}, {"activity": ACTIVITY[-1]}, {"activity": ACTIVITY[0]}))  # fmt: skip
    leaders, anybody = (counts.money[MIDDLE, name] for name in ("revenue leaders", "random"))
    bad_news = "disappointed hubs tell as many: Goldenberg, Libai, Moldovan & Muller (2007)"
    for name, values, source, reason in (
        ("buyers, hubs over random, a promise that is kept", lead, "Hinz, Skiera, Barrot & Becker (2011)", ""),
        ("lead of hubs over random, promise kept over broken", lead - counts.over_random(broken, "hubs"), bad_news, ""),
        ("log ratio of hubs to random, promise kept over broken", kept_log - broken_log, bad_news,
         "here a word makes a good known and counts as a friend who has bought, whatever it says"),
        ("lead of hubs over random, status that does not divide over one that does", lead - apart,
         "hubs then lose most of their ties", ""),
        ("lead of hubs over random, active over idle people", active - idle, "words need to be heard",
         "among the most active, who is seeded hardly matters: nearly all hear of it in the end"),
        ("yuan, revenue leaders over random", leaders - anybody,
         "Haenlein & Libai (2013), who find it where those who spend much know each other",
         "here budgets do not go with ties, and who is rich has no more friends and tells no more"),
    ):  # fmt: skip
        yield above(name, 0, t_interval(values), source=source, otherwise=reason, kind="finding")


def findings(o: Options, counts: Counts) -> list[str]:
    """Who wins where, and what hubs bring."""
    best = [counts.winner(cell) for cell in CELLS]
    clear = [name for name, lead in best if lead.clear]
    top = max(STRATEGIES, key=clear.count)
    won = ", ".join(f"{name} in {clear.count(name)}" for name in STRATEGIES if name in clear)
    said = [
        f"""Whom to seed: {top} win in {clear.count(top)} of {len(best)} settings, {len(best) - len(clear)} are
            unclear.""",
        f"The best seeds are clear in {len(clear)} of {len(best)} settings: {won or 'none'}.",
    ]
    for name, cell in (("kept", MIDDLE), ("broken", MIDDLE._replace(quality=KEPT[0]))):
        hubs, base = t_interval(counts.over_random(cell, "hubs")), counts.buyers[cell, "random"].mean()
        said.append(
            f"""Where the promise is {name}, hubs bring {hubs.value:+.0f} buyers against random seeds (95 % interval
                {hubs.low:+.0f} to {hubs.high:+.0f}, of {base:.0f})."""
        )
    return said


def figure(o: Options, counts: Counts, title: str) -> Drawing:
    """Two maps of winners."""
    drawing = new_figure(title, 4.6)
    colours = dict(zip(STRATEGIES, LEVELS, strict=False)) | {"random": GREY}
    for axes, (label, cells), ticks in zip(drawing.subplots(1, 2), MAPS.items(), (ACTIVITY, STATUS), strict=True):
        for y, x in np.ndindex(3, 3):
            name, lead = counts.winner(cells[y][x])
            axes.fill_between([x - 0.48, x + 0.48], y - 0.47, y + 0.47, color=colours[name], linewidth=0,
                              alpha=0.75 if lead.clear else 0.18)  # fmt: skip
            told = f"{name}\n{lead.value:+.1f}\n({lead.low:+.1f} to {lead.high:+.1f})"
            axes.text(x, y, told, ha="center", va="center", fontsize=8, color=INK)
        axes.set_xticks(range(3), [f"{tick:g}" for tick in ticks])
        axes.set_yticks(range(3), [f"{quality - PROMISE:+g}" for quality in KEPT])
        axes.set(xlabel=label, ylabel="true quality less promise")
        axes.spines[:].set_visible(False)
    caption = f"""In each setting, the strategy that brings the most buyers, and by how many it beats the next (95 %
        interval over {o.seeds} seeds); pale where that covers zero. All seed as many people. Left at status
        {STATUS[0]:g}, right at activity {ACTIVITY[1]:g}."""
    names = [*Cell._fields, "strategy", "buyers", "low", "high", "over_random", "over_random_low", "over_random_high"]
    rows = [
        (*cell, name, *t_interval(counts.buyers[cell, name])[:3], *t_interval(counts.over_random(cell, name))[:3])
        for cell in CELLS
        for name in STRATEGIES
    ]
    return Drawing(drawing, title, caption, pd.DataFrame(rows, columns=names))
