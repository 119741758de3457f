"""A finished run that a report can be made of."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

from experiments.report.worth import with_worth
from experiments.table.results import ARM, Results, read
from sim.errors import UserError


def load(folder: Path) -> Results:
    """Read a run folder; an experiment without factors has one, its arms.

    Raises
    ------
    UserError
        If a file is missing or broken, nothing finished, or the arms do not make a full factorial.
    """
    tables = ("daily", "funnel", "creators", "split"), ("flips", "posterior", "drawn", "graph", "platforms")
    results = read(folder, *tables)
    if not results.factors:
        arms = results.levels.index
        results = replace(results, factors={ARM: tuple(arms)}, levels=results.levels.assign(**{ARM: arms}))
    _check_factorial(results)
    of = results.without_promotion, results.days
    own = {name: with_worth(table, *of) if name == "drawn" else table for name, table in results.tables.items()}
    return replace(results, runs=with_worth(results.runs, *of), tables=own)


def _check_factorial(results: Results) -> None:
    expected, arms = prod(map(len, results.factors.values())), results.arms
    distinct = len(arms.drop_duplicates())
    if distinct != expected or len(arms) != expected:
        raise UserError(
            f"{results.folder / 'runs.parquet'}: {len(arms)} arms with {distinct} combinations of levels, expected one "
            f"arm for each of the {expected} combinations of {', '.join(results.factors)}"
        )
