"""Numbers that compiled code reads from a row have eight bytes, whatever the width of their column, as in plain Python.

numba would reckon in four bytes with two numbers of four, and without a sign where a column has none. Members of an
enumeration are whole numbers like any other.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from numba import types
from numba.core import ir, typed_passes
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NopythonTypeInference
from numba.core.typeinfer import TypeInferer

NARROW = types.integer_domain - {types.uint64}


def wide(kind: types.Type) -> types.Type:
    """The type as which a number of another is read: a whole one has 64 bits."""
    return types.int64 if kind in NARROW or isinstance(kind, types.IntEnumMember) else kind


class _Inferer(TypeInferer):
    """Types of variables, in which those that are read from a row are wide."""

    def __init__(self, context: Any, func_ir: Any, warnings: Any) -> None:
        super().__init__(context, func_ir, warnings)
        reads = [one for block in func_ir.blocks.values() for one in block.find_exprs()]
        self._valued = {one.value.name for one in reads if one.op == "getattr" and one.attr == "value"}
        self._source: dict[str, str] = {}

    def typeof_expr(self, inst: Any, target: Any, expr: ir.Expr) -> None:
        """Note from what an expression reads."""
        if expr.op in ("getattr", "getitem", "static_getitem"):
            self._source[target.name] = expr.value.name
        super().typeof_expr(inst, target, expr)

    def add_type(self, var: str, tp: types.Type, loc: Any, unless_locked: bool = False) -> None:
        """Add a type that a variable has."""
        super().add_type(var, self._as_read(var, tp), loc, unless_locked)

    def _as_read(self, var: str, kind: types.Type) -> types.Type:
        if var not in self._source:
            return kind
        if isinstance(self.typevars[self._source[var]].type, types.Record | types.NestedArray):
            return types.float64 if kind == types.float32 else wide(kind)
        return wide(kind) if isinstance(kind, types.IntEnumMember) and var not in self._valued else kind


class _Typeinfer:
    TypeInferer = _Inferer


def _with(function: Any, **names: Any) -> Any:
    """A function of numba's that finds something of ours under a name."""
    return FunctionType(function.__code__, {**function.__globals__, **names}, function.__name__, function.__defaults__)


@register_pass(mutates_CFG=True, analysis_only=False)
class WideInference(NopythonTypeInference):
    """numba's inference of types, with wide numbers."""

    _name = "wide_inference"
    run_pass = _with(
        NopythonTypeInference.run_pass,
        type_inference_stage=_with(typed_passes.type_inference_stage, typeinfer=_Typeinfer),
    )
