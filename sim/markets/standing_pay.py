"""Standing pay: what is paid by the day in business, and what platforms pay for posts."""

from __future__ import annotations

import numpy as np

from sim.agents.contracts import can_pay, may_contract, spend
from sim.agents.knowing import key_of
from sim.agents.payees import is_for, is_on_post
from sim.agents.sponsorship_fees import fund_of
from sim.compilation import inlined
from sim.day import Day, Used
from sim.draw_numbers import PostDraw
from sim.draws import Stream, uniform
from sim.ledger import Revenue, move
from sim.sets import has
from sim.state.pay import Base, Funder, Payee, PayLine
from sim.units import FEN
from sim.weighted_draws import place


@inlined
def pay_standing(m: Day) -> None:
    """Pay everybody what does not hang on sales, when today's posts are written."""
    for v in range(m.platforms.shape[0]):
        for n in range(m.platforms[v].lines):
            line = m.pay[v, n]
            if line.fixed > 0.0:
                if line.of == Base.DAY:
                    pay_day(v, line, m)
                elif is_on_post(line) and line.by == Funder.PLATFORM:
                    pay_posts(v, line, m)


@inlined
def pay_day(v: int, line: PayLine, m: Day) -> None:
    """Pay the staff, or each creator in business, for a day."""
    fen = int(np.rint(FEN * line.fixed))
    if line.to == Payee.STAFF:
        move(m.accounts.revenue, (v, Revenue.PAY), m.accounts.staff, 0, fen)
        return
    for k in range(m.creators.shape[0]):
        creator = m.creators[k]
        if creator.active and creator.brand < 0 and creator.home == v and has(line.tiers, creator.tier):
            if line.by == Funder.PLATFORM:
                pay_by_platform(k, v, fen, m)
            elif may_contract(creator.tier, m):
                retain(k, fen, line, m)


@inlined
def retain(k: int, fen: int, line: PayLine, m: Day) -> None:
    """Let the brand that a lot has found for creator k pay the retainer of a day, if its fund has the money."""
    creator = m.creators[k]
    u = uniform(m.keys[Stream.POST], 0, key_of(creator), PostDraw.RETAINER)  # the same every day
    product = place(u, m.contracts[creator.tier])
    b = m.products[product].brand
    if is_for(line, b) and can_pay(product, creator.tier, fen, m):
        move(m.accounts.brand, b, m.accounts.creator_balance, k, fen)
        spend(b, fund_of(creator.tier), fen, m)
        creator.earned_today += fen


@inlined
def pay_posts(v: int, line: PayLine, m: Day) -> None:
    """Let platform v pay for each post of today about goods that a line is for."""
    for n in range(m.used[Used.POSTS]):
        k = m.posts[n].creator
        creator, brand = m.creators[k], m.products[m.posts[n].product].brand
        is_paid = creator.brand < 0 and has(line.tiers, creator.tier) and is_for(line, brand)
        if is_paid and m.posts[n].platform == v:
            of = creator.audience if line.of == Base.FOLLOWER else 1
            pay_by_platform(k, v, int(np.rint(FEN * line.fixed * of)), m)


@inlined
def pay_by_platform(k: int, v: int, fen: int, m: Day) -> None:
    """Let platform v pay creator k."""
    move(m.accounts.revenue, (v, Revenue.PAY), m.accounts.creator_balance, k, fen)
    m.creators[k].earned_today += fen
