"""Presets of platforms: each is a market in which people buy, and is what its file says; silence and city tiers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_markets import market, parameters

from experiments.design.configuration import load_settings
from experiments.settings.mistakes import validated
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Parameters
from sim.state import CHANNELS, Channel, Tier
from sim.world import World

PRESETS = sorted(path.stem for path in Path("configs/platform").glob("*.yaml"))
WITHOUT_SHELF = ["mihe", "mihe_brands", "wechat_private", "micro_business", "daigou", "s2b2c"]


def of(preset: str, *overrides: str) -> Parameters:
    return load_settings([f"platform={preset}", "experiment=single", "market.consumers=500", *overrides]).parameters


def lived(preset: str, *overrides: str, days: int = 30) -> Market:
    return Market(of(preset, *overrides), 1, keep_orders=True).run(days)


def test_the_experiment_compares_all_presets() -> None:
    arms = load_settings(["experiment=presets"]).arms()
    assert {arm.name for arm in arms} == set(PRESETS)
    for arm in arms:
        assert arm.parameters.platform == of(arm.name).platform, arm.name


@pytest.mark.parametrize("preset", WITHOUT_SHELF)
def test_without_a_shelf_nothing_is_shown_but_posts(preset: str) -> None:
    one = lived(preset, days=20)
    shown = one.recorder.delivered
    assert shown[[Channel.LISTING, Channel.SEARCH, Channel.AD]].sum() == 0
    assert shown[[Channel.PRIVATE_POST, Channel.PUBLIC_POST]].sum() > 0
    assert len(one.orders()) > 0


def test_mihe_ranks_posts_of_kocs_and_every_post_can_be_bought_from() -> None:
    one = lived("mihe")
    public = one.posts[~one.posts["private"]]
    assert (one.m.creators["tier"][public["creator"]] == Tier.KOC).any()
    assert one.recorder.delivered[Channel.PUBLIC_POST] > 0
    assert not one.orders().channel.isin([Channel.LISTING, Channel.SEARCH, Channel.AD]).any()


def test_a_shelf_sells_to_people_whom_no_creator_tells() -> None:
    orders = lived("shelf").orders()
    assert (orders.creator < 0).mean() > 0.8


@pytest.mark.parametrize("preset", ["daigou", "micro_business", "s2b2c"])
def test_sellers_with_a_mark_up_of_their_own_live_on_what_buyers_pay(preset: str) -> None:
    one = lived(preset)
    orders = one.orders()
    sold = orders[orders.creator >= 0]
    assert len(sold) > 0
    assert (sold.commission == 0).all()
    mark_up = of(preset).creators.resale_margin
    assert sold.margin.to_numpy() == pytest.approx(sold.price.to_numpy() * mark_up / (1 + mark_up), abs=1)
    assert one.m.brands["spent"][:, :CHANNELS].sum() == 0


def test_city_tiers_differ_in_budget_where_they_are_given_one() -> None:
    tiers, given = [0.5, 0.25, 0.25], [2.0, 1.0, 0.5]
    plain = World.build(parameters(market={"people": {"city_tiers": tiers}}), 1).people
    people = World.build(parameters(market={"people": {"city_tiers": tiers, "city_tier_budget": given}}), 1).people
    assert np.array_equal(plain["city_tier"], people["city_tier"])
    assert people["income"] == pytest.approx(plain["income"] * np.array(given)[plain["city_tier"] - 1], abs=2)
    with pytest.raises(UserError, match=r"^market\.people\.city_tier_budget: 1 given, expected one for each of 6"):
        validated(Parameters, {"market": {"people": {"city_tier_budget": [1.0]}}})


def test_silence_loses_followers() -> None:
    """From the first day on which a silent creator is forgotten, each follower leaves with the same probability."""
    quiet = {"posts_fixed": 0.0, "patience": 1000, "entry": 0.0}
    leave, silence, days = 0.02, 7, 28
    attention = {"silence": silence, "leave": leave, "search": 0.0, "public_slots": 0.0}
    one = market(creators=quiet, market={"attention": attention})
    before = int(one.m.creators["audience"].sum())
    one.run(silence + 1)
    assert one.m.creators["audience"].sum() == before
    one.run(days - silence - 1)
    kept = (1 - leave) ** (days - silence - 1)
    error = np.sqrt(before * kept * (1 - kept))
    assert abs(one.m.creators["audience"].sum() - before * kept) < 4 * error
    talking = market(days=days, creators={**quiet, "posts_fixed": 0.5}, market={"attention": attention})
    assert talking.m.creators["audience"].sum() > before * kept + 4 * error
