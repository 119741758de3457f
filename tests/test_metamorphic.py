"""What must not matter: functions of experiments/studies/metamorphic.py, which `test_studies` carries out."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from scipy import stats

from experiments.studies import metamorphic
from experiments.studies.models import invariance as same
from experiments.studies.study import Check
from sim.graphs.statistics import describe
from sim.world import World

SEEDS = (1, 2)


def failed(checks: list[Check]) -> list[str]:
    return [f"{check.name}: {check.found}" for check in checks if not check.passed]


# --- money ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def money() -> list[Check]:
    return list(metamorphic.money(2.0))


def test_twice_the_money_is_another_unit_alone(money: list[Check]) -> None:
    assert failed(money[:2]) == []


def test_twice_the_money_where_creators_weigh_what_a_post_pays(money: list[Check]) -> None:
    assert failed(money[2:]) == []


def test_every_amount_is_multiplied_and_nothing_else() -> None:
    p = same.parameters({"rivals": [{"share": 0.2, "annual_fee": 10.0}]})
    twice = same.in_other_money(p, 2.0)
    assert twice.market.catalogue.categories[3].price == 2 * p.market.catalogue.categories[3].price
    assert twice.rivals[0].annual_fee == 20.0
    assert twice.platform.feed.ad_price == 2 * p.platform.feed.ad_price
    assert twice.creators.effort_cost == 2 * p.creators.effort_cost
    assert twice.market.people.budget_spread == p.market.people.budget_spread
    assert same.in_other_money(twice, 0.5) == p


@pytest.mark.parametrize("ratio", [4.0, 32.0])
def test_any_power_of_two_will_do(ratio: float) -> None:
    p = same.parameters(same.ROUND, same.NO_CHOICE, {"platform": {"coupon": 0.0, "annual_fee": 730.0}})
    moved = same.departures(same.run(p, 2), same.run(same.in_other_money(p, ratio), 2), ratio)
    assert {name for name, share in moved.items() if share} <= metamorphic.ROUNDED


# --- names ----------------------------------------------------------------------------------------------------------


def test_other_names_and_another_order_of_lines_change_nothing() -> None:
    p, rng = same.parameters(), np.random.default_rng(5)
    ties = same.ring(200, 0, rng)
    one, other = (
        same.run(p, 3, same.on_ties(p, 3, lines)) for lines in ([f"{a} {b}" for a, b in ties], same.renamed(ties, rng))
    )
    assert len(one.orders()) > 20
    assert not any(same.departures(one, other).values())


@pytest.fixture(scope="module")
def rows() -> tuple[World, World]:
    p = same.parameters()
    world = World.build(p, 4)
    return world, same.moved(p, world, np.random.default_rng(4).permutation(len(world.people["activity"])))


def test_measures_of_the_graph_know_no_rows(rows: tuple[World, World]) -> None:
    assert astuple(describe(rows[0].graph)) == astuple(describe(rows[1].graph))


def test_people_in_other_rows_take_all_that_is_theirs_along(rows: tuple[World, World]) -> None:
    """Exact before anybody lives: trust, audiences, and who is a friend of whom."""
    p = same.parameters()
    one, other = (same.run(p, 4, world, days=0) for world in rows)
    assert one.trust == pytest.approx(other.trust, rel=1e-12)
    np.testing.assert_array_equal(one.m.creators["audience"], other.m.creators["audience"])
    for k, (here, there) in enumerate(zip(one.m.creators["consumer"], other.m.creators["consumer"], strict=True)):
        assert one.m.consumers["creator"][here] == other.m.consumers["creator"][there] == k
        assert one.m.people["income"][here] == other.m.people["income"][there]
        mine, theirs = (
            w.people["income"][w.graph.friends[w.graph.offsets[i] : w.graph.offsets[i + 1]]]
            for w, i in zip(rows, (here, there), strict=True)
        )
        assert sorted(mine) == sorted(theirs)


def test_people_in_other_rows_live_alike() -> None:
    """Keys of draws stay with the row: so over worlds, by rank sums of paired outcomes with Holm's correction."""
    p, rng = same.parameters(metamorphic.LIVELY), np.random.default_rng(6)
    apart = []
    for seed in range(101, 121):
        world = World.build(p, seed)
        shuffled = same.moved(p, world, rng.permutation(len(world.people["activity"])))
        one, other = (same.run(p, seed, w).result().outcomes for w in (world, shuffled))
        apart.append([other[name] - one[name] for name in metamorphic.LABELS])
    p_values = np.sort([stats.wilcoxon(column).pvalue for column in np.array(apart).T])
    assert (p_values * np.arange(len(p_values), 0, -1) > 0.01).all()


def test_a_graph_of_other_ties_is_no_other_name_of_it() -> None:
    """What the paired comparison would find: half the ties, and other outcomes."""
    p, rng = same.parameters(metamorphic.LIVELY), np.random.default_rng(7)
    apart = []
    for seed in range(101, 113):
        ties = same.ring(300, 0, rng)
        one, other = (
            same.run(p, seed, same.on_ties(p, seed, [f"{a},{b}" for a, b in some])).result().outcomes
            for some in (ties, ties[:300])
        )
        apart.append([other[name] - one[name] for name in metamorphic.LABELS])
    p_values = np.sort([stats.wilcoxon(column).pvalue for column in np.array(apart).T])
    assert (p_values * np.arange(len(p_values), 0, -1) < 0.01).any()


# --- neighbours and fees --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_two_towns_in_one_run_are_two_runs(seed: int) -> None:
    found = same.neighbours(same.parameters(same.APART), seed)
    assert found == {"first": 0.0, "second": 0.0, "sum": 0.0}


@pytest.mark.parametrize("ratings", [False, True])
def test_towns_that_meet_are_not(ratings: bool) -> None:
    """In each other's friends, or in ratings of the same goods."""
    link = {"market": {"experience": {"review": 1.0}}} if ratings else {}
    found = same.neighbours(same.parameters(same.APART, link), 1, bridge=not ratings)
    assert min(found["first"], found["second"]) > 0.0


@pytest.mark.parametrize("name", same.IDLE)
def test_a_fee_nobody_pays_changes_nothing(name: str) -> None:
    """To the bit; and where somebody pays it, something."""
    without, paid = same.idle(same.IDLE[name], 2)
    assert without == 0.0
    assert paid > 0.0
