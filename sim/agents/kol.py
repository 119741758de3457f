"""The key opinion leader, as a Mesa agent."""

from __future__ import annotations

from sim.agents.koc import KOC


class KOL(KOC):
    """A creator with a mass audience; whether it is reached in public or in private is another matter."""
