"""The model keeps its form: short lists of arguments, rules that draw nothing, money that one function moves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SIM = Path(__file__).parent.parent / "sim"
DECLARATIONS = {"par", "real"}  # what parameters and columns are declared with, by name


def functions(folder: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{file.relative_to(SIM)}: {node.name}", node


def count_arguments(function: ast.FunctionDef) -> int:
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


@pytest.mark.parametrize(("folder", "most"), [("agents", 5), ("markets", 5), ("", 7)])
def test_no_function_takes_many_arguments(folder: str, most: int) -> None:
    counted = {place: count_arguments(one) for place, one in functions(SIM / folder) if one.name not in DECLARATIONS}
    assert len(counted) > 50
    assert {place: count for place, count in counted.items() if count > most} == {}


def test_rules_take_the_random_numbers_that_they_need() -> None:
    imported = {
        (file.name, name.name)
        for file in (SIM / "rules").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "sim.draws"
        for name in node.names
    }
    assert imported and {name for _, name in imported} <= {"gumbel_of", "gumbel_at_least", "gumbel_at_most"}


def test_money_moves_in_the_ledger_alone() -> None:
    """Nowhere else is an account written to."""
    written, read = [], 0
    for file in sorted(SIM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                written += [f"{file.name}:{node.lineno}" for one in targets if is_account(one)]
            read += is_account(node)
    assert read > 5 and written == []


def test_numba_is_met_in_one_package_alone() -> None:
    """Where functions are compiled; nothing else of the model knows by what."""
    users = {
        file.relative_to(SIM).parts[0]
        for file in SIM.rglob("*.py")
        if re.search(r"^\s*(import|from) (numba|llvmlite)\b", file.read_text("utf-8"), re.MULTILINE)
    }
    assert users == {"compilation"}


CASTS = ["x = 1.0 * a.b", "x = a.b * 1.0", "x = int(a[i].b)", "x = float(a.b)", "x = Tier.KOC.value"]


def test_no_behaviour_casts_what_the_compiler_would_take_for_another_number() -> None:
    """Compiled code reads wide numbers from a row, and members of enumerations as numbers, as Python does."""
    assert all(any(map(is_cast, ast.walk(ast.parse(text)))) for text in CASTS)
    found = [
        f"{file.relative_to(SIM)}:{node.lineno}"
        for folder in ("agents", "markets", "rules", "world", "results")
        for file in sorted((SIM / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.expr) and is_cast(node)
    ]
    assert found == []


def is_cast(node: ast.AST) -> bool:
    """Whether code changes nothing but the type of a number that it reads."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return any(isinstance(one, ast.Constant) and repr(one.value) == "1.0" for one in (node.left, node.right))
    if isinstance(node, ast.Attribute):
        return node.attr == "value" and isinstance(node.value, ast.Attribute) and node.value.attr.isupper()
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("int", "float") and len(node.args) == 1:
        read = node.args[0]
        return isinstance(read, ast.Attribute) and read.attr.islower()
    return False


def is_account(node: ast.AST) -> bool:
    """Whether code stands for a cell of a column of accounts, as in ``m.accounts.brand[b]``."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)):
        return False
    table = node.value.value
    return getattr(table, "attr", getattr(table, "id", "")) == "accounts"
