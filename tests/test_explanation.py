from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_markets import market, parameters

from sim.errors import UserError
from sim.explanation import TERMS, Explanation
from sim.market import Market
from sim.state.channels import Channel

DAYS = 12
BUSY: dict[str, Any] = {
    "market": {
        "people": {"budget": 250.0, "sociability": 0.6},
        "attention": {"public_slots": 3.0},
        "choice": {"outside": -3.0},
        "sharing": {"friends_told": 6},
    },
    "creators": {"koc_share": 0.04},
    "platform": {"live_discount": 0.1, "coupon": 0.05, "coupon_newcomers": False},
}
ALL_OUTCOMES = {
    "bought",
    "another offer was better",
    "worth less than buying nothing",
    "beyond the money at hand",
    "the best, but the money went to something else",
    "the same as the best, seen again",
    "not for sale to people who do not follow the seller",
}


@pytest.fixture(scope="module")
def busy() -> Market:
    return market(days=DAYS, **BUSY)


@pytest.fixture(scope="module")
def told(busy: Market) -> list[Explanation]:
    """Days of 60 buyers on which they bought, and of 40 people whatever they did."""
    orders = busy.orders()
    bought = orders.iloc[np.linspace(0, len(orders) - 1, 60).astype(int)]
    days = [*zip(bought.consumer.astype(int), bought.day.astype(int), strict=True)]
    return [busy.explain(i, day) for i, day in dict.fromkeys([*days, *((7 * n, n % (DAYS + 1)) for n in range(40))])]


def all_offers(told: list[Explanation]) -> pd.DataFrame:
    return pd.concat([e.offers.assign(consumer=e.consumer, day=e.day) for e in told], ignore_index=True)


def test_the_terms_add_up_to_the_value(told: list[Explanation]) -> None:
    offers = all_offers(told)
    assert len(offers) > 300
    np.testing.assert_allclose(offers[list(TERMS)].sum(axis=1), offers["value"], rtol=0, atol=1e-12)
    assert (offers.friends > 0).any()
    assert (offers.trust.dropna().between(0, 1)).all()


def test_what_was_bought_is_what_the_market_has_in_its_books(busy: Market, told: list[Explanation]) -> None:
    orders = busy.orders()
    count = 0
    for one in told:
        ordered = orders[(orders.consumer == one.consumer) & (orders.day == one.day)].sort_values("product")
        bought = one.offers[one.offers.outcome == "bought"].sort_values("product")
        if one.day == DAYS:
            assert ordered.empty  # the next day has yet to come
            continue
        assert bought["product"].tolist() == ordered["product"].tolist()
        for (_, offer), (_, order) in zip(bought.iterrows(), ordered.iterrows(), strict=True):
            assert Channel[offer.channel.upper().replace(" ", "_")] == order.channel
            assert offer.creator == order.creator
            assert round(offer.price * 100) == order.price - order.coupon
            assert offer.value > offer.outside
            count += 1
    assert count > 40


def test_the_day_to_come_is_foretold(busy: Market) -> None:
    tomorrow = market(days=DAYS + 1, **BUSY).orders()
    tomorrow = tomorrow[tomorrow.day == DAYS]
    for i in tomorrow.consumer[:10].astype(int):
        said = busy.consumers[i].explain()
        assert said.day == DAYS
        bought = said.offers["product"][said.offers.outcome == "bought"]
        assert sorted(bought) == sorted(tomorrow["product"][tomorrow.consumer == i])


def test_outcomes_are_consistent(told: list[Explanation]) -> None:
    offers = all_offers(told)
    assert set(offers.outcome) <= ALL_OUTCOMES
    assert len(set(offers.outcome)) >= 5
    for _, category in offers.groupby(["consumer", "day", "category"]):
        assert (category.outcome == "bought").sum() <= 1
        assert category.outside.nunique() == 1
        eligible = category[~category.outcome.isin(["beyond the money at hand"])]
        bought = category[category.outcome == "bought"]
        if len(bought):
            assert bought["value"].item() == eligible["value"].max()
        elif not category.outcome.str.startswith("the best").any():
            assert not (eligible["value"] > eligible.outside).any()


def test_nobody_pays_more_than_is_at_hand(told: list[Explanation]) -> None:
    for one in told:
        spent = one.offers.price[one.offers.outcome == "bought"].sum()
        assert spent <= one.wallet + 1e-9
        too_dear = one.offers.price[one.offers.outcome == "beyond the money at hand"]
        assert (too_dear > one.wallet).all()


def test_who_is_not_online_weighs_nothing(told: list[Explanation]) -> None:
    assert {one.active for one in told} == {True, False}
    assert all(one.offers.empty for one in told if not one.active)


def test_money_at_hand_is_kept_for_two_months_at_most() -> None:
    one = market(days=60, market={"consumers": 60, "choice": {"outside": 10.0}})
    income = one.m.people["income"]
    assert (one.m.consumers["wallet"] == 60 * income).mean() > 0.4
    assert one.explain(3, 60).wallet <= 60 * income[3] / 100


def test_a_gated_market_says_so() -> None:
    one = market(days=3, platform={"follow_gate": True})
    said = {outcome for i in range(12) for outcome in one.explain(i, 2).offers.outcome}
    assert "not for sale to people who do not follow the seller" in said


def test_burn_in_does_not_change_the_story(busy: Market) -> None:
    late = Market(parameters(**BUSY), 1, burn_in=5, keep_orders=True).run(DAYS)
    buyer, day = busy.orders()[["consumer", "day"]].iloc[-1]
    pd.testing.assert_frame_equal(late.explain(int(buyer), int(day)).offers, busy.explain(int(buyer), int(day)).offers)


def test_an_explanation_leaves_the_market_alone(busy: Market) -> None:
    before = busy.m.consumers["wallet"].copy(), len(busy.orders()), busy.day
    busy.explain(0, DAYS)
    np.testing.assert_array_equal(busy.m.consumers["wallet"], before[0])
    assert (len(busy.orders()), busy.day) == before[1:]


def test_it_reads_as_prose(told: list[Explanation]) -> None:
    one = next(e for e in told if (e.offers.outcome == "bought").any())
    lines = str(one).splitlines()
    for part in (f"Consumer {one.consumer}", f"day {one.day}", f"{one.wallet:.2f} yuan", *one.needs):
        assert part in lines[0]
    assert len(lines) == 1 + one.offers.category.nunique() + 2 * len(one.offers)
    offer = one.offers[one.offers.outcome == "bought"].iloc[0]
    line = next(line for line in lines if line.endswith(": bought"))
    assert f"{offer.value:8.2f}  product " in line
    assert "yuan" in line
    terms = lines[lines.index(line) + 1]
    stated = [float(term.rsplit(" ", 1)[1]) for term in terms.split(",")]
    assert sum(stated) == pytest.approx(offer.value, abs=0.005 * (len(stated) + 1))
    assert "nan" not in str(one)


def test_an_offline_day_in_words(told: list[Explanation]) -> None:
    one = next(e for e in told if not e.active)
    assert "not online" in str(one)


@pytest.mark.parametrize(
    ("consumer", "day", "message"),
    [
        (300, 0, "consumer=300: expected 0 to 299"),
        (-1, 0, "consumer=-1: expected 0 to 299"),
        (0, DAYS + 1, f"day={DAYS + 1}: the market has run {DAYS} days; expected 0 to {DAYS}"),
        (0, -1, "day=-1: the market has run"),
    ],
)
def test_who_or_when_that_is_not_there_is_refused(busy: Market, consumer: int, day: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        busy.explain(consumer, day)


def test_a_search_shows_no_product_twice_however_many_there_are() -> None:
    tea = {"name": "tea", "interval": 1, "price": 50.0}
    searching = {"search": 1.0, "search_results": 20, "public_slots": 0.0}
    goods = {"categories": [tea], "products_per_category": 150}
    people = {"activity": 1.0}
    groups = {"attention": searching, "catalogue": goods, "people": people}
    one = market(days=2, market=groups, brands={"ads": 0.0})
    days = [one.explain(consumer, 2).offers for consumer in range(60)]
    found = pd.concat([offers[offers.channel == "search"].assign(consumer=n) for n, offers in enumerate(days)])
    assert len(found) > 150 and (found["product"] > 63).any()
    assert not found.duplicated(["consumer", "product"]).any()
