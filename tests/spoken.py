"""What the code asks the dictionary for, and what is English in a Chinese text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, nodes

from experiments.settings.language import TEMPLATES, Language

TRADE = {"KOC", "KOL", "GMV", "CI"}
STATISTICS = {
    "Student", "Holm", "Welch", "Sobol", "Morris", "PRIM", "RMSE", "Patient", "Rule", "Induction", "Method", "Ang",
    "Gupta", "Lehmann", "Stuart", "Cousineau", "Morey", "Campolongo", "Saltelli", "Friedman", "Fisher", "Bryant",
    "Lempert", "Minter", "io", "koc", "sensitivity", "method", "sobol",
}  # fmt: skip
"""Words that Chinese texts of the trade and of statistics leave as they are: names, and commands of this program."""


def english(texts: Iterable[str], but: Iterable[str] = ()) -> set[str]:
    """Words of Chinese texts that should not be there; names of parameters may be."""
    known = TRADE | STATISTICS | set(but)
    return set(re.findall(r"(?<![\w.])[A-Za-z]{2,}(?![\w.])", re.sub(r"[a-z]+\.[\w.]+", "", " ".join(texts)))) - known


def of_the_code(*places: Path) -> set[str]:
    """English texts that files of Python, or all below a folder, ask the dictionary for by name."""
    found: set[str] = set()
    for path in (file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place])):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("said", "map"):
                named = [n for n in node.args if getattr(n, "id", "") != "said"]
                if node.func.id == "said" or len(named) < len(node.args):  # type: ignore[attr-defined]
                    found |= {text for n in named for text in _constants(n)}
            elif isinstance(node, ast.ListComp) and ast.unparse(node.elt).startswith("said("):
                found |= {text for loop in node.generators for text in _constants(loop.iter)}
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "names":
                found |= _constants(node.value)
    return found


def _constants(node: ast.AST) -> set[str]:
    """Texts that an expression may be, or that a tuple holds."""
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    if isinstance(node, ast.Tuple):
        return {text for part in node.elts for text in _constants(part)}
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def of_the_pages() -> set[str]:
    """English texts that the templates of pages ask the dictionary for."""
    found = set()
    for path in TEMPLATES.glob("*.html.j2"):
        for call in Environment().parse(path.read_text("utf-8")).find_all(nodes.Call):
            name = getattr(call.node, "name", "")
            if name in ("_", "in_language", "each"):
                told = call.args[name != "_" : 2]  # after the language, or the tag
                found |= {text.value for node in told for text in (node, *node.find_all(nodes.Const))
                          if isinstance(text, nodes.Const)}  # fmt: skip
    return found


def macros(texts: str, language: Language) -> dict[str, list[str]]:
    """Macros of a template in a language, each with what it takes."""
    tree = Environment().parse((TEMPLATES / f"{texts}.{language}.j2").read_text("utf-8"))
    return {macro.name: [argument.name for argument in macro.args] for macro in tree.find_all(nodes.Macro)}
