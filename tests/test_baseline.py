from __future__ import annotations

import json

import pytest
from baseline import FILE, numbers


def test_headline_numbers_have_not_moved_unnoticed() -> None:
    """Only the last digits may differ, by the mathematical library of another system."""
    kept, found = json.loads(FILE.read_text("utf-8")), numbers()
    assert found.keys() == kept.keys()
    for arm, outcomes in kept.items():
        assert found[arm] == pytest.approx(outcomes, rel=1e-9), f"{arm}: if this is meant, run make baseline"
