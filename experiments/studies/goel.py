"""Cascades of a simple epidemic on a scale-free graph, against those of Twitter (Goel, Anderson, Hofman & Watts 2016).

The authors say that several of their findings are consistent with the epidemic (the independent cascade), not all. R0,
"about 0.5", is read here in three ways: whom an adopter persuades on average, among followers drawn from all; whom the
first one does among the engine's friends, where those to whom ties lead have more ties than most (Feld 1991), so that
every later one persuades far more; and whom every later one does.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cascade import Cascades, independent_cascade, spread
from experiments.drawing.style import BLUE, GREY, VERMILLION, Drawing, new_figure
from experiments.studies.models.plain_graphs import followed, scale_free, small_world, threshold_of
from experiments.studies.models.virality import ENOUGH, LARGE, Facts
from experiments.studies.plots import plain_log
from experiments.studies.study import Asked, Check, Study, below, covers, option
from sim.errors import UserError
from sim.graphs.graph import Graph

STUDY = Study(
    title="Structural virality",
    source="""Goel, Anderson, Hofman & Watts (2016), The structural virality of online diffusion, Management Science
        62(1); how many adoptions lie one step away: Goel, Watts & Goldstein (2012), EC""",
    question="Do things grow popular from friend to friend, or by one person who tells thousands?",
    change="persuaded=0.7: who adopts persuades more. Do large cascades change in number, or in shape too?",
    self_check="""Why is no choice of R0 right for all three numbers of Twitter? The mean size fixes R0, and with it how
        many lie a step away; in the real world content differs, and here all has the same R0.""",
)
MEAN_DEGREE = 10
SIZE, NEAR, RARE = 1.3, 0.99, 1 / 4000  # of Twitter: mean size; adoptions at most a step away; reach `LARGE`
WITHOUT_HUBS = 0.9  # R0 of cascades on a graph without hubs, high enough that some reach `LARGE`
TWITTER = "Goel, Anderson, Hofman & Watts (2016): measured on Twitter"
BRANCHING = "branching process: every adopter persuades R0 on average"


class Options(Asked):
    """The graph and the epidemic."""

    people: int = option(100_000, "people in the graph", 1_000, 2_000_000)
    cascades: int = option(1_000_000, "cascades among followers", 1_000, 10_000_000)
    persuaded: float = option(0.5, "R0: whom an adopter persuades on average", 0.05, 0.95)


def simulate(o: Options) -> dict[str, Facts]:
    """Cascades from random seeds on three graphs."""
    friends = scale_free(o.people, MEAN_DEGREE, seed=1)
    fewer = followed(scale_free(o.people // 10, MEAN_DEGREE, seed=1), seed=2)
    later = o.persuaded * MEAN_DEGREE * threshold_of(friends)
    found = {
        "followers": cascades(followed(friends, seed=2), o.persuaded, o.cascades),
        "fewer followers": cascades(fewer, o.persuaded, o.cascades),
        "friends": cascades(friends, o.persuaded, max(o.cascades // 500, 200)),
        "friends later": cascades(friends, later, o.cascades),
        "no hubs": cascades(small_world(o.people, MEAN_DEGREE, 1, 1.0), WITHOUT_HUBS, max(o.cascades // 5, 200)),
    }
    for name in ("followers", "no hubs"):
        if (count := int((found[name].size >= LARGE).sum())) < ENOUGH:
            raise UserError(
                f"people={o.people}, cascades={o.cascades}, persuaded={o.persuaded:g}: {count} cascades ({name}) reach "
                f"{LARGE}; expected {ENOUGH} or more, to say something of them: more people, more cascades or a higher "
                "persuaded"
            )
    return {name: Facts.of(one) for name, one in found.items()}


def cascades(graph: Graph, ratio: float, runs: int) -> Cascades:
    """Cascades from seeds at random, each adopter of mean degree persuading so many."""
    seeds = np.random.default_rng(3).integers(0, len(graph.offsets) - 1, (runs, 1))
    return spread(graph, independent_cascade(graph, ratio / MEAN_DEGREE, seed=4), seeds)


def checks(o: Options, facts: dict[str, Facts]) -> Iterator[Check]:
    """Theory of branching processes, numbers of Twitter, and the shape of large cascades."""
    f, plain, r0, needed = facts["followers"], facts["no hubs"], o.persuaded, 1 - 1 / SIZE
    law = 1 / (1 - r0)
    yield covers("mean size, followers, against theory", law, f.size, source=BRANCHING)
    yield covers("adoptions at most a step away, followers, against theory", 1 - r0**2, f.near, source=BRANCHING)
    for name, known, found, note in (
        ("mean size, followers", SIZE, f.size, f"any epidemic with R0 = {r0:g} has {law:g} if those reached are like "
         f"those who reach; {SIZE} takes R0 = {needed:.2f}"),
        ("adoptions at most a step away, followers", NEAR, f.near, f"theory has 1 - R0² = {1 - r0**2:g}, and "
         f"{1 - needed**2:.3f} at the R0 of mean size {SIZE}: no such epidemic has both numbers"),
        (f"cascades of {LARGE} or more, followers", RARE, f.large,
         "rests on the largest hub, and so on the size of the graph: set people"),
        ("mean size, the engine's friends, R0 of the first adopter", SIZE, facts["friends"].size, "above the epidemic "
         "threshold: ties lead to hubs, so that p mean degree = R0 is no bound on what follows"),
        ("mean size, the engine's friends, R0 of all later adopters", SIZE, facts["friends later"].size, "the first "
         "one has fewer ties than those to whom ties lead, and persuades fewer; how much so rests on where weights are "
         "cut off, the root of people times mean degree"),
    ):  # fmt: skip
        yield covers(name, known, found, source=TWITTER, note=note, kind="finding")
    yield below(f"structural virality of cascades of {LARGE} or more, followers", plain.virality[1], f.virality,
                expected=f"below that without hubs, {plain.virality[0]:.1f}",
                source="Goel et al. (2016): low, since large ones are broadcasts")  # fmt: skip
    rise = "rise of log virality with log size, followers"
    yield below(rise, plain.slope[1], f.slope, expected=f"below that without hubs, {plain.slope[0]:.2f}",
                source="Goel et al. (2016): largely independent of size")  # fmt: skip
    yield covers(rise, 0.0, f.slope, source="Goel et al. (2016), taken literally: independent of size", kind="finding",
                 note="a cascade that reaches more than its hub's followers does so by further steps")  # fmt: skip


def findings(o: Options, facts: dict[str, Facts]) -> list[str]:
    """Shape and size of cascades."""
    f, plain = facts["followers"], facts["no hubs"]
    return [
        f"""Hubs make large cascades broad: virality {f.virality[0]:.1f} against {plain.virality[0]:.1f} without hubs;
            the mean size, {f.size[0]:.1f} at R0 = {o.persuaded:g}, is not Twitter's {SIZE}.""",
        f"""With R0 = {o.persuaded:g} among followers a cascade has {f.size[0]:.2f} adopters on average (Twitter
            {SIZE}), {100 * f.near[0]:.1f} % of adoptions lie at most a step from the seed (about {100 * NEAR:.0f} %),
            and {f.one_in} reaches {LARGE} (1 in {1 / RARE:,.0f}); among a tenth of the people,
            {facts["fewer followers"].one_in}.""",
        f"""Doubling the size of a large cascade multiplies its virality by {2 ** f.slope[0]:.2f}, without hubs by
            {2 ** plain.slope[0]:.2f}.""",
        f"""Among the engine's friends the same p gives {facts["friends"].size[0]:,.0f} adopters on average: there the
            epidemic is far above its threshold.""",
    ]


def figure(o: Options, facts: dict[str, Facts], title: str) -> Drawing:
    """How many cascades grow how large, and the shape of large ones."""
    drawing = new_figure(title, 4.4)
    sizes, shapes = drawing.subplots(1, 2)
    tables = []
    for name, colour, label in (
        ("followers", BLUE, f"followers, R0 = {o.persuaded:g}"), ("no hubs", GREY, f"no hubs, R0 = {WITHOUT_HUBS:g}"),
        ("friends", VERMILLION, "friends, same p"),
    ):  # fmt: skip
        one = facts[name].cascades
        size, count = np.unique(one.size, return_counts=True)
        above = count[::-1].cumsum()[::-1] / count.sum()
        sizes.plot(size, above, color=colour, drawstyle="steps-pre", label=label)
        tables.append(pd.DataFrame({"graph": name, "size": size, "share_at_least": above}))
        if name != "friends":  # theirs are too large for the picture
            big = np.flatnonzero(one.size >= LARGE)[:1500]
            shapes.scatter(one.size[big], one.virality[big], s=7, color=colour, alpha=0.5, linewidths=0)
    sizes.plot(LARGE, RARE, "k+", markersize=10, label="Twitter")
    sizes.legend(frameon=False, loc="lower left")
    sizes.set(xscale="log", yscale="log", xlabel="size of a cascade", ylabel="share of cascades of at least that size")
    shapes.axhline(2, color=GREY, linewidth=1, linestyle=":")
    shapes.set(xscale="log", yscale="log", xlabel=f"size of a cascade, {LARGE} or more", ylabel="structural virality")
    plain_log(shapes.yaxis, [2, 5, 10, 20])
    plain_log(shapes.xaxis, [100, 200, 500, 1000])
    caption = """Left: how many cascades grow how large; the cross is the share that reaches 100 on Twitter. Right: mean
        distance between two adopters of a large cascade; the dotted line, 2, is one broadcast to all."""
    return Drawing(drawing, title, caption, pd.concat(tables, ignore_index=True))
