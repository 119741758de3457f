"""What the benchmarks compare is the same market, and what they say of a figure is true."""

from __future__ import annotations

import pytest

from benchmarks import probe
from benchmarks.figures import Figure


def test_engine_and_plain_mesa_live_the_same_days() -> None:
    """On the first nine days of two small markets; distributions are compared elsewhere."""
    measured = probe.plain_mesa(consumers=500, days=7)
    assert measured["plain_mesa"]["views"] == pytest.approx(measured["engine"]["views"], rel=0.1)
    assert measured["engine"]["cpu_seconds"] < measured["plain_mesa"]["cpu_seconds"]


@pytest.mark.parametrize(
    ("value", "goal", "bound", "more", "verdict"),
    [
        (11.0, 10.0, 4.0, True, "met"),
        (10.0, 10.0, 4.0, True, "met"),
        (9.0, 10.0, 4.0, True, "not met"),
        (3.0, 10.0, 4.0, True, "out of bounds"),
        (14.0, 15.0, 40.0, False, "met"),
        (39.0, 15.0, 40.0, False, "not met"),
        (41.0, 15.0, 40.0, False, "out of bounds"),
        (3.0, 2.0, None, False, "not met"),
        (3.0, None, None, True, ""),
    ],
)
def test_verdict_on_a_figure(value: float, goal: float | None, bound: float | None, more: bool, verdict: str) -> None:
    assert Figure("speed", value, "1", goal, bound, more).verdict == verdict
