"""`python -m tests.attack`: all parts, one table; status 1 if a figure is missed."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from . import checkpoints, commands, designs, environments, files, graphs, kills, policies, results, rules
from .cases import Case, Kind
from .runner import divided, faults, run, warm_up

KINDS = (
    Kind("commands", commands.malformed, 330, commands.legal, 80),
    Kind("files", files.malformed, 210, files.legal, 28),
    Kind("designs", designs.malformed, 200, designs.legal, 31),
    Kind("rules", rules.malformed, 95, rules.legal, 10),
    Kind("graphs", graphs.malformed, 150, graphs.legal, 60),
    Kind("results", results.malformed, 220, results.legal, 20),
    Kind("checkpoints", checkpoints.malformed, 300, checkpoints.legal, 3),
    Kind("environments", environments.malformed, 47, environments.legal, 26),
)
POLICIES = 500
REST = "others"  # kills, commands at once, markets
WAYS = ("traceback", "internal", "killed", "accepted", "line", "left", "refused")


def cases_of(kind: Kind) -> tuple[list[Case], list[Case]]:
    """The malformed and the legal cases of a kind."""
    return list(islice(kind.malformed(), kind.wanted)), list(islice(kind.legal(), kind.wanted_legal))


def inputs(kinds: Sequence[Kind], root: Path, workers: int) -> bool:
    """Run all cases of some kinds and print a row for each kind; whether there was no fault."""
    print(f"{'inputs':<14}{'malformed':>10}{'legal':>7}" + "".join(f"{way:>10}" for way in WAYS) + f"{'seconds':>9}")
    seen: list[str] = []
    for kind in kinds:
        started = time.monotonic()
        wrong, right = cases_of(kind)
        ways: Counter[str] = Counter()
        for case, came in run([*wrong, *right], root, workers):
            for fault in faults(case, came):
                ways[fault.way] += 1
                seen.append(f"{kind.name}, {fault.way}: {case.what[:200]}\n    {fault.seen}")
        counts = "".join(f"{ways[way]:>10}" for way in WAYS)
        print(f"{kind.name:<14}{len(wrong):>10}{len(right):>7}{counts}{time.monotonic() - started:>9.0f}", flush=True)
    print("\n".join(sorted(seen)))
    return not seen


def others(root: Path, workers: int) -> bool:
    """Kill commands, give them at once and draw markets; print a row for each, and whether there was no fault."""
    parts = {**kills.PARTS, f"{POLICIES} random markets": (policies.faults_of, POLICIES)}
    seen: list[str] = []
    print(f"\n{'':62}{'faults':>10}{'seconds':>9}")
    for number, (name, (function, count)) in enumerate(parts.items()):
        started = time.monotonic()
        found = divided(function, count, root / f"part-{number}", workers)
        seen += [f"{name}, {fault}" for fault in found]
        print(f"{name:62}{len(found):>10}{time.monotonic() - started:>9.0f}", flush=True)
    print("\n".join(seen))
    return not seen


def main() -> int:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    known = [*(kind.name for kind in KINDS), REST]
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(known)}; all, unless given")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    given = parser.parse_args()
    if unknown := set(given.kinds) - set(known):
        parser.error(f"{', '.join(unknown)}: no such kind")
    chosen = [kind for kind in KINDS if not given.kinds or kind.name in given.kinds]
    warm_up()
    with tempfile.TemporaryDirectory(prefix="attack-") as root:
        held = not chosen or inputs(chosen, Path(root), given.workers)
        if not given.kinds or REST in given.kinds:
            held = others(Path(root), given.workers) and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
