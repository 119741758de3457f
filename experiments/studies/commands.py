"""The commands `koc replicate` and `koc validate`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from experiments.studies.conduct import Done

FOLDER = "validation"
AT_ONCE = 3  # names in one line
Data = Annotated[Path | None, typer.Option(help="Folder of published data, for the studies that read some.")]
Output = Annotated[Path, typer.Option(help="Folder of the results.")]


def replicate(
    name: Annotated[str, typer.Argument(help="The study; without one, they are listed.")] = "",
    options: Annotated[list[str] | None, typer.Argument(help="Of the study: option=value.")] = None,
    data: Data = None,
    output: Output = Path("results"),
    docs: Annotated[
        Path | None, typer.Option(help="Folder of documentation: its replications/ gets page, figure and numbers.")
    ] = None,
) -> None:
    """Replicate a published result: question, figure, found against published, and one thing to change."""
    from experiments.drawing.pages import lines
    from experiments.runs.progress import working
    from experiments.studies import conduct, page
    from experiments.studies.catalogue import study
    from experiments.table.folder import partial_folder, published
    from sim.errors import UserError

    if not name:
        print("\n".join(_listed()))
        return
    about, known = study(name).STUDY, conduct.options_of(study(name).Options)
    asked = conduct.request(name, options or [], data)
    if missing := conduct.lack(about, asked):
        raise UserError(f"{name}: {missing}")
    root = output / FOLDER / name
    with partial_folder(root) as partial, working(name):
        _tell_if_cold()
        one = conduct.carry_out(name, asked, partial)
        _refuse_or_tell(one)
        manifest = _manifest(asked.model_dump(exclude={"data"}))
        conduct.write([one], partial, manifest)
        page.write_replication(one, manifest, partial, docs)
        folder = published(partial)
    told = [line for sentence in one.sentences for line in lines(sentence)]
    print("\n".join([about.title, about.source, "", *lines(about.question), "", *told, ""]))
    _print([one])
    set_to = ", ".join(f"{key}={getattr(asked, key):g} ({field.description})" for key, field in known.items())
    more = [f"figure: {folder / figure.name}.png" for figure in one.figures]
    more += [f"page: {(docs / page.REPLICATIONS if docs else folder) / name}.md"]
    more += lines(f"options: {set_to}" if set_to else "")
    more += [
        "",
        *lines(f"Change one thing. koc replicate {name} {about.change}"),
        *lines(f"Check yourself. {about.self_check}"),
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

    A check that fails is told with its reason; the exit status is 1 where a study broke.
    """
    from experiments.drawing.pages import lines
    from experiments.runs.progress import working
    from experiments.studies import conduct, page
    from experiments.studies.catalogue import NAMES
    from experiments.table.folder import partial_folder, published

    wanted = names or list(NAMES)
    asked = {name: conduct.request(name, [], data) for name in wanted}
    root = output / FOLDER
    with partial_folder(root) as partial:
        _tell_if_cold()
        done = []
        with working(", ".join(wanted) if len(wanted) <= AT_ONCE else f"{len(wanted)} studies") as console:
            for one in conduct.carry_out_all(wanted, asked, partial, workers):
                done.append(one)
                console.print(f"{len(done)} of {len(wanted)}: {one.name}, {one.seconds:.0f} s")
        done.sort(key=lambda one: wanted.index(one.name))
        conduct.write(done, partial, _manifest({}))
        page.write(done, partial, docs)
        folder = published(partial)
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

    lines = []
    for heading, names in SECTIONS.items():
        lines += [heading, *(f"  {name:20} {study(name).STUDY.title}" for name in names)]
    return lines


def _tell_if_cold() -> None:
    from experiments.runs.executor import COMPILING
    from sim.compiled import is_warm

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
    from rich.console import Console

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(_table(done))


def _table(done: Sequence[Done]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from experiments.studies.conduct import estimate

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading, share in (("study", None), ("check", 4), ("expected", 2), ("found (95 % interval)", 2), ("", None)):
        table.add_column(heading, ratio=share, no_wrap=share is None)
    for one in done:
        for place, check in enumerate(one.checks):
            note = f"\n→ {check.note}" if check.note and not check.passed else ""
            verdict = "[bold]FAIL[/bold]" if check.verdict == "fail" else check.verdict
            name = "" if place else one.name
            said = f"{_plain(check.title)}{_plain(note)}"
            table.add_row(name, said, _plain(check.expected), estimate(check), verdict)
    return table


def _plain(text: str) -> str:
    return text.replace("[", "\\[")
