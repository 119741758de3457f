"""The market: a Mesa model whose step is one day, phase by phase."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim import checkpoint
from sim.agents import business
from sim.agents.brand import DAYS_A_WEEK, Brand, Spending, full_purses
from sim.agents.consumer import Consumer
from sim.agents.creating import Studio, create_all, judgement_noise, keys_of
from sim.agents.crowd import Crowd, Happened
from sim.agents.koc import KOC
from sim.agents.kol import KOL
from sim.agents.learning import learn_all
from sim.agents.living import live_all
from sim.agents.platform import Platform
from sim.audience import mean_taste
from sim.columns import ColumnarModel, Population
from sim.draws import Stream
from sim.errors import UserError
from sim.explanation import Explanation
from sim.ledger import Ledger
from sim.markets import private_domain, public_domain, sponsorship
from sim.markets.account import Tariff
from sim.markets.checkout import Shop, new_desk
from sim.markets.settlement import Settlement
from sim.markets.sums import Total
from sim.markets.terms import annual_fee
from sim.parameters import MOST_DAYS, Parameters, behaviour, scalars
from sim.recorder import Recorder, RunResult, by_domain
from sim.records import (
    NOBODY,
    Creators,
    Double,
    Inbox,
    Tally,
    Tier,
    Today,
    Town,
    each,
    empty,
    join,
)
from sim.replacement import with_rules
from sim.trust_survey import mean_trust
from sim.world import World

FIRST_CONSUMER_ID = 1_000
DAYS_BETWEEN_SURVEYS = 5
ADVICE_PERIOD = 7
FEN = 100


class Market(ColumnarModel):
    """A market of consumers, creators, brands and platforms.

    Parameters
    ----------
    parameters
        All of them; defaults where None.
    seed
        Any integer from 0 to 2**63 - 1; with the parameters it determines every number.
    world
        The world of that seed, if it has been built before.
    burn_in
        Days that do not count towards the outcomes.
    threads
        Threads for the consumers' day; the result does not depend on it.
    keep_orders
        Whether every order is kept, for `orders`.

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
    ) -> None:
        super().__init__(seed=seed)
        self.parameters = parameters or Parameters()
        self.seed = seed
        self.world = world or World.build(self.parameters, seed)
        self.luck = self.world.luck
        self.day = 0
        self.timings: dict[str, float] = {}
        passes = (live_all, create_all, learn_all, mean_trust)
        self.rules = with_rules(self.parameters.rules, passes)
        self._open_people()
        self._open_businesses(burn_in, threads, keep_orders)

    def _open_people(self) -> None:
        world = self.world
        self.rates = behaviour(self.parameters)
        self.pay = scalars(self.parameters.creators, self.parameters.rules.numbers)
        self.town = Town(
            world.people,
            each(world.consumers, np.copy),
            each(world.follows, np.copy),
            world.graph,
        )
        self.creators = each(world.creators, np.copy)
        self.kol_threshold = business.kol_threshold(self.parameters, world.population)
        accounts = business.own_accounts(world, self.parameters, len(self.creators.active))
        self.first_account = len(self.creators.active) if accounts else NOBODY
        if accounts:
            self.creators = join([self.creators, accounts])
        self.noise = self._noise_of(self.creators)
        self.inbox = empty(Inbox, 0)
        self.trust = self._survey()

    def _noise_of(self, creators: Creators) -> Double:
        with np.errstate(over="ignore"):
            return judgement_noise(keys_of(creators), len(self.world.goods.category), self.luck)

    def _survey(self) -> float:
        mean_trust = self.rules[-1]
        return float(mean_trust(self.town.follows, self.creators, self.rates.trust))

    def _open_businesses(self, burn_in: int, threads: int, keep_orders: bool) -> None:
        p, goods = self.parameters, self.world.goods
        categories, products = self.town.people.taste.shape[1], len(goods.category)
        weekly = round(p.brands.weekly_budget * FEN * self.world.population / p.brands.count)
        split = np.array([p.brands.ads, p.brands.kol, p.brands.koc, p.brands.own])
        self.platforms = [Platform(self, v, policy, products) for v, policy in enumerate(p.platforms)]
        self.purses = full_purses(p.brands.count, weekly, split)
        self.brands = [Brand(self, b, p.brands.adapt) for b in range(p.brands.count)]
        self.shop = Shop(goods, p)
        self.open_desk()
        self.settlement = Settlement(Ledger(len(self.platforms), p.brands.count, 0), p.platforms)
        self.settlement.welcome(self.creators.home, keys_of(self.creators))
        self.recorder = Recorder(products, burn_in, keep_orders)
        live, *_ = self.rules
        self.crowd = Crowd(categories, products, len(self.platforms), threads, live)
        self.sheet = business.empty_sheet(len(self.creators.active), categories)
        self.venues = public_domain.venues(p.platforms, p.market.attention.public_slots)
        self.policies = public_domain.policies(p.platforms)
        self.orders_so_far = 0
        first_creator = FIRST_CONSUMER_ID + len(self.town.people.activity)
        self.consumers = self.add_population(
            Population(self, Consumer, self._consumer_tables, first_id=FIRST_CONSUMER_ID)
        )
        for kind, rows in ((KOC, self._koc_rows), (KOL, self._kol_rows)):
            self.add_population(Population(self, kind, self._creator_tables, rows=rows, first_id=first_creator))
        self.kocs, self.kols = self.agents_by_type[KOC], self.agents_by_type[KOL]

    def open_desk(self) -> None:
        """Make room to note what happens at checkout, for all who are in the market now."""
        self.desk = new_desk(self.shop.ratings, self.purses, len(self.platforms), len(self.creators.active))

    def _consumer_tables(self) -> Sequence[NamedTuple]:
        return (self.town.people, self.town.consumers)

    def _creator_tables(self) -> Sequence[NamedTuple]:
        return (self.creators,)

    def _koc_rows(self) -> NDArray[np.int64]:
        return np.flatnonzero((self.creators.tier == Tier.KOC) & (self.creators.active == 1))

    def _kol_rows(self) -> NDArray[np.int64]:
        return np.flatnonzero((self.creators.tier == Tier.KOL) & (self.creators.active == 1))

    # --- the day ----------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """One day.

        Raises
        ------
        UserError
            After as many days as there are draws for.
        """
        self.open_day()
        self._timed("consumers live", self.live)
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
        self._timed("brands plan", self._brands_plan)
        self._timed("creators post", self._creators_post)
        self._timed("platforms rank", self._platforms_rank)
        self.crowd.open_day(len(self.creators.active))

    def live(self, start: int = 0, end: int | None = None) -> None:
        """Let consumers ``start`` to ``end - 1`` live today; each must live exactly once a day."""
        end = len(self.town.people.activity) if end is None else end
        with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
            self.crowd.run(start, end, self.day, self.luck, self.town, self.today, self.rates)

    def close_day(self) -> None:
        """The phases after the consumers'."""
        happened, tally = self.crowd.close_day()
        self.orders_today = happened.orders
        self._timed("checkout clears", lambda: self._checkout_clears(tally))
        self._timed("platforms settle", self._platforms_settle)
        self._timed("words travel", lambda: self._words_travel(happened))
        self._timed("creators learn", lambda: self._creators_learn(tally))
        self._timed("recorder records", lambda: self._record(tally))
        self.orders_so_far += len(self.orders_today.consumer)
        self.day += 1

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
        people, products = len(self.town.people.activity), len(self.world.goods.category)
        rows = np.asarray(consumers, np.int64)
        if rows.size and not (rows.min() >= 0 and rows.max() < people):
            raise UserError(f"consumers {rows.min()} to {rows.max()}: expected rows 0 to {people - 1}")
        if not 0 <= product < products:
            raise UserError(f"product={product}: expected 0 to {products - 1}")
        word = float(self.world.goods.quality[product])
        self.inbox = private_domain.with_word(self.inbox, rows, product, word)
        return self

    def _timed(self, name: str, phase: Callable[[], None]) -> None:
        start = time.perf_counter()
        with np.errstate(over="ignore"):
            phase()
        self.timings[name] = self.timings.get(name, 0.0) + time.perf_counter() - start

    def _brands_plan(self) -> None:
        if self.day == self.recorder.burn_in:
            self._start_measuring()
        for brand in self.brands:
            brand.step()
        pay = self.parameters.creators
        self.contracts = sponsorship.contracts(self.purses, pay.commission, pay.resale_margin, pay.slot_fee)
        self.shelf = self.shop.shelf(sponsorship.open_accounts(self.purses, self.first_account))

    def _creators_post(self) -> None:
        _, create, *_ = self.rules
        creators, p = self.creators, self.parameters
        self.sheet = business.grown_sheet(self.sheet, len(creators.active))
        studio = Studio(
            self.luck, creators, self.shelf, self.contracts, self.sheet, self.rates.trust, self.pay, self.noise,
            p.platform.live_discount,
        )  # fmt: skip
        room = business.empty_posts(len(creators.active), p.creators.posts_most)
        count = create(self.day, ADVICE_PERIOD if self.day else 1, studio, room)
        self.posts = each(room, lambda column: column[:count])._replace(first=room.first)
        self._charge_slot_fees()

    def _charge_slot_fees(self) -> None:
        p, settlement, creators = self.parameters, self.settlement, self.creators
        if len(self.desk.earned) < len(creators.active):
            self.open_desk()
        self.tariff = Tariff(
            home=self.town.people.home,
            tier=creators.tier,
            brand=self.shop.goods.brand,
            goods_cost=self.shop.goods_cost,
            take=settlement.terms.take,
            settlement_days=settlement.terms.settlement_days,
            return_days=settlement.terms.return_days,
            agreed=self.contracts,
            shipping=round(p.brands.shipping * FEN),
        )
        self.spent_before = int(self.purses.spent.sum())
        accounts, earned = settlement.ledger.accounts, self.desk.earned
        sponsorship.charge_slot_fees(self.posts, creators.audience, self.tariff, accounts, self.purses, earned)

    def _platforms_rank(self) -> None:
        standing = public_domain.Standing(
            sales=np.array([platform.sales for platform in self.platforms]),
            satisfaction=self.shop.satisfaction(),
            bids=sponsorship.ad_bids(self.purses, self.world.goods.brand),
        )
        by_category = self.shop.by_category
        feeds = public_domain.rank(self.policies, standing, self.shelf, by_category, self.posts, self.creators)
        shares = public_domain.content_shares(self.policies, feeds, self.world.population)
        venues = self.venues._replace(content_share=shares)
        self.today = Today(self.shelf, self.posts, self.sheet, feeds, venues, self.inbox)

    def _checkout_clears(self, tally: Tally) -> None:
        self.settlement.take(self.orders_today, self.tariff, self.orders_so_far, self.day, self.desk)
        for platform in self.platforms:
            platform.count_sales(self.desk.sold[platform.number])
        self._book_marketing(tally)

    def _book_marketing(self, tally: Tally) -> None:
        accounts, terms, purses = self.settlement.ledger.accounts, self.settlement.terms, self.purses
        sponsorship.charge_ads(tally.ads_viewed, terms.ad_price, self.shop.goods.brand, accounts, purses)
        if self.first_account >= 0:
            joined = tally.creator_followers[self.first_account : self.first_account + len(self.brands)]
            contact = round(self.parameters.brands.own_contact * FEN)
            sponsorship.give_packets(joined, contact, accounts, purses)
        purses.spent[:, Spending.FEES] += sum(annual_fee(yearly, self.day) for yearly in terms.annual_fee.tolist())
        self.spent_today = int(purses.spent.sum()) - self.spent_before

    def _platforms_settle(self) -> None:
        self.settlement.close_day(self.day, self.luck[Stream.WITHDRAWAL], self.town.consumers.wallet)

    def _words_travel(self, happened: Happened) -> None:
        questions, consumers = happened.questions, self.town.consumers
        self.inbox = private_domain.deliver(happened.shares, self.orders_so_far, len(consumers.adviser))
        self.asked = len(questions.consumer)
        answers, creators = int(self.parameters.creators.answers), len(self.creators.active)
        self.answered = private_domain.answer(
            self.day, questions, answers, creators, consumers.adviser, consumers.question, self.luck
        )

    def _creators_learn(self, tally: Tally) -> None:
        creators, orders = self.creators, self.orders_today
        category = self.world.goods.category
        business.remember(creators, self.posts, orders, category, self.rates.trust.reputation_decay)
        creators.audience[:] += tally.creator_followers
        earned = self.desk.earned
        self.earned_today = int(earned.sum())
        *_, learn, _ = self.rules
        measuring = self.day >= self.recorder.burn_in
        learn(self.day, self.posts.first, earned, self.luck, creators, self.pay, measuring)
        business.change_roles(creators, self.town.consumers.creator, self.kol_threshold)
        newcomers = business.entrants(self.day, orders, creators, self.pay, self.world, self.parameters)
        if newcomers is not None:
            self.creators = business.settle_in(newcomers, creators, self.day, self.town, self.world, self.parameters)
            self.settlement.welcome(self.creators.home, keys_of(self.creators))
            self.noise = np.concatenate([self.noise, self._noise_of(newcomers)])
        if self.day % ADVICE_PERIOD == ADVICE_PERIOD - 1:
            mean_taste(self.town.follows, self.town.people.taste, self.creators.fit, self.creators.audience)

    def _start_measuring(self) -> None:
        self.recorder.start_measuring(self.creators, self.settlement.ledger.accounts.revenue, self._brand_cash())
        self.town.consumers.reached[:] = 0
        self.town.consumers.bought_from[:] = 0
        self.town.consumers.bought_again[:] = 0

    def _brand_cash(self) -> int:
        accounts = self.settlement.ledger.accounts
        return int(accounts.brand.sum() + accounts.brand_balance.sum() + accounts.deposit.sum())

    def _record(self, tally: Tally) -> None:
        creators, recorder, today = self.creators, self.recorder, self.desk.sums
        if self.day % DAYS_BETWEEN_SURVEYS == 0:
            self.trust = self._survey()
        in_business = np.bincount(creators.tier[creators.active == 1], minlength=len(Tier)).tolist()
        if self.day >= recorder.burn_in:
            recorder.count(tally, today, self.spent_today, in_business[Tier.KOC])
            if (self.day - recorder.burn_in) % DAYS_A_WEEK == DAYS_A_WEEK - 1:
                recorder.count_week(self.town.consumers.reached)
        if recorder.keep_orders:
            recorder.order_tables.append((self.day, self.orders_today))
        before, self.revenue_so_far = self.revenue_so_far, int(self.settlement.ledger.accounts.revenue.sum())
        total = today.total.tolist()
        orders, public_orders, private_orders = by_domain(today.ordered)
        recorder.rows.append(
            (
                self.day,
                total[Total.GMV] / FEN,
                orders,
                orders - total[Total.KEPT],
                *by_domain(tally.viewed),
                public_orders,
                private_orders,
                total[Total.BUYERS],
                total[Total.NEW_CUSTOMERS],
                self.trust,
                in_business[Tier.KOC],
                in_business[Tier.KOL],
                len(self.posts.creator),
                self.asked,
                self.answered,
                self.spent_today / FEN,
                (self.revenue_so_far - before) / FEN,
                self.earned_today / FEN,
                total[Total.SURPLUS] / FEN,
            )
        )

    revenue_so_far = 0

    # --- what it leaves ---------------------------------------------------------------------------------------------

    def daily(self) -> pd.DataFrame:
        """Row a day so far, burn-in included; money in yuan."""
        return self.recorder.daily()

    def orders(self) -> pd.DataFrame:
        """Every order so far (with ``keep_orders``); money in fen."""
        orders = self.recorder.orders()
        orders["platform"] = self.world.people.home[orders["consumer"].to_numpy(int)]
        return orders

    def result(self) -> RunResult:
        """Outcomes and tables over the days after burn-in.

        Raises
        ------
        UserError
            If none of them has been lived yet.
        """
        if self.day <= self.recorder.burn_in:
            raise UserError(
                f"day {self.day}: nothing is measured before burn-in ends; run more than {self.recorder.burn_in} days"
            )
        creators, consumers, accounts = self.creators, self.town.consumers, self.settlement.ledger.accounts
        recorder = self.recorder
        trust = self._survey()
        outcomes = recorder.outcomes(
            self.world.population, consumers, creators, trust, accounts.revenue, self._brand_cash()
        )  # fmt: skip
        people = creators.brand < 0
        sold = np.pad(recorder.sums.sold_by, (0, len(people) - len(recorder.sums.sold_by)))
        table = pd.DataFrame(
            {
                "creator": np.flatnonzero(people),
                "tier": np.where(creators.tier[people] == Tier.KOL, "KOL", "KOC"),
                "audience": creators.audience[people],
                "income": creators.earned[people] / FEN,
                "sold": sold[people] / FEN,
                "active": creators.active[people] == 1,
            }
        )
        split = pd.DataFrame({"party": list(recorder.split), "yuan": [fen / FEN for fen in recorder.split.values()]})
        graph = pd.DataFrame([asdict(self.world.statistics)])
        return RunResult(outcomes, self.daily(), recorder.funnel(), table, split, graph)

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
