"""Changes that must not matter: other units of money, other names of people, a market next door, fees nobody pays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel
from scipy.sparse import csr_array

from experiments.settings.paths import merged
from sim.graphs.graph import Graph
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
Numbers = dict[str, NDArray[Any]]


def parameters(*layers: Mapping[str, Any], consumers: int = 300) -> Parameters:
    """Parameters of a small market, with groups as a configuration has them; later layers win."""
    return Parameters.model_validate(reduce(merged, layers, {"market": {"consumers": consumers}}))


def run(p: Parameters, seed: int, world: World | None = None, days: int = DAYS) -> Market:
    """A market that has lived so many days, with all its orders."""
    return Market(p, seed, world=world, keep_orders=True).run(days)


# --- equal to the bit -----------------------------------------------------------------------------------------------


def everything(one: Market) -> Numbers:
    """Every number that a market has become, by name."""
    tables = {title: getattr(one.m, title.lower()) for title in ("Consumers", "Memories", "Follows", "Creators")}
    series = {"orders": one.orders(), "daily": one.daily(), "outcomes": pd.DataFrame([one.outcomes()])}
    return {
        f"{title}.{name}": np.asarray(table[name])
        for title, table in {**tables, **series}.items() for name in names_of(table)
    }  # fmt: skip


def names_of(table: Any) -> Iterable[str]:
    """Columns of a table of the market, or of a data frame."""
    return map(str, table) if isinstance(table, pd.DataFrame) else table.dtype.names


def departures(one: Market, other: Market, ratio: float = 1.0) -> dict[str, float]:
    """Share of the numbers of each kind that differ between two markets; 1 where there are not as many."""
    here = everything(one)
    if ratio != 1.0:
        here |= {name: column * ratio for name, column in here.items() if is_money(name)}
    return differences(here, everything(other))


def differences(here: Numbers, there: Numbers) -> dict[str, float]:
    """Share of the numbers of each kind that differ, NaN being equal to itself; 1 where there are not as many."""

    def share(one: NDArray[Any], other: NDArray[Any]) -> float:
        if one.shape != other.shape:
            return 1.0
        return float(np.mean((one != other) & ~((one != one) & (other != other)))) if one.size else 0.0

    return {name: share(column, there[name]) for name, column in here.items()}


def apart(shares: Mapping[str, float]) -> float:
    """Mean share of numbers that differ, over their kinds; 0 only if all are equal to the bit."""
    return float(np.mean([*shares.values()]))


def is_money(name: str) -> bool:
    """Whether a number of `everything` is an amount of money, by its unit."""
    table, _, column = name.partition(".")
    declared = RECORDS[table].columns if table in RECORDS else OUTCOMES
    unit = declared[column].unit if column in declared else "yuan" if column == "creator_income" else ""
    return unit != "yuan/yuan" and not {"fen", "yuan"}.isdisjoint(re.split(r"\W+", unit))


# --- money ----------------------------------------------------------------------------------------------------------


def in_other_money(group: Any, ratio: float) -> Any:
    """The same parameters, with every one multiplied whose unit is yuan, or yuan per something."""
    if isinstance(group, tuple):
        return tuple(in_other_money(one, ratio) for one in group)
    if not isinstance(group, BaseModel):
        return group
    changes = {}
    for name, field in type(group).model_fields.items():
        value, extra = getattr(group, name), field.json_schema_extra
        unit = str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        changes[name] = value * ratio if unit.split(" ")[0].split("/")[0] == "yuan" else in_other_money(value, ratio)
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
WITHDRAWAL_FEE: Groups = {"platform": {"withdrawal_fee": 0.1, "withdrawal_fee_least": 50.0}}
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
    "withdrawal fee, where nobody withdraws": Idle({"platform": {"withdrawal_habit": 0.0}}, WITHDRAWAL_FEE, {}),
    "withdrawal fee, where all of it is free": Idle({"platform": {"withdrawal_free": 1e9}}, WITHDRAWAL_FEE, {}),
    "who gets a coupon of nothing": Idle({}, {"platform": {"coupon_newcomers": False}}, {"platform": {"coupon": 0.1}}),
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
    g, place = world.graph, np.argsort(order)
    ties = csr_array((np.ones(len(g.friends), bool), g.friends, g.offsets), shape=2 * (len(order),))
    ties = ties[order][:, order]
    ties.sort_indices()
    people = world.people[order]
    return replace(
        world,
        graph=Graph(ties.indptr.astype(g.offsets.dtype), ties.indices.astype(g.friends.dtype)),
        people=people,
        consumers=world.consumers[order],
        follows=world.follows[order],
        creators=changed(world.creators, consumer=place[world.creators["consumer"]]),
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


def life_of(one: Market, rows: slice) -> Numbers:
    """What these people and their creators have become, and what they ordered; order numbers left out."""
    inside = np.zeros(len(one.m.people), bool)
    inside[rows] = True
    host = one.m.creators["consumer"]
    of = {"Creators": inside[host] & (host != NOBODY), "orders": inside[one.orders().consumer]}
    left_out = ("orders.order", "orders.parent", "daily", "outcomes")
    return {
        name: column[of.get(name.partition(".")[0], inside)]
        for name, column in everything(one).items() if not name.startswith(left_out)
    }  # fmt: skip


def neighbours(p: Parameters, seed: int, people: int = 150, bridge: bool = False) -> dict[str, float]:
    """How far two towns in one run are from the same towns in a run each, where the other one sleeps.

    Returns
    -------
    dict
        ``first``, ``second``: share of the town's numbers that differ, mean over the kinds. ``sum``: orders of the
        run of both less those of the two runs, as a share of them.
    """
    world = two_towns(p, seed, people, bridge)
    first, second = slice(0, people), slice(people, 2 * people)
    both = run(p, seed, world)
    alone = [run(p, seed, asleep(world, other)) for other in (second, first)]
    found = [
        apart(differences(life_of(both, rows), life_of(one, rows)))
        for rows, one in zip((first, second), alone, strict=True)
    ]
    orders = sum(len(one.orders()) for one in alone)
    return {"first": found[0], "second": found[1], "sum": abs(len(both.orders()) - orders) / orders}
