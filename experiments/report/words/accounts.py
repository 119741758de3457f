"""Why an answer is as it is: the make-up of GMV, who gets the money, the budget, and what else moves."""

from __future__ import annotations

from experiments.measures.outcomes import INTERESTS, OVERALL, label, percent, ranged, span
from experiments.measures.statistics import Comparison, baseline, contrast, relative_contrast, t_interval
from experiments.report import reasons
from experiments.report.verdict import Side, Verdict
from experiments.report.words.answers import asked
from experiments.report.words.phrases import gained, over_draws, phrase
from experiments.report.words.saying import say
from experiments.settings.language import said
from experiments.table.results import Results

OTHERS = ("reach", "creator_conversion", "acquisition_cost", "repurchase", "return_rate", "trust", "kocs")
STREAMS = ("revenue_take", "revenue_annual_fee", "revenue_ads", "revenue_withdrawal_fee", "revenue_float")
SIDES: tuple[Side, ...] = ("high", "low", "split", "unclear")
LEAST_YUAN = 0.05


def why(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """Accounts of an effect: the make-up of GMV, who gets the money, the budget, and what else moves."""
    found = [
        asked(results, verdict, comparison)[1], size(results, verdict, comparison), who(results, verdict, comparison),
        _gmv(results, comparison), _money(results, comparison), _budget(results, comparison),
    ]  # fmt: skip
    for kind, keys in (("others", OTHERS), ("streams", STREAMS)):
        clear = [phrase(e) for key in keys if (e := verdict.main(comparison, key)) and e.clear]
        found.append(say("moves", kind, clear) if clear else "")
    return [text for text in found if text]


def size(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """By how much, on what decides, and through what."""
    effects = [
        {**phrase(e), "over_draws": over_draws(results, comparison, e.outcome)}
        for e in (verdict.main(comparison, key) for key in OVERALL) if e
    ]  # fmt: skip
    labels = results.label(comparison.high), results.label(comparison.low)
    return say("size", *labels, effects, _mostly(results, verdict, comparison))


def who(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Which side is better for whom."""
    groups: dict[Side, list[str]] = {side: [] for side in SIDES}
    for party, side in verdict.parties(comparison).items():
        effects = [e for key in INTERESTS[party] if (e := verdict.main(comparison, key)) and e.clear]
        texts = [f"{said(INTERESTS[party][e.outcome])} {gained(e)}" for e in effects]
        groups[side].append(say("party", said(party), texts) if texts else said(party))
    return say("who", results.label(comparison.high), [(side, names) for side, names in groups.items() if names])


def _mostly(results: Results, verdict: Verdict, comparison: Comparison) -> tuple[str, str] | None:
    """The term that GMV kept moves by most, and by how much, if both clearly move the same way."""
    effect = verdict.main(comparison, "gmv_kept")
    parts = [p for p in reasons.gmv_parts(results, comparison) if p.estimate.clear]
    if not parts or not effect or not effect.clear:
        return None
    most = max(parts, key=lambda p: p.estimate.value * effect.difference.value)
    if most.estimate.value * effect.difference.value <= 0:
        return None
    return said(most.name), percent(most.estimate.value)


def _gmv(results: Results, comparison: Comparison) -> str:
    parts = reasons.gmv_parts(results, comparison)
    if not parts:
        return ""
    total = t_interval(relative_contrast(results.outcome("gmv_kept"), results.arms, (comparison,)))
    clear = sorted((p for p in parts if p.estimate.clear), key=lambda p: -abs(p.estimate.value))
    rest = [said(p.name) for p in parts if p.estimate.seeds and not p.estimate.clear]
    told = [f"{said(p.name)} {percent(p.estimate.value)} ({span(p.estimate, '%')})" for p in clear]
    return say("gmv", percent(total.value), label("gmv_kept"), told, rest)


def _money(results: Results, comparison: Comparison) -> str:
    parts = [p for p in reasons.money_parts(results, comparison) if p.estimate.clear]
    clear = sorted((p for p in parts if abs(p.estimate.value) >= LEAST_YUAN), key=lambda p: -abs(p.estimate.value))
    told = [
        f"{said(p.name)} {p.estimate.value:+.1f} "
        f"({ranged(f'{p.estimate.low:+.1f}', f'{p.estimate.high:+.1f}')})".replace("-", "−")
        for p in clear
    ]
    return say("money", told)


def _budget(results: Results, comparison: Comparison) -> str:
    used = reasons.budget_used(results)
    if used is None:
        return ""
    before = t_interval(baseline(used, results.arms, (comparison,)))
    change = t_interval(contrast(used, results.arms, (comparison,)))
    shares = (before.value, before.value + change.value, before.value + change.value / 2)
    told = [percent(share, signed=False) for share in shares]
    labels = results.label(comparison.low), results.label(comparison.high)
    return say("budget", *labels, *told, span(change, "%") if change.clear else "")
