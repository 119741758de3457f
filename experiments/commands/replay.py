"""Back to the day on which a run broke, in the debugger."""

from __future__ import annotations

import bdb
import json
import pdb
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.runs.run import model_hash
from experiments.settings.mistakes import validated
from experiments.table.catalogue import found
from sim.errors import UserError
from sim.parameters import Parameters


def replay(output: Path, run: str, day: int | None) -> None:
    """Make a run again up to a day, and stop in pdb where that day begins.

    Without a day, that on which the run broke; one that broke before its first stops where its market is opened.
    """
    from sim.market import Market

    row = found(output, run)
    if not row["content"]:
        raise UserError(f"{run}: made by an older koc, which did not keep its parameters")
    if day is None and row["status"] != "failed":
        raise UserError(f"{run} did not fail; expected --day 0 to {row['days'] - 1}")
    if day is not None and not 0 <= day < row["days"]:
        raise UserError(f"--day {day}: expected 0 to {row['days'] - 1}")
    if row["model"] != model_hash():
        print("this run was made by other source of the model: it may take another course", file=sys.stderr)
    parameters = validated(Parameters, json.loads(row["content"]), within=f"run {run}: ")
    day = row["day"] if day is None else day
    if day is None:
        print("where the market is opened; s steps in, c goes on, q ends")
        _debugged(Market, parameters, row["seed"], burn_in=row["burn_in"])
        return
    market = Market(parameters, row["seed"], burn_in=row["burn_in"])
    if market.graph_report:
        print(market.graph_report, file=sys.stderr)
    market.run(day)
    print(f"where day {day} begins; self is the market; n goes on by a line, s steps in, c to the day's end, q ends")
    _debugged(market.step)


def _debugged(function: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    debugger = pdb.Pdb(skip=["mesa.*", "logging"])  # Mesa wraps a step, and logs it
    try:
        debugger.runcall(function, *arguments, **options)
    except bdb.BdbQuit:
        return
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        debugger.reset()
        debugger.interaction(None, error.__traceback__)
        return
    print("the day ended without an error")
