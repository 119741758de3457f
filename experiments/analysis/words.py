"""What an analysis found, in words: each sentence is computed; none says more than its interval does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from experiments.analysis import compare, scenarios
from experiments.analysis.assumption import Assumption
from experiments.analysis.finding import Finding
from experiments.analysis.flipmap import Crossing, FlipMap
from experiments.analysis.response import Noise, Response, noise
from experiments.analysis.sensitivity import Design
from experiments.drawing.pages import sentence
from experiments.measures.changes import CHANGES
from experiments.measures.outcomes import amount, label, number, ranged, share
from experiments.settings.language import said
from sim.results.outcomes import OUTCOMES

FEW_SEEDS = 5  # with fewer, Student's t is twice the normal quantile or more
LEAST_SHARE = 0.05  # of the variance: an assumption below it is not worth a sentence

say = partial(sentence, "analysis")


def of_comparison(found: compare.Compared, first: compare.Side, second: compare.Side) -> Finding:
    """Two sides, outcome by outcome."""
    differences = [d for d in found.differences if d.estimate.seeds]
    sure = [d for d in differences if d.p_holm < 0.05]
    better = {side: sum(compare.standing(d) == side for d in sure) for side in ("first", "second")}
    rows = [
        [
            label(d.outcome), number(d.first), number(d.second), number(d.estimate.value, signed=True),
            _span(d.estimate.low, d.estimate.high), _decimals(d.size, signed=True),
            _p(d.estimate.p), _p(d.p_holm), said(compare.standing(d)),
        ]
        for d in differences
    ]  # fmt: skip
    tested = len(differences)
    paired = found.taken.paired
    notes = [say("taken", found.taken), say("effect_size", paired)]
    if tested > 1:
        notes.append(say("many", f"{0.05 * tested:.2g}", tested))
    notes += [say("mind", *caution) for caution in found.cautions]
    columns = [said(c) for c in ("outcome", "first", "second", "difference", "95 % interval")]
    columns += ["d_z" if paired else "d", "p", said("p (Holm)"), said("better")]
    sentence = say("compared", first.name, second.name, tested, len(sure), better)
    return Finding("compare", [_short(first), _short(second)], [sentence], columns, rows, notes)


def of_tornado(table: pd.DataFrame, plan: Design, answer: Response) -> Finding:
    """One assumption at a time."""
    default, low, high = table[["default_effect", "default_low", "default_high"]].iloc[0]
    clear = low > 0 or high < 0
    quantity = f"{amount(default, answer.unit)} (95 % {said('CI')} {_span(low, high)})"
    sentences = [say("at_defaults", _effect(answer), clear, quantity)]
    for change in CHANGES:
        found = table[table["change"] == change]
        if len(found):
            places = [f"{a} = {v:g}" for a, v in zip(found["assumption"], found["value"], strict=True)]
            sentences.append(say("changed", change, places))
    if same := int((~table["change"].isin(CHANGES)).sum()):
        sentences.append(say("unchanged", clear, same, len(table), len(plan.assumptions)))
    declared = {a.path: a for a in plan.assumptions}
    rows = [
        [
            row["assumption"], f"{row['value']:g}", _number(declared[row["assumption"]].default),
            number(row["effect"], signed=True), _span(row["low"], row["high"]),
            number(row["swing"], signed=True), said(row["change"]), said(declared[row["assumption"]].source),
        ]
        for row in table.to_dict("records")
    ]  # fmt: skip
    names = ("assumption", "value", "default", "effect", "95 % interval", "swing", "change", "source")
    columns = [f"{said(name)}{_unit(answer) if name == 'effect' else ''}" for name in names]
    return Finding("tornado", _about(answer), sentences, columns, rows, [say("one_at_a_time", table["seeds"].max())])


def of_indices(table: pd.DataFrame, plan: Design, answer: Response) -> Finding:
    """Morris's or Sobol's indices."""
    doubt, unit, blocks = noise(answer.cells), answer.unit, len(plan.points) // plan.block
    records = table.to_dict("records")
    if plan.method == "morris":
        first = records[0]
        star = amount(first["star"], unit, signed=False)
        sentences = [say("morris_first", _effect(answer), first["assumption"], star)]
        rows = [
            [
                r["assumption"], number(r["star"]), ranged(number(r["star_low"]), number(r["star_high"])),
                number(r["mean"], signed=True), number(r["deviation"]),
            ]
            for r in records
        ]  # fmt: skip
        names = ("assumption", "mean |effect|", "95 % interval", "mean effect", "deviation")
        notes = [say("morris", said(unit), blocks)]
    else:
        sentences = _sobol_sentences(table, answer)
        rows = [
            [
                r["assumption"], *(
                    cell for key in ("first", "total")
                    for cell in (_decimals(r[key]), ranged(_decimals(r[f"{key}_low"]), _decimals(r[f"{key}_high"])))
                ),
            ]
            for r in records
        ]  # fmt: skip
        names = ("assumption", "alone", "95 % interval", "in all", "95 % interval")
        notes = [say("sobol", blocks)]
    if doubt.hides:
        sentences = [say("hidden", _effect(answer), doubt.seeds)]
    columns = [said(name) for name in names]
    return Finding(plan.method, _about(answer), sentences, columns, rows, [*notes, noise_note(doubt, plan.method)])


def noise_note(doubt: Noise, method: str) -> str:
    """What of the differences between points is chance between seeds."""
    return say("noise", share(doubt.share) if np.isfinite(doubt.share) else "", doubt.seeds, doubt.hides, method)


def of_map(found: FlipMap) -> Finding:
    """A flip map."""
    answer, error = found.answer, found.error
    above, below = found.share(1), found.share(-1)
    sides, is_better = (said(answer.side(1.0)), said(answer.side(-1.0))), OUTCOMES[answer.outcome].better != 0
    shares = share(above), share(below), share(1 - above - below)
    names = answer.label, found.x.path, found.y.path
    sentences = [say("map", *names, answer.question, sides, is_better, *shares), *(_along(found, k) for k in (0, 1))]
    if error.too_sure:
        sentences.append(say("too_sure", share(error.coverage)))
    rmse = amount(error.rmse, answer.unit, signed=False)
    notes = [say("fit", error, rmse, share(error.coverage)), say("band", found.seeds, FEW_SEEDS)]
    if found.held:
        notes.append(say("held", [f"{path} = {value:.3g}" for path, value in found.held.items()]))
    rows = [
        [axis.path, ranged(f"{axis.low:.3g}", f"{axis.high:.3g}"), _number(axis.default), axis.told, said(axis.source)]
        for axis in (found.x, found.y)
    ]
    columns = [said(name) for name in ("assumption", "range", "default", "meaning", "source")]
    return Finding("flipmap", [*_about(answer), found.x.path, found.y.path], sentences, columns, rows, notes)


def of_scenarios(found: Sequence[scenarios.Scenario], varied: Sequence[Assumption], answer: Response) -> Finding:
    """Boxes."""
    sentences = [f"{answer.label}{said(': ')}{rule(s, varied)}" for s in found]
    ranges = {a.path: a for a in varied}
    rows = [
        [
            said(s.side), limit.path, number(limit.low), number(limit.high),
            ranged(f"{ranges[limit.path].low:.3g}", f"{ranges[limit.path].high:.3g}"), _p(limit.p),
        ]
        for s in found if s.box for limit in s.box.limits
    ]  # fmt: skip
    notes = [say("boxes"), noise_note(noise(answer.cells), "scenarios")]
    columns = [said(name) for name in ("winner", "assumption", "from", "up to", "range", "quasi p")]
    return Finding("scenarios", _about(answer), sentences, columns, rows, notes)


def rule(found: scenarios.Scenario, varied: Sequence[Assumption]) -> str:
    """The box in which a side wins, as a sentence."""
    side, box = said(found.side), found.box
    overall = say("wins", side, share(found.share), len(found.wins))
    if box is None:
        return say("no_rule", overall, found.share in (0.0, 1.0))
    ranges = {a.path: a for a in varied}
    shares = [share(x) for x in (box.density, box.coverage, box.honest_density, box.honest_coverage)]
    return say("rule", overall, side, [_condition(limit, ranges[limit.path]) for limit in box.limits], box, shares)


def _condition(limit: scenarios.Limit, assumption: Assumption) -> str:
    low, high = (number(v) for v in (limit.low, limit.high))
    if limit.low <= assumption.low:
        return f"{limit.path} < {high}"
    return f"{limit.path} > {low}" if limit.high >= assumption.high else f"{low} < {limit.path} < {high}"


def _sobol_sentences(table: pd.DataFrame, answer: Response) -> list[str]:
    first = table.iloc[0]
    total, alone = np.clip(first[["total", "first"]].astype(float), 0, 1)
    sentences = [say("sobol_first", _effect(answer), first["assumption"], share(total), share(alone))]
    if small := table[table["total_high"] < LEAST_SHARE]["assumption"].tolist():
        sentences.append(say("small", share(LEAST_SHARE), small))
    together = 1 - float(table["first"].clip(lower=0).sum())
    if together > LEAST_SHARE:
        sentences.append(say("together", share(together)))
    return sentences


def _along(found: FlipMap, axis: int) -> str:
    """What becomes of the winner along one axis, from the defaults."""
    moved, values, other = ((found.x, found.across, found.y), (found.y, found.up, found.x))[axis]
    mean, half = found.line(axis)
    clear = np.abs(mean) > half
    at = [_crossing(c, values) for c in found.crossings(axis)]
    state = "unclear" if not clear.any() else "crosses" if at else "clear" if clear.all() else "open"
    home, is_level = f"{found.home(1 - axis):.3g}", not found.answer.question.low
    return say("along", other.path, home, moved.path, is_level, state, at, share(float(1 - clear.mean())))


def _crossing(crossing: Crossing, values: object) -> str:
    ends = np.asarray(values, dtype=float)
    low = f"{crossing.low:.3g}" if np.isfinite(crossing.low) else say("below", f"{ends[0]:.3g}")
    high = f"{crossing.high:.3g}" if np.isfinite(crossing.high) else say("above", f"{ends[-1]:.3g}")
    return say("crossing", f"{crossing.at:.3g}", low, high)


def _effect(answer: Response) -> str:
    return say("effect", answer.label, answer.question)


def _unit(answer: Response) -> str:
    return f"{said(', ')}{said(answer.unit)}"


def _about(answer: Response) -> list[str]:
    return [answer.question.name, answer.outcome]


def _short(side: compare.Side) -> str:
    return side.arm or side.sweep.name.rstrip("/").replace("/", "-")


def _span(low: float, high: float) -> str:
    return ranged(number(low, signed=True), number(high, signed=True))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _decimals(value: float, *, signed: bool = False) -> str:
    if not np.isfinite(value):
        return ""
    return format(value, "+.2f" if signed else ".2f").replace("-", "−")


def _p(p: float) -> str:
    return "" if not np.isfinite(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"
