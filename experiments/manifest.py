"""What a result names so that anyone can make it again: command, code, environment, machine."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.runs import model_hash

PACKAGES = ("koc-market", "mesa", "numpy", "scipy", "numba", "pandas", "pyarrow", "hydra-core", "pydantic", "joblib")


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
    root = Path(__file__).resolve().parent.parent
    try:
        # an installed copy may stand inside another repository
        _git(root, "ls-files", "--error-unmatch", "sim/parameters.py")
        commit = _git(root, "rev-parse", "--verify", "HEAD")
        return {"commit": commit, "changed": bool(_git(root, "status", "--porcelain", "sim", "experiments"))}
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
