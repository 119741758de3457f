"""Build the paper: numbers and figures of a folder of results, texts of the documentation, one PDF by Typst.

Usage: ``python -m paper.build RESULTS [PDF]``. What is missing is told in one line, with exit status 2.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.drawing.fonts import families, note
from experiments.drawing.pages import tight
from experiments.measures.outcomes import KNOWN, capital, label, number, percent, ranged
from experiments.measures.statistics import Comparison
from experiments.report import promotion
from experiments.report.figures import draw_one
from experiments.report.load import load
from experiments.report.unknown import spread_of
from experiments.report.verdict import Verdict, judge
from experiments.report.words.told import tell
from experiments.settings.language import Language, dictionary, speaking
from experiments.table.results import Results
from sim.errors import UserError

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
FIGURES = {  # of the headline; the first must be there
    "headline": "Change of what each party wants. Dots and bars: mean and 95 % interval over seeds; thin lines: "
    "95 % prediction interval over draws of what the calibration leaves open.",
    "effects": "Effects on every outcome, drawn as in the figure before.",
    "who_gets_100_yuan": "Who gets what consumers pay, in each arm.",
    "over_time": "From day to day; grey days do not count.",
    "reach_and_conversion": "Reach and conversion of pages by which creators earn.",
}  # fmt: skip
BETTER = {  # a picture of the documentation, and where a run that stands beside the headline has it, sharper
    "duel_over_time": "duel/latest/figures/platforms_over_time.svg",
    "duel_map": "duel/latest/figures/platforms_map.svg",
}
ABSTRACT = ("gmv_kept", "consumer_surplus")
IN_TABLE = (
    *ABSTRACT, "brand_profit", "koc_net_income", "koc_retention", "platform_revenue", "reach", "creator_conversion",
    "trust",
)  # fmt: skip
PARTS = {  # a page of the documentation, and its sections; "" is what stands before the first
    "model": (
        "1. Purpose and patterns", "3. Process overview and scheduling", "4. Design concepts", "What it leaves out",
    ),
    "calibration": ("Targets", "Method", "What it found", "What it falls short of"),
    "validation": ("", "Demand: what moves it, and by how much", "The default parameters, calibrated"),
    "graphs": ("The headline's answers on four graphs",),
    "duel": ("What theory expects", "What is found"),
    "claims": ("", "Scoreboard"),
    "limits": ("", "How far the intervals reach"),
    "references": ("References",),
}  # fmt: skip
COMMANDS = {
    "calibration": "koc calibrate", "validation": "koc validate", "graphs": "koc run experiment=graphs",
    "duel": "koc run experiment=duel", "claims": "koc claims",
}  # fmt: skip
PAGES = {"references": "model"}
COLUMNS = {  # of a table of the documentation, by its first heading; none: the table is named, not shown
    "parameter": ("parameter", "prior", "median", "95 % interval", "pinned down?"),
    "target": ("target", "known", "prior predicts", "posterior", "standard deviations off"),
    "Claim": ("Claim", "What is claimed", "Verdict", "Found"),
    "It cannot tell": ("It cannot tell", "Because"),
    "Check": (), "Changed": (),
}  # fmt: skip
PHONE = 1_200  # pixels; a narrower picture has large letters
CITATION = r"([A-Z][\w'’ø-]+(?:,? (?:&|[A-Z][\w'’-]+|et al\.|van))*),? \(?((?:19|20)\d\d)\b"
LEFT_OUT = r"(As `koc calibrate|Left: |Each parameter's prior|`koc replicate|\*\*(Change one|Check yourself))"
TOO_LONG = r"```.*?```|^# .*?$|Combination narrowed[^()]*\(in units of the priors\)\. ?"


def facts(folder: Path) -> dict[str, Any]:
    """All that the manuscript names.

    Raises
    ------
    UserError
        If a file, an effect or a figure is missing.
    """
    effects = _file(folder / "verdict.csv", pd.read_csv)
    results, verdict = _read(folder)
    words = tell(results, verdict)
    if "graph" not in results.tables:
        raise UserError(f"{folder / 'graph.parquet'}: is not there, and the paper names the size of the market")
    main = effects[effects["kind"] == "main"].set_index(["effect", "outcome"])
    of = {(c, key): _effect(folder, main, c, key) for c in results.comparisons for key in IN_TABLE}
    names = {c: (results.label(c.low), results.label(c.high)) for c in results.comparisons}
    drawn = {each: _over_draws(results, *each) for each in of}
    told = [
        f"{capital(high)} instead of {low}: "
        + ", ".join(f"{KNOWN[key].label} {_span(of[c, key], drawn[c, key])}" for key in ABSTRACT) + "."
        for c, (low, high) in names.items()
    ]  # fmt: skip
    told.append(f"In brackets: 95 % interval over seeds{', and prediction interval over draws' * results.has_draws}.")
    with speaking(Language.zh):
        told_zh = [
            f"{results.label(c.high)}相对于{results.label(c.low)}："
            + "，".join(f"{label(key)}变化 {_span(of[c, key], drawn[c, key])}" for key in ABSTRACT) + "。"
            for c in results.comparisons
        ]  # fmt: skip
        told_zh.append(f"括号内为随机种子间的 95% 区间{'以及参数抽样的 95% 预测区间' * results.has_draws}。")
        told_zh = [tight(each.replace(" to ", " 至 ").replace("; ", "；")) for each in told_zh]
    model = results.manifest["model"]["hash"][:12]
    command = str(results.manifest["command"]).split(" output=")[0]
    parts = {name: _part(name, sections, folder) for name, sections in PARTS.items()}
    return {
        "arms": len(results.manifest["arms"]), "seeds": len(results.manifest["seeds"]),
        "days": results.days + results.burn_in, "measured": results.days, "consumers": f"{results.people:,.0f}",
        "crossed": len(results.arms),
        "draws": results.tables["posterior"]["draw"].nunique() if results.has_draws else 0,
        "abstract": " ".join(told), "abstract_zh": "".join(told_zh), "fonts": families(told_zh),
        "answers": {each.question: " ".join(each.first) for each in words.answers},
        "interactions": words.interactions,
        "effects": [
            [
                "" if place else capital(names[c][1]), capital(KNOWN[key].label), *_change(of[c, key], key),
                drawn[c, key],
            ]
            for c in results.comparisons for place, key in enumerate(IN_TABLE)
        ],
        "promotion": [[capital(line[0]), *line[1:]] for line in promotion.lines(results)],
        "source": f"{command}, run {folder.resolve().name}, model {model}.",
        "parts": parts | {"references": _cited(parts)},
        "runs": [
            ["The headline", command, f"run {folder.resolve().name}, model {model}"],
            *([capital(page), told, f"docs/{page}.md"] for page, told in COMMANDS.items()),
        ],
    }  # fmt: skip


@cache
def _read(folder: Path) -> tuple[Results, Verdict]:
    results = load(folder)
    return results, judge(results)


def _file(path: Path, read: Any) -> Any:
    if not path.exists():
        raise UserError(f"{path}: is not there; expected the folder of a comparison, such as koc run makes")
    return read(path)


def _effect(folder: Path, main: pd.DataFrame, comparison: Comparison, outcome: str) -> pd.Series:
    effect = f"{comparison.factor}={comparison.high}"
    if (effect, outcome) not in main.index:
        raise UserError(f"{folder / 'verdict.csv'}: no effect of {effect} on {outcome}, which the paper names")
    return main.loc[[(effect, outcome)]].iloc[0]


def _drawn(folder: Path, place: Path) -> dict[str, str]:
    """Captions of the figures of the results, which are drawn in English into a place.

    Raises
    ------
    UserError
        If the first is not among them.
    """
    results, verdict = _read(folder)
    drawn = [each for each in FIGURES if draw_one(each, results, verdict, place, Language.en)]
    if next(iter(FIGURES)) not in drawn:
        raise UserError(f"{folder}: has no comparison whose outcomes the figure {next(iter(FIGURES))} shows")
    return {each: FIGURES[each] for each in drawn}


def _cited(parts: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The references that the manuscript and its other parts cite.

    Raises
    ------
    UserError
        If one that is cited is not in the list.
    """
    (listed,) = parts["references"]
    by = {(re.split(r"[ ,&(]", each["text"])[0], year[1]): each for each in listed["blocks"]
          if (year := re.search(r"\((\d{4})\)", each["text"]))}  # fmt: skip
    text = json.dumps({name: part for name, part in parts.items() if name != "references"}, ensure_ascii=False)
    text += (HERE / "paper.typ").read_text("utf-8")
    cited = {(re.split(r" et al|[ ,&]", who)[0], year) for who, year in re.findall(CITATION, text)}
    if lost := sorted(cited - set(by)):
        raise UserError(f"docs/model.md: References lack {' '.join(lost[0])}, which the paper cites")
    return [listed | {"blocks": [each for of, each in by.items() if of in cited]}]


def _span(row: pd.Series, draws: str) -> str:
    """A change in per cent, with its interval over seeds and, where there is one, that over draws."""
    over_seeds = ranged(percent(row["relative_low"]), percent(row["relative_high"]))
    return f"{percent(row['relative'])} % ({'; '.join(filter(None, (over_seeds, draws.removesuffix(' %'))))})"


def _change(row: pd.Series, outcome: str) -> tuple[str, str]:
    """A change and its interval: in per cent; in points for a share; in its unit where there is no share to take."""
    if KNOWN[outcome].unit == "points":
        of, written, unit = "difference", percent, "points"
    elif pd.notna(row["relative"]):
        of, written, unit = "relative", percent, "%"
    else:
        of, written, unit = "difference", partial(number, signed=True), row["unit"]
    return f"{written(row[of])} {unit}", ranged(written(row[f"{of}_low"]), written(row[f"{of}_high"]))


def _over_draws(results: Results, comparison: Comparison, outcome: str) -> str:
    """The prediction interval of an effect over draws, with its unit; nothing where none were made."""
    if not results.has_draws:
        return ""
    spread, unit = spread_of(results, comparison, outcome)
    told = [percent(v) if unit in ("%", "points") else number(v, signed=True) for v in spread.estimate[1:3]]
    return f"{' to '.join(told)} {unit}" if spread.estimate.seeds else ""


def _part(name: str, wanted: tuple[str, ...], folder: Path) -> list[dict[str, Any]]:
    """Sections of a page of the documentation: title and blocks."""
    page = DOCS / f"{PAGES.get(name, name)}.md"
    text = re.sub(TOO_LONG, "", page.read_text("utf-8"), flags=re.S | re.M)
    bodies = dict(re.findall(r"^##+ (.+?)\n(.*?)(?=^##+ |\Z)", text, re.M | re.S))
    bodies[""] = text.split("\n## ")[0]
    if lost := [each for each in wanted if each not in bodies]:
        raise UserError(f"{page}: lacks the section {lost[0]}, which the paper holds")
    return [
        {
            "title": re.sub(r"^[\d. ]+", "", each) if len(wanted) > 1 else "",
            "blocks": list(_blocks(bodies[each], page, folder)),
        }
        for each in wanted
    ]


def _blocks(text: str, page: Path, folder: Path) -> Iterator[dict[str, Any]]:
    """Paragraphs, items of lists, tables as rows of cells, and pictures with what they say."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.splitlines() if line.strip() and not re.match(LEFT_OUT, block.strip())]
        if lines and lines[0].startswith("|"):
            yield from _table(lines, page)
        elif picture := re.match(r"!\[(.*)\]\((.*)\)", block.strip(), re.S):
            better = folder.parent.parent / BETTER.get(Path(picture[2]).stem, "none")
            yield {
                "kind": "picture", "path": str(better if better.exists() else page.parent / picture[2]),
                "text": _sentence(_plain(picture[1])) + f" {COMMANDS[page.stem]}, "
                + (f"run {better.parent.parent.resolve().name}." if better.exists() else f"docs/{page.name}."),
            }  # fmt: skip
        elif " · " in "".join(lines):
            yield from ({"kind": "item", "text": _sentence(_plain(each))} for each in " ".join(lines).split(" · "))
        else:
            for each in re.split(r"\n(?=\s*(?:- |\d+\. )|(?:Somewhat|Not pinned))", "\n".join(lines)):
                item = re.match(r"\s*(- |\d+\. )", each)
                said = each[item.end() :] if item else each
                if plain := _plain(said):
                    named = said.lstrip().startswith("`")  # a name of the program stays as it is
                    yield {"kind": "item" if item else "text", "text": plain if named else capital(plain)}


def _table(lines: list[str], page: Path) -> Iterator[dict[str, Any]]:
    heads, _, *rows = ([_plain(cell) for cell in line.strip().strip("|").split("|")] for line in lines)
    kept = [heads.index(each) for each in COLUMNS.get(heads[0], heads) if each in heads]
    if kept:
        shown = [[row[place] for place in kept] for row in (heads, *rows)]
        made = f"{COMMANDS[page.stem]}, " if page.stem in COMMANDS else ""
        yield {"kind": "table", "rows": shown, "source": f"Source: {made}docs/{page.name}."}
    else:
        yield {"kind": "text", "text": f"All {len(rows)} checks of this study stand in docs/{page.name}."}


def _width(path: Path) -> int:
    """How much of the text's width a picture takes, per cent: drawn for a phone, or for a page, or as high as one."""
    if path.suffix != ".png":
        return 62
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    return 62 if width < PHONE else 86 if height > width else 100


def _sentence(text: str) -> str:
    return text.rstrip(".") + "."


def _plain(text: str) -> str:
    """Text without Markdown but for what is bold, which the manuscript sets."""
    text = re.sub(r"~~(.*?)~~", r"not found here: \1", text)
    text = re.sub(r"\[(.*?)\]\([^)]*\)", r"\1", text.replace("<br>", "; "))
    return " ".join(re.sub(r"`|(?<!\*)\*(?!\*)", "", text).split())


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
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        shutil.copy(HERE / "paper.typ", place)
        found["figures"] = _drawn(results, place)
        blocks = [block for part in found["parts"].values() for section in part for block in section["blocks"]]
        for block in blocks:
            if path := block.get("path"):
                block["path"] = Path(shutil.copy(_file(Path(path), Path), place)).name
                block["width"] = _width(place / block["path"])
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
    if said := note(dictionary(Language.zh).values()):
        print(f"paper: {said}", file=sys.stderr)
    print(f"paper: {pdf}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
