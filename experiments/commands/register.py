"""The register of parameters: every one with its value, unit, range and source, as a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from experiments.design.posterior_file import read
from experiments.drawing.pages import filled, table
from experiments.settings.mistakes import declared, fields, limits, measured, shown, span
from sim.parameters import ASSUMPTION, CALIBRATED, Group, Parameters
from sim.state import RECORDS

_OF_CALIBRATED = ("name", "value", "prior", "posterior", "narrower by", "source of the prior", "what would measure it")
_OF_STATE = ("column", "what it says", "unit", "range")
_COLUMNS = ("name", "value", "unit", "allowed", "plausible", "source", "meaning")


def page() -> str:
    """The register in Markdown, a table for each group of parameters."""
    rows = list(_rows(Parameters()))
    groups = groupby(rows, lambda row: row[0].split(".")[0])
    return filled(
        "parameters.md.j2", rows=len(rows), assumed=sum(row[5] == ASSUMPTION for row in rows),
        calibrated=sum(row[5] == CALIBRATED for row in rows), ranged=sum(bool(row[4]) for row in rows),
        table_of_calibrated=table([_OF_CALIBRATED, *_calibrated({row[0]: row[1] for row in rows})]),
        groups=[(group, table([_COLUMNS, *([f"`{row[0]}`", *row[1:]] for row in own)])) for group, own in groups],
    )  # fmt: skip


def state_page() -> str:
    """All records of the state in Markdown, a table for each."""
    records = [(kind, table([_OF_STATE, *kind.describe()])) for kind in RECORDS]
    return filled("state.md.j2", records=records)


def _calibrated(values: dict[str, str]) -> Iterator[list[str]]:
    for path, one in read()["parameters"].items():
        prior = one["prior"]
        scale = ", log" if prior["scale"] == "log" else ""
        found = f"{one['median']:.3g} ({one['low']:.3g} to {one['high']:.3g})"
        narrower = f"{round(100 * one['shrinkage'])} %"
        span = f"{prior['low']:g} to {prior['high']:g}{scale}"
        yield [f"`{path}`", values[path], span, found, narrower, prior["why"], measured(path)]


def _rows(parameters: Parameters) -> Iterator[tuple[str, ...]]:
    for path, field, value in fields(parameters):
        if isinstance(value, tuple) and value and isinstance(value[0], Group):
            for name, inner in type(value[0]).model_fields.items():
                yield _row(f"{path}.*.{name}", inner, [getattr(item, name) for item in value])
        else:
            yield _row(path, field, value)


def _row(path: str, field: FieldInfo, value: Any) -> tuple[str, ...]:
    plausible = declared(field, "plausible")
    written = ", ".join(map(shown, value if isinstance(value, list | tuple) else [value])) or "none"
    if get_origin(field.annotation) is Literal:
        allowed = ", ".join(map(str, get_args(field.annotation)))
    else:
        allowed = span(*limits(field))
    return (
        path, written, declared(field, "unit") or "", allowed, span(*plausible) if plausible else "",
        declared(field, "source") or "", field.description or "",
    )  # fmt: skip
