"""Lines of pay: one table for whoever is paid, and money that closes under any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_markets import assert_same, market, parameters

from experiments.design.configuration import load_settings
from experiments.settings.paths import merged
from sim.agents.entering import chance_to_consider, recruited
from sim.errors import UserError
from sim.ledger import Revenue
from sim.market import Market
from sim.parameters import Pay, Sharing, scalars
from sim.ranges import MOST_OWN_PAY
from sim.records import NOBODY
from sim.rules.sharing import rewarded, share_probability
from sim.state.brands import Fund
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.orders import Stage
from sim.state.pay import Funder, Line, Payee

DAYS = 12
OFTEN = [{"name": name, "interval": 3, "price": 30} for name in ("bread", "fruit", "milk")]
LIVELY: dict[str, Any] = {
    "market": {
        "consumers": 200,
        "people": {"budget": 4_000.0, "sociability": 0.6},
        "choice": {"outside": -6.0},
        "experience": {"return_below": 0.0, "noise": 2.0},
        "catalogue": {"categories": OFTEN, "products_per_category": 12},
        "sharing": {"friends_told": 6},
    },
    "creators": {
        "koc_share": 0.06, "kol_count": 4, "kol_threshold": 1.0, "posts_fixed": 3.0, "resale_margin": 0.05,
        "entry": 0.5, "reservation": 1e-6, "patience": 0, "effort_cost": 0.01,
    },
    "brands": {"weekly_budget": 20.0},
    "platform": {"delivery_days": 1, "settlement_days": 2, "return_days": 3, "withdrawal_habit": 0.0},
}  # fmt: skip
"""People who buy, send back, tell and become creators within days."""


def lively(*lines: dict[str, Any], **groups: Any) -> dict[str, Any]:
    """Groups of a lively market whose platform has these lines of pay."""
    return merged(merged(LIVELY, {"platform": {"pay": list(lines)}}), groups)


def lines_of(one: Market) -> pd.DataFrame:
    """Every line of an order so far, beside what its order says of it."""
    orders = one.orders()
    of = np.repeat(np.arange(len(orders)), orders.lines)
    lines = one.m.lines[: one.m.used[3]]
    assert len(lines) == len(of) == orders.lines.sum()
    found = pd.DataFrame({name: lines[name].astype(np.int64) for name in Line.columns})
    order = orders.iloc[of].reset_index(drop=True)
    order.columns = [f"{name}_of_order" if name in found else name for name in order.columns]
    return pd.concat([found, order], axis=1)


# --- the accounts close under any table -----------------------------------------------------------------------------

ON_ORDERS = ("price", "margin", "order", "member")
LAST_BRAND = 47


@st.composite
def line(draw: st.DrawFn) -> dict[str, Any]:
    """Any line of pay that may be declared."""
    to = draw(st.sampled_from(["seller", "author", "sharer", "recruiter", "staff"]))
    others = {"seller": ("day",), "author": ("post", "follower"), "staff": ("day",)}.get(to, ())
    of = draw(st.sampled_from([*ON_ORDERS, *others]))
    by = draw(st.sampled_from(["brand", "platform", *(["buyer"] if of == "price" else [])]))
    made: dict[str, Any] = {"to": to, "of": of, "by": "platform" if (to, of) == ("staff", "day") else by}
    if of in ("price", "margin"):
        made["share"] = draw(st.floats(0.0, 0.06))
    else:
        made["sum"] = draw(st.floats(0.0, 0.02 if of == "follower" else 20.0))
    made["wait"] = draw(st.integers(0, 4))
    made["visible"] = draw(st.booleans())
    made["claw_back"] = made["by"] == "buyer" or draw(st.booleans())
    made["tier"] = draw(st.sampled_from(["all", "koc", "kol"]))
    if made["by"] != "buyer" and (of, made["by"]) != ("day", "platform"):
        made["brands"] = draw(st.lists(st.integers(0, LAST_BRAND), max_size=3))
    if to == "recruiter":
        made["level"] = draw(st.integers(1, 3))
    return made


TABLE = st.lists(line(), max_size=MOST_OWN_PAY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TABLE, TABLE, st.integers(0, 2**40))
def test_money_closes_every_day_under_any_table(one: Any, other: Any, seed: int) -> None:
    """A day ends with the accounts at zero and each escrow at what is pending; here, also line by line."""
    two = lively(*one, platform={"share": 0.5}, rivals=[{"share": 0.5, "settlement_days": 3, "pay": other}])
    lived = market(seed, **two)
    for _ in range(DAYS):
        lived.step()
    orders, lines, accounts = lived.orders(), lines_of(lived), lived.m.accounts
    assert (orders.fee + orders.commission + orders.margin + orders.others + orders.rest == orders.price).all()
    out = lines[lines.funder != Funder.PLATFORM].groupby("order").fen.sum()
    assert (out.reindex(orders.order).fillna(0).to_numpy() == orders.others).all()
    open_orders = orders.stage.isin([Stage.ORDERED, Stage.CONFIRMED, Stage.RECEIVED])
    owed = lines[(lines.stage == Stage.DIVIDED) & (lines.paid == 0) & (lines.funder != Funder.PLATFORM)].fen.sum()
    assert accounts.escrow.sum() == orders.price[open_orders].sum() + owed
    sharers = lines[(lines.payee == Payee.SHARER) & (lines.paid == 1)].fen.sum()
    refunded = orders.stage.isin([Stage.REFUNDED, Stage.CANCELLED])
    spent = (orders.price - orders.coupon)[~refunded].sum()
    assert accounts.consumers[0] == sharers - spent
    sent_back = lines[lines.returned & (lines.stage == Stage.REFUNDED)]
    assert (sent_back.paid == 1 - sent_back.claw_back).all()


def test_the_tables_above_pay_everybody() -> None:
    """Or the test above would prove little."""
    everybody = [{"to": to, "of": "price", "share": 0.02, "by": by} for to in PAYEES for by in ("brand", "platform")]
    lines = lines_of(market(days=DAYS, **lively(*everybody)))
    paid = lines[lines.paid == 1].groupby(["payee", "funder"]).fen.sum()
    assert set(paid.index) >= {(payee, funder) for payee in Payee for funder in (Funder.BRAND, Funder.PLATFORM)} - {
        (Payee.SELLER, Funder.BRAND)  # is the commission of the order
    }


PAYEES = ("seller", "author", "sharer", "recruiter", "staff")

# --- keys are lines -------------------------------------------------------------------------------------------------

SAME: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "commission": (
        {"commission": 0.0}, {"commission": 0.13}, {"to": "seller", "of": "price", "share": 0.13},
    ),
    "resale_margin": (
        {"resale_margin": 0.0}, {"resale_margin": 0.08},
        {"to": "seller", "of": "price", "share": 0.08, "by": "buyer", "visible": False},
    ),
    "slot_fee": (
        {"slot_fee": 0.0}, {"slot_fee": 0.02}, {"to": "author", "of": "follower", "sum": 0.02, "tier": "kol"},
    ),
    "koc_fee": (
        {"koc_fee": 0.0}, {"koc_fee": 0.03}, {"to": "author", "of": "follower", "sum": 0.03, "tier": "koc"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("key", SAME)
def test_a_key_and_its_line_are_the_same_to_the_bit(key: str) -> None:
    without, by_key, row = SAME[key]
    named = market(days=8, **lively(creators=by_key))
    lined = market(days=8, **lively(row, creators=without))
    pd.testing.assert_frame_equal(named.orders(), lined.orders())
    for column in ("earned", "rate", "income_mean", "audience"):
        np.testing.assert_array_equal(named.m.creators[column], lined.m.creators[column])
    assert (market(days=8, **lively(creators=without)).orders().size) > 0


def test_platforms_of_one_market_pay_and_price_differently() -> None:
    """One takes a commission from brands, which raise prices; on the other sellers set a price of their own."""
    one = market(
        days=10,
        **lively(
            platform={"share": 0.5, "commission": 0.2, "resale_margin": 0.0, "take_rate": 0.05},
            rivals=[{"share": 0.5, "commission": 0.0, "resale_margin": 0.25, "take_rate": 0.0}],
            brands={"pass_through": 1.0},
        ),
    )
    orders, list_price = one.orders(), one.world.goods.list_price
    np.testing.assert_array_equal(one.m.listings["price"], [np.round(list_price * raised) for raised in (1.25, 1.0)])
    sold = orders[(orders.creator >= 0) & (orders.channel != Channel.LIVE)]
    here, there = sold[sold.platform == 0], sold[sold.platform == 1]
    assert (here.margin == 0).all() and (here.commission[here.paid] == here.price[here.paid] * 20 // 100).all()
    assert (there.commission == 0).all() and (there.margin == there.price * 20 // 100).all()
    assert len(here) > 20 and len(there) > 20
    np.testing.assert_array_equal(there.price, np.floor(one.m.listings["price"][1, there["product"]] * 1.25))


# --- who is paid ----------------------------------------------------------------------------------------------------


def only(to: str, of: str = "price", **more: Any) -> pd.DataFrame:
    """Lines of a market that has one line of pay."""
    amount = {"share": 0.1} if of in ("price", "margin") else {"sum": 2.5}
    return lines_of(market(days=DAYS, **lively({"to": to, "of": of, **amount, **more})))


def test_a_sharer_is_whose_word_led_there() -> None:
    one = market(days=DAYS, **lively({"to": "sharer", "of": "price", "share": 0.1}))
    lines, orders = lines_of(one), one.orders().set_index("order")
    led = orders[(orders.channel == Channel.FRIEND) & (orders.parent >= 0)]
    assert len(lines) == len(led) > 20
    assert (lines.consumer == orders.consumer[lines.parent].to_numpy()).all()
    assert (lines.fen == lines.price // 10).all()
    earned = np.bincount(lines.consumer, lines.fen * lines.paid, len(one.m.people))
    spent = np.bincount(orders.consumer.astype(int), (orders.price - orders.coupon) * (orders.stage != Stage.REFUNDED))
    start = Market(one.parameters, 1).m.consumers["wallet"].astype(np.int64)
    saved = np.minimum(start + DAYS * one.m.people["income"], one.m.consumers["wallet"].astype(np.int64).max())
    wallet = one.m.consumers["wallet"][: len(spent)]
    rich = earned[: len(spent)] > 0
    assert rich.any() and (wallet[rich] <= (saved[: len(spent)] - spent + earned[: len(spent)])[rich]).all()


def test_an_author_is_paid_for_what_is_bought_elsewhere_too() -> None:
    lines = only("author")
    sold = lines[lines.creator_of_order >= 0]
    assert (sold.creator == sold.creator_of_order).all() and len(sold) > 20
    elsewhere = lines[lines.creator_of_order < 0]
    assert set(elsewhere.channel) & {Channel.RECALL, Channel.SEARCH, Channel.LISTING} and len(elsewhere) > 5


def test_recruiters_are_paid_level_by_level() -> None:
    """Of each sale so much to each of the three above the seller in the tree of recruiters, and nothing else."""
    percent = {1: 4, 2: 2, 3: 1}
    rows = [{"to": "recruiter", "level": level, "of": "price", "share": part / 100} for level, part in percent.items()]
    slow = {"koc_share": 0.01, "entry": 0.05, "leave": 0.0}
    one = market(days=40, **lively(*rows, creators=slow, market={"consumers": 400}))
    orders, above = one.orders(), one.m.creators["recruiter"].astype(np.int64)
    assert (above < np.arange(len(above))).all() and one.m.creators["active"].all()  # who recruits was there before
    owed, who = [], orders.creator.to_numpy()
    for part in percent.values():
        who = np.where(who >= 0, above[who], NOBODY)
        owed.append(pd.DataFrame({"order": orders.order, "creator": who, "fen": orders.price * part // 100})[who >= 0])
    assert min(map(len, owed)) > 20
    found = lines_of(one)[["order", "creator", "fen"]].to_numpy().tolist()
    assert sorted(found) == sorted(pd.concat(owed).to_numpy().tolist())


def test_the_buyer_pays_a_recruiter_out_of_the_sellers_price() -> None:
    rows = ({"to": "recruiter", "of": "price", "share": 0.15, "by": "buyer"},)
    one = market(days=40, **lively(*rows, creators={"commission": 0.0, "resale_margin": 0.1}))
    orders = one.orders()
    sold = orders[orders.creator >= 0]
    assert (sold.margin + sold.others == sold.price * 2 // 10).all()  # a mark-up of a quarter is a fifth of the price
    assert (sold.others > 0).sum() > 5
    assert one.m.brands["outlay"][:, Fund.OWN].sum() == 0


def test_a_new_member_is_paid_for_once() -> None:
    one = market(days=DAYS, **lively({"to": "staff", "of": "member", "sum": 2.5, "by": "platform"}))
    lines, orders = lines_of(one), one.orders()
    assert set(lines.order) == set(orders.groupby("consumer").order.min()) and len(lines) > 50
    assert (lines.fen == 250).all() and (orders.others == 0).all()


def test_the_margin_is_what_mark_up_and_goods_leave() -> None:
    lines = only("staff", "margin")
    mark_up = np.where(lines.creator_of_order >= 0, lines.margin, 0)
    expected = np.floor(np.maximum(lines.price - mark_up - lines.cost, 0) * 10 / 100)
    np.testing.assert_array_equal(lines.fen, expected)


def test_a_line_of_some_brands_is_paid_on_their_goods_alone_and_raises_their_prices_alone() -> None:
    row = {"to": "staff", "of": "price", "share": 0.1, "brands": [0, 3]}
    one, without = (market(days=DAYS, **lively(*rows)) for rows in ((row,), ()))
    lines, named = lines_of(one), np.isin(one.m.products["brand"], (0, 3))
    assert set(lines.brand) == {0, 3} and len(lines) == one.orders().brand.isin([0, 3]).sum() > 10
    raised = one.m.listings["price"][0] > without.m.listings["price"][0]
    assert raised[named].all() and not raised[~named].any()


@pytest.mark.parametrize("by", ["brand", "platform"])
def test_a_post_is_paid_by_the_line_of_some_brands_where_it_is_about_their_goods(by: str) -> None:
    some = [0, 3, 5, 7]
    row = {"to": "author", "of": "post", "sum": 0.5, "by": by, "brands": some}
    one, paid, fees = market(**lively(row, creators={"slot_fee": 0.0, "koc_fee": 0.0})), 0, 0
    for _ in range(DAYS):
        one.step()
        named = np.isin(one.m.products["brand"][one.posts["product"]], some)
        paid += 50 * int(np.count_nonzero(named))
        fees += one.posts["fee"].sum()
        assert (one.posts["fee"][~named] == 0).all()
    by_platform = -one.m.accounts.revenue[0, Revenue.PAY]
    assert (by_platform == paid > 0 == fees) if by == "platform" else (by_platform == 0 < 50 <= fees)


def test_a_line_for_all_brands_by_their_numbers_is_the_line_for_all() -> None:
    row = {"to": "author", "of": "follower", "sum": 0.02}
    plain, named = (market(days=8, **lively(one)) for one in (row, {**row, "brands": list(range(LAST_BRAND + 1))}))
    assert_same(plain, named)


# --- when, and by whom ----------------------------------------------------------------------------------------------


def test_pay_waits_in_escrow_until_it_is_due() -> None:
    one = market(**lively({"to": "staff", "of": "order", "sum": 1.0, "wait": 3}))
    for day in range(DAYS):
        one.step()
        orders = one.orders()
        kept = orders[(orders.day + 2 + 3 <= day) & ~orders.returned & (orders.stage >= Stage.DIVIDED)]
        assert one.m.accounts.staff[0] == 100 * len(kept)
    assert one.m.accounts.staff[0] > 0


@pytest.mark.parametrize("claw_back", [True, False])
@pytest.mark.parametrize("days", [(1, 4), (6, 2)], ids=["divided first", "refunded first"])
def test_what_is_taken_back_with_the_goods(claw_back: bool, days: tuple[int, int]) -> None:
    row = {"to": "author", "of": "order", "sum": 3.0, "claw_back": claw_back}
    dates = {"settlement_days": days[0], "return_days": days[1]}
    one = market(days=20, **lively(row, platform=dates))
    back = lines_of(one).query("returned and stage == 4")
    assert len(back) > 10 and set(back.paid) == {0 if claw_back else 1}


def test_platforms_fund_subsidies_retainers_and_content() -> None:
    by = {"by": "platform"}
    rows = {
        "sale": {"to": "seller", "of": "price", "share": 0.1, **by},
        "day": {"to": "seller", "of": "day", "sum": 2.0, "tier": "koc", **by},
        "post": {"to": "author", "of": "post", "sum": 0.5, **by},
    }
    base = market(days=1, **lively())
    for name, row in rows.items():
        one = market(days=1 if name != "sale" else DAYS, **lively(row))
        paid = -int(one.m.accounts.revenue[0, Revenue.PAY])
        kocs = int(((base.m.creators["tier"] == Tier.KOC) & base.m.creators["active"]).sum())
        lines = lines_of(one)
        expected = {"sale": lines.fen[lines.paid == 1].sum(), "day": 200 * kocs, "post": 50 * len(one.posts)}[name]
        assert paid == expected > 0
        assert one.result().outcomes["revenue_pay"] == -paid / 100


def test_a_retainer_is_paid_by_one_brand_out_of_its_fund() -> None:
    none, row = lively(), {"to": "seller", "of": "day", "sum": 0.5, "tier": "koc"}
    with_pay, without = market(days=1, **lively(row)), market(days=1, **none)
    gain = with_pay.m.creators["earned_today"][: len(without.m.creators)] - without.m.creators["earned_today"]
    kocs = without.m.creators["tier"] == Tier.KOC
    assert set(gain[~kocs]) <= {0} and (gain[kocs] == 50).mean() > 0.9
    spent = (with_pay.m.brands["outlay"] - without.m.brands["outlay"])[:, Fund.KOC]
    assert spent.sum() == gain.sum()


# --- what pay does --------------------------------------------------------------------------------------------------


def test_a_reward_raises_the_log_odds_to_share_up_to_a_point() -> None:
    p = scalars(Sharing(reward=0.8, reward_scale=2.0))
    chance = [share_probability(rewarded(0.2, yuan, p), 0.0, p) for yuan in (0.0, 2.0, 1e9)]
    odds = np.log(np.array(chance) / (1 - np.array(chance)))
    np.testing.assert_allclose(odds - np.log(0.25), [0.0, 0.8 * (1 - np.exp(-1)), 0.8], atol=1e-12)


REWARD = {"to": "sharer", "of": "price", "share": 0.1}


def test_a_reward_raises_sharing_and_lowers_the_weight_of_words() -> None:
    """More words; and of one word the precision that is declared."""
    shy = {"people": {"sociability": 0.1}, "sharing": {"reward": 3.0}}
    hidden = {**REWARD, "visible": False}
    paid, unseen, free = (market(days=2, **lively(*rows, market=shy)).m.inbox for rows in ([REWARD], [hidden], []))
    assert len(paid) == len(unseen) > 1.3 * len(free) > 20
    assert 0.2 < paid["paid"].mean() < 1.0 and not unseen["paid"].any() and not free["paid"].any()


def test_a_paid_word_has_the_declared_share_of_precision() -> None:
    def heard(weight: float, paid: bool) -> Any:
        one = market(**lively(market={"belief": {"paid_word": weight}}))
        one.m.memories["product"], one.m.consumers["known"] = NOBODY, 0
        one.tell(np.arange(50), 3)
        one.m.inbox["paid"] = paid
        one.step()
        slots = one.m.memories[:50]
        return slots["precision"][slots["product"] == 3].sum()

    full = heard(0.5, False)
    assert full > 0
    assert heard(0.5, True) / full == pytest.approx(0.5, rel=0.02)  # what is known already makes the rest count less
    assert heard(0.0, True) == 0 and heard(1.0, True) == full


def test_pay_for_recruiting_raises_recruits() -> None:
    """A recruiter who expects to earn wins more of those who were sold to, and still more for a second level."""
    slow = {"creators": {"entry": 0.01, "recruiting": 1.0}}
    rows = [{"to": "recruiter", "level": level, "of": "price", "share": 0.1} for level in (1, 2)]
    lived = [market(days=60, **merged(lively(*rows[:levels]), slow)) for levels in range(3)]
    recruits = [int((one.m.creators["recruiter"] >= 0).sum()) for one in lived]
    assert recruits[0] + 5 < recruits[1] < recruits[2]


def test_the_chance_to_be_recruited_rises_with_what_the_recruiter_sells_and_recruits() -> None:
    rows = [{"to": "recruiter", "of": "price", "share": share, "level": n} for n, share in ((1, 0.1), (2, 0.02))]
    p = parameters(**lively(*rows, creators={"entry": 0.1}))
    one = Market(p, 1)
    one.m.creators["sold"][:] = 0.0
    one.m.creators["sold"][2, 0] = 200.0
    one.m.creators["recruiter"][4:7] = 2
    chance = [chance_to_consider(k, recruited(one.m), one.m) for k in (NOBODY, 1, 2)]
    yuan = (0.1 + 0.02 * 3) * 200.0 * p.creators.content_decay * p.market.catalogue.categories[0].price
    odds = 0.1 / 0.9 * np.exp(yuan / p.creators.recruiting)
    np.testing.assert_allclose(chance, [0.1, 0.1, odds / (1 + odds)])


@pytest.mark.parametrize("pay", ["koc_fee", "commission", "resale_margin"])
def test_a_fixed_fee_inflates_a_claim_as_much_as_a_commission_or_a_mark_up(pay: str) -> None:
    """Paired: the same posts, whose authors inflate what they are paid for, or never do."""
    none = {"commission": 0.0, "resale_margin": 0.0, "slot_fee": 0.0, "koc_fee": 0.0, "unpaid": 0.5}
    few = {"brands": {"count": 4}, "creators": {**none, pay: 0.1}}
    plain, inflated_claims = (
        Market(parameters(**merged(lively(**few), {"creators": {"claim_inflation": h}})), 1) for h in (0.0, 0.8)
    )
    for one in (plain, inflated_claims):
        one.open_day()
    said, meant = inflated_claims.posts, plain.posts
    np.testing.assert_array_equal(said["product"], meant["product"])
    inflated = 0.8 * (1.0 - inflated_claims.m.creators["integrity"][said["creator"]])
    np.testing.assert_allclose(said["claim"] - meant["claim"], np.where(said["paid"], inflated, 0.0), atol=1e-12)
    assert said["paid"].sum() > 2 and (pay != "koc_fee" or said["fee"].max() > 0)


def test_content_share_lets_creators_post_without_contracts() -> None:
    poor = {"brands": {"weekly_budget": 0.001}, "creators": {"resale_margin": 0.0, "unpaid": 0.0}}
    row = {"to": "author", "of": "price", "share": 0.03, "by": "platform"}
    paid, free = (market(days=4, **merged(lively(*some), poor)) for some in ([row], []))
    assert len(paid.posts) > len(free.posts) + 10


def test_nobody_sells_for_pay_that_no_brand_gives() -> None:
    """A line that brands would pay moves nobody where they have no budget for creators."""
    mean = {"brands": {"kol": 0.0, "koc": 0.0}, "creators": {"resale_margin": 0.0, "unpaid": 0.5}}
    row = {"to": "author", "of": "price", "share": 0.03}
    unpaid, free = (market(days=8, **merged(lively(*some), mean)) for some in ([row], []))
    assert 0 < len(unpaid.posts) < 1.5 * len(free.posts) and not unpaid.posts["paid"].any()


# --- what may be declared -------------------------------------------------------------------------------------------

REFUSED = {
    "[{of: day, sum: 1, by: platform, brands: [1]}]": "platform.pay.0.brands: pay of=day by=platform is the same for",
    "[{share: 0.1, by: buyer, brands: [1]}]": "platform.pay.0.brands: pay of=price by=buyer is the same for all brands",
    "[{share: 0.1, brands: [99]}]": "platform.pay: no brand 99; expected 0 to 47",
    "[{to: friend}]": "platform.pay.0.to=friend: expected one of seller, author, sharer, recruiter, staff",
    "[{too: seller}]": "platform.pay.0.too=seller: unknown key 'too'; ",
    "[{to: recruiter, share: 0.1, level: 4}]": "platform.pay.0.level: 4 levels of recruiters are a pyramid scheme, ",
    "[{share: 0.1, level: 2}]": "platform.pay.0.level=2: only recruiters have levels; expected 1 with to=seller",
    "[{sum: 3}]": "platform.pay.0.sum=3: pay of=price is a share; expected share, and no sum",
    "[{of: day, share: 0.1}]": "platform.pay.0.share=0.1: pay of=day is a sum; expected sum, and no share",
    "[{to: sharer, of: post, sum: 1}]": "platform.pay.0.of=post: with to=sharer expected one of price, margin, order",
    "[{of: order, sum: 1, by: buyer}]": "platform.pay.0.of=order: with by=buyer expected one of price",
    "[{share: 0.1, by: buyer, claw_back: false}]": "platform.pay.0.claw_back=false: who sends goods back pays nothing",
    "[{to: staff, of: day, sum: 1}]": "platform.pay.0.by=brand: a platform's staff is paid by the day by the platform",
    "[{share: 0.5}, {share: 0.5}]": "platform.take_rate + creators.commission + creators.resale_margin + platform.pay",
    "[{of: margin, share: 0.6}, {of: margin, share: 0.6}]": "platform.pay: 1.2 of the margin; ",
    "[" + ", ".join(["{share: 0}"] * 13) + "]": "platform.pay: 13 lines given, expected at most 12",
}  # fmt: skip


@pytest.mark.parametrize("rows", REFUSED)
def test_what_cannot_be_paid_is_refused_in_one_line(rows: str) -> None:
    with pytest.raises(UserError) as caught:
        load_settings(["experiment=single", f"platform.pay={rows}"])
    assert str(caught.value).startswith(REFUSED[rows]) and "\n" not in str(caught.value)


def test_lines_of_pay_are_read_from_the_command_line() -> None:
    given = ["experiment=single", "platform.pay=[{to: sharer, share: 0.05}, {to: recruiter, level: 2, share: 0.01}]"]
    pay = load_settings(given).parameters.platform.pay
    assert pay == (Pay(to="sharer", share=0.05), Pay(to="recruiter", level=2, share=0.01))


def test_policy_of_pay_changes_between_two_days() -> None:
    """Orders keep the terms on which they were made."""
    before, after = (parameters(**lively(*rows)) for rows in ([REWARD], []))
    one = Market(before, 1, keep_orders=True).run(6)
    owed = lines_of(one)
    one.change(after).run(8)
    lines = lines_of(one)
    assert len(lines) == len(owed) and (lines.fen == owed.fen).all()
    assert lines.paid.sum() > owed.paid.sum()


def test_a_market_with_lines_of_pay_is_put_aside_and_taken_up(tmp_path: Path) -> None:
    rows = [{"to": to, "of": "price", "share": 0.02, "wait": 2} for to in ("sharer", "author", "recruiter", "staff")]
    one = Market(parameters(**lively(*rows)), 1, keep_orders=True).run(7)
    one.save(tmp_path / "aside")
    other = Market.load(tmp_path / "aside").run(4)
    assert_same(one.run(4), other)
    assert len(lines_of(other)) > 50


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lines.fen", 1, "orders: the lines of an order miss its price"),
        ("lines.consumer", -1, "lines.consumer: nobody is paid"),
        ("orders.first_line", 10**6, "orders.first_line: beyond the"),
        ("lines.payee", int(Payee.SELLER), "lines.creator: nobody is paid"),
    ],
)
def test_lines_that_cannot_be_are_not_taken_up(tmp_path: Path, name: str, value: int, message: str) -> None:
    Market(parameters(**lively(REWARD)), 1, keep_orders=True).run(5).save(tmp_path / "aside")
    with np.load(tmp_path / "aside") as file:
        arrays: dict[str, Any] = dict(file)
    table, _, column = name.partition(".")
    arrays[table][column][arrays["orders"]["lines"] > 0 if table == "orders" else slice(None)] = value
    np.savez(tmp_path / "edited.npz", **arrays)
    with pytest.raises(UserError, match=message):
        Market.load(tmp_path / "edited.npz")


def test_orders_that_are_over_let_go_of_their_lines() -> None:
    """The table of lines does not grow for ever where orders are not kept; what is paid is the same."""
    p, seed = parameters(**lively(REWARD, {"to": "staff", "of": "order", "sum": 0.1, "wait": 5})), 2
    kept, let_go = Market(p, seed, keep_orders=True).run(40), Market(p, seed).run(40)
    assert let_go.m.used[3] < kept.m.used[3] / 2
    for mine, others in zip(let_go.m.accounts, kept.m.accounts, strict=True):
        np.testing.assert_array_equal(mine, others)
