"""Makes runs: in worker processes, one thread each; a world is built once a worker for all runs in it."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from rich.console import Console

from experiments.design.configuration import CLUSTERS, Executor
from experiments.runs.dispatch import How, dispatch, first_done
from experiments.runs.progress import working
from experiments.runs.run import ORDERS, WORLD_BUILT, Done, Failed, Finished, Run, is_current
from experiments.runs.store import packed
from experiments.runs.workers import NoWorkers, has_workers, is_loss, pool, stop, workers
from sim.errors import UserError
from sim.parameters import Rules

if TYPE_CHECKING:
    import pandas as pd

    from sim.market import Market
    from sim.world import World

__all__ = ["Make", "execute", "make", "make_all", "prepare", "spread", "stop", "workers"]

WORK_PER_TASK = 1_000_000  # consumer-days: a task takes a second or so, and many small runs share one dispatch
MOST_PER_TASK = 64
WORKER_BYTES, CONSUMER_BYTES = 350_000_000, 1_000  # of memory, that a worker takes, and each consumer in it
COMPILING = "compiling the model for this machine: once, in a minute or two"
MONEY = ("price", "coupon", "cost", "fee", "commission", "margin", "rest", "surplus")  # of an order
WARM_UP = 8  # days, in which every phase happens at least once

_held: dict[str, World] = {}  # of this worker, one at most

Make = Callable[[Run], Finished]
"""Makes a run in the process it is called in."""


def prepare(runs: Sequence[Run], console: Console) -> None:
    """Build the first world here, so that what is wrong with it is known before any work starts; compile the model.

    Raises
    ------
    UserError
        If an edge list is malformed, the market too small for what it should hold, or a rule of the user's own cannot
        be compiled.
    """
    _compile_model(runs[0], console)
    own: dict[str, Run] = {}
    for content, run in {run.content: run for run in runs}.items():
        if not _has_default_rules(content):
            own.setdefault(str(run.parameters.rules), run)
    for run in own.values():
        _compile_rules(run)


def _compile_model(run: Run, console: Console) -> None:
    from sim.compilation.versions import compiling, is_warm

    world = _world(run)
    if is_warm():
        return
    with compiling():
        if not is_warm():  # no other process did it meanwhile
            from sim.market import Market  # here, since it takes a second to import and this process may never need it

            console.print(COMPILING)
            with working("compiling"):  # workers find the compiled code
                Market(run.parameters, run.seed, world=world).run(min(run.days, WARM_UP))


def _has_default_rules(content: str) -> bool:
    return f'"rules":{Rules().model_dump_json()}' in content


def _compile_rules(run: Run) -> None:
    """Live a day under the user's own rules, which compiles them: workers find the compiled code."""
    from numba.core.errors import NumbaError

    from sim.market import Market

    rules = run.parameters.rules
    try:
        with working("compiling rules of your own"):
            Market(run.parameters, run.seed, world=_world(run)).run(1)
    except NumbaError as error:
        own = [f"rules.{field}={name}" for field, name in rules.named.items() if name != getattr(Rules(), field)]
        said = next(line for line in str(error).splitlines() if line.strip() and not line.startswith("Failed in"))
        expected = "expected a function of numbers alone, see docs/rules.md"
        raise UserError(f"{', '.join(own)}: cannot be compiled ({said.strip()}); {expected}") from error


def execute(
    runs: Iterable[Run], executor: Executor, *, take: Callable[[list[Run]], list[Run]] = list,
    tell: Callable[[str], None] = lambda line: None, by: Make | None = None,
) -> Generator[list[Done]]:  # fmt: skip
    """Make runs, in any order; those of a world should follow each other, so that a worker seldom changes its world.

    Parameters
    ----------
    runs, executor
        What is made, and where.
    take
        Says which runs of a task are to be made; called when it is about to be handed out.
    tell
        Takes a line for the user.
    by
        What makes a run; `make`, where None.

    Yields
    ------
    list of Finished or Failed
        As soon as each task is done. Neither a run that fails nor one whose worker is lost keeps the others from
        being made: what was lost with a worker is made again run by run; one that loses three workers has failed.
    """
    how = How(
        work=partial(make_all, by=by),
        give_up=lambda run, cause: Failed(run.id, f"its worker was lost 3 times, {cause}", "", None),
        memory=lambda run: WORKER_BYTES + CONSUMER_BYTES * run.consumers,
        tell=tell,
    )
    yield from dispatch((taken for task in _tasks(runs) if (taken := take(task))), how, executor)


def spread(function: Callable[[Any], Any], arguments: Iterable[Any], executor: Executor) -> Iterator[Any]:
    """Call a function with each argument: in this machine's workers where it has some, which begin at once.

    Where a worker is lost, the rest is done here: the function must bear being called twice with an argument.

    Yields
    ------
    object
        What it returns, in the order of the arguments.
    """
    arguments = list(arguments)
    if executor.backend in CLUSTERS or not has_workers(executor):
        return map(function, arguments)
    try:
        with pool(executor) as some:
            futures = [some.submit(function, argument) for argument in arguments]
    except NoWorkers:
        return map(function, arguments)
    return _in_order(futures, function, arguments)


def _in_order(
    futures: Sequence[Future[Any]], function: Callable[[Any], Any], arguments: Sequence[Any]
) -> Iterator[Any]:
    for future, argument in zip(futures, arguments, strict=True):
        first_done([future])
        try:
            result = future.result()
        except Exception as error:
            if not is_loss(error):
                raise
            result = function(argument)
        yield result


def make_all(task: list[Run], by: Make | None = None) -> list[Done]:
    """Make some runs in this process, one after the other."""
    return [_attempt(run, by or make) for run in task]


def make(run: Run) -> Finished:
    """Make one run in this process.

    Raises
    ------
    BrokenRun
        If the market breaks after it was opened; caused by what broke it.
    """
    from sim.market import Market

    started = time.perf_counter()
    held, parameters = run.world in _held, run.parameters
    world = _world(run)
    built = time.perf_counter() - started
    keeping = bool(run.more)
    with closing(Market(parameters, run.seed, world=world, burn_in=run.burn_in, keep_cells=keeping)) as market:
        try:
            outcomes, tables = _left(market.run(run.days), run)
        except Exception as error:
            raise BrokenRun(market.day) from error
        timings = {phase: float(seconds) for phase, seconds in market.timings.items()}
    return Finished(
        run.id,
        time.perf_counter() - started,
        {key: float(value) for key, value in outcomes.items()},
        timings if held else {WORLD_BUILT: built, **timings},
        tables,
    )


def _left(market: Market, run: Run) -> tuple[dict[str, float], dict[str, bytes]]:
    """The outcomes that a market leaves, and the tables of it that are to be kept, as Arrow streams."""
    if not run.kept:
        return market.outcomes(), {}
    result = market.result()
    tables = {**result._asdict(), **result.kept, **(_orders(market) if set(ORDERS) & set(run.more) else {})}
    return result.outcomes, {name: packed(tables[name]) for name in run.kept}


def _orders(market: Market) -> dict[str, pd.DataFrame]:
    """Every order, traced back to the post that came first, in yuan; and the trees of friends' words."""
    from sim.referral import trace, trees
    from sim.units import FEN

    orders = market.orders()
    orders[list(MONEY)] = orders[list(MONEY)] / FEN
    traced = trace(orders)
    return {"orders": orders.merge(traced.drop(columns="parent"), on="order"), "trees": trees(traced)}


class BrokenRun(Exception):
    """A run broke on a day, its argument."""


def _attempt(run: Run, by: Make) -> Done:
    try:
        if not is_current(run):
            what = "the source of the model or of a rule, or the edge list,"
            return Failed(run.id, f"{what} was changed meanwhile; give the command again", "", None)
        return by(run)
    except Exception as error:
        day = error.args[0] if isinstance(error, BrokenRun) else None
        cause = (error.__cause__ or error) if isinstance(error, BrokenRun) else error
        line = " ".join(f"{type(cause).__name__}: {cause}".split())
        return Failed(run.id, line, "".join(traceback.format_exception(cause)), day)


def _world(run: Run) -> World:
    from sim.world import World

    if run.world not in _held:
        _held.clear()
        _held[run.world] = World.build(run.parameters, run.seed)
    return _held[run.world]


def _tasks(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Divide the runs of each world evenly, so that none is left whose worker would build the world for it alone."""
    for _, of_world in groupby(runs, key=lambda run: run.world):
        together = list(of_world)
        work = sum(run.work for run in together)
        tasks = max(round(work / WORK_PER_TASK), -(-len(together) // MOST_PER_TASK), 1)
        bounds = [len(together) * n // tasks for n in range(tasks + 1)]
        yield from (together[first:end] for first, end in pairwise(bounds) if end > first)
