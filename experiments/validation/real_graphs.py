"""The headline's contrasts on a real social graph and on synthetic ones of the same size: what changes, and why."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.configuration import load_settings
from experiments.paths import merged
from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure, wrapped
from experiments.validation.lookalikes import graphs, with_same_degrees, write_ties
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.edgelist import read_edge_list
from sim.graph_statistics import GraphStatistics, describe
from sim.market import Market
from sim.parameters import Parameters
from sim.records import NOBODY, Tier
from sim.world import World

FOLDERS = {"LastFM": "lastfm_asia", "Deezer": "deezer_europe"}
BASE, PRIVATE, FREE = "commission-public-koc", "commission-private-koc", "commission_free-private-koc"
OUTCOMES = ("gmv", "consumer_surplus", "koc_retention", "trust", "share_coefficient")
SYNTHETIC = ("small world", "scale-free")
SOURCE = "Rozemberczki & Sarkar 2020; a conclusion drawn on a synthetic graph should hold on a real one"


class Effect(NamedTuple):
    """A contrast of two arms in an outcome; relative to the first, or in points of a share."""

    title: str
    outcome: str
    before: str
    after: str
    relative: bool


EFFECTS = (
    Effect("GMV: private over public", "gmv", BASE, PRIVATE, True),
    Effect("consumer surplus: private over public", "consumer_surplus", BASE, PRIVATE, True),
    Effect("GMV: commission-free over commission", "gmv", PRIVATE, FREE, True),
    Effect("KOC retention: commission-free over commission", "koc_retention", PRIVATE, FREE, False),
)


class Found(NamedTuple):
    """What the runs gave.

    Attributes
    ----------
    runs : DataFrame
        A row per graph, arm and seed: graph, arm, seed, `OUTCOMES`, and ``unfollowed``, the share of people who follow no
        KOC before the first day.
    looks : dict of GraphStatistics
        What each graph is like, of the first seed.
    """

    runs: pd.DataFrame
    looks: dict[str, GraphStatistics]

    def effect(self, effect: Effect, graph: str) -> pd.Series:
        """An effect on a graph, a value per seed: a share of the level before, or a difference of shares."""
        runs = self.runs[self.runs["graph"] == graph].set_index(["arm", "seed"])[effect.outcome]
        before, after = runs.loc[effect.before], runs.loc[effect.after]
        return (after - before) / before if effect.relative else after - before

    def level(self, column: str, graph: str) -> Estimate:
        """Mean of a column over the seeds, with commission in public."""
        chosen = (self.runs["graph"] == graph) & (self.runs["arm"] == BASE)
        return t_interval(self.runs.loc[chosen, column])


def make(options: Mapping[str, float], ties: Path) -> Found:
    """Run the arms on the graph of a file and on its lookalikes; the seed decides people, goods and all luck."""
    real, _ = read_edge_list(ties)
    seen = describe(real)
    arms = {arm.name: arm.parameters for arm in load_settings([f"market.consumers={seen.consumers}"]).arms()}
    rows, looks = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(int(options["seeds"])):
            lots = Path(folder) / f"{seed}.csv.gz"
            write_ties(with_same_degrees(real, np.random.default_rng(seed)), lots)
            for name, graph in graphs(ties, lots, seen).items():
                world = None
                for arm in (BASE, PRIVATE, FREE):
                    parameters = _on(arms[arm], graph)
                    world = world or World.build(parameters, seed)
                    rows.append({"graph": name, "arm": arm, "seed": seed, **_outcomes(parameters, seed, world, options)})
                if world and seed == 0:
                    looks[name] = world.statistics
    return Found(pd.DataFrame(rows), looks)


def _on(parameters: Parameters, graph: Mapping[str, Any]) -> Parameters:
    default = Parameters().graph.model_dump()
    return Parameters.model_validate(merged(parameters.model_dump(mode="json"), {"graph": {**default, **graph}}))


def _outcomes(parameters: Parameters, seed: int, world: World, options: Mapping[str, float]) -> dict[str, float]:
    market = Market(parameters, seed, world=world, burn_in=int(options["burn_in"]))
    found = market.run(int(options["burn_in"] + options["days"])).result().outcomes
    followed = world.follows.creator
    by_koc = (followed != NOBODY) & (world.creators.tier[followed] == Tier.KOC)
    return {**{name: found[name] for name in OUTCOMES}, "unfollowed": float(np.mean(~by_koc.any(axis=1)))}


def checks(found: Found, name: str) -> list[Check]:
    """Whether signs and sizes are those of synthetic graphs, and whether degrees or clustering explain the rest."""
    made = []
    for effect in EFFECTS:
        real = t_interval(found.effect(effect, "real"))
        for other in SYNTHETIC:
            there = t_interval(found.effect(effect, other))
            gap = t_interval(found.effect(effect, "real") - found.effect(effect, other))
            same = real.clear and there.clear and real.value * there.value > 0
            neither = not real.clear and not there.clear
            made.append(
                Check(
                    f"{effect.title}: sign on {name} and on a {other} graph", f"as on the {other} graph: {_told(there, effect)}",
                    real.value, real.low, real.high, same or neither, SOURCE,
                    "Passes where both are clear and of one sign, or neither is clear.",
                )
            )  # fmt: skip
            made.append(
                Check(
                    f"{effect.title}: {name} less a {other} graph", "0 in the interval", gap.value, gap.low, gap.high,
                    not gap.clear, SOURCE, _why(found, effect, other, gap),
                )
            )  # fmt: skip
    main = EFFECTS[0]
    ties = t_interval(found.effect(main, "real") - found.effect(main, "same degrees"))
    triangles = t_interval(found.effect(main, "same clustering") - found.effect(main, "neither"))
    for what, gap in (
        (f"{name} less a graph of the same degrees, ties by lot", ties),
        ("same clustering less none, equal degrees", triangles),
    ):
        made.append(
            Check(
                f"{main.title}: {what}", "0 in the interval", gap.value, gap.low, gap.high, not gap.clear,
                "if degrees are the cause, who is tied to whom does not matter",
            )
        )  # fmt: skip
    return made


def _why(found: Found, effect: Effect, other: str, gap: Estimate) -> str:
    if not gap.clear:
        return "The interval tells how large a difference would have gone unseen."
    degrees, clustering = causes(found, effect)
    return (
        f"Of what tells the graphs apart, degrees make {_told(degrees, effect)} and clustering {_told(clustering, effect)}. "
        f"{found.level('unfollowed', 'real').value:.0%} of people follow no KOC on the real graph, "
        f"{found.level('unfollowed', other).value:.0%} on the {other} graph."
    )


def causes(found: Found, effect: Effect) -> tuple[Estimate, Estimate]:
    """Main effects of real degrees and of clustering, in the two-by-two of graphs that have one, both or neither."""
    real, degrees, clustering, neither = (
        found.effect(effect, graph) for graph in ("real", "same degrees", "same clustering", "neither")
    )
    return t_interval((real + degrees - clustering - neither) / 2), t_interval((real + clustering - degrees - neither) / 2)


def _told(one: Estimate, effect: Effect) -> str:
    unit = "%" if effect.relative else "points"
    return f"{100 * one.value:+.1f} {unit} ({100 * one.low:.1f} to {100 * one.high:.1f})"


def sentences(found: Found, name: str) -> list[str]:
    """The finding in words."""
    main = EFFECTS[0]
    real, world, free = (t_interval(found.effect(main, graph)) for graph in ("real", *SYNTHETIC))
    degrees, clustering = causes(found, main)
    told = [
        f"Private instead of public traffic changes GMV by {_told(real, main)} on {name}, by {_told(world, main)} on a small world "
        f"and by {_told(free, main)} on a scale-free graph of the same size and mean degree.",
        f"Degrees make {_told(degrees, main)} of that, clustering {_told(clustering, main)}: with the same degrees and ties by "
        f"lot the change is {_told(t_interval(found.effect(main, 'same degrees')), main)}.",
        f"On {name} {found.level('unfollowed', 'real').value:.1%} of people follow no KOC, "
        f"on a small world {found.level('unfollowed', 'small world').value:.1%}, "
        f"on a scale-free graph {found.level('unfollowed', 'scale-free').value:.1%}: pools gather around those who have many "
        "friends, and private posts do not reach the rest.",
    ]
    for effect in EFFECTS[1:]:
        here, there = (t_interval(found.effect(effect, graph)) for graph in ("real", "small world"))
        told.append(f"{effect.title}: {_told(here, effect)} on {name}, {_told(there, effect)} on a small world.")
    return told


def draw(found: Found, name: str) -> Drawing:
    """Effects by graph, a panel each, and what the graphs are like."""
    names = list(found.looks)
    main = t_interval(found.effect(EFFECTS[0], "real"))
    world = t_interval(found.effect(EFFECTS[0], "small world"))
    title = (
        f"Private instead of public traffic: GMV {100 * world.value:+.1f} % in a small world, {100 * main.value:+.1f} % on "
        f"{name}, of the same size and mean degree"
    )
    figure = new_figure(title, 4.2, width=12.0)
    axes = figure.subplots(1, len(EFFECTS) + 1, sharey=True)
    rows = []
    for ax, effect in zip(axes, EFFECTS, strict=False):
        estimates = [t_interval(found.effect(effect, graph)) for graph in names]
        _panel(ax, effect, names, estimates)
        rows += [
            {"effect": effect.title, "graph": graph, **one._asdict()} for graph, one in zip(names, estimates, strict=True)
        ]
    last = axes[-1]
    shares = [found.level("unfollowed", graph).value for graph in names]
    last.barh(range(len(names)), [100 * share for share in shares], color=[_colour(graph) for graph in names], height=0.5)
    last.set(xlabel="%", title=wrapped("people who follow no KOC", 20))
    last.tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(names)), [_label(graph, found.looks[graph]) for graph in names])
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    rows += [
        {"effect": "people who follow no KOC", "graph": graph, "value": share} for graph, share in zip(names, shares, strict=True)
    ]
    caption = (
        f"Paired differences over {found.runs['seed'].nunique()} seeds with 95 % intervals; brands pay KOCs. Same degrees: everybody "
        f"has as many friends as on {name}, drawn by lot. Same clustering: a small world as clustered, where friends are no more alike "
        "than strangers; neither: without its clustering. C: clustering, max: most friends of one person."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows))


def _panel(ax: Axes, effect: Effect, names: list[str], estimates: list[Estimate]) -> None:
    ax.axvline(0, color=GREY, linewidth=1)
    for y, (graph, one) in enumerate(zip(names, estimates, strict=True)):
        colour = _colour(graph)
        ax.plot([100 * one.low, 100 * one.high], [y, y], color=colour, linewidth=2)
        ax.plot(100 * one.value, y, "o", color=colour, markersize=6, markerfacecolor=colour if one.clear else "white")
    ax.set(title=wrapped(effect.title, 20), xlabel="%" if effect.relative else "points")
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.tick_params(axis="y", length=0)


def _colour(graph: str) -> str:
    return VERMILLION if graph in ("real", "same degrees") else BLUE


def _label(graph: str, look: GraphStatistics) -> str:
    return f"{graph}\nC {look.clustering:.2f}, max {look.max_degree}"


def run(request: Request) -> Answer:
    """Run the arms on each graph and compare."""
    assert request.data is not None  # the study says that it needs data
    name = "Deezer" if request.options["deezer"] else "LastFM"
    found = make(request.options, request.data / FOLDERS[name] / "edges.csv.gz")
    return Answer(checks(found, name), lambda: draw(found, name), sentences(found, name))


STUDY = Study(
    title="The headline on a real social graph",
    source="Rozemberczki & Sarkar (2020), Characteristic functions on graphs, CIKM: LastFM Asia and Deezer Europe.",
    question="Do the answers of the headline experiment hold on a real social graph, and if not, what of the graph is it?",
    change="deezer=1: another graph, four times as large; does the same cause explain it?",
    self_check=(
        "Why does it matter to private traffic how unequal degrees are? A pool is gathered among friends and their friends, so those with "
        "many friends are in many pools, and many with few friends are in none."
    ),
    run=run,
    options={
        "deezer": Option(0, "1 takes Deezer (28,281 people) in the place of LastFM (7,624)", 0, 1),
        "seeds": Option(4, "seeds", 2, 100),
        "days": Option(40, "days that count", 7, 1_000),
        "burn_in": Option(40, "first days, which do not", 0, 1_000),
    },
    data=FOLDERS["LastFM"],
)
