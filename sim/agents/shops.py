"""Shops of brands: on which platforms each sells, by what sales there earn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.day import Day
from sim.draws import Stream, uniforms
from sim.ledger import move
from sim.parameters import Parameters
from sim.ranges import REFERENCE_PEOPLE
from sim.rules import membership as rule
from sim.state import DAYS_A_WEEK, FEN, Double

WEEKS_A_YEAR = 52
REVIEW, CHOICE, LEAVE, LOT = 96, 97, 98, 160  # which draw of a brand; the last with the platform added
Held = NDArray[np.bool_]


def goods_there(m: Day) -> Double:
    """Share of what brands earn that is sold on each platform, as against the mean over platforms as they are used."""
    earned = np.maximum(m.shops["margin"].sum(axis=1), 0) + 1e-9
    there = earned @ m.shops["open"] / earned.sum()
    weight = m.platforms["days"] + 1.0
    usual = float((there * weight).sum() / weight.sum())
    share: Double = there / max(usual, rule.LEAST_PRESENT)
    return share


def brands_move(m: Day, parameters: Parameters) -> None:
    """Let brands open a shop on a platform, or close one."""
    p, is_open = parameters.membership, m.shops["open"].copy()
    size = max(m.population, 1) / REFERENCE_PEOPLE  # where nobody lives there is chance, too
    income, cost = _expected(m, parameters), _costs(m, parameters) + p.shop_effort * size
    exclusive = np.array([policy.exclusive for policy in parameters.platforms])
    alone = np.broadcast_to(exclusive | (not p.brands_multi_home), is_open.shape)
    alone = alone | (is_open & exclusive).any(axis=1)[:, None]
    net = income - cost
    lost = np.where(is_open, net, 0).sum(axis=1)[:, None]
    gain = np.where(is_open, -np.inf, net - np.where(alone, lost, 0))
    lots = np.stack([_luck(LOT + v, m) for v in range(is_open.shape[1])], axis=1)
    rows, chosen = np.arange(len(is_open)), rule.best_of(gain, lots)
    noise = p.brands_noise * size
    likely = rule.chance(
        np.where(np.isfinite(gain[rows, chosen]), gain[rows, chosen], 0), p.shop_cost * size, p.horizon, noise
    )
    reviews = _luck(REVIEW, m) < p.brands_review
    opens = reviews & np.isfinite(gain[rows, chosen]) & (_luck(CHOICE, m) < likely)
    is_open[opens & alone[rows, chosen]] = False
    is_open[opens, chosen[opens]] = True
    worst = np.where(is_open, net, np.inf)
    least = worst.argmin(axis=1)
    leaving = np.where(np.isfinite(worst[rows, least]), -worst[rows, least], 0)
    must = (is_open.sum(axis=1) > 1) & (np.logical_not(p.brands_multi_home) | (is_open & exclusive).any(axis=1))
    likely = np.where(must, 1.0, rule.chance(leaving, 0.0, p.horizon, noise))
    closes = reviews & ~opens & is_open.any(axis=1) & (_luck(LEAVE, m) < likely)
    is_open[closes, least[closes]] = False
    _move_deposits(is_open, m)
    m.shops["open"] = is_open


def _expected(m: Day, parameters: Parameters) -> Double:
    """What each brand can expect to earn on each platform, yuan a week, shape (B, V).

    Where it sells, what it has earned; elsewhere what other brands earn there, times how it does against them where
    it sells. A platform without brands is expected to bring each what its visitors spend elsewhere.
    """
    weeks = parameters.membership.memory
    weeks *= 1 - np.exp(-(m.day + 1) / (DAYS_A_WEEK * weeks))
    is_open, earned = m.shops["open"], m.shops["margin"] / weeks
    visits = m.platforms["days"] / weeks
    a_visit = float(earned.sum() / max(visits.sum(), 1.0))
    alike = a_visit * visits / len(is_open)
    peers = (np.where(is_open, earned, 0).sum(axis=0) + alike) / (is_open.sum(axis=0) + 1)
    own, usual = np.where(is_open, earned, 0).sum(axis=1), (is_open * peers).sum(axis=1)
    skill = (np.maximum(own, 0) + peers.mean()) / (usual + peers.mean()) if peers.mean() > 0 else np.ones(len(own))
    return np.where(is_open, earned, peers * skill[:, None])


def _costs(m: Day, parameters: Parameters) -> Double:
    """Annual fee of each platform, yuan a week."""
    fees: Double = m.platforms["annual_fee"] / FEN / WEEKS_A_YEAR
    return fees


def _move_deposits(is_open: Held, m: Day) -> None:
    """Pay the deposit of each shop that opens, and give back that of each that closes."""
    change = is_open.astype(int) - m.shops["open"].astype(int)
    for brand, v in zip(*np.nonzero(change), strict=True):
        fen = int(change[brand, v]) * int(m.platforms["deposit"][v])
        move(m.accounts.brand, int(brand), m.accounts.deposit, int(v), fen)


def _luck(which: int, m: Day) -> Double:
    return uniforms(m.keys[Stream.MEMBERSHIP], m.day, len(m.brands), which)
