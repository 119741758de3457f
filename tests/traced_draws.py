"""A small market in which everything happens, and which functions read each of its random draws; in plain Python."""

from __future__ import annotations

import json
import sys
import warnings
from collections import defaultdict
from types import FrameType, SimpleNamespace
from typing import Any

import numpy as np

from sim import draws

PASS_ON = {"draw_of_person", "draw_of_creator", "draw_of_brand", "use", "draw_of_tie", "_uniforms", "_two", "own_draws"}
"""Functions that are told which number to draw, or for whom: what counts is who calls them."""

LIVELY: dict[str, Any] = {
    "market": {
        "consumers": 80,
        "catalogue": {
            "products_per_category": 3, "stock": 500, "stock_days": 3, "match_spread": 0.3,
            "categories": [
                {"name": name, "interval": interval, "price": 30.0, "impulse_cost": 1.0}
                for name, interval in (("tea", 6), ("soap", 8), ("book", 10))
            ],
        },
        "people": {"groups": 3, "budget": 9_000, "sociability": 0.5, "activity": 0.8},
        "choice": {"outside": -2.0},
        "attention": {"public_slots": 3.0, "follow": 0.5, "follow_gate": 0.3, "ask": 0.5, "leave": 0.3, "silence": 2},
        "leakage": {"possible": True, "expected_loss": 0.01, "trouble": 0.1},
    },
    "creators": {
        "koc_share": 0.2, "kol_count": 3, "entry": 0.5, "posts_start": 1.5, "unpaid": 0.5, "patience": 2, "leave": 0.3,
        "private_share_kol": 0.3, "advice_days": 2, "answers": 1, "declines_below": 2.0,
        "candidates": 2, "resale_margin": 0.05,
    },
    "brands": {"count": 6, "own": 0.1, "koc": 0.5, "kol": 0.2, "ads": 0.2, "weekly_budget": 8.0},
    "platform": {
        "share": 0.5, "brands_at_start": 0.2, "deal": {"needs": 1, "days": 2},
        "pay": [{"to": "seller", "of": "day", "sum": 1, "tier": "koc"}],
    },
    "rivals": [{"name": "rival", "share": 0.5, "follow_gate": True, "growth_budget": 100.0, "brands_at_start": 0.5}],
    "membership": {
        "choice": True, "start": 0.9, "by_oneself": 0.5, "review": 0.5, "creators_review": 0.5, "brands_review": 0.5,
        "asked_least": 2, "asked_most": 9, "move_cost": 0.0, "shop_cost": 0.0,
    },
    "phases": [{"when": "day >= 5", "set": {"brands.weekly_budget": 2.0}}],
    "shocks": [{"chance": 0.3, "days": 2, "set": {"brands.join": 0.9}}],
}  # fmt: skip

Draw = tuple[int, int, int, int]
"""Key of a stream, day, first and second."""

READERS: defaultdict[Draw, set[str]] = defaultdict(set)
bits = draws.bits


def traced(key: np.uint64, day: int, first: int, second: int) -> np.uint64:
    frame: FrameType | None = sys._getframe(1)
    while frame and (frame.f_code.co_filename == draws.__file__ or frame.f_code.co_name in PASS_ON):
        frame = frame.f_back
    assert frame
    module = frame.f_globals["__name__"].removeprefix("sim.")
    READERS[int(key), int(day), int(first), int(second)].add(f"{module}.{frame.f_code.co_name}")
    return bits(key, day, first, second)


def lived(seed: int, days: int, **groups: Any) -> dict[str, Any]:
    """What a market has drawn: from which streams, which numbers, and what two functions have read."""
    from small_markets import market  # after `draws.bits` has been replaced

    READERS.clear()
    market(seed=seed, days=days, **{**LIVELY, **groups})
    streams = {int(key): draws.Stream(n).name for n, key in enumerate(draws.stream_keys(seed))}
    shared = {(streams[draw[0]], *sorted(who)) for draw, who in READERS.items() if len(who) > 1}
    numbers = {(streams[key], day, second) for key, day, _, second in READERS}
    return {"numbers": sorted(numbers), "shared": sorted(shared)}


if __name__ == "__main__":
    draws.bits = traced
    warnings.simplefilter("ignore", RuntimeWarning)  # draws wrap around on purpose
    whole = lived(3, 15)
    from sim.agents import joining

    numbers = joining.MembershipDraw
    vars(joining)["MembershipDraw"] = SimpleNamespace(**{**numbers.__members__, "JOIN": numbers.CONTACT + 1})
    print(json.dumps([whole, lived(1, 8, graph={"kind": "stochastic_blocks"})]))
