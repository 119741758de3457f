"""The report: the verdict as plain text, and one page that holds everything in every language and works offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from markupsafe import Markup
from pydantic.fields import FieldInfo

from experiments.drawing.pages import aligned, filled, picture
from experiments.drawing.pages import lines as lines_of
from experiments.measures.changes import CHANGES
from experiments.measures.outcomes import (
    KNOWN,
    PARTS,
    PERCENT_UNITS,
    SHOWN,
    amount,
    capital,
    label,
    number,
    percent,
    ranged,
)
from experiments.measures.statistics import t_interval
from experiments.report import promotion
from experiments.report.course import course
from experiments.report.figures import FIGURES, Words
from experiments.report.gains import bars
from experiments.report.reasons import moved
from experiments.report.verdict import Effect, Verdict, table
from experiments.report.words.saying import say
from experiments.report.words.told import Told, tell
from experiments.runs.working_folder import destination
from experiments.settings.language import TEMPLATES, Language, dictionary, said, speaking, spoken
from experiments.settings.mistakes import declared, parameter
from experiments.table.results import Results

HIDDEN = {"config", "failures"}


class Cell(NamedTuple):
    """A table cell: its number, its interval and the class that colours it."""

    value: str
    interval: str
    look: str


def plain(results: Results, told: Told) -> str:
    """The whole verdict as text of 100 columns."""
    lines = _beginning(results, told.platforms)
    for answer in told.answers:
        lines += [answer.question.upper(), *(line for text in answer.first for line in lines_of(text))]
        lines += _listed([*answer.why, *answer.settle, *answer.unknown, *answer.flips])
    for title, sentences in (
        *((meaning.title, meaning.sentences) for meaning in told.meanings),
        (said("What promotion brings"), told.promotion), (said("Side by side"), told.beside),
        (said("Where the answers depend on each other"), told.interactions),
        (said("Further arms"), told.extras), (said("Read with care"), told.notes),
    ):  # fmt: skip
        if sentences:
            lines += [title.upper(), *_listed(sentences)]
    return "\n".join([*lines, *lines_of(told.criterion)]) + "\n"


def brief(results: Results, told: Told) -> str:
    """The verdict for a terminal: what promotion brings, then what is to be borne in mind, and the answers last."""
    lines = _beginning(results, told.standings)
    if told.promotion:
        lines += [say("brief_promotion"), *aligned(promotion.lines(results)), ""]
    if told.beside:
        lines += [said("Side by side").upper(), *_listed(told.beside)]
    lines += [*lines_of(told.notes[0]), ""]
    for answer in told.answers:
        lines += [answer.question.upper(), *(line for text in answer.first for line in lines_of(text)), ""]
    return "\n".join([*lines, *lines_of(say("more"))]) + "\n"


def _beginning(results: Results, platforms: list[str]) -> list[str]:
    lines = [f"{said('Verdict')}{said(': ')}{results.title}", ""]
    return [*lines, said("Platforms").upper(), *_listed(platforms)] if platforms else lines


def _listed(sentences: Iterable[str]) -> list[str]:
    return [*(line for sentence in sentences for line in lines_of(sentence, "  - ")), ""]


def page(results: Results, verdict: Verdict, drawings: Mapping[str, Words], language: Language = Language.en) -> str:
    """The report as one HTML page with its figures inside, in every language.

    Parameters
    ----------
    results, verdict
        A finished run and its effects.
    drawings
        What stands beside the figures whose svg files are in the folder's ``figures``.
    language
        The one that is shown at first, and alone where a browser knows no styles.
    """
    parts: dict[Language, list[Markup]] = {}
    for each in (language, *(other for other in Language if other is not language)):
        with speaking(each):
            told = tell(results, verdict)
            parts[each] = [part(results, verdict, told) for part in (_first, _why, _rest)]
    return filled(
        "report.html.j2", name=capital(results.title), languages=list(parts),
        parts=parts,
        figures=[_figure(results, name, drawings[name]) for name in sorted(drawings, key=_place)],
        provenance=_provenance(results), course=course(results), script=(TEMPLATES / "report.js").read_text("utf-8"),
    )  # fmt: skip


def _first(results: Results, verdict: Verdict, told: Told) -> Markup:
    """The answers, and what they mean."""
    pictured = zip(_sides(results), (bars(results, verdict, c) for c in results.comparisons), strict=True)
    return Markup(filled(
        "report.first.html.j2", name=capital(results.title), told=told,
        bars=[(sides, *picture_of) for sides, picture_of in pictured], bars_note=say("bars_note"),
        sure=dict.fromkeys(answer.sure for answer in told.answers),
        put_in=_put_in(results), put_in_note=say("put_in_note"),
    ))  # fmt: skip


def _why(results: Results, verdict: Verdict, told: Told) -> Markup:
    """Reasons, doubts and what else was found."""
    rows = promotion.rows(results)
    note = say("promotion_note", bool(rows and rows[0]["cells"][0]["drawn"]))
    return Markup(filled("report.why.html.j2", told=told, promotion=rows, promotion_note=note))


def _rest(results: Results, verdict: Verdict, told: Told) -> Markup:
    """Tables and method, which stand after the figures."""
    effects = _effect_rows(results, verdict)
    return Markup(filled(
        "report.rest.html.j2", told=told, comparisons=_sides(results), effects=effects,
        effects_note=say("effects_note", len(effects)), arms=[results.arm_label(a) for a in results.each_arm],
        means=_mean_rows(results), flips=_flip_rows(results), flips_note=say("flips_note"),
        method=say("method", results.seeds, results.burn_in),
    ))  # fmt: skip


def _sides(results: Results) -> list[str]:
    return [say("instead", results.label(c.high), results.label(c.low)) for c in results.comparisons]


def _place(name: str) -> tuple[bool, int]:
    """Platforms that compete come first, the picture for print of what the page begins with last."""
    return not name.startswith("platforms_"), list(FIGURES).index(name)


def _figure(results: Results, name: str, drawing: Words) -> dict[str, Any]:
    svg = (results.folder / "figures" / f"{name}.svg").read_bytes()
    return drawing._asdict() | {"name": name, "source": picture(svg)}


def _put_in(results: Results) -> list[tuple[str, list[tuple[str, str, list[tuple[str, str]]]]]]:
    """Settings that tell the sides of each question apart: what each is, its path, and its value on each side."""
    settings_of: Any = results.given("factors") or {}
    found = []
    for factor, levels in results.factors.items():
        told = {level: dict(_leaves((settings_of.get(factor) or {}).get(level) or {})) for level in levels}
        settings = []
        for path in dict.fromkeys(path for each in told.values() for path in each):
            meaning = _meaning(path)
            sides = [(results.label(level), _value(path, each[path])) for level, each in told.items() if path in each]
            if len({value for _, value in sides}) > 1 or len(sides) < len(levels):
                settings.append((capital(meaning), path, sides))
        if settings:
            found.append((results.question(factor), settings))
    return found


def _meaning(path: str) -> str:
    """What a setting is: in the dictionary, or as it is declared; a rival's as the first platform's."""
    own, field = _declared(path)
    meaning = dictionary(spoken()).get(own) or (field and field.description) or path
    return meaning if own == path else f"{said('its rival')}{said(': ')}{meaning}"


def _declared(path: str) -> tuple[str, FieldInfo | None]:
    own = re.sub(r"^rivals\.[^.]+", "platform", path)
    return own, parameter(own)


def _value(path: str, value: Any) -> str:
    """A setting as it is read: shares in per cent."""
    _, field = _declared(path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    told = (field.description or "", str(declared(field, "unit") or "")) if field else ()
    return f"{100 * value:.3g} %" if any(text.startswith("share") for text in told) else f"{value:,g}"


def _leaves(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Settings by their path, of a list of them by the name of each; a name is no setting."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, list) and all(isinstance(each, Mapping) for each in value):
            named = {str(each.get("name", place)): each for place, each in enumerate(value)}
            for name, each in named.items():
                yield from _leaves({of: one for of, one in each.items() if of != "name"}, f"{above}{key}.{name}.")
        else:
            yield f"{above}{key}", value


def _effect_rows(results: Results, verdict: Verdict) -> list[dict[str, Any]]:
    holm = {(row.effect, row.outcome): row.p_holm for row in table(verdict).itertuples() if row.kind == "main"}
    rows = []
    for key in SHOWN:
        effects = [verdict.main(c, key) for c in results.comparisons]
        if any(effects):
            none = Cell(said("n/a"), "", "unclear")
            cells = [_cell(e, float(str(holm[e.name, key]))) if e else none for e in effects]
            rows.append({"label": label(key), "cells": cells, "part": key.startswith(PARTS)})
    return rows


def _cell(effect: Effect, p_holm: float) -> Cell:
    look = "neither" if effect.clear and KNOWN[effect.outcome].better == 0 else effect.favours
    mark = "*" if effect.clear and p_holm > 0.05 else ""
    if effect.in_percent:
        e = effect.relative
        return Cell(f"{percent(e.value)} %{mark}", ranged(percent(e.low), percent(e.high)), look)
    e, unit = effect.difference, KNOWN[effect.outcome].unit
    shares = unit in PERCENT_UNITS
    low, high = (percent(v) if shares else number(v, signed=True) for v in (e.low, e.high))
    return Cell(f"{amount(e.value, unit)}{mark}", ranged(low, high), look)


def _mean_rows(results: Results) -> list[dict[str, Any]]:
    rows = []
    for key in (key for key in SHOWN if key in results.runs):
        outcome = KNOWN[key]
        values = results.outcome(key)
        means = [t_interval(values[arm]).value for arm in results.each_arm]
        shares = outcome.unit in PERCENT_UNITS
        cells = [percent(m, signed=False) if shares else number(m) for m in means]
        unit = {"1": "", "points": "%", "orders/view": "orders/100 views"}.get(outcome.unit, outcome.unit)
        rows.append({"label": label(key), "unit": said(unit), "cells": cells, "part": key.startswith(PARTS)})
    return rows


def _flip_rows(results: Results) -> list[dict[str, str]]:
    checked = moved(results)
    if checked.empty:
        return []
    return [
        {
            "assumption": str(row["assumption"]), "meaning": dictionary(spoken()).get(str(row["assumption"]), ""),
            "value": f"{row['value']:g}", "factor": results.label(row["factor"]),
            "outcome": label(row["outcome"]) if row["outcome"] in KNOWN else str(row["outcome"]),
            "effect": _checked(row, ""), "default": _checked(row, "default_"), "change": said(str(row["change"])),
        }
        for row in checked[checked["change"].isin(CHANGES)].to_dict("records")
    ]  # fmt: skip


def _checked(row: Mapping[Any, Any], when: str) -> str:
    value, *ends = (number(row[f"{when}{key}"], signed=True) for key in ("effect", "low", "high"))
    return f"{value} ({ranged(*ends)})"


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
