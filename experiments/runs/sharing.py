"""Runs shared by commands that work on one store at the same time: each is made once, by the one that claims it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from experiments.design.configuration import Executor
from experiments.runs import executor, interruption
from experiments.runs.executor import Make
from experiments.runs.progress import of_runs
from experiments.runs.run import WORLD_BUILT, Done, Failed, Finished, Run
from experiments.runs.store import Store
from experiments.runs.working_folder import is_alive, working_folder

KEPT = "finished runs are kept; the same command goes on from there"
POLL = 0.5  # seconds between looks at what others have made


class Batch(NamedTuple):
    """Runs that are done: those that were made here are still to be put into the store."""

    done: list[Done]
    here: bool


class Tally(NamedTuple):
    """What making runs came to."""

    # runs that finished: made here, and by another command meanwhile
    made: int
    arrived: int
    worlds: list[float]  # seconds of each world that was built here


class Wanted(NamedTuple):
    """Runs that are to be made, and how."""

    pending: Sequence[Run]
    # `Store.versions` before it was decided what is pending: what is put later is of another command
    before: Mapping[str, str]
    experiment: str  # that they are made for
    where: Executor
    make: Make | None = None  # the usual way, where None


class Came(NamedTuple):
    """What came of some runs."""

    outcomes: dict[str, dict[str, float]]  # of those that finished, by id
    failures: dict[str, Failed]  # by id
    made: int  # how many were made here
    started: float  # when, in seconds since 1970


def carry_out(
    runs: Mapping[str, Run], output: Path, experiment: str, where: Executor, console: Console, make: Make | None = None
) -> Came:
    """Make those of some runs that the store of a folder of results lacks; a wrong world is told before the first."""
    started = time.time()
    with closing(Store(output / "store")) as store, interruption.keeping(KEPT):
        before, known = store.versions(runs), store.known(runs.values())
        pending = [run for id, run in runs.items() if id not in known]
        if pending:
            executor.prepare(pending, console)
        store.open()
        tally = fill(store, Wanted(pending, before, experiment, where, make), console)
        outcomes = {done.id: done.outcomes for done in store.outcomes(runs)}
        return Came(outcomes, store.failed(runs), tally.made, started)


def fill(
    store: Store, wanted: Wanted, console: Console, arrived: Callable[[list[Done]], None] = lambda done: None
) -> Tally:
    """Make runs and put them into the store, except those that another command makes meanwhile; with progress."""
    if not wanted.pending:  # what is finished needs no cluster
        return Tally(0, 0, [])
    by_id = {run.id: run for run in wanted.pending}
    made = came = 0
    worlds: list[float] = []
    with (
        interruption.keeping(KEPT),
        working_folder(store.path.parent) as own,
        of_runs(wanted.pending, console) as advance,
    ):
        sharing = Sharing(store, own, wanted)
        try:
            with closing(sharing.made(console.print)) as batches:
                for done, here in batches:
                    if here:
                        store.put(((by_id[each.id], each) for each in done), wanted.experiment)
                    arrived(done)
                    finished = [each for each in done if isinstance(each, Finished)]
                    made, came = made + here * len(finished), came + (not here) * len(finished)
                    worlds += [each.timings[WORLD_BUILT] for each in finished if here and WORLD_BUILT in each.timings]
                    advance([each.id for each in done])
        except BaseException:
            executor.stop(wait=True)
            raise
        finally:
            with interruption.deferred():
                sharing.release()
    return Tally(made, came, worlds)


class Sharing:
    """Makes runs of which other commands may make some.

    Parameters
    ----------
    store
        That all of them put their runs into.
    own
        Working folder of this command, beside the file of the store; its name stands on what is claimed here.
    wanted
        The runs that are to be made, also if the store has them.
    """

    def __init__(self, store: Store, own: Path, wanted: Wanted) -> None:
        self._store, self._own = store, own
        self._wanted = wanted
        self._elsewhere: dict[str, Run] = {}
        self._is_told = False
        store.forget_claims(self._is_dead)

    def made(self, tell: Callable[[str], None]) -> Generator[Batch]:
        """Make the runs that nobody else makes, and wait for the others; `tell` takes a line for the user."""
        remaining, wanted = list(self._wanted.pending), self._wanted
        while remaining:
            for done in executor.execute(remaining, wanted.where, take=self._take, tell=tell, by=wanted.make):
                yield Batch(done, here=True)
                self._store.release_claims(self._own.name, [each.id for each in done])
            yield from self._arrived()
            remaining = list(self._elsewhere.values())
            if remaining:
                if not self._is_told:
                    self._is_told = True
                    tell(f"{len(remaining)} more runs are being made by another command; waiting for it")
                time.sleep(POLL)

    def release(self) -> None:
        """Leave to others what was claimed and not made, here and by commands that were killed meanwhile."""
        self._store.release_claims(self._own.name)
        self._store.forget_claims(self._is_dead)

    def _take(self, task: list[Run]) -> list[Run]:
        """Claim runs: returns those that are to be made here."""
        claimed = self._store.claim((run.id for run in task), self._own.name, self._is_dead)
        self._elsewhere |= {run.id: run for run in task if run.id not in claimed}
        mine = [run for run in task if run.id in claimed]
        if came := self._came(mine):  # after the claim: who made it put it into the store before the claim was released
            self._elsewhere |= {run.id: run for run in mine if run.id in came}
            self._store.release_claims(self._own.name, list(came))
        for run in (taken := [run for run in mine if run.id not in came]):
            self._elsewhere.pop(run.id, None)
        return taken

    def _arrived(self) -> Iterator[Batch]:
        """What others have made, told once."""
        if came := self._came(list(self._elsewhere.values())):
            for id in came:
                del self._elsewhere[id]
            yield Batch([*self._store.outcomes(came), *self._store.failed(came).values()], here=False)

    def _came(self, runs: list[Run]) -> set[str]:
        """Which of these runs others have made, or tried, since this command began."""
        now = self._store.versions(run.id for run in runs)
        changed = [run for run in runs if run.id in now and now[run.id] != self._wanted.before.get(run.id)]
        return self._store.known(changed) | self._store.failed(run.id for run in changed).keys()

    def _is_dead(self, owner: str) -> bool:
        return owner != self._own.name and not is_alive(self._own.with_name(owner))
