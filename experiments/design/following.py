"""What follows from the varied parameters of a design: derived ones, and whether a point meets the constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from experiments.design.expressions import Expression
from experiments.settings.mistakes import fields, parameter
from experiments.settings.paths import at
from sim.errors import UserError, nearest
from sim.parameters import Parameters

PLACE = "experiment.design"


class Following(NamedTuple):
    """Derived parameters by path, each after the others it is computed from, and constraints."""

    derived: dict[str, Expression]
    constraints: list[Expression]

    @classmethod
    def parse(cls, derived: Mapping[str, int | float | str], constraints: Sequence[str]) -> Following:
        """Read expressions over parameters.

        Raises
        ------
        UserError
            If one is none, names no parameter, or some follow from each other in a circle.
        """
        known = [path for path, _, _ in fields(Parameters())]
        found = {path: _parsed(f"derived.{path}", str(text), known) for path, text in derived.items()}
        return cls(_in_order(found), [_parsed("constraints", text, known) for text in constraints])

    @property
    def read(self) -> set[str]:
        """Paths that expressions are computed from."""
        return {path for each in (*self.derived.values(), *self.constraints) for path in each.paths}

    def complete(self, row: Mapping[str, Any], number: int, base: Mapping[str, Any]) -> dict[str, Any]:
        """A point with its derived parameters."""
        found = dict(row)
        for path, expression in self.derived.items():
            found[path] = rounded(path, _computed(expression, found, base, f"derived.{path}: point {number}"))
        return found

    def holds(self, row: Mapping[str, Any], number: int, base: Mapping[str, Any]) -> bool:
        """Whether a complete point meets all constraints; parameters are those of `complete`."""
        place = f"constraints: point {number}"
        held = [_computed(each, row, base, place) for each in self.constraints]
        for each, found in zip(self.constraints, held, strict=True):
            if not isinstance(found, bool):
                said = f"'{each.text}' is {found}, expected a comparison, which is true or false"
                raise UserError(f"{PLACE}.{place}: {said}")
        return all(held)


def rounded(path: str, value: Any) -> Any:
    """A value as the parameter takes it: a whole number where it is one."""
    field = parameter(path)
    whole = field is not None and field.annotation is int
    return round(value) if whole and isinstance(value, float) else value


def _in_order(derived: Mapping[str, Expression]) -> dict[str, Expression]:
    """Derived parameters, each after the others it is computed from; by its own name it means what is configured."""
    others = {path: [p for p in each.paths if p in derived and p != path] for path, each in derived.items()}
    try:
        return {path: derived[path] for path in TopologicalSorter(others).static_order()}
    except CycleError as error:
        circle = " from ".join(reversed(error.args[1]))
        raise UserError(f"{PLACE}.derived: {circle} follow from each other; expected a beginning") from None


def _parsed(place: str, text: str, known: Sequence[str]) -> Expression:
    try:
        expression = Expression.parse(text)
    except UserError as error:
        raise UserError(f"{PLACE}.{place}: {error}") from None
    for path in expression.paths:
        if path not in known:
            raise UserError(f"{PLACE}.{place}: {path} in '{text}' is no parameter; {nearest(path, known)}")
    return expression


def _computed(expression: Expression, row: Mapping[str, Any], base: Mapping[str, Any], place: str) -> Any:
    try:
        return expression.value({path: row[path] if path in row else at(base, path) for path in expression.paths})
    except UserError as error:
        raise UserError(f"{PLACE}.{place}: {error}") from None
