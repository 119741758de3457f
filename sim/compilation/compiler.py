"""How functions are compiled: by numba's compiler, without what the model has no use for.

A part is compiled into its callers alone, and no machine code of its own is made. What Python calls, an entry, is
optimized once, where numba does it twice so as to count references less often: hardly any of the model's code has
some. numba has no such things; what is done here rests on a few of its classes, and a test notices if they change.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

import numba
from numba.core import compiler
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.typed_passes import NopythonRewrites, NopythonTypeInference
from numba.core.untyped_passes import InlineClosureLikes, InlineInlinables, WithLifting

from sim.compilation.inference import WideInference

REPLACED: dict[type, type] = {NopythonTypeInference: WideInference}
NEEDLESS = {WithLifting, InlineClosureLikes, InlineInlinables, NopythonRewrites}
settings: Any = numba.config  # numba makes its attributes at run time
_DEFAULTS = {name: option.default for name, option in compiler.Flags.options.items()}


class Flags(compiler.Flags):
    """numba's flags, compared by those that matter to what is called; numba compares all, a hundred thousand times."""

    __slots__ = ()

    def values(self) -> dict[str, Any]:
        """All of them by name."""
        return {**_DEFAULTS, **self._values}

    def _handed_on(self) -> list[Any]:
        """Those that numba's own functions take over from who calls them: where they are equal, one version will do."""
        return [self._values.get(name) for name in ("nrt", "error_model", "fastmath")]

    def __eq__(self, other: object) -> bool:
        return self._handed_on() == other._handed_on() if type(other) is Flags else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values.get("nrt"))


class Library(JITCodeLibrary):
    """Code that is ready to run."""

    counts_references = False

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout
        passes, builder = self._codegen._function_pass_manager()
        for function in ll_module.functions:
            if not function.is_declaration:
                passes.run(function, builder)

    def _optimize_final_module(self) -> None:
        if self.counts_references:
            super()._optimize_final_module()
        else:
            passes, builder = self._codegen._module_pass_manager()
            passes.run(self._final_module, builder)


class PartLibrary(Library):
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


class EntryCompiler(Compiler):
    """numba's compiler, with another library."""

    library: type[Library] = Library

    def define_pipelines(self) -> Any:
        """The usual passes, which read wide numbers and write into the library that is given."""
        codegen, name = self.state.targetctx.codegen(), self.state.func_id.func_qualname
        self.state.library = self.library(codegen, name)
        self.state.library.counts_references = self.state.flags.nrt
        self.state.library.enable_object_caching()
        pipelines = super().define_pipelines()
        for pipeline in pipelines:
            pipeline.passes = [(REPLACED.get(one, one), title) for one, title in pipeline.passes]
        return pipelines


class PartCompiler(EntryCompiler):
    """The same for parts; what they cannot hold is not looked for: inner functions, with statements, sums of arrays."""

    library = PartLibrary

    def define_pipelines(self) -> Any:
        """The usual passes, but for some."""
        pipelines = super().define_pipelines()
        is_plain = not any(isinstance(constant, CodeType) for constant in self.state.func_id.code.co_consts)
        if is_plain and not self.state.flags.nrt:
            for pipeline in pipelines:
                pipeline.passes = [(one, title) for one, title in pipeline.passes if one not in NEEDLESS]
        return pipelines
