from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
from rich.console import Console
from test_store import a_run

from experiments.commands import forecast
from experiments.design.configuration import load_settings
from experiments.runs import progress
from experiments.runs.run import Run
from experiments.runs.store import Store

LARGE, SMALL = 98_000, 2_000  # consumers; 25 times the work


def runs() -> list[Run]:
    """One large run, which is half of the work, and 25 small ones."""
    large = a_run("large")._replace(consumers=LARGE)
    return [large, *(a_run(f"small {number}")._replace(consumers=SMALL) for number in range(25))]


def test_time_left_counts_large_and_small_runs_by_their_work(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    printed = io.StringIO()
    with progress.of_runs(runs(), Console(file=printed, force_terminal=False, width=200)) as advance:
        now[0] = 100.0
        advance(["large"])
        now[0] = 104.0
        advance(["small 0"])
        now[0] = 140.0
        advance([f"small {number}" for number in range(1, 10)])
    assert printed.getvalue().splitlines() == [
        "1 of 26 runs, about 100 s left",
        "11 of 26 runs, about 60 s left",
    ]


def plain(shown: object) -> str:
    """The text of what a notebook displays, without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", getattr(shown, "text", ""))


def in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> tuple[Console, list[str]]:
    """A console as in a notebook, and the text of what is displayed there."""
    display = pytest.importorskip("IPython.display", reason="no notebook is installed")
    shown: list[str] = []
    monkeypatch.setattr(display, "display", lambda it, **how: shown.append(plain(it)))
    return Console(file=io.StringIO(), force_jupyter=True, width=100), shown


def test_a_notebook_shows_a_bar_where_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets", reason="no notebook is installed")
    console, shown = in_a_notebook(monkeypatch)
    with progress.of_runs(runs(), console) as advance:
        advance(["large"])
        advance([f"small {number}" for number in range(25)])
    assert any("0/26" in text for text in shown) and any("26/26" in text and "left" in text for text in shown)


def test_a_notebook_without_widgets_is_told_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    console, shown = in_a_notebook(monkeypatch)
    monkeypatch.setattr(progress, "find_spec", lambda name: None)
    with progress.of_runs(runs(), console) as advance:
        advance(["large"])
    assert len(shown) == 1 and shown[0].startswith("1 of 26 runs, about ")


def test_a_forecast_takes_each_size_from_the_store_or_by_its_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load_settings(["executor.workers=2"])
    store = Store(Path("nowhere"))
    known: dict[int, float | None] = {LARGE: 100.0, SMALL: 2.0}
    monkeypatch.setattr(Store, "seconds", lambda self, run: known[run.consumers])
    assert forecast._duration(runs(), settings, store) == "about 100 s for 2 workers, by runs in the store"
    known[SMALL] = None
    monkeypatch.setattr(forecast, "_probe", lambda run, days: 12 / runs()[1].work)
    assert forecast._duration(runs(), settings, store) == "about 3.3 min for 2 workers, by 10 days tried now"


def test_work_of_unknown_length_is_told_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SILENCE", 0.01)
    with progress.working("sampling") as console:
        time.sleep(0.2)
        console.print("half way")
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "sampling: 0 s so far" and "half way" in told
