"""Studies carried out: each draws its figure and leaves its checks in a folder."""

from __future__ import annotations

import json
import math
import sys
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pandas as pd
from pydantic.fields import FieldInfo

from experiments.drawing.style import Drawing, house_style, save
from experiments.measures.checks import Check, joined
from experiments.settings.language import Language, speaking, spoken
from experiments.settings.mistakes import validated
from experiments.studies import words
from experiments.studies.catalogue import is_installed, study
from experiments.studies.study import Asked, Study
from sim.errors import UserError, nearest

STUDY_BYTES = 1_000_000_000  # of memory, that a study may take


class Answer(NamedTuple):
    """What a study found: its checks, the finding in words, its figures by what follows its name, and its table."""

    checks: list[Check]
    sentences: list[str]
    figures: dict[str, Drawing]
    table: pd.DataFrame | None = None


def answer(one: ModuleType, o: Asked) -> Answer:
    """Simulate, and say what came of it, in English, in which studies are written."""
    with speaking(Language.en):
        runs = one.simulate(o)
        checks = list(one.checks(o, runs))
        sentences = [joined(sentence) for sentence in one.findings(o, runs)]
        with house_style():
            drawn = one.figure(o, runs, sentences[0].removesuffix("."))
        figures = {"": drawn} if isinstance(drawn, Drawing) else drawn
        table = one.table(o, runs) if hasattr(one, "table") else None
    return Answer(checks, sentences, figures, table)


def retold(name: str, one: Answer, drawable: bool = True) -> Answer:
    """An answer in the language of this context.

    Parameters
    ----------
    name
        Of the study.
    one
        Its answer; its figures are changed.
    drawable
        Whether what stands in figures is told, too.
    """
    if spoken() is Language.en:
        return one
    with house_style():
        figures = {word: words.drawing_of(name, drawing, drawable) for word, drawing in one.figures.items()}
    return Answer(
        [words.check_of(name, check) for check in one.checks],
        words.sentences_of(name, one.sentences),
        figures,
        None if one.table is None else words.table_of(name, one.table),
    )


class Shown(NamedTuple):
    """A figure as it was left: name of its files, title, caption."""

    name: str
    title: str
    caption: str


class Done(NamedTuple):
    """What came of a study."""

    name: str
    checks: list[Check]  # None where it was not carried out
    sentences: list[str]  # the finding in words
    figures: tuple[Shown, ...] = ()  # the first bears the study's name
    table: pd.DataFrame | None = None  # what is best looked up
    seconds: float = 0.0
    missing: str = ""  # what it lacked, where it was not carried out for that
    broken: str = ""  # how it broke, if it did: a traceback

    @property
    def failed(self) -> list[Check]:
        """Checks that failed."""
        return [check for check in self.checks if check.verdict == "fail"]


def request(name: str, given: Sequence[str], data: Path | None) -> Asked:
    """What is asked of a study, from words of the form ``option=value``.

    Raises
    ------
    UserError
        If there is no such option, or its value is out of range.
    """
    options: type[Asked] = study(name).Options
    known = options_of(options)
    values: dict[str, float | str] = {}
    for word in given:
        key, separator, text = word.partition("=")
        if not separator or key not in known:
            hint = nearest(key, known) if known else "it has none"
            raise UserError(f"{word}: expected an option of {name} and its value, option=value; {hint}")
        values[key] = _number(text)
    if data is not None and not data.is_dir():
        raise UserError(f"--data {data}: no such folder")
    return validated(options, values).model_copy(update={"data": data})


def options_of(options: type[Asked]) -> dict[str, FieldInfo]:
    """What the user may change, by name."""
    return {name: field for name, field in options.model_fields.items() if name not in Asked.model_fields}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def carry_out(name: str, asked: Asked, folder: Path, drawable: bool = True) -> Done:
    """Carry a study out, and leave its figure, the numbers behind it and its checks in a folder.

    Parameters
    ----------
    name, asked
        The study, and what is asked of it.
    folder
        Of the results.
    drawable
        Whether figures are in the language of this context.
    """
    one = study(name)
    if missing := lack(one.STUDY, asked):
        return Done(name, [], [], missing=missing)
    start = time.perf_counter()
    try:
        found = retold(name, answer(one, asked), drawable)
        figures = _saved(name, found.figures, folder)
    except UserError as error:
        return Done(name, [], [], missing=str(error), seconds=time.perf_counter() - start)
    except Exception:  # the other studies go on
        return Done(name, [], [], broken=traceback.format_exc(), seconds=time.perf_counter() - start)
    seconds = time.perf_counter() - start
    return Done(name, found.checks, found.sentences, figures, found.table, seconds)


def _saved(name: str, figures: Mapping[str, Drawing], folder: Path) -> tuple[Shown, ...]:
    shown = []
    for word, drawing in figures.items():
        file = f"{name}_{word}" if word else name
        caption = joined(drawing.caption)
        with house_style():
            save(drawing, folder, file)
        shown.append(Shown(file, drawing.title, caption))
    return tuple(shown)


def carry_out_all(names: Sequence[str], asked: Mapping[str, Asked], folder: Path, workers: int) -> Iterator[Done]:
    """Carry studies out, several at a time, and give each when it is done."""
    from experiments.design.configuration import Executor
    from experiments.runs.dispatch import How, dispatch

    work = partial(_carry_out_some, asked=asked, folder=folder)
    how = How(work, _given_up, lambda name: STUDY_BYTES, lambda line: print(line, file=sys.stderr))
    for done in dispatch(([name] for name in names), how, Executor(workers=workers)):
        yield from done


def _carry_out_some(names: Sequence[str], asked: Mapping[str, Asked], folder: Path) -> list[Done]:
    return [carry_out(name, asked[name], folder) for name in names]


def _given_up(name: str, cause: str) -> Done:
    return Done(name, [], [], broken=f"its worker was lost 3 times, {cause}")


def table(done: Sequence[Done]) -> pd.DataFrame:
    """All checks, a row each, for a csv."""
    rows = [{"study": one.name, **check._asdict()} for one in done for check in one.checks]
    return pd.DataFrame(rows, columns=["study", *Check._fields])


def write(done: Sequence[Done], folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the table of checks and what was run with what."""
    table(done).to_csv(folder / "checks.csv", index=False)
    content = dict(manifest) | {
        "studies": {
            one.name: {"seconds": round(one.seconds, 1), "missing": one.missing, "broken": one.broken} for one in done
        }
    }
    (folder / "manifest.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def estimate(check: Check) -> str:
    """What was found, with its interval where there is one."""
    if not math.isfinite(check.low) or not math.isfinite(check.high) or check.low == check.high:
        return f"{check.found:.3g}"
    return words.told(words.SHARED, f"{check.found:.3g} ({check.low:.3g} to {check.high:.3g})")


def lack(one: Study, asked: Asked) -> str:
    """What a study lacks to be carried out, and where to find it; empty if nothing."""
    lacking = [package for package in one.extra.split() if not is_installed(package)]
    if lacking:
        return f"not installed: {', '.join(lacking)}; pip install 'koc-market[validation]' brings it"
    if one.data and (asked.data is None or not (asked.data / one.data).is_dir()):
        return f"data are not at hand; --data FOLDER names the folder in which {one.data}/ lies (docs/validation.md)"
    return ""
