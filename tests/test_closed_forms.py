from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate, optimize, stats
from small_markets import market, parameters

from sim.agents.business import learn_all
from sim.agents.following import remember_claim
from sim.audience import add_follow
from sim.compiled import compiled
from sim.day import Day
from sim.draws import Stream, stream_keys, uniforms
from sim.market import Market
from sim.parameters import Category, Parameters, numbers_of, scalars
from sim.ranges import COUNT_UNITS
from sim.recorder import gini
from sim.rules.belief import Signals, claim_precision, expected_quality
from sim.rules.choice import realised_surplus
from sim.rules.content import post_rate
from sim.rules.ranking import Mix, bid_shares, cumulate, ranking_weights
from sim.rules.trust import expertise, trust
from sim.state import FOLLOW_SLOTS, MOST_PAGES, Channel, Follow, Order

DEFAULTS = Parameters()
LEAST_P = 1e-4  # of a fixed draw under the true law: one in ten thousand, per test, once and for ever
PROBABILITY = st.floats(0.01, 0.99)

# --- choice ---------------------------------------------------------------------------------------------------------

PEOPLE = 20_000
CLONES: dict[str, Any] = {
    "consumers": PEOPLE,
    "catalogue": {
        "categories": [{"name": "tea", "interval": 1, "price": 50.0, "impulse_cost": 20.0}],
        "products_per_category": 3,
        "quality_spread": 1.5,
    },
    "people": {
        "activity": 1.0, "activity_spread": 0, "taste_spread": 0, "price_sensitivity_spread": 0, "budget": 1e6,
        "budget_spread": 0,
    },
    "need": {"lapse": 0.001},
    "choice": {"outside": -3.5},
}  # fmt: skip
BY_SEARCH = {"public_slots": 0.0, "search": 1.0, "search_results": 20}
BY_CHANCE = {"public_slots": 20.0, "search": 0.0}  # pages of the feed, the same goods again and again
ALONE: dict[str, Any] = {
    "creators": {"koc_share": 0.01, "posts_fixed": 0.0}, "brands": {"count": 3}, "graph": {"mean_degree": 0},
}  # fmt: skip


def systematic(one: Market) -> NDArray[np.float64]:
    """Utility of each product to somebody who knows its brand alone, from the equation."""
    p = one.parameters.market
    believed = one.world.goods.reputation
    log_price = np.log(one.m.listings["price"][0] / 100 / p.catalogue.categories[0].price)
    risk = p.choice.risk / p.belief.prior
    return p.choice.quality * (believed - risk) - p.people.price_sensitivity * log_price


@pytest.mark.parametrize("attention", [BY_SEARCH, BY_CHANCE], ids=["search", "feed"])
def test_choice_is_the_multinomial_logit(attention: dict[str, Any]) -> None:
    """Shares of three goods and of buying nothing, where everybody is alike and has seen all three (but 1 in 300)."""
    one = market(seed=12, days=2, market={**CLONES, "attention": attention}, **ALONE)
    orders = one.orders()
    assert (orders.day == 1).all()  # on day 0 nobody needs anything, and nobody buys on impulse at that price
    weight = np.exp([*systematic(one), one.parameters.market.choice.outside])
    shares = weight / weight.sum()
    assert shares.min() > 0.02
    bought = np.bincount(orders["product"].astype(int), minlength=3)
    counts = [*bought, PEOPLE - len(orders)]
    assert stats.chisquare(counts, PEOPLE * shares).pvalue > LEAST_P
    deviation = (np.array(counts) / PEOPLE - shares) / np.sqrt(shares * (1 - shares) / PEOPLE)
    assert np.abs(deviation).max() < 4


def test_returns_are_those_of_the_normal_law() -> None:
    """Delivered quality is normal around the true one; what falls short of belief by more than the gap goes back."""
    at_once = {"delivery_days": 0}
    one = market(seed=12, days=2, market={**CLONES, "attention": BY_SEARCH}, platform=at_once, **ALONE)
    experience, goods, orders = one.parameters.market.experience, one.world.goods, one.orders()
    shortfall = goods.reputation - experience.return_gap - goods.quality
    expected = stats.norm.cdf(shortfall / experience.noise)
    assert ((expected > 0.02) & (expected < 0.98)).any()
    for product, chance in enumerate(expected):
        returned = orders.returned[orders["product"] == product]
        assert abs(returned.mean() - chance) <= 4 * math.sqrt(chance * (1 - chance) / len(returned))


@given(st.floats(1.0, 1e6), st.floats(0.2, 5.0))
def test_surplus_is_the_compensating_variation_of_a_small_gain(price: float, sensitivity: float) -> None:
    """A gain g is worth the sum by which the price may rise until α ln p has risen by g: to first order g p / α."""
    gain = 1e-6
    exact = price * math.expm1(gain / sensitivity)
    assert realised_surplus(gain, price, sensitivity) == pytest.approx(exact, rel=1e-5)


# --- belief ---------------------------------------------------------------------------------------------------------

QUALITY = st.fractions(-3, 3, max_denominator=1000)
COUNT = st.integers(0, 30)


@given(QUALITY, QUALITY, COUNT, QUALITY, st.fractions(0, 5, max_denominator=100), QUALITY, COUNT, QUALITY, COUNT)
def test_belief_is_conjugate_normal_updating(
    prior: Fraction, rating: Fraction, ratings: int, claim: Fraction, claimed: Fraction, word: Fraction, words: int,
    own: Fraction, purchases: int,
) -> None:  # fmt: skip
    """One signal after the other, by Bayes' rule for a normal mean with known precisions, in exact arithmetic."""
    p = scalars(DEFAULTS.market.belief)
    mean, precision = prior, Fraction(p.prior)
    largest, half = Fraction(p.rating), Fraction(p.rating_half)
    signals = [
        (rating, largest * ratings / (ratings + half)),
        (claim, claimed),
        *[(word, Fraction(p.friend))] * words,
        (own, min(Fraction(p.own) * purchases, Fraction(p.own_most))),
    ]
    for signal, weight in signals:
        mean = (precision * mean + weight * signal) / (precision + weight)
        precision += weight
    heard = Signals(*(float(x) for x in (prior, rating, ratings, claim, claimed, word, words, own, purchases)))
    believed = expected_quality(heard, p)
    assert believed.mean == pytest.approx(float(mean), rel=1e-12, abs=1e-12)
    assert believed.precision == pytest.approx(float(precision), rel=1e-12)


def test_belief_is_the_posterior_density() -> None:
    """Against the integral of prior times likelihood."""
    p: Any = scalars(DEFAULTS.market.belief)
    heard = Signals(0.4, 0.0, 0.0, -0.6, 2.0, 1.1, 2.0, 0.0, 0.0)

    def density(q: float) -> float:
        signals = ((heard.prior, p.prior), (heard.claim, 2.0), (heard.word, p.friend), (heard.word, p.friend))
        return math.exp(-0.5 * sum(weight * (q - signal) ** 2 for signal, weight in signals))

    mass = integrate.quad(density, -9, 9)[0]
    mean = integrate.quad(lambda q: q * density(q), -9, 9)[0] / mass
    variance = integrate.quad(lambda q: (q - mean) ** 2 * density(q), -9, 9)[0] / mass
    believed = expected_quality(heard, p)
    assert believed.mean == pytest.approx(mean, rel=1e-9)
    assert 1 / believed.precision == pytest.approx(variance, rel=1e-9)


def test_a_claim_weighs_by_trust_expertise_and_visible_pay() -> None:
    p = scalars(DEFAULTS.market.belief)
    assert claim_precision(1.0, 1.0, 0.0, p) == p.claim
    assert claim_precision(0.5, 0.4, 0.25, p) == pytest.approx(p.claim * 0.5 * 0.4 * (1 - 0.25 * p.disclosure))
    assert claim_precision(1.0, 1.0, 1.0 / p.disclosure, p) == 0.0


# --- trust ----------------------------------------------------------------------------------------------------------


@compiled
def hear_all(met: NDArray[np.bool_], m: Day) -> None:
    """Every follower hears claims of the creator in the first slot, met or broken; shape (claims, followers)."""
    for i in range(met.shape[1]):
        for n in range(met.shape[0]):
            remember_claim(i, 0, bool(met[n, i]), m)


@pytest.mark.parametrize("honesty", [0.95, 0.7, 0.4])
def test_trust_on_an_edge_goes_to_its_fixed_point(honesty: float) -> None:
    """After n claims, met with probability π, trust is expected at Σ Binomial(k) (a + k)/(a + b + k + w(n − k)); it
    tends to π/(π + w(1 − π))."""
    followers, claims, weight, prior = 4_000, 14, 2.0, (2.0, 1.5)
    follows = Follow.table((followers, FOLLOW_SLOTS))
    p = numbers_of(parameters(market={"trust": {"broken_weight": weight}}))
    key = stream_keys(3)[Stream.EXPERIENCE]
    met = np.array([uniforms(key, n, followers, 0) < honesty for n in range(claims)])
    for i in range(followers):
        add_follow(i, 0, *prior, follows)
    hear_all(met, market().m._replace(follows=follows, p=p))
    a, b = (follows[name][:, 0] / COUNT_UNITS for name in ("met", "broken"))
    np.testing.assert_array_equal(a, prior[0] + met.sum(axis=0))
    np.testing.assert_array_equal(b, prior[1] + weight * (claims - met.sum(axis=0)))
    learnt = np.array([trust(x, y, 0.0, 0.0) for x, y in zip(a.tolist(), b.tolist(), strict=True)])

    def expected(n: int) -> float:
        k = np.arange(n + 1)
        shares = (prior[0] + k) / (sum(prior) + k + weight * (n - k))
        return float(stats.binom.pmf(k, n, honesty) @ shares)

    assert abs(learnt.mean() - expected(claims)) < 4 * learnt.std() / math.sqrt(followers)
    fixed = honesty / (honesty + weight * (1 - honesty))
    gaps = [abs(expected(n) - fixed) for n in (claims, 10 * claims, 100 * claims, 1_000 * claims)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-4


def test_reputation_goes_to_its_fixed_point() -> None:
    """With x met and y broken claims a day per hundred followers, fading by d: A = x/d, B = y/d."""
    decay = 0.1
    one = market(creators={"koc_share": 0.05}, market={"trust": {"reputation_decay": decay}})
    creators, orders = one.m.creators, Order.table(5)
    creators["audience"][0] = 50
    orders["creator"], orders["met"] = 0, [1, 1, 1, -1, 0]
    nobody_follows = one.m.out._replace(tally=one.pass_over.tally(len(creators)))
    m = one.m._replace(orders=orders, out=nobody_follows)
    for day in range(300):
        learn_all(np.arange(5), False, one.kol_threshold, m)
        if day == 4:
            assert creators["pool_met"][0] == pytest.approx(6 * (1 - (1 - decay) ** 5) / decay, rel=1e-12)
    assert creators["pool_met"][0] == pytest.approx(3 * 2 / decay, rel=1e-9)
    assert creators["pool_broken"][0] == pytest.approx(1 * 2 / decay, rel=1e-9)
    assert not creators["pool_met"][1:].any()
    share = 0.1
    known = trust(1.5, 1.5, share * creators["pool_met"][0], share * creators["pool_broken"][0])
    assert known == pytest.approx((1.5 + share * 60) / (3 + share * 80), rel=1e-9)


@given(PROBABILITY)
def test_expertise_saturates(share: float) -> None:
    p = scalars(DEFAULTS.market.trust)
    assert expertise(0.0, p) == p.expertise_floor
    middle = (1 + p.expertise_floor) / 2
    assert expertise(p.expertise_half, p) == pytest.approx(middle)
    assert p.expertise_floor < expertise(share, p) < 1


# --- needs ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def needing() -> tuple[Market, NDArray[np.int64], NDArray[np.int64]]:
    """People who never look: their needs open and lapse; columns ``due`` and ``lapse`` by day, (days, N, C)."""
    asleep = {"consumers": 2_000, "people": {"activity": 0.0}}
    one = market(seed=21, market=asleep, creators={"koc_share": 0.0, "kol_count": 0}, graph={"mean_degree": 0})
    due, lapse = [], []
    for _ in range(150):
        due.append(one.m.consumers["due"].astype(np.int64))
        lapse.append(one.m.consumers["lapse"].astype(np.int64))
        one.run(1)
    return one, np.array(due), np.array(lapse)


def categories_of(one: Market) -> tuple[Category, ...]:
    return one.parameters.market.catalogue.categories


def test_waits_are_geometric(needing: tuple[Market, NDArray[np.int64], NDArray[np.int64]]) -> None:
    one, due, lapse = needing
    open_for = one.parameters.market.need.lapse
    for c, category in enumerate(categories_of(one)):
        day, person = np.nonzero(due[1:, :, c] != due[:-1, :, c])
        drawn = due[day + 1, person, c] - day
        stays = lapse[day + 1, person, c] - due[day + 1, person, c]
        assert (lapse[day, person, c] == day).all()  # the next need is drawn on the day on which the last one lapses
        for waits, mean in ((drawn, category.interval), (stays, 1 / open_for)):
            assert len(waits) > 500
            law = stats.geom(1 / mean)
            assert abs(waits.mean() - mean) < 4 * law.std() / math.sqrt(len(waits))
            assert stats.kstest(waits + uniforms(one.world.luck[0], 0, len(waits), 9), smoothed(law)).pvalue > LEAST_P


def smoothed(law: Any) -> Any:
    """Distribution function of a whole number with a uniform one added: a straight line between the steps."""

    def cdf(x: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.floor(x)
        return law.cdf(whole - 1) + (x - whole) * law.pmf(whole)

    return cdf


def test_the_share_of_open_needs_is_that_of_the_chain(
    needing: tuple[Market, NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Closed to open with 1/m a day, open to closed with l: π(t) = π(1 − (1 − 1/m − l)ᵗ), π = (1/m)/(1/m + l)."""
    one, due, lapse = needing
    people, lapsing = due.shape[1], one.parameters.market.need.lapse
    for c, category in enumerate(categories_of(one)):
        rate = 1 / category.interval
        for day in (5, 40, 140):
            shown = np.mean((due[day, :, c] <= day) & (lapse[day, :, c] > day))
            expected = rate / (rate + lapsing) * (1 - (1 - rate - lapsing) ** day)
            assert abs(shown - expected) < 4 * math.sqrt(expected * (1 - expected) / people)


# --- creators -------------------------------------------------------------------------------------------------------


@given(st.floats(-10, 60), st.floats(0.5, 20), st.floats(0, 10))
def test_the_post_rate_is_the_optimum(marginal: float, cost: float, intrinsic: float) -> None:
    """Of income and reward less a quadratic effort, between none and the most posts."""
    p = scalars(DEFAULTS.creators.model_copy(update={"intrinsic": intrinsic}))
    best = optimize.minimize_scalar(
        lambda n: cost * n * n / 2 - (marginal + intrinsic) * n, bounds=(0, p.posts_most), method="bounded",
        options={"xatol": 1e-9},
    ).x  # fmt: skip
    assert post_rate(marginal, cost, p) == pytest.approx(best, abs=1e-4)


def test_posts_are_poisson_around_the_rate() -> None:
    rate, days = 1.5, 60
    steady = {"koc_share": 0.1, "kol_count": 2, "posts_fixed": rate, "patience": 1_000, "entry": 0}
    one = market(days=days, creators=steady)
    posts, mean = one.daily().posts, rate * len(one.m.creators["active"])
    assert abs(posts.mean() - mean) < 4 * math.sqrt(mean / days)
    assert LEAST_P < stats.chi2.cdf(posts.var() * (days - 1) / mean, days - 1) < 1 - LEAST_P


# --- inequality and ranking -----------------------------------------------------------------------------------------

SALES = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


@given(SALES)
def test_gini_is_half_the_relative_mean_difference(values: list[float]) -> None:
    x = np.array(values)
    if x.sum() == 0:
        assert gini(x) == 0
        return
    difference = np.abs(x[:, None] - x[None, :]).mean()
    assert gini(x) == pytest.approx(difference / (2 * x.mean()), abs=1e-12)


@pytest.mark.parametrize(
    ("values", "known"),
    [([5, 5, 5], 0), ([0, 0, 0, 8], 3 / 4), ([1, 3], 1 / 4), ([1, 2, 3], 2 / 9), ([], 0), (range(1, 1001), 333 / 1000)],
)
def test_gini_of_known_distributions(values: Any, known: float) -> None:
    assert gini(np.array(values)) == pytest.approx(known, abs=1e-12)


ITEMS = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1)), min_size=1, max_size=20)


@given(ITEMS, PROBABILITY)
def test_ranking_gives_each_part_its_share_of_attention(rows: list[tuple[float, float]], exponent: float) -> None:
    sales, merit = (np.array(column) for column in zip(*rows, strict=True))
    bids, weights = np.ones(len(rows)), np.zeros(len(rows))
    mix = Mix(popularity=0.5, merit=0.3, paid=0.2, exponent=exponent)
    parts = {"popularity": (sales + 1) ** exponent, "merit": merit + 1e-9, "paid": bids}
    for name, part in parts.items():
        alone = mix._replace(popularity=0.0, merit=0.0, paid=0.0)._replace(**{name: 0.7})
        ranking_weights(sales, merit, bids, alone, weights)
        np.testing.assert_allclose(weights, part / part.sum(), rtol=1e-9)
    ranking_weights(sales, merit, bids, mix, weights)
    mixed = sum(getattr(mix, name) * part / part.sum() for name, part in parts.items())
    np.testing.assert_allclose(weights, mixed, rtol=1e-8)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=40))
def test_cumulative_weights_end_in_one(raw: list[float]) -> None:
    weights = np.array(raw) / sum(raw)
    total = weights.copy()
    cumulate(total)
    np.testing.assert_allclose(total, np.cumsum(weights), rtol=0, atol=1e-12)
    assert total[-1] == 1.0


@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=20))
def test_ads_are_shown_in_proportion_to_bids(raw: list[int]) -> None:
    bids, weights = np.array(raw, float), np.full(len(raw), np.nan)
    assert bid_shares(bids, weights) == (bids.sum() > 0)
    np.testing.assert_allclose(weights * bids.sum(), bids, rtol=1e-9)


def test_the_feed_shows_goods_by_their_weights() -> None:
    """Views of listings against the ranking's own shares, over people who are all alike."""
    one = market(seed=5, market={**CLONES, "attention": BY_CHANCE, "choice": {"outside": 10.0}}, **ALONE)
    one.open_day()
    shares = np.diff(one.m.feeds.goods[0, 0, 0], prepend=0.0)
    offers = one.pass_over.live(one.m, 0, PEOPLE // 2, trace=MOST_PAGES * PEOPLE // 2)
    tally = one.pass_over.tally(len(one.m.creators))
    viewed, advertised = (
        np.bincount(offers["product"][offers["channel"] == channel], minlength=3)
        for channel in (Channel.LISTING, Channel.AD)
    )
    np.testing.assert_array_equal(advertised, tally.ads_viewed[0])
    assert tally.viewed[Channel.LISTING] == viewed.sum() > 100_000
    assert stats.chisquare(viewed, viewed.sum() * shares).pvalue > LEAST_P
    pages = tally.viewed[[Channel.LISTING, Channel.AD]].sum()
    load = one.parameters.platform.feed.ad_load
    assert abs(tally.viewed[Channel.AD] / pages - load) < 4 * math.sqrt(load * (1 - load) / pages)
