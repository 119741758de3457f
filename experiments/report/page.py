"""The report: the verdict as plain text, and one page that holds everything and works offline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.changes import CHANGES, changes
from experiments.outcomes import KNOWN, PARTS, PERCENT_UNITS, SHOWN, amount, capital, number, percent
from experiments.pages import aligned, filled, picture
from experiments.pages import lines as lines_of
from experiments.report import promotion
from experiments.report.figures import Words
from experiments.report.load import Results
from experiments.report.reasons import found_at_large
from experiments.report.verdict import Effect, Verdict, table
from experiments.report.words import Told
from experiments.statistics import t_interval
from experiments.working_folder import destination

HIDDEN = {"config", "failures"}


class Cell(NamedTuple):
    """A table cell: its number, its interval and the class that colours it."""

    value: str
    interval: str
    look: str


def plain(results: Results, told: Told) -> str:
    """The whole verdict as text of 100 columns."""
    lines = [f"Verdict: {results.name}", ""]
    if told.platforms:
        lines += ["PLATFORMS", *(line for said in told.platforms for line in lines_of(said, "  - ")), ""]
    for answer in told.answers:
        lines += [answer.question.upper(), *(line for text in answer.first for line in lines_of(text))]
        lines += [line for sentence in answer.why for line in lines_of(sentence, "  - ")]
        lines += [line for sentence in answer.settle for line in lines_of(f"Settled? {sentence}", "  - ")]
        lines += [line for sentence in answer.unknown for line in lines_of(f"How sure? {sentence}", "  - ")]
        lines += [line for sentence in answer.flips for line in lines_of(f"Flips? {sentence}", "  - ")]
        lines.append("")
    for title, sentences in (
        ("WHAT A YUAN OF PROMOTION BRINGS", told.promotion), ("SIDE BY SIDE", told.beside),
        ("INTERACTIONS", told.interactions),
        ("FURTHER ARMS", told.extras), ("READ WITH CARE", told.notes),
    ):  # fmt: skip
        if sentences:
            lines += [title, *(line for sentence in sentences for line in lines_of(sentence, "  - ")), ""]
    return "\n".join([*lines, *lines_of(told.criterion)]) + "\n"


def brief(results: Results, told: Told) -> str:
    """The verdict for a terminal: what promotion brings and what is to be borne in mind, then the answers."""
    lines = [f"Verdict: {results.name}", ""]
    if told.platforms:
        lines += ["PLATFORMS", *(line for said in told.platforms for line in lines_of(said, "  - ")), ""]
    if told.promotion:
        lines += ["WHAT A YUAN OF PROMOTION BRINGS, against no promotion (95 % interval over seeds)"]
        lines += [*aligned(promotion.lines(results)), ""]
    if told.beside:
        lines += ["SIDE BY SIDE", *(line for sentence in told.beside for line in lines_of(sentence, "  - ")), ""]
    lines += [*lines_of(told.notes[0]), ""]
    for answer in told.answers:
        lines += [answer.question.upper(), *(line for text in answer.first for line in lines_of(text))]
        lines += [*(line for sentence in answer.settle for line in lines_of(sentence, "  - ")), ""]
    lines += lines_of("Reasons, interactions, further arms and what would change the answers: verdict.txt, report.html")
    return "\n".join(lines) + "\n"


def page(results: Results, verdict: Verdict, told: Told, drawings: Mapping[str, Words]) -> str:
    """The report as one HTML page with its figures inside.

    Parameters
    ----------
    results, verdict, told
        A finished run, its effects and the words for them.
    drawings
        What stands beside the figures whose svg files are in the folder's ``figures``.
    """
    return filled(
        "report.html.j2",
        name=capital(results.label(results.name)), told=told,
        figures={name: _figure(results, name, drawing) for name, drawing in drawings.items()},
        comparisons=[f"{results.label(c.high)} instead of {results.label(c.low)}" for c in results.comparisons],
        effects=_effect_rows(results, verdict), arms=[results.arm_label(a) for a in _arms(results)],
        means=_mean_rows(results), promotion=promotion.rows(results), flips=_flip_rows(results),
        provenance=_provenance(results),
        seeds=results.seeds, burn_in=results.burn_in,
    )  # fmt: skip


def _figure(results: Results, name: str, drawing: Words) -> dict[str, str]:
    svg = (results.folder / "figures" / f"{name}.svg").read_bytes()
    return {
        "name": name, "title": drawing.title, "caption": drawing.caption,
        "source": picture(svg),
    }  # fmt: skip


def _effect_rows(results: Results, verdict: Verdict) -> list[dict[str, Any]]:
    holm = {(row.effect, row.outcome): row.p_holm for row in table(verdict).itertuples() if row.kind == "main"}
    rows = []
    for key in SHOWN:
        effects = [verdict.main(c, key) for c in results.comparisons]
        if any(effects):
            cells = [_cell(e, float(str(holm[e.name, key]))) if e else Cell("n/a", "", "unclear") for e in effects]
            rows.append({"label": KNOWN[key].label, "cells": cells, "part": key.startswith(PARTS)})
    return rows


def _cell(effect: Effect, p_holm: float) -> Cell:
    look = "neither" if effect.clear and KNOWN[effect.outcome].better == 0 else effect.favours
    mark = "*" if effect.clear and p_holm > 0.05 else ""
    if effect.in_percent:
        e = effect.relative
        return Cell(f"{percent(e.value)} %{mark}", f"{percent(e.low)} to {percent(e.high)}", look)
    e, unit = effect.difference, KNOWN[effect.outcome].unit
    shares = unit in PERCENT_UNITS
    low, high = (percent(v) if shares else number(v, signed=True) for v in (e.low, e.high))
    return Cell(f"{amount(e.value, unit)}{mark}", f"{low} to {high}", look)


def _arms(results: Results) -> list[str]:
    return [str(arm) for arm in [*results.arms.index, *results.extras.index]]


def _mean_rows(results: Results) -> list[dict[str, Any]]:
    rows = []
    for key in (key for key in SHOWN if key in results.runs):
        outcome = KNOWN[key]
        values = results.outcome(key)
        means = [t_interval(values[arm]).value for arm in _arms(results)]
        shares = outcome.unit in PERCENT_UNITS
        cells = [percent(m, signed=False) if shares else number(m) for m in means]
        unit = {"1": "", "orders/view": "orders/100 views"}.get(outcome.unit, outcome.unit)
        rows.append({"label": outcome.label, "unit": unit, "cells": cells, "part": key.startswith(PARTS)})
    return rows


def _flip_rows(results: Results) -> list[dict[str, str]]:
    if results.flips is None or results.flips.empty:
        return []
    moved = changes(results.flips, found_at_large(results))
    return [
        {
            "assumption": str(row["assumption"]), "value": f"{row['value']:g}", "factor": results.label(row["factor"]),
            "outcome": KNOWN[row["outcome"]].label if row["outcome"] in KNOWN else str(row["outcome"]),
            "effect": f"{number(row['effect'], signed=True)} ({number(row['low'], signed=True)} to "
            f"{number(row['high'], signed=True)})",
            "default": f"{number(row['default_effect'], signed=True)} ({number(row['default_low'], signed=True)} to "
            f"{number(row['default_high'], signed=True)})",
            "change": str(row["change"]),
        }
        for row in moved[moved["change"].isin(CHANGES)].to_dict("records")
    ]  # fmt: skip


def _provenance(results: Results) -> list[tuple[str, str]]:
    rows = [("folder", str(destination(results.folder)))]
    for key, value in results.manifest.items():
        if key in HIDDEN:
            continue
        if isinstance(value, dict):
            text = ", ".join(f"{k} {v}" for k, v in value.items() if not isinstance(v, dict | list))
        elif isinstance(value, list):
            text = ", ".join(map(str, value[:20])) + (f", ... ({len(value)})" if len(value) > 20 else "")
        else:
            text = str(value)
        rows.append((key.replace("_", " "), text))
    return rows
