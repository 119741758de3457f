"""Arithmetic on parameters, written as text: ``1 - brands.ads``, ``brands.koc < 2 * brands.kol``."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.errors import UserError

LONGEST = 500  # characters


def _power(base: Any, exponent: Any) -> Any:
    return float(base) ** float(exponent)  # a power of whole numbers could fill the memory


def _rounded(number: Any, digits: int = 0) -> Any:
    return round(float(number), digits) if digits else round(number)  # of a whole number to -10**9 digits would not end


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs, "min": min, "max": max, "round": _rounded, "sqrt": math.sqrt, "exp": math.exp, "log": math.log,
}  # fmt: skip


def _of_numbers(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Refuse text and lists, which Python would repeat or fill in, to any length."""

    def checked(one: Any, other: Any) -> Any:
        for side in (one, other):
            if not isinstance(side, int | float):
                kind = "text" if isinstance(side, str) else "a list"
                raise TypeError(f"{kind} can be compared, not multiplied or divided")
        return operation(one, other)

    return checked


_BINARY: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: _of_numbers(operator.add), ast.Sub: _of_numbers(operator.sub), ast.Mult: _of_numbers(operator.mul),
    ast.Div: _of_numbers(operator.truediv), ast.FloorDiv: _of_numbers(operator.floordiv),
    ast.Mod: _of_numbers(operator.mod), ast.Pow: _of_numbers(_power),
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_,
}  # fmt: skip


Computed = Callable[[Mapping[str, Any]], Any]
"""What a part of an expression comes to, of the values of parameters."""


class Expression(NamedTuple):
    """A parsed expression."""

    text: str  # as written
    paths: tuple[str, ...]  # the parameters it names, dotted
    # arithmetic, comparisons, ``and``, ``or``, ``not``, ``a if b else c``, numbers, text and `FUNCTIONS` only
    tree: ast.expr
    computed: Computed

    @classmethod
    def parse(cls, text: str) -> Expression:
        """Read an expression; `UserError` says what is wrong with it."""
        if len(text) > LONGEST:
            raise UserError(f"'{text[:40]} ...' has {len(text)} characters, expected at most {LONGEST}")
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise UserError(f"'{text}' is no expression; expected for instance '1 - brands.ads'") from None
        paths: dict[str, None] = {}
        computed = _computed(tree, text, paths)
        return cls(text, tuple(paths), tree, computed)

    def value(self, values: Mapping[str, Any]) -> Any:
        """What it comes to; `UserError` if it cannot be computed, as a division by zero cannot."""
        try:
            found = self.computed(values)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise UserError(f"'{self.text}' cannot be computed: {error}") from None
        if isinstance(found, complex) or (isinstance(found, float) and not math.isfinite(found)):
            raise UserError(f"'{self.text}' is {found}, expected a finite number")
        return found


def _computed(node: ast.AST, text: str, paths: dict[str, None]) -> Computed:
    """How a part is computed; the parameters that it names are added to `paths`."""

    def of(*parts: ast.AST) -> list[Computed]:
        return [_computed(part, text, paths) for part in parts]

    match node:
        case ast.Name() | ast.Attribute():
            path = _path(node, text)
            paths[path] = None
            return lambda values: values[path]
        case ast.Constant(value=int() | float() | str() as constant):
            return lambda values: constant
        case ast.BinOp(left, ast.operator() as op, right) if type(op) in _BINARY:
            binary, (one, other) = _BINARY[type(op)], of(left, right)
            return lambda values: binary(one(values), other(values))
        case ast.UnaryOp(op, operand) if type(op) in _UNARY:
            unary, (one,) = _UNARY[type(op)], of(operand)
            return lambda values: unary(one(values))
        case ast.Compare(left, ops, others) if all(type(op) in _BINARY for op in ops):
            sides, comparisons = of(left, *others), [_BINARY[type(op)] for op in ops]
            return lambda values: _all_hold(comparisons, [side(values) for side in sides])
        case ast.BoolOp(op, operands):
            holds, parts = any if isinstance(op, ast.Or) else all, of(*operands)
            return lambda values: holds(part(values) for part in parts)
        case ast.IfExp(test, body, orelse):
            condition, then, otherwise = of(test, body, orelse)
            return lambda values: then(values) if condition(values) else otherwise(values)
        case ast.Call(ast.Name(name), arguments, []) if name in FUNCTIONS:
            function, parts = FUNCTIONS[name], of(*arguments)
            return lambda values: function(*(part(values) for part in parts))
        case ast.Call():
            raise UserError(f"'{text}' calls {ast.unparse(node.func)}; functions are {', '.join(FUNCTIONS)}")
    raise UserError(f"'{text}' holds more than arithmetic: {ast.unparse(node)}")


def _all_hold(comparisons: Sequence[Callable[[Any, Any], Any]], sides: Sequence[Any]) -> bool:
    return all(holds(one, other) for holds, one, other in zip(comparisons, sides, sides[1:], strict=False))


def _path(node: ast.AST, text: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value, text)}.{node.attr}"
    raise UserError(f"'{text}' holds more than arithmetic: {ast.unparse(node)}")
