from __future__ import annotations

import gc
import weakref
from contextlib import closing

import mesa
import numpy as np
import pandas as pd
import pytest
from small_markets import assert_same, market

from sim.agents.brand import Brand
from sim.agents.consumer import Consumer
from sim.agents.koc import KOC
from sim.agents.kol import KOL
from sim.agents.platform import Platform
from sim.errors import UserError
from sim.ledger import Revenue
from sim.market import Market
from sim.state.creators import Tier
from sim.world import World

DAYS = 4


@pytest.fixture(scope="module")
def lived() -> Market:
    return market(days=DAYS, creators={"koc_share": 0.03})


def test_a_market_is_a_model_and_its_people_are_agents(lived: Market) -> None:
    assert isinstance(lived, mesa.Model)
    assert lived.steps == lived.day == DAYS
    person = lived.consumers[42]
    assert isinstance(person, mesa.Agent)
    assert isinstance(person, Consumer)
    assert person.model is lived
    assert person.wallet == lived.m.consumers["wallet"][42]
    assert "wallet" in dir(person)
    assert person in lived.consumers
    assert person in lived.agents
    everybody = [*lived.consumers, *lived.kocs, *lived.kols, *lived.brands, *lived.platforms]
    assert len(lived.agents) == len(everybody) == len({agent.unique_id for agent in everybody})


def test_agents_by_type(lived: Market) -> None:
    by_type = lived.agents_by_type
    assert set(by_type) == {Consumer, KOC, KOL, Brand, Platform}
    assert by_type[Consumer] is lived.consumers
    assert len(by_type[Brand]) == lived.parameters.brands.count
    assert [agent.row for agent in by_type[KOL]] == np.flatnonzero(lived.m.creators["tier"] == Tier.KOL).tolist()
    rich = by_type[Consumer].select(lambda person: person.wallet > 100_000)
    wallets = lived.m.consumers["wallet"]
    assert 0 < len(rich) < len(wallets)
    assert rich.agg("wallet", np.mean) == wallets[wallets > 100_000].mean()
    assert len(rich) == len(by_type[Consumer].select(where=wallets > 100_000))
    assert by_type[KOC].agg("audience", sum) == lived.m.creators["audience"][lived.m.creators["tier"] == Tier.KOC].sum()


def test_group_by_and_get(lived: Market) -> None:
    people = lived.m.people
    means = lived.consumers.groupby("city_tier").agg("income", np.mean)
    assert means == {t: people["income"][people["city_tier"] == t].mean() for t in np.unique(people["city_tier"])}
    assert np.shares_memory(lived.consumers.get("income"), people["income"])
    oldest = lived.kocs.sort("audience")[0]
    assert oldest.audience == lived.kocs.agg("audience", max)


def test_a_koc_is_also_a_consumer(lived: Market) -> None:
    for creator in [*lived.kocs, *lived.kols]:
        assert isinstance(creator.person, Consumer)
        assert creator.person.creator == creator.row
        assert creator.person.unique_id == lived.consumers[creator.consumer].unique_id
        assert creator.person.home == creator.home
    assert issubclass(KOL, KOC)


def test_membership_follows_the_tier() -> None:
    one = market(days=1, creators={"koc_share": 0.03})
    rows = [creator.row for creator in one.kocs]
    one.m.creators["active"][rows[0]] = False
    one.m.creators["tier"][rows[1]] = Tier.KOL
    assert [creator.row for creator in one.kocs] == rows[2:]
    assert rows[1] in [creator.row for creator in one.kols]
    assert rows[0] not in [creator.row for creator in one.kols]


def test_data_collector() -> None:
    one = market(creators={"koc_share": 0.03})
    collector = mesa.DataCollector(
        model_reporters={
            "gmv": lambda m: m.daily().gmv.iloc[-1] if m.day else 0.0,
            "kocs": lambda m: len(m.kocs),
            "wallets": lambda m: m.consumers.agg("wallet", np.sum),
            "day": "day",
        },
        agenttype_reporters={
            Consumer: {"wallet": "wallet"},
            KOC: {"audience": "audience", "home": lambda creator: creator.person.home},
        },
    )
    collector.collect(one)
    for _ in range(DAYS):
        one.step()
        collector.collect(one)
    of_model = collector.get_model_vars_dataframe()
    assert of_model.day.tolist() == list(range(DAYS + 1))
    np.testing.assert_array_equal(of_model.gmv[1:], one.daily().gmv)
    assert of_model.wallets.iloc[-1] == one.m.consumers["wallet"].sum()
    assert of_model.wallets.is_unique
    of_people = collector.get_agenttype_vars_dataframe(Consumer)
    assert of_people.shape == ((DAYS + 1) * len(one.consumers), 1)
    last = of_people.xs(DAYS, level="Step").wallet
    np.testing.assert_array_equal(last, one.m.consumers["wallet"])
    first = of_people.xs(0, level="Step").wallet
    np.testing.assert_array_equal(first, World.build(one.parameters, one.seed).consumers["wallet"])
    creators = collector.get_agenttype_vars_dataframe(KOC).xs(DAYS, level="Step")
    assert creators.audience.tolist() == one.kocs.get("audience").tolist()


def test_a_day_by_hand_is_a_step() -> None:
    by_hand, stepped = market(), market(days=2)
    for _ in range(2):
        by_hand.open_day()
        by_hand.agents_by_type[Consumer].do("step")
        by_hand.close_day()
    assert_same(by_hand, stepped)


def test_a_researcher_may_intervene_between_days() -> None:
    """A gift of money to the poorest changes what they do and no parameter."""
    one, other = (market(days=2, market={"people": {"budget": 60.0}, "choice": {"outside": -6.0}}) for _ in range(2))
    poor = one.consumers.sort("wallet", ascending=True)[:50]
    for person in poor:
        person.wallet += 5_000_00
    assert one.m.consumers["wallet"].sum() == other.m.consumers["wallet"].sum() + 50 * 5_000_00
    assert len(one.run(3).orders()) > len(other.run(3).orders())


def test_platforms_tell_their_revenue() -> None:
    one = market(days=12, platform={"share": 0.5}, rivals=[{"share": 0.5, "annual_fee": 0.0, "take_rate": 0.0}])
    dear, free = one.platforms
    assert dear.revenue(Revenue.ANNUAL_FEE) > 0 == free.revenue(Revenue.ANNUAL_FEE)
    assert dear.revenue(Revenue.TAKE) > 0 == free.revenue(Revenue.TAKE)
    total = sum(platform.revenue(stream) for platform in one.platforms for stream in Revenue)
    assert one.result().outcomes["platform_revenue"] == pytest.approx(total / 100, rel=1e-12)


def test_run_reports_progress_and_returns_the_market() -> None:
    done: list[int] = []
    one = market()
    assert one.run(3, done.append) is one
    assert done == [1, 2, 3]
    assert one.run(2).day == 5
    assert isinstance(one.daily(), pd.DataFrame)
    assert one.daily().day.tolist() == [0, 1, 2, 3, 4]


def test_a_closed_market_leaves_its_tables_at_once() -> None:
    """Not when the collector of cycles comes by: workers that make thousands of markets would grow by each."""
    made = market(days=2)
    tables = [weakref.ref(table) for table in (made.m.creators, made.m.consumers)]
    gc.disable()
    try:
        with closing(made):
            pass
        assert [table() for table in tables] == [None, None]
    finally:
        gc.enable()


def test_rows_enter_and_leave_through_the_market_alone(lived: Market) -> None:
    with pytest.raises(UserError):
        lived.consumers[0].remove()
    with pytest.raises(AttributeError, match="did you mean 'wallet'"):
        _ = lived.consumers[0].walet
