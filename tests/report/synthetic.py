"""A run folder with known effects, made without a market."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.table.results import Results

FACTORS = {"fees": ("commission", "commission_free"), "domain": ("public", "private"), "creators": ("kol", "koc")}
EXTRAS: dict[str, dict[str, str | None]] = {
    "take_only": {"fees": None, "domain": "private", "creators": "koc"},
    "commission_only": {"fees": None, "domain": "private", "creators": "koc"},
}
LABELS = {
    "commission_free": "commission-free", "public": "public domain", "private": "private domain",
    "kol": "KOL", "koc": "KOC", "take_only": "take without commission", "commission_only": "commission without take",
}  # fmt: skip
BURN_IN, DAYS = 60, 180

# Log effects of (fees, domain, creators) at their second levels; every other difference is noise.
LOG_EFFECTS = {
    "views": (0.02, -0.30, -0.10),
    "conversion": (0.08, 0.55, 0.20),
    "average_order_value": (-0.03, 0.0, -0.05),
    "reach": (0.0, -0.6, -1.3),
    "creator_conversion": (0.08, 0.8, 1.0),
}
FEES_ON_KOCS = 0.25


def write_run(folder: Path, seeds: int = 10, *, noise: float = 0.03, seed: int = 1) -> Path:
    """Write all files of a finished run into `folder`."""
    rng = np.random.default_rng(seed)
    arms: dict[str, dict[str, str | None]] = {
        "-".join(levels): {**dict(zip(FACTORS, levels, strict=True))} for levels in itertools.product(*FACTORS.values())
    }
    arms |= EXTRAS
    rows, daily, funnel, creators, split = [], [], [], [], []
    for s in range(seeds):
        common = rng.normal(0, 0.25, 8)
        for arm, levels in arms.items():
            x = np.array([_position(f, levels[f]) for f in FACTORS])
            row = _outcomes(x, common, rng, noise)
            row["paid_conversion"] = row["creator_conversion"]
            told = {"status": "finished", "run_id": f"{arm}-{s}", "seconds": 1.0}
            rows.append({"arm": arm, **levels, "seed": s, **told, **row})
            daily.append(_daily(row, common, rng).assign(arm=arm, seed=s))
            funnel.append(_funnel(row).assign(arm=arm, seed=s))
            creators.append(_creators(x, rng).assign(arm=arm, seed=s))
            split.append(_split(x, row["gmv_kept"], rng).assign(arm=arm, seed=s))
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_parquet(folder / "runs.parquet")
    for name, frames in {"daily": daily, "funnel": funnel, "creators": creators, "split": split}.items():
        pd.concat(frames, ignore_index=True).to_parquet(folder / f"{name}.parquet")
    flips().to_parquet(folder / "flips.parquet")
    (folder / "config.yaml").write_text(_config(), encoding="utf-8")
    manifest = {
        "command": "koc run experiment=headline", "config_hash": "0123abcd", "seeds": list(range(seeds)),
        "versions": {"python": "3.11.9", "numpy": "2.1.0", "koc-market": "0.1.0"}, "seconds": 74.2,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def flips() -> pd.DataFrame:
    """Checks of assumptions: one flips, one loses clarity, one holds."""
    rows = []
    for assumption, values in {
        "creators.claim_inflation": [(0.0, 9.0, 4.0, 14.0), (2.5, 10.0, 5.0, 15.0), (5.0, -8.0, -12.0, -4.0)],
        "market.choice.risk": [(0.0, 1.0, -4.0, 6.0), (2.5, 10.0, 5.0, 15.0), (4.0, 12.0, 7.0, 17.0)],
    }.items():
        for i, (value, effect, low, high) in enumerate(values):
            rows += [
                {"assumption": assumption, "value": value, "default": i == 1, "factor": factor, "outcome": outcome,
                 "effect": effect, "low": low, "high": high, "seeds": 5}
                for factor in FACTORS for outcome in ("gmv_kept", "consumer_surplus")
            ]  # fmt: skip
    return pd.DataFrame(rows)


def _position(factor: str, level: str | None) -> float:
    return 0.5 if level not in FACTORS[factor] else float(level == FACTORS[factor][1])


def _outcomes(x: np.ndarray, common: np.ndarray, rng: np.random.Generator, noise: float) -> dict[str, float]:
    def level(base: float, effects: tuple[float, float, float], shock: float) -> float:
        return base * float(np.exp(np.dot(effects, x) + shock + rng.normal(0, noise)))

    views = level(4e6, LOG_EFFECTS["views"], common[0])
    conversion = level(0.022, LOG_EFFECTS["conversion"], common[1] / 4)
    value = level(88, LOG_EFFECTS["average_order_value"], common[2] / 4)
    gmv = views * conversion * value
    returned = 0.06 * float(np.exp(rng.normal(0, noise)))
    kept = gmv * (1 - returned)
    fees, domain, koc = x
    take = kept * 0.05 * (1 - fees) + 1e-9 * fees
    annual = 160_000.0 * (1 - fees)
    ads = level(60_000, (0.0, -0.4, 0.0), common[3] / 4)
    kocs = 150 * float(np.exp(FEES_ON_KOCS * fees + 0.3 * koc * domain + rng.normal(0, noise)))
    marketing = 680_000 * (0.97 - 0.3 * fees) * float(np.exp(rng.normal(0, 0.01)))
    buyers = 6_500 * float(np.exp(0.1 * domain + rng.normal(0, noise)))
    return {
        "reach": level(9_000, LOG_EFFECTS["reach"], common[4] / 5), "views": 1.2 * views, "conversion": conversion,
        "traffic": views, "direct_conversion": conversion, "direct_order_value": value / 1.1,
        "creator_conversion": level(0.012, LOG_EFFECTS["creator_conversion"], common[5] / 4),
        "private_conversion": np.nan if domain == 0 else level(0.06, (0.05, 0, 0.1), 0.0),
        "public_conversion": level(0.021, (0.0, 0.0, 0.0), 0.0), "buyers": buyers, "orders": views * conversion,
        "gmv": gmv, "gmv_kept": kept, "average_order_value": value, "share_coefficient": 1.1, "return_rate": returned,
        "marketing_cost": marketing, "acquisition_cost": marketing / buyers,
        "repurchase": 0.5 + 0.08 * domain + rng.normal(0, noise / 3) + common[6] / 20,
        "trust": 0.55 + 0.06 * koc + 0.03 * domain + rng.normal(0, noise / 5) + common[7] / 20,
        "koc_retention": min(1.0, 0.6 + 0.1 * fees + 0.15 * koc + rng.normal(0, noise)),
        "kocs": kocs, "kols": 8.0, "koc_income": 9 * np.exp(0.4 * koc), "creator_income_gini": 0.8 - 0.2 * koc,
        "koc_net_income": 6 * float(np.exp(0.4 * koc)) + rng.normal(0, 1),
        "revenue_take": float(take), "revenue_annual_fee": float(annual), "revenue_ads": ads,
        "revenue_withdrawal_fee": kept * 0.0002, "revenue_float": kept * 0.0001,
        "platform_revenue": float(take + annual + ads + kept * 0.0003), "brand_profit": kept * 0.2 - marketing,
        "consumer_surplus": float(3e6 * np.exp(0.04 * fees + 0.3 * domain + common[0] + rng.normal(0, noise))),
        "product_gini": 0.5,
    }  # fmt: skip


def _daily(row: dict[str, float], common: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    day = np.arange(DAYS)
    rise = 1 - np.exp(-(day + 5) / 30)
    week = 1 + 0.1 * np.sin(2 * np.pi * day / 7)
    gmv = row["gmv"] / (DAYS - BURN_IN) * rise * week * np.exp(rng.normal(0, 0.08, DAYS))
    trust = 0.5 + (row["trust"] - 0.5) * rise + rng.normal(0, 0.002, DAYS)
    spent = np.full(DAYS, row["marketing_cost"] / (DAYS - BURN_IN))
    return pd.DataFrame({"day": day, "gmv": gmv, "trust": trust, "marketing_cost": spent, "kocs": row["kocs"]})


def _funnel(row: dict[str, float]) -> pd.DataFrame:
    private = 0.05 if np.isnan(row["private_conversion"]) else 0.8
    public_views = row["views"] * (1 - 0.6 * private)
    private_views = row["views"] * 0.6 * private
    steps = {
        "public": (public_views * 3, public_views, public_views * 0.12, public_views * 0.021, public_views * 0.0198),
        "private": (private_views * 4, private_views, private_views * 0.2, private_views * 0.06, private_views * 0.057),
    }
    names = ("delivered", "viewed", "considered", "ordered", "kept")
    rows = [
        {"domain": d, "step": n, "count": c} for d, counts in steps.items() for n, c in zip(names, counts, strict=True)
    ]
    return pd.DataFrame(rows)


def _creators(x: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    kocs = rng.lognormal(2.0, 0.9 + 0.3 * (1 - x[2]), 150) * (0.3 + x[2])
    kols = rng.lognormal(7.5 - 1.5 * x[2], 0.6, 8)
    income = np.concatenate([kocs, kols])
    tier = ["KOC"] * 150 + ["KOL"] * 8
    return pd.DataFrame({"creator": np.arange(158), "tier": tier, "audience": 300, "income": income, "active": True})


def _split(x: np.ndarray, kept: float, rng: np.random.Generator) -> pd.DataFrame:
    fees, domain, koc = x
    creator = 0.1 + 0.01 * domain + 0.01 * koc + rng.normal(0, 0.002)
    platform = 0.055 * (1 - fees) + 0.003
    shares = {"goods": 0.52, "creator": creator, "platform": platform, "shipping": 0.068}
    shares["brand"] = 1 - sum(shares.values())
    return pd.DataFrame({"party": list(shares), "yuan": [kept * s for s in shares.values()]})


def _config() -> str:
    labels = "\n".join(f"    {k}: {v}" for k, v in LABELS.items())
    factors = "\n".join(f"    {f}: {{{', '.join(f'{v}: {{}}' for v in levels)}}}" for f, levels in FACTORS.items())
    return f"""experiment:
  name: headline
  days: {DAYS}
  burn_in: {BURN_IN}
  factors:
{factors}
  extra_arms:
    take_only: {{levels: {{domain: private, creators: koc}}}}
    commission_only: {{levels: {{domain: private, creators: koc}}}}
  questions:
    fees: Commission-free or commission?
    domain: Public-domain or private-domain traffic?
    creators: Reach through KOL or conversion through KOC?
  labels:
{labels}
market: {{consumers: 10000}}
brands: {{weekly_budget: 4.0}}
"""


def with_labels(results: Results, **labels: str) -> Results:
    """The same run, in which people have named some things otherwise."""
    study = results.config["experiment"]
    named = {**study, "labels": {**study["labels"], **labels}}
    return replace(results, config={**results.config, "experiment": named})
