"""The verdict in words: every sentence is computed, none says more than its interval; a template says how it reads."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.pages import sentence
from experiments.measures.changes import CHANGES, UNCHANGED, changes
from experiments.measures.outcomes import (
    INTERESTS,
    KNOWN,
    OVERALL,
    PERCENT_UNITS,
    amount,
    interval,
    label,
    number,
    percent,
    plain_label,
    prediction,
    ranged,
    span,
    value_text,
)
from experiments.measures.statistics import Comparison, Estimate, baseline, contrast, relative_contrast, t_interval
from experiments.measures.worth import DISCOUNT
from experiments.report import reasons
from experiments.report.beside import answers_beside
from experiments.report.gains import PEOPLE, Gain, deciding, gain, gains, reverses
from experiments.report.load import CELLS, Results
from experiments.report.platforms import compete, tell_platforms, tell_standings
from experiments.report.promotion import Promoted, promoted
from experiments.report.settling import explains, measured
from experiments.report.spending import MOST_APART, gap, pairs, unequal
from experiments.report.unknown import TOLD, doubt, holds, spread_of
from experiments.report.verdict import Effect, Side, Verdict, effect_name, neighbours
from experiments.settings.language import said
from experiments.table.reading import find

OTHERS = ("reach", "creator_conversion", "acquisition_cost", "repurchase", "return_rate", "trust", "kocs")
STREAMS = ("revenue_take", "revenue_annual_fee", "revenue_ads", "revenue_withdrawal_fee", "revenue_float")
SIDES: tuple[Side, ...] = ("high", "low", "split", "unclear")
MOST_INTERACTIONS = 3
LEAST_INTERACTION = 0.01  # a smaller difference between two effects is not worth a sentence
LEAST_YUAN = 0.05

say = partial(sentence, "verdict")


class Answer(NamedTuple):
    """The answer to one question.

    Attributes
    ----------
    spend : str
        That the sides do not spend the same, where they do not: it is said before all else.
    short : str
        Who wins, and from how many to how many yuan.
    sure : str
        A word for how sure that is, and what it means.
    turns : str
        Where it is the other way round.
    asked : str
        What the question asks for in so many words.
    parties : str
        Who loses something by it, or who gains and loses where nobody wins.
    """

    question: str
    spend: str
    short: str
    sure: tuple[str, str]
    turns: str
    asked: str
    parties: str
    why: list[str]
    unknown: list[str]
    settle: list[str]
    flips: list[str]

    @property
    def first(self) -> list[str]:
        """What is said of it before reasons and doubts."""
        answer = f"{self.short} {say('how_sure', *self.sure)}"
        return [text for text in (self.spend, answer, self.turns, self.asked, self.parties) if text]


class Meaning(NamedTuple):
    """What the answers mean for one party."""

    title: str
    sentences: list[str]


class Told(NamedTuple):
    """The whole verdict in words."""

    criterion: str
    standings: list[str]
    platforms: list[str]
    answers: list[Answer]
    meanings: list[Meaning]
    promotion: list[str]
    beside: list[str]
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
            spend(results, pairs(results, c)), answer(results, verdict, c), sure(results, verdict, c),
            turns(results, verdict, c), asked(results, verdict, c)[0], parties(results, verdict, c),
            why(results, verdict, c), unknown_sentences(results, verdict, c), settle_sentences(results, verdict, c),
            flip_sentences(results, c),
        )
        for c in results.comparisons
    ]  # fmt: skip
    wants = [(said(party), list(map(said, names.values()))) for party, names in INTERESTS.items()]
    criterion = say("criterion", wants, [label(key) for key in OVERALL])
    return Told(
        criterion, tell_standings(results), tell_platforms(results), answers, meanings(results, verdict),
        promotion(results), beside(results), interactions(results, verdict), extras(results, verdict), notes(results),
    )  # fmt: skip


def spend(results: Results, compared: Iterable[tuple[str, str]]) -> str:
    """That two arms that are compared do not spend the same; empty where all do."""
    apart = unequal(results, compared)
    if not apart:
        return ""
    arms = [(results.arm_label(arm), amount(yuan, "yuan", signed=False)) for arm, yuan in
            ((apart.high, apart.high_yuan), (apart.low, apart.low_yuan))]  # fmt: skip
    return say("spend", *arms, percent(gap(apart), signed=False) if apart.low_yuan and apart.high_yuan else "")


def answer(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Who wins and by how many yuan, in one sentence; where platforms compete, that it is not one of these."""
    side = verdict.overall(comparison)
    name = results.label(comparison.low if side == "low" else comparison.high)
    by = deciding(results, verdict, comparison)
    if not by:
        return say("no_answer")
    all_ = [
        (plain_label(e.outcome), gain(results, "", e).span) for key in OVERALL if (e := verdict.main(comparison, key))
    ]
    scaled = by.unit == "yuan a month"
    people = scaled and number(PEOPLE)
    return say("answer", side, name, plain_label(by.effect.outcome), by.size, people, all_, compete(results))


def sure(results: Results, verdict: Verdict, comparison: Comparison) -> tuple[str, str]:
    """A word for how sure an answer is, and what it means."""
    if verdict.overall(comparison) not in ("high", "low"):
        how = "open"
    else:
        how = {True: "sure", False: "unsure", None: "best guess"}[holds(results, verdict, comparison)]
    return said(how), say("sure_means", how)


def turns(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Beside what the side that wins in the mean loses; empty where it loses nowhere."""
    found = reverses(results, verdict, comparison)
    told = [(results.label(level), plain_label(lost.effect.outcome), lost.span) for level, lost in found]
    return say("turns", told) if told else ""


def asked(results: Results, verdict: Verdict, comparison: Comparison) -> tuple[str, str]:
    """The outcomes that a question asks for, in short and with all intervals; empty where it names none."""
    wanted = (find(results.config, "asks") or {}).get(comparison.factor) or ()
    effects = [e for e in (verdict.main(comparison, key) for key in wanted) if e]
    if not effects:
        return "", ""
    short = [(plain_label(e.outcome), _span(e), e.clear) for e in effects]
    every = [{**_told(e), "over_draws": over_draws(results, comparison, e.outcome)} for e in effects]
    sides = results.label(comparison.high), results.label(comparison.low)
    return say("asked_short", sides[0], short), say("asked", *sides, every)


def parties(results: Results, verdict: Verdict, comparison: Comparison) -> str:
    """Who clearly loses something with the side that wins; where none does, who gains and who loses with the second."""
    side = verdict.overall(comparison)
    first = side == "low"
    found = [g.turned if first else g for g in gains(results, verdict, comparison) if g.effect.favours != "unclear"]
    won, lost = (
        [g for g in found if (g.effect.favours == ("low" if first else "high")) == is_won] for is_won in (True, False)
    )
    name = results.label(comparison.low if first else comparison.high)
    return say("parties", name, _parties(() if side in ("high", "low") else won), _parties(lost))


def _parties(found: Iterable[Gain]) -> list[str]:
    by_party: dict[str, list[str]] = {}
    for g in found:
        each = f" {said('each')}" if g.of == "one" and g.unit != "points" else ""
        by_party.setdefault(g.party, []).append(f"{said(INTERESTS[g.party][g.effect.outcome])} {g.span}{each}")
    return [say("party", said(party), texts) for party, texts in by_party.items()]


def meanings(results: Results, verdict: Verdict) -> list[Meaning]:
    """What the answers mean for whoever reads: a consumer, a KOC, a brand, a platform."""
    return [
        Meaning(say("persona", party), found)
        for party, keys in INTERESTS.items() if (found := _meaning(results, verdict, party, tuple(keys)))
    ]  # fmt: skip


def _meaning(results: Results, verdict: Verdict, party: str, keys: tuple[str, ...]) -> list[str]:
    sentences = []
    for key in keys:
        found = [(c, gain(results, party, e, "one")) for c in results.comparisons if (e := verdict.main(c, key))]
        groups = {
            way: [(results.label(c.high), g.size) for c, g in found if g.effect.favours == way]
            for way in ("high", "low", "unclear")
        }
        scale = number(PEOPLE) if found and found[0][1].of == "people" and found[0][1].unit == "yuan a month" else ""
        if found:
            sentences.append(say("means", key, *groups.values(), scale))
    best = [each for each in promoted(results) if each.arm not in results.arms.index]
    if party == "brands" and len(best) > 1:
        ends = [(results.arm_label(each.arm), _around(each.over_seeds["contribution_per_yuan"])) for each in best]
        losing = [results.arm_label(each.arm) for each in best if each.over_seeds["contribution_per_yuan"].high < 1]
        sentences.append(say("best_promotion", *ends[0], losing))
    return sentences


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
        texts = [f"{said(INTERESTS[party][e.outcome])} {_gain(e)}" for e in effects]
        groups[side].append(say("party", said(party), texts) if texts else said(party))
    return say("who", results.label(comparison.high), [(side, names) for side, names in groups.items() if names])


def why(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """Accounts of an effect: the make-up of GMV, who gets the money, the budget, and what else moves."""
    found = [
        asked(results, verdict, comparison)[1], size(results, verdict, comparison), who(results, verdict, comparison),
        _gmv(results, comparison), _money(results, comparison), _budget(results, comparison),
    ]  # fmt: skip
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
        sentences.append(say("extra", *labels, [_told(e) for e in effects if e and e.clear], unlike))
    return sentences


def beside(results: Results) -> list[str]:
    """The answers at each level of a factor beside each other, a sentence for each question and outcome."""
    return [
        say(
            "beside", results.label(found.comparison.high), results.label(found.comparison.low),
            label(found.outcome), [(results.label(level), _percent(e)) for level, e in found.at.items()],
        )
        for found in answers_beside(results)
    ]  # fmt: skip


def _percent(estimate: Estimate) -> str:
    return interval(estimate, "%")


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
        "promoted", results.arm_label(each.arm), _around(seeds["contribution_per_yuan"]),
        _around(draws) if draws.seeds else "", number(seeds["reach"].value),
        percent(seeds["paid_conversion"].value, signed=False) if seeds["reach"].value else "", figures,
        "" if abs(each.of_budget - 1) <= MOST_APART else _more_or_less(each.of_budget - 1),
    )  # fmt: skip


def _more_or_less(share: float) -> str:
    return f"{percent(abs(share), signed=False)} % {said('more' if share > 0 else 'less')}"


def _around(estimate: Estimate) -> str:
    """An estimate and its interval as plain numbers."""
    value, low, high = (number(each) for each in estimate[:3])
    return f"{value} ({ranged(low, high)})" if estimate.seeds > 1 else value


def unknown_sentences(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """What the posterior leaves of the answer to one question, a sentence for each outcome that decides it."""
    sentences = []
    for outcome in TOLD if results.has_draws else ():
        found, unit = spread_of(results, comparison, outcome)
        if found.estimate.low < found.estimate.high:  # else nothing is known, or nothing ever differs
            what = doubt(found.estimate, verdict.main(comparison, outcome))
            if what == "against" and results.is_own_market("posterior"):
                what = "other"
            figure = prediction(found.estimate, unit)
            sentences.append(say("over_draws", label(outcome), figure, found.estimate.seeds, what))
    return sentences


def settle_sentences(results: Results, verdict: Verdict, comparison: Comparison) -> list[str]:
    """For each outcome that decides a question: settled over the draws, or what would settle it."""
    sentences = []
    for outcome in OVERALL if results.has_draws else ():
        estimate = spread_of(results, comparison, outcome)[0].estimate
        if not estimate.seeds:
            continue
        if estimate.clear:
            sentences.append(say("settled", label(outcome), estimate.seeds))
        elif found := explains(results, comparison, outcome):
            more, less = results.label(comparison.high), results.label(comparison.low)
            turn = number(found.turns_at) if np.isfinite(found.turns_at) else ""
            correlation = f"{found.correlation:+.2f}".replace("-", "−")
            sentences.append(
                say(
                    "settle",
                    label(outcome),
                    found,
                    correlation,
                    turn,
                    more if found.rises else less,
                    said(measured(found.path)),
                )
            )
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
    people = int(results.people) if results.graph is not None else 0
    arms = len(results.arms) + len(results.extras)
    said = [say("design", results.seeds, arms, people, results.days, results.burn_in, _checking(results))]
    if results.graph is not None:
        said.append(say("graph", results.graph.mean(numeric_only=True)))
    if results.unfinished:
        said.append(say("unfinished", results.unfinished))
    if results.seeds < 5:
        said.append(say("few_seeds"))
    if found := results.manifest.get("precision"):
        ends = ranged(number(found["low"], signed=True), number(found["high"], signed=True))
        labels = results.label(found["contrast"]), label(found["outcome"])
        said.append(say("precision", *labels, number(found["asked"]), ends, found["factor"]))
    if results.posterior is not None:
        by_draw = results.posterior.groupby("draw")["seed"].nunique()
        said.append(say("posterior", len(by_draw), int(by_draw.max()), results.is_own_market("posterior")))
    elif results.comparisons:
        said.append(say("no_draws"))
    if results.flips is None:
        said.append(say("no_flips"))
    else:
        said.append(say("flips_made", int(results.flips["seeds"].max()), results.is_own_market("flips")))
    if "customer_value" in results.runs:
        said.append(say("worth", results.days, percent(DISCOUNT, signed=False)))
    return said


def _checking(results: Results) -> list[tuple[str, int]]:
    """How many runs the checks are, beside those of the experiment itself."""
    drawn = 0 if results.drawn is None else len(results.drawn)
    moved = 0
    if results.flips is not None:
        ends = results.flips[~results.flips["default"].astype(bool)]
        moved = int(ends.groupby(["assumption", "value"])["seeds"].max().sum()) * len(results.arms)
    return [(name, count) for name, count in (("draws", drawn), ("flips", moved)) if count]


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


def _flips(outcome: str, rows: pd.DataFrame) -> str:
    moved = []
    for change in CHANGES:
        found = rows[rows["change"] == change]
        if len(found):
            moved.append(
                (said(change), [f"{said(a)} = {v:g}" for a, v in zip(found["assumption"], found["value"], strict=True)])
            )
    counts = [(change, int((rows["change"] == change).sum())) for change in UNCHANGED]
    rest = [(change, count) for change, count in counts if count]
    ranges = len(rows), rows["assumption"].nunique()
    return say("flips", label(outcome), moved, rest, ranges, said(str(rows["at_default"].iloc[0])))


def _clear_both_ways(effect: Effect) -> bool:
    """Clear in its unit and, where a share of the base is defined, in per cent, that is, beyond mere proportion."""
    if not effect.relative.seeds:
        return effect.clear
    return effect.clear and effect.in_percent and abs(effect.relative.value) >= LEAST_INTERACTION


def _told(effect: Effect) -> dict[str, Any]:
    """An effect for a template."""
    unclear = not effect.clear and effect.difference.seeds >= 2
    return {"label": label(effect.outcome), "figure": _figure(effect), "unclear": unclear, "over_draws": ""}


def _gain(effect: Effect) -> str:
    """An effect in per cent and, where it is money, from how many yuan to how many."""
    unit, shares = KNOWN[effect.outcome].unit, percent(effect.relative.value)
    if not unit.startswith("yuan"):
        return _figure(effect).split(" (")[0]
    found = f"{span(effect.difference, unit)} {said(unit)}"
    return f"{shares} %{said(', ')}{found}" if effect.in_percent else found


def _span(effect: Effect) -> str:
    """From what to what, in per cent where that is defined."""
    found, unit = (effect.relative, "%") if effect.in_percent else (effect.difference, KNOWN[effect.outcome].unit)
    return f"{span(found, unit)} {said('points') if unit in PERCENT_UNITS else said(unit)}"


def _figure(effect: Effect) -> str:
    if effect.in_percent:
        return interval(effect.relative, "%")
    return interval(effect.difference, KNOWN[effect.outcome].unit)
