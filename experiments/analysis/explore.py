"""A page with sliders: outcomes at any place of a sweep, predicted in the browser by surrogates of its runs."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import yaml

from experiments.analysis.assumption import Assumption, varied_in
from experiments.analysis.flipmap import LEAST_R2, Fit, fit_to
from experiments.analysis.response import question_of, response
from experiments.drawing.pages import filled
from experiments.measures.outcomes import capital
from experiments.measures.surrogate import Z
from experiments.settings.language import TEMPLATES, Language, in_each
from experiments.settings.mistakes import fields
from experiments.table.results import Results
from sim.errors import UserError
from sim.parameters import Parameters
from sim.results.outcomes import OUTCOMES

EXPLORED = (
    "gmv_kept", "consumer_surplus", "koc_net_income", "koc_retention", "brand_profit", "platform_revenue",
    "reach_share", "creator_conversion", "acquisition_cost",
)  # fmt: skip
"""Outcomes of the page, in its order."""

PEOPLE, DAYS = 1_000, 30  # sums are told for so many consumers and days
LEAST_KNOWN = 0.5  # deviation of the surface, as a share of that between points, from which little is known of a place
PAGE = "explore.html"


class Explored(NamedTuple):
    """What the page holds."""

    content: dict[str, Any]  # all of it, as JSON takes it
    fits: dict[tuple[str, str], Fit]  # the surrogates by arm and outcome, in the units of the page


def explored(sweep: Results) -> Explored:
    """Fit a surrogate to every outcome of every arm of a sweep.

    Raises
    ------
    UserError
        If no parameter varies, or there are too few points.
    """
    known = varied_in(sweep)
    if not known:
        raise UserError(f"{sweep.name}: no parameter varies in it; expected a sweep, as of experiment=explore")
    keys = [key for key in EXPLORED if key in sweep.outcomes]
    fits: dict[tuple[str, str], Fit] = {}
    for arm in sweep.finished:
        for key in keys:
            if not np.isfinite(sweep.cells(key, arm).to_numpy()).any():
                continue  # such as what KOCs earn where there are none
            answer = response(sweep, question_of(sweep, arm=arm), key)
            scaled = answer._replace(cells=answer.cells * _factor(sweep, key))
            if np.ptp(scaled.means.to_numpy(float)) > 0:  # what does not move needs no slider
                fits[arm, key] = fit_to(sweep, scaled)
    if not fits:
        raise UserError(f"{sweep.name}: no outcome differs between its points; expected a sweep that moves something")
    first = next(iter(fits.values()))
    content = {
        "name": sweep.name, "languages": list(Language), "words": words(), "z": Z, "least_r2": LEAST_R2,
        "least_known": LEAST_KNOWN, "runs": len(sweep.runs), "points": len(first.inputs), "seeds": first.seeds,
        "people": sweep.setting("market.consumers"), "days": float(sweep.days),
        "sliders": [_slider(first, a) for a in known],
        "arms": [
            {"name": arm, "label": in_each(lambda name: capital(sweep.label(name)), arm)}
            for arm in dict.fromkeys(arm for arm, _ in fits)
        ],
        "outcomes": [_outcome(key) for key in keys if any(key == outcome for _, outcome in fits)],
        "models": {arm: {} for arm, _ in fits},
    }  # fmt: skip
    for (arm, key), fit in fits.items():
        content["models"][arm][key] = _model(fit)
    return Explored(content, fits)


def page(found: Explored, language: Language | None = None) -> str:
    """The page, one file that needs nothing else; it begins in the reader's language unless another is named."""
    content, script = found.content | {"language": language}, (TEMPLATES / "explore.js").read_text("utf-8")
    return filled("explore.html.j2", content=content, script=script)


@cache
def words() -> dict[str, Any]:
    """The words of the page in every language: ``text``, ``parameters``, ``outcomes``."""
    content: dict[str, Any] = yaml.safe_load((TEMPLATES / "explore.yaml").read_text("utf-8"))
    return content


def _slider(fit: Fit, assumption: Assumption) -> dict[str, Any]:
    scale = fit.scales[assumption.path]
    label = {"en": assumption.meaning or assumption.path} | words()["parameters"].get(assumption.path, {})
    return {
        "path": assumption.path, "label": {name: label.get(name, label["en"]) for name in Language},
        "unit": assumption.unit, "low": scale.low, "high": scale.high, "log": scale.log, "whole": assumption.whole,
        "default": fit.home[assumption.path], "lever": assumption.path not in _soft(),
    }  # fmt: skip


def _outcome(key: str) -> dict[str, Any]:
    outcome = OUTCOMES[key]
    own: dict[str, str] = words()["outcomes"].get(key, {})
    label = {"en": capital(outcome.label)} | own
    unit = "yuan a month" if outcome.unit == "yuan" else {"1": "%", "orders/view": "%"}.get(outcome.unit, outcome.unit)
    return {
        "key": key, "label": {name: label.get(name, label["en"]) for name in Language}, "unit": unit,
        "better": outcome.better, "percent": unit == "%", "money": outcome.unit == "yuan",
    }  # fmt: skip


def _model(fit: Fit) -> dict[str, Any]:
    solved = fit.surrogate.solved()
    root = fit.surrogate.root()  # single precision is enough of it, though not of the inverse, whose terms cancel
    return {
        "inputs": _packed(solved.inputs * solved.length_scales, "<f8"), "lengths": solved.length_scales.tolist(),
        "weights": _packed(solved.weights, "<f8"), "root": _packed(root[np.tril_indices(len(root))], "<f4"),
        "signal": solved.signal, "centre": solved.centre, "spread": solved.spread, "r2": fit.error.r2,
    }  # fmt: skip


def _packed(values: np.ndarray[Any, Any], kind: str) -> str:
    return base64.b64encode(np.ascontiguousarray(values, kind).tobytes()).decode("ascii")


def _soft() -> set[str]:
    """Parameters of people and of how they decide: what nobody sets."""
    return {path for path, _, _ in fields(Parameters()) if path.startswith(("market.", "creators.claim_inflation"))}


def _factor(sweep: Results, key: str) -> float:
    """What turns an outcome into one for 1,000 consumers and 30 days, or per cent."""
    outcome = _outcome(key)
    if outcome["percent"]:
        return 100.0
    people = float(sweep.setting("market.consumers") or np.nan)
    return PEOPLE / people * DAYS / sweep.days if outcome["money"] else 1.0
