"""The kernel in C, against which speed is measured, lives the very day that the engine's pass lives."""

from __future__ import annotations

from typing import Any

import pytest
from small_markets import market

from benchmarks import kernel
from sim.results.recorder import by_channel

needs_compiler = pytest.mark.skipif(kernel.compiler() is None, reason="no C compiler")


@needs_compiler
def test_kernel_writes_what_the_pass_writes() -> None:
    one = market(seed=3, days=15, market={"consumers": 1_000, "attention": {"leave": 0.5, "leave_fatigue": 0.1}})
    kernel.require_defaults(one)
    happened: dict[str, int] = {}
    with kernel.kernel(one.m) as by_hand:
        for _ in range(3):
            one.open_day()
            morning = kernel.Morning(one)
            morning.live(by_hand)
            by_c = morning.written()
            morning.live(one.consumer_pass.live_all)
            by_engine = morning.written()
            assert kernel.differences(by_engine, by_c) == []
            for name in ("orders.price", "questions.consumer", "unfollowing.slots"):
                happened[name] = happened.get(name, 0) + len(by_engine[name])
            for channel, viewed in enumerate(by_channel(by_engine["tally.viewed"])):
                happened[f"viewed {channel}"] = happened.get(f"viewed {channel}", 0) + viewed
            one.close_day()
    assert happened.pop("viewed 9") == 0  # own pools are off
    assert min(happened.values()) > 0, happened


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({"brands": {"own": 0.1, "koc": 0.3}}, "own pools"),
        ({"creators": {"resale_margin": 0.2}}, "resale margins"),
        ({"platform": {"coupon": 0.1}}, "coupons"),
    ],
)
def test_kernel_refuses_what_it_leaves_out(groups: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kernel.require_defaults(market(**groups))
