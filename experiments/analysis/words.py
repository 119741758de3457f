"""What an analysis found, in words. Every sentence is computed: none says more than its interval does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.analysis import compare, scenarios
from experiments.analysis.assumption import Assumption
from experiments.analysis.finding import Finding
from experiments.analysis.flipmap import Crossing, FlipMap
from experiments.analysis.response import Noise, Response, noise
from experiments.analysis.sensitivity import Design
from experiments.changes import CHANGES
from experiments.outcomes import amount, number, share
from experiments.statistics import Estimate
from sim.recorder import OUTCOMES

FEW_SEEDS = 5  # with fewer, Student's t is twice the normal quantile or more
LEAST_SHARE = 0.05  # of the variance: an assumption below it is not worth a sentence


def of_comparison(found: compare.Compared, first: compare.Side, second: compare.Side) -> Finding:
    """Two sides, outcome by outcome."""
    differences = [d for d in found.differences if d.estimate.seeds]
    sure = [d for d in differences if d.p_holm < 0.05]
    favour = {side: sum(compare.standing(d) == side for d in sure) for side in ("first", "second")}
    said = (
        f"{second.name} against {first.name}: of {len(differences)} outcomes, {len(sure)} differ beyond chance after "
        f"Holm's adjustment; {favour['second']} better with {second.name}, {favour['first']} with {first.name}"
    )
    size = "d_z" if found.paired else "d"
    rows = [
        [
            d.outcome, number(d.first), number(d.second), number(d.estimate.value, signed=True), _span(d.estimate),
            f"{d.size:+.2f}" if np.isfinite(d.size) else "", _p(d.estimate.p), _p(d.p_holm),
            {"first": "first", "second": "second"}.get(compare.standing(d), ""),
        ]
        for d in differences
    ]  # fmt: skip
    tested = len(differences)
    notes = [
        f"Differences are the second side less the first: {found.how}.",
        (
            "Effect size d_z: mean over standard deviation of the paired differences. Shared luck makes it large; it "
            "tells how sure a difference is, not how much it matters: for that, read the difference."
            if found.paired
            else "Effect size d: the difference over the root mean square of the two sides' standard deviations."
        ),
    ]
    if tested > 1:
        notes.append(
            f"Many comparisons: were there no difference at all, {0.05 * tested:.2g} of {tested} intervals would miss "
            "zero in the mean. P (Holm) keeps the chance of even one such error at 5 %; better is told by the interval "
            "alone."
        )
    notes += [f"Mind: {caution}." for caution in found.cautions]
    columns = ["outcome", "first", "second", "difference", "95 % interval", size, "p", "p (Holm)", "better"]
    return Finding("compare", [_short(first), _short(second)], [f"{said}."], columns, rows, notes)


def of_tornado(table: pd.DataFrame, plan: Design, answer: Response) -> Finding:
    """One assumption at a time."""
    default, low, high = table[["default_effect", "default_low", "default_high"]].iloc[0]
    interval = Estimate(default, low, high, np.nan, 2)
    clear = "" if interval.clear else "not clear: "
    sentences = [
        f"{_effect(answer)} is {clear}{_quantity(interval, answer)} where all assumptions are at their defaults"
    ]
    for change, words in (
        ("flips", "It turns round"),
        ("no longer clear", "It is no longer clear"),
        ("becomes clear", "It becomes clear"),
    ):
        found = table[table["change"] == change]
        if len(found):
            places = [f"{a} = {v:g}" for a, v in zip(found["assumption"], found["value"], strict=True)]
            sentences.append(f"{words} with {_listed(places, 'or')}")
    same = int((~table["change"].isin(CHANGES)).sum())
    if same:
        start = "The conclusion is the same" if interval.clear else "It is as unclear"
        sentences.append(f"{start} at {same} of {len(table)} ends of {_ranges(plan)}")
    declared = {a.path: a for a in plan.assumptions}
    rows = [
        [
            row["assumption"], f"{row['value']:g}", _number(declared[row["assumption"]].default),
            number(row["effect"], signed=True), _range(row["low"], row["high"]),
            number(row["swing"], signed=True), row["change"], declared[row["assumption"]].source,
        ]
        for row in table.to_dict("records")
    ]  # fmt: skip
    unit = answer.unit
    columns = ["assumption", "value", "default", f"effect, {unit}", "95 % interval", "swing", "change", "source"]
    notes = [
        f"Each assumption is moved alone to the ends of its plausible range; {table['seeds'].max()} seeds, the same "
        "throughout. The swing is the effect there less that at the default, seed by seed. What two assumptions do "
        "together is not seen: for that, koc sensitivity --method sobol."
    ]
    return Finding("tornado", _about(answer), [f"{s}." for s in sentences], columns, rows, notes)


def of_indices(table: pd.DataFrame, plan: Design, answer: Response) -> Finding:
    """Morris's or Sobol's indices."""
    doubt = noise(answer.cells)
    about, unit = _about(answer), answer.unit
    if plan.method == "morris":
        first = table.iloc[0]
        sentences = [
            f"{_effect(answer)} hangs most on {first['assumption']}: over its range it moves by "
            f"{amount(first['star'], unit, signed=False)} in the mean"
        ]
        rows = [
            [
                r["assumption"], number(r["star"]), f"{number(r['star_low'])} to {number(r['star_high'])}",
                number(r["mean"], signed=True), number(r["deviation"]),
            ]
            for r in table.to_dict("records")
        ]  # fmt: skip
        columns = ["assumption", "mean |effect|", "95 % interval", "mean effect", "deviation"]
        notes = [
            f"Elementary effects of moving over the whole range, in {unit} (Morris 1991; Campolongo et al. 2007), "
            f"{len(plan.points) // plan.block} trajectories. A mean effect much nearer to zero than the mean of its "
            "absolute values works in both directions; a deviation as large as these depends on other assumptions. "
            "Screening tells what may be left out, not how much each matters."
        ]
    else:
        sentences = _sobol_sentences(table, answer)
        rows = [
            [
                r["assumption"], f"{r['first']:.2f}", f"{r['first_low']:.2f} to {r['first_high']:.2f}",
                f"{r['total']:.2f}", f"{r['total_low']:.2f} to {r['total_high']:.2f}",
            ]
            for r in table.to_dict("records")
        ]  # fmt: skip
        columns = ["assumption", "alone", "95 % interval", "in all", "95 % interval "]
        notes = [
            f"Sobol indices from {len(plan.points) // plan.block} base samples (Saltelli et al. 2010): the share of "
            "the variance of the response, over all ranges at once, that an assumption explains alone, and with all "
            "its interactions. Intervals are bootstrapped; one below zero says that there are too few samples."
        ]
    if doubt.hides:
        sentences = [f"Which assumption {_effect(answer)} hangs on, {doubt.seeds} seeds a point do not tell"]
    notes.append(noise_note(doubt, plan.method))
    return Finding(plan.method, about, [f"{s}." for s in sentences], columns, rows, notes)


def noise_note(doubt: Noise, method: str) -> str:
    """What of the differences between points is the luck of the seeds."""
    if not np.isfinite(doubt.share):
        return "With one seed a point the noise of the seeds is not known: it is in every number here. Give more seeds."
    said = f"Noise of the seeds is {share(doubt.share)} of the variance between points ({doubt.seeds} seeds a point)"
    if doubt.hides:
        return f"{said}: too much to tell assumptions apart by. Give more seeds a point."
    if method == "sobol":
        return f"{said}: each index 'in all' is too high by up to about that much."
    return f"{said}."


def of_map(found: FlipMap) -> Finding:
    """A flip map."""
    answer, question = found.answer, found.answer.question
    high, low = answer.side(1.0), answer.side(-1.0)
    better = OUTCOMES[answer.outcome].better != 0
    ahead, behind = (f"{side} is better" if better else f"{side} has more" for side in (high, low))
    if not question.low:
        ahead, behind = f"{question.name} is above zero", f"{question.name} is below zero"
    above, below = found.share(1), found.share(-1)
    sentences = [
        f"{answer.label}, over the ranges of {found.x.path} and {found.y.path}: {ahead} on {share(above)} of "
        f"the map, {behind} on {share(below)}, not clear on {share(1 - above - below)}"
    ]
    for axis, other in ((0, found.y), (1, found.x)):
        sentences.append(f"With {other.path} at {found.home(1 - axis):.3g}, {_along(found, axis)}")
    if found.error.too_sure:
        sentences.append(
            f"Take all this for less sure than it says: {share(found.error.coverage)} of the points left out lie in "
            "their 95 % intervals, so that what is called clear is so too often"
        )
    held = [f"{path} = {value:.3g}" for path, value in found.held.items()]
    error = found.error
    notes = [
        f"A Gaussian process stands in between {error.points} points. Predicting points left out ({error.folds}-fold "
        f"cross-validation): R2 = {error.r2:.2f}, root mean square error "
        f"{amount(error.rmse, answer.unit, signed=False)}, {share(error.coverage)} of them in their 95 % intervals.",
        _common_note(found),
    ]
    if held:
        notes.append(f"Held for the map: {', '.join(held)}.")
    rows = [
        [axis.path, f"{axis.low:.3g} to {axis.high:.3g}", _number(axis.default), axis.meaning, axis.source]
        for axis in (found.x, found.y)
    ]
    columns = ["assumption", "range", "default", "meaning", "source"]
    about = [*_about(answer), found.x.path, found.y.path]
    return Finding("flipmap", about, [f"{s}." for s in sentences], columns, rows, notes)


def of_scenarios(found: Sequence[scenarios.Scenario], varied: Sequence[Assumption], answer: Response) -> Finding:
    """Boxes."""
    sentences = [f"{answer.label}: {scenarios.rule(s, varied)}" for s in found]
    ranges = {a.path: a for a in varied}
    rows = [
        [
            s.side, limit.path, number(limit.low), number(limit.high),
            f"{ranges[limit.path].low:.3g} to {ranges[limit.path].high:.3g}", _p(limit.p),
        ]
        for s in found if s.box for limit in s.box.limits
    ]  # fmt: skip
    notes = [
        "Boxes by the Patient Rule Induction Method (Friedman & Fisher 1999; Bryant & Lempert 2010). A side wins at a "
        "point where its mean over the seeds is the better one. Restrictions with a quasi p value of 5 % or more are "
        "dropped, and so is a box that does not hold up at points left out of the search.",
        noise_note(noise(answer.cells), "scenarios"),
    ]
    columns = ["winner", "assumption", "from", "to", "range", "quasi p"]
    return Finding("scenarios", _about(answer), sentences, columns, rows, notes)


def _sobol_sentences(table: pd.DataFrame, answer: Response) -> list[str]:
    first = table.iloc[0]
    total, alone = np.clip(first[["total", "first"]].astype(float), 0, 1)
    said = (
        f"{_effect(answer)} hangs most on {first['assumption']}: {share(total)} of its variance, "
        f"{share(alone)} by that alone and the rest together with others"
    )
    small = table[table["total_high"] < LEAST_SHARE]["assumption"].tolist()
    sentences = [said]
    if small:
        sentences.append(f"Less than {share(LEAST_SHARE)} each comes of {_listed(small, 'and')}")
    together = 1 - float(table["first"].clip(lower=0).sum())
    if together > LEAST_SHARE:
        sentences.append(f"{share(together)} of the variance comes of assumptions acting together, or of noise")
    return sentences


def _along(found: FlipMap, axis: int) -> str:
    """What becomes of the winner along one axis, from the defaults."""
    moved, values = ((found.x, found.across), (found.y, found.up))[axis]
    level = not found.answer.question.low
    winner, ahead = ("the sign", "its sign") if level else ("the winner", "who is ahead")
    mean, half = found.line(axis)
    clear = np.abs(mean) > half
    if not clear.any():
        return f"{ahead} is not clear at any value of {moved.path}"
    if at := [_crossing(c, values) for c in found.crossings(axis)]:
        return f"{winner} changes at {moved.path} = {_listed(at, 'and')}"
    if clear.all():
        return f"{moved.path} does not change {ahead}"
    return f"{moved.path} does not clearly change {ahead}: on {share(float(1 - clear.mean()))} of its range it is open"


def _crossing(crossing: Crossing, values: object) -> str:
    ends = np.asarray(values, dtype=float)
    low = f"{crossing.low:.3g}" if np.isfinite(crossing.low) else f"below {ends[0]:.3g}"
    high = f"{crossing.high:.3g}" if np.isfinite(crossing.high) else f"above {ends[-1]:.3g}"
    return f"{crossing.at:.3g} (band {low} to {high})"


def _common_note(found: FlipMap) -> str:
    if found.seeds < 2:
        return "One seed a point: the band does not cover the luck of that seed. Give more seeds."
    few = "" if found.seeds >= FEW_SEEDS else f" With {found.seeds} seeds it is wide on that account: give {FEW_SEEDS}."
    return (
        f"The band is where a 95 % interval of the mean response covers zero, node by node; it counts the surrogate's "
        f"doubt, and how far the {found.seeds} seeds differ in what they do at near points alike.{few}"
    )


def _effect(answer: Response) -> str:
    question = answer.question
    if not question.low:
        return f"{answer.label} of {question.name}"
    return f"the effect of {question.high} instead of {question.low} on {answer.label}"


def _about(answer: Response) -> list[str]:
    return [answer.question.name, answer.outcome]


def _short(side: compare.Side) -> str:
    return side.arm or side.sweep.name.rstrip("/").replace("/", "-")


def _quantity(estimate: Estimate, answer: Response) -> str:
    return f"{amount(estimate.value, answer.unit)} (95 % CI {_span(estimate)})"


def _span(estimate: Estimate) -> str:
    return _range(estimate.low, estimate.high)


def _range(low: float, high: float) -> str:
    return f"{number(low, signed=True)} to {number(high, signed=True)}"


def _ranges(plan: Design) -> str:
    count = len(plan.assumptions)
    return f"{count} plausible ranges" if count > 1 else "one plausible range"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _p(p: float) -> str:
    return "" if not np.isfinite(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _listed(items: Sequence[str], word: str) -> str:
    *most, last = items
    return f"{', '.join(most)} {word} {last}" if most else last
