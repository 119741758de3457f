"""Every interface of a library that it does not promise to keep, and that koc uses all the same: named here, and tried.

A release that changes one fails here, with its name, and not somewhere in the middle of a run.
"""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize
from hydra.core.config_store import ConfigStore

REPOSITORY = Path(__file__).parent.parent
NAMED = {
    "hydra.core.config_store.ConfigStore": "files of settings are handed to Hydra through it",
    "hydra.core.override_parser.overrides_parser.OverridesParser": "numbers and sweeps of the command line",
    "hydra.core.override_parser.types.Override": "what it returns",
    "joblib.externals.loky.get_reusable_executor": "workers of this machine, of which one may be lost",
    "numba.core.caching.Cache": "compiled code is kept where koc says",
    "numba.core.caching.CompileResultCacheImpl": "the same",
    "numba.core.caching.FunctionCache": "the same",
    "numba.core.caching.IndexDataCacheFile": "the same",
    "numba.core.caching.UserProvidedCacheLocator": "the same",
    "numba.core.caching._Cache": "the same",
    "numba.core.codegen.JITCodeLibrary": "parts of a consumer's day have no machine code of their own",
    "numba.core.compiler": "how parts are compiled, in which a few passes are left out",
    "numba.core.compiler.Compiler": "the same",
    "numba.core.untyped_passes.InlineClosureLikes": "a pass that parts do without",
    "numba.core.untyped_passes.InlineInlinables": "the same",
    "numba.core.untyped_passes.WithLifting": "the same",
    "numba.core.typed_passes.NopythonRewrites": "the same",
    "numba.core.typed_passes.NopythonTypeInference": "numbers read from a row have eight bytes",
    "numba.core.typed_passes.NopythonTypeInference.run_pass": "the same",
    "numba.core.typed_passes.type_inference_stage": "the same",
    "numba.core.typed_passes": "the same",
    "numba.core.typeinfer.TypeInferer": "the same",
    "numba.core.typeinfer.TypeInferer.add_type": "the same",
    "numba.core.typeinfer.TypeInferer.typeof_expr": "the same",
    "numba.core.compiler_machinery.register_pass": "the same",
    "numba.core.ir": "the same",
    "numba.core.codegen.JITCodeLibrary._optimize_functions": "an entry is optimized once",
    "numba.core.codegen.JITCodeLibrary._optimize_final_module": "the same",
    "numba.core.codegen.JITCPUCodegen._function_pass_manager": "the same",
    "numba.core.codegen.JITCPUCodegen._module_pass_manager": "the same",
    "numba.core.codegen.JITCodeLibrary._finalize_final_module": "a part is never made ready to run",
    "numba.core.codegen.JITCodeLibrary._finalize_dynamic_globals": "the same",
    "numba.core.codegen.JITCodeLibrary._verify_declare_only_symbols": "the same",
    "numba.core.codegen.JITCodeLibrary._ensure_finalized": "the same",
    "numba.core.codegen.JITCodeLibrary.get_pointer_to_function": "the same",
    "numba.core.codegen.JITCodeLibrary.serialize_using_object_code": "the same",
    "numba.core.codegen.JITCodeLibrary.serialize_using_bitcode": "the same",
    "numba.core.caching.IndexDataCacheFile._load_index": "what another user could have written is not read",
    "numba.core.caching.IndexDataCacheFile._load_data": "the same",
    "numba.core.compiler.Flags.values": "flags are compared by those that matter",
    "numba.core.dispatcher._FunctionCompiler._customize_flags": "the same",
    "numba.core.dispatcher.Dispatcher._compile_for_args": "what is a part alone refuses calls from Python",
    "numba.core.dispatcher.Dispatcher.add_overload": "the same",
    "numba.core.dispatcher.Dispatcher.get_call_template": "compiled code takes in a part in place of an entry",
    "numba.core.dispatcher.Dispatcher.get_overload": "the same",
    "numba.core.dispatcher.Dispatcher.typeof_pyval": "what the day's context is, told at once",
    "numba.core.compiler_lock.global_compiler_lock": "one compilation at a time",
    "numba.core.dispatcher.Dispatcher": "what a compiled function is",
    "numba.core.errors.NumbaError": "a rule of the user's that cannot be compiled",
    "numba.core.typing.templates.AttributeTemplate": "the day's context as compiled code sees it",
    "numba.np.arrayobj.populate_array": "the same",
    "numba.np.arrayobj.make_array": "where the numbers of a column stand, of which some are fetched ahead",
    "mesa.agent.Agent._ids": "a market leaves nothing behind in Mesa",
    "mesa.model.Model._agents": "rows of tables are agents beside Mesa's own",
    "matplotlib.ft2font.FT2Font": "which characters a font has",
    "pydantic_core.to_json": "settings are validated as JSON, strictly",
}
"""By path, and what for."""
INTERNAL = ("hydra.core", "hydra._internal", "joblib.externals", "numba.core", "numba.np", "mesa.experimental",
            "sklearn.utils", "pandas.core", "matplotlib.ft2font")  # fmt: skip


@pytest.mark.parametrize("path", [path for path in NAMED if path != "mesa.model.Model._agents"])  # made by instances
def test_what_is_named_is_there(path: str) -> None:
    parts = path.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            found = getattr(found, name)
        return
    raise AssertionError(path)


def test_what_is_imported_from_within_a_library_is_named() -> None:
    imported = set()
    for package in ("sim", "cascade", "experiments", "koc"):
        for file in (REPOSITORY / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(INTERNAL):
                    imported |= {f"{node.module}.{each.name}" for each in node.names}
    assert imported <= NAMED.keys()


def test_agents_of_a_mesa_model_stand_where_they_are_looked_for() -> None:
    from mesa import Agent, Model

    model = Model()
    agent = Agent(model)
    assert list(model._agents) == [agent] and model in Agent._ids


def test_hydra_composes_what_is_put_into_its_store_and_forgets_it() -> None:
    store = ConfigStore.instance()
    before, store.repo = store.repo, dict(store.repo)
    try:
        store.store("koc_trial", {"defaults": [{"place": "one"}, "_self_"], "a": 1})
        store.store("one", {"b": 2}, "place", "_global_")
        with initialize(config_path=None, version_base="1.3"):
            assert compose("koc_trial") == {"a": 1, "b": 2}
    finally:
        store.repo = before
    assert "koc_trial.yaml" not in store.repo


def test_a_gaussian_process_tells_what_a_prediction_is_made_of() -> None:
    """Public attributes of scikit-learn whose meaning is relied upon: factor, weights, and the order of the kernel."""
    from experiments.measures.scale import Scale
    from experiments.measures.surrogate import Surrogate

    x = np.linspace(0, 1, 20)[:, None]
    made = Surrogate(x, np.sin(4 * x[:, 0]), [Scale(0.0, 1.0)], 1e-4)
    solved, place = made.solved(), np.array([[0.3]])
    step = np.sqrt(5) * np.abs(place / solved.length_scales - solved.inputs.T)
    covariance = solved.signal * (1 + step + step**2 / 3) * np.exp(-step)
    expected = solved.centre + solved.spread * (covariance @ solved.weights)
    np.testing.assert_allclose(made.predict(place)[0], expected, rtol=1e-9)


def test_numba_takes_the_options_that_it_does_not_document() -> None:
    from sim.compilation import decorators

    assert "_nrt=False" in inspect.getsource(decorators)
    from numba import njit

    assert njit(_nrt=False)(lambda x: x + 1)(1) == 2  # type: ignore[call-overload]
