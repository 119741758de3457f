"""What a result names so that anyone can make it again: command, code, environment, machine."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.conduct.seeds import Enough
from experiments.design.configuration import Settings
from experiments.runs import executor
from experiments.runs.plan import Plan
from experiments.runs.run import Failed, model_hash

PACKAGES = ("koc-market", "mesa", "numpy", "scipy", "numba", "pandas", "pyarrow", "hydra-core", "pydantic", "joblib")


def making(
    command: Sequence[str], started: float, runs: Mapping[str, int], worlds: Sequence[float], enough: Enough | None
) -> dict[str, Any]:
    """How an experiment was made: of which command, since when, in seconds since 1970, and what it took."""
    return {
        "command": shlex.join(command),
        "started": datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        "seconds": round(time.time() - started, 3),
        "runs": dict(runs),
        "worlds": {"built": len(worlds), "seconds": round(sum(worlds), 3)},
        **({"precision": enough.record()} if enough else {}),
    }


def description(settings: Settings, planned: Plan, failures: Mapping[str, Failed]) -> dict[str, Any]:
    """What was made: the design, code, environment and machine, what failed, and the whole configuration."""
    return {
        "experiment": settings.experiment.name,
        "points": len(planned.points.rows) if settings.experiment.design.is_used else 0,
        "arms": planned.arms,
        "seeds": list(settings.experiment.seeds),
        "without_promotion": planned.without_promotion,
        "workers": executor.workers(settings.executor),
        **provenance(),
        "failures": [failure._asdict() for failure in failures.values()],
        "config": settings.resolved(),
    }


def provenance() -> dict[str, Any]:
    """Hashes, versions and machine, as nested mappings for JSON."""
    return {
        "model": {"hash": model_hash(), **_commit()},
        "versions": {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES},
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
    }


def _commit() -> dict[str, Any]:
    """Commit of the source, and whether files differ from it; both null outside of a repository."""
    root = Path(__file__).resolve().parents[2]
    try:
        # an installed copy may stand inside another repository
        _git(root, "ls-files", "--error-unmatch", "sim/parameters/__init__.py")
        commit = _git(root, "rev-parse", "--verify", "HEAD")
        return {"commit": commit, "changed": bool(_git(root, "status", "--porcelain", "sim", "cascade", "experiments"))}
    except (OSError, subprocess.SubprocessError):
        return {"commit": None, "changed": None}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
