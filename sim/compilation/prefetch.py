"""Prefetching what will be read soon, since a processor waits long for memory that it did not expect."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from sim.compilation.compiler import settings

LINE = 64  # bytes that a processor fetches at a time
FOR_READING, FOR_WRITING, KEPT, DATA = 0, 1, 3, 1  # what the processor is told


def prefetch(row: Any) -> None:
    """Fetch a row of a table ahead of use, without waiting for it: nothing where nothing is compiled."""


def prefetch_for_reading(column: Any, place: int) -> None:
    """Fetch what stands in a place of a column ahead of use, as `prefetch` does a row that may be written, too."""


def _fetch(builder: ir.IRBuilder, start: ir.Value, width: int, purpose: int) -> None:
    """Have the processor fetch so many bytes."""
    byte, number = ir.IntType(8), ir.IntType(32)
    ask = builder.module.declare_intrinsic(
        "llvm.prefetch",
        [byte.as_pointer()],
        ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number]),
    )
    start = builder.bitcast(start, byte.as_pointer())
    for place in range(0, width, LINE):
        address = builder.gep(start, [ir.Constant(number, place)])
        builder.call(ask, [address, *(ir.Constant(number, said) for said in (purpose, KEPT, DATA))])


if not settings.DISABLE_JIT:

    @intrinsic
    def prefetch(_: Any, row: Any) -> Any:
        """Fetch a row of a table ahead of use, without waiting for it."""

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
            _fetch(builder, arguments[0], signature.args[0].size, FOR_WRITING)
            return context.get_dummy_value()

        return types.void(row), generate

    @intrinsic
    def prefetch_for_reading(_: Any, column: Any, place: Any) -> Any:
        """Fetch what stands in a place of a column ahead of use, without waiting for it."""

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
            start = make_array(column)(context, builder, arguments[0]).data
            _fetch(builder, builder.gep(start, [arguments[1]]), 1, FOR_READING)
            return context.get_dummy_value()

        return types.void(column, types.int64), generate
