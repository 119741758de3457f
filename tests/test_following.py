"""Follows: when they begin, and when they are forgotten."""

from __future__ import annotations

from small_markets import market

from sim.state import NOBODY


def test_nobody_has_forgotten_a_creator_who_has_only_begun() -> None:
    """Silence counts from the day of the follow, in the pools of newcomers too."""
    entering = {"entry": 1.0, "koc_share": 0.05, "pool_least": 20, "pool_most": 40, "patience": 1, "reservation": 0.01}
    one = market(days=25, market={"people": {"sociability": 0.6}}, creators={**entering, "kol_count": 2})
    creators, follows = one.m.creators, one.m.follows[one.m.follows["creator"] != NOBODY]
    since = creators["since"][follows["creator"]]
    assert (since > 0).sum() > 100
    assert (follows["opened"] >= since).all()
