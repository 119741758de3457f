"""Referral: every order traced back, word by word, to the post, ad, listing or search that came first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import UserError
from sim.records import NOBODY
from sim.state.channels import Channel

Numbers = NDArray[np.int64]


def trace(orders: pd.DataFrame) -> pd.DataFrame:
    """Trace every order to its root and to the first post.

    An order is led by a friend where it was made on a page that a friend's word brought; the friend's order is then its
    parent. A word that came from outside (`Market.tell`) has none, and begins a tree. What was recalled
    goes back to the same person's purchase before, and is a beginning where there was none.

    Parameters
    ----------
    orders
        Every order from the first day on, from `Market.orders`.

    Returns
    -------
    DataFrame
        A row for each order, in the same order: ``order``; ``parent``, or -1 where no friend led to it; ``root``, the
        order at which its referral tree begins; ``depth``, friends' words from there; ``first``, the order that the
        first post led to, through friends and recall; ``first_channel``, the name of the `Channel` of that post; and
        ``first_creator``, who posted it, or -1 for an ad, a listing, a search or what came to mind.

    Raises
    ------
    UserError
        If orders are missing, or an order names a parent that is not an earlier one, or was not met by a friend's word.
    """
    number = np.arange(len(orders))
    if not np.array_equal(orders["order"].to_numpy(), number):
        raise UserError("orders: numbered with gaps; expected every order since the first day, from Market.orders()")
    channel = orders["channel"].to_numpy(np.int64)
    parent = orders["parent"].to_numpy(np.int64)
    lost = (parent >= 0) & ((channel != Channel.FRIEND) | (parent >= number))
    if lost.any():
        worst = int(np.flatnonzero(lost)[0])
        met = Channel(channel[worst]).name.lower()
        raise UserError(f"orders: order {worst}, met by {met}, has parent {parent[worst]}; expected an earlier order")
    before = _own_order_before(orders)
    root, depth = _climb(parent)
    first, _ = _climb(np.where(channel == Channel.RECALL, before, parent))
    names = np.array([name.name.lower() for name in Channel])
    return pd.DataFrame(
        {
            "order": number,
            "parent": parent,
            "root": root,
            "depth": depth,
            "first": first,
            "first_channel": names[channel[first]],
            "first_creator": orders["creator"].to_numpy(np.int64)[first],
        }
    )


def trees(traced: pd.DataFrame) -> pd.DataFrame:
    """Size, depth and structural virality of each referral tree.

    Structural virality is the mean distance between two orders of a tree (Goel, Anderson, Hofman & Watts 2016): 1 for
    a pair, towards 2 for a star, above for long chains. It is the sum over the ties of ``s (n - s)``, where cutting
    the tie leaves s of the n orders on one side, over the number of pairs (Mohar & Pisanski 1988).

    Parameters
    ----------
    traced
        From `trace`.

    Returns
    -------
    DataFrame
        A row for each tree: ``root``, ``size`` in orders, ``depth``, ``virality`` (NaN for a single order).
    """
    parent, root, depth = (traced[name].to_numpy(np.int64) for name in ("parent", "root", "depth"))
    below = np.ones(len(traced), np.int64)  # orders in the branch that begins with each
    for level in range(int(depth.max(initial=0)), 0, -1):
        at = np.flatnonzero(depth == level)
        np.add.at(below, parent[at], below[at])
    size = below[root]
    cut = np.where(parent >= 0, below * (size - below), 0)
    table = pd.DataFrame({"root": root, "depth": depth, "cut": cut})
    tree = table.groupby("root", sort=True).agg(size=("depth", "size"), depth=("depth", "max"), cut=("cut", "sum"))
    pairs = tree["size"] * (tree["size"] - 1) / 2
    tree["virality"] = tree["cut"] / pairs.where(pairs > 0)
    return tree.drop(columns="cut").reset_index()


def _climb(parent: Numbers) -> tuple[Numbers, Numbers]:
    """Top of the chain of parents of each order, and the steps to it."""
    top, steps = np.arange(len(parent)), np.zeros(len(parent), np.int64)
    moving = parent >= 0
    while moving.any():
        top = np.where(moving, parent[top], top)
        steps += moving
        moving = parent[top] >= 0
    return top, steps


def _own_order_before(orders: pd.DataFrame) -> NDArray[Any]:
    """The same person's last order of the same product before each order, or -1."""
    before = orders.groupby(["consumer", "product"], sort=False)["order"].shift(1)
    return before.fillna(NOBODY).to_numpy(np.int64)
