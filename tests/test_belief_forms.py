"""What is believed of products, against the formulas and against regressions on draws of the world."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, stats
from small_markets import market, parameters

from sim.agents.believing import believe
from sim.compilation import compiled
from sim.day import Day
from sim.draws import Stream, stream_keys
from sim.parameters import Parameters, numbers_of, scalars
from sim.rules.belief import Believed, Signal, Signals, credibility, expected_worth, rated, room_for_more, told
from sim.rules.experience import is_satisfying
from sim.tastes import standard_match
from sim.world import World

P: Any = scalars(Parameters().market.belief)
DRAWS = 400_000
QUALITY, MATCH, USE, BIAS = 0.81, 2.25, 0.49, 0.09  # variances
VARIANCE = st.floats(0.05, 4.0)
LIKENESS = st.floats(0.0, 1.0)
Drawn = NDArray[np.float64]


def heard(evidence: float, precision: float, prior: float, **more: float) -> Signals:
    nothing = {name: 0.0 for name in Signals._fields} | {"most_told": 1.0}
    return Signals(**{**nothing, "evidence": evidence, "precision": precision, "prior": prior, **more})


def after(signal: Signal, prior: float) -> Believed:
    """Belief of who has heard this signal alone."""
    return expected_worth(heard(signal.precision * signal.value, signal.precision, prior), P)


# --- one signal after the other -------------------------------------------------------------------------------------

PART = st.fractions(-3, 3, max_denominator=1000)
WEIGHT = st.fractions(0, 5, max_denominator=100)


@given(st.lists(st.tuples(PART, WEIGHT), max_size=12), st.fractions(Fraction(1, 20), 4, max_denominator=100))
def test_belief_is_conjugate_normal_updating(signals: list[tuple[Fraction, Fraction]], prior: Fraction) -> None:
    """By Bayes' rule for a normal mean with known precisions, in exact arithmetic, in whatever order."""
    mean, precision = Fraction(0), prior
    for value, weight in signals:
        mean = (precision * mean + weight * value) / (precision + weight)
        precision += weight
    evidence = float(sum((value * weight for value, weight in signals), Fraction(0)))
    believed = expected_worth(heard(evidence, float(precision - prior), float(prior)), P)
    assert believed.mean == pytest.approx(float(mean), rel=1e-12, abs=1e-12)
    assert believed.precision == pytest.approx(float(precision), rel=1e-12)


def test_belief_is_the_posterior_density() -> None:
    """Against the integral of prior times likelihood, of a claim, a word and two uses."""
    prior = 1 / (QUALITY + MATCH)
    signals = [told(-0.6, 1.0, 0.5, QUALITY, MATCH), told(1.1, USE, 0.6, QUALITY, MATCH)]
    signals += [Signal(0.4, 1 / USE), Signal(0.7, 1 / USE)]

    def density(u: float) -> float:
        return math.exp(-0.5 * (prior * u * u + sum(one.precision * (u - one.value) ** 2 for one in signals)))

    mass = integrate.quad(density, -12, 12)[0]
    mean = integrate.quad(lambda u: u * density(u), -12, 12)[0] / mass
    variance = integrate.quad(lambda u: (u - mean) ** 2 * density(u), -12, 12)[0] / mass
    evidence = sum(one.precision * one.value for one in signals)
    believed = expected_worth(heard(evidence, sum(one.precision for one in signals), prior), P)
    assert believed.mean == pytest.approx(mean, rel=1e-9)
    assert 1 / believed.precision == pytest.approx(variance, rel=1e-9)


# --- what a signal tells, against a regression on draws -------------------------------------------------------------


def correlated(likeness: float, draw: np.random.Generator) -> tuple[Drawn, Drawn]:
    """Own match, and that of somebody else, of the given correlation."""
    own, other = (math.sqrt(MATCH) * draw.standard_normal(DRAWS) for _ in range(2))
    return own, likeness * own + math.sqrt(1 - likeness**2) * other


def friends_word(draw: np.random.Generator) -> tuple[Drawn, Drawn, Callable[[float], Signal]]:
    quality, (own, theirs) = math.sqrt(QUALITY) * draw.standard_normal(DRAWS), correlated(0.6, draw)
    said = quality + theirs + math.sqrt(USE) * draw.standard_normal(DRAWS)
    return quality + own, said, lambda z: told(z, USE, 0.6, QUALITY, MATCH)


def strangers_word(draw: np.random.Generator) -> tuple[Drawn, Drawn, Callable[[float], Signal]]:
    quality, (own, theirs) = math.sqrt(QUALITY) * draw.standard_normal(DRAWS), correlated(0.0, draw)
    said = quality + theirs + math.sqrt(USE) * draw.standard_normal(DRAWS)
    return quality + own, said, lambda z: told(z, USE, 0.0, QUALITY, MATCH)


def claim_after_three_uses(draw: np.random.Generator) -> tuple[Drawn, Drawn, Callable[[float], Signal]]:
    quality, (own, theirs) = math.sqrt(QUALITY) * draw.standard_normal(DRAWS), correlated(0.54, draw)
    said = quality + theirs + math.sqrt(USE) * draw.standard_normal((3, DRAWS)).mean(axis=0)
    return quality + own, said, lambda z: told(z, USE / 3, 0.54, QUALITY, MATCH)


def own_use(draw: np.random.Generator) -> tuple[Drawn, Drawn, Callable[[float], Signal]]:
    worth = math.sqrt(QUALITY) * draw.standard_normal(DRAWS) + correlated(0.0, draw)[0]
    return worth, worth + math.sqrt(USE) * draw.standard_normal(DRAWS), lambda x: Signal(x, 1 / USE)


def rating_of_seven(draw: np.random.Generator) -> tuple[Drawn, Drawn, Callable[[float], Signal]]:
    quality, bias = (math.sqrt(v) * draw.standard_normal(DRAWS) for v in (QUALITY, BIAS))
    own = math.sqrt(MATCH) * draw.standard_normal(DRAWS)
    raters = math.sqrt(MATCH + USE) * draw.standard_normal((7, DRAWS)).mean(axis=0)
    return quality + own, quality + bias + raters, lambda d: rated(d, 7.0, BIAS, USE, QUALITY, MATCH)


KINDS = [friends_word, strangers_word, claim_after_three_uses, own_use, rating_of_seven]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_signal_tells_what_a_regression_finds(kind: Callable[..., Any]) -> None:
    """The regression of worth on what is said has the slope of the belief, and leaves its variance."""
    worth, said, signal = kind(np.random.default_rng(4))
    found = stats.linregress(said, worth)
    prior = 1 / (QUALITY + MATCH)
    slope = after(signal(1.0), prior).mean
    assert abs(found.slope - slope) < 4 * found.stderr
    assert after(signal(-2.0), prior).mean == pytest.approx(-2 * slope)
    left = worth - found.intercept - found.slope * said
    variance = 1 / after(signal(1.0), prior).precision
    assert abs(left.var() - variance) < 4 * variance * math.sqrt(2 / DRAWS)


@given(VARIANCE, VARIANCE, VARIANCE, LIKENESS, st.floats(-4, 4))
def test_what_is_told_is_the_linear_predictor(
    quality: float, match: float, noise: float, likeness: float, said: float
) -> None:
    """E[u | z] = cov(u, z) / var(z) · z, and what it leaves of the variance of u."""
    covariance, variance = quality + likeness * match, quality + match + noise
    believed = after(told(said, noise, likeness, quality, match), 1 / (quality + match))
    assert believed.mean == pytest.approx(covariance / variance * said, rel=1e-9, abs=1e-12)
    assert 1 / believed.precision == pytest.approx(quality + match - covariance**2 / variance, rel=1e-9)


@given(VARIANCE, VARIANCE, VARIANCE)
def test_who_has_the_very_same_taste_tells_as_much_as_own_use(quality: float, match: float, noise: float) -> None:
    twin = told(1.3, noise, 1.0, quality, match)
    assert twin.value == pytest.approx(1.3)
    assert twin.precision == pytest.approx(1 / noise, rel=1e-9)


@given(VARIANCE, VARIANCE, st.tuples(LIKENESS, LIKENESS).map(sorted))
def test_the_more_alike_the_more_is_told(quality: float, match: float, likeness: list[float]) -> None:
    less, more = (told(1.0, 0.5, one, quality, match).precision for one in likeness)
    assert more >= less * (1 - 1e-9)


def test_noise_quality_and_match_count_as_the_world_has_them() -> None:
    """Noisier use tells less; where goods do not differ in quality, strangers and ratings tell nothing."""
    assert told(1.0, 4 * USE, 0.6, QUALITY, MATCH).precision < told(1.0, USE, 0.6, QUALITY, MATCH).precision
    assert told(1.0, USE, 0.0, 0.0, MATCH) == Signal(0.0, 0.0)
    assert rated(1.0, 50.0, BIAS, USE, 0.0, MATCH) == Signal(0.0, 0.0)
    assert rated(1.0, 0.0, BIAS, USE, QUALITY, MATCH) == Signal(0.0, 0.0)


def test_ratings_without_end_tell_quality_but_for_their_bias() -> None:
    believed = after(rated(1.0, 1e12, BIAS, USE, QUALITY, MATCH), 1 / (QUALITY + MATCH))
    assert believed.mean == pytest.approx(QUALITY / (QUALITY + BIAS), rel=1e-6)
    assert 1 / believed.precision == pytest.approx(MATCH + QUALITY * BIAS / (QUALITY + BIAS), rel=1e-6)


# --- how much others can tell ---------------------------------------------------------------------------------------


def test_others_can_tell_what_one_shares_with_them_and_no_more() -> None:
    """The bound is what remains of worth once quality and the group's match are known, by a regression on draws."""
    one = parameters(market={"belief": {"likeness": 0.6}})
    p, draw = numbers_of(one), np.random.default_rng(8)
    quality = math.sqrt(QUALITY) * draw.standard_normal(DRAWS)
    shared, own = math.sqrt(0.6) * draw.standard_normal(DRAWS), math.sqrt(0.4) * draw.standard_normal(DRAWS)
    spread = one.market.catalogue.match_spreads[0]
    worth, known = quality + spread * (shared + own), quality + spread * shared
    left = (worth - known * (known @ worth) / (known @ known)).var()
    bound = 1 / (p.prior[0] + p.most_told[0])
    assert one.market.catalogue.quality_spread**2 == pytest.approx(QUALITY)
    assert abs(left - bound) < 4 * bound * math.sqrt(2 / DRAWS)


@given(st.floats(0.1, 5.0), st.lists(st.floats(0.0, 0.9), max_size=40))
def test_no_number_of_words_tells_more_than_the_bound(most: float, words: list[float]) -> None:
    """Words of less precision than the bound, each taken up as far as it is new."""
    known = 0.0
    for word in words:
        known, before = known + room_for_more(known, most) * word * most, known
        assert before <= known <= most * (1 + 1e-12)
    assert room_for_more(most, most) == room_for_more(2 * most, most) == 0.0
    assert room_for_more(0.0, most) == 1.0


def test_a_rating_counts_as_far_as_it_is_new() -> None:
    rating: dict[str, float] = {"rating": 1.5, "rating_precision": 0.8, "most_told": 0.5}
    prior = 0.3
    nothing_else = expected_worth(heard(0.0, 0.0, prior, **rating), P)
    assert tuple(nothing_else) == pytest.approx((0.8 * 1.5 / 1.1, 1.1))
    half_known = expected_worth(heard(0.1, 0.25, prior, **rating), P)
    assert tuple(half_known) == pytest.approx(((0.1 + 0.4 * 1.5) / 0.95, 0.95))
    well_known = expected_worth(heard(0.7, 2.0, prior, **rating), P)
    assert tuple(well_known) == pytest.approx((0.7 / 2.3, 2.3))


def test_a_claim_weighs_by_trust_and_visible_pay() -> None:
    assert credibility(1.0, 0.0, P) == 1.0
    assert credibility(0.5, 0.25, P) == pytest.approx(0.5 * (1 - 0.25 * P.disclosure))
    assert credibility(1.0, 2.0 / P.disclosure, P) == 0.0


def test_use_satisfies_within_the_tolerance() -> None:
    p = scalars(Parameters().market.experience)
    assert is_satisfying(1.0 - p.tolerance, 1.0, p) and not is_satisfying(0.99 - p.tolerance, 1.0, p)


# --- matches --------------------------------------------------------------------------------------------------------


@compiled
def write_matches(group: int, first: int, likeness: float, key: np.uint64, found: Drawn) -> None:
    """Matches of so many people of a group with so many products, shape (people, products)."""
    for i in range(found.shape[0]):
        for j in range(found.shape[1]):
            found[i, j] = standard_match(first + i, group, j, likeness, key)


@pytest.mark.parametrize("likeness", [0.0, 0.6, 1.0])
def test_matches_are_normal_and_as_alike_as_stated(likeness: float) -> None:
    """Of two people of one group, over products; of two groups not at all."""
    key, products = stream_keys(5)[Stream.MATCH], 2_000
    here, there = np.empty((12, products)), np.empty((12, products))
    with np.errstate(over="ignore"):
        write_matches(0, 0, likeness, key, here)
        write_matches(1, 12, likeness, key, there)
    one = here[0]
    assert stats.kstest(one, "norm").pvalue > 1e-4
    for other in here[1:]:
        error = (1 - likeness**2) / math.sqrt(products)
        assert abs(np.corrcoef(one, other)[0, 1] - likeness) <= 4.5 * error + 1e-9
    across = [np.corrcoef(one, other)[0, 1] for other in there]
    assert np.abs(across).max() < 4.5 / math.sqrt(products)


# --- in a market ----------------------------------------------------------------------------------------------------


@compiled
def write_beliefs(products: NDArray[np.int64], means: Drawn, precisions: Drawn, m: Day) -> None:
    """What each person believes of the product named, on the day of the context."""
    for i in range(products.shape[0]):
        believed = believe(i, products[i], m)[0]
        means[i] = believed.mean
        precisions[i] = believed.precision


@pytest.mark.parametrize("days", [0, 10, 60, 4_000])
def test_what_is_known_fades_and_the_prior_stays(days: int) -> None:
    """Own use of before the first day, as E e^(−Δ/τ) over w₀ + W e^(−Δ/τ), for each category's w₀."""
    tau = 30.0
    one = market(market={"consumers": 100, "memory": {"knowledge_days": tau}, "catalogue": {"match_spread": 0.8}})
    memory: Any = np.asarray(one.m.memories)[:, 2]
    catalogue = one.parameters.market.catalogue
    products = memory["product"].astype(np.int64)
    assert (products >= 0).all() and len(set(products)) > 10
    means, precisions = np.empty((2, len(products)))
    write_beliefs(products, means, precisions, one.m._replace(day=days))
    left = math.exp(-days / tau)
    prior = 1 / (catalogue.quality_spread**2 + catalogue.match_spreads[one.world.goods.category[products]] ** 2)
    evidence, known = (memory[name].astype(float) * left for name in ("evidence", "precision"))
    np.testing.assert_allclose(precisions, prior + known, rtol=1e-6)
    np.testing.assert_allclose(means, evidence / (prior + known), rtol=1e-5, atol=1e-12)


def test_the_precision_of_what_was_bought_before_is_that_of_its_age() -> None:
    one = market(market={"consumers": 100, "belief": {"rating_days": 50.0}})
    p, past = one.parameters.market, World.build(one.parameters, one.seed).past
    recent = past.age[:, 0, 1].astype(float)
    once = past.product[:, 0, 0] != past.product[:, 0, 1]
    assert once.mean() > 0.5
    for i in np.flatnonzero(once):
        remembered = one.m.memories["product"][i] == past.product[i, 0, 1]
        if remembered.any():
            (slot,) = np.flatnonzero(remembered)
            memory = one.m.memories[int(i), int(slot)]
            assert memory.used == 1
            assert memory.precision == pytest.approx(
                math.exp(-recent[i] / p.memory.knowledge_days) / p.experience.noise**2, rel=1e-6
            )
            expected = p.memory.use * math.exp(-recent[i] / p.memory.goodwill_days)
            assert memory.goodwill == pytest.approx(expected, rel=1e-6)
