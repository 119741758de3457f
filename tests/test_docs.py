"""What the texts show is true: links lead somewhere, examples run, tables name what there is."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fake_runs import Made, instead
from small_markets import market

from experiments import cli
from experiments.design.configuration import FOLDER
from experiments.report.figures import FIGURES
from experiments.runs.run import TABLES
from sim.parameters import Rules
from sim.results.outcomes import OUTCOMES
from sim.results.recorder import DAILY

REPOSITORY = Path(__file__).parent.parent
PAGES = [
    *(
        REPOSITORY / name
        for name in ("README.md", "README.zh.md", "CHANGELOG.md", "results/README.md", "paper/README.md")
    )
]
PAGES += sorted((REPOSITORY / "docs").rglob("*.md"))
SHORT = ("executor.workers=1", "experiment.seeds=1", "experiment.fresh=true")
BY_NAME = {path.relative_to(REPOSITORY).as_posix(): path for path in PAGES}


class Block(NamedTuple):
    """A fenced block of a page: its language, the words after it, and what it holds."""

    language: str
    words: str
    text: str

    @property
    def file(self) -> str:
        """Name under which the page asks to save it; empty where it does not."""
        return self.words.removeprefix("file=") if self.words.startswith("file=") else ""


def blocks(page: str) -> Iterator[Block]:
    text = BY_NAME[page].read_text("utf-8")
    for language, words, inside in re.findall(r"^```(\w+)[ ]?(.*?)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(language, words, inside)


def commands(page: str) -> Iterator[list[str]]:
    """Every `koc` command of a page, in words."""
    for block in blocks(page):
        if block.language == "sh":
            for line in block.text.replace("\\\n", " ").splitlines():
                if line.startswith("koc "):
                    yield shlex.split(line, comments=True)[1:]


def section(page: str, start: str, end: str) -> str:
    return BY_NAME[page].read_text("utf-8").split(start, 1)[1].split(end, 1)[0]


def named(text: str) -> list[str]:
    """What stands in the first column of a table, in code."""
    return [name for cell in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall("`(.*?)`", cell)]


def rule_named(name: str) -> Callable[..., Any]:
    """The plain Python function behind a rule."""
    module, _, function = name.rpartition(".")
    return inspect.unwrap(getattr(importlib.import_module(module), function))


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def write_files(folder: Path) -> None:
    """Save all files that the pages ask to save, and run what makes the villages."""
    for page in BY_NAME:
        for block in blocks(page):
            if block.file:
                (folder / block.file).parent.mkdir(exist_ok=True)
                (folder / block.file).write_text(block.text, "utf-8")
    ties = "".join(f"{n},{n + 1}\n" for n in range(20))
    (folder / "villages.csv").write_text("source,target\n" + ties, "utf-8")
    (folder / "FILE").write_text(ties, "utf-8")


@pytest.mark.parametrize("page", BY_NAME)
def test_relative_links_resolve(page: str) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", BY_NAME[page].read_text("utf-8")):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        leads_to = (BY_NAME[page].parent / path).resolve() if path else BY_NAME[page]
        if not leads_to.exists() or (anchor and anchor not in anchors(leads_to)):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", [page for page in BY_NAME if any(b.words == "runnable" for b in blocks(page))])
def test_runnable_examples_run(
    page: str, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the end, and what is to be printed or plotted is."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    from experiments.drawing import style

    figures: list[str] = []
    made = style.new_figure

    def counted(title: str, height: float, width: float = style.WIDTH) -> style.Picture:
        figures.append(title)
        return made(title, height, width)

    monkeypatch.setattr("experiments.analysis.figures.curves.new_figure", counted)
    for block in blocks(page):
        if block.words == "runnable":
            figures.clear()
            exec(compile(block.text, page, "exec"), {"__name__": page})
            assert bool(capsys.readouterr().out.strip()) == ("print(" in block.text)
            assert bool(figures) == ("plot(" in block.text)


IN_EARNEST = "docs/analysis.md"  # whose commands build on what the others leave
RUNS = [
    page
    for page in BY_NAME
    if page not in (IN_EARNEST, "README.zh.md") and any(words[0] == "run" for words in commands(page))
]


@pytest.mark.parametrize("page", RUNS)
def test_commands_are_valid(page: str, made: Made, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With fake runs: that the configuration composes, is possible, and leaves a folder."""
    monkeypatch.syspath_prepend(str(here))
    write_files(here)
    for words in commands(page):
        if words[0] == "run":
            before = len(made)
            assert cli.main(instead(words, *SHORT)) == 0, words
            assert len(made) > before, words


def test_commands_of_the_analysis_run_one_after_the_other(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On real, tiny markets."""
    write_files(here)
    for words in commands(IN_EARNEST):
        assert cli.main(words) == 0, (words, capsys.readouterr().err)
    kinds = {path.stem.split("-")[0] for path in here.glob("results/*/*/analysis/*.png")}
    assert kinds == {"plot", "compare", "tornado", "morris", "sobol", "flipmap", "scenarios"}


def test_the_chinese_readme_has_the_code_of_the_english_one() -> None:
    """Its commands and examples, but for the remarks beside them."""
    said, told = (
        [re.sub(r" +# .*", "", block.text) for block in blocks(page)] for page in ("README.md", "README.zh.md")
    )
    assert said == told and len(said) > 3
    english, chinese = (
        set(re.findall(r"`(?:make|koc) [^`]+`", BY_NAME[p].read_text("utf-8"))) for p in ("README.md", "README.zh.md")
    )
    assert {text for text in chinese - english if "--lang" not in text} == set()


def test_a_rule_of_ones_own_takes_the_place_of_the_models(tmp_path: Path) -> None:
    """In plain Python, which needs no minute to compile; an equal rule under another name changes nothing."""
    write_files(tmp_path)
    shown = inspect.getsource(rule_named("sim.rules.trust.trust")).split("\n", 1)[1]
    (tmp_path / "equal_rules.py").write_text(shown.replace("def trust(", "def equal("), "utf-8")
    script = (
        "import json; from experiments import load\n"
        "for rule in ('sim.rules.trust.trust', 'equal_rules.equal', 'my_rules.quick_to_anger'):\n"
        "    market = load('market.consumers=60', f'rules.trust={rule}', seed=1).run(12)\n"
        "    print(json.dumps(market.result().outcomes))\n"
    )
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    own, equal, angry = (line for line in done.stdout.splitlines())
    assert equal == own
    assert json.loads(angry)["gmv"] != json.loads(own)["gmv"]


def test_the_table_of_rules_names_each_with_its_arguments() -> None:
    page = BY_NAME["docs/rules.md"].read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| \[`[\w.]+`\]\([^)]*\) \| (.*?) \|", page, re.MULTILINE)
    told = {rule: re.findall(r"`(\w+)`", arguments) for rule, arguments in rows}
    assert told == {rule: list(inspect.signature(rule_named(name)).parameters) for rule, name in Rules().named.items()}


LINKED = re.compile(r"\[`(\w+)`\]\(\.\./((?:sim|experiments|reference)/[\w/]+\.py)\)")


@pytest.mark.parametrize("page", [page for page in BY_NAME if LINKED.search(BY_NAME[page].read_text("utf-8"))])
def test_a_name_stands_in_the_file_to_which_its_name_leads(page: str) -> None:
    lost = []
    for name, path in LINKED.findall(BY_NAME[page].read_text("utf-8")):
        file = REPOSITORY / path
        if name != file.stem and not re.search(rf"^(?:def |class )?{name}\b", file.read_text("utf-8"), re.MULTILINE):
            lost.append((name, path))
    assert lost == []


def test_the_table_of_outcomes_is_that_of_the_recorder() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", section("docs/experiments.md", "## Outcomes", "## "), re.MULTILINE
    )
    assert rows == [(name, outcome.unit, outcome.label) for name, outcome in OUTCOMES.items()]


def test_every_daily_column_is_described() -> None:
    assert named(section("docs/experiments.md", "**`daily.parquet`**", "Domains:")) == list(DAILY)


def test_every_column_of_the_other_tables_is_named() -> None:
    result = market(days=3).result()
    for table in set(TABLES) - {"daily"}:
        told = section("docs/experiments.md", f"**`{table}.parquet`**", "\n\n")
        columns = getattr(result, table).columns
        assert [column for column in columns if f"`{column}`" not in told] == []


def test_every_figure_is_named() -> None:
    assert re.findall(r"`(\w+)`", section("docs/experiments.md", "**`figures/`**:", "\n\n")) == list(FIGURES)


def test_the_table_of_groups_lists_every_option() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section("docs/experiments.md", "| Group |", "\n\n"), re.MULTILINE)
    told = {group: sorted(re.findall(r"`(\w+)`", options)) for group, options in rows}
    assert told == {f.name: sorted(p.stem for p in f.glob("*.yaml")) for f in FOLDER.iterdir() if f.is_dir()}
