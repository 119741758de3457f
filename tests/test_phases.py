"""Phases: policy over time is the same as a change by hand, begins when it should, and touches nothing but policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from small_markets import assert_same, fingerprint, parameters, tables

from experiments.design.configuration import load_settings
from experiments.settings.mistakes import fields, limits, validated
from sim.draws import Stream, stream_keys, uniform
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Parameters
from sim.parameters.phases import QUANTITIES, in_force, occasions
from sim.parameters.world_parameters import cannot_change, world_parameters
from sim.timeline import NOT_YET, REACHED
from sim.world import World

DAYS, DAY = 12, 5
DEARER: dict[str, Any] = {"platform.take_rate": 0.2, "brands.weekly_budget": 2.0, "market.choice.outside": 0.0}


def phase(when: str, changes: Mapping[str, Any] = DEARER, days: int = 0) -> dict[str, Any]:
    return {"when": when, "days": days, "set": dict(changes)}


def with_phases(*phases: dict[str, Any], **groups: Any) -> Parameters:
    return parameters(phases=list(phases), **groups)


def changed(day: int, changes: dict[str, Any], days: int = DAYS, **groups: Any) -> Market:
    """A market whose parameters are changed by hand."""
    base = parameters(**groups)
    after = in_force(parameters(phases=[phase("day >= 0", changes)], **groups), [True])
    return Market(base, 1, keep_orders=True).run(day).change(after).run(days - day)


def test_a_phase_is_the_same_to_the_bit_as_a_change_by_hand_on_its_day() -> None:
    market = Market(with_phases(phase(f"day >= {DAY}")), 1, keep_orders=True).run(DAYS)
    assert_same(market, changed(DAY, DEARER))
    assert fingerprint(market) != fingerprint(Market(parameters(), 1, keep_orders=True).run(DAYS))
    assert market.timeline.begun == [DAY]


def test_before_it_begins_nothing_differs() -> None:
    """Arms that differ in phases have one world and the same shocks."""
    assert world_parameters(with_phases(phase("day >= 0"))) == world_parameters(parameters())
    market = Market(with_phases(phase(f"day > {DAYS}")), 1, keep_orders=True).run(DAYS)
    assert_same(market, Market(parameters(), 1, keep_orders=True).run(DAYS))
    assert market.timeline.begun == [NOT_YET]


def test_a_phase_that_ends_leaves_the_parameters_as_they_were() -> None:
    market = Market(with_phases(phase("day >= 3", days=4)), 1, keep_orders=True).run(DAYS)
    by_hand = changed(3, DEARER, days=7).change(parameters()).run(DAYS - 7)
    assert_same(market, by_hand)
    assert market.in_force.platform.take_rate == parameters().platform.take_rate


@pytest.mark.parametrize(("quantity", "column", "start"), [("gmv", "gmv", 0), ("cash", "platform_revenue", 1e5)])
def test_a_phase_begins_on_the_morning_after_its_quantity_was_reached(quantity: str, column: str, start: float) -> None:
    """Quantities are told for a market of 10,000 people; the bound lies between those of two evenings."""
    market = Market(parameters(), 1).run(5)
    evenings = market.daily()[column].cumsum().to_numpy() * 10_000 / market.world.population + start
    assert evenings[3] > evenings[2] > start
    waiting = with_phases(phase(f"{quantity} >= {evenings[2:4].mean()}"))
    assert Market(waiting, 1).run(4).timeline.begun == [NOT_YET]
    assert Market(waiting, 1).run(5).timeline.begun == [4]


def test_every_quantity_is_counted() -> None:
    assert set(REACHED) == set(QUANTITIES)


def test_kocs_are_those_in_business() -> None:
    opened = Market(parameters(), 1)
    kocs = len(opened.kocs) * 10_000 / opened.world.population
    assert kocs > 0
    phases = [phase(f"kocs >= {kocs - 1}"), phase(f"kocs > {kocs + 1}"), phase(f"kocs < {kocs - 1}")]
    assert Market(with_phases(*phases), 1).run(1).timeline.begun == [0, NOT_YET, NOT_YET]


def test_members_are_a_share_of_all_people_and_of_the_platform_named() -> None:
    groups: dict[str, Any] = {"platform": {"share": 0.8}, "rivals": [{"name": "other", "share": 0.2}]}
    phases = [phase("members > 0.5"), {**phase("members > 0.5"), "platform": "other"}]
    assert Market(with_phases(*phases, **groups), 1).run(1).timeline.begun == [0, NOT_YET]


def test_an_incumbent_may_answer_once_its_challenger_has_members() -> None:
    rivals = [{"name": "incumbent", "share": 0.9, "take_rate": 0.1}]
    groups: dict[str, Any] = {"platform": {"name": "challenger", "share": 0.1}, "rivals": rivals}
    answer = {
        **phase("members >= 0.3", {"rivals.0.take_rate": 0.0, "rivals.0.exclusive": True}),
        "platform": "challenger",
    }
    market = Market(with_phases(answer, membership={"choice": True, "start": 0.5, "by_oneself": 0.2}, **groups), 1)
    begun = market.timeline.begun
    while begun == [NOT_YET] and market.day < 60:
        assert market.in_force.rivals[0].take_rate == 0.1
        market.run(1)
    assert 0 < begun[0] < 60 and market.in_force.platforms[1].take_rate == 0.0 and market.in_force.rivals[0].exclusive
    assert np.count_nonzero(market.m.members["held"] & 1) >= 0.3 * market.world.population


def test_where_people_choose_members_are_those_who_joined_and_growth_costs_cash() -> None:
    groups: dict[str, Any] = {"membership": {"choice": True, "start": 0.3}, "platform": {"growth_budget": 9e4}}
    phases = [phase("members > 0.5"), phase("members > 0.1"), phase("cash < 50_000", {"platform.growth_budget": 0.0})]
    market = Market(with_phases(*phases, **groups), 1).run(16)
    spent = market.m.platforms["growth_cost"][0]
    assert market.timeline.begun == [8, 0, 8]  # people join on day 7
    assert spent == Market(with_phases(*phases[:2], **groups), 1).run(8).m.platforms["growth_cost"][0] > 0


def test_shocks_strike_on_keyed_days_which_arms_share() -> None:
    shock = {"chance": 0.3, "days": 2, "set": {"platform.coupon": 0.3, "platform.coupon_newcomers": False}}
    held: list[list[bool]] = []
    for take in (0.0, 0.1):
        market = Market(parameters(shocks=[shock], platform={"take_rate": take}), 4)
        held.append([])
        for _ in range(20):
            market.run(1)
            held[-1].append(market.in_force.platform.coupon > 0)
    with np.errstate(over="ignore"):
        begun = [uniform(stream_keys(4)[Stream.SHOCK], day, 0, 0) < 0.3 for day in range(20)]
    assert held[0] == held[1] == [begun[day] or (day > 0 and begun[day - 1]) for day in range(20)]
    assert 0 < sum(held[0]) < 20


def test_a_checkpoint_remembers_what_has_begun(tmp_path: Path) -> None:
    settings = with_phases(
        phase("day >= 2", days=6), phase("gmv > 0", {"platform.coupon": 0.1}),
        shocks=[{"chance": 0.3, "days": 3, "set": {"platform.annual_fee": 9_000.0}}],
    )  # fmt: skip
    whole = Market(settings, 1, keep_orders=True).run(DAYS)
    for day in (0, 3, 9):
        Market(settings, 1, keep_orders=True).run(day).save(tmp_path / "aside")
        again = Market.load(tmp_path / "aside").run(DAYS - day)
        assert_same(again, whole)
        assert again.timeline.begun == whole.timeline.begun


def test_an_explanation_knows_of_phases() -> None:
    free = phase(f"day >= {DAY}", {"platform.coupon": 0.5, "platform.coupon_newcomers": False})
    market = Market(with_phases(free), 1, keep_orders=True).run(DAYS)
    order = market.orders().query(f"day > {DAY}").iloc[0]
    offers = market.explain(int(order.consumer), int(order.day)).offers
    bought = offers[(offers.outcome == "bought") & (offers["product"] == order["product"])]
    assert bought.price.iloc[0] == pytest.approx((order.price - order.coupon) / 100)
    assert order.coupon > 0


REFUSED: dict[str, dict[str, Any]] = {
    "phases.0.set: consumers: the world is made of it": {"market.consumers": 500},
    "phases.0.set: brands.own: own accounts are opened on the first day": {"brands.own": 0.1, "brands.ads": 0.1},
    "phases.0.set: platform.deposit: acts on the first day alone": {"platform.deposit": 1.0},
    "phases.0.set: membership.start: acts on the first day alone": {"membership.start": 0.5},
    "phases.0.set.platform.take_rte: unknown key; did you mean 'take_rate'": {"platform.take_rte": 0.1},
    "phases.0.set.platform.take_rate=3: expected less than": {"platform.take_rate": 3},
    "phases.0: brands.ads + kol + koc + own": {"brands.ads": 0.9},
    "phases.0.set.rules.belief: cannot change": {"rules.belief": "a.b"},
    "phases.0.set.rivals.0.take_rate: unknown key; expected a place in a list of 0": {"rivals.0.take_rate": 0.1},
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_change_is_refused_in_a_line(said: str) -> None:
    with pytest.raises(UserError) as error:
        validated(Parameters, {"phases": [phase("day >= 3", REFUSED[said])]})
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("when", ["dy >= 3", "members >", "kocs > x", "day < 3", "gmv > nan"])
def test_a_trigger_that_is_not_understood_is_refused(when: str) -> None:
    with pytest.raises(UserError, match=r"^phases\.0\.when"):
        validated(Parameters, {"phases": [phase(when)]})


def test_phases_that_contradict_each_other_are_refused_where_they_can_meet() -> None:
    kol = {"brands.kol": 0.5, "brands.ads": 0.1}
    koc = {"brands.koc": 0.6, "brands.ads": 0.1}
    apart = [phase("day >= 3", kol, days=4), phase("day >= 7", koc)]
    assert validated(Parameters, {"phases": apart}).phases[1].set == koc
    with pytest.raises(UserError, match=r"^phases\.0 and phases\.1: brands\.ads \+ kol"):
        validated(Parameters, {"phases": [apart[0], phase("gmv > 7", koc)]})


def test_every_set_that_can_hold_is_looked_at() -> None:
    both = with_phases(phase("day >= 3", days=4), phase("day >= 5"), shocks=[{"set": {"platform.coupon": 0.1}}])
    expected = {(False, False), (True, False), (True, True), (False, True)}
    assert {held[:2] for held in occasions(both)} == expected
    assert len(occasions(both)) == 2 * len(expected)


def test_a_phase_may_be_given_nested_or_by_dotted_paths() -> None:
    nested = validated(Parameters, {"phases": [phase("day >= 3", {"platform": {"feed": {"ad_load": 0.1}}})]})
    assert nested.phases[0].set == {"platform.feed.ad_load": 0.1}


def test_the_command_line_and_an_arm_may_have_phases() -> None:
    text = "phases=[{when: day >= 60, set: {platform.take_rate: 0.05}}]"
    alone = load_settings(["experiment=single", text])
    arms = load_settings(["experiment=quick", f"experiment.factors.fees.commission.{text}"]).arms()
    assert alone.parameters.phases == arms[0].parameters.phases != ()
    assert {arm.parameters.phases for arm in arms if arm.name.startswith("commission_free")} == {()}


PRESETS: Sequence[str] = ("roadmap", "incentives", "festival", "lock_in")


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_possible_markets(name: str) -> None:
    settings = load_settings([f"timeline={name}", "experiment=single", "market.consumers=300"])
    assert settings.parameters.phases or settings.parameters.shocks
    Market(settings.parameters, 1).run(2)


def other(base: Parameters, path: str, value: Any, field: FieldInfo) -> Parameters | None:
    """Parameters with another value of one; None where it is no number that can be another one."""
    low, high = limits(field)
    if isinstance(value, bool):
        near: list[Any] = [not value]
    elif isinstance(value, int | float):
        near = [value + 1, value - 1, value + 0.01, value - 0.01]
    else:
        return None
    for one in near:
        inside = (low is None or one >= low) and (high is None or one <= high)
        content = base.model_dump()
        *above, last = path.split(".")
        reduce(lambda level, key: level[key], above, content)[last] = type(value)(one)
        try:
            if inside and type(value)(one) != value:
                return Parameters.model_validate(content)
        except ValidationError:  # it contradicts another parameter
            continue
    return None


BEFORE = (
    ("brands", "fund"), ("platforms", "pages"), ("memories", "goodwill"), ("memories", "evidence"),
    ("memories", "precision"), ("products", "reviews"), ("products", "review_sum"),
)  # fmt: skip
"""What came in, was seen, remembered and rated before the change."""


def test_every_parameter_that_can_change_changes_all_that_is_made_of_it() -> None:
    """A change before the first day leaves the market that is made with the other value."""
    base, looked_at = parameters(brands={"own": 0.1, "ads": 0.25}), 0
    world = World.build(base, 1)
    for path, field, value in fields(base):
        after = other(base, path, value, field)
        if path == "market.consumers" or after is None or cannot_change(base, after):
            continue
        one, made = Market(base, 1, world=world).change(after), Market(after, 1, world=world)
        looked_at += 1
        for name, table in tables(made).items():
            for column in table.dtype.names or ():
                if (name, column) not in BEFORE:
                    np.testing.assert_array_equal(table[column], tables(one)[name][column], err_msg=f"{path}: {name}")
        assert one.m.p.tobytes() == made.m.p.tobytes(), path
        for name in ("shipping", "wanted", "trusted_most"):
            assert getattr(one.m, name) == getattr(made.m, name), f"{path}: {name}"
        assert all(map(np.array_equal, one.m.fading, made.m.fading)), path
        assert (one.yields, one.kol_threshold) == (made.yields, made.kol_threshold), path
    assert looked_at > 100
