"""Compilation of the model's functions by numba: what decorates them, and all that stands behind it."""

from sim.compilation.compiler import settings
from sim.compilation.decorators import allocating, compiled, inlined

__all__ = ["allocating", "compiled", "inlined", "settings"]
