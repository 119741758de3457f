"""Errors that a user can mend."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_NAMES = 25  # that are listed


class UserError(ValueError):
    """A mistake in what the user gave: one line that names the key or file, what was wrong and what would be right."""


class LedgerError(RuntimeError):
    """The accounts do not close: names the day and the order, or the account, at fault."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Hint at the nearest valid name, or list the valid ones.

    Parameters
    ----------
    name
        What the user wrote.
    known
        The valid names.

    Returns
    -------
    str
        For instance ``"did you mean 'take_rate'?"``.
    """
    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"valid names: {', '.join(names[:MOST_NAMES])}{' and so on' if len(names) > MOST_NAMES else ''}"
