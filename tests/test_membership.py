"""Membership: where it is off nothing moves; where it is on, what must happen at the extremes happens."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_markets import assert_same, market, parameters

from sim.agents.joining import find_creators, meet_creators
from sim.agents.platform_week import new_week
from sim.day import Used
from sim.market import Market
from sim.parameters import Membership, numbers_of, scalars
from sim.rules import membership as rule
from sim.rules.leakage import chance_outside
from sim.state.channels import Channel

FREE: dict[str, Any] = {
    "choice": True, "multi_home": False, "creators_multi_home": False, "by_oneself": 1.0, "noise": 0.5,
}  # fmt: skip


def duel(
    days: int, membership: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], seed: int = 1, **groups: Any
) -> Market:
    """Two platforms, ours and a rival, with the same policy but for what is given."""
    settings = {"platform": {"share": 0.5, **ours}, "rivals": [{"name": "rival", "share": 0.5, **theirs}], **groups}
    return market(seed=seed, days=days, membership=membership, **settings)


def members(one: Market) -> list[int]:
    held, platforms = one.m.members["held"], range(len(one.m.platforms))
    return [int(np.count_nonzero(held >> platform & 1)) for platform in platforms]


def looking(one: Market) -> list[int]:
    """How many people look at each platform on the last day."""
    last = one.recorder.platforms().query(f"day == {one.day - 1}")
    return [int(count) for count in last["looking"]]


def test_a_platform_that_nobody_can_join_has_nobody() -> None:
    one = duel(30, {"choice": True}, {"share": 1.0}, {"share": 0.0, "join_cost": 1e6})
    assert members(one)[1] == 0 and (one.orders()["platform"] == 0).all()
    assert members(one)[0] > 0


def test_who_is_on_no_platform_buys_nothing() -> None:
    one = duel(20, {"choice": True, "start": 0.0, "by_oneself": 0.0, "creators_review": 0.0}, {}, {})
    assert members(one) == [0, 0] and len(one.orders()) == 0


def test_equal_platforms_share_equally() -> None:
    """Over seeds, the share of each is a half within two standard errors, which are themselves small."""
    shares = []
    for seed in range(24):
        ours, theirs = members(duel(40, {"choice": True, "multi_home": False}, {}, {}, seed=seed))
        assert ours + theirs >= 0.9 * 300
        shares.append(ours / (ours + theirs))
    error = float(np.std(shares, ddof=1)) / np.sqrt(len(shares))
    assert error < 0.02 and abs(np.mean(shares) - 0.5) < 2 * error


def test_a_free_switch_empties_the_worse_platform() -> None:
    dear = {"join_cost": 0.0, "take_rate": 0.6}
    one = duel(70, FREE, {"join_cost": 0.0, "take_rate": 0.0}, dear, brands={"pass_through": 1.0})
    held = duel(70, {**FREE, "by_oneself": 0.0, "invite": 0.0}, {"join_cost": 0.0}, dear, brands={"pass_through": 1.0})
    assert members(one)[1] < 0.2 * len(one.m.people) < members(held)[1]


def test_whoever_looks_somewhere_is_a_member_there() -> None:
    one = duel(30, {"choice": True, "start": 0.5, "asked_least": 10, "asked_most": 50}, {}, {})
    m = one.m
    on = np.flatnonzero(m.members["looks"])
    assert (m.members["looks"][on] == 1 << m.members["platform"][on].astype(int)).all()
    assert (m.people["activity"][m.members["looks"] == 0] == 0).all()
    ever = (m.members["held"] > 0) | (m.memberships["days"].sum(axis=1) > 0)
    assert ever[m.orders["consumer"][: m.used[Used.ORDERS]]].all()


def test_the_world_that_markets_share_is_not_written() -> None:
    one = duel(10, {"choice": True, "start": 0.3}, {}, {})
    assert (one.world.people["activity"] > 0).all() and not np.shares_memory(one.world.people, one.m.people)


def test_a_market_with_memberships_continues_to_the_bit(tmp_path: Any) -> None:
    settings = {"choice": True, "start": 0.3, "asked_least": 5, "asked_most": 30}
    whole, parted = duel(20, settings, {}, {}), duel(12, settings, {}, {})
    parted.save(tmp_path / "half.npz")
    assert_same(whole, Market.load(tmp_path / "half.npz").run(8))


def test_more_than_eight_platforms_cannot_be_chosen_among() -> None:
    with pytest.raises(ValueError, match="at most 7 to choose among"):
        parameters(membership={"choice": True}, rivals=[{"name": f"r{n}"} for n in range(8)])


def test_creators_are_found_on_each_of_eight_platforms() -> None:
    rivals = [{"name": f"r{n}", "share": 0.125} for n in range(7)]
    one = market(days=8, membership={"choice": True}, platform={"share": 0.125}, rivals=rivals)
    m = one.m
    week = new_week(m)
    find_creators(week, m)
    meet_creators(week, m)
    on = m.creators["platforms"][:, None] >> np.arange(8) & 1
    audience = np.where(m.creators["active"], m.creators["audience"], 0)
    for followed, present in zip(m.follows["creator"], week.present, strict=True):
        counted = [k for k in followed if k >= 0 and m.creators["active"][k] and m.creators["brand"][k] < 0]
        expected = on[counted].mean(axis=0) if counted else audience @ on / audience.sum()
        np.testing.assert_allclose(present, expected)
    assert on[:, 7].any() and (week.present[:, 7] > 0).any()


def test_experience_outweighs_what_everybody_knows() -> None:
    p, none, many = scalars(Membership(confidence=10, friends=0.0)), 0.0, 10_000.0
    assert rule.expected_surplus(none, none, many, many, 2.0, p) == 2.0
    assert rule.expected_surplus(many, many, none, none, 2.0, p) == pytest.approx(7.0, rel=0.01)


def test_a_second_equal_platform_adds_variety_less_its_keep() -> None:
    p, expected = scalars(Membership(variety=0.3, keep=0.1)), np.array([1.0, 1.0])
    one, two = (rule.value_of_set(expected, held, p) for held in (0b01, 0b11))
    assert two - one == pytest.approx(0.3 * np.log(2) - 0.1)
    assert rule.value_of_set(expected, 0, p) == 0.0


def test_a_change_that_gains_nothing_is_held_back_by_its_cost() -> None:
    chances = [rule.chance(0.0, cost, 26.0, 3.0) for cost in (0.0, 3.0, 30.0)]
    assert chances[0] == 0.5 > chances[1] > chances[2] and rule.chance(1e9, 0.0, 26.0, 3.0) == 1.0


def test_what_leaks_grows_with_the_take_and_with_trust_and_nothing_leaks_without_a_take() -> None:
    p = numbers_of(parameters(market={"leakage": {"possible": True}}))["leakage"]
    by_take = [chance_outside(100.0, take, 0.9, p) for take in (0.0, 0.05, 0.2)]
    by_trust = [chance_outside(100.0, 0.05, trust, p) for trust in (0.0, 0.6, 0.9)]
    assert by_take[0] == 0.0 < by_take[1] < by_take[2] < 1.0
    assert by_trust[0] == 0.0 < by_trust[1] < by_trust[2]


PRIVATE = {"koc_share": 0.05, "private_share_koc": 1.0, "posts_fixed": 1.0}


def test_what_leaks_pays_no_take_is_not_sent_back_and_costs_the_buyer_less() -> None:
    one = market(days=40, market={"leakage": {"possible": True}}, creators=PRIVATE, platform={"take_rate": 0.3})
    orders = one.orders()
    outside = orders[orders["outside"]]
    assert len(outside) > 20 and (outside["fee"] == 0).all() and not outside["returned"].any()
    assert set(outside["channel"]) <= {Channel.PRIVATE_POST, Channel.ONE_TO_ONE} and outside["follower"].all()
    lines = outside["fee"] + outside["commission"] + outside["margin"] + outside["rest"]
    assert (lines == outside["price"]).all()
    inside = orders[~orders["outside"]]
    assert (inside["fee"] > 0).all() and inside["returned"].any()


def test_nothing_leaks_where_nothing_is_taken() -> None:
    one = market(days=30, market={"leakage": {"possible": True}}, creators=PRIVATE, platform={"take_rate": 0.0})
    assert not one.orders()["outside"].any()


def test_brands_leave_a_platform_that_costs_more_than_it_brings_and_come_where_they_earn() -> None:
    choice = {"choice": True, "brands_review": 0.5, "multi_home": False}
    dear = duel(60, choice, {}, {"annual_fee": 1e6, "deposit": 100.0})
    assert dear.m.shops["open"][:, 1].sum() < 0.3 * len(dear.m.brands) < dear.m.shops["open"][:, 0].sum()
    fresh = duel(60, choice, {}, {"brands_at_start": 0.1, "annual_fee": 0.0})
    assert fresh.m.shops["open"][:, 1].sum() > 0.5 * len(fresh.m.brands)


def test_what_a_brand_does_not_sell_on_a_platform_is_not_bought_there() -> None:
    one = duel(40, {"choice": True, "brands_review": 0.0}, {}, {"brands_at_start": 0.3})
    orders, closed = one.orders(), ~one.m.shops["open"][:, 1]
    there = orders[orders["platform"] == 1]
    assert 0.4 < closed.mean() < 0.95 and len(there) > 20 and not closed[there["brand"]].any()
    elsewhere = orders[orders["platform"] == 0]
    assert closed[elsewhere["brand"]].any()


def test_answers_are_met_only_where_the_expert_is() -> None:
    everywhere = {"choice": True, "by_oneself": 1.0, "creators_review": 0.0, "variety": 1e4, "keep": 0.0}
    creators = {"koc_share": 0.1, "entry": 0.0}
    one = duel(40, everywhere, {}, {}, market={"attention": {"ask": 1.0}}, creators=creators)
    answered = one.orders()[lambda orders: orders["channel"] == Channel.ONE_TO_ONE]
    there = one.m.creators["platforms"][answered["creator"]] >> answered["platform"].to_numpy() & 1
    assert len(answered) > 20 and there.all()


def test_an_own_account_recommends_what_its_brand_sells_elsewhere_than_at_the_first_persons_home() -> None:
    """Own accounts are at home nowhere."""
    own_pool = {"own": 0.1, "ads": 0.1, "kol": 0.2, "koc": 0.6}
    one = duel(1, {"choice": True}, {"share": 1.0, "brands_at_start": 0.0}, {"share": 0.0}, brands=own_pool)
    own = np.flatnonzero(one.m.creators["brand"] >= 0)
    assert len(own) == len(one.m.brands) and (one.m.profiles["advice"][own] >= 0).any(axis=1).all()


def test_another_budget_is_for_the_people_who_can_be_reached() -> None:
    more = [{"when": "day >= 3", "set": {"brands.weekly_budget": 9.0}}]
    one = duel(5, {"choice": True, "start": 0.5}, {}, {}, phases=more)
    reached = np.count_nonzero(one.m.members["looks"])
    assert reached < 0.7 * one.m.population
    np.testing.assert_allclose(one.m.brands["budget"], 900 * reached / len(one.m.brands), atol=1)


def test_a_platform_without_money_does_not_grow_by_advertising() -> None:
    settings = {"choice": True, "start": 0.1, "by_oneself": 0.0, "invite": 0.0, "creators_review": 0.0}
    policy = {"growth_budget": 5_000.0, "annual_fee": 0.0, "take_rate": 0.0, "brands_at_start": 1.0}
    rich, poor = (duel(30, settings, {}, {**policy, "cash": cash}) for cash in (1e6, 0.0))
    assert rich.m.platforms["growth_cost"][1] > 100 > poor.m.platforms["growth_cost"][1]
    assert members(rich)[1] > members(poor)[1]


def test_network_effects_tip_a_market_that_indifference_would_share() -> None:
    """Of two platforms alike, one gets nearly all where people and creators follow each other; which one is chance."""
    pulled = {
        "choice": True, "multi_home": False, "creators_multi_home": False, "by_oneself": 0.5, "confidence": 1e5,
        "creators_review": 0.5, "review": 0.5, "horizon": 104.0, "noise": 1.0, "creators_noise": 1.0, "move_cost": 1.0,
    }  # fmt: skip
    creators = {"koc_share": 0.1, "private_share_koc": 1.0}
    by_creators = {"brands": {"ads": 0.0, "kol": 0.0, "koc": 1.0}, "creators": creators}
    apathetic = {**pulled, "noise": 1e4, "creators_noise": 1e4}
    free = {"join_cost": 0.0}
    for seed in (1, 2, 3):
        tipped, shared = (duel(140, p, free, free, seed=seed, **by_creators) for p in (pulled, apathetic))
        assert min(looking(tipped)) < 0.1 * sum(looking(tipped))
        assert min(looking(shared)) > 0.35 * sum(looking(shared))
