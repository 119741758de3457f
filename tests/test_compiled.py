from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest
from small_markets import market

from sim import compiled
from sim.agents.creating import key_of


def test_a_market_that_ran_is_known_to_be_compiled() -> None:
    market(days=1)
    assert compiled.is_warm()


def test_a_world_that_was_built_is_no_compiled_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(compiled.settings, "DISABLE_JIT", 0)
    (tmp_path / "draws.uniforms-174.py311.1.nbc").touch()
    assert not compiled.is_warm()
    (tmp_path / "living.live_all-108.py311.1.nbc").touch()
    assert compiled.is_warm()


@pytest.mark.skipif(bool(compiled.settings.DISABLE_JIT), reason="nothing is compiled")
def test_what_is_compiled_into_its_callers_refuses_a_call_from_python() -> None:
    creators = market(days=1).creators
    assert key_of.py_func(0, creators) >= 0  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"key_of\.py_func"):
        key_of(0, creators)


def first_of(pair: Any) -> Any:
    return pair[0]


@pytest.mark.skipif(bool(compiled.settings.DISABLE_JIT), reason="nothing is compiled")
def test_what_was_compiled_for_a_type_that_is_gone_hinders_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a researcher's rules, given once, are gone where they cannot be imported."""
    module = tmp_path / "rules_that_go.py"
    module.write_text("from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    a: int\n    b: int\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    pair = importlib.import_module(module.stem).Pair
    assert compiled._compile(first_of, tmp_path)(pair(1, 2)) == 1
    module.unlink()
    monkeypatch.delitem(sys.modules, module.stem)
    importlib.invalidate_caches()
    assert compiled._compile(first_of, tmp_path)((3, 4)) == 3


def test_a_copy_of_the_sources_compiles_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.platformdirs, "user_cache_dir", lambda name: str(tmp_path))
    compiled.source_hash()
    folders = set()
    for place in ("one", "other"):
        compiled.cache_folder.cache_clear()
        monkeypatch.setattr(compiled, "PACKAGE", tmp_path / place)
        folders.add(compiled.cache_folder().name)
    compiled.cache_folder.cache_clear()
    assert len(folders) == 2 and len({name.partition("-")[0] for name in folders}) == 1
