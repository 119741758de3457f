"""What people read while a command works."""

from __future__ import annotations

from rich.console import Console


def console() -> Console:
    """The terminal beside the output: text is printed as it is, whatever it looks like."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
