"""The command `koc claims`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def claims(
    numbers: Annotated[list[str] | None, typer.Argument(help="Claims, by their number; all, unless given.")] = None,
    file: Annotated[Path | None, typer.Option(help="The rows; configs/claims.yaml.")] = None,
    output: Annotated[Path, typer.Option(help="Folder of the results.")] = Path("results"),
    workers: Annotated[int, typer.Option(min=0, max=10_000, help="Processes; 0 for one per core.")] = 0,
    docs: Annotated[Path | None, typer.Option(help="Folder of documentation to write the page into, too.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be made, and stop.")] = False,
) -> None:
    """Put what practitioners claim to the market: holds, fails, turns, or cannot be told.

    Makes the runs that the store lacks, and goes on where it was interrupted. A claim that fails is a finding; the exit
    status is 1 where a run failed.
    """
    from experiments.claims import words
    from experiments.claims.conduct import NAME, written
    from experiments.claims.judge import judge
    from experiments.claims.plan import plan
    from experiments.claims.rows import FILE, read
    from experiments.design.configuration import Executor
    from experiments.drawing.pages import printed
    from experiments.runs.executor import stop
    from experiments.runs.progress import terminal
    from experiments.runs.sharing import carry_out

    where = file or FILE
    rows = read(where)
    chosen = rows.chosen(numbers or [])
    planned = plan(rows, chosen, where.name)
    console = terminal()
    console.print(f"{len(planned.runs)} claims at {planned.points} points: {len(planned.every)} runs")
    if dry_run:
        return
    try:
        came = carry_out(planned.every, output, NAME, Executor(workers=workers), console)
    finally:
        stop()
    judged = [judge(n, chosen[n], runs, came.outcomes, rows.negligible) for n, runs in planned.runs.items()]
    lacking = {number: claim for number, claim in chosen.items() if claim.needs}
    folder = written(rows, judged, lacking, came, output, docs)
    headings = (("", None), ("claim", 5), ("verdict", 2), ("found (95 % interval)", 3), ("depends on", 4))
    printed(headings, [(*row[:2], *row[3:]) for row in words.scoreboard(judged, "\n")], 140)
    for number, claim in lacking.items():
        print(f"{number}: not yet testable; needs {claim.needs}")
    print(f"{words.count(judged, len(lacking))}\npage: {folder / words.PAGE}")
    raise typer.Exit(int(bool(came.failures)))
