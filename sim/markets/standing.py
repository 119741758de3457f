"""Standing: what each platform has at the end of a day."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.day import Day
from sim.records import Table
from sim.state import FEN, NOBODY, Order, Stage

STANDING = ("day", "platform", "members", "looking", "creators", "orders", "gmv", "revenue", "growth_cost")


def standing(orders: Table[Order], m: Day) -> list[tuple[Any, ...]]:
    """A row for each platform, columns `STANDING`; money in yuan.

    Parameters
    ----------
    orders
        Of today.
    """
    platforms = np.arange(len(m.platforms))
    homes, creators = m.people["home"].astype(np.int64), m.creators
    looking = np.bincount(homes[m.people["looks"] > 0], minlength=len(platforms))
    in_business = creators["active"] & (creators["brand"] == NOBODY)
    if len(m.memberships):
        members = m.memberships["member"].sum(axis=0)
        posting = creators["platforms"][:, None] >> platforms & 1 == 1
    else:
        members = looking
        posting = creators["home"][:, None] == platforms
    made = orders["stage"] != Stage.CANCELLED
    where = orders["platform"][made].astype(np.int64)
    columns = (
        members,
        looking,
        (posting & in_business[:, None]).sum(axis=0),
        np.bincount(where, minlength=len(platforms)),
        np.bincount(where, orders["price"][made] / FEN, len(platforms)),
        m.accounts.revenue.sum(axis=1) / FEN,
        m.platforms["growth_cost"],
    )
    return [(m.day, v, *(column[v].item() for column in columns)) for v in platforms.tolist()]
