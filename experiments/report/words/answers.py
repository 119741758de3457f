"""The answer to one question: who wins, by how much, how sure that is, and who loses by it."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.measures.outcomes import INTERESTS, OVERALL, amount, number, percent, plain_label
from experiments.measures.statistics import Comparison
from experiments.report.gains import PEOPLE, Gain, deciding, gain, gains, reverses
from experiments.report.platforms import compete
from experiments.report.spending import gap, unequal
from experiments.report.unknown import holds
from experiments.report.verdict import Verdict
from experiments.report.words.phrases import over_draws, phrase, spanned
from experiments.report.words.saying import say
from experiments.settings.language import said
from experiments.table.results import Results


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
    wanted = (results.given("asks") or {}).get(comparison.factor) or ()
    effects = [e for e in (verdict.main(comparison, key) for key in wanted) if e]
    if not effects:
        return "", ""
    short = [(plain_label(e.outcome), spanned(e), e.clear) for e in effects]
    every = [{**phrase(e), "over_draws": over_draws(results, comparison, e.outcome)} for e in effects]
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
