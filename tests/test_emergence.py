"""Facts that are to emerge without having been put in; ``make emergence`` prints them with what each hangs on."""

from __future__ import annotations

import pytest
from emergence_studies.studies import LARGE, SMALL

SEEN = ("emerged", "met")
NEEDS_MORE_SEEDS = (
    "revenue per follower, KOC over KOL", "private over public purchases per view",
    "private GMV, best frequency over 0.25 posts a day",
)  # fmt: skip
# Findings of the demand model: creators live on fees too, so that a commission only makes goods dearer and posts fewer
# (without fees a small one sells more); and posts bring a product to mind, which outweighs that they tire.
CONTRARY = (
    "GMV, best commission over 0", "consumer surplus, best commission over 0",
    "private GMV, best frequency over 8 posts a day",
)  # fmt: skip

MISSED = ("public purchases per view",)  # off the value, though within its stated error: docs/calibration.md


@pytest.mark.parametrize("study", SMALL)
def test_fact_emerges_in_a_small_market(study: str) -> None:
    """With a few seeds of a few thousand people: three facts stay open there, and three turn out the other way."""
    for fact in SMALL[study]():
        expected = (*SEEN, "open") if fact.name in NEEDS_MORE_SEEDS else SEEN
        expected = ("reversed", "open") if fact.name in CONTRARY else expected
        assert fact.verdict() in (("missed",) if fact.name in MISSED else expected), fact.name


@pytest.mark.slow
@pytest.mark.parametrize("study", LARGE)
def test_fact_emerges(study: str) -> None:
    for fact in LARGE[study]():
        expected = ("reversed", "open") if fact.name in CONTRARY else SEEN
        assert fact.verdict() in (("missed",) if fact.name in MISSED else expected), fact.name
