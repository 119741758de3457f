"""Arithmetic on parameters, written as text: ``1 - brands.ads``, ``brands.koc < 2 * brands.kol``."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
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


class Expression(NamedTuple):
    """A parsed expression."""

    text: str  # as written
    paths: tuple[str, ...]  # the parameters it names, dotted
    # arithmetic, comparisons, ``and``, ``or``, ``not``, ``a if b else c``, numbers, text and `FUNCTIONS` only
    tree: ast.expr

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
        _check(tree, text, paths)
        return cls(text, tuple(paths), tree)

    def value(self, values: Mapping[str, Any]) -> Any:
        """What it comes to; `UserError` if it cannot be computed, as a division by zero cannot."""
        try:
            found = _value(self.tree, values)
        except (ArithmeticError, ValueError, TypeError) as error:
            raise UserError(f"'{self.text}' cannot be computed: {error}") from None
        if isinstance(found, complex) or (isinstance(found, float) and not math.isfinite(found)):
            raise UserError(f"'{self.text}' is {found}, expected a finite number")
        return found


def _check(node: ast.AST, text: str, paths: dict[str, None]) -> None:
    if isinstance(node, ast.Name | ast.Attribute):
        paths[_path(node, text)] = None
        return
    if isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise UserError(f"'{text}' calls {ast.unparse(node.func)}; functions are {', '.join(FUNCTIONS)}")
        below: list[ast.AST] = list(node.args)
    elif isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        below = [node.left, node.right]
    elif isinstance(node, ast.Compare) and all(type(op) in _BINARY for op in node.ops):
        below = [node.left, *node.comparators]
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        below = [node.operand]
    elif isinstance(node, ast.BoolOp):
        below = list(node.values)
    elif isinstance(node, ast.IfExp):
        below = [node.test, node.body, node.orelse]
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float | str):
        below = []
    else:
        raise UserError(f"'{text}' holds more than arithmetic: {ast.unparse(node)}")
    for child in below:
        _check(child, text, paths)


def _path(node: ast.AST, text: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value, text)}.{node.attr}"
    raise UserError(f"'{text}' holds more than arithmetic: {ast.unparse(node)}")


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() | ast.Attribute():
            return values[_path(node, "")]
        case ast.BinOp():
            return _BINARY[type(node.op)](_value(node.left, values), _value(node.right, values))
        case ast.UnaryOp():
            return _UNARY[type(node.op)](_value(node.operand, values))
        case ast.Compare():
            sides = [_value(side, values) for side in (node.left, *node.comparators)]
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            return all(_BINARY[type(op)](one, other) for op, one, other in pairs)
        case ast.BoolOp():
            holds = any if isinstance(node.op, ast.Or) else all
            return holds(_value(part, values) for part in node.values)
        case ast.IfExp():
            return _value(node.body if _value(node.test, values) else node.orelse, values)
        case ast.Call():
            assert isinstance(node.func, ast.Name)
            return FUNCTIONS[node.func.id](*(_value(argument, values) for argument in node.args))
    raise AssertionError(node)  # parse lets nothing else pass
