"""Facts that are to emerge without having been put in; ``make emergence`` prints them with what each hangs on."""

from __future__ import annotations

import pytest
from emergence_studies.studies import LARGE, SMALL


@pytest.mark.parametrize("study", SMALL)
def test_no_fact_is_reversed_in_a_small_market(study: str) -> None:
    """A small market may leave a fact open; it must not clearly show the contrary."""
    for fact in SMALL[study]():
        assert fact.verdict() in ("emerged", "met", "open"), fact.name


@pytest.mark.slow
@pytest.mark.parametrize("study", LARGE)
def test_fact_emerges(study: str) -> None:
    for fact in LARGE[study]():
        assert fact.verdict() in ("emerged", "met"), fact.name
