"""Measure speed, memory and start, against goals and peers, in one run: `python -m benchmarks [--quick]`."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import cascades as benchmark_cascades
from benchmarks import kernel
from benchmarks.figures import Section, sections
from benchmarks.sweeps import available
from experiments.conduct.manifest import provenance

OUTPUT = Path(__file__).resolve().parent.parent / "results" / "bench" / "latest.json"
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
STARTS = {
    "koc --help": "from experiments.cli import main; main(['--help'])",
    "import sim.market": "import sim.market",
    "import, build and first day of 10,000": "from sim.market import Market; Market().run(1)",
}
# consumers and days
SIZES = ((10_000, 28), (100_000, 28), (1_000_000, 10))
FULL = {
    "sizes": SIZES, "plain_mesa": (10_000, 10), "starts": 3, "sweep": 2_000, "jobs": 30,
    "cascades": 60_000, "kernel": ((10_000, 5), (100_000, 3)),
}  # fmt: skip
QUICK = {
    "sizes": ((10_000, 14), (100_000, 14)), "plain_mesa": (2_000, 10), "starts": 1, "sweep": 1_000,
    "jobs": 10, "cascades": 20_000, "kernel": ((10_000, 2),),
}  # fmt: skip


def main(quick: Annotated[bool, typer.Option(help="Smaller sizes, less than a minute.")] = False) -> None:
    """Measure, print a table, and write results/bench/latest.json."""
    console = Console(stderr=True)
    plan: dict[str, Any] = QUICK if quick else FULL
    begun, load = time.perf_counter(), os.getloadavg()[0]
    with console.status("compiling, if this version never was") as status:
        _python("-c", "from sim.market import Market; Market().run(1)")
        status.update("starting")
        starts = {name: _start(code, plan["starts"]) for name, code in STARTS.items()}
        sizes = []
        for consumers, days in plan["sizes"]:
            status.update(f"{consumers:,} consumers")
            sizes.append(_probe("engine", consumers, days))
        status.update("plain Mesa")
        plain_mesa = _probe("plain_mesa", *plan["plain_mesa"])
        sweeps = {}
        for kind in available():
            status.update(f"sweeps: {kind}")
            runs = plan["jobs"] if kind.startswith("hydra") else plan["sweep"]
            sweeps[kind] = json.loads(_python("-m", "benchmarks.sweeps", kind, str(runs)))
        cascades = []
        if benchmark_cascades.available():
            status.update("cascades")
            cascades = json.loads(_python("-m", "benchmarks.cascades", str(plan["cascades"])))
        else:
            console.print("cascades: skipped, CyNetDiff is not installed (pip install 'koc-market[validation]')")
        by_hand = []
        if kernel.compiler():
            for consumers, days in plan["kernel"]:
                status.update(f"C by hand, {consumers:,} consumers")
                by_hand.append(json.loads(_python("-m", "benchmarks.kernel", str(consumers), str(days))))
        else:
            console.print("the consumers' pass in C by hand: skipped, this machine has no C compiler (cc)")
    raw: dict[str, Any] = {
        "sizes": sizes,
        "plain_mesa": plain_mesa,
        "starts": starts,
        "sweeps": sweeps,
        "cascades": cascades,
    }
    raw["kernel"] = by_hand
    made = sections(raw)
    context = provenance() | {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "load_before": load,
        "bench_seconds": time.perf_counter() - begun,
    }
    figures = [{"section": title, **asdict(f), "verdict": f.verdict} for title, rows in made for f in rows]
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(context | {"figures": figures, "raw": raw}, indent=1) + "\n", encoding="utf-8")
    _show(made, context)


def _python(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root, env=os.environ | ONE_THREAD)
    return done.stdout


def _start(code: str, times: int) -> dict[str, float]:
    """Medians of wall-clock and CPU seconds of a new process."""
    wall, cpu = [], []
    for _ in range(times):
        clock, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        _python("-c", code)
        wall.append(time.perf_counter() - clock)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime)
    return {"seconds": median(wall), "cpu_seconds": median(cpu)}


def _probe(kind: str, consumers: int, days: int) -> dict[str, Any]:
    measured: dict[str, Any] = json.loads(_python("-m", "benchmarks.probe", kind, str(consumers), str(days)))
    return measured


def _show(made: list[Section], context: dict[str, Any]) -> None:
    machine = context["machine"]
    table = Table(
        title=f"{machine['processor']}, {machine['cores']} cores, load {context['load_before']:.1f} before",
        caption=f"{context['bench_seconds']:.0f} s in all; also in {OUTPUT}",
    )
    for name in ("", "measured", "unit", "goal", ""):
        table.add_column(name, justify="right" if name in ("measured", "goal") else "left")
    for title, rows in made:
        table.add_section()
        table.add_row(f"[bold]{title}")
        for figure in rows:
            goal = "" if figure.goal is None else f"{'≥' if figure.more else '≤'} {figure.goal:g}"
            table.add_row(figure.name, _number(figure.value), figure.unit, goal, figure.verdict)
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    typer.run(main)
