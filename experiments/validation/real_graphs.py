"""The headline's contrasts on a real social graph and on synthetic ones of the same size: what changes, and why."""

from __future__ import annotations

from itertools import product

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import BLUE, GREY, PALE, VERMILLION, Drawing, new_figure, wrapped
from experiments.validation.real_graphs_runs import BASE, COMPARED, EFFECTS, FREE, SYNTHETIC, Effect, Found, make
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.graph_statistics import GraphStatistics

FOLDERS = {"LastFM": "lastfm_asia", "Deezer": "deezer_europe"}
SOURCE = "Rozemberczki & Sarkar 2020; a conclusion drawn on a synthetic graph should hold on a real one"
SHOWN = EFFECTS[:3]
WIDTH = "The width of the interval tells what would have gone unseen."


def checks(found: Found, name: str) -> list[Check]:
    """Whether signs and sizes are those of synthetic graphs, and what explains the rest."""
    made = []
    for effect, other in product(EFFECTS, SYNTHETIC):
        real, there = (t_interval(found.effect(effect, graph)) for graph in ("real", other))
        gap = t_interval(found.effect(effect, "real") - found.effect(effect, other))
        unclear = f"The difference, {_told(gap, effect)}, is not clear itself."
        reason = _why(found, effect, other) if gap.clear else unclear
        if there.clear:  # else there is no conclusion to carry over
            made.append(
                _check(
                    f"{effect.title}: clear on {name} too, in {effect.unit}",
                    f"sign of a {other} graph: {_told(there, effect)}",
                    real, bool(real.clear and real.value * there.value > 0), reason,
                )
            )  # fmt: skip
        what = f"{effect.title}: {name} less a {other} graph, in {effect.unit}"
        made.append(_check(what, "0 in the interval", gap, not gap.clear, reason if gap.clear else WIDTH))
    main = EFFECTS[0]
    for what, (one, other) in {
        f"{name} less the same degrees, ties by lot": ("real", "same degrees"),
        "small worlds of equal degrees, clustered less not": ("same clustering", "neither"),
    }.items():
        gap = t_interval(found.effect(main, one) - found.effect(main, other))
        note = f"Who is tied to whom makes {_told(gap, main)} beside the degrees." if gap.clear else ""
        made.append(_check(f"{main.title}: {what}, in %", "0 in the interval", gap, not gap.clear, note))
    for way, share in ways(found, main).items():
        note = f"So the graph acts through {way}: that alone sets the two apart by {_told(share, main)}."
        what = f"{main.title}: {name} less a small world where only {way} follow the graph, in %"
        made.append(_check(what, "0 in the interval", share, not share.clear, note if share.clear else ""))
    return made


def _check(name: str, expected: str, one: Estimate, passed: bool, note: str) -> Check:
    return Check(name, expected, 100 * one.value, 100 * one.low, 100 * one.high, passed, SOURCE, note)


def _why(found: Found, effect: Effect, other: str) -> str:
    here, there = (found.level("unfollowed", graph).value for graph in ("real", other))
    said = f"{here:.0%} of people follow no KOC on the real graph, {there:.0%} on the {other} graph."
    if effect.before != BASE:
        return said
    degrees, clustering = causes(found, effect)
    return f"Degrees make {_told(degrees, effect)}, clustering {_told(clustering, effect)}. {said}"


def causes(found: Found, effect: Effect) -> tuple[Estimate, Estimate]:
    """Main effects of real degrees and of clustering, in the two-by-two of graphs that have one, both or neither."""
    real, degrees, clustering, neither = (
        found.effect(effect, graph) for graph in ("real", "same degrees", "same clustering", "neither")
    )
    by_degrees, by_clustering = real + degrees - clustering - neither, real + clustering - degrees - neither
    return t_interval(by_degrees / 2), t_interval(by_clustering / 2)


def ways(found: Found, effect: Effect) -> dict[str, Estimate]:
    """What sets the real graph and a small world apart where the graph acts in one way alone."""
    alone = {"words of friends": "words alone", "pools": "pools alone"}
    return {
        way: t_interval(found.effect(effect, f"real, {name}") - found.effect(effect, f"small world, {name}"))
        for way, name in alone.items()
    }


def _told(one: Estimate, effect: Effect) -> str:
    return f"{100 * one.value:+.1f} {effect.unit} ({100 * one.low:.1f} to {100 * one.high:.1f})"


def sentences(found: Found, name: str) -> list[str]:
    """The finding in words."""
    main = EFFECTS[0]
    real, world, free = (_told(t_interval(found.effect(main, graph)), main) for graph in COMPARED)
    degrees, clustering = (_told(cause, main) for cause in causes(found, main))
    share = {graph: f"{found.level('unfollowed', graph).value:.1%}" for graph in COMPARED}
    gap = _told(t_interval(found.effect(main, "real") - found.effect(main, "small world")), main)
    alone = " and ".join(
        f"{_told(one, main)} where only {way} follow the graph" for way, one in ways(found, main).items()
    )
    told = [
        f"Private instead of public traffic changes GMV by {real} on {name}, by {world} on a small world and by "
        f"{free} on a scale-free graph of the same size and mean degree.",
        f"Real less small world, that is {gap}: unequal degrees make {degrees}, clustering {clustering}. It is "
        f"{alone}.",
        f"{share['real']} of people follow no KOC on {name}, {share['small world']} on a small world, "
        f"{share['scale-free']} on a scale-free graph: pools gather around those who have many friends.",
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
        f"Private instead of public traffic: GMV {100 * world.value:+.1f} % in a small world, "
        f"{100 * main.value:+.1f} % on {name}, of the same size and mean degree"
    )
    figure = new_figure(title, 5.2, width=12.0)
    axes = figure.subplots(1, len(SHOWN) + 2, sharey=True)
    rows = []
    for ax, effect in zip(axes[1:], SHOWN, strict=False):
        estimates = {graph: t_interval(found.effect(effect, graph)) for graph in names if _is_run(effect, graph)}
        _panel(ax, (effect.title, effect.unit), [estimates.get(graph) for graph in names], names)
        rows += [{"effect": effect.title, "graph": graph, **one._asdict()} for graph, one in estimates.items()]
    less = f"{EFFECTS[0].title}, less that in the small world"
    gaps = {
        graph: t_interval(found.effect(EFFECTS[0], graph) - found.effect(EFFECTS[0], _twin(graph))) for graph in names
    }
    _panel(axes[0], (less, "points"), [None if graph == _twin(graph) else gaps[graph] for graph in names], names)
    rows += [{"effect": less, "graph": graph, **one._asdict()} for graph, one in gaps.items()]
    shares = [found.level("unfollowed", graph).value for graph in names]
    axes[-1].barh(range(len(names)), [100 * share for share in shares], color=[_colour(g) for g in names], height=0.5)
    axes[-1].set(xlabel="%", title=wrapped("people who follow no KOC", 20))
    axes[-1].tick_params(axis="y", length=0)
    axes[0].set_yticks(range(len(names)), [_label(graph, found.looks[graph]) for graph in names])
    axes[0].set_ylim(len(names) - 0.5, -0.5)
    rows += [{"effect": "no KOC", "graph": graph, "value": share} for graph, share in zip(names, shares, strict=True)]
    caption = (
        f"Means over {found.runs['seed'].nunique()} seeds with 95 % intervals, filled where they exclude 0; brands "
        "pay KOCs. All graphs of a seed share people and goods, so differences between them (first panel) are "
        f"surer than each. Orange has the degrees of {name}. Same degrees: ties by lot. Same clustering: a small "
        "world as clustered, in which friends are no more alike than strangers; neither: the same without "
        "clustering. Words alone: pools are gathered without regard to friends; pools alone: nobody tells "
        "friends; their small world is the one under the same condition. C: clustering; most: friends of the "
        "best-known person. Commission-free was run on three graphs."
    )
    return Drawing(figure, title, caption, pd.DataFrame(rows))


def _twin(graph: str) -> str:
    """The small world that a graph is compared with."""
    _, comma, condition = graph.partition(", ")
    return f"small world{comma}{condition}"


def _is_run(effect: Effect, graph: str) -> bool:
    return effect.after != FREE or graph in COMPARED


def _panel(ax: Axes, named: tuple[str, str], estimates: list[Estimate | None], names: list[str]) -> None:
    title, unit = named
    ax.axvline(0, color=GREY, linewidth=1)
    for y, (graph, one) in enumerate(zip(names, estimates, strict=True)):
        if one is None:
            continue
        colour = _colour(graph)
        ax.plot([100 * one.low, 100 * one.high], [y, y], color=colour, linewidth=2)
        ax.plot(100 * one.value, y, "o", color=colour, markersize=6, markerfacecolor=colour if one.clear else "white")
    ax.set(title=wrapped(title, 20), xlabel=unit)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.tick_params(axis="y", length=0)


def _colour(graph: str) -> str:
    return VERMILLION if graph.startswith(("real", "same degrees")) else BLUE


def _label(graph: str, look: GraphStatistics) -> str:
    return f"{graph}\nC {look.clustering:.2f}, most {look.max_degree}"


def run(request: Request) -> Answer:
    """Run the arms on each graph and compare."""
    assert request.data is not None  # the study says that it needs data
    name = "Deezer" if request.options["deezer"] else "LastFM"
    found = make(request.options, request.data / FOLDERS[name] / "edges.csv.gz")
    return Answer(checks(found, name), lambda: draw(found, name), sentences(found, name))


STUDY = Study(
    title="The headline on a real social graph",
    source="Rozemberczki & Sarkar (2020), Characteristic functions on graphs, CIKM: LastFM Asia and Deezer Europe.",
    question=(
        "Do the answers of the headline experiment hold on a real social graph, and if not, what of the graph is it?"
    ),
    change="deezer=1: another graph, four times as large; does the same cause explain it?",
    self_check=(
        "Why does it matter to private traffic how unequal degrees are? A pool is gathered among friends and "
        "their friends, so those with many friends are in many pools, and many with few friends are in none."
    ),
    run=run,
    options={
        "deezer": Option(0, "1 takes Deezer (28,281 people) in the place of LastFM (7,624)", 0, 1),
        "seeds": Option(4, "seeds", 2, 100),
        "days": Option(30, "days that count", 7, 1_000),
        "burn_in": Option(40, "first days, which do not", 0, 1_000),
    },
    data=FOLDERS["LastFM"],
)
