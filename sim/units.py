"""Units: of money and of time."""

from __future__ import annotations

FEN = 100
DAYS_A_WEEK = 7
