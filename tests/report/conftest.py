from __future__ import annotations

from pathlib import Path

import pytest

from experiments.report.load import load
from experiments.report.verdict import Verdict, judge
from experiments.table.results import Results

from .synthetic import write_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a made-up run with known effects; tests that write take a copy."""
    return write_run(tmp_path_factory.mktemp("results") / "headline" / "2026-01-01T000000Z", seeds=8)


@pytest.fixture(scope="session")
def results(run_folder: Path) -> Results:
    return load(run_folder)


@pytest.fixture(scope="session")
def verdict(results: Results) -> Verdict:
    return judge(results)
