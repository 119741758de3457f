"""A graph of one's own: friendships read from the file that the parameters name."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.errors import UserError
from sim.graphs.friendships import Friendships
from sim.graphs.reading import read_friendships
from sim.parameters import Graph
from sim.ranges import LEAST_PEOPLE, MOST_PEOPLE


def friendships_of(shape: Graph) -> Friendships | None:
    """The friendships of the file that the parameters of the graph name; None where they are drawn.

    Raises
    ------
    UserError
        If the file cannot be read, or holds too few people, or too many.
    """
    if shape.kind != "edgelist":
        return None
    file = Path(shape.path)
    status = file.stat() if file.is_file() else None
    return _read(shape.path, shape.directed, (status.st_size, status.st_mtime_ns) if status else None)


@lru_cache(maxsize=1)
def _read(path: str, directed: bool, state: tuple[int, int] | None) -> Friendships:
    """Read a file once for all seeds, and anew when its state has changed."""
    found = read_friendships(path, directed)
    check_people(found)  # before anybody tells what was read
    return found


def check_people(friendships: Friendships | None) -> None:
    """Refuse friendships of too few people for a market, or too many."""
    if friendships is None or LEAST_PEOPLE <= len(friendships.ids) <= MOST_PEOPLE:
        return
    source, people = friendships.report.source, len(friendships.ids)
    raise UserError(f"{source}: {people:,} people; expected {LEAST_PEOPLE} to {MOST_PEOPLE:,} for a market")
