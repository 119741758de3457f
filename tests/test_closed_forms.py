from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats
from small_markets import ALONE, CLONES, CLONES_COUNT, market, parameters, without_past

from sim.agents.trusting import remember_claim
from sim.compilation import compiled
from sim.day import Day
from sim.draws import Stream, stream_keys, uniforms
from sim.engine.evening import learn_all
from sim.market import Market
from sim.parameters import Parameters, numbers_of, scalars
from sim.ranges import COUNT_UNITS
from sim.results.inequality import gini
from sim.results.recorder import by_channel
from sim.rules.content import post_rate, post_rate_in_expectation
from sim.rules.ranking import Mix, bid_shares, cumulate, ranking_weights
from sim.rules.trust import trust
from sim.state.channels import Channel
from sim.state.orders import Order
from sim.state.people import FOLLOW_SLOTS, Follow
from sim.state.visits import MOST_PAGES
from sim.world import World
from sim.world.audience import add_follow

DEFAULTS = Parameters()
LEAST_P = 1e-4  # of a fixed draw under the true law: one in ten thousand, per test, once and for ever
PROBABILITY = st.floats(0.01, 0.99)

# --- choice ---------------------------------------------------------------------------------------------------------

RATINGS, RATED = [3, 40, 9], [0.4, 1.6, -1.0]
BY_SEARCH = {"public_slots": 0.0, "search": 1.0, "search_results": 20}
BY_CHANCE = {"public_slots": 20.0, "search": 0.0}  # pages of the feed, the same goods again and again


def made(attention: dict[str, Any], **more: Any) -> Market:
    """A market of people who are all alike, have bought nothing before, and know the public ratings of three goods."""
    groups = {**CLONES, "attention": attention, **more.pop("market", {})}
    one = without_past(market(seed=12, market=groups, **ALONE, **more))
    one.m.products["reviews"], one.m.products["review_sum"] = RATINGS, np.multiply(RATINGS, RATED)
    return one


def systematic(one: Market) -> NDArray[np.float64]:
    """Utility of each product to somebody who needs it and knows its public rating alone, from the equation."""
    p, ratings = one.parameters.market, np.array(RATINGS)
    excess = np.array(RATED) - ratings @ RATED / ratings.sum() + one.world.goods.rating_bias
    known = 1 / (p.catalogue.rating_bias**2 + p.experience.noise**2 / ratings)  # without match, all get the same
    precision = 1 / p.catalogue.quality_spread**2 + known
    price = one.m.listings["price"][0] / 100 / p.catalogue.categories[0].price
    risk = p.choice.risk / 2 * (1 / precision + p.experience.noise**2)
    return known * excess / precision - risk - p.people.price_sensitivity * price


def in_need(one: Market) -> int:
    """How many people need the good on day 1: the rest waits for longer, since rates of need differ a little."""
    return int(np.count_nonzero(World.build(one.parameters, one.seed).consumers["due"][:, 0] <= 1))


@pytest.mark.parametrize("attention", [BY_SEARCH, BY_CHANCE], ids=["search", "feed"])
def test_choice_is_the_multinomial_logit(attention: dict[str, Any]) -> None:
    """Shares of three goods and of buying nothing, where everybody is alike and has seen all three (but 1 in 300)."""
    one = made(attention).run(2)
    orders, people = one.orders(), in_need(one)
    assert people > 0.95 * CLONES_COUNT
    assert (orders.day == 1).all()  # on day 0 nobody needs anything, and nobody buys on impulse at that price
    weight = np.exp([*systematic(one), one.parameters.market.choice.outside])
    shares = weight / weight.sum()
    assert shares.min() > 0.02
    bought = np.bincount(orders["product"].astype(int), minlength=3)
    counts = [*bought, people - len(orders)]
    assert stats.chisquare(counts, people * shares).pvalue > LEAST_P
    deviation = (np.array(counts) / people - shares) / np.sqrt(shares * (1 - shares) / people)
    assert np.abs(deviation).max() < 4


def test_returns_are_those_of_the_normal_law() -> None:
    """Use is normal around what a product is worth; what leaves less than nothing, but for a part of the mood, goes."""
    at_once = {"delivery_days": 0}
    one = made(BY_SEARCH, platform=at_once, market={"experience": {"return_below": 0.0, "noise": 3.0}}).run(2)
    p, orders = one.parameters.market, one.orders()
    price = orders.price / 100 / p.catalogue.categories[0].price
    np.testing.assert_allclose(orders.liking, -p.people.price_sensitivity * price - p.choice.outside, rtol=1e-5)
    shock = orders.mood - np.euler_gamma
    least = -orders.liking - p.experience.mood * shock - one.world.goods.quality[orders["product"]]
    chance = stats.norm.cdf(least / p.experience.noise)
    for product in range(3):
        here = (orders["product"] == product).to_numpy()
        law = chance[here]
        assert 0.02 < law.mean() < 0.98
        assert abs(orders.returned[here].sum() - law.sum()) <= 4 * math.sqrt((law * (1 - law)).sum())


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
    nobody_follows = one.m.out._replace(tally=one.consumer_pass.tally(len(creators)))
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


# --- needs ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def needing() -> tuple[Market, NDArray[np.int64], NDArray[np.int64]]:
    """People who never look: their needs open and lapse; columns ``due`` and ``lapse`` by day, (days, N, C)."""
    asleep = {"consumers": 2_000, "people": {"activity": 0.0}, "need": {"shape": 2.0}}
    one = market(seed=21, market=asleep, creators={"koc_share": 0.0, "kol_count": 0}, graph={"mean_degree": 0})
    due, lapse = [], []
    for _ in range(150):
        due.append(one.m.consumers["due"].astype(np.int64))
        lapse.append(one.m.consumers["lapse"].astype(np.int64))
        one.run(1)
    return one, np.array(due), np.array(lapse)


def test_waits_are_geometric(needing: tuple[Market, NDArray[np.int64], NDArray[np.int64]]) -> None:
    """With the mean of the person for a need to open, and the same mean for all until it lapses."""
    one, due, lapse = needing
    open_for = one.parameters.market.need.lapse
    for c in range(one.m.categories):
        day, person = np.nonzero(due[1:, :, c] != due[:-1, :, c])
        drawn = due[day + 1, person, c] - day
        stays = lapse[day + 1, person, c] - due[day + 1, person, c]
        assert (lapse[day, person, c] == day).all()  # the next need is drawn on the day on which the last one lapses
        for waits, mean in ((drawn, one.m.people["wait"][person, c].astype(float)), (stays, 1 / open_for)):
            assert len(waits) > 300
            law = stats.geom(1 / np.broadcast_to(mean, len(waits)))
            assert abs((waits - law.mean()).sum()) < 4 * math.sqrt(law.var().sum())
            spread = smoothed(law)(waits + uniforms(one.world.keys[0], 0, len(waits), 9))
            assert stats.kstest(spread, "uniform").pvalue > LEAST_P


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
    lapsing = one.parameters.market.need.lapse
    for c in range(one.m.categories):
        rate = 1 / one.m.people["wait"][:, c].astype(float)
        for day in (5, 40, 140):
            shown = np.count_nonzero((due[day, :, c] <= day) & (lapse[day, :, c] > day))
            expected = rate / (rate + lapsing) * (1 - (1 - rate - lapsing) ** day)
            assert abs(shown - expected.sum()) < 4 * math.sqrt((expected * (1 - expected)).sum())


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


@given(st.floats(-10, 60), st.floats(0.5, 20), st.floats(0, 10))
def test_the_post_rate_in_expectation_is_the_optimum_over_the_chance_of_a_day(
    marginal: float, cost: float, intrinsic: float
) -> None:
    """The number of posts is Poisson: its square is the rate and its square, on average."""
    p = scalars(DEFAULTS.creators.model_copy(update={"intrinsic": intrinsic}))
    posts = np.arange(80)

    def loss(rate: float) -> float:
        return float(stats.poisson.pmf(posts, rate) @ (cost * posts**2 / 2 - (marginal + intrinsic) * posts))

    best = optimize.minimize_scalar(
        loss, bounds=(0, p.posts_most), method="bounded", options={"xatol": 1e-9}
    ).x  # fmt: skip
    assert post_rate_in_expectation(marginal, cost, p) == pytest.approx(best, abs=1e-4)


def test_posts_are_poisson_around_the_rate() -> None:
    """Where creators sell on their own account, and need nobody's contract."""
    rate, days = 1.5, 60
    steady = {"koc_share": 0.1, "kol_count": 2, "posts_fixed": rate, "patience": 1_000, "entry": 0}
    one = market(days=days, creators={**steady, "resale_margin": 0.1}, brands={"weekly_budget": 0.0})
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
    """Views of listings against the ranking's own shares, and of ads against today's, over people who are all alike."""
    groups = {**ALONE, "brands": {"count": 3, "weekly_budget": 8.0}}
    one = market(seed=5, market={**CLONES, "attention": BY_CHANCE, "choice": {"outside": 10.0}}, **groups)
    one.open_day()
    shares = np.diff(one.m.feeds.goods[0, 0, 0], prepend=0.0)
    offers = one.consumer_pass.live(one.m, 0, CLONES_COUNT // 2, trace=MOST_PAGES * CLONES_COUNT // 2)
    tally = one.consumer_pass.tally(len(one.m.creators))
    viewed, advertised = (
        np.bincount(offers["product"][offers["channel"] == channel], minlength=3)
        for channel in (Channel.LISTING, Channel.AD)
    )
    np.testing.assert_array_equal(advertised, tally.ads_viewed[0])
    seen = by_channel(tally.viewed)
    assert seen[Channel.LISTING] == viewed.sum() > 100_000
    assert stats.chisquare(viewed, viewed.sum() * shares).pvalue > LEAST_P
    pages = seen[[Channel.LISTING, Channel.AD]].sum()
    load = one.m.platforms["ad_share"][0]
    assert 0.05 < load < one.parameters.platform.feed.ad_load
    assert abs(seen[Channel.AD] / pages - load) < 4 * math.sqrt(load * (1 - load) / pages)
