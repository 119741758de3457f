"""Memory, needs, prices, reach and promotion in a market, against what theory says of each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import integrate
from small_markets import ALONE, CLONES, CLONES_COUNT, kept_by, market, without_past

from experiments.settings.paths import merged
from sim.agents.memory import goodwill_today, impress
from sim.compilation import compiled
from sim.day import Day
from sim.ledger import Revenue
from sim.market import Market
from sim.parameters import Parameters, scalars
from sim.records import NOBODY
from sim.results.recorder import by_channel
from sim.rules.belief import Believed
from sim.rules.choice import Buyer, money_of, total, utility
from sim.rules.content import organic_reach
from sim.rules.memory import goodwill_after, recall_probability
from sim.state.brands import Fund
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.people import MEMORY_SLOTS

UNSEEN = {"public_slots": 0.0, "search": 0.0, "ask": 0.0}
SEARCHED = {"public_slots": 0.0, "search": 1.0, "search_results": 20}

# --- goodwill -------------------------------------------------------------------------------------------------------


@compiled
def impress_all(product: int, impression: float, most: float, m: Day) -> None:
    """Everybody has one more impression of a product today."""
    for i in range(m.people.shape[0]):
        impress(i, product, impression, most, m)


@compiled
def write_goodwill(slot: int, found: NDArray[np.float64], m: Day) -> None:
    """Goodwill of what everybody remembers in a slot, faded up to today."""
    for i in range(m.people.shape[0]):
        found[i] = goodwill_today(i, slot, m)


def goodwill_on(day: int, slot: int, one: Market) -> NDArray[np.float64]:
    found = np.empty(len(one.m.people))
    write_goodwill(slot, found, one.m._replace(day=day))
    return found


@pytest.mark.parametrize("every", [1, 5, 20])
def test_goodwill_under_regular_impressions_goes_to_its_fixed_point(every: int) -> None:
    """A = f A + a (1 − f A / most) for the fading f of the days between: A = a / (1 − f (1 − a / most))."""
    impression, most, tau = 0.3, 0.8, 25.0
    one = without_past(market(market={"consumers": 30, "memory": {"goodwill_days": tau}}, graph={"mean_degree": 4}))
    fade = math.exp(-every / tau)
    fixed = impression / (1 - fade * (1 - impression / most))
    gaps = []
    for time in range(40):
        impress_all(7, impression, most, one.m._replace(day=every * time))
        (slots,) = {tuple(np.flatnonzero(row == 7)) for row in one.m.memories["product"]}
        gaps.append(float(np.abs(one.m.memories["goodwill"][:, slots[0]] - fixed).max()))
    assert gaps[0] == pytest.approx(fixed - impression, abs=1e-6)
    assert gaps[10] == pytest.approx(gaps[0] * (fade * (1 - impression / most)) ** 10, abs=1e-5)
    assert gaps[-1] < 1e-6 and fixed < most
    left = goodwill_on(every * 39 + 13, int(slots[0]), one)
    np.testing.assert_allclose(left, fixed * math.exp(-13 / tau), rtol=1e-5)


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 100))
def test_an_impression_adds_the_less_the_more_there_is(goodwill: float, impression: float, most: float) -> None:
    grown = goodwill_after(goodwill, impression, most)
    assert grown >= goodwill
    assert goodwill_after(0.0, impression, most) == impression
    if goodwill >= most:
        assert grown == goodwill  # what was built otherwise stays
    else:
        assert grown - goodwill == pytest.approx(impression * (1 - goodwill / most), abs=1e-9)


def test_a_full_memory_gives_up_its_weakest() -> None:
    """And keeps what it has where the newcomer would be weaker still."""
    one = without_past(market(market={"consumers": 30}, graph={"mean_degree": 4}))
    for product in range(MEMORY_SLOTS):
        impress_all(product, 0.5 - 0.01 * product, 100.0, one.m)
    weakest = 0.5 - 0.01 * (MEMORY_SLOTS - 1)
    impress_all(100, weakest - 0.005, 100.0, one.m)
    assert not (one.m.memories["product"] == 100).any()
    impress_all(101, weakest + 0.005, 100.0, one.m)
    assert (one.m.memories["product"] == 101).any(axis=1).all()
    assert not (one.m.memories["product"] == MEMORY_SLOTS - 1).any()
    assert (np.sort(one.m.memories["product"]) == [*range(MEMORY_SLOTS - 1), 101]).all()


# --- recall ---------------------------------------------------------------------------------------------------------


def remembering(goodwill: float) -> Market:
    """All need the good from day 1 on, see nothing, remember one product, and have no money."""
    poor = {"attention": UNSEEN, "memory": {"goodwill_days": 1e12}, "people": {"budget": 0.0}}
    one = without_past(market(seed=3, market=merged(CLONES, poor), **ALONE))
    one.m.memories["product"][:, 0], one.m.memories["goodwill"][:, 0] = 1, goodwill
    one.m.consumers["known"] = 1 << 1
    one.m.consumers["due"], one.m.consumers["lapse"], one.m.consumers["next_change"] = 1, 1_000, 1
    return one.run(1)


def recalled(one: Market) -> int:
    """How many recall a product on the next day."""
    one.open_day()
    one.live()
    viewed = by_channel(one.consumer_pass.tally(len(one.m.creators)).viewed)
    assert viewed.sum() == viewed[Channel.RECALL]
    one.close_day()
    return int(viewed[Channel.RECALL])


@pytest.mark.parametrize("goodwill", [0.05, 0.4, 1.5])
def test_a_product_comes_to_mind_with_one_less_e_to_minus_its_goodwill(goodwill: float) -> None:
    one, chance = remembering(goodwill), 1 - math.exp(-goodwill)
    assert recall_probability(goodwill) == pytest.approx(chance)
    first = recalled(one)
    assert abs(first / CLONES_COUNT - chance) < 4 * math.sqrt(chance * (1 - chance) / CLONES_COUNT)
    assert recalled(one) == first  # drawn once for each need, not once a day


def test_goodwill_that_rises_brings_more_to_mind_while_the_need_is_open() -> None:
    one = remembering(0.2)
    before = recalled(one)
    one.m.memories["goodwill"][:, 0] = 0.7
    after, chance = recalled(one), 1 - math.exp(-0.7)
    assert after > before
    assert abs(after / CLONES_COUNT - chance) < 4 * math.sqrt(chance * (1 - chance) / CLONES_COUNT)


def test_nothing_comes_to_mind_without_a_need_or_without_goodwill() -> None:
    one = remembering(5.0)
    one.m.consumers["due"], one.m.consumers["next_change"] = 30, 30
    assert recalled(one) == 0
    assert recalled(remembering(0.0)) == 0


# --- needs ----------------------------------------------------------------------------------------------------------


def test_needs_over_people_are_negative_binomial() -> None:
    """Rates are Gamma over people, so that numbers of needs are NBD: their mean, variance, and who has none."""
    interval, shape, days, people = 400, 0.6, 800, 4_000
    groups = {
        "consumers": people, "need": {"shape": shape, "lapse": 1.0}, "people": {"activity": 0.0},
        "catalogue": {"categories": [{"name": "good", "interval": interval}], "products_per_category": 1},
    }  # fmt: skip
    nobody = {"koc_share": 0, "kol_count": 0}
    one = market(seed=9, market=groups, creators=nobody, graph={"mean_degree": 0}, brands={"count": 1})
    needs = np.zeros(people, np.int64)
    for day in range(days):
        needs += one.m.consumers["due"][:, 0] == day
        one.step()
    mean, variance = days / interval, days / interval + (days / interval) ** 2 / shape
    none = (1 + mean / shape) ** -shape
    assert abs(needs.mean() - mean) < 4 * needs.std() / math.sqrt(people)
    fourth = np.mean((needs - needs.mean()) ** 4)
    assert abs(needs.var() - variance) < 4 * math.sqrt((fourth - needs.var() ** 2) / people)
    assert abs(np.mean(needs == 0) - none) < 4 * math.sqrt(none * (1 - none) / people)
    assert needs.var() > 3 * needs.mean()  # far from Poisson


# --- prices ---------------------------------------------------------------------------------------------------------


def alone(outside: float, price: float = 1.0) -> Market:
    """One product whose worth nobody knows, found by everybody, at so many times its price."""
    goods = {"products_per_category": 1, "quality_spread": 0.8}
    groups = merged(CLONES, {"attention": SEARCHED, "catalogue": goods, "choice": {"outside": outside}})
    one = without_past(market(seed=4, market=groups, **ALONE))
    one.m.listings["price"] = np.round(one.m.listings["price"] * price)
    one.m.consumers["due"], one.m.consumers["lapse"], one.m.consumers["next_change"] = 1, 1_000, 1
    return one.run(2)


def chance_of(one: Market) -> tuple[float, float]:
    """Probability to buy a lone product, and its elasticity to the price, from the equation."""
    p = one.parameters.market
    price = one.m.listings["price"][0, 0] / 100 / p.catalogue.categories[0].price
    risk = p.choice.risk / 2 * (p.catalogue.quality_spread**2 + p.experience.noise**2)
    gain = -risk - p.people.price_sensitivity * price - p.choice.outside
    chance = 1 / (1 + math.exp(-gain))
    return chance, -p.people.price_sensitivity * price * (1 - chance)


@pytest.mark.parametrize("outside", [-3.5, -1.5])
def test_the_own_price_elasticity_of_a_lone_product_is_that_of_the_logit(outside: float) -> None:
    """−α p / y (1 − P), on the same people with the same shocks at a price 5 % lower and 5 % higher."""
    cheap, usual, dear = (alone(outside, price) for price in (0.95, 1.0, 1.05))
    sold = [len(one.orders()) for one in (cheap, usual, dear)]
    for one, count in zip((cheap, usual, dear), sold, strict=True):
        chance, _ = chance_of(one)
        assert abs(count / CLONES_COUNT - chance) < 4 * math.sqrt(chance * (1 - chance) / CLONES_COUNT)
    assert set(dear.orders().consumer) <= set(usual.orders().consumer) <= set(cheap.orders().consumer)
    step = math.log(dear.m.listings["price"][0, 0] / cheap.m.listings["price"][0, 0])
    found, error = (sold[2] - sold[0]) / sold[1] / step, math.sqrt(sold[0] - sold[2]) / sold[1] / step
    assert abs(found - chance_of(usual)[1]) < 4 * error
    assert error < 0.1


@given(st.floats(0.2, 5.0), st.floats(1.0, 1e4), st.floats(0.2, 2.0), st.floats(-3.0, 3.0))
def test_the_log_sum_is_the_area_under_the_demand_curve(
    sensitivity: float, reference: float, price: float, worth: float
) -> None:
    """Small & Rosen (1981): what a lone offer is worth in yuan is the demand at all higher prices, summed up."""
    p = scalars(Parameters().market.choice)
    buyer = Buyer(0.0, sensitivity, 0.0, 0.0, 0.0)

    def gain(relative: float) -> float:
        return total(utility(buyer, Believed(worth, 1e12), relative, 0.0, p)) - p.outside

    def demand(relative: float) -> float:
        return 1 / (1 + math.exp(-gain(relative)))

    # in prices over the reference price; beyond the bound the demand is below e^-40
    bound = price + (40 + max(gain(price), 0)) / sensitivity
    area = reference * integrate.quad(demand, price, bound, epsabs=1e-12, limit=400)[0]
    assert money_of(math.log1p(math.exp(gain(price))), reference, sensitivity) == pytest.approx(area, rel=1e-6)


OF_EQUAL_WORTH: dict[str, Any] = {
    "attention": SEARCHED,
    "catalogue": {"quality_spread": 0.0, "price_spread": 0.3},
    "choice": {"risk": 0.0, "outside": -2.5},
    "experience": {"return_below": 100.0},
}


def enjoyed(price: float = 1.0, **catalogue: Any) -> Market:
    """Goods of which everybody knows what they are worth, and which nobody sends back."""
    groups = merged(merged(CLONES, OF_EQUAL_WORTH), {"catalogue": catalogue})
    one = without_past(market(seed=6, market=groups, platform={"delivery_days": 0}, **ALONE))
    one.m.listings["price"] = np.round(one.m.listings["price"] * price)
    one.m.consumers["due"], one.m.consumers["lapse"], one.m.consumers["next_change"] = 1, 1_000, 1
    return one.run(2)


def test_realised_surplus_is_the_log_sum() -> None:
    """y / α ln(1 + Σ e^(V − outside)) a head, in the mean over people."""
    one = enjoyed()
    p, orders = one.parameters.market, one.orders()
    reference, sensitivity = p.catalogue.categories[0].price, p.people.price_sensitivity
    gains = -sensitivity * one.m.listings["price"][0] / 100 / reference - p.choice.outside
    surplus = np.zeros(CLONES_COUNT)
    surplus[orders.consumer] = orders.surplus / 100
    expected = reference / sensitivity * math.log1p(np.exp(gains).sum())
    assert abs(surplus.mean() - expected) < 4 * surplus.std() / math.sqrt(CLONES_COUNT)
    assert one.result().outcomes["consumer_surplus"] == pytest.approx(surplus.sum())


def test_a_higher_price_costs_buyers_between_what_they_buy_after_and_before() -> None:
    """Consumer by consumer, with the same shocks: a lone good dearer by Δp costs who still buys it Δp, others less."""
    usual, dear = enjoyed(products_per_category=1), enjoyed(1.1, products_per_category=1)
    rise = int(dear.m.listings["price"][0, 0]) - int(usual.m.listings["price"][0, 0])
    lost, before, after = np.zeros(CLONES_COUNT), np.zeros(CLONES_COUNT, bool), np.zeros(CLONES_COUNT, bool)
    for one, sign, buys in ((usual, 1, before), (dear, -1, after)):
        orders = one.orders()
        np.add.at(lost, orders.consumer, sign * orders.surplus.to_numpy(float))
        buys[orders.consumer] = True
    assert 0.05 < after.mean() < before.mean() < 0.95
    assert lost[after] - rise == pytest.approx(np.zeros(after.sum()), abs=1.01)  # whole fen
    gave_up = before & ~after
    assert gave_up.any() and (lost[gave_up] >= -1).all() and (lost[gave_up] <= rise + 1).all()
    assert not lost[~before].any()
    assert rise * after.sum() < lost.sum() < rise * before.sum()


def test_prices_and_reference_prices_twice_as_high_change_nobodys_choice() -> None:
    """A price counts in reference prices; money to spend is no matter here."""
    dear: Any = {"categories": [{**CLONES["catalogue"]["categories"][0], "price": 100.0}]}
    one, other = enjoyed(), enjoyed(**dear)
    assert len(one.orders()) > 1_000
    assert one.orders()["product"].tolist() == pytest.approx(other.orders()["product"].tolist())
    assert abs(other.orders().surplus.sum() / one.orders().surplus.sum() - 2) < 0.01


# --- reach ----------------------------------------------------------------------------------------------------------


@given(st.floats(1, 1e8), st.floats(1, 1e8), st.floats(0.01, 1), st.floats(0, 2))
def test_reach_falls_in_audience_with_its_elasticity(one: float, other: float, reach: float, fall: float) -> None:
    smaller, larger = sorted((one, other))
    less, more = (organic_reach(audience, 10_000.0, reach, fall) for audience in (larger, smaller))
    assert less <= more <= reach
    if smaller > 10_000:
        assert less / more == pytest.approx((smaller / larger) ** fall, rel=1e-9)


def test_followers_are_reached_by_that_share_of_public_posts() -> None:
    """Of KOLs of many sizes, whose audience here is a sample of the one at large."""
    feed = {"reach_fall": 0.4, "organic_reach": 0.5, "mass_audience": 50_000.0}
    public = {"koc_share": 0.0, "kol_count": 8, "kol_audience_spread": 0.8, "posts_fixed": 8.0, "resale_margin": 0.1}
    one = market(
        seed=5, market={"consumers": 4_000, "attention": UNSEEN}, creators=public, brands={"weekly_budget": 0.0},
        platform={"feed": feed},
    )  # fmt: skip
    one.open_day()
    one.live()
    p, posts = one.parameters, one.m.cards["posts"]
    followers = np.bincount(one.m.follows["creator"][one.m.follows["creator"] >= 0], minlength=len(posts))
    at_large = followers * feed["mass_audience"] / (p.creators.kol_audience * 4_000)
    reach = 0.5 * np.minimum(1, 10_000 / at_large) ** 0.4
    assert np.ptp(reach) > 0.1 and posts.min() >= 3
    np.testing.assert_allclose(one.m.cards["reach"], reach, rtol=1e-6)
    delivered = one.consumer_pass.tally(len(posts)).delivered[[Channel.PUBLIC_POST, Channel.LIVE]].sum()
    sent = followers * posts.astype(np.int64)
    assert abs(delivered - sent @ reach) < 4 * math.sqrt(sent @ (reach * (1 - reach)))


# --- funds ----------------------------------------------------------------------------------------------------------

PROMOTING: dict[str, Any] = {
    "market": {"consumers": 1_000, "people": {"budget": 2_000}},
    "creators": {"koc_share": 0.03, "entry": 0.0, "kol_threshold": 1.0, "koc_fee": 0.05},
    "brands": {"ads": 0.3, "kol": 0.25, "koc": 0.25, "own": 0.2, "count": 12},
}


def money_in(one: Market) -> NDArray[np.float64]:
    """What has come into each brand's funds, fen: a day's money at the start, and one each morning."""
    return one.m.brands["budget"][:, None] * one.m.brands["split"] * (one.day + 1) / 7


def test_what_is_not_spent_stands_in_the_fund() -> None:
    """To the fen, for each brand and fund; and what creators' funds paid for is what was paid."""
    one = market(seed=2, **PROMOTING)
    fees = np.zeros(len(Tier), np.int64)
    for _ in range(40):
        one.step()
        np.add.at(fees, one.m.creators["tier"][one.posts["creator"]], one.posts["fee"])
    brands, orders = one.m.brands, kept_by(one.orders())
    np.testing.assert_allclose(brands["fund"] + brands["outlay"], money_in(one), rtol=0, atol=0.01)
    spent = brands["outlay"].sum(axis=0)
    assert (spent > 0).all()
    assert one.result().outcomes["marketing_cost"] == pytest.approx(spent.sum() / 100)
    commission = np.zeros(len(Tier), np.int64)
    sold = orders[orders.creator >= 0]
    np.add.at(commission, one.m.creators["tier"][sold.creator], sold.commission)
    assert spent[Fund.KOL] == fees[Tier.KOL] + commission[Tier.KOL]
    samples = one.m.accounts.supplier[0] - one.orders().cost[(one.orders().stage > 0) & ~one.orders().returned].sum()
    assert samples > 0
    assert spent[Fund.KOC] == fees[Tier.KOC] + commission[Tier.KOC] + samples
    assert spent[Fund.ADS] == one.m.accounts.revenue[:, Revenue.ADS].sum()


def test_creators_funds_are_spent_within_weeks() -> None:
    """Fees rise where money is plenty: what stands in the funds is no more than comes in within two weeks."""
    one = market(days=56, seed=2, **merged(PROMOTING, {"brands": {"weekly_budget": 5.0}}))
    brands = one.m.brands
    for fund in (Fund.ADS, Fund.KOL, Fund.KOC):
        weekly = (brands["budget"] * brands["split"][:, fund]).sum()
        assert weekly > 0
        assert brands["fund"][:, fund].sum() < 2 * weekly, fund.name
    assert one.m.fee_level[Tier.KOL] > 1


def test_money_for_creators_who_are_not_there_is_kept() -> None:
    nobody = {"creators": {"koc_share": 0.0, "kol_count": 0, "entry": 0.0}}
    one = market(days=10, seed=2, **merged(PROMOTING, nobody))
    funds = [Fund.KOL, Fund.KOC]
    np.testing.assert_allclose(one.m.brands["fund"][:, funds], money_in(one)[:, funds])
    assert not one.m.brands["outlay"][:, funds].any()


def test_no_contract_is_signed_without_the_fee_in_the_fund() -> None:
    """Fees beyond any brand's money: nobody posts for pay, and nothing is spent, on samples neither."""
    dear = {"creators": {"slot_fee": 10.0, "koc_fee": 10.0, "commission": 0.0}, "brands": {"weekly_budget": 0.01}}
    one = market(days=10, seed=2, **merged(PROMOTING, dear))
    assert not one.m.brands["outlay"][:, [Fund.KOL, Fund.KOC]].any()
    assert not one.orders().paid.any()


# --- ads ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weekly_budget", [0.05, 0.5, 20.0])
def test_views_times_price_is_the_money(weekly_budget: float) -> None:
    """Few ads at the least price, or as many as there may be at a price that rises; on each platform its share."""
    two = {"platform": {"share": 0.7}, "rivals": [{"name": "b", "share": 0.3}]}
    groups = merged(PROMOTING, {**two, "brands": {"weekly_budget": weekly_budget}})
    one = market(seed=2, **groups).run(3)
    one.open_day()
    platforms, bids = one.m.platforms, one.m.products["bid"]
    assert bids.sum() == pytest.approx(np.maximum(one.m.brands["fund"][:, Fund.ADS], 0).sum())
    money, views = bids.sum() * platforms["weight"], platforms["ad_share"] * platforms["pages"]
    np.testing.assert_allclose(views * platforms["ad_cost"], money, rtol=1e-9)
    load, least = 0.4, 18.0
    assert (platforms["ad_share"] <= load).all() and (platforms["ad_cost"] >= least).all()
    assert ((platforms["ad_share"] == load) | np.isclose(platforms["ad_cost"], least)).all()
    assert (platforms["ad_share"] == load).all() == (weekly_budget > 1)
    cost, before = platforms["ad_cost"].copy(), one.m.accounts.revenue[:, Revenue.ADS].copy()
    one.live()
    seen = one.consumer_pass.tally(len(one.m.creators)).ads_viewed.copy()
    one.close_day()
    paid = one.m.accounts.revenue[:, Revenue.ADS] - before
    np.testing.assert_array_equal(paid, np.rint(seen * cost[:, None]).sum(axis=1))


def test_over_weeks_ads_cost_what_there_is_for_them() -> None:
    one = market(days=42, seed=2, **PROMOTING)
    spent, came_in = one.m.brands["outlay"][:, Fund.ADS].sum(), money_in(one)[:, Fund.ADS].sum()
    assert abs(spent / came_in - 1) < 3 / 42  # of three days at most


@pytest.mark.parametrize("displacement", [0.0, 0.4, 1.0])
def test_an_ad_takes_the_place_of_so_many_pages(displacement: float) -> None:
    """Other pages + displacement · ads = the pages that there are without ads."""
    slots, feed = 5.0, {"displacement": displacement}
    groups = merged(CLONES, {"attention": {**UNSEEN, "public_slots": slots}})
    one = market(seed=5, market=groups, **merged(ALONE, {"brands": {"weekly_budget": 8.0}, "platform": {"feed": feed}}))
    one.open_day()
    share = one.m.platforms["ad_share"][0]
    assert share > 0.2
    one.live()
    tally = one.consumer_pass.tally(len(one.m.creators))
    ads, others = tally.delivered[Channel.AD], tally.delivered[Channel.LISTING]
    assert tally.pages[0] == ads + others
    assert abs(ads / tally.pages[0] - share) < 4 * math.sqrt(share * (1 - share) / tally.pages[0])
    error = 4 * math.sqrt(others + displacement**2 * ads)
    assert abs(others + displacement * ads - slots * CLONES_COUNT) < error
    assert NOBODY not in one.m.feeds.product
