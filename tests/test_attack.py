"""A fixed sample of `make attack`: every kind of bad input, kills, and extreme markets.

Commands at once are in `test_killed`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from attack import kills, policies
from attack.__main__ import KINDS, cases_of
from attack.cases import Case, Kind
from attack.runner import divided, faults, run, warm_up

WORKERS = 2
SAMPLE = (10, 3)  # malformed and legal cases of each kind
OTHERS = {"environments": (3, 1), "designs": (24, 4)}  # the first start Python anew, the others end at once

pytestmark = pytest.mark.timeout(600)


def some(cases: list[Case], count: int) -> list[Case]:
    return cases[:: max(len(cases) // count, 1)][:count]


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    warm_up()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_malformed_is_refused_in_one_line_and_what_is_odd_is_accepted(kind: Kind, tmp_path: Path) -> None:
    malformed, legal = cases_of(kind)
    wrong, right = OTHERS.get(kind.name, SAMPLE)
    cases = [*some(malformed, wrong), *some(legal, right)]
    told = [f"{case.what}: {fault}" for case, came in run(cases, tmp_path, WORKERS) for fault in faults(case, came)]
    assert not told, "\n".join(told)


def test_a_command_that_is_killed_and_given_again_leaves_what_an_undisturbed_one_does(tmp_path: Path) -> None:
    assert divided(kills.killed, 2, tmp_path / "kills", WORKERS) == []


def test_random_markets_close_their_accounts_and_stay_within_all_bounds(tmp_path: Path) -> None:
    assert divided(policies.faults_of, 20, tmp_path / "markets", WORKERS) == []
