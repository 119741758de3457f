"""Prefetching a row of a table before it is read, since a processor waits long for memory that it did not expect."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.compilation.compiler import settings

LINE = 64  # bytes that a processor fetches at a time
FOR_WRITING, KEPT, DATA = 1, 3, 1  # what the processor is told


def prefetch(row: Any) -> None:
    """Fetch a row of a table ahead of use, without waiting for it: nothing where nothing is compiled."""


if not settings.DISABLE_JIT:

    @intrinsic
    def prefetch(_: Any, row: Any) -> Any:
        """Fetch a row of a table ahead of use, without waiting for it."""

        def generate(_context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> ir.Value:
            byte, number = ir.IntType(8), ir.IntType(32)
            ask = builder.module.declare_intrinsic(
                "llvm.prefetch",
                [byte.as_pointer()],
                ir.FunctionType(ir.VoidType(), [byte.as_pointer(), number, number, number]),
            )
            start = builder.bitcast(arguments[0], byte.as_pointer())
            for place in range(0, signature.args[0].size, LINE):
                address = builder.gep(start, [ir.Constant(number, place)])
                builder.call(ask, [address, *(ir.Constant(number, said) for said in (FOR_WRITING, KEPT, DATA))])
            return _context.get_dummy_value()

        return types.void(row), generate
