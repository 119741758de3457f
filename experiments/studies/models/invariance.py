"""Changes that must not matter: other units of money, other names of people, a market next door, fees nobody pays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from experiments.settings.paths import merged
from sim.graph import Graph
from sim.market import Market
from sim.parameters import Parameters
from sim.records import NOBODY, changed
from sim.results.outcomes import OUTCOMES
from sim.state.creators import Creator
from sim.state.orders import Order
from sim.state.people import Consumer, Follow, Memory
from sim.world import World
from sim.world.past import past_purchases

DAYS = 30
RECORDS = {"Consumers": Consumer, "Memories": Memory, "Follows": Follow, "Creators": Creator, "orders": Order}
Groups = dict[str, Any]


def parameters(*layers: Mapping[str, Any], consumers: int = 300) -> Parameters:
    """Parameters of a small market, with groups as a configuration has them; later layers win."""
    return Parameters.model_validate(reduce(merged, layers, {"market": {"consumers": consumers}}))


def run(p: Parameters, seed: int, world: World | None = None, days: int = DAYS) -> Market:
    """A market that has lived so many days, with all its orders."""
    return Market(p, seed, world=world, keep_orders=True).run(days)


# --- equal to the bit -----------------------------------------------------------------------------------------------


def everything(one: Market) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every number that a market has become, by name."""
    for title in ("Consumers", "Memories", "Follows", "Creators"):
        table = getattr(one.m, title.lower())
        yield from ((f"{title}.{name}", table[name]) for name in table.dtype.names or ())
    yield from ((f"orders.{name}", column.to_numpy()) for name, column in one.orders().items())
    yield from ((f"daily.{name}", column.to_numpy()) for name, column in one.daily().items())
    yield from ((f"outcomes.{name}", np.array([value])) for name, value in one.result().outcomes.items())


def departures(one: Market, other: Market, ratio: float = 1.0) -> dict[str, float]:
    """Share of the numbers of each kind that differ between two markets; 1 where there are not as many."""
    theirs = dict(everything(other))
    return {
        name: _share_apart(column * ratio if ratio != 1.0 and is_money(name) else column, theirs[name])
        for name, column in everything(one)
    }


def apart(shares: Mapping[str, float]) -> float:
    """Mean share of numbers that differ, over their kinds; 0 only if all are equal to the bit."""
    return float(np.mean([*shares.values()]))


def _share_apart(here: NDArray[Any], there: NDArray[Any]) -> float:
    if here.shape != there.shape:
        return 1.0
    unlike = (here != there) & ~((here != here) & (there != there))
    return float(np.mean(unlike)) if here.size else 0.0


def is_money(name: str) -> bool:
    """Whether a number of `everything` is an amount of money, by its unit."""
    table, _, column = name.partition(".")
    declared = RECORDS[table].columns if table in RECORDS else OUTCOMES
    unit = declared[column].unit if column in declared else "yuan" if column == "creator_income" else ""
    return unit != "yuan/yuan" and not {"fen", "yuan"}.isdisjoint(re.split(r"\W+", unit))


# --- money ----------------------------------------------------------------------------------------------------------


def in_other_money(p: Parameters, ratio: float) -> Parameters:
    """The same with every parameter multiplied whose unit is yuan, or yuan per something."""
    changed: Parameters = _multiplied(p, ratio)
    return changed


def _multiplied(group: Any, ratio: float) -> Any:
    if isinstance(group, tuple):
        return tuple(_multiplied(one, ratio) for one in group)
    if not isinstance(group, BaseModel):
        return group
    changes = {}
    for name, field in type(group).model_fields.items():
        value, extra = getattr(group, name), field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        changes[name] = value * ratio if unit.split(" ")[0].split("/")[0] == "yuan" else _multiplied(value, ratio)
    return group.model_copy(update=changes)


ROUND: Groups = {
    "market": {
        "catalogue": {"price_spread": 0.0, "quality_premium": 0.0},
        "people": {"budget_spread": 0.0, "budget": 1_800.0},
        "choice": {"outside": -3.0},
    },
    "creators": {"slot_fee": 0.05, "koc_fee": 0.25},
    "brands": {"pass_through": 0.0, "cost": 0.5, "weekly_budget": 0.32},
    "platform": {
        "annual_fee": 365.0, "float_yield": 0.0, "withdrawal_habit": 0.0, "coupon": 0.25, "feed": {"ad_load": 1.0},
    },
}  # fmt: skip
"""A market in which no amount has to be rounded to the fen but money at hand on the first day, and surplus: fees and
the price of ads do not rise, since money is scarce."""

NO_CHOICE: Groups = {"creators": {"candidates": 1, "answers": 0}}
"""Creators who post what comes and answer nobody, so that the pay of a post is weighed against nothing."""


# --- fees nobody pays -----------------------------------------------------------------------------------------------


class Idle(NamedTuple):
    """A change of what nobody pays: the market without a payer, the change, and the market with payers."""

    without: Groups
    change: Groups
    payers: Groups


NO_CREATORS: Groups = {"creators": {"koc_share": 0.0, "kol_count": 0, "entry": 0.0}, "brands": {"pass_through": 0.0}}
NO_KOLS: Groups = {"creators": {"kol_count": 0, "kol_threshold": 1.0}}
ALL_PAY: Groups = {"brands": {"pass_through": 0.0}}
EMPTY_RIVAL: Groups = {"brands": {"pass_through": 0.0}, "rivals": [{"share": 0.0, "take_rate": 0.0}]}
IDLE: dict[str, Idle] = {
    "commission, without creators": Idle(NO_CREATORS, {"creators": {"commission": 0.5}}, ALL_PAY),
    "resale margin, without creators": Idle(NO_CREATORS, {"creators": {"resale_margin": 0.5}}, ALL_PAY),
    "slot fee, without KOLs": Idle(NO_KOLS, {"creators": {"slot_fee": 5.0}}, {}),
    "discount on what KOLs sell, without KOLs": Idle(NO_KOLS, {"platform": {"live_discount": 0.5}}, {}),
    "price of an ad, without ads": Idle({"brands": {"ads": 0.0}}, {"platform": {"feed": {"ad_price": 50.0}}}, {}),
    "red packet, without own pools": Idle(
        {"brands": {"own": 0.0}}, {"brands": {"own_contact": 100.0}}, {"brands": {"ads": 0.0, "own": 0.2}}
    ),
    "withdrawal fee, where nobody withdraws": Idle(
        {"platform": {"withdrawal_habit": 0.0}},
        {"platform": {"withdrawal_fee": 0.1, "withdrawal_fee_least": 50.0}},
        {},
    ),
    "withdrawal fee, where all of it is free": Idle(
        {"platform": {"withdrawal_free": 1e9}}, {"platform": {"withdrawal_fee": 0.1, "withdrawal_fee_least": 50.0}}, {}
    ),
    "who gets a coupon of nothing": Idle(
        {}, {"platform": {"coupon_newcomers": False}}, {"platform": {"coupon": 0.1}}
    ),
    "take of a platform without people": Idle(EMPTY_RIVAL, {"rivals": [{"share": 0.0, "take_rate": 0.5}]}, {}),
}  # fmt: skip
"""By what is changed."""


def idle(one: Idle, seed: int) -> tuple[float, float]:
    """Share of numbers that the change moves where nobody pays, and where somebody does; means over the kinds."""
    moved = [
        departures(run(parameters(base), seed), run(parameters(base, one.change), seed))
        for base in (one.without, one.payers)
    ]
    return apart(moved[0]), apart(moved[1])


# --- people ---------------------------------------------------------------------------------------------------------


def ring(people: int, first: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Ties of a ring of so many people with chords at random, from row ``first`` on."""
    near = [(i, (i + step) % people) for i in range(people) for step in (1, 2, 3)]
    far = [(int(a), int(b)) for a, b in rng.integers(people, size=(people, 2)) if a != b]
    return [(first + a, first + b) for a, b in near + far]


def on_ties(p: Parameters, seed: int, lines: list[str]) -> World:
    """The world whose friendships are these lines of a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ties.csv"
        path.write_text("\n".join(lines) + "\n")
        graph = p.graph.model_copy(update={"kind": "edgelist", "path": str(path)})
        return World.build(p.model_copy(update={"graph": graph}), seed)


def renamed(lines: list[tuple[int, int]], rng: np.random.Generator) -> list[str]:
    """Lines of the same ties: other names in the same order, lines shuffled, ends swapped, some said twice."""
    names = np.cumsum(rng.integers(1, 9, size=1 + max(max(line) for line in lines)))
    said = [lines[n] for n in rng.permutation(len(lines))] + lines[:50]
    swap = rng.random(len(said)) < 0.5
    return [f"{names[b]},{names[a]}" if s else f"{names[a]},{names[b]}" for (a, b), s in zip(said, swap, strict=True)]


def moved(p: Parameters, world: World, order: NDArray[np.int64]) -> World:
    """The same people with their friends, follows and business, in other rows: row n is who was in row order[n].

    Shocks stay with the row, matches with products and what was bought before among it, so that the same people live
    another life.
    """
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    g = world.graph
    friends = [np.sort(place[g.friends[g.offsets[i] : g.offsets[i + 1]]]) for i in order]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in friends])])
    host, people = world.creators["consumer"], world.people[order]
    return replace(
        world,
        graph=Graph(offsets.astype(g.offsets.dtype), np.concatenate(friends).astype(g.friends.dtype)),
        people=people,
        consumers=world.consumers[order],
        follows=world.follows[order],
        creators=changed(world.creators, consumer=place[host]),
        past=past_purchases(p, world.goods, people, world.keys),
    )


# --- a market next door ---------------------------------------------------------------------------------------------

APART: Groups = {
    "market": {"experience": {"review": 0.0}, "choice": {"outside": -4.0}},
    "creators": {
        "koc_share": 0.06, "kol_count": 0, "kol_threshold": 1.0, "entry": 0.0, "pool_from_graph": 1.0,
        "private_share_koc": 0.5, "pool_least": 700, "pool_most": 1_200, "resale_margin": 0.1, "unpaid": 0.5,
    },
    "brands": {"weekly_budget": 0.0},
    "platform": {"share": 0.5, "feed": {"popularity": 1.0, "merit": 0.0, "paid": 0.0}},
    "rivals": [{"share": 0.5, "feed": {"popularity": 1.0, "merit": 0.0, "paid": 0.0}}],
}  # fmt: skip
"""Two platforms whose people share neither friends, creators, ratings nor brands' money."""


def two_towns(p: Parameters, seed: int, people: int = 150, bridge: bool = False) -> World:
    """Two towns without a tie between them (or with one bridge a person), each at home on a platform of its own."""
    rng = np.random.default_rng(seed)
    ties = ring(people, 0, rng) + ring(people, people, rng)
    if bridge:
        ties += [(i, people + i) for i in range(people)]
    world = on_ties(p, seed, [f"{a},{b}" for a, b in ties])
    home = (np.arange(2 * people) >= people).astype(world.people["home"].dtype)
    creators = changed(world.creators, home=home[world.creators["consumer"]])
    return replace(world, people=changed(world.people, home=home), creators=creators)


def asleep(world: World, rows: slice) -> World:
    """The same with these people never online, and their creators out of business."""
    activity, active = world.people["activity"].copy(), world.creators["active"].copy()
    activity[rows] = 0.0
    active[activity[world.creators["consumer"]] == 0.0] = False
    people, creators = changed(world.people, activity=activity), changed(world.creators, active=active)
    return replace(world, people=people, creators=creators)


def life_of(one: Market, rows: slice) -> Iterator[tuple[str, NDArray[Any]]]:
    """What these people and their creators have become, and what they ordered; order numbers left out."""
    for title, table in (("Consumers", one.m.consumers), ("Memories", one.m.memories), ("Follows", one.m.follows)):
        yield from ((f"{title}.{name}", table[name][rows]) for name in table.dtype.names or ())
    inside = np.zeros(len(one.m.people), bool)
    inside[rows] = True
    mine = inside[one.m.creators["consumer"]] & (one.m.creators["consumer"] != NOBODY)
    yield from ((f"Creators.{name}", one.m.creators[name][mine]) for name in one.m.creators.dtype.names or ())
    orders = one.orders()
    chosen = orders[inside[orders.consumer]].drop(columns=["order", "parent"])
    yield from ((f"orders.{name}", column.to_numpy()) for name, column in chosen.items())


def neighbours(p: Parameters, seed: int, people: int = 150, bridge: bool = False) -> dict[str, float]:
    """How far two towns in one run are from the same towns in a run each, where the other one sleeps.

    Returns
    -------
    dict
        ``first``, ``second``: share of the town's numbers that differ, mean over the kinds. ``sum``: orders of the
        run of both less those of the two runs, as a share of them.
    """
    world = two_towns(p, seed, people, bridge)
    halves = {"first": slice(0, people), "second": slice(people, 2 * people)}
    both = run(p, seed, world)
    alone = {
        name: run(p, seed, asleep(world, halves[other])) for name, other in zip(halves, reversed(halves), strict=True)
    }
    found = {}
    for name, rows in halves.items():
        theirs = dict(life_of(alone[name], rows))
        found[name] = apart({key: _share_apart(column, theirs[key]) for key, column in life_of(both, rows)})
    orders = sum(len(one.orders()) for one in alone.values())
    return found | {"sum": abs(len(both.orders()) - orders) / orders}
