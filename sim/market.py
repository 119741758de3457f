"""The market: a Mesa model whose step is one day; what it shows, changes and leaves."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import checkpoint
from sim.agents.brand import Brand
from sim.agents.consumer import Consumer
from sim.agents.koc import KOC
from sim.agents.kol import KOL
from sim.agents.platform import Platform
from sim.agents.roles import kol_threshold
from sim.agents.word_of_mouth import with_word
from sim.columns import ColumnarModel, Population
from sim.columns.daily_collector import DailyCollector
from sim.day import Used
from sim.engine.consumer_pass import ConsumerPass
from sim.engine.threads import Threads
from sim.errors import UserError
from sim.explanation import Explanation
from sim.graphs.friendships import GraphReport, Ids
from sim.opening import first_day
from sim.parameters import Parameters
from sim.parameters.phases import Held
from sim.parameters.world_parameters import cannot_change
from sim.policies import Policies, policies_of, with_policies
from sim.ranges import MOST_DAYS
from sim.records import Columns, Table
from sim.results.cells import Cells
from sim.results.recorder import Recorder
from sim.results.run_result import RunResult, orders_table, outcomes_alone, result_of
from sim.state.creators import Post, Tier
from sim.state.orders import Order, Stage
from sim.step import Passes, close_day, open_day, survey, timed
from sim.timeline import Timeline
from sim.units import MILLION
from sim.world import World

FIRST_CONSUMER_ID = 1_000


class Market(ColumnarModel):
    """A market of consumers, creators, brands and platforms.

    Parameters
    ----------
    parameters
        All of them; defaults where None.
    seed
        Any integer from 0 to 2**63 - 1; with the parameters it determines every number.
    world
        The world of that seed, if it has been built before: it stays as it is, and several markets can begin with it.
        A market that builds its own goes on with the very tables of it, which spares a fifth of the memory; where it
        is asked for afterwards, it is built again.
    burn_in
        Days that do not count towards the outcomes.
    threads
        Threads for the consumers' passes; the result does not depend on it.
    keep_orders
        Whether every order is kept, for `orders`.
    keep_cells
        Whether it is counted what happened where and to whom, for `result`; every order is kept then.

    Attributes
    ----------
    m : Day
        The context that all phases of the day read and write.
    in_force : Parameters
        Those of today: ``parameters`` with the phases and shocks that hold.
    datacollector : DailyCollector
        Mesa's view of `daily`; one of one's own may take its place.

    Examples
    --------
    >>> market = Market(Parameters.model_validate({"market": {"consumers": 300}}), seed=1).run(3)
    >>> len(market.daily()), market.day
    (3, 3)
    """

    def __init__(
        self,
        parameters: Parameters | None = None,
        seed: int = 0,
        *,
        world: World | None = None,
        burn_in: int = 0,
        threads: int = 1,
        keep_orders: bool = False,
        keep_cells: bool = False,
    ) -> None:
        super().__init__(seed=seed)
        self.parameters = parameters or Parameters()
        self.seed = seed
        friendships, is_shared = (world.friendships, world.is_whole) if world else (None, False)
        self.world = world if world and is_shared else World.build(self.parameters, seed, friendships, with_past=False)
        self.timeline = Timeline(self.parameters)
        self.in_force = self.parameters
        self._known: dict[Held, Policies] = {}
        self.timings: dict[str, float] = {}
        self.passes = Passes.of(self.parameters.rules)
        platforms, products = self.parameters.platforms, len(self.world.goods.category)
        categories = len(self.parameters.market.catalogue.categories)
        self.threads = Threads(threads)
        self.consumer_pass = ConsumerPass(
            categories, products, len(platforms), self.threads, self.passes.live, self.passes.receive
        )
        with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
            beginning = self.world.copied() if is_shared else self.world
            self.policies = policies_of(beginning, self.parameters)
            self.m = first_day(
                beginning, self.parameters, self.policies, self.consumer_pass.new_events(0), self.threads
            )
        if not is_shared:
            self.world.let_go()
        self._take_policy()
        self.interest_carries = [0] * len(platforms)
        self.orders_so_far = self.revenue_so_far = 0
        self.recorder = Recorder(products, burn_in, keep_orders or keep_cells)
        self.cells = Cells(len(self.m.creators), categories) if keep_cells else None
        self.trust = survey(self)
        self.datacollector = DailyCollector(self.daily)
        self._show_agents()

    def _take_policy(self) -> None:
        self.kol_threshold = kol_threshold(self.in_force, self.world.population)
        self.yields = [round(policy.float_yield * MILLION) for policy in self.in_force.platforms]

    def _show_agents(self) -> None:
        self.platforms = [Platform(self, v, policy) for v, policy in enumerate(self.parameters.platforms)]
        self.brands = [Brand(self, b, self.parameters.brands.adapt) for b in range(self.parameters.brands.count)]
        self.consumers = self.add_population(
            Population(self, Consumer, self._consumer_tables, first_id=FIRST_CONSUMER_ID)
        )
        first_creator = FIRST_CONSUMER_ID + len(self.m.people)
        self.kocs, self.kols = (
            self.add_population(Population(self, kind, self._creator_tables, rows=rows, first_id=first_creator))
            for kind, rows in ((KOC, self._koc_rows), (KOL, self._kol_rows))
        )

    def _consumer_tables(self) -> Sequence[Columns]:
        return (Columns(self.m.people, self.m.categories), Columns(self.m.consumers, self.m.categories))

    def _creator_tables(self) -> Sequence[Columns]:
        return (Columns(self.m.creators, self.m.categories),)

    def _koc_rows(self) -> NDArray[np.int64]:
        return self._in_business(Tier.KOC)

    def _kol_rows(self) -> NDArray[np.int64]:
        return self._in_business(Tier.KOL)

    def _in_business(self, tier: Tier) -> NDArray[np.int64]:
        return np.flatnonzero((self.m.creators["tier"] == tier) & self.m.creators["active"])

    def __repr__(self) -> str:
        name = type(self).__name__
        if not self.__dict__:
            return f"{name}(closed)"
        people = f"{len(self.m.people):,} people, {len(self.kocs):,} KOCs, {len(self.kols):,} KOLs"
        others = f"{len(self.brands)} brands, {len(self.platforms)} platforms"
        return f"{name}({people}, {others}, seed={self.seed}, day {self.day})"

    @property
    def day(self) -> int:
        """Days that have been lived, which is the number of the next one."""
        return self.m.day

    # --- the day ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One day.

        Raises
        ------
        UserError
            After as many days as there are draws for.
        """
        self.open_day()
        with timed("consumers live", self):
            self.live()
        self.close_day()

    def run(self, days: int, progress: Callable[[int], None] | None = None) -> Self:
        """Simulate some days.

        Parameters
        ----------
        days
            How many.
        progress
            Called after each day with the number of days done.

        Raises
        ------
        UserError
            If there are not draws for so many days.
        """
        self._check_days(days)
        for done in range(1, days + 1):
            self.step()
            if progress:
                progress(done)
        return self

    def _check_days(self, more: int) -> None:
        if self.day + more > MOST_DAYS:
            raise UserError(f"{self.day + more} days: expected at most {MOST_DAYS}, after which draws would repeat")

    def open_day(self) -> None:
        """The phases before the consumers': afterwards each consumer can live the day, in any order."""
        self._check_days(1)
        open_day(self)

    def live(self, start: int = 0, end: int | None = None) -> None:
        """Let consumers ``start`` to ``end - 1`` live today; each must live exactly once a day."""
        with np.errstate(over="ignore"):
            self.consumer_pass.live(self.m, start, len(self.m.people) if end is None else end)

    def close_day(self) -> None:
        """The phases after the consumers'."""
        close_day(self)

    def pending(self) -> NDArray[np.int64]:
        """Fen that each platform's escrow must hold, shape (V,), counted order by order."""
        orders = self.m.orders[: self.m.used[Used.ORDERS]]
        waits = (orders["stage"] <= Stage.RECEIVED) & ~orders["outside"]
        held = np.where(waits, orders["price"], orders["owed"])
        return np.bincount(orders["platform"], held, len(self.platforms)).astype(np.int64)

    def change(self, parameters: Parameters) -> Self:
        """Change policies or behaviour from today on: two markets that part here differ by nothing else.

        Called between two days. `explain` does not know of it. Phases that hold are applied to the new parameters.

        Parameters
        ----------
        parameters
            All of them, of which those that the world is made of must be as they are. Where their phases or shocks
            are others, none of them has begun.

        Raises
        ------
        UserError
            If the world would be another one.
        """
        if why := cannot_change(self.parameters, parameters):
            raise UserError(why)
        before, self.timeline = self.timeline, Timeline(parameters)
        self._known.clear()
        if parameters.phases == self.parameters.phases and parameters.shocks == self.parameters.shocks:
            self.timeline.begun, self.timeline.held = before.begun, before.held
        self.parameters = parameters
        self.passes = Passes.of(parameters.rules)
        self.consumer_pass.live_all, self.consumer_pass.receive_all = self.passes.live, self.passes.receive
        self.put_in_force(self.timeline.in_force)
        return self

    def put_in_force(self, parameters: Parameters) -> None:
        """Let policies and behaviour be those of some parameters from today on."""
        self.in_force = parameters
        self._take_policy()
        for platform, policy in zip(self.platforms, parameters.platforms, strict=True):
            platform.policy = policy
        for brand in self.brands:
            brand.adapt = parameters.brands.adapt
        before, held = self.policies, self.timeline.held
        if held not in self._known:
            self._known[held] = policies_of(self.world, parameters)
        self.policies = self._known[held]
        self.m = with_policies(self.m, before, self.policies)

    def take_up(self, begun: list[int]) -> None:
        """Put in force what held at the end of yesterday, where phases had begun on some days."""
        self.timeline.begun = begun
        if self.day > 0:
            self.timeline.held = self.timeline.holding(self.day - 1, self.m.keys)
        self.put_in_force(self.timeline.in_force)

    def tell(self, consumers: NDArray[np.integer[Any]], product: int) -> Self:
        """Let a product be known: each of these consumers hears well of it tomorrow, as if from a friend.

        Called between two days; so a seeding campaign begins. `explain` does not know of it.

        Parameters
        ----------
        consumers
            Their rows.
        product
            0 to J - 1.

        Raises
        ------
        UserError
            If there is no such consumer or product.
        """
        people, products = len(self.m.people), len(self.m.products)
        rows = np.asarray(consumers, np.int64)
        if rows.size and not (rows.min() >= 0 and rows.max() < people):
            raise UserError(f"consumers {rows.min()} to {rows.max()}: expected rows 0 to {people - 1}")
        if not 0 <= product < products:
            raise UserError(f"product={product}: expected 0 to {products - 1}")
        quality = float(self.world.goods.quality[product])
        self.m = self.m._replace(inbox=with_word(self.m.inbox, rows, product, quality))
        return self

    # --- what it leaves ---------------------------------------------------------------------------------------------

    def daily(self) -> pd.DataFrame:
        """Row a day so far, burn-in included; money in yuan."""
        return self.recorder.daily()

    @property
    def graph_report(self) -> GraphReport | None:
        """What was read of the friendships, as `print` shows in a line; None where they were drawn."""
        return self.world.friendships.report if self.world.friendships else None

    @property
    def graph_ids(self) -> Ids:
        """The id of each consumer, row by row: those of a file or a networkx graph, else the rows themselves."""
        return self.world.friendships.ids if self.world.friendships else np.arange(len(self.m.people))

    def orders(self) -> pd.DataFrame:
        """Every order so far, where they are kept (``keep_orders``).

        Returns
        -------
        DataFrame
            The columns of `sim.state.Order`, ``number`` and ``ordered`` under the names ``order`` and ``day``; and
            ``review``, the public rating given, or NaN. Money is in fen.
        """
        used = int(self.m.used[Used.ORDERS]) if self.recorder.keep_orders else 0
        return orders_table(self.m.orders[:used])

    @property
    def orders_today(self) -> Table[Order]:
        """Orders of the last day."""
        return self.m.orders[self.m.used[Used.BEFORE_TODAY] : self.m.used[Used.ORDERS]]

    @property
    def posts(self) -> Table[Post]:
        """Posts of the last day, all of a creator together."""
        return self.m.posts[: self.m.used[Used.POSTS]]

    def result(self) -> RunResult:
        """Outcomes and tables over the days after burn-in.

        Raises
        ------
        UserError
            If none of them has been lived yet.
        """
        self._check_measured()
        return result_of(self, survey(self))

    def outcomes(self) -> dict[str, float]:
        """Outcomes of `result` without its tables, which take far longer to make.

        Raises
        ------
        UserError
            If no day after burn-in has been lived yet.
        """
        self._check_measured()
        return outcomes_alone(self, survey(self))

    def _check_measured(self) -> None:
        if self.day <= self.recorder.burn_in:
            raise UserError(
                f"day {self.day}: nothing is measured before burn-in ends; run more than {self.recorder.burn_in} days"
            )

    def close(self) -> None:
        """Let go of everything, at the end: nothing can be asked of this market any more.

        Mesa's model and agents hold each other, so that the memory of a market whose results were taken would be free
        only when Python's collector of cycles comes by, hundreds of small markets later.
        """
        self.__dict__.clear()

    def explain(self, consumer: int, day: int) -> Explanation:
        """Why a consumer bought, or not, on a day: the market is run again up to that day, then weighs aloud.

        Parameters
        ----------
        consumer
            Row, 0 to N - 1.
        day
            0 to ``self.day``.
        """
        return Explanation.of(self, consumer, day)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Put the market aside between two days; see `sim.checkpoint.save`."""
        checkpoint.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, world: World | None = None, threads: int = 1) -> Self:
        """Take up a market where `save` left it; see `sim.checkpoint.load`."""
        return checkpoint.load(cls, path, world, threads)
