"""Units: of money, of time, and millionths, in which fractions are summed exactly."""

from __future__ import annotations

FEN = 100
DAYS_A_WEEK = 7
MILLION = 1_000_000
