"""Parts: functions that are compiled into their callers alone, for which no machine code of their own is made.

numba has no such thing; what is done here rests on two of its classes, and a test notices if they change.
"""

from __future__ import annotations

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class PartLibrary(JITCodeLibrary):
    """Code of a part: ready to be linked into a caller's, and kept in this form."""

    def _optimize_final_module(self) -> None:
        """Nothing: who calls a part optimizes it as a piece of its own code."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Nowhere, which is what numba expects of code that Python cannot call."""
        self._ensure_finalized()
        return 0

    def serialize_using_object_code(self) -> tuple[str, str, bytes]:
        """As numba writes code that is to be linked alone."""
        kept: tuple[str, str, bytes] = self.serialize_using_bitcode()
        return kept

    @property
    def codegen(self) -> PartLibrary:
        """Whom numba tells of Python's values that code needs: a part has none."""
        return self

    def set_env(self, *_: Any) -> None:
        """Nothing."""


class PartCompiler(Compiler):
    """numba's compiler, with another library."""

    def define_pipelines(self) -> Any:
        """The usual passes, which write into the library that is given."""
        codegen, name = self.state.targetctx.codegen(), self.state.func_id.func_qualname
        self.state.library = PartLibrary(codegen, name)
        self.state.library.enable_object_caching()
        return super().define_pipelines()
