"""No two things are decided by one random draw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sim import draw_numbers as of
from sim.agents.knowing import BRAND_KEY
from sim.draws import MOST_DAYS, MOST_FIRST, MOST_SECOND, PARTNERS, Stream
from sim.graphs.partners import ATTEMPTS
from sim.parameters import Parameters
from sim.ranges import MOST_BRANDS, MOST_PEOPLE
from sim.state.creators import MOST_POSTS
from sim.state.people import MEMORY_SLOTS
from sim.state.visits import MOST_PAGES
from sim.world.audience import TRIES
from sim.world.past import PURCHASES

HERE = Path(__file__).parent
LAYOUTS = of.Numbers.__subclasses__()
Shared = tuple[str, ...]

ON_PURPOSE: dict[Shared, str] = {
    ("MATCH", "tastes.own_match", "world.past.past_of"): "a bound, then the value",
    ("PAST", "world.past._chosen", "world.past.past_of"): "a bound, then the value",
    ("OUTSIDE", "agents.choosing.begin_choice", "agents.choosing.draw_outside"):
        "a bound, then the value",
    ("MEMBERSHIP", "agents.joining.join_and_leave", "agents.joining.leave"):
        "who reconsiders leaves with a smaller chance",
    ("WORLD_CREATOR", "world.creators.first_creators", "world.creators.new_creators"):
        "a KOL has the integrity of a KOC, with another median",
}  # fmt: skip
NOT_YET_APART: dict[Shared, str] = {
    ("POST", "agents.creating.choose_contract", "agents.creating.choose_to_sell"):
        "whoever finds no contract among some products looks at the same places of the list for what to sell",
    ("FOLLOW", "agents.following.follow_after_purchase", "agents.following.follow_to_trade"):
        "a brand's own account has the number, as a partner, of the person in its row",
    ("EXPERIENCE", "agents.creating.agrees", "agents.receiving.experience"):
        "a creator buys what was tried as a sample on the same day",
}  # fmt: skip
"""Numbers of their own would move the headline."""
NOT_IN_A_MARKET = {"GROWTH", "BRAND", "IMPORT", "CASCADE"}
SECONDS: dict[str, tuple[type[of.Numbers], ...]] = {
    "NEED": (of.NeedDraw,), "FEED": (of.FeedDraw,), "SEARCH": (of.SearchDraw,), "ASK": (of.AskDraw,),
    "EXPERIENCE": (of.ExperienceDraw,), "SHARE": (of.ShareDraw,), "POST": (of.PostDraw, of.OwnPostDraw),
    "ENTRY": (of.EntryDraw,), "CLAIM": (of.ClaimDraw,), "MEMBERSHIP": (of.MembershipDraw, of.FirstShopDraw),
}  # fmt: skip
"""Layouts of second numbers."""
DAYS: dict[str, type[of.Numbers]] = {
    "WORLD_PERSON": of.PersonDay, "WORLD_NEED": of.FirstNeedDay, "WORLD_CREATOR": of.CreatorDay,
    "WORLD_AUDIENCE": of.AudienceDay, "WORLD_GRAPH": of.GraphDay, "MATCH": of.MatchDay, "PAST": of.PastDay,
}  # fmt: skip
"""Layouts of what stands in the place of the day."""


# --- as declared ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_two_names_have_a_number_in_common(layout: type[of.Numbers]) -> None:
    assert len(layout) == len(layout.__members__)
    most = MOST_DAYS if layout.__name__.endswith("Day") else MOST_SECOND
    assert all(number.taken[0] >= 0 and number.taken[-1] < most for number in layout)
    for one, other in combinations(layout, 2):
        assert set(one.taken).isdisjoint(other.taken), (one, other)


def test_layouts_of_one_stream_keep_apart() -> None:
    """A brand's own account considers no candidates, and nobody moves on day 0."""
    for number in set(of.PostDraw) - {of.PostDraw.CANDIDATE, of.PostDraw.SHOCK}:
        assert set(number.taken).isdisjoint(of.OwnPostDraw.PRODUCT.taken)
    for of_person in (of.MembershipDraw.START, of.MembershipDraw.LOOK):  # whose row may be a brand's, on day 0
        assert set(of_person.taken).isdisjoint(of.FirstShopDraw.OPEN.taken)


def test_there_is_room_for_as_many_as_there_can_be() -> None:
    def most(path: str) -> int:
        group: Any = Parameters
        *groups, name = path.split(".")
        for part in groups:
            group = group.model_fields[part].annotation
        return next(int(limit.le) for limit in group.model_fields[name].metadata if hasattr(limit, "le"))

    posts, candidates = most("creators.posts_most"), most("creators.candidates")
    assert posts <= MOST_POSTS == of.PostDraw.PRIVATE.count == of.OwnPostDraw.PRODUCT.count
    assert of.PostDraw.CANDIDATE.count >= MOST_POSTS * candidates
    assert of.PostDraw.LIKING.count >= MOST_POSTS * MEMORY_SLOTS
    assert of.FeedDraw.CATEGORY.count >= MOST_PAGES
    assert of.SearchDraw.WHICH.count >= most("market.attention.search_results")
    assert of.PastDay.SHOCK.count >= PURCHASES
    assert of.RewiredDraw.FRIEND.count >= 2 * ATTEMPTS and of.TieDraw.ONE.count >= 2 * ATTEMPTS
    assert of.RewiredDraw.FRIEND.taken[-1] < of.PER_STEP
    assert (most("graph.mean_degree") // 2 + 2) * of.PER_STEP < MOST_SECOND
    assert of.GraphDay.DRAWN.count * MOST_FIRST >= MOST_PEOPLE * most("graph.mean_degree") // 2
    assert 1 + max(of.GraphDay) <= of.PER_PART
    assert TRIES * (MOST_PEOPLE // of.PLACES + 1) < MOST_SECOND
    assert PARTNERS * MOST_POSTS <= MOST_SECOND
    assert MOST_PEOPLE <= BRAND_KEY and BRAND_KEY + MOST_BRANDS <= MOST_FIRST


# --- as drawn -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def traced() -> list[dict[str, Any]]:
    """A market, and another with a fault in it: whether one joins is drawn with the number of what one hears of."""
    command = [sys.executable, "traced_draws.py"]
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=True)
    markets: list[dict[str, Any]] = json.loads(run.stdout)
    return markets


def shared(market: dict[str, Any]) -> set[Shared]:
    return {tuple(who) for who in market["shared"]}


def test_no_two_functions_read_the_same_draw(traced: list[dict[str, Any]]) -> None:
    found = shared(traced[0])
    assert found - set(NOT_YET_APART) == set(ON_PURPOSE)


def test_two_that_do_are_noticed(traced: list[dict[str, Any]]) -> None:
    planted = ("MEMBERSHIP", "agents.joining.hears_of", "agents.joining.join")
    assert shared(traced[1]) - set(NOT_YET_APART) == {*ON_PURPOSE, planted}


def test_every_stream_is_drawn_from_by_declared_numbers(traced: list[dict[str, Any]]) -> None:
    drawn: dict[str, tuple[set[int], set[int]]] = {}
    for stream, day, second in traced[0]["numbers"]:
        days, seconds = drawn.setdefault(stream, (set(), set()))
        days.add(day)
        seconds.add(second)
    assert set(drawn) == {stream.name for stream in Stream} - NOT_IN_A_MARKET
    for stream, layouts in SECONDS.items():
        assert drawn[stream][1] <= {n for layout in layouts for number in layout for n in number.taken}, stream
    for stream, layout in DAYS.items():
        assert drawn[stream][0] <= {n for number in layout for n in number.taken}, stream
