"""Experiments on the market: configuration, execution, results and their report."""

from __future__ import annotations

from typing import Any

__all__ = ["Experiment", "load", "plot"]


def __getattr__(name: str) -> Any:
    if name == "plot":
        from experiments.analysis.plots import plot

        return plot
    if name in __all__:
        from experiments import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
