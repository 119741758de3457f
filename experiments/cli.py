"""The command line: `koc run` and the other commands."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from experiments.analysis import commands
from experiments.calibration.command import calibrate
from experiments.claims.command import claims
from experiments.settings.language import Language
from experiments.studies import commands as studies

PLATFORMS = ("linux", "darwin")
NEWEST_PYTHON = (3, 13)
MOST_SEED = 2**63 - 1
DEBUG = "KOC_DEBUG"
LONGEST = 300  # characters of an error that is not the user's


class _Commands(TyperGroup):
    """Tells of an interruption itself: Typer would end with status 130, whatever the signal, and without a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            return _interrupted(error)


app = typer.Typer(
    cls=_Commands,
    name="koc",
    help="A market of consumers, key opinion consumers (KOC), leaders (KOL), brands and platforms on a social graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Output = Annotated[Path, typer.Option(help="Folder of the results.")]
OfExperiment = Annotated[str, typer.Option(help="Those of this experiment.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the verdict: English or Chinese.")]
OnlyFailed = Annotated[bool, typer.Option("--failed", help="Those that failed.")]
RunId = Annotated[str, typer.Argument(help="Beginning of the run's id.")]
MORE_HELP = "koc parameters prints every key with its unit, range and source."


class Shown(StrEnum):
    """What of the configuration is printed: all of it."""

    job = "job"


Overrides = Annotated[list[str] | None, typer.Argument(help="As for run, e.g. market.consumers=2000 platform=mihe.")]


@app.command(context_settings={"help_option_names": []})
def run(
    context: typer.Context,
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="[GROUP=OPTION | KEY=VALUE]...", help="What differs from the files.")
    ] = None,
    several: Annotated[
        bool, typer.Option("-m", "--multirun", help="An experiment for each of several values: graph=a,b.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be made, and stop.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Repeat only what failed.")] = False,
    cfg: Annotated[Shown | None, typer.Option("-c", "--cfg", help="Print the whole configuration, and stop.")] = None,
    config_dir: Annotated[str, typer.Option("-cd", "--config-dir", help="A folder with settings of your own.")] = "",
    config_path: Annotated[
        str, typer.Option("-cp", "--config-path", help="The folder that settings begin in, such as that of a result.")
    ] = "",
    config_name: Annotated[str, typer.Option("-cn", "--config-name", help="The file that they begin in.")] = "",
    lang: Lang = Language.en,
    asks_help: Annotated[bool, typer.Option("-h", "--help", help="Show this, with all groups and options.")] = False,
) -> None:
    """Run an experiment; without arguments the headline experiment."""
    from experiments.commands import run as application
    from experiments.settings.option_files import Folders
    from experiments.settings.yaml_text import written

    folders = Folders.given(config_path, config_name, config_dir)
    if asks_help:
        options = "\n".join(f"{group}: {', '.join(names)}" for group, names in folders.options().items())
        print(f"{context.get_help()}\n\nGroups and their options:\n{options}\n\n{MORE_HELP}")
        return
    every = application.composed(overrides or [], folders, several=several)
    if cfg is not None:
        print("---\n".join(written(settings.resolved()) for settings in every), end="")
        return
    command = ["koc", *(context.obj or ["run", *(overrides or [])])]
    raise typer.Exit(application.run(every, command, only_failed=failed, dry_run=dry_run, language=lang))


@app.command()
def explain(
    consumer: Annotated[int, typer.Option(min=0, help="Row of the consumer.")],
    day: Annotated[int, typer.Option(min=0, help="Day of the decision.")],
    overrides: Overrides = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Seed of the market.")] = 0,
) -> None:
    """Tell why a consumer did what they did on a day."""
    from experiments.api import load
    from experiments.runs.executor import COMPILING
    from experiments.runs.progress import working
    from sim.compilation.versions import is_warm
    from sim.errors import UserError
    from sim.ranges import MOST_DAYS

    if day >= MOST_DAYS:
        raise UserError(f"--day {day}: expected 0 to {MOST_DAYS - 1}")
    market = load(*(overrides or []), seed=seed)
    if consumer >= len(market.consumers):
        raise UserError(f"--consumer {consumer}: expected 0 to {len(market.consumers) - 1}")
    if not is_warm():
        print(COMPILING, file=sys.stderr)
    with working(f"running the market for {day} days"):
        told = market.run(day).explain(consumer, day)
    print(told)


@app.command()
def parameters(
    state: Annotated[bool, typer.Option("--state", help="The columns of the model's state instead.")] = False,
) -> None:
    """Print the register of parameters: value, unit, range, source."""
    from experiments.commands.register import page, state_page

    print(state_page() if state else page(), end="")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A folder below results that koc run made.")], lang: Lang = Language.en
) -> None:
    """Write the verdict, the figures and the page of a result anew, from its tables."""
    from experiments import report as written
    from experiments.runs.progress import working

    with working("writing the report"):
        told = written.write(folder, language=lang)
    print(told)


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A folder below results that koc run made.")],
    rows: Annotated[int, typer.Option(min=1, help="How many rows of its table of runs to make again.")] = 5,
) -> None:
    """Make some runs of a result again and compare them to the bit."""
    from experiments.commands.verify import verify as compare
    from experiments.runs.progress import working

    with working(f"making {rows} runs again"):
        lines, holds = compare(folder, rows)
    print("\n".join(lines))
    raise typer.Exit(0 if holds else 1)


@app.command("list")
def list_runs(
    experiment: OfExperiment = "",
    failed: OnlyFailed = False,
    last: Annotated[int, typer.Option(min=1, max=1_000_000_000, help="How many.")] = 20,
    output: Output = Path("results"),
) -> None:
    """List the runs that the store holds, the last made first."""
    from experiments.table.catalogue import Chosen, listed

    print(listed(output, Chosen(experiment, failed), last))


@app.command()
def show(run: RunId, output: Output = Path("results")) -> None:
    """Show a run: parameters, outcomes, or how it broke."""
    from experiments.table.catalogue import described

    print(described(output, run))


@app.command()
def export(
    csv: Annotated[Path, typer.Option(help="The file to write.")],
    experiment: OfExperiment = "",
    failed: OnlyFailed = False,
    output: Output = Path("results"),
) -> None:
    """Write runs of the store to a csv file, with the parameters in which they differ."""
    from experiments.table.catalogue import Chosen
    from experiments.table.catalogue import export as write

    print(f"{write(output, Chosen(experiment, failed), csv)} runs in {csv}")


@app.command()
def prune(
    experiment: OfExperiment = "",
    failed: OnlyFailed = False,
    old: Annotated[bool, typer.Option("--old", help="Those that other source of the model made.")] = False,
    tables: Annotated[bool, typer.Option("--tables", help="Take their tables out alone, keep outcomes.")] = False,
    output: Output = Path("results"),
) -> None:
    """Take runs out of the store: those to which all that is given applies."""
    from experiments.table.catalogue import Chosen
    from experiments.table.catalogue import prune as take_out
    from sim.errors import UserError

    chosen = Chosen(experiment, failed, old)
    if chosen == Chosen() and not tables:
        raise UserError("prune: expected which runs: --old, --failed, --experiment NAME or --tables")
    runs, freed = take_out(output, chosen, tables)
    print(f"{'tables of ' if tables else ''}{runs} runs taken out, {freed / 1e6:.1f} MB freed")


@app.command()
def replay(
    run: RunId,
    day: Annotated[int | None, typer.Option(help="The day to stop at; that on which it broke, if not given.")] = None,
    output: Output = Path("results"),
) -> None:
    """Make a run again up to the day on which it broke, and stop there in the debugger."""
    from experiments.commands.replay import replay as back

    back(output, run, day)


for command in (
    commands.plot, commands.compare, commands.sensitivity, commands.flipmap, commands.scenarios, commands.explore,
    calibrate, studies.replicate, studies.validate, claims,
):  # fmt: skip
    app.command()(command)


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        Exit status: 0; 1 if a run failed; 2 on a mistake of the user, told in one line; if interrupted, 128 and the
        number of the signal: 130 for Ctrl-C, 143 for SIGTERM.
    """
    if sys.platform not in PLATFORMS:
        return _refuse("koc runs on Linux and macOS; on Windows, in the Windows Subsystem for Linux (wsl --install)")
    if sys.version_info[:2] > NEWEST_PYTHON:
        return _refuse("koc needs Python 3.11 to 3.13: Hydra 1.3, which it is configured by, does not start on 3.14")
    from experiments.runs import interruption

    with interruption.answered():
        return _answered(arguments)


def _answered(arguments: list[str] | None) -> int:
    os.environ.pop("MPLBACKEND", None)  # koc opens no window, and one that is not installed would stop every figure
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows another in its place
    try:
        if os.getcwd() not in sys.path:
            sys.path.append(os.getcwd())  # where a user's own rules may stand
    except FileNotFoundError:
        return _refuse("the working folder is gone; cd to one that is there")
    try:
        given = sys.argv[1:] if arguments is None else arguments
        _check_once(given)
        return app(given, prog_name="koc", standalone_mode=False, obj=given) or 0
    except KeyboardInterrupt as error:
        return _interrupted(error)
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else int(exit.code is not None)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader went away, as `head` does
        return 0
    except Exception as error:
        if os.environ.get(DEBUG) == "1":
            raise
        return _refuse(*_told(error))


def _interrupted(error: KeyboardInterrupt) -> int:
    from experiments.runs.interruption import status

    said = " ".join(getattr(error, "__notes__", [])[:1]) or "nothing is kept; the same command begins again"
    return _refuse(f"interrupted: {said}", status(error))


def _check_once(arguments: list[str]) -> None:
    """See that no option that has one value is given twice, of which the last would win."""
    from sim.errors import UserError

    command = getattr(typer.main.get_command(app), "commands", {}).get(next(iter(arguments), ""))
    given = Counter(argument.partition("=")[0] for argument in arguments if argument.startswith("-"))
    for option in command.params if command else ():
        times = sum(given[name] for name in option.opts)
        if times > 1 and not getattr(option, "multiple", False) and not getattr(option, "is_flag", False):
            raise UserError(f"{option.opts[-1]}: given {times} times, expected once")


def _told(error: Exception) -> tuple[str, int]:
    from sim.errors import UserError

    if isinstance(error, UserError):
        return str(error), 2
    if type(error).__name__ == "NoSuchOption" and hasattr(error, "option_name"):  # of click, which typer may vendor
        command = getattr(getattr(error, "ctx", None), "command_path", "koc")
        return f"{error.option_name}: no such option; {command} --help lists them", 2
    if hasattr(error, "format_message"):  # a command or option that there is not
        return str(error.format_message()), 2
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{str(error.filename)[:LONGEST]}: {error.strerror}", 2
    said = " ".join(str(error).split())
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]} ..."
    return f"internal error, {type(error).__name__}: {said}; {DEBUG}=1 shows where", 1


def _refuse(line: str, status: int = 2) -> int:
    print(f"koc: {' '.join(line.split())}", file=sys.stderr)
    return status
