from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).parent.parent

settings.register_profile("untimed", deadline=None)  # a first call may compile; speed is not tested here
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def optional_data() -> Callable[[str], Path]:
    """Path of a published data set below KOC_TEST_DATA; the test is skipped where it is not at hand."""
    folder = Path(os.environ.get("KOC_TEST_DATA", REPOSITORY.parent / "shared" / "data"))

    def find(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"{path} is not there; KOC_TEST_DATA names the folder of test data")
        return path

    return find
