from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_markets import kept_by, market, parameters, received_of

from sim.errors import UserError
from sim.market import Market
from sim.referral import trace, trees
from sim.state.channels import CREATOR_CHANNELS, PRIVATE_CHANNELS, PUBLIC_CHANNELS, Channel

DAYS = 40
OFTEN = [{"name": name, "interval": 3, "price": 20} for name in ("bread", "fruit")]
CHATTY: dict[str, Any] = {
    "market": {
        "people": {"sociability": 0.6, "budget": 6_000, "activity": 0.9},
        "choice": {"outside": -4.0},
        "catalogue": {"categories": OFTEN, "products_per_category": 6},
        "sharing": {"friends_told": 4},
    }
}
PRIVATE: dict[str, Any] = {"market": {"attention": {"public_slots": 0.0, "search": 0.0}}}
STEPS = ["delivered", "viewed", "considered", "ordered", "kept"]
POLICIES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no commission": {"platform": {"take_rate": 0.0}, "creators": {"commission": 0.0}},
    "chatty": CHATTY,
    "coupons": {**CHATTY, "platform": {"coupon": 0.3, "coupon_newcomers": False}},
    "public alone": {"creators": {"koc_share": 0.0, "private_share_kol": 0.0}},
    "private alone": {**PRIVATE, "creators": {"private_share_kol": 1.0}},
    "rival platforms": {**CHATTY, "platform": {"share": 0.6}, "rivals": [{"share": 0.4, "take_rate": 0.0}]},
    "own pools": {"brands": {"own": 0.2, "kol": 0.2, "koc": 0.2}},
}


@pytest.fixture(scope="module", params=POLICIES, ids=lambda name: name.replace(" ", "_"))
def lived(request: pytest.FixtureRequest) -> Market:
    return market(days=DAYS, **POLICIES[request.param])


@pytest.fixture(scope="module")
def chatty() -> Market:
    return market(days=60, seed=4, **CHATTY)


def test_gmv_is_the_product_of_its_parts(lived: Market) -> None:
    o = lived.result().outcomes
    product = o["traffic"] * o["direct_conversion"] * o["direct_order_value"] * o["share_coefficient"]
    assert product == pytest.approx(o["gmv"], rel=8 * np.finfo(float).eps)
    assert o["gmv"] > 0


def test_outcomes_can_be_had_without_the_tables(lived: Market) -> None:
    np.testing.assert_equal(lived.outcomes(), lived.result().outcomes)


def test_the_parts_are_what_their_names_say(lived: Market) -> None:
    o, orders, daily = lived.result().outcomes, lived.orders(), lived.daily()
    direct = orders[orders.channel != Channel.FRIEND]
    assert o["gmv"] == orders.price.sum() / 100 == pytest.approx(daily.gmv.sum(), rel=1e-12)
    assert o["gmv_kept"] == kept_by(orders).price.sum() / 100
    assert o["share_coefficient"] == orders.price.sum() / direct.price.sum()
    assert o["direct_order_value"] == pytest.approx(direct.price.mean() / 100, rel=1e-12)
    assert o["direct_conversion"] * o["traffic"] == pytest.approx(len(direct), rel=1e-12)
    assert o["views"] == daily.views.sum()
    assert o["orders"] == len(orders) == daily.orders.sum()
    assert o["return_rate"] == pytest.approx(received_of(orders).returned.mean(), rel=1e-12)
    assert o["buyers"] == orders.consumer.nunique()
    assert o["consumer_surplus"] == orders.surplus.sum() / 100


def test_a_funnel_never_widens(lived: Market) -> None:
    """From the first day on: what is kept in a window may have been ordered before it."""
    steps = lived.recorder.steps()
    for wider, narrower in pairwise(STEPS):
        assert (steps[wider] >= steps[narrower]).all(), narrower
    funnel = lived.result().funnel
    for _, counts in funnel.groupby("domain"):
        assert counts.step.tolist() == STEPS
        assert counts["count"].is_monotonic_decreasing
    by_domain = funnel.set_index(["domain", "step"])["count"]
    channel = lived.orders().channel
    assert by_domain["public", "ordered"] == channel.isin(PUBLIC_CHANNELS).sum()
    assert by_domain["private", "ordered"] == channel.isin(PRIVATE_CHANNELS).sum()
    assert by_domain["private", "kept"] == kept_by(lived.orders()).channel.isin(PRIVATE_CHANNELS).sum()


def test_the_split_of_kept_gmv_leaves_nothing(lived: Market) -> None:
    result = lived.result()
    fen = (result.split.yuan * 100).round().astype(int)
    assert fen.sum() == round(result.outcomes["gmv_kept"] * 100)


def test_a_domain_that_is_switched_off_sells_nothing() -> None:
    public = market(days=20, **POLICIES["public alone"]).orders()
    private = market(days=20, **POLICIES["private alone"]).orders()
    assert not public.channel.isin(PRIVATE_CHANNELS).any()
    assert not private.channel.isin(PUBLIC_CHANNELS).any()
    assert private.channel.isin(PRIVATE_CHANNELS).any()


# --- referral -------------------------------------------------------------------------------------------------------


def friends_of(one: Market, person: int) -> set[int]:
    graph = one.world.graph
    return set(graph.friends[graph.offsets[person] : graph.offsets[person + 1]].tolist())


def test_every_order_is_traced_to_a_first_post(lived: Market) -> None:
    orders = lived.orders()
    traced = trace(orders)
    first = orders.loc[traced["first"]].reset_index(drop=True)
    assert not first.channel.isin([Channel.FRIEND]).any()
    assert (first["product"] == orders["product"]).all()  # what is told and recalled is the product itself
    again = orders.duplicated(["consumer", "product"])
    assert not (first.channel[first.order == orders.order] == Channel.RECALL)[again].any()
    assert (first.day <= orders.day).all()
    by_creator = first.channel.isin([*CREATOR_CHANNELS, Channel.OWN_POOL])
    assert (traced.first_creator[by_creator] >= 0).all()
    assert (traced.first_creator[~by_creator] == -1).all()
    assert (traced.first_channel == [Channel(c).name.lower() for c in first.channel]).all()


def test_a_word_comes_from_a_friend_who_bought_the_day_before_or_earlier(chatty: Market) -> None:
    orders = chatty.orders()
    traced = trace(orders)
    led = traced[traced.parent >= 0]
    assert len(led) > 100
    assert (orders.channel[led.order] == Channel.FRIEND).all()
    teller, listener = orders.loc[led.parent].reset_index(drop=True), orders.loc[led.order].reset_index(drop=True)
    assert (teller.day < listener.day).all()
    assert (teller["product"] == listener["product"]).all()
    assert all(t in friends_of(chatty, i) for t, i in zip(teller.consumer, listener.consumer, strict=True))


def test_words_too_many_to_remember_are_traced_too() -> None:
    told = {"people": {"sociability": 0.9, "activity": 0.9, "budget": 9_000}, "choice": {"outside": -8.0}}
    goods = {"catalogue": {"categories": OFTEN, "products_per_category": 40}, "sharing": {"friends_told": 8}}
    orders = market(days=30, market={**told, **goods}, platform={"delivery_days": 0}).orders()
    assert (trace(orders).parent >= 0).sum() == (orders.channel == Channel.FRIEND).sum() > 500


def test_the_seller_at_the_root_sells_to_all_whom_the_word_reaches(chatty: Market) -> None:
    orders = chatty.orders()
    traced = trace(orders)
    led = traced[traced.parent >= 0]
    seller, before = orders.creator[led.order].to_numpy(), orders.creator[led.parent].to_numpy()
    out_of_business = (seller == -1) & (before >= 0) & ~chatty.m.creators["active"][before]
    own_word = (seller == -1) & (before >= 0) & (chatty.m.creators["consumer"][before] == orders.consumer[led.order])
    assert ((seller == before) | out_of_business | own_word).all()
    assert (seller >= 0).any()


def test_a_friends_word_has_an_order_behind_it(chatty: Market) -> None:
    """Nothing was told from outside; so what was met by a friend's word, and no other order, has a parent."""
    orders = chatty.orders()
    assert ((orders.channel == Channel.FRIEND) == (orders.parent >= 0)).all()


def test_depth_counts_words_and_the_root_has_none(chatty: Market) -> None:
    traced = trace(chatty.orders())
    led = traced.parent >= 0
    assert (traced.depth[~led] == 0).all()
    assert (traced.root[~led] == traced.order[~led]).all()
    parent = traced.parent[led].to_numpy()
    assert (traced.depth[led].to_numpy() == traced.depth[parent].to_numpy() + 1).all()
    assert (traced.root[led].to_numpy() == traced.root[parent].to_numpy()).all()
    assert traced.depth.max() >= 3


def test_trees_hold_every_order_once(chatty: Market) -> None:
    traced = trace(chatty.orders())
    table = trees(traced)
    assert table["size"].sum() == len(traced)
    assert table.depth.sum() == traced.groupby("root").depth.max().sum()
    assert (table.virality.isna() == (table["size"] == 1)).all()
    larger = table[table["size"] > 1]
    assert (larger.virality >= 2 - 2 / larger["size"] - 1e-12).all()  # a star is the least viral tree
    assert (larger.virality <= (larger["size"] + 1) / 3 + 1e-12).all()  # and a chain the most


def orders_like(parents: list[int]) -> pd.DataFrame:
    """Orders of one product by different people, each led by the one named, or by a listing."""
    n = len(parents)
    return pd.DataFrame(
        {
            "order": range(n), "day": range(n), "consumer": range(n), "product": 3, "creator": -1, "parent": parents,
            "channel": [Channel.FRIEND if parent >= 0 else Channel.LISTING for parent in parents],
        }
    )  # fmt: skip


@given(st.lists(st.integers(0, 10**6), max_size=25))
def test_structural_virality_is_the_mean_distance_of_all_pairs(draws: list[int]) -> None:
    parents = [draw % (n + 1) - 1 for n, draw in enumerate(draws)]
    table = trees(trace(orders_like(parents))).set_index("root")
    graph = nx.Graph()
    graph.add_nodes_from(range(len(parents)))
    graph.add_edges_from((n, parent) for n, parent in enumerate(parents) if parent >= 0)
    assert len(table) == nx.number_connected_components(graph)
    for tree in nx.connected_components(graph):
        root = min(tree)
        distance = dict(nx.all_pairs_shortest_path_length(graph.subgraph(tree)))
        assert table["size"][root] == len(tree)
        assert table.depth[root] == max(distance[root].values())
        if len(tree) > 1:
            mean = np.mean([distance[a][b] for a, b in combinations(tree, 2)])
            assert table.virality[root] == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize(
    ("parents", "virality"),
    [([-1, 0], 1), ([-1, 0, 0, 0], 1.5), ([-1, 0, 1, 2], 5 / 3), ([-1, *[0] * 99], 2 - 2 / 100)],
)
def test_structural_virality_of_pairs_stars_and_chains(parents: list[int], virality: float) -> None:
    assert trees(trace(orders_like(parents))).virality.tolist() == pytest.approx([virality])


def test_what_is_recalled_goes_back_to_the_first_purchase() -> None:
    orders = orders_like([-1, 0, -1, -1, -1])
    orders["consumer"] = [0, 1, 1, 1, 2]  # the friend of order 0 buys again twice, and somebody who has not bought
    recalled = orders["order"] >= 2
    orders["channel"] = orders["channel"].where(~recalled, Channel.RECALL)
    traced = trace(orders)
    assert traced["first"].tolist() == [0, 0, 0, 0, 4]
    assert traced.first_channel.tolist() == [*["listing"] * 4, "recall"]
    assert traced.root.tolist() == [0, 0, 2, 3, 4]


def test_orders_that_are_missing_are_noticed() -> None:
    with pytest.raises(UserError, match="expected every order since the first day"):
        trace(orders_like([-1, 0, 0])[1:])
    with pytest.raises(UserError, match="order 1, met by friend, has parent 1; expected an earlier order"):
        trace(orders_like([-1, 1]))
    with pytest.raises(UserError, match="order 1, met by search, has parent 0"):
        trace(orders_like([-1, 0]).assign(channel=Channel.SEARCH))


def test_no_orders_no_trees() -> None:
    assert len(trees(trace(market().orders()))) == 0


def test_nothing_is_told_before_it_is_measured() -> None:
    one = Market(parameters(), seed=1, burn_in=3).run(3)
    with pytest.raises(UserError, match=r"day 3: nothing is measured before burn-in ends; run more than 3 days"):
        one.result()
    assert one.run(1).result().outcomes["views"] > 0


def test_posts_of_a_day_are_kept_when_somebody_enters() -> None:
    entering = {"entry": 1.0, "koc_share": 0.05, "pool_least": 20, "pool_most": 40, "patience": 1, "reservation": 0.01}
    one = market(market={"people": {"sociability": 0.6}}, creators=entering)
    entered = 0
    for _ in range(15):
        before = len(one.m.creators)
        one.step()
        entered += len(one.m.creators) > before
        written = np.bincount(one.posts["creator"], minlength=len(one.m.creators))
        np.testing.assert_array_equal(written, one.m.cards["posts"])
    assert entered > 0
