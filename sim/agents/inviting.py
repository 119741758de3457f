"""Inviting: creators who open a shop on a platform ask followers to come along."""

from __future__ import annotations

import numpy as np

from sim.agents.platform_week import Week
from sim.arrays import Int64
from sim.compilation import allocating
from sim.day import Day
from sim.draw_numbers import MembershipDraw
from sim.draws import Stream, partner, uniforms_at
from sim.parameters import Membership
from sim.state.people import FOLLOW_SLOTS


def invite(week: Week, p: Membership, m: Day) -> None:
    """Let creators who open a shop invite some followers who are not there, by lot."""
    if p.asked_most == 0:
        return
    people, of = followers_of(week.opened, m)
    for k in np.flatnonzero(week.opened >= 0).tolist():
        v, candidates = int(week.opened[k]), people[of == k]
        candidates = candidates[m.members["held"][candidates] >> v & 1 == 0]
        host = m.creators["consumer"][k : k + 1].astype(np.int64)
        u = float(uniforms_at(m.keys[Stream.MEMBERSHIP], m.day, host, MembershipDraw.INVITES)[0])
        size = min(p.asked_least + int(u * (p.asked_most - p.asked_least + 1)), p.asked_most)
        draw = MembershipDraw.INVITED + partner(int(host[0]))
        lots = uniforms_at(m.keys[Stream.MEMBERSHIP], m.day, candidates, draw)
        week.invited[candidates[np.argsort(lots, kind="stable")[:size]]] |= 1 << v


@allocating
def followers_of(opened: Int64, m: Day) -> tuple[Int64, Int64]:
    """Who follows creators that have opened a shop, in the order of people, and which creator.

    Parameters
    ----------
    opened
        Where each creator has, shape (K,); or `NOBODY`.
    """
    found = 0
    for i in range(m.follows.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            found += opened[k] >= 0
    people, of = np.empty(found, np.int64), np.empty(found, np.int64)
    n = 0
    for i in range(m.follows.shape[0]):
        for slot in range(FOLLOW_SLOTS):
            k = m.follows[i, slot].creator
            if k < 0:
                break
            if opened[k] >= 0:
                people[n], of[n] = i, k
                n += 1
    return people, of
