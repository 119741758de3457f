"""The commands `koc replicate` and `koc validate`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.settings.language import Language, speaking, spoken

if TYPE_CHECKING:
    from rich.text import Text

    from experiments.studies.conduct import Done
    from experiments.studies.study import Asked

FOLDER = "validation"
AT_ONCE = 3  # names in one line
Data = Annotated[Path | None, typer.Option(help="Folder of published data, for the studies that read some.")]
Output = Annotated[Path, typer.Option(help="Folder of the results.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of texts and figures: English or Chinese.")]


def replicate(
    name: Annotated[str, typer.Argument(help="The study; without one, they are listed.")] = "",
    options: Annotated[list[str] | None, typer.Argument(help="Of the study: option=value.")] = None,
    data: Data = None,
    output: Output = Path("results"),
    docs: Annotated[
        Path | None, typer.Option(help="Folder of documentation: its replications/ gets page, figure and numbers.")
    ] = None,
    lang: Lang = Language.en,
) -> None:
    """Replicate a published result: question, figure, found against published, and one thing to change."""
    from experiments.runs.progress import working
    from experiments.studies import conduct, page
    from experiments.studies.catalogue import study
    from experiments.table.folder import partial_folder, published
    from sim.errors import UserError

    if not name:
        with speaking(lang):
            print("\n".join(_listed()))
        return
    asked = conduct.request(name, options or [], data)
    if missing := conduct.lack(study(name).STUDY, asked):
        raise UserError(f"{name}: {missing}")
    root = output / FOLDER / name
    with partial_folder(root) as made, working(name), speaking(lang):
        _tell_if_cold()
        one = conduct.carry_out(name, asked, made, _drawable())
        _refuse_or_tell(one)
        manifest = _manifest(asked.model_dump(exclude={"data"}))
        conduct.write([one], made, manifest)
        page.write_replication(one, manifest, made, docs)
        folder = published(made)
    with speaking(lang):
        _show(one, asked, folder, docs / page.REPLICATIONS if docs else folder)


def _drawable() -> bool:
    """Whether figures can be drawn in the language of this context; a line says which font is missing."""
    from experiments.drawing.fonts import drawable

    drawn_in, lacking = drawable(spoken())
    if lacking:
        print(lacking, file=sys.stderr)
    return drawn_in is spoken()


def _show(one: Done, asked: Asked, folder: Path, pages: Path) -> None:
    """Print a lab: question, finding, checks, files, options, and what to do with it."""
    from experiments.drawing.pages import lines
    from experiments.studies import conduct
    from experiments.studies.catalogue import study
    from experiments.studies.words import front_of, told

    tell = partial(told, one.name)
    about = front_of(one.name, study(one.name).STUDY)
    found = [line for sentence in one.sentences for line in lines(sentence)]
    print("\n".join([about.title, *lines(about.source), "", *lines(about.question), "", *found, ""]))
    _print([one])
    options = (
        f"{key}={getattr(asked, key):g} ({tell(field.description or '')})"
        for key, field in conduct.options_of(type(asked)).items()
    )
    set_to = ", ".join(options)
    more = [tell(f"figure: {folder / figure.name}.png") for figure in one.figures]
    more += [tell(f"page: {pages / one.name}.md")]
    more += lines(tell(f"options: {set_to}")) if set_to else []
    words, _, look = about.change.partition(":")
    more += [
        "",
        f"{tell('Change one thing.')}\n  koc replicate {one.name} {words}",
        *lines(look.strip()),
        "",
        *lines(f"{tell('Check yourself.')} {about.self_check}"),
    ]
    print("\n".join(more))


def validate(
    names: Annotated[list[str] | None, typer.Argument(help="Studies; all, unless given.")] = None,
    data: Data = None,
    output: Output = Path("results"),
    workers: Annotated[int, typer.Option(min=1, max=10_000, help="Studies at a time.")] = 2,
    docs: Annotated[Path | None, typer.Option(help="Folder of documentation to write the page into, too.")] = None,
) -> None:
    """Check the model against published results, closed forms, other programs and real networks.

    A check that fails is told with its reason; the exit status is 1 where a study broke. The table is in English; koc
    replicate NAME --lang zh tells one study in Chinese.
    """
    from experiments.drawing.pages import lines
    from experiments.runs.progress import working
    from experiments.studies import conduct, page
    from experiments.studies.catalogue import NAMES
    from experiments.table.folder import partial_folder, published

    wanted = names or list(NAMES)
    asked = {name: conduct.request(name, [], data) for name in wanted}
    root = output / FOLDER
    with partial_folder(root) as made:
        _tell_if_cold()
        done = []
        with working(", ".join(wanted) if len(wanted) <= AT_ONCE else f"{len(wanted)} studies") as console:
            for one in conduct.carry_out_all(wanted, asked, made, workers):
                done.append(one)
                console.print(f"{len(done)} of {len(wanted)}: {one.name}, {one.seconds:.0f} s")
        done.sort(key=lambda one: wanted.index(one.name))
        conduct.write(done, made, _manifest({}))
        page.write(done, made, docs)
        folder = published(made)
    _print(done)
    for one in done:
        if one.missing:
            print("\n".join(lines(f"{one.name}: not carried out; {one.missing}.")))
        if one.broken:
            print("\n".join(lines(f"{one.name}: broke; the traceback is in manifest.json.")))
    print(f"{page.count(done)}\npage with figures: {folder / page.PAGE}")
    raise typer.Exit(int(any(one.broken for one in done)))


def _listed() -> list[str]:
    from experiments.studies.catalogue import SECTIONS, study
    from experiments.studies.words import SHARED, told

    lines = []
    for heading, names in SECTIONS.items():
        lines.append(told(SHARED, heading))
        for name, one in ((name, study(name).STUDY) for name in names):
            lines.append(f"  {name:20} {told(name, one.title)}{told(SHARED, ' (with --data)') if one.data else ''}")
    return [*lines, "", told(SHARED, "koc replicate NAME shows one, with one thing to change.")]


def _tell_if_cold() -> None:
    from experiments.runs.executor import COMPILING
    from sim.compilation.versions import is_warm

    if not is_warm():
        print(COMPILING, file=sys.stderr)


def _refuse_or_tell(one: Done) -> None:
    from sim.errors import UserError

    if one.missing:
        raise UserError(f"{one.name}: {one.missing}")
    if one.broken:
        raise RuntimeError(f"{one.name} broke: {one.broken}")


def _manifest(options: object) -> dict[str, Any]:
    from experiments.conduct.manifest import provenance

    return {"command": shlex.join(["koc", *sys.argv[1:]]), "options": options, **provenance()}


def _print(done: Sequence[Done]) -> None:
    from rich.text import Text

    from experiments.drawing.pages import printed
    from experiments.studies.conduct import estimate
    from experiments.studies.words import SHARED, told

    tell = partial(told, SHARED)
    headings = (("study", None), ("check", 4), ("expected", 2), ("found (95 % interval)", 2), ("", None))
    rows: list[Sequence[str | Text]] = []
    for one in done:
        for place, check in enumerate(one.checks):
            note = f"\n→ {check.note}" if check.note and not check.passed else ""
            verdict = tell(check.verdict)
            shown = Text(verdict.upper(), "bold") if check.verdict == "fail" else verdict
            name = "" if place else one.name
            rows.append((name, f"{check.title}{note}", check.expected, estimate(check), shown))
    printed([(tell(heading), share) for heading, share in headings], rows, 120)
