"""Words: from one friend to many, and from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_markets import assert_same, market, without_past

from sim.agents.advising import answer_questions
from sim.agents.word_of_mouth import deliver
from sim.draws import Stream, stream_keys, uniform
from sim.errors import UserError
from sim.graphs.graph import Graph
from sim.market import Market
from sim.records import NOBODY
from sim.referral import trace
from sim.state.channels import Channel
from sim.state.visits import Question, Word

EMPTY = market()

TALKATIVE: dict[str, Any] = {
    "market": {"people": {"sociability": 0.9}, "choice": {"outside": -8.0}, "sharing": {"friends_told": 1000}},
    "graph": {"kind": "scale_free", "mean_degree": 20},
}
QUIET: dict[str, Any] = {
    "market": {
        "attention": {"public_slots": 0, "search": 0},
        "people": {"activity": 1.0},
        "choice": {"outside": -8.0},
        "memory": {"use": 0.0, "heard": 0.0},  # so that nothing comes to mind by itself
    },
    "creators": {"koc_share": 0, "kol_count": 0},
    "brands": {"weekly_budget": 0},
}


def told_of_each_order(one: Market) -> dict[int, int]:
    """Friends told today, by number of the order that arrived."""
    orders, counts = np.unique(one.m.inbox["order"], return_counts=True)
    return dict(zip(orders.tolist(), counts.tolist(), strict=True))


def test_who_tells_all_friends_tells_all_of_them() -> None:
    """Also those with more friends than any list has room for by default."""
    one = market(days=3, **TALKATIVE)
    degree = np.diff(one.world.graph.offsets)
    told = told_of_each_order(one)
    orders = one.orders().set_index("order")
    assert all(n == degree[orders.consumer[order]] for order, n in told.items())
    assert (orders.received[list(told)] == one.day - 1).all()
    assert max(told.values()) > 40


def test_room_for_words_does_not_depend_on_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = market(days=3, **TALKATIVE)
    monkeypatch.setattr("sim.engine.consumer_pass.ARRIVALS", 17)
    assert_same(market(days=3, **TALKATIVE), whole)


def test_a_word_from_outside_is_heard_the_next_day_and_begins_a_tree() -> None:
    one = without_past(market(**QUIET)).run(1)
    assert len(one.orders()) == 0
    one.tell(np.array([7, 3, 7]), 5).step()
    heard = one.m.memories["product"] == 5
    assert sorted(np.flatnonzero(heard.any(axis=1))) == [3, 7]
    assert (one.m.memories["friends"][7][heard[7]], one.m.memories["friends"][3][heard[3]]) == (2, 1)
    one.tell(np.arange(300), 5).run(6)
    orders = trace(one.orders())
    assert (one.orders()["product"] == 5).all()
    assert (orders.first_channel == Channel.FRIEND.name.lower()).all()
    assert (orders.root[orders.parent < 0] == orders.order[orders.parent < 0]).all()
    assert (orders.parent >= 0).any()


OFTEN = [{"name": name, "interval": 5, "price": 30} for name in ("bread", "milk")]


def test_a_bad_word_makes_a_good_known_and_bought_less_than_a_good_word() -> None:
    """Paired: everybody hears of one product on the first day, ill or well or nothing."""
    orders = {}
    for said in (None, -3.0, 3.0):
        one = market(market={"consumers": 1_000, "catalogue": {"categories": OFTEN}})
        if said is not None:
            one.tell(np.arange(1_000), 3)
            one.m.inbox["quality"] = said
        one.run(14)
        orders[said] = int((one.orders()["product"] == 3).sum())
    assert 20 < orders[-3.0] < 0.5 * orders[3.0], orders


@pytest.mark.parametrize(
    ("consumers", "product", "message"),
    [([300], 0, "rows 0 to 299"), ([-1], 0, "rows 0 to 299"), ([0], 192, "product=192: expected 0 to 191")],
)
def test_a_word_to_nobody_or_of_nothing_is_refused(consumers: list[int], product: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        market().tell(np.array(consumers), product)


def test_a_market_may_have_a_single_good() -> None:
    """One category, one product: whatever is bought, is this."""
    goods = {"categories": [{"name": "good"}], "products_per_category": 1}
    one = market(days=5, market={"catalogue": goods, "choice": {"outside": -8.0}})
    assert len(one.world.goods.category) == 1
    assert isinstance(one.world.graph, Graph)
    assert len(one.orders()) > 0
    assert set(one.orders()["product"]) == {0}


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=40), st.integers(0, 6))
def test_a_creator_answers_by_lot(asked: list[tuple[int, int]], answers: int) -> None:
    """Against each creator's questions sorted by their lots."""
    creator, category = (np.array([row[n] for row in asked], int) for n in range(2))
    consumer = np.arange(len(asked))
    questions, keys = Question.table(len(asked)), stream_keys(3)
    questions["consumer"], questions["creator"], questions["category"] = consumer, creator, category
    consumers = EMPTY.m.consumers[: len(asked)].copy()
    consumers["adviser"], consumers["question"] = NOBODY, 0
    m = EMPTY.m._replace(day=7, keys=keys, consumers=consumers, creators=EMPTY.m.creators[:5])
    with np.errstate(over="ignore"):
        taken = answer_questions(answers, questions, m)
        lots = [uniform(keys[Stream.ASK], 7, i, 2 + c) for i, c in enumerate(category.tolist())]
    expected = np.full(len(asked), NOBODY)
    for k in range(5):
        expected[sorted(np.flatnonzero(creator == k), key=lots.__getitem__)[:answers]] = k
    np.testing.assert_array_equal(consumers["adviser"], expected)
    np.testing.assert_array_equal(consumers["question"], np.where(expected >= 0, category, 0))
    assert taken == np.count_nonzero(expected >= 0)


@given(st.lists(st.integers(0, 5), max_size=40))
def test_words_arrive_by_recipient_in_the_order_told(to: list[int]) -> None:
    words = Word.table(len(to))
    words["to"], words["order"] = to, 100 + np.arange(len(to))
    inbox = deliver(words)
    np.testing.assert_array_equal(inbox["to"], sorted(to))
    np.testing.assert_array_equal(inbox["order"], 100 + np.argsort(to, kind="stable"))
