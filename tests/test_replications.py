"""Classical models of diffusion as limits of the market: closed forms first, then small versions of the studies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from experiments.studies import bass, goldenberg, rivals
from experiments.studies.models import bass_curve, influence_networks, limits, towns
from experiments.studies.models import cascade_laws as theory
from sim.errors import UserError
from sim.parameters import MOST_NUMBERS, Parameters, scalars
from sim.rules import adoption
from sim.rules.belief import Believed, Signals
from sim.rules.choice import Buyer, only, total
from sim.world import World

# --- closed forms ---------------------------------------------------------------------------------------------------


def test_growth_solves_the_equation_of_bass() -> None:
    """The derivative of F is (p + q F)(1 − F), by central differences, and the peak is where it is said to be."""
    t, h = np.linspace(0.5, 20, 40), 1e-5
    curve = bass_curve.Curve(0.03, 0.38)
    share = curve.growth(t)
    slope = (curve.growth(t + h) - curve.growth(t - h)) / (2 * h)
    assert slope == pytest.approx((0.03 + 0.38 * share) * (1 - share), rel=1e-7)
    assert curve.peak == pytest.approx(6.19, abs=0.005)
    assert curve.share_at_peak == pytest.approx(0.461, abs=0.0005)
    assert float(curve.growth(curve.peak)) == pytest.approx(curve.share_at_peak)


def test_steps_without_chance_tend_to_the_closed_form() -> None:
    o = bass.Options()
    limit = o.limits()
    error = limit - o.curve.share_at_peak
    assert (error[:-1] / error[1:] > 1.9).all() and (error[:-1] / error[1:] < 2.1).all()
    found = bass_curve.extrapolated(bass.STEPS, limit[None])
    assert found.value == pytest.approx(o.curve.share_at_peak, abs=2e-3)


def test_trees_agree_with_the_formula_of_otter() -> None:
    """Where the end of the tree cannot matter; and the sizes of a whole short tree sum to one."""
    for branching, p in product((2, 3), (0.2, 0.5)):
        sizes = theory.tree_sizes(branching, p, depth=4, most=300)
        assert sizes.sum() == pytest.approx(1.0)
        formula = [theory.endless_tree_size(n, branching, p) for n in range(1, 5)]
        assert sizes[1:5] == pytest.approx(formula)
        mean = sum((branching * p) ** g for g in range(5))
        assert float(np.arange(301) @ sizes) == pytest.approx(mean)


def test_sizes_of_complete_graphs_agree_with_enumeration() -> None:
    """Cayley's count against all ways in which four people can lean on one another."""
    people = 4
    ties = [(a, b) for a in range(people) for b in range(people) if a != b]
    sets = theory.threshold_sets(people, ties)
    size = np.array([bits.bit_count() for bits in range(1 << people)])
    assert np.bincount(size, sets) == pytest.approx(theory.complete_sizes(people))
    assert theory.complete_sizes(20).sum() == pytest.approx(1.0)
    assert theory.ring_sizes(60).sum() == pytest.approx(1.0)


def test_enumeration_of_live_arcs_agrees_with_a_line_of_people() -> None:
    sets = theory.cascade_sets(3, [(0, 1), (1, 2)], 0.3)
    assert sets[[0b001, 0b011, 0b111]] == pytest.approx([0.7, 0.3 * 0.7, 0.09])
    assert sets.sum() == pytest.approx(1.0)


def test_window_of_cascades_closes_where_vulnerable_people_no_longer_hang_together() -> None:
    edge = influence_networks.upper_edge(0.18)
    few = sum(np.exp(-edge) * edge**k / float(np.prod(range(1, k + 1))) for k in range(5))
    assert edge * few == pytest.approx(1.0, abs=2e-3)
    assert influence_networks.upper_edge(0.3) < edge


# --- rules ----------------------------------------------------------------------------------------------------------


def numbers(**at: float) -> tuple[float, ...]:
    """``rules.numbers`` by the names of their places, in lower case."""
    places = {getattr(adoption, name.upper()): value for name, value in at.items()}
    return tuple(places.get(place, 0.0) for place in range(MOST_NUMBERS))


def choice(**at: float) -> Any:
    return scalars(Parameters().market.choice, numbers(**at))


def test_hazard_is_that_of_goldenberg_libai_and_muller() -> None:
    expected = 1 - (1 - 0.01) * (1 - 0.05) ** 3 * (1 - 0.02 * 0.4) ** 7
    assert adoption.hazard(3.0, 0.4, 0.01, 0.05, 0.02, 7.0) == pytest.approx(expected)


@pytest.mark.parametrize(("friends", "rivals_friends"), [(0, 0), (1, 0), (0, 2), (3, 2), (12, 5)])
def test_two_brands_are_bought_with_the_probabilities_of_the_model(friends: int, rivals_friends: int) -> None:
    """The logit of the two utilities returns each brand's probability and that of neither."""
    p = choice(external=0.02, friend=0.16, rival=0.02)
    buyer = Buyer(-limits.NEVER, 1.0, 0.0, 0.0, 0.0)
    pairs = ((friends, rivals_friends), (rivals_friends, friends))
    odds = [
        np.exp(total(adoption.adopts_one(buyer, Believed(0.0, float(theirs)), 0.0, float(ours), p)) - p.outside)
        for ours, theirs in pairs
    ]
    a, b = (1 - (1 - 0.02) * (1 - 0.16) ** k for k in (friends, rivals_friends))
    none = (1 - a) * (1 - b)
    assert odds[0] / (1 + sum(odds)) == pytest.approx(a * (1 - b) + a * b * a / (a + b))
    assert odds[1] / (1 + sum(odds)) == pytest.approx(b * (1 - a) + a * b * b / (a + b))
    assert 1 / (1 + sum(odds)) == pytest.approx(none)


def test_a_term_alone_is_the_whole_utility_in_compiled_code() -> None:
    @njit
    def summed(value: float) -> float:
        return total(only(value))

    assert summed(2.5) == total(only(2.5)) == 2.5


def test_owners_of_either_brand_buy_neither() -> None:
    p = choice(external=0.5, friend=0.5, rival=0.5)
    belief = scalars(Parameters().market.belief, numbers())
    for own, rival in ((1.0, 0.0), (0.0, 1.0)):
        heard = Signals(0, 0, 0, 0, 1, 1, 3, own, 0, rival_words=2.0, rival_purchases=rival)
        believed = adoption.friends_of_rivals(heard, belief)
        terms = adoption.adopts_one(Buyer(-1.0, 1.0, 0.0, 0.0, 0.0), believed, 0.0, 3.0, p)
        assert total(terms) == -adoption.CERTAIN


def test_friends_who_leave_no_doubt_are_no_error() -> None:
    p = choice(external=0.5, friend=0.9, rival=0.5)
    terms = adoption.adopts_one(Buyer(-limits.NEVER, 1.0, 0.0, 0.0, 0.0), Believed(0.0, 255.0), 0.0, 255.0, p)
    assert 100 < total(terms) - p.outside < adoption.CERTAIN


# --- networks -------------------------------------------------------------------------------------------------------


def test_directed_ties_are_kept_once_and_never_to_oneself() -> None:
    graph = limits.directed(4, [2, 0, 0, 0, 3, 1], [1, 3, 1, 1, 3, 0])
    assert graph.offsets.tolist() == [0, 2, 3, 4, 4]
    assert graph.friends.tolist() == [1, 3, 0, 1]
    assert limits.told_by(graph).tolist() == [1, 2, 0, 1]


def test_groups_give_everybody_the_ties_asked_for() -> None:
    graph = goldenberg.groups(60, 5)
    assert (np.diff(graph.offsets) == 5).all()
    assert graph.friends[graph.offsets[7] : graph.offsets[8]].tolist() == [6, 8, 9, 10, 11]


def test_a_word_travels_a_day_along_a_line() -> None:
    """Whoever hears of it buys and tells the next; nobody who is not told buys."""
    graph = limits.directed(20, [0, 1, 2, 4], [1, 2, 3, 5])
    one = limits.market(20, 1, graph=graph, enough=np.ones(20))
    assert limits.spread(one, {0: np.array([0])})[:, 0].tolist() == [True] * 4 + [False] * 16
    assert one.day == 5


# --- studies --------------------------------------------------------------------------------------------------------


def test_fits_to_sales_are_those_published(optional_data: Callable[[str], Path]) -> None:
    found = list(bass_curve.fits_to_sales(optional_data(str(bass_curve.SALES))))
    assert len(found) == 6 and all(check.passed for check in found)


def test_sales_without_a_column_are_a_mistake_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("series,year\n")
    with pytest.raises(UserError, match="no column sales_thousands"):
        list(bass_curve.fits_to_sales(tmp_path / "sales.csv"))


def test_influentials_trigger_less_than_their_reach_and_nobody_does_beyond_the_window() -> None:
    average, top = [], []
    for degree in (4.0, 12.0):
        graph = influence_networks.influence_network(2_000, degree, np.random.default_rng(7))
        order = np.argsort(-np.diff(graph.offsets), kind="stable")
        world = World.build(Parameters.model_validate(limits.settings(2_000, influence_networks.GOODS)), 0)
        top.append(influence_networks.cascade_sizes(graph, 0.18, order[:30], world))
        average.append(influence_networks.cascade_sizes(graph, 0.18, order[200::60], world))
    inside = influence_networks.Point(4.0, top[0], average[0], reach=1.95)
    assert inside.ratio()[2] < inside.reach
    assert (top[0] > 1_000).mean() > 0.8
    assert max(top[1].max(), average[1].max()) < 200


def test_expansion_needs_a_rival() -> None:
    here = {brands: [towns.town(1_000, seed, brands, 8) for seed in range(4)] for brands in (1, 2)}
    found = rivals.Scene("", *([towns.valued(one, *rivals.CENTRE, 30) for one in here[n]] for n in (2, 1)))
    assert min(value.without[-1] for value in found.alone) > 0.99
    assert abs(found.share("alone").value) < rivals.LITTLE
    assert found.share("rival").low > 0
    for value in (*found.rival, *found.alone):
        assert value.social == pytest.approx(value.expansion + value.acceleration)
    for value in found.rival:  # one of two alike brands
        assert 0.3 < value.without[-1] < 0.7


def test_nobody_buys_two_brands() -> None:
    one = towns.opened(towns.town(800, 3, 2, 8), 0.02, 0.16, {})
    one.run(25)
    assert not one.orders()["consumer"].duplicated().any()
    assert len(one.orders()) > 700


@pytest.mark.parametrize(("tellers", "groups"), [((2, 0), 2_000), ((3, 2), 2_000)])
def test_market_splits_the_overlap_as_the_model_says(tellers: tuple[int, int], groups: int) -> None:
    counts, expected = towns.split(0.16, 0.02, tellers, groups)
    error = np.sqrt(expected * (1 - expected) / counts.sum())
    assert (np.abs(counts / counts.sum() - expected) < 4 * error).all()
