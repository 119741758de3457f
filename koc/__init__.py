"""koc in Python: ``from koc import load, plot, Experiment``.

The packages behind it have names that a file of one's own may have, too; which then hides them, and is named here.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Experiment", "load", "plot"]

PACKAGES = ("sim", "cascade", "experiments")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _check_not_hidden()
    import experiments

    return getattr(experiments, name)


def _check_not_hidden() -> None:
    for package in PACKAGES:
        spec = find_spec(package)
        found = spec.origin if spec else None
        if found is None or Path(found).resolve().parent != Path(__file__).resolve().parent.parent / package:
            raise ImportError(
                f"{found or package}: hides the package {package} of koc; expected a file of another name, and Python "
                "started again"
            )
