"""The verdict in words. Every sentence is computed: none says more than its interval does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from experiments.outcomes import INTERESTS, OVERALL, capital, interval, number, percent, value_text
from experiments.report import reasons
from experiments.report.flips import flip_sentences
from experiments.report.load import Results
from experiments.report.unknown import posterior_note, settled, span_text, unknown_sentences
from experiments.report.verdict import Effect, Side, Verdict, effect_name, neighbours
from experiments.statistics import Comparison, Estimate, baseline, contrast, relative_contrast, t_interval
from sim.recorder import OUTCOMES

OTHERS = ("reach", "creator_conversion", "acquisition_cost", "repurchase", "return_rate", "trust", "kocs")
STREAMS = ("revenue_take", "revenue_annual_fee", "revenue_ads", "revenue_withdrawal_fee", "revenue_float")
TOLD = tuple(dict.fromkeys([*OVERALL, *(key for keys in INTERESTS.values() for key in keys)]))
MOST_INTERACTIONS = 3
LEAST_INTERACTION = 0.01  # a smaller difference between two effects is not worth a sentence


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
            results.question(c.factor) if len(results.factors[c.factor]) == 2 else _versus(results, c),
            winner(results, verdict, c), size(results, verdict, c), who(results, verdict, c), why(results, verdict, c),
            unknown_sentences(results, verdict, c), flip_sentences(results, c),
        )
        for c in results.comparisons
    ]  # fmt: skip
    return Told(criterion(), answers, interactions(results, verdict), extras(results, verdict), notes(results))


def criterion() -> str:
    """What winning means."""
    wants = "; ".join(f"{party}: {_and(names.values())}" for party, names in INTERESTS.items())
    return (
        "A difference is clear if the 95 % interval of the paired difference excludes zero. A party is better off on "
        f"the side where one of its outcomes is clearly better and none clearly worse ({wants}). A side wins overall "
        f"if that holds for {_and(OUTCOMES[k].label for k in OVERALL)}. Effects are means over the levels of the other "
        "factors; per cent are relative to the second side named in 'instead of', also where the outcome is a share."
    )


def winner(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Which side is better overall."""
    return {
        "high": f"Better overall: {results.label(comparison.high)}{settled(results, verdict, comparison)}.",
        "low": f"Better overall: {results.label(comparison.low)}{settled(results, verdict, comparison)}.",
        "split": "No overall winner: the criteria disagree.",
        "unclear": "No clear difference overall.",
    }[verdict.overall(comparison)]


def size(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """By how much, on what decides, and through what."""
    effects = [e for e in (verdict.main(comparison, key) for key in OVERALL) if e]
    start = f"With {results.label(comparison.high)} instead of {results.label(comparison.low)}"
    said = "; ".join(f"{phrase(e)}{_over_draws(results, comparison, e.outcome)}" for e in effects)
    return f"{start}: {said}{_mostly(results, verdict, comparison)}."


def who(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Which side is better for whom."""
    parties = verdict.parties(comparison)
    frames: dict[Side, str] = {
        "high": "better off",
        "low": "worse off",
        "split": "better in one respect and worse in another",
        "unclear": "no clear difference",
    }
    said = []
    for side, frame in frames.items():
        members = [_with_reasons(verdict, comparison, party) for party, found in parties.items() if found == side]
        if members:
            said.append(f"{frame}: {_and(members)}")
    return f"With {results.label(comparison.high)}, {'; '.join(said)}."


def why(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """Accounts of an effect: the make-up of GMV, who gets the money, the budget, and what else moves."""
    sentences = [
        _gmv_sentence(results, comparison),
        _money_sentence(results, comparison),
        _budget_sentence(results, comparison),
        _moves("Also clearly different", verdict, comparison, OTHERS),
        _moves("Platform revenue by stream", verdict, comparison, STREAMS).replace("platform revenue from", "from"),
    ]
    return [s for s in sentences if s]


def interactions(results: Results, verdict: Verdict) -> list[str]:
    """The clear interactions of two factors, the strongest of each outcome's first."""
    sentences = []
    comparisons = results.comparisons
    for i, first in enumerate(comparisons):
        for second in comparisons[i + 1 :]:
            name = effect_name((first, second))
            found = [verdict.of("2-way interaction", name, key) for key in TOLD]
            clear = sorted((e for e in found if e and _clear_both_ways(e)), key=lambda e: e.difference.p)
            sentences += [_interaction_sentence(results, first, second, e) for e in clear[:MOST_INTERACTIONS]]
    return sentences


def extras(results: Results, verdict: Verdict) -> list[str]:
    """What each arm beside the factorial does against its neighbours."""
    sentences = []
    for extra, neighbour in neighbours(results):
        effects = [verdict.of("extra arm", f"{extra} vs {neighbour}", key) for key in TOLD]
        clear = [e for e in effects if e and e.clear]
        start = f"{capital(results.arm_label(extra))} against {results.arm_label(neighbour)}"
        sentences.append(f"{start}: {_list(clear)}." if clear else f"{start}: no clear difference.")
    return sentences


def notes(results: Results) -> list[str]:
    """What a reader must bear in mind."""
    said = [
        f"{results.seeds} seeds, {len(results.arms) + len(results.extras)} arms; all arms of a seed share people, "
        "graph and luck. Intervals tell the luck of the seeds, not whether the model is right."
    ]
    if results.graph is not None:
        said.append(_graph(results.graph.mean(numeric_only=True)))
    if results.unfinished:
        said.append(f"{results.unfinished} runs failed; an effect leaves out the seeds that miss an arm it needs.")
    if results.seeds < 5:
        said.append("With fewer than five seeds the intervals are wide and lean on normality.")
    if found := results.manifest.get("precision"):
        span = f"{number(found['low'], signed=True)} to {number(found['high'], signed=True)}"
        said.append(
            f"Seeds were to be added until the effect of {results.label(found['contrast'])} on "
            f"{OUTCOMES[found['outcome']].label} is known to within {number(found['asked'])}. Since it was looked at "
            f"after every batch, its honest 95 % interval is {span}, {found['factor']:.2f} times as wide as shown."
        )
    if results.posterior is not None:
        said.append(posterior_note(results.posterior))
    if results.flips is None:
        said.append("The soft assumptions have not been varied in this run: no sentence on what flips the verdict.")
    else:
        said.append(
            f"Soft assumptions were varied with {int(results.flips['seeds'].max())} seeds, in a smaller market for a "
            "shorter time. A conclusion flips where a check is clear and of the other sign; 'no longer clear' is "
            "judged against the default under the same conditions."
        )
    return said


def _over_draws(results: Results, comparison: Comparison, outcome: str) -> str:
    """The interval over draws, to be read beside the one over seeds."""
    found = span_text(results, comparison, outcome)
    return f" over seeds, {found} over what is not known of people" if found else ""


def _mostly(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """The term that GMV kept moves by most, if both clearly move the same way."""
    effect = verdict.main(comparison, "gmv_kept")
    parts = [p for p in reasons.gmv_parts(results, comparison) if p.estimate.clear]
    if not parts or not effect or not effect.clear:
        return ""
    most = max(parts, key=lambda p: p.estimate.value * effect.difference.value)
    if most.estimate.value * effect.difference.value <= 0:
        return ""
    return f"; GMV mostly through {most.name} ({percent(most.estimate.value)} points)"


def _gmv_sentence(results: Results, comparison: Comparison) -> str:
    parts = reasons.gmv_parts(results, comparison)
    if not parts:
        return ""
    total = t_interval(relative_contrast(results.outcome("gmv_kept"), results.arms, (comparison,)))
    clear = sorted((p for p in parts if p.estimate.clear), key=lambda p: -abs(p.estimate.value))
    rest = [p.name for p in parts if p.estimate.seeds and not p.estimate.clear]
    told = _and(f"{p.name} {_points(p.estimate)}" for p in clear) or "no clear part of any term"
    tail = f"; no clear part: {_and(rest)}" if clear and rest else ""
    return f"Of the {percent(total.value)} % in {OUTCOMES['gmv_kept'].label}, in percentage points: {told}{tail}."


def _money_sentence(results: Results, comparison: Comparison) -> str:
    clear = [p for p in reasons.money_parts(results, comparison) if p.estimate.clear and abs(p.estimate.value) >= 0.05]
    if not clear:
        return "Who gets each 100 yuan that consumers pay does not clearly differ."
    clear.sort(key=lambda p: -abs(p.estimate.value))
    said = _and(
        f"{p.name} {p.estimate.value:+.1f} ({p.estimate.low:+.1f} to {p.estimate.high:+.1f})".replace("-", "−")
        for p in clear
    )
    return f"Of each 100 yuan that consumers pay, in yuan: {said}."


def _budget_sentence(results: Results, comparison: Comparison) -> str:
    used = reasons.budget_used(results)
    if used is None:
        return ""
    before = t_interval(baseline(used, results.arms, (comparison,)))
    change = t_interval(contrast(used, results.arms, (comparison,)))
    start = "Marketing cost, fees and commissions included, is"
    if not change.clear:
        share = percent(before.value + change.value / 2, signed=False)
        return f"{start} {share} % of the brands' budget on both sides, without a clear difference."
    after = percent(before.value + change.value, signed=False)
    return (
        f"{start} {percent(before.value, signed=False)} % of the brands' budget with {results.label(comparison.low)} "
        f"and {after} % with {results.label(comparison.high)} "
        f"(95 % CI of the difference {percent(change.low)} to {percent(change.high)} points)."
    )


def _moves(start: str, verdict: Verdict, comparison: Comparison, keys: Iterable[str]) -> str:
    clear = [e for e in (verdict.main(comparison, key) for key in keys) if e and e.clear]
    return f"{start}: {_list(clear)}." if clear else ""


def _interaction_sentence(results: Results, first: Comparison, second: Comparison, effect: Effect) -> str:
    outcome = OUTCOMES[effect.outcome]
    measure, unit = (relative_contrast, "%") if effect.in_percent else (contrast, outcome.unit)
    at = []
    for level in (second.high, second.low):
        arms = results.arms[results.arms[second.factor] == level]
        mean = t_interval(measure(results.outcome(effect.outcome), arms, (first,))).value
        at.append(f"{value_text(mean, unit)} with {results.label(level)}")
    gap = interval(effect.relative, "points") if effect.in_percent else interval(effect.difference, unit)
    return (
        f"{capital(outcome.label)}: {results.label(first.high)} instead of {results.label(first.low)} makes "
        f"{_and(at)}; difference {gap}."
    )


def _clear_both_ways(effect: Effect) -> bool:
    """Clear in its unit and, where a share of the base is defined, in per cent, that is, beyond mere proportion."""
    if not effect.relative.seeds:
        return effect.clear
    return effect.clear and effect.in_percent and abs(effect.relative.value) >= LEAST_INTERACTION


def _with_reasons(verdict: Verdict, comparison: Comparison, party: str) -> str:
    effects = [e for e in (verdict.main(comparison, key) for key in INTERESTS[party]) if e]
    clear = [e for e in effects if e.clear]
    said = ", ".join(f"{INTERESTS[party][e.outcome]} {_figure(e).split(' (')[0]}" for e in clear)
    return f"{party} ({said})" if said else party


def phrase(effect: Effect) -> str:
    """An effect in a few words, in per cent where that is defined."""
    label = OUTCOMES[effect.outcome].label
    if effect.clear or effect.difference.seeds < 2:
        return f"{label} {_figure(effect)}"
    return f"no clear difference in {label}, {_figure(effect)}"


def _figure(effect: Effect) -> str:
    if effect.in_percent:
        return interval(effect.relative, "%")
    return interval(effect.difference, OUTCOMES[effect.outcome].unit)


def _list(effects: Iterable[Effect]) -> str:
    return "; ".join(map(phrase, effects))


def _points(estimate: Estimate) -> str:
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)})"


def _versus(results: Results, comparison: Comparison) -> str:
    return f"{capital(results.label(comparison.high))} or {results.label(comparison.low)}?"


def _and(items: Iterable[str]) -> str:
    *words, last = list(items) or [""]
    return f"{', '.join(words)} and {last}" if words else last


def _graph(mean: pd.Series) -> str:
    """The social graph in a sentence, as a mean over the seeds."""
    return (
        f"The social graph: {mean['consumers']:,.0f} people with {mean['mean_degree']:.1f} friends in the mean and "
        f"at most {mean['max_degree']:,.0f}; local clustering {mean['clustering']:.3f}, degree assortativity "
        f"{mean['assortativity']:+.3f}; {mean['largest_component_share']:.1%} of them in the largest of "
        f"{mean['components']:,.0f} components."
    )
