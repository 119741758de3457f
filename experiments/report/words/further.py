"""What is told beside the answers: how they depend on each other, further arms, what promotion brings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.measures.outcomes import KNOWN, OVERALL, amount, interval, label, number, percent, ranged, value_text
from experiments.measures.statistics import Comparison, contrast, relative_contrast, t_interval
from experiments.report.promotion import Promoted, promoted
from experiments.report.spending import MOST_APART
from experiments.report.unknown import TOLD
from experiments.report.verdict import Effect, Verdict, effect_name, neighbours
from experiments.report.words.answers import spend
from experiments.report.words.phrases import around, phrase
from experiments.report.words.saying import say
from experiments.settings.language import said
from experiments.table.results import CELLS, Results

MOST_INTERACTIONS = 3
LEAST_INTERACTION = 0.01  # a smaller difference between two effects is not worth a sentence


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


def _interaction(results: Results, first: Comparison, second: Comparison, effect: Effect) -> str:
    outcome = KNOWN[effect.outcome]
    measure, unit = (relative_contrast, "%") if effect.in_percent else (contrast, outcome.unit)
    at = []
    for level in (second.high, second.low):
        arms = results.arms[results.arms[second.factor] == level]
        mean = t_interval(measure(results.outcome(effect.outcome), arms, (first,))).value
        at.append(say("simple_effect", value_text(mean, unit), results.label(level)))
    gap = interval(effect.relative, "points") if effect.in_percent else interval(effect.difference, unit)
    return say("interaction", label(effect.outcome), results.label(first.high), results.label(first.low), at, gap)


def _clear_both_ways(effect: Effect) -> bool:
    """Clear in its unit and, where a share of the base is defined, in per cent, that is, beyond mere proportion."""
    if not effect.relative.seeds:
        return effect.clear
    return effect.clear and effect.in_percent and abs(effect.relative.value) >= LEAST_INTERACTION


def extras(results: Results, verdict: Verdict) -> list[str]:
    """What each arm beside the factorial does against its neighbours; not of those that others are counted from."""
    sentences = []
    idle = set(results.without_promotion.values()) - set(results.against)
    for extra, neighbour in neighbours(results):
        if extra in idle or extra.startswith(CELLS):
            continue  # others are counted from it, or the map tells of it
        effects = [verdict.of("extra arm", f"{extra} vs {neighbour}", key) for key in TOLD]
        labels = results.arm_label(extra), results.arm_label(neighbour)
        without = {extra, neighbour} & set(results.without_promotion.values())
        unlike = "" if without else spend(results, [(neighbour, extra)])
        sentences.append(say("extra", *labels, [phrase(e) for e in effects if e and e.clear], unlike))
    return sentences


def beside(results: Results) -> list[str]:
    """What decides each question, at every level of the factor that the experiment names (`beside`); none without."""
    factor = results.given("beside")
    if factor not in results.factors:
        return []
    return [
        say(
            "beside", results.label(c.high), results.label(c.low), label(key), list(_at_levels(results, factor, c, key))
        )
        for c in results.comparisons
        for key in OVERALL
        if key in results.runs
    ]


def _at_levels(results: Results, factor: str, comparison: Comparison, key: str) -> Iterator[tuple[str, str]]:
    for level in results.factors[factor]:
        arms = results.arms[results.arms[factor] == level]
        found = t_interval(relative_contrast(results.outcome(key), arms, (comparison,)))
        yield results.label(level), interval(found, "%")


def promotion(results: Results) -> list[str]:
    """What a yuan of marketing money brings in each arm beside the factorial, what a customer costs and is worth."""
    return [_promoted(results, each) for each in promoted(results) if each.arm not in results.arms.index]


def _promoted(results: Results, each: Promoted) -> str:
    seeds, draws = each.over_seeds, each.over_draws["contribution_per_yuan"]
    figures = {
        key: f"{amount(e.value, unit, signed=False)} ({ranged(number(e.low), number(e.high))})"
        for key, unit in (("acquisition_cost", "yuan"), ("customer_value", "yuan"))
        if np.isfinite((e := seeds[key]).value)
    }
    return say(
        "promoted", results.arm_label(each.arm), around(seeds["contribution_per_yuan"]),
        around(draws) if draws.seeds else "", number(seeds["reach"].value),
        percent(seeds["paid_conversion"].value, signed=False) if seeds["reach"].value else "", figures,
        "" if abs(each.of_budget - 1) <= MOST_APART else _more_or_less(each.of_budget - 1),
    )  # fmt: skip


def _more_or_less(share: float) -> str:
    return f"{percent(abs(share), signed=False)} % {said('more' if share > 0 else 'less')}"
