"""The verdict in words: every sentence is computed, none says more than its interval; a template says how it reads."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import pandas as pd

from experiments.changes import CHANGES, changes
from experiments.outcomes import INTERESTS, OVERALL, interval, number, percent, prediction, span, value_text
from experiments.pages import sentence
from experiments.report import reasons
from experiments.report.load import Results
from experiments.report.platforms import CELLS, tell_platforms
from experiments.report.unknown import TOLD, doubt, holds, spread_of
from experiments.report.verdict import Effect, Side, Verdict, effect_name, neighbours
from experiments.statistics import Comparison, baseline, contrast, relative_contrast, t_interval
from sim.recorder import OUTCOMES

OTHERS = ("reach", "creator_conversion", "acquisition_cost", "repurchase", "return_rate", "trust", "kocs")
STREAMS = ("revenue_take", "revenue_annual_fee", "revenue_ads", "revenue_withdrawal_fee", "revenue_float")
SIDES: tuple[Side, ...] = ("high", "low", "split", "unclear")
MOST_INTERACTIONS = 3
LEAST_INTERACTION = 0.01  # a smaller difference between two effects is not worth a sentence
LEAST_YUAN = 0.05

say = partial(sentence, "verdict.en.j2")


class Answer(NamedTuple):
    """The answer to one question."""

    question: str
    winner: str
    size: str
    who: str
    why: list[str]
    unknown: list[str]
    flips: list[str]


class Told(NamedTuple):
    """The whole verdict in words."""

    criterion: str
    platforms: list[str]
    answers: list[Answer]
    interactions: list[str]
    extras: list[str]
    notes: list[str]


def tell(results: Results, verdict: Verdict) -> Told:
    """Put a verdict into words.

    Parameters
    ----------
    results
        A finished run.
    verdict
        Its effects.
    """
    answers = [
        Answer(
            results.question(c.factor, None if len(results.factors[c.factor]) == 2 else c),
            winner(results, verdict, c), size(results, verdict, c), who(results, verdict, c), why(results, verdict, c),
            unknown_sentences(results, verdict, c), flip_sentences(results, c),
        )
        for c in results.comparisons
    ]  # fmt: skip
    wants = [(party, names.values()) for party, names in INTERESTS.items()]
    criterion = say("criterion", wants, [OUTCOMES[key].label for key in OVERALL])
    return Told(
        criterion, tell_platforms(results), answers, interactions(results, verdict), extras(results, verdict),
        notes(results),
    )  # fmt: skip


def winner(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Which side is better overall, and whether so over the draws."""
    side = verdict.overall(comparison)
    name = results.label(comparison.low if side == "low" else comparison.high)
    return say("winner", side, name, holds(results, verdict, comparison))


def size(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """By how much, on what decides, and through what."""
    effects = [
        {**_told(e), "over_draws": over_draws(results, comparison, e.outcome)}
        for e in (verdict.main(comparison, key) for key in OVERALL) if e
    ]  # fmt: skip
    labels = results.label(comparison.high), results.label(comparison.low)
    return say("size", *labels, effects, _mostly(results, verdict, comparison))


def who(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Which side is better for whom."""
    groups: dict[Side, list[str]] = {side: [] for side in SIDES}
    for party, side in verdict.parties(comparison).items():
        effects = [e for key in INTERESTS[party] if (e := verdict.main(comparison, key)) and e.clear]
        said = ", ".join(f"{INTERESTS[party][e.outcome]} {_figure(e).split(' (')[0]}" for e in effects)
        groups[side].append(f"{party} ({said})" if said else party)
    return say("who", results.label(comparison.high), [(side, names) for side, names in groups.items() if names])


def why(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """Accounts of an effect: the make-up of GMV, who gets the money, the budget, and what else moves."""
    found = [_gmv(results, comparison), _money(results, comparison), _budget(results, comparison)]
    for kind, keys in (("others", OTHERS), ("streams", STREAMS)):
        clear = [_told(e) for key in keys if (e := verdict.main(comparison, key)) and e.clear]
        found.append(say("moves", kind, clear) if clear else "")
    return [text for text in found if text]


def interactions(results: Results, verdict: Verdict) -> list[str]:
    """The clear interactions of two factors, the strongest of each outcome's first."""
    sentences = []
    comparisons = results.comparisons
    for i, first in enumerate(comparisons):
        for second in comparisons[i + 1 :]:
            name = effect_name((first, second))
            found = [verdict.of("2-way interaction", name, key) for key in TOLD]
            clear = sorted((e for e in found if e and _clear_both_ways(e)), key=lambda e: e.difference.p)
            sentences += [_interaction(results, first, second, e) for e in clear[:MOST_INTERACTIONS]]
    return sentences


def extras(results: Results, verdict: Verdict) -> list[str]:
    """What each arm beside the factorial does against its neighbours."""
    sentences = []
    for extra, neighbour in neighbours(results):
        if extra.startswith(CELLS):
            continue  # the map tells of them
        effects = [verdict.of("extra arm", f"{extra} vs {neighbour}", key) for key in TOLD]
        labels = results.arm_label(extra), results.arm_label(neighbour)
        sentences.append(say("extra", *labels, [_told(e) for e in effects if e and e.clear]))
    return sentences


def unknown_sentences(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """What the posterior leaves of the answer to one question, a sentence for each outcome that decides it."""
    sentences = []
    for outcome in TOLD if results.has_draws else ():
        found, unit = spread_of(results, comparison, outcome)
        if found.estimate.low < found.estimate.high:  # else nothing is known, or nothing ever differs
            what = doubt(found.estimate, verdict.main(comparison, outcome))
            figure, label = prediction(found.estimate, unit), OUTCOMES[outcome].label
            sentences.append(say("over_draws", label, figure, found.estimate.seeds, what))
    return sentences


def over_draws(results: Results, comparison: Comparison, outcome: str) -> str:
    """The prediction interval of one effect, to stand beside the one over seeds; empty if there is none."""
    found, unit = spread_of(results, comparison, outcome)
    return span(found.estimate, unit) if found.estimate.seeds else ""


def flip_sentences(results: Results, comparison: Comparison) -> list[str]:
    """What would change the answer to one question, a sentence for each outcome that decides it."""
    if results.flips is None or results.flips.empty:
        return []
    checked = changes(results.flips, reasons.found_at_large(results))
    checked = checked[checked["factor"] == comparison.factor]
    found = ((outcome, checked[checked["outcome"] == outcome]) for outcome in TOLD)
    return [_flips(outcome, rows) for outcome, rows in found if len(rows)]


def notes(results: Results) -> list[str]:
    """What a reader must bear in mind."""
    said = [say("design", results.seeds, len(results.arms) + len(results.extras))]
    if results.graph is not None:
        said.append(say("graph", results.graph.mean(numeric_only=True)))
    if results.unfinished:
        said.append(say("unfinished", results.unfinished))
    if results.seeds < 5:
        said.append(say("few_seeds"))
    if found := results.manifest.get("precision"):
        ends = f"{number(found['low'], signed=True)} to {number(found['high'], signed=True)}"
        labels = results.label(found["contrast"]), OUTCOMES[found["outcome"]].label
        said.append(say("precision", *labels, number(found["asked"]), ends, found["factor"]))
    if results.posterior is not None:
        by_draw = results.posterior.groupby("draw")["seed"].nunique()
        said.append(say("posterior", len(by_draw), int(by_draw.max())))
    elif results.comparisons:
        said.append(say("no_draws"))
    if results.flips is None:
        said.append(say("no_flips"))
    else:
        said.append(say("flips_made", int(results.flips["seeds"].max())))
    return said


def _mostly(results: Results, verdict: Verdict, comparison: Comparison) -> tuple[str, str] | None:
    """The term that GMV kept moves by most, and by how much, if both clearly move the same way."""
    effect = verdict.main(comparison, "gmv_kept")
    parts = [p for p in reasons.gmv_parts(results, comparison) if p.estimate.clear]
    if not parts or not effect or not effect.clear:
        return None
    most = max(parts, key=lambda p: p.estimate.value * effect.difference.value)
    if most.estimate.value * effect.difference.value <= 0:
        return None
    return most.name, percent(most.estimate.value)


def _gmv(results: Results, comparison: Comparison) -> str:
    parts = reasons.gmv_parts(results, comparison)
    if not parts:
        return ""
    total = t_interval(relative_contrast(results.outcome("gmv_kept"), results.arms, (comparison,)))
    clear = sorted((p for p in parts if p.estimate.clear), key=lambda p: -abs(p.estimate.value))
    rest = [p.name for p in parts if p.estimate.seeds and not p.estimate.clear]
    told = [f"{p.name} {percent(p.estimate.value)} ({span(p.estimate, '%')})" for p in clear]
    return say("gmv", percent(total.value), OUTCOMES["gmv_kept"].label, told, rest)


def _money(results: Results, comparison: Comparison) -> str:
    parts = [p for p in reasons.money_parts(results, comparison) if p.estimate.clear]
    clear = sorted((p for p in parts if abs(p.estimate.value) >= LEAST_YUAN), key=lambda p: -abs(p.estimate.value))
    told = [
        f"{p.name} {p.estimate.value:+.1f} ({p.estimate.low:+.1f} to {p.estimate.high:+.1f})".replace("-", "−")
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


def _interaction(results: Results, first: Comparison, second: Comparison, effect: Effect) -> str:
    outcome = OUTCOMES[effect.outcome]
    measure, unit = (relative_contrast, "%") if effect.in_percent else (contrast, outcome.unit)
    at = []
    for level in (second.high, second.low):
        arms = results.arms[results.arms[second.factor] == level]
        mean = t_interval(measure(results.outcome(effect.outcome), arms, (first,))).value
        at.append(say("simple_effect", value_text(mean, unit), results.label(level)))
    gap = interval(effect.relative, "points") if effect.in_percent else interval(effect.difference, unit)
    return say("interaction", outcome.label, results.label(first.high), results.label(first.low), at, gap)


def _flips(outcome: str, rows: pd.DataFrame) -> str:
    moved = []
    for change in CHANGES:
        found = rows[rows["change"] == change]
        if len(found):
            moved.append((change, [f"{a} = {v:g}" for a, v in zip(found["assumption"], found["value"], strict=True)]))
    counts = [(change, int((rows["change"] == change).sum())) for change in ("same", "as unclear")]
    rest = [(change, count) for change, count in counts if count]
    ranges = len(rows), rows["assumption"].nunique()
    return say("flips", OUTCOMES[outcome].label, moved, rest, ranges, rows["at_default"].iloc[0])


def _clear_both_ways(effect: Effect) -> bool:
    """Clear in its unit and, where a share of the base is defined, in per cent, that is, beyond mere proportion."""
    if not effect.relative.seeds:
        return effect.clear
    return effect.clear and effect.in_percent and abs(effect.relative.value) >= LEAST_INTERACTION


def _told(effect: Effect) -> dict[str, Any]:
    """An effect for a template."""
    unclear = not effect.clear and effect.difference.seeds >= 2
    return {"label": OUTCOMES[effect.outcome].label, "figure": _figure(effect), "unclear": unclear, "over_draws": ""}


def _figure(effect: Effect) -> str:
    if effect.in_percent:
        return interval(effect.relative, "%")
    return interval(effect.difference, OUTCOMES[effect.outcome].unit)
