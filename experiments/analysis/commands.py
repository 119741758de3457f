"""The commands of the analysis; each reads, computes, and hands over to words and figures."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from experiments.settings.language import Language, said, speaking

Folder = Annotated[Path, typer.Argument(help="A folder below results that koc run made.")]
Contrast = Annotated[
    str | None, typer.Option(help="A factor, such as fees, or a level against the first: fees=commission_free.")
]
Arm = Annotated[str | None, typer.Option(help="Instead of a contrast: the level of this arm.")]
Outcome = Annotated[str, typer.Option(help="An outcome, or a part of its name: surplus.")]

Lang = Annotated[Language, typer.Option("--lang", help="Language of words and figure: English or Chinese.")]


class Method(StrEnum):
    """Ways to ask which assumptions matter."""

    tornado = "tornado"
    morris = "morris"
    sobol = "sobol"


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A folder of results, or an arm of it: FOLDER:ARM.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another; the difference is B less A.")],
    outcome: Annotated[list[str] | None, typer.Option(help="May be given several times; all, unless given.")] = None,
    lang: Lang = Language.en,
) -> None:
    """Compare two arms, or two experiments: paired by seed and point where they share them."""
    from experiments.analysis import words
    from experiments.analysis.compare import compare as differences
    from experiments.analysis.compare import shared_outcomes, sides
    from experiments.analysis.figures.forests import draw_differences
    from experiments.analysis.finding import publish
    from experiments.measures.outcomes import SHOWN
    from experiments.runs.progress import working
    from experiments.table.results import chosen

    with working("comparing"), speaking(lang):
        one, other = sides(first, second)
        known = shared_outcomes(one.sweep, other.sweep, one.sweep.outcomes)
        named = [chosen(name, known, "--outcome") for name in outcome or ()]
        wanted = named or [name for name in SHOWN if name in known] or known
        found = differences(one, other, wanted)
        told = partial(words.of_comparison, found, one, other)
        lines = publish(Path(other.sweep.name), told, lambda: draw_differences(found, one, other), _command())
    _print(lines)


def sensitivity(
    outcome: Outcome,
    overrides: Annotated[
        list[str] | None, typer.Argument(help="As for run: experiment=quick experiment.seeds=4.")
    ] = None,
    method: Annotated[
        Method, typer.Option(help="tornado: one at a time; morris: screening; sobol: shares of the variance.")
    ] = Method.tornado,
    over: Annotated[
        str,
        typer.Option(
            help="soft: all that have a plausible range; or paths: creators.claim_inflation,creators.effort_cost=1:9."
        ),
    ] = "soft",
    samples: Annotated[
        int | None, typer.Option(help="Trajectories of morris; base samples of sobol, a power of two.")
    ] = None,
    contrast: Contrast = None,
    arm: Arm = None,
    config_dir: Annotated[Path | None, typer.Option(help="As for run: a folder with settings of your own.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs it takes, and stop.")] = False,
    lang: Lang = Language.en,
) -> None:
    """Tell which assumptions matter for a contrast; makes the runs that it needs."""
    from experiments.analysis import assumption, execution, words
    from experiments.analysis.figures import forests
    from experiments.analysis.finding import publish
    from experiments.analysis.response import question_of, response
    from experiments.analysis.sensitivity import design
    from experiments.analysis.sensitivity import indices as computed
    from experiments.analysis.sensitivity import tornado as ends
    from experiments.design.factors import settings_of_arms
    from experiments.runs.progress import working

    settings, own = execution.settings_for(
        overrides or [], method.value, with_extras=arm is not None, config_dir=config_dir
    )
    varied = assumption.over(over, settings.parameters, set(settings_of_arms(settings.experiment)))
    plan = design(method.value, varied, samples)
    work = execution.Work(settings, own, plan, config_dir)
    execution.check_question(settings, contrast, arm, outcome)
    with speaking(lang):
        print(work.describe(), file=sys.stderr)
    if dry_run:
        return
    sweep = execution.carry_out(work)
    with working("analysing"), speaking(lang):
        answer = response(sweep, question_of(sweep, contrast, arm), outcome)
        if method is Method.tornado:
            table = ends(plan, answer)
            told, figure = words.of_tornado, forests.draw_tornado
        else:
            table = computed(plan, answer.means)
            told, figure = words.of_indices, forests.draw_indices
        found = table, plan, answer
        lines = publish(sweep.folder, partial(told, *found), partial(figure, *found), _command())
    _print(lines)
    if sweep.unfinished:
        print(f"{sweep.unfinished} runs failed; tracebacks: {sweep.folder / 'manifest.json'}", file=sys.stderr)
        raise typer.Exit(1)


def flipmap(
    folder: Folder,
    x: Annotated[str, typer.Option(help="An assumption varied in the sweep, or the end of its path.")],
    y: Annotated[str, typer.Option(help="Another one.")],
    outcome: Outcome,
    contrast: Contrast = None,
    arm: Arm = None,
    lang: Lang = Language.en,
) -> None:
    """Draw the line on which the winner changes, for two assumptions of a sweep."""
    from experiments.analysis import words
    from experiments.analysis.figures.flipmap import draw
    from experiments.analysis.finding import publish
    from experiments.analysis.flipmap import flip_map
    from experiments.analysis.response import question_of, response
    from experiments.runs.progress import working
    from experiments.table.results import read

    with working("drawing the map"), speaking(lang):
        sweep = read(folder)
        found = flip_map(sweep, response(sweep, question_of(sweep, contrast, arm), outcome), x, y)
        lines = publish(folder, partial(words.of_map, found), partial(draw, found), _command())
    _print(lines)


def scenarios(folder: Folder, outcome: Outcome, contrast: Contrast = None, lang: Lang = Language.en) -> None:
    """Tell under what conditions a side wins, as rules on the assumptions of a sweep (PRIM)."""
    from experiments.analysis import words
    from experiments.analysis.assumption import varied_in
    from experiments.analysis.figures.scenarios import draw
    from experiments.analysis.finding import publish
    from experiments.analysis.response import question_of, response
    from experiments.analysis.scenarios import discover
    from experiments.runs.progress import working
    from experiments.table.results import read

    with working("looking for conditions"), speaking(lang):
        sweep = read(folder)
        answer = response(sweep, question_of(sweep, contrast), outcome)
        found, varied = discover(sweep, answer), varied_in(sweep)
        points = sweep.points.loc[answer.means.index].reset_index(drop=True)
        told = partial(words.of_scenarios, found, varied, answer)
        lines = publish(folder, told, lambda: draw(found, points, varied, answer), _command())
    _print(lines)


def plot(
    folder: Folder,
    outcomes: Annotated[
        list[str] | None, typer.Argument(metavar="[OUTCOME]...", help="Outcomes, or parts of their names: surplus.")
    ] = None,
    against: Annotated[str, typer.Option(help="A parameter that was varied, day or arm.")] = "",
    arm: Annotated[str, typer.Option(help="The only arm that is drawn.")] = "",
    lang: Lang = Language.en,
) -> None:
    """Draw outcomes against what was varied, over days, or arm by arm."""
    from experiments.analysis.plots import drawn, panels_of, publish_plot
    from experiments.runs.progress import working

    with working("drawing"), speaking(lang):
        panels = partial(panels_of, drawn(folder), outcomes or (), against, arm)
        about = [*dict.fromkeys(panel.what for panel in panels()), *filter(None, (against, arm))]
        lines, _ = publish_plot(folder, panels, about, _command())
    _print(lines)


def explore(
    folder: Annotated[
        Path | None, typer.Argument(help="A sweep below results that koc run made; experiment=explore, unless given.")
    ] = None,
    config_dir: Annotated[Path | None, typer.Option(help="As for run: a folder with settings of your own.")] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="The language it begins in; the browser's, unless given.")
    ] = None,
) -> None:
    """Make a page with sliders of a sweep: what follows for everybody, predicted in the browser, offline."""
    from experiments.analysis.explore import LEAST_R2, PAGE, explored, page
    from experiments.analysis.words import say
    from experiments.api import Experiment
    from experiments.runs.progress import working
    from experiments.table.checksums import add
    from experiments.table.results import read

    if folder is None:
        experiment = Experiment("experiment=explore", config_dir=config_dir or "")
        experiment.run()
        assert experiment.folder is not None
        folder = experiment.folder
    sweep = read(folder)
    with working("fitting surrogates"):
        found = explored(sweep)
    place = folder / PAGE
    place.write_text(page(found, lang), "utf-8")
    add(folder, [PAGE])
    known = [fit.error.r2 for fit in found.fits.values()]
    told = sum(r2 >= LEAST_R2 for r2 in known)
    with speaking(lang or Language.en):
        print(say("explored", told, len(known), f"{sorted(known)[len(known) // 2]:.2f}"))
        print(f"{said('page')}{said(': ')}{place}")


def _print(lines: list[str]) -> None:
    print("\n".join(lines))


def _command() -> str:
    return shlex.join(["koc", *sys.argv[1:]])
