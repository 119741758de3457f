from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.compiler import Flags as NumbaFlags
from small_markets import market

from sim.agents.creating import key_of
from sim.compilation import code_folder, compiled, settings, versions
from sim.compilation.code_folder import MARK, Places
from sim.compilation.compiler import Flags, PartLibrary
from sim.compilation.decorators import compile_function
from sim.compilation.kept_code import WAITING
from sim.compilation.rebinding import part_of, rebind
from sim.records import Record, real, whole
from sim.state.creators import Tier

needs_compilation = pytest.mark.skipif(bool(settings.DISABLE_JIT), reason="nothing is compiled")

TINY = "from sim.compilation import compiled\n\n@compiled\ndef twice(x):\n    return 2 * x\n"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that compiled code is kept in, empty."""
    folder = tmp_path / "kept"
    folder.mkdir(0o700)
    monkeypatch.setattr(versions, "code_places", lambda: Places((folder,), folder))
    return folder


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Writes a module, and loads it as a new process would."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = set()

    def load(name: str, text: str = TINY) -> Any:
        (tmp_path / f"{name}.py").write_text(text)
        names.add(name)
        for one in names:
            sys.modules.pop(one, None)
        shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)  # edits within one second leave it stale
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield load
    for name in names:
        sys.modules.pop(name, None)


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


def test_a_market_that_ran_is_known_to_be_compiled() -> None:
    market(days=1)
    assert versions.is_warm()


def test_a_world_that_was_built_is_no_compiled_day(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DISABLE_JIT", 0)
    part = kept / versions.part_of_file(versions.PACKAGE / "engine" / "passes.py")
    earlier = kept / "engine.passes-0123456789abcdef"
    part.mkdir()
    earlier.mkdir()
    (part / "passes.end_follows-174.py311.1.nbc").touch()
    (earlier / "passes.live_all-108.py311.1.nbc").touch()
    assert not versions.is_warm()
    (part / "passes.live_all-108.py311.1.nbc").touch()
    assert versions.is_warm()


@needs_compilation
def test_what_is_compiled_into_its_callers_refuses_a_call_from_python() -> None:
    creator = market(days=1).m.creators[0]
    assert key_of.py_func(creator) >= 0  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"key_of\.py_func"):
        key_of(creator)


PART = "from sim.compilation import inlined\n\n@inlined\ndef part(x):\n    return 2 * x + 1\n"
CALLER = """
from a_part import part
from sim.compilation import compiled

@compiled
def first(x):
    return {} * part(x)

@compiled
def second(x):
    return part(x) + part(first(x))
"""


@needs_compilation
def test_a_part_has_no_machine_code_and_is_kept_for_other_callers(kept: Path, fresh: Callable[..., Any]) -> None:
    part = fresh("a_part", PART).part
    assert fresh("callers", CALLER.format(1)).second(3) == 22
    (made,) = sys.modules["a_part"].part.overloads.values()
    assert isinstance(made.library, PartLibrary) and hits(part) == 0
    with pytest.raises(TypeError, match=r"part\.py_func"):
        part(3)
    assert fresh("callers", CALLER.format(10)).second(3) == 148
    assert hits(sys.modules["a_part"].part) == 1


def half(x: float) -> float:
    return x / 2


def quarter(x: float) -> float:
    return half(x) / 2


half.__module__ = quarter.__module__ = "sim.of_a_test"  # as if they were the model's


@needs_compilation
def test_machine_code_is_made_only_of_what_python_calls(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: Any = compile_function(half, "of_a_test")
    monkeypatch.setitem(quarter.__globals__, "half", inner)
    assert compile_function(quarter, "of_a_test")(8.0) == 2.0 and not inner.overloads
    assert inner(8.0) == 4.0 and len(inner.overloads) == 1


def test_flags_differ_where_what_is_called_would() -> None:
    flags: Any = Flags
    ours, same, other = flags(), flags(), flags()
    ours.nrt = same.nrt = same.no_cpython_wrapper = True
    assert ours == same and hash(ours) == hash(same) and ours != other
    assert ours.values() == NumbaFlags(ours).values()


class Narrow(Record):
    small: int = whole("a byte", most=255)
    large: int = whole("four bytes", most=2**32 - 1)


@compiled
def gap(one: int, two: tuple[int, int]) -> int:
    return one - two[0] - two[1]


@compiled
def gaps(row: Narrow) -> tuple[int, int, int, int]:
    """Unsigned numbers of a few bytes would give an unsigned gap."""
    return (
        gap(row.small, (row.large, row.small)),
        gap(row.large, (row.small, 7)),
        gap(3, (row.small, row.large)),
        gap(row.small - 2, (row.large, 0)),
    )


def test_whole_numbers_of_all_widths_share_their_code_and_are_those_of_python() -> None:
    row: Any = Narrow.table(1)[0]
    row["small"], row["large"] = 5, 40
    assert gaps(row) == (-40, 28, -42, -37)
    assert gap(Tier.KOL, (5, Tier.KOC)) == Tier.KOL - 5 - Tier.KOC  # from Python a call has numbers of its own
    assert gap(7, (5, 1)) == 1
    assert len(getattr(gap, "signatures", [1])) == 1


class Single(Record):
    one: float = real("four bytes", start=1.1, single=True)
    other: float = real("the same", start=2.3, single=True)
    several: Any = real("the same", start=0.7, per=3, single=True)
    small: int = whole("a byte", most=255, start=5)
    large: int = whole("four bytes", most=2**32 - 1, start=2**32 - 3)
    tier: int = whole("a byte", most=3)


@compiled
def reckoned(row: Single) -> tuple[float, float, float, float, int, int, bool]:
    row.tier = Tier.KOL
    row.other += row.one
    return (
        row.one - row.other, row.one * row.several[1], row.several[0] + row.several[2], row.one / row.small,
        row.small - row.large, row.small * row.large, row.tier == Tier.KOL,
    )  # fmt: skip


def test_numbers_read_from_a_row_have_eight_bytes_whatever_their_column() -> None:
    table = Single.table(1)
    one, several, other = float(table["one"][0]), float(table["several"][0, 0]), float(table["other"][0])
    other = float(np.float32(other + one))
    large = 2**32 - 3
    expected = one - other, one * several, several + several, one / 5, 5 - large, 5 * large, True
    assert reckoned(table[0]) == expected
    assert (float(table["other"][0]), int(table["tier"][0])) == (other, Tier.KOL)


def first_of(pair: Any) -> Any:
    return pair[0]


@needs_compilation
def test_what_was_compiled_for_a_type_that_is_gone_hinders_nobody(
    kept: Path, fresh: Callable[..., Any], tmp_path: Path
) -> None:
    """As a researcher's rules, given once, are gone where they cannot be imported."""
    text = "from typing import NamedTuple\n\nclass Pair(NamedTuple):\n    a: int\n    b: int\n"
    pair = fresh("rules_that_go", text).Pair
    assert compile_function(first_of, "rules")(pair(1, 2)) == 1
    (tmp_path / "rules_that_go.py").unlink()
    del sys.modules["rules_that_go"]
    importlib.invalidate_caches()
    assert compile_function(first_of, "rules")((3, 4)) == 3


@needs_compilation
@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_kept_code_that_is_cut_off_is_compiled_anew(kept: Path, suffix: str) -> None:
    assert compile_function(first_of, "rules")((3, 4)) == 3
    (file,) = kept.rglob(f"*.{suffix}")
    file.write_bytes(file.read_bytes()[:20])
    again = compile_function(first_of, "rules")
    assert again((3, 4)) == 3 and hits(again) == 0


@needs_compilation
def test_code_is_loaded_unless_another_user_could_have_written_it(kept: Path) -> None:
    compile_function(first_of, "rules")((3, 4))
    files = list(kept.rglob("*.nb?"))
    assert len(files) == 2
    for mode, times in ((0o755, 1), (0o757, 0)):
        for place in (kept / "rules", files[0].parent):
            place.chmod(mode)
        again = compile_function(first_of, "rules")
        assert again((3, 4)) == 3 and hits(again) == times
    files[0].parent.chmod(0o755)
    (kept / "rules").chmod(0o755)
    for file in kept.rglob("*.nbi"):
        file.chmod(0o666)
    again = compile_function(first_of, "rules")
    assert again((3, 4)) == 3 and hits(again) == 0


@needs_compilation
def test_what_can_only_be_read_is_read_and_the_rest_is_kept_elsewhere(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_function(first_of, "rules")((3, 4))
    before = sorted(kept.rglob("*"))
    more = tmp_path / "more"
    more.mkdir(0o700)
    monkeypatch.setattr(versions, "code_places", lambda: Places((kept, more), more))
    again = compile_function(first_of, "rules")
    assert again((3, 4)) == 3 and hits(again) == 1 and not list(more.rglob("*.nbc"))
    assert again((0.5, 4)) == 0.5 and hits(again) == 1
    assert sorted(kept.rglob("*")) == before and len(list(more.rglob("*.nbc"))) == 1


@needs_compilation
@pytest.mark.parametrize("gone", [True, False])
def test_where_nothing_can_be_kept_code_runs_all_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gone: bool
) -> None:
    monkeypatch.setattr(versions, "code_places", lambda: Places((kept,), kept) if gone else Places((), None))
    if gone:
        kept.rmdir()
        kept.touch()
    assert compile_function(first_of, "rules")((3, 4)) == 3
    assert ("Not a directory; compiled code cannot be kept there" in capsys.readouterr().err) == gone


@needs_compilation
@pytest.mark.parametrize(
    "decorator", ["from sim.compilation import compiled\n\n@compiled", "import numba\n\n@numba.njit(cache=True)"]
)
def test_code_follows_every_file_that_it_stems_from(
    kept: Path, fresh: Callable[..., Any], tmp_path: Path, decorator: str
) -> None:
    """numba itself looks at the file of a function, and not at those of the functions it calls."""
    rules = "import helping\n\ndef first_of(pair):\n    return helping.scaled(pair[0])\n"
    helping = f"import basic\n{decorator}\ndef scaled(x):\n    return basic.FACTOR * basic.more(x)\n"
    basic = f"FACTOR = {{}}\n\n{decorator}\ndef more(x):\n    return x + {{}}\n"

    def result(factor: int, more: int) -> tuple[int, str]:
        fresh("basic", basic.format(factor, more))
        fresh("helping", helping)
        rule = fresh("rules_of_mine", rules).first_of
        pass_ = rebind(compile_function(caller), {"first_of": rule})
        return pass_((3, 4)), part_of({"first_of": rule})

    assert [result(*edit)[0] for edit in ((1, 0), (5, 0), (5, 7), (1, 0))] == [3, 15, 50, 3]
    assert len({result(*edit)[1] for edit in ((1, 0), (5, 0), (5, 7), (1, 0))}) == 3


def caller(pair: Any) -> Any:
    return first_of(pair)


caller.__module__ = first_of.__module__ = "sim.of_a_test"  # as if they were the model's


def test_a_copy_of_the_sources_compiles_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "places", lambda name: name)
    versions.source_hash()
    names: list[Any] = []
    for place in ("one", "other"):
        versions.code_places.cache_clear()
        monkeypatch.setattr(versions, "PACKAGE", tmp_path / place)
        names.append(versions.code_places())
    versions.code_places.cache_clear()
    assert all(code_folder.VERSION.fullmatch(name) for name in names)
    assert names[0].split("-")[1] == names[1].split("-")[1] and names[0] != names[1]


def process(tmp_path: Path, script: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "NUMBA_DISABLE_JIT": "0"}
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", ""), str(Path.cwd())])
    return subprocess.Popen([sys.executable, "-c", script], env=environment, stdin=-1, stdout=-1, stderr=-1, text=True)


FIRST = """
from sim.compilation.versions import compiling
from tiny import twice
with compiling():
    print("ready", flush=True)
    input()
    twice(1)
print(sum(twice.stats.cache_hits.values()))
"""
SECOND = "from tiny import twice\ntwice(1)\nprint(sum(twice.stats.cache_hits.values()))"


@pytest.mark.parametrize("killed", [False, True])
def test_two_cold_starts_compile_once_and_the_second_says_that_it_waits(tmp_path: Path, killed: bool) -> None:
    (tmp_path / "tiny.py").write_text(TINY)
    first = process(tmp_path, FIRST)
    assert first.stdout and first.stdout.readline() == "ready\n"
    second = process(tmp_path, SECOND)
    assert second.stderr and second.stderr.readline() == f"{WAITING}\n"
    if killed:
        first.kill()
    assert (killed, first.communicate("\n")[0]) in [(False, "0\n"), (True, "")]
    assert second.communicate() == (f"{int(not killed)}\n", "")
    (root,) = (tmp_path / "cache").iterdir()
    assert (root / MARK).is_file()


def test_importing_the_model_makes_no_folder(tmp_path: Path) -> None:
    assert process(tmp_path, "import sim.market").communicate() == ("", "")
    assert not (tmp_path / "cache").exists()
