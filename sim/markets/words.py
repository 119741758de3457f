"""Words on their way: what friends tell comes to tomorrow's inbox."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.records import NOBODY, Table, at, joined
from sim.sorting import order_of
from sim.state.visits import Word


def deliver(words: Table[Word]) -> Table[Word]:
    """Tomorrow's inbox: the words of today, which stand by teller, sorted by recipient, and by teller for one."""
    return at(words, order_of(words["to"]))


def with_word(inbox: Table[Word], to: NDArray[np.int64], product: int, quality: float) -> Table[Word]:
    """The inbox with one more word for some, which comes from no friend's order.

    Parameters
    ----------
    inbox
        Sorted by recipient.
    to
        Rows of the recipients, shape (n,).
    product, quality
        What of, and how good it is said to be.
    """
    more = Word.table(len(to))
    more["to"] = to
    more["teller"] = NOBODY
    more["product"] = product
    more["quality"] = quality
    more["creator"] = NOBODY
    both = joined([inbox, more])
    return at(both, order_of(both["to"]))
