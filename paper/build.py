"""Build the paper: numbers and figures of a folder of results, texts of the documentation, one PDF by Typst.

Usage: ``python -m paper.build RESULTS [PDF]``. What is missing is told in one line, with exit status 2.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.drawing.fonts import families, note
from experiments.outcomes import KNOWN, capital, number, percent
from experiments.reading import Folder
from sim.errors import UserError

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
HEADLINE = "headline"
WIDEST = 4  # columns of a table
FIGURES = {
    "effects": "Effects on every outcome.",
    "who_gets_100_yuan": "Who gets what consumers pay.",
    "over_time": "From day to day; grey days do not count.",
    "reach_and_conversion": "Reach and conversion of paid creators.",
}
ABSTRACT = ("gmv_kept", "consumer_surplus")
IN_TABLE = (
    *ABSTRACT, "brand_profit", "koc_net_income", "koc_retention", "platform_revenue", "reach", "creator_conversion",
    "trust",
)  # fmt: skip
PARTS = {  # a title, a page of the documentation, and its sections; none for what stands before the first
    "Model": (
        "model",
        ("1. Purpose and patterns", "3. Process overview and scheduling", "4. Design concepts", "What it leaves out"),
    ),
    "Calibration": ("calibration", ("Targets", "Method", "What it found", "What it falls short of")),
    "Validation": ("validation", ()),
    "The duel of platforms": ("duel", ("What is found",)),
    "What practitioners claim": ("claims", ("Scoreboard",)),
    "Limits": ("limits", ("How far the intervals reach",)),
    "References": ("model", ("References",)),
}
ZH = {"gmv_kept": "净成交额", "consumer_surplus": "消费者剩余"}


def facts(results: Path) -> dict[str, Any]:
    """All that the manuscript names.

    Raises
    ------
    UserError
        If a file, an effect or a figure is missing.
    """
    left = Folder(results)
    study = left.config()["experiment"]
    manifest = left.manifest
    verdict = _verdict(results)
    labels = study.get("labels") or {}

    def name(level: str) -> str:
        return str(labels.get(level, str(level).replace("_", " ")))

    graph = left.table("graph")
    main = verdict[verdict["kind"] == "main"]
    pairs = main[["effect", "low", "high"]].drop_duplicates().itertuples(index=False)
    levels = [(str(pair.effect), name(str(pair.low)), name(str(pair.high))) for pair in pairs]
    of = {key: [_effect(results, main, effect, key) for effect, _, _ in levels] for key in ABSTRACT}
    told = [
        f"With {high} instead of {low}, {KNOWN[key].label} changes by {_span(of[key][place])}."
        for place, (_, low, high) in enumerate(levels) for key in ABSTRACT
    ]  # fmt: skip
    told_zh = [
        f"“{high}” 相对 “{low}”：{ZH[key]} {_span(of[key][place], '%s %%（95 %% 区间 %s）').replace(' to ', ' 至 ')}。"
        for place, (_, low, high) in enumerate(levels) for key in ABSTRACT
    ]  # fmt: skip
    rows = [
        [name(high), capital(KNOWN[key].label), *_change(row, KNOWN[key].unit)]
        for effect, _, high in levels for key in IN_TABLE
        for row in [_effect(results, main, effect, key)]
    ]  # fmt: skip
    days, burn_in = int(study["days"]), int(study["burn_in"])
    model = manifest["model"]
    shown = [each for each in FIGURES if (results / "figures" / f"{each}.svg").exists()]
    command = str(manifest["command"]).split(" output=")[0]
    return {
        "arms": len(manifest["arms"]), "seeds": len(manifest["seeds"]), "days": days, "measured": days - burn_in,
        "consumers": f"{int(graph['consumers'].iloc[0]):,}",
        "abstract": " ".join(told),
        "abstract_zh": "".join(told_zh),
        "questions": [str(text) for text in (study.get("questions") or {}).values()],
        "effects": rows, "figures": shown,
        "captions": FIGURES, "source": f"Run {results.resolve().name}, model {model['hash'][:12]}.",
        "fonts": families(told_zh),
        "parts": [_part(title, page, wanted) for title, (page, wanted) in PARTS.items()],
        "provenance": f"The command was {command}, on model {model['hash'][:12]}; versions of all libraries and a "
        "checksum of each file are in manifest.json of the folder, and koc verify makes runs again to the bit.",
    }  # fmt: skip


def _verdict(results: Path) -> pd.DataFrame:
    path = results / "verdict.csv"
    if not path.exists():
        raise UserError(f"{path}: is not there; expected the folder of a comparison, such as koc run makes")
    return pd.read_csv(path)


def _effect(results: Path, main: pd.DataFrame, effect: str, outcome: str) -> pd.Series:
    found = main[(main["effect"] == effect) & (main["outcome"] == outcome)]
    if found.empty:
        raise UserError(f"{results / 'verdict.csv'}: no effect of {effect} on {outcome}, which the paper names")
    return found.iloc[0]


def _ends(row: pd.Series) -> str:
    return f"{percent(row['relative_low'])} to {percent(row['relative_high'])}"


def _span(row: pd.Series, form: str = "%s %% (95 %% interval %s)") -> str:
    return form % (percent(row["relative"]), _ends(row))


def _change(row: pd.Series, unit: str) -> tuple[str, str]:
    """A change and its interval: in per cent, or in its unit where there is nothing that it could be a share of."""
    if pd.notna(row["relative"]):
        return f"{percent(row['relative'])} %", _ends(row)
    low, high = (number(row[end], signed=True) for end in ("difference_low", "difference_high"))
    return f"{number(row['difference'], signed=True)} {unit}", f"{low} to {high}"


def _part(title: str, page: str, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Sections of a page of the documentation, as plain paragraphs."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    chosen = [
        {"title": "" if len(wanted) == 1 else re.sub(r"^[\d. ]+", "", heading), "blocks": list(_blocks(body))}
        for heading, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S)
        if heading in wanted
    ]  # fmt: skip
    if len(chosen) < len(wanted):
        raise UserError(f"{DOCS / page}.md: lacks one of the sections {', '.join(wanted)}, which the paper holds")
    if not wanted:
        lead = re.sub(r"^# .*\n", "", text).split("\n## ")[0]
        chosen = [{"title": "", "blocks": list(_blocks(lead))}]
    return {"title": title, "lead": "", "sections": chosen}


def _blocks(text: str) -> Iterator[dict[str, Any]]:
    """Paragraphs, each item of a list by itself, and tables as rows of cells."""
    for block in re.split(r"\n\s*\n", re.sub(r"```.*?```", "", text, flags=re.S)):
        lines = [line for line in block.splitlines() if line.strip() and not re.match(r"^\|[-: |]+\|$", line)]
        if lines and lines[0].startswith("|"):
            rows = [[_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines if "|" in line]
            if len(rows) > 1:
                width = min(len(rows[0]), WIDEST)
                yield {"text": "", "rows": [[*row, *[""] * width][:width] for row in rows]}
            continue
        for each in re.split(r"\n(?=\s*(?:- |\d+\. |###))", "\n".join(lines)):
            if plain := capital(_plain(each)):
                yield {"text": plain, "rows": []}


def _plain(text: str) -> str:
    text = re.sub(r"~~(.*?)~~", r"not found here: \1", text)
    text = re.sub(r"!?\[(.*?)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[`*~]|^\s*(?:- |#+ )", "", text.replace("<br>", ", ")).split())


def build(results: Path, pdf: Path) -> None:
    """Write the paper.

    Raises
    ------
    UserError
        If something that it names is missing.
    """
    try:
        import typst
    except ImportError:
        raise UserError('typst: not installed; pip install -e ".[paper]" has it') from None
    found = facts(results)
    headline = results / "figures" / f"{HEADLINE}.svg"
    if not headline.exists():
        raise UserError(f"{headline}: is not there, and the paper shows it")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        shutil.copy(HERE / "paper.typ", place)
        for figure in (HEADLINE, *found["figures"]):
            shutil.copy(results / "figures" / f"{figure}.svg", place)
        (place / "facts.json").write_text(json.dumps(found, ensure_ascii=False), "utf-8")
        typst.compile(place / "paper.typ", output=pdf)


def main(arguments: list[str]) -> int:
    """Build by the command line; returns the exit status."""
    results = Path(arguments[0]) if arguments else Path("results/headline/latest")
    pdf = Path(arguments[1]) if len(arguments) > 1 else HERE / "paper.pdf"
    try:
        build(results, pdf)
    except UserError as error:
        print(f"paper: {error}", file=sys.stderr)
        return 2
    if said := note(ZH.values()):
        print(f"paper: {said}", file=sys.stderr)
    print(f"paper: {pdf}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
