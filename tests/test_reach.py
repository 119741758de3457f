"""Compiled code is kept under a name that changes with all that shapes it, and with nothing else."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from sim.compilation import reach, settings, versions

MODULES = [name for name in reach.modules(versions.PACKAGE) if name.startswith("sim.")]
needs_compilation = pytest.mark.skipif(bool(settings.DISABLE_JIT), reason="nothing is compiled")


def called_by(function: FunctionType) -> Iterator[FunctionType]:
    """Functions of the model that a function names, as globals or as attributes of modules."""
    for name in function.__code__.co_names:
        found = function.__globals__.get(name)
        inside = (
            [vars(found).get(other) for other in function.__code__.co_names] if isinstance(found, ModuleType) else []
        )
        for one in (found, *inside):
            plain = getattr(one, "py_func", one)
            if isinstance(plain, FunctionType) and plain.__module__.startswith("sim."):
                yield plain


def reached_by(function: FunctionType) -> set[Path]:
    """Files of all functions that a function can call, found by looking at what was loaded."""
    seen, waiting = set(), [function]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += called_by(one)
    return {Path(one.__code__.co_filename) for one in seen}


@needs_compilation
def test_no_function_calls_what_its_file_does_not_reach() -> None:
    checked = 0
    for name in MODULES:
        for one in vars(importlib.import_module(name)).values():
            if hasattr(one, "py_func") and one.__module__ == name:
                file = Path(one.py_func.__code__.co_filename)
                assert reached_by(one.py_func) <= reach.reached(file, versions.PACKAGE), f"{name}.{one.__name__}"
                checked += 1
    assert checked > 100


def forget() -> None:
    for known in (reach.source, reach.reached, reach.modules, versions.part_of_file):
        known.cache_clear()


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the model's files."""
    package = tmp_path / "sim"
    shutil.copytree(versions.PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(versions, "PACKAGE", package)
    forget()
    yield package
    forget()


def parts(package: Path) -> dict[str, str]:
    """Names under which code of each file is kept."""
    forget()
    return {str(file.relative_to(package)): versions.part_of_file(file) for file in package.rglob("*.py")}


PASSES = {
    "engine/passes.py", "engine/morning.py", "engine/evening.py", "results/trust_survey.py", "markets/confirmation.py",
    "markets/arrival.py", "markets/settlement.py", "agents/advising.py", "world/audience.py", "graphs/drawn.py",
}  # fmt: skip


@pytest.mark.parametrize(
    ("edited", "again"),
    [
        ("markets/settlement.py", {"markets/settlement.py"}),
        ("rules/choice.py", {"engine/passes.py"}),
        ("draws.py", PASSES),
        ("results/recorder.py", set()),
    ],
)
def test_an_edit_renames_the_code_of_what_reaches_the_file(copy: Path, edited: str, again: set[str]) -> None:
    """That of one file, of the consumers' day, of all, or none."""
    before = parts(copy)
    with (copy / edited).open("a") as file:
        file.write("\nONE_MORE = 1\n")
    after = parts(copy)
    assert {name for name in PASSES if before[name] != after[name]} == again
    assert before[edited] != after[edited]


BY = (
    "from sim.rules import (\n    one_more,\n    trust,\n)",
    "import sim.rules.one_more",
    "from sim.rules.one_more import A",
)


@pytest.mark.parametrize("line", BY)
def test_a_new_file_is_reached_however_it_is_imported(copy: Path, line: str) -> None:
    name = "markets/settlement.py"
    (copy / "rules" / "one_more.py").write_text("A = 1\n")
    (copy / name).write_text((copy / name).read_text().replace("\nfrom sim.state", f"\n{line}\nfrom sim.state"))
    before = parts(copy)
    (copy / "rules" / "one_more.py").write_text("A = 2\n")
    after = parts(copy)
    assert before[name] != after[name] and before["markets/fees.py"] == after["markets/fees.py"]


FEES = """
import sys
from pathlib import Path
import numpy as np
from sim.ledger import move
from sim.markets import fees
from sim.markets.fees import annual_fee
if len(sys.argv) > 1:
    file = Path(fees.__file__)
    file.write_text(file.read_text().replace(*sys.argv[1:]))
accounts = np.zeros(1, np.int64)
move(accounts, 0, accounts, 0, 1)
print(annual_fee(36_500, 0), *(sum(one.stats.cache_hits.values()) for one in (annual_fee, move)))
"""


@pytest.fixture
def run(copy: Path, tmp_path: Path) -> Callable[..., list[int]]:
    """Runs a new process with the copied model: a fee, and how often code of two functions was found."""
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = {
        **os.environ,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PYTHONPATH": paths,
        "NUMBA_DISABLE_JIT": "0",
    }

    def run(*edit: str) -> list[int]:
        command = [sys.executable, "-c", FEES, *edit]
        done = subprocess.run(command, env=environment, cwd=tmp_path, check=True, stdout=-1, text=True)
        return [int(figure) for figure in done.stdout.split()]

    return run


def test_only_what_an_edit_can_reach_is_compiled_again(copy: Path, run: Callable[..., list[int]]) -> None:
    fees = copy / "markets" / "fees.py"
    text = fees.read_text()
    assert [run(), run()] == [[100, 0, 0], [100, 1, 1]]
    fees.write_text(text.replace("DAYS_A_YEAR = 365", "DAYS_A_YEAR = 73"))
    assert [run(), run()] == [[500, 0, 1], [500, 1, 1]]
    fees.write_text(text)
    assert run() == [100, 1, 1]  # what was kept of it is still there


def test_code_of_a_file_that_was_edited_after_it_was_loaded_is_not_kept(run: Callable[..., list[int]]) -> None:
    assert run("DAYS_A_YEAR = 365", "DAYS_A_YEAR = 73") == [100, 0, 0]
    assert [run(), run()] == [[500, 0, 0], [500, 1, 1]]


def test_code_of_the_newest_sources_is_kept_alone(tmp_path: Path) -> None:
    from sim.compilation.code_folder import KEPT_VERSIONS, remove_old_parts

    names = [f"markets.fees-{n:016x}" for n in range(KEPT_VERSIONS + 2)]
    others = [f"markets.ads-{0:016x}", "markets.fees", f"own-{1:016x}"]
    for n, name in enumerate([*names, *others]):
        (tmp_path / name / "inside").mkdir(parents=True)
        os.utime(tmp_path / name, (n, n))
    remove_old_parts(tmp_path / names[-1])
    assert sorted(folder.name for folder in tmp_path.iterdir()) == sorted([*names[2:], *others])
