from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_runs import Made, install
from hypothesis import settings
from small_markets import market

from experiments.runs.executor import COMPILING, WARM_UP
from sim.compilation.versions import is_warm

REPOSITORY = Path(__file__).parent.parent
LONGEST = (
    "test_reference_platforms", "test_reference", "test_studies", "test_attack", "test_docs", "test_killed",
    "test_sweeps", "test_ranges", "test_damaged_results", "test_catalogue", "test_analysis_commands",
    "test_replacement", "test_calibration", "test_report_page", "test_spread", "test_preflight", "test_conduct",
)  # fmt: skip
"""Files of tests that take longest."""

settings.register_profile("untimed", deadline=None)  # a first call may compile; speed is not tested here
settings.load_profile("untimed")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the model before the first test, whose time limit is not made for that, and before workers each do it."""
    runs_them = not (session.config.option.collectonly or hasattr(session.config, "workerinput"))
    if runs_them and not is_warm():
        print(COMPILING)
        market(days=WARM_UP)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no worker waits at the end for another's last file."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


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


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, in which the test works."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def made(here: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Collects the runs that commands make, which are not real ones."""
    return install(monkeypatch)


@pytest.fixture(scope="session")
def friends() -> list[list[int]]:
    """Friends of everybody in the markets of `plain_and_engine`, for the plain market."""
    from plain_and_engine import friends_of_all

    return friends_of_all()


@pytest.fixture(scope="session")
def ties_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same friendships in a file, for the engine."""
    from plain_and_engine import written

    return written(tmp_path_factory.mktemp("ties") / "ties.csv")
