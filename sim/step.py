"""The step: one day of a market, phase by phase; between its morning and its evening each consumer lives."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim import ledger
from sim.agents import entering, membership_phase
from sim.agents.advising import answer_questions
from sim.agents.brand import marketing_cost, plan_week
from sim.agents.creating import draw_turns
from sim.agents.word_of_mouth import deliver
from sim.arrays import Int64
from sim.day import Used
from sim.engine.evening import learn_all
from sim.engine.morning import advise_all, plan_all, post_all
from sim.engine.passes import end_follows, live_all, receive_all
from sim.engine.threads import stretches
from sim.errors import LedgerError
from sim.markets import settlement
from sim.markets.arrival import arriving, book_all
from sim.markets.confirmation import bill_today, confirm_all, why_missing
from sim.markets.stock import supply
from sim.opening import with_creators
from sim.order_table import with_orders
from sim.parameters import Rules
from sim.records import Table
from sim.replacement import with_rules
from sim.results.recorder import Flows, standing_now
from sim.results.standing import standing
from sim.results.trust_survey import add_trust, mean_trust
from sim.state.visits import Unfollowing, Word
from sim.units import DAYS_A_WEEK, FEN
from sim.world.audience import write_mean_taste

if TYPE_CHECKING:
    from sim.market import Market

DAYS_BETWEEN_SURVEYS = 5
CREATORS = 1 << 10  # of one task


class Passes(NamedTuple):
    """The compiled passes of a day, with the rules that a configuration names."""

    live: Callable[..., Any]
    receive: Callable[..., Any]
    plan: Callable[..., Any]
    advise: Callable[..., Any]
    post: Callable[..., Any]
    learn: Callable[..., Any]
    survey: Callable[..., Any]

    @classmethod
    def of(cls, rules: Rules) -> Passes:
        """The passes with these rules."""
        passes = cls(
            live=live_all, receive=receive_all, plan=plan_all, advise=advise_all, post=post_all, learn=learn_all,
            survey=add_trust,
        )  # fmt: skip
        return cls(*with_rules(rules, passes))


def open_day(market: Market) -> None:
    """The phases before the consumers'."""
    with np.errstate(over="ignore"):  # keyed draws wrap around on purpose
        if market.timeline.held:
            with timed("phases begin", market):
                _begin_phases(market)
        if market.parameters.membership.choice:
            with timed("people choose platforms", market):
                membership_phase.morning(market.m, market.world, market.in_force)
        with timed("brands plan", market):
            _plan_brands(market)
        with timed("creators post, platforms rank", market):
            _post(market)
    market.consumer_pass.open_day(len(market.m.creators))


def close_day(market: Market) -> None:
    """The phases after the consumers'."""
    orders, questions, unfollowing = market.consumer_pass.happened()
    market.m = with_orders(market.m, orders, market.recorder.keep_orders, market.threads)
    with np.errstate(over="ignore"):
        with timed("orders are confirmed", market):
            _confirm_orders(market)
        with timed("goods arrive", market):
            received, told = _receive_goods(unfollowing, market)
        with timed("platforms settle", market):
            _settle(market)
        with timed("words travel", market):
            inbox = deliver(told)
            answers = answer_questions(int(market.in_force.creators.answers), questions, market.m)
        with timed("creators learn", market):
            measures = market.day >= market.recorder.burn_in
            market.passes.learn(received, measures, market.kol_threshold, market.m)
        with timed("creators enter", market):
            _let_creators_enter(received, market)
        with timed("recorder records", market):
            _record(len(questions), answers, market)
    market.m = market.m._replace(day=market.day + 1, inbox=inbox)


class timed:
    """Add the time of a phase to the market's timings."""

    def __init__(self, phase: str, market: Market) -> None:
        self.phase, self.timings = phase, market.timings

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.timings[self.phase] = self.timings.get(self.phase, 0.0) + time.perf_counter() - self.start


def _begin_phases(market: Market) -> None:
    if market.timeline.begin(market.m):
        market.put_in_force(market.timeline.in_force)


def _plan_brands(market: Market) -> None:
    if market.day == market.recorder.burn_in:
        _start_measuring(market)
    if market.day % DAYS_A_WEEK == 0:
        plan_week(np.array([brand.adapt for brand in market.brands]), market.m.brands)
    market.spent_before = marketing_cost(market.m.brands)
    market.passes.plan(market.m)


def _start_measuring(market: Market) -> None:
    market.recorder.start_measuring(market.m)
    if market.cells:
        market.cells.start(market.m)
    for column in ("reached", "bought_from", "bought_again"):
        market.m.consumers[column] = 0


def _post(market: Market) -> None:
    m, passes = market.m, market.passes
    draw_turns(m)
    market.threads.over(stretches(0, len(m.creators), CREATORS), lambda first, last: passes.advise(first, last, m))
    passes.post(m)


def _confirm_orders(market: Market) -> None:
    m = market.m
    supply(market.in_force.market.catalogue.stock_days, m)
    wrong = bill_today(market.orders_so_far, market.threads, m)
    if wrong >= 0:
        raise LedgerError(why_missing(wrong, m))
    confirm_all(m)
    market.orders_so_far += int(m.used[Used.ORDERS] - m.used[Used.BEFORE_TODAY])


def _receive_goods(unfollowing: Table[Unfollowing], market: Market) -> tuple[Int64, Table[Word]]:
    """Let goods arrive; returns the rows of their orders, by consumer, and what buyers tell friends."""
    rows = arriving(market.m)
    received = rows[np.argsort(market.m.orders["consumer"][rows], kind="stable")]
    told = market.consumer_pass.receive(market.m, received)
    if market.cells and market.day >= market.recorder.burn_in:
        market.cells.count_unfollowing(unfollowing, market.m)
    end_follows(unfollowing, market.m.follows)
    if market.parameters.membership.choice:
        membership_phase.realise(received, market.m)
    out = market.consumer_pass.gathered(market.m)
    if out is not market.m.out:
        market.m = market.m._replace(out=out)
    book_all(received, round(market.in_force.brands.own_contact * FEN), market.m)
    return received, told


def _settle(market: Market) -> None:
    pending, held = np.zeros((2, len(market.platforms)), np.int64)
    settlement.settle_all(pending, held, market.m)
    settlement.pay_interest(held, market.yields, market.interest_carries, market.m)
    ledger.check(market.m.accounts, market.day, pending)


def _let_creators_enter(received: Int64, market: Market) -> None:
    newcomers = entering.entrants(received, market.m, market.world, market.in_force)
    if len(newcomers):
        entering.settle_in(newcomers, market.m, market.world, market.in_force)
        market.m = with_creators(market.m, newcomers)
    if market.day % DAYS_A_WEEK == DAYS_A_WEEK - 1:
        write_mean_taste(market.m.people, market.m.follows, market.m.creators, market.threads)


def _record(questions: int, answers: int, market: Market) -> None:
    m, recorder = market.m, market.recorder
    spent = marketing_cost(m.brands) - market.spent_before
    if m.day % DAYS_BETWEEN_SURVEYS == 0:
        market.trust = survey(market)
    kocs, kols, earned, revenue = standing_now(m)
    if m.day >= recorder.burn_in:
        recorder.count(m.out.tally, m.sums, spent, kocs)
        if market.cells:
            market.cells.count(m.day - recorder.burn_in, m)
        if (m.day - recorder.burn_in) % DAYS_A_WEEK == DAYS_A_WEEK - 1:
            recorder.count_week(m.consumers["reached"])
    before, market.revenue_so_far = market.revenue_so_far, revenue
    if market.parameters.membership.choice:
        recorder.standings += standing(market.orders_today, m)
    flows = Flows(questions, answers, spent, market.revenue_so_far - before, earned)
    recorder.add_day(m, market.trust, (kocs, kols), flows)


def survey(market: Market) -> float:
    """Mean trust of all followers in those whom they follow."""
    return mean_trust(market.passes.survey, market.m, market.threads)
