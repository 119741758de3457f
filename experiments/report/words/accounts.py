"""Why an answer is as it is: the make-up of GMV, who gets the money, the budget, and what else moves."""

from __future__ import annotations

from experiments.measures.outcomes import INTERESTS, OVERALL, label, percent, ranged, span
from experiments.measures.statistics import Comparison, Estimate, baseline, contrast, relative_contrast, t_interval
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
    parts = {name: e.value for name, e in reasons.gmv_parts(results, comparison).items() if e.clear}
    if not parts or not effect or not effect.clear:
        return None
    most = max(parts, key=lambda name: parts[name] * effect.difference.value)
    return (said(most), percent(parts[most])) if parts[most] * effect.difference.value > 0 else None


def _gmv(results: Results, comparison: Comparison) -> str:
    parts = reasons.gmv_parts(results, comparison)
    if not parts:
        return ""
    total = t_interval(relative_contrast(results.outcome("gmv_kept"), results.arms, (comparison,)))
    rest = [said(name) for name, e in parts.items() if e.seeds and not e.clear]
    told = [f"{said(name)} {percent(e.value)} ({span(e, '%')})" for name, e in _clear(parts)]
    return say("gmv", percent(total.value), label("gmv_kept"), told, rest)


def _money(results: Results, comparison: Comparison) -> str:
    found = [(name, e) for name, e in _clear(reasons.money_parts(results, comparison)) if abs(e.value) >= LEAST_YUAN]
    told = [f"{said(name)} {e.value:+.1f} ({ranged(f'{e.low:+.1f}', f'{e.high:+.1f}')})" for name, e in found]
    return say("money", [text.replace("-", "−") for text in told])


def _clear(parts: dict[str, Estimate]) -> list[tuple[str, Estimate]]:
    """Parts that are clear, the largest first."""
    return sorted(((name, e) for name, e in parts.items() if e.clear), key=lambda part: -abs(part[1].value))


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
