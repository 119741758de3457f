"""The headline's contrasts on a real social graph and on synthetic ones of the same size: what changes, and why."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.design.configuration import load_settings
from experiments.drawing.style import BLUE, VERMILLION, Drawing, new_figure, wrapped
from experiments.settings.paths import merged
from experiments.studies.models import graph_effects as model
from experiments.studies.models.graph_effects import BASE, COMPARED, EFFECTS, MAIN, SYNTHETIC, Runs, percent, told
from experiments.studies.models.lookalikes import lookalikes, with_same_degrees, write_ties
from experiments.studies.paired import outcomes
from experiments.studies.plots import forest
from experiments.studies.study import Asked, Check, Found, Study, covers, holds, option
from sim.graphs.reading import read_edge_list
from sim.graphs.statistics import GraphStatistics, describe
from sim.parameters import Parameters
from sim.world import World

STUDY = Study(
    title="The headline on a real social graph",
    source="Rozemberczki & Sarkar (2020), Characteristic functions on graphs, CIKM: LastFM Asia and Deezer Europe.",
    question="Do the answers of the headline hold on a real social graph, and if not, what of the graph is it?",
    change="deezer=1: another graph, four times as large; does the same cause explain it?",
    self_check="""Why does it matter to private traffic how unequal degrees are? A pool is gathered among friends and
        their friends, so those with many friends are in many pools, and many with few friends are in none.""",
    data="lastfm_asia",
)
PAPER = "Rozemberczki & Sarkar 2020; a conclusion drawn on a synthetic graph should hold on a real one"


class Options(Asked):
    """Which graph, and the runs."""

    deezer: int = option(0, "1 takes Deezer (28,281 people) in the place of LastFM (7,624)", 0, 1)
    seeds: int = option(4, "seeds", 2, 100)
    days: int = option(120, "days that count", 7, 1_000)
    burn_in: int = option(120, "first days, which do not", 0, 1_000)

    @property
    def graph(self) -> str:
        """Name of the real one."""
        return "Deezer" if self.deezer else "LastFM"


def simulate(o: Options) -> Runs:
    """Run the arms on the graph of a file and on its lookalikes; the seed decides people, goods and all shocks."""
    assert o.data is not None  # the study says that it needs data
    ties = o.data / ("deezer_europe" if o.deezer else STUDY.data) / "edges.csv.gz"
    seen = describe(real := read_edge_list(ties)[0])
    arms = {arm.name: arm.parameters for arm in load_settings([f"market.consumers={seen.consumers}"]).arms()}
    tables, looks = [], dict[str, GraphStatistics]()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(o.seeds):
            lots = Path(folder) / f"{seed}.csv.gz"
            write_ties(with_same_degrees(real, np.random.default_rng(seed)), lots)
            for graph, settings in lookalikes(ties, lots, seen).items():
                here = {
                    arm: Parameters.model_validate(merged(arms[arm].model_dump(mode="json"), settings))
                    for arm in (BASE, model.PRIVATE, model.FREE)[: 3 if graph in COMPARED else 2]
                }
                world = World.build(here[BASE], seed)
                looks.setdefault(graph, world.statistics)
                found = outcomes(here, [seed], o.burn_in + o.days, o.burn_in)
                tables.append(pd.concat({graph: found.assign(unfollowed=model.unfollowed(world))}, names=["graph"]))
    return Runs(pd.concat(tables), looks)


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Whether signs and sizes are those of synthetic graphs, and what explains the rest."""
    for one in EFFECTS:
        for other in SYNTHETIC:
            real, there = (percent(runs.of(one, graph)) for graph in ("real", other))
            gap = runs.gap(one, "real", other)
            why = model.cause(runs, one, other, gap)
            if there.clear:  # else there is no conclusion to carry over
                yield holds(f"{one.title}: clear on {o.graph} too, in {one.unit}",
                            f"sign of a {other} graph: {told(there, one)}", real,
                            real.clear and real.value * there.value > 0, source=PAPER, note=why,
                            kind="finding")  # fmt: skip
            name = f"{one.title}: {o.graph} less a {other} graph, in {one.unit}"
            yield alike(name, gap, why, "The width of the interval tells what would have gone unseen.")
    lots, clusters = runs.gap(MAIN, "real", "same degrees"), runs.gap(MAIN, "same clustering", "neither")
    for name, gap in ((f"{o.graph} less the same degrees, ties by lot", lots),
                      ("small worlds of equal degrees, clustered less not", clusters)):  # fmt: skip
        yield alike(f"{MAIN.title}: {name}, in %", gap, f"Who is tied to whom makes {told(gap)} beside the degrees.")
    for way, gap in model.ways(runs).items():
        name = f"{MAIN.title}: {o.graph} less a small world where only {way} follow the graph, in %"
        yield alike(name, gap, f"So the graph acts through {way}: that alone sets the two apart by {told(gap)}.")


def alike(name: str, gap: Found, why: str, passing: str = "") -> Check:
    """A check that two graphs do not differ."""
    check = covers(name, 0, gap, expected="0 in the interval", source=PAPER, otherwise=why, kind="finding")
    return check._replace(note=passing) if check.passed else check


def findings(o: Options, runs: Runs) -> list[str]:
    """Effects by graph, and what of the graph they come from."""
    real, world, free = (percent(runs.of(MAIN, graph)) for graph in COMPARED)
    degrees, clustering = (told(one) for one in runs.causes(MAIN))
    alone = " and ".join(f"{told(one)} where only {way} follow the graph" for way, one in model.ways(runs).items())
    share = [f"{runs.unfollowed(graph):.1%}" for graph in COMPARED]
    return [
        f"""Private instead of public traffic: GMV {world.value:+.1f} % in a small world, {real.value:+.1f} % on
            {o.graph}, of the same size and mean degree.""",
        f"With intervals: {told(real)} on {o.graph}, {told(world)} and {told(free)} on a scale-free graph.",
        f"""Real less small world, that is {told(runs.gap(MAIN, "real", "small world"))}: unequal degrees make
            {degrees}, clustering {clustering}. It is {alone}.""",
        f"""{share[0]} of people follow no KOC on {o.graph}, {share[1]} on a small world, {share[2]} on a scale-free
            graph: pools gather around those who have many friends.""",
        *(f"{one.title}: {told(real, one)} on {o.graph}, {told(world, one)} on a small world."
          for one in EFFECTS[1:] for real, world in [[percent(runs.of(one, graph)) for graph in COMPARED[:2]]]),
    ]  # fmt: skip


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Effects by graph, a panel each, and what the graphs are like."""
    drawing, names = new_figure(title, 5.2, width=12.0), list(runs.looks)
    less, *effects, last = drawing.subplots(1, 5, sharey=True)
    label = {graph: f"{graph}\nC {look.clustering:.2f}, most {look.max_degree}" for graph, look in runs.looks.items()}
    twins = {graph: "small world" + "".join(graph.partition(", ")[1:]) for graph in names}
    panels = [(less, f"{MAIN.title}, less that in the small world", "points",
               {graph: runs.gap(MAIN, graph, twin) for graph, twin in twins.items() if graph != twin})]  # fmt: skip
    for axes, one in zip(effects, EFFECTS, strict=False):
        some = [graph for graph in names if one.after != model.FREE or graph in COMPARED]
        panels.append((axes, one.title, one.unit, {graph: percent(runs.of(one, graph)) for graph in some}))
    tables = []
    for axes, name, unit, found in panels:
        rows: list[Found] = [found.get(graph, (np.nan,) * 3) for graph in names]
        colours = [VERMILLION if graph.startswith(("real", "same degrees")) else BLUE for graph in names]
        tables.append(forest(axes, list(label.values()), {name: rows}, colours=colours))
        axes.set(title=wrapped(name, 20), xlabel=unit)
    last.barh(range(len(names)), [100 * runs.unfollowed(graph) for graph in names], color=colours, height=0.5)
    last.set(xlabel="%", title=wrapped("people who follow no KOC", 20))
    caption = f"""Means over {o.seeds} seeds with 95 % intervals; brands pay KOCs. All graphs of a seed share people and
        goods, so differences between them (first panel) are surer than each. Orange has the degrees of {o.graph}. Same
        degrees: ties by lot. Same clustering: a small world as clustered, in which friends are no more alike than
        strangers; neither: the same without clustering. Words alone: pools know no friends; pools alone: nobody tells
        friends; compared with small worlds likewise. C: clustering; most: friends of the best-known person."""
    return Drawing(drawing, title, caption, pd.concat(tables).dropna())
