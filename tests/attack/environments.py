"""Machines on which something is missing, in the way, or not what it seems: each case is a process of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import platformdirs

from .cases import Answer, Case, nothing, tiny, typed, written

REPORTED = ("experiment.keep=tables", "market.consumers=100")
OWN = {"experiments.py": "raise RuntimeError('hides the package')\n"}


def executed(arguments: Sequence[str], before: Callable[[], object] = lambda: None) -> Callable[[], int]:
    """The command itself in place of this process, after something was done to it."""

    def action() -> int:
        program = Path(sys.executable).with_name("koc")
        environment = {name: value for name, value in os.environ.items() if value != "UNSET"}
        before()
        os.execve(program, ["koc", *arguments], environment)
        return 0

    return action


def process(
    what: str, environment: Mapping[str, str], answer: Answer = Answer.ACCEPTED, *names: str, given: Sequence[str] = (),
    prepare: Callable[[Path], object] = nothing, before: Callable[[], object] = lambda: None,
) -> Case:  # fmt: skip
    """`koc run` of a small market, where something is wrong around it."""
    arguments = tiny(*given)
    told = " ".join(f"{name}={value}" for name, value in environment.items())
    return Case(f"{told} {typed(arguments)}  # {what}".strip(), executed(arguments, before), answer, names, prepare,
                unprivileged=True, environment=environment)  # fmt: skip


def _closing(*streams: int) -> Callable[[], object]:
    def close() -> None:
        for stream in streams:
            os.close(stream)

    return close


def _folder(name: str, rights: int = 0o755, *files: str) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        written({f"{name}/{file}": "" for file in files})(folder)
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name).chmod(rights)

    return prepare


def _linked(name: str, to: str) -> Callable[[Path], object]:
    def prepare(folder: Path) -> None:
        _folder(to, 0o755, "mine")(folder)
        (folder / name).symlink_to(to)

    return prepare


def _removed() -> None:
    folder = Path.cwd()
    (folder / "gone").mkdir()
    os.chdir(folder / "gone")
    shutil.rmtree(folder / "gone")


def malformed() -> Iterator[Case]:
    """What can be told before the first run must be told then."""
    yield process("the folder of results may not be written", {}, Answer.REFUSED, "output", given=["output=closed"],
                  prepare=_folder("closed", 0o555))  # fmt: skip
    yield process("results is a file", {}, Answer.REFUSED, "results", prepare=written({"results": ""}))
    yield process("results/single is a file", {}, Answer.REFUSED, "single", prepare=written({"results/single": ""}))
    yield process("latest is a folder", {}, Answer.REFUSED, "latest", prepare=written({"results/single/latest/x": ""}))
    yield process("the store is a file", {}, Answer.REFUSED, "store", prepare=written({"results/store": ""}))
    yield process("the store is no database", {}, Answer.REFUSED, "runs.sqlite",
                  prepare=written({"results/store/runs.sqlite": "x" * 5000}))  # fmt: skip
    yield process("the store may not be written", {}, Answer.REFUSED, "store", prepare=_folder("results/store", 0o555))
    yield process("the experiment's folder may not be written", {}, Answer.REFUSED, "single",
                  prepare=_folder("results/single", 0o555))  # fmt: skip
    yield process("the link latest leads nowhere above", {}, Answer.EITHER, "latest", prepare=_dangling)
    yield process("the working folder is removed", {}, Answer.REFUSED, "folder", before=_removed)
    yield process(
        "the working folder may not be written", {}, Answer.REFUSED, "output", before=lambda: os.chmod(".", 0o555)
    )
    for place in ("/proc/nothing", "/dev/null/x", "none", ""):
        yield process("a temporary folder that is none", {"TMPDIR": place}, Answer.EITHER, "TMPDIR")
    for name in ("HOME", "XDG_CACHE_HOME"):
        for place in ("/proc/nothing", "/dev/null", "relative", "", "/"):
            yield process("a folder that is none", {name: place, "NUMBA_DISABLE_JIT": "1"}, Answer.EITHER, name,
                          given=["market.consumers=30", "experiment.days=3"])  # fmt: skip
    yield process("the cache is a file", {"XDG_CACHE_HOME": "cache", "NUMBA_DISABLE_JIT": "1"}, Answer.EITHER, "cache",
                  given=["market.consumers=30", "experiment.days=3"], prepare=written({"cache": ""}))  # fmt: skip
    yield process("the cache of koc is a file", {"XDG_CACHE_HOME": "cache", "NUMBA_DISABLE_JIT": "1"}, Answer.EITHER,
    "cache",
                  given=["market.consumers=30", "experiment.days=3"],
                  prepare=written({"cache/koc-market": ""}))  # fmt: skip
    yield process("the cache is a link to others' folders", {"XDG_CACHE_HOME": "cache", "NUMBA_DISABLE_JIT": "1"},
                  Answer.EITHER, "cache", given=["market.consumers=30", "experiment.days=3"],
                  prepare=_others)  # fmt: skip
    yield process("the cache may not be written", {"XDG_CACHE_HOME": "cache", "NUMBA_DISABLE_JIT": "1"}, Answer.EITHER,
                  "cache", given=["market.consumers=30", "experiment.days=3"],
                  prepare=_folder("cache", 0o555))  # fmt: skip
    for backend in ("nonsense", "module://nothing", "module://matplotlib_inline.backend_inline", "TkAgg", "", "Agg"):
        yield process("a way to draw", {"MPLBACKEND": backend}, Answer.EITHER, "MPLBACKEND", given=REPORTED)
    for name, value in (("OMP_NUM_THREADS", "x"), ("TERM", "nonsense"), ("COLUMNS", "x"), ("TZ", "Nowhere/None"),
                        ("KOC_DEBUG", "x"), ("HYDRA_FULL_ERROR", "x")):  # fmt: skip
        yield process("a value that is none", {name: value}, Answer.EITHER, name)


def _closed_cache(folder: Path) -> None:
    """A copy of the cache of compiled code, as in a container whose image holds it."""
    shutil.copytree(platformdirs.user_cache_dir("koc-market"), folder / "cache/koc-market")
    for path in (folder / "cache", *(folder / "cache").rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def _dangling(folder: Path) -> None:
    written({"results/single/x": ""})(folder)
    (folder / "results/single/latest").symlink_to("../../nowhere")


def _others(folder: Path) -> None:
    written({f"others/{name}/kept": "mine" for name in "abcdefghij"})(folder)
    (folder / "cache").mkdir()
    (folder / "cache/koc-market").symlink_to("../others")


def legal() -> Iterator[Case]:
    """What a program must bear."""
    for language in ("C", "POSIX", "zh_CN.UTF-8", "nonsense"):
        yield process("a language", {"LANG": language, "LC_ALL": language})
    yield process("compiled code that may not be written", {"XDG_CACHE_HOME": "cache"}, prepare=_closed_cache)
    yield process("no home", {"HOME": "UNSET"})
    yield process("no language", {"LANG": "UNSET", "LC_ALL": "UNSET"}, given=["output=结果"])
    for columns, rows in (("1", "1"), ("10", "2"), ("100000", "1")):
        yield process("a terminal of odd size", {"COLUMNS": columns, "LINES": rows})
    for streams in ((0,), (1,), (2,), (0, 1, 2)):
        yield process(f"streams {streams} are closed", {}, before=_closing(*streams))
    for name in ("experiments", "sim", "numpy", "hydra", "typing"):
        yield process("a file of that name in the folder", {}, prepare=written({f"{name}.py": "raise RuntimeError\n"}))
    yield process("output is a link", {}, given=["output=link"], prepare=_linked("link", "there"))
    yield process("a folder with an odd name", {}, given=["output='a [b] (c) $d'"])
    yield process("a warning is an error", {"PYTHONWARNINGS": "error::SyntaxWarning"})
    yield process("no byte code", {"PYTHONDONTWRITEBYTECODE": "1"})
    yield process("a seed of hashes", {"PYTHONHASHSEED": "7"})
