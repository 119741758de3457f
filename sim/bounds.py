"""What the columns of a market may hold: rows, types and ranges, which a file from elsewhere is held against.

Compiled code trusts its columns: an index beyond its table reads or writes foreign memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.records import NOBODY, Channel, Orders, Tier

ROWS = {
    "Creators": "creators",
    "Market.noise": "creators",
    "Accounts.creator_balance": "creators",
    "Accounts.creator": "creators",
    "Parties.creator": "creators",
    "Parties.home": "creators",
    "Parties.key": "creators",
    "Recorder.revenue_before": "measured platforms",
    "Sheet": "sheet rows",
    "Bills": "bills",
    "Lines": "bills",
    "Inbox": "words",
    "Orders": "orders",
}
"""How many rows there are of what grows, by the names of `sizes`; all else has as many as in a new market."""

MOST_ROWS = {"Sums.sold_by": "creators", "Recorder.first_kocs": "creators"}

RANGES: dict[str, tuple[int, int | str | None]] = {
    "Consumers.own_product": (NOBODY, "products"),
    "Consumers.word_product": (NOBODY, "products"),
    "Consumers.adviser": (NOBODY, "creators"),
    "Consumers.question": (0, "categories"),
    "Consumers.reached": (0, 3),
    "Consumers.customer_of": (0, "sets of brands"),
    "Consumers.bought_from": (0, "sets of brands"),
    "Consumers.bought_again": (0, "sets of brands"),
    "Consumers.creator": (NOBODY, "creators"),
    "Follows.creator": (NOBODY, "creators"),
    "Creators.consumer": (NOBODY, "people"),
    "Creators.brand": (NOBODY, "brands"),
    "Creators.home": (0, "platforms"),
    "Creators.tier": (0, max(Tier)),
    "Creators.active": (0, 1),
    "Creators.audience": (0, None),
    "Sheet.active": (0, 1),
    "Sheet.private": (0, 1),
    "Sheet.advice": (NOBODY, "products"),
    "Sheet.advice_paid": (0, 1),
    "Inbox.to": (0, "people"),
    "Inbox.product": (0, "products"),
    "Inbox.order": (NOBODY, None),
    "Inbox.creator": (NOBODY, "creators"),
    "Orders.consumer": (0, "people"),
    "Orders.product": (0, "products"),
    "Orders.creator": (NOBODY, "creators"),
    "Orders.channel": (0, max(Channel)),
    "Orders.parent": (NOBODY, None),
    "Bills.consumer": (0, "people"),
    "Bills.platform": (0, "platforms"),
    "Bills.brand": (0, "brands"),
    "Bills.creator": (NOBODY, "creators"),
    "Bills.stage": (0, 2),
    "Parties.home": (0, "platforms"),
    "Ratings.reviews": (0, None),
    "Ratings.bought": (0, None),
    "Ratings.satisfying": (0, None),
    "Recorder.first_kocs": (0, "creators"),
}
"""Least and greatest value of integers; a name stands for one less than there are."""

MAY_BE_NAN = ("Orders.review",)
SORTED = ("Inbox.to",)


def check(name: str, value: Any, new: Any, sizes: Mapping[str, int] | None = None, column: str = "") -> None:
    """See that a value fits where a new market has one.

    Parameters
    ----------
    name
        Of the value, in messages.
    value
        An array, a number, or a named tuple or list of them.
    new
        The same of a new market.
    sizes
        How many there are of whatever `ROWS` and `RANGES` name. Without them types alone are looked at.
    column
        Name of the value in `ROWS` and `RANGES`; as in messages unless given.

    Raises
    ------
    UserError
        Names what does not fit, and what would.
    """
    if isinstance(new, np.ndarray):
        if not isinstance(value, np.ndarray) or (value.dtype, value.ndim) != (new.dtype, new.ndim):
            raise UserError(f"{name}: {_kind(value)}, expected {_kind(new)}")
        if sizes is not None:
            _check_array(name, column or name, value, new, sizes)
    elif isinstance(new, float) and type(value) is int:
        return  # a whole number
    elif type(value) is not type(new) or (isinstance(new, list | tuple) and len(value) != len(new)):
        raise UserError(f"{name}: {_kind(value)}, expected {_kind(new)}")
    elif isinstance(new, list | tuple):
        if sizes is not None and isinstance(new, Orders):  # of a day, which has its own number of rows
            check(name, value, new)
            sizes = {**sizes, "orders": len(value[0])}
        fields = getattr(new, "_fields", range(len(new)))
        for field, one, other in zip(fields, value, new, strict=True):
            check(f"{name}.{field}", one, other, sizes, f"{type(new).__name__}.{field}")


def _kind(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} in {value.ndim} dimensions"
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, list | tuple) else "")


def _check_array(name: str, column: str, value: NDArray[Any], new: NDArray[Any], sizes: Mapping[str, int]) -> None:
    expected = (_rows(column, value, new, sizes), *new.shape[1:])
    if value.shape != expected:
        raise UserError(f"{name}: shape {value.shape}, expected {expected}")
    if value.dtype.kind == "f" and column not in MAY_BE_NAN and not np.isfinite(value).all():
        raise UserError(f"{name}: holds what is infinite or no number; expected finite numbers")
    if column in RANGES and value.size:
        least, most = RANGES[column]
        greatest = sizes[most] - 1 if isinstance(most, str) else most
        within(name, int(value.min()), least, greatest)
        within(name, int(value.max()), least, greatest)
    if column in SORTED and (np.diff(value) < 0).any():
        raise UserError(f"{name}: is not sorted; expected rising numbers")


def _rows(column: str, value: NDArray[Any], new: NDArray[Any], sizes: Mapping[str, int]) -> int:
    if column in MOST_ROWS:
        return min(len(value), sizes[MOST_ROWS[column]])
    known = ROWS.get(column) or ROWS.get(column.partition(".")[0])
    return sizes[known] if known else len(new)


def within(name: str, value: int, least: int, most: int | None) -> None:
    """See that a number is in its range.

    Raises
    ------
    UserError
        Names it, and the range.
    """
    if value < least or (most is not None and value > most):
        span = f"{least} or more" if most is None else f"{least} to {most}"
        raise UserError(f"{name}: {value}, expected {span}")
