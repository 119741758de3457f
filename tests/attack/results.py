"""Folders of results and stores that are cut, spoilt or swapped, under each command that reads them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from .cases import Answer, Case, accepted, koc, tiny

Spoil = Callable[[Path], object]
KEPT = ("config.yaml", "manifest.json", "runs.parquet", "daily.parquet", "creators.parquet", "split.parquet")
NEEDED = {
    "verify": ("config.yaml", "manifest.json", "runs.parquet"), "compare": ("runs.parquet", "config.yaml"),
    "flipmap": ("runs.parquet", "config.yaml"), "scenarios": ("runs.parquet", "config.yaml"),
}  # fmt: skip
"""What a command reads of a folder, so that it must notice what is wrong with it."""
PAIR = "results/pair/latest"
SWEEP = "results/sweep/latest"
COMMANDS = {
    "verify": ["verify", PAIR, "--rows", "1"],
    "compare": ["compare", f"{PAIR}:low", f"{PAIR}:high", "--outcome", "gmv"],
    "flipmap": ["flipmap", SWEEP, "--x", "claim_inflation", "--y", "rewiring", "--arm", "high", "--outcome", "reach"],
    "scenarios": ["scenarios", SWEEP, "--outcome", "gmv"],
}  # fmt: skip
STORE = {
    "list": ["list"], "show": ["show", "0"], "export": ["export", "--csv", "out.csv"], "prune": ["prune", "--old"],
    "run": tiny("experiment.seeds=2"), "replay": ["replay", "0", "--day", "0"],
}  # fmt: skip


@cache
def made() -> tempfile.TemporaryDirectory[str]:
    """A folder in which two experiments were made: two arms with tables, and a sweep."""
    kept = tempfile.TemporaryDirectory(prefix="attack-results-")
    folder = Path(kept.name)
    arms = [
        f"+experiment.factors.pay.{name}.creators.commission={value}" for name, value in (("low", 0.05), ("high", 0.3))
    ]
    ranges = "creators.claim_inflation: {low: 0, high: 5}, graph.rewiring: {low: 0.1, high: 0.9}"
    design = (f"experiment.design.vary={{{ranges}}}", "experiment.design.sample=sobol", "experiment.design.points=64")
    for given in (
        tiny("experiment.name=pair", "experiment.keep=tables", "market.consumers=100", "experiment.seeds=2", *arms),
        tiny("experiment.name=sweep", "market.consumers=100", *design, *arms),
    ):
        pid = os.fork()
        if pid == 0:
            os.chdir(folder)
            for number in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            os._exit(koc(given)())
        if os.waitpid(pid, 0)[1]:
            raise RuntimeError(f"koc {' '.join(given)} failed")
    return kept


def _copied(folder: Path) -> None:
    shutil.copytree(Path(made().name) / "results", folder / "results", symlinks=True)


def cut(share: float) -> Spoil:
    """Leaves the first part of a file."""
    return lambda path: path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def flipped(place: float) -> Spoil:
    """Turns one byte of a file."""

    def spoil(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(place * (len(content) - 1))] ^= 0xFF
        path.write_bytes(content)

    return spoil


def holding(content: bytes) -> Spoil:
    """Puts something else in the place of a file."""
    return lambda path: path.write_bytes(content)


def swapped(other: str) -> Spoil:
    """Puts another file of the folder in its place."""
    return lambda path: path.write_bytes((path.parent / other).read_bytes())


def table(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Spoil:
    """Changes a table."""
    return lambda path: change(pd.read_parquet(path)).to_parquet(path, index=False)


def gone(path: Path) -> None:
    """Removes a file."""
    path.unlink()


def folder_there(path: Path) -> None:
    """Puts a folder in the place of a file."""
    path.unlink()
    path.mkdir()


def closed(path: Path) -> None:
    """Takes away all rights."""
    path.chmod(0)


ANY: dict[str, Spoil] = {
    "gone": gone, "empty": holding(b""), "a folder": folder_there, "not text": holding(b"\xff\xfe\0\0"),
    "JSON": holding(b"[]"), "closed": closed, "a page": holding(b"<html>404</html>"),
    **{f"cut at {share}": cut(share) for share in (0.1, 0.5, 0.9, 0.99)},
}  # fmt: skip
OWN: dict[str, dict[str, Spoil]] = {
    "manifest.json": {
        "{}": holding(b"{}"), "null": holding(b"null"), "a number": holding(b"3"), "text": holding(b'"x"'),
        "no model": lambda p: p.write_text(json.dumps({"versions": {}})),
        "versions are a list": lambda p: p.write_text(json.dumps({"model": {"hash": "0"}, "versions": [1]})),
    },
    "config.yaml": {
        "a number": holding(b"3"), "a list": holding(b"- a\n- b\n"), "tabs": holding(b"a:\n\tb: 1\n"),
        "unknown": holding(b"nothing: 1\n"), "wrong": holding(b"market: {consumers: many}\n"),
        "open": holding(b"market: {consumers: 3\n"), "another": swapped("manifest.json"),
    },
    "runs.parquet": {
        "no rows": table(lambda t: t.iloc[:0]), "no columns": table(lambda t: t[[]]),
        "no status": table(lambda t: t.drop(columns="status")), "no seed": table(lambda t: t.drop(columns="seed")),
        "no arm": table(lambda t: t.drop(columns="arm")), "no run_id": table(lambda t: t.drop(columns="run_id")),
        "no gmv": table(lambda t: t.drop(columns=t.filter(like="gmv").columns)),
        "twice": table(lambda t: pd.concat([t, t])),
        "one row twice": table(lambda t: pd.concat([t, t.iloc[:1]])), "text": table(lambda t: t.assign(gmv="much")),
        "seeds of text": table(lambda t: t.assign(seed="x")), "another arm": table(lambda t: t.assign(arm="x")),
        "another seed": table(lambda t: t.assign(seed=t.seed + 9)),
        "a number": table(lambda t: t.assign(gmv=t.gmv + 1)), "pending": table(lambda t: t.assign(status="pending")),
        "a missing row": table(lambda t: t.iloc[1:]), "another": table(lambda t: pd.DataFrame({"day": [1]})),
    },
}  # fmt: skip
UNREAD = {"no run_id", "a missing row", "a number", "another seed"}
"""What is told by sums of the files alone, or not read: `koc verify` must notice it."""
MAY_LACK = {"gone", "a folder", "empty", "unknown", "wrong", "cut at 0.1", "cut at 0.5", "cut at 0.9", "cut at 0.99"}
"""States of the configuration that the other commands, which take names from it, may do without."""


def reading(command: str, name: str, what: str, spoil: Spoil) -> Case:
    """A command on a folder one of whose files is spoilt."""
    arguments = COMMANDS[command]
    place = SWEEP if SWEEP in arguments else PAIR

    def prepare(folder: Path) -> None:
        _copied(folder)
        spoil(folder / place / name)

    shown = f"koc {' '.join(arguments)}  # {name} is {what}"
    answer = Answer.EITHER if command != "verify" and name == "config.yaml" and what in MAY_LACK else Answer.REFUSED
    statuses = (1, 2) if command == "verify" else (2,)
    return Case(shown, koc(arguments), answer, (name,), prepare, unprivileged=True, statuses=statuses)


def storing(command: str, what: str, spoil: Spoil) -> Case:
    """A command on a store that is spoilt."""

    def prepare(folder: Path) -> None:
        _copied(folder)
        spoil(folder / "results" / "store" / "runs.sqlite")

    shown = f"koc {' '.join(STORE[command])}  # the store is {what}"
    return Case(shown, koc(STORE[command]), Answer.REFUSED, ("runs.sqlite",), prepare, unprivileged=True)


def _without(name: str) -> Spoil:
    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"DROP TABLE {name}")
            connection.commit()

    return spoil


STORES: dict[str, Spoil] = {
    "empty of tables": _without("runs"), "text": holding(b"no database"), "a folder": folder_there, "closed": closed,
    "cut at 0.3": cut(0.3), "a page": holding(b"<html>404</html>" * 99),
}  # fmt: skip


def malformed() -> Iterator[Case]:
    """Folders and stores that must be refused."""
    for command in STORE:
        for what, spoil in STORES.items():
            yield storing(command, what, spoil)
    for command, names in NEEDED.items():
        for name in names:
            for number, (what, spoil) in enumerate({**ANY, **OWN[name]}.items()):
                if command == "verify" or (what not in UNREAD and (command == "compare" or number % 2)):
                    yield reading(command, name, what, spoil)
    generator = np.random.default_rng(6)
    while True:  # what is checked by sums is noticed wherever it is turned
        name = str(generator.choice(KEPT))
        place = round(float(generator.random()), 4)
        yield reading("verify", name, f"turned at {place}", flipped(place))


def _moved(folder: Path) -> None:
    _copied(folder)
    shutil.copytree(folder / PAIR, folder / "结果 (1)")


def _with_notes(folder: Path) -> None:
    _copied(folder)
    (folder / PAIR / "notes.txt").write_text("of my own")


def _without_report(folder: Path) -> None:
    _copied(folder)
    (folder / PAIR / "report.html").unlink()


def _empty_latest(folder: Path) -> None:
    _copied(folder)
    (folder / "results/pair/latest").unlink()


def legal() -> Iterator[Case]:
    """Folders that are whole, moved, or have things of the user in them."""
    for arguments in [*COMMANDS.values(), *STORE.values()]:
        if arguments[0] not in ("show", "replay"):
            yield accepted(arguments)._replace(prepare=_copied)
    for prepare, arguments in (
        (_moved, ["verify", "结果 (1)", "--rows", "1"]), (_moved, ["compare", "结果 (1):low", f"{PAIR}:high"]),
        (_with_notes, COMMANDS["verify"]), (_without_report, COMMANDS["compare"]),
        (_empty_latest, tiny("experiment.name=pair", "market.consumers=100")),
        (_copied, ["verify", f"{PAIR}/", "--rows", "99"]), (_copied, ["verify", f"./{SWEEP}", "--rows", "2"]),
        (_copied, ["list", "--failed"]), (_copied, ["list", "--last", "1", "--experiment", "sweep"]),
        (_copied, ["compare", PAIR, SWEEP]), (_copied, ["prune", "--tables"]),
    ):  # fmt: skip
        yield accepted(arguments)._replace(prepare=prepare)
