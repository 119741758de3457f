"""Experience: what was delivered against what was expected (Oliver 1980)."""

from __future__ import annotations

from sim.compiled import compiled
from sim.parameters import Experience


@compiled
def is_returned(experienced: float, expected: float, p: Experience) -> bool:
    """Whether a purchase falls so far below expectation that it is sent back."""
    return expected - experienced > p.return_gap


@compiled
def is_satisfying(experienced: float, expected: float, tolerance: float) -> bool:
    """Whether a purchase meets what was expected, within a forgiven shortfall."""
    return experienced >= expected - tolerance
