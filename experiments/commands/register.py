"""The register of parameters: every one with its value, unit, range and source, as a page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from experiments.design.posterior_file import read
from experiments.drawing.pages import table
from experiments.settings.mistakes import declared, fields, limits, parameter, shown, span
from sim import state
from sim.parameters import ASSUMPTION, CALIBRATED, Group, Parameters
from sim.records import Record

_HEADING = """\
# Parameters

Every parameter of the model, as `koc parameters` prints it from the declarations in `sim/parameters/`. A value is
changed on the command line (`koc run market.consumers=2000`) or in a file under `configs/`. A parameter that rests on
no source is an assumption; where it has a plausible range, sensitivity checks sweep over it.
"""
_CALIBRATED = """\
## Calibrated

What `koc calibrate` found of assumptions that published numbers bear upon ([calibration.md](calibration.md)): the
prior, the posterior with its 95 % interval, and how much narrower it is than the prior. Where that is near zero, the
targets do not pin the parameter down: its value is a guess, and conclusions are checked over draws of the posterior.
"""
_OF_CALIBRATED = ("name", "value", "prior", "posterior", "narrower by", "source of the prior", "what would measure it")
_COLUMNS = ("name", "value", "unit", "allowed", "plausible", "source", "meaning")


def page() -> str:
    """The register in Markdown, a table for each group of parameters."""
    rows = list(_rows(Parameters()))
    calibrated = table([_OF_CALIBRATED, *_calibrated({row[0]: row[1] for row in rows})])
    parts = [_HEADING, _summary(rows), _CALIBRATED, f"{calibrated}\n"]
    for group, own in groupby(rows, lambda row: row[0].split(".")[0]):
        parts += [f"## {group}\n", table([_COLUMNS, *([f"`{row[0]}`", *row[1:]] for row in own)]) + "\n"]
    return "\n".join(parts)


def _summary(rows: list[tuple[str, ...]]) -> str:
    assumed = sum(row[5] == ASSUMPTION for row in rows)
    ranged = sum(bool(row[4]) for row in rows)
    calibrated = sum(row[5] == CALIBRATED for row in rows)
    return (
        f"{len(rows)} parameters; {assumed} are assumptions, {calibrated} are calibrated, {ranged} have a plausible "
        "range.\n"
    )


def _calibrated(values: dict[str, str]) -> Iterator[list[str]]:
    for path, one in read()["parameters"].items():
        prior = one["prior"]
        scale = ", log" if prior["scale"] == "log" else ""
        found = f"{one['median']:.3g} ({one['low']:.3g} to {one['high']:.3g})"
        narrower = f"{round(100 * one['shrinkage'])} %"
        span = f"{prior['low']:g} to {prior['high']:g}{scale}"
        yield [f"`{path}`", values[path], span, found, narrower, prior["why"], _measured(path)]


def _measured(path: str) -> str:
    field = parameter(path)
    return str((field and declared(field, "measured")) or "")


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


_STATE = """\
# State

Every column of every table of the model, as `koc parameters --state` prints it from the declarations in `sim/state.py`.
A table is a structured array; `market.m.consumers["wallet"]` is a column of all consumers.
"""


def state_page() -> str:
    """All records in Markdown, a table for each."""
    parts = [_STATE]
    for record in vars(state).values():
        if isinstance(record, type) and issubclass(record, Record) and record is not Record:
            parts.append(f"## {record.__name__}\n\n{record.__doc__}\n")
            parts.append(table([("column", "what it says", "unit", "range"), *record.describe()]) + "\n")
    return "\n".join(parts)
