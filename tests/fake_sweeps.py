"""Folders of finished runs whose outcomes are known functions of parameters, arm and seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from omegaconf import OmegaConf

FEES = ("commission", "commission_free")
Effect = Callable[[pd.DataFrame], np.ndarray]


def table(
    points: pd.DataFrame, effect: Effect, *, seeds: int = 3, noise: float = 0.0, shift: float = 0.0, seed: int = 0
) -> pd.DataFrame:
    """Runs of two arms: consumer surplus is 1,000, a seed's shock, and `effect` of the parameters in the second arm.

    `noise` is the standard deviation of the paired difference; `shift` that of what a seed adds to it at all points.
    """
    generator = np.random.default_rng(seed)
    gains = effect(points)
    shifts = generator.normal(0, shift, seeds) if shift else np.zeros(seeds)
    rows = []
    for point, (_, values) in enumerate(points.iterrows()):
        for number in range(seeds):
            shock = generator.normal(0, 30)
            gain = gains[point] + shifts[number] + (generator.normal(0, noise) if noise else 0.0)
            for arm in FEES:
                surplus = 1000 + shock + (gain if arm == FEES[1] else 0.0)
                rows.append(
                    {
                        "point": point, "arm": arm, "fees": arm, "seed": number, "status": "finished",
                        "run_id": f"{point}-{arm}-{number}", "seconds": 0.1, "error": None, **values.to_dict(),
                        "consumer_surplus": surplus, "gmv": 5000 + shock, "return_rate": 0.1,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def folder(path: Path, runs: pd.DataFrame, config: Mapping[str, Any] | None = None) -> Path:
    """Write runs as an experiment leaves them."""
    path.mkdir(parents=True)
    runs.to_parquet(path / "runs.parquet", index=False)
    experiment = {
        "name": "fake", "days": 9, "burn_in": 3, "labels": {"commission_free": "commission-free"},
        "factors": {"fees": {FEES[0]: {}, FEES[1]: {}}},
    }  # fmt: skip
    content = {"experiment": experiment, "creators": {"effort_cost": 4.0, "claim_inflation": 2.5}, **(config or {})}
    (path / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(content)), "utf-8")
    (path / "manifest.json").write_text(json.dumps({"model": {"hash": "abc"}}), "utf-8")
    return path


def spread(count: int, seed: int = 0, **ranges: tuple[float, float]) -> pd.DataFrame:
    """Random points; a double underscore in a name stands for a dot."""
    generator = np.random.default_rng(seed)
    return pd.DataFrame({n.replace("__", "."): generator.uniform(*r, count) for n, r in ranges.items()})
