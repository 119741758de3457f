"""Friendships from outside the model: ties between named people, made into a graph, and what was counted on the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import UserError
from sim.graphs.graph import Graph, digest, from_ties

if TYPE_CHECKING:
    import networkx as nx

Ends = NDArray[np.int64]
Ids = list[str] | NDArray[np.int64]

INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,17})(\.0+)?")


class Ties(NamedTuple):
    """Ties as a file or a graph object lists them."""

    names: Sequence[str]
    """Everybody, each once, in any order."""
    u: Ends
    """Who names whom: places in `names`, shape (ties,)."""
    v: Ends
    directed: bool | None = None
    """Whether its author calls the ties directed; None where the format cannot say."""
    format: str = "text"
    encoding: str = ""
    lines: int | None = None
    comments: int | None = None
    header: str | None = None
    """The names of the two columns; empty where there is no header, None where the format has none."""
    notes: tuple[str, ...] = ()
    """What else the reader of a file should know."""


class GraphReport(NamedTuple):
    """What was read; `str` tells it in one line.

    Attributes
    ----------
    source : str
        The file, or the kind of object.
    format, encoding : str
    lines, comments : int or None
        None where the format has no lines.
    header : str or None
        The names of the two columns; empty for none, None where the format has none.
    ties, people : int
        Of the graph.
    repeated : int
        Ties named before.
    self_ties : int
        Ties of people to themselves, which are dropped.
    one_way : int or None
        Namings that are not returned, which make no tie; None where the ties are undirected.
    notes : tuple of str
    """

    source: str
    format: str
    encoding: str
    lines: int | None
    comments: int | None
    header: str | None
    ties: int
    people: int
    repeated: int
    self_ties: int
    one_way: int | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        form = ", ".join(filter(None, (self.format, self.encoding)))
        parts = [_counted(self.lines, "line"), _counted(self.comments, "comment")]
        parts += [f"header {self.header}" if self.header else "no header"] if self.header is not None else []
        parts += [_counted(self.ties, "tie"), f"{self.people:,} people", _counted(self.repeated, "repeated tie")]
        parts += [_counted(self.self_ties, "self-tie"), _counted(self.one_way, "one-way naming")]
        parts = list(filter(None, parts))
        return f"{self.source} ({form}): {', '.join(parts)}{''.join(f'; {note}' for note in self.notes)}"

    def record(self) -> dict[str, Any]:
        """For JSON: all attributes, and the line under ``summary``."""
        return {**self._asdict(), "notes": list(self.notes), "summary": str(self)}


def _counted(number: int | None, what: str) -> str:
    return "" if number is None else f"{number:,} {what}{'s' * (number != 1)}"


class Friendships(NamedTuple):
    """A graph of named people."""

    graph: Graph
    """Of everybody who is named; somebody named only in ties to themselves is isolated."""
    ids: Ids
    """The id of each row, shape (N,), in rising order: int64 where all ids are integers, text otherwise."""
    report: GraphReport


def gathered(source: str, ties: Ties, directed: bool) -> Friendships:
    """Make a graph of ties; the order of the ties and of the people has no influence on it.

    Parameters
    ----------
    source
        What messages call the ties.
    ties
        At least one.
    directed
        Whether only people who name each other are friends.

    Raises
    ------
    UserError
        If there is no tie between two people, or nobody names each other.
    """
    ids, rank, kinds = _in_order(ties.names)
    u, v = rank[ties.u], rank[ties.v]
    apart = u != v
    u, v, self_ties = u[apart], v[apart], int(np.count_nonzero(~apart))
    if not u.size:
        raise UserError(f"{source}: no ties between two people; expected two different ids in a tie")
    people, one_way, repeated = len(ids), None, 0
    directed = directed and ties.directed is not False
    namings = len(u)
    if directed:
        pairs = np.unique(u * people + v)
        returned = np.isin(pairs, pairs % people * people + pairs // people, assume_unique=True)
        one_way, repeated = int(np.count_nonzero(~returned)), namings - len(pairs)
        u, v = pairs[returned] // people, pairs[returned] % people
        if not u.size:
            raise UserError(f"{source}: no two people name each other; expected mutual ties, or directed=false")
    graph = from_ties(people, u, v)
    found = len(graph.friends) // 2
    repeated = repeated if directed else namings - found
    notes = (*ties.notes, *kinds)
    if ties.directed and not directed:
        notes += ("its ties are directed and all are read as friendships, graph.directed=true keeps mutual ones alone",)
    report = GraphReport(
        source, ties.format, ties.encoding, ties.lines, ties.comments, ties.header, found, people,
        repeated, self_ties, one_way, notes,
    )  # fmt: skip
    return Friendships(graph, ids, report)


def from_networkx(graph: nx.Graph) -> Friendships:
    """Friendships of a networkx graph, equal to the bit to those of a file with the same ties.

    Parameters
    ----------
    graph
        Its nodes are the people, isolated ones as well, and their labels the ids. In a ``DiGraph`` only people who
        name each other are friends, as with ``graph.directed=true``. Weights are left aside.

    Raises
    ------
    UserError
        If it is no networkx graph, two labels read the same, or it holds no tie.

    Examples
    --------
    >>> import networkx as nx
    >>> friendships = from_networkx(nx.karate_club_graph())
    >>> friendships.report.ties, friendships.report.people
    (78, 34)
    """
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise UserError(f"graph: a {type(graph).__name__}; expected a networkx Graph, DiGraph or MultiGraph")
    return gathered("networkx graph", ties_of(graph, "graph")._replace(format=type(graph).__name__), True)


def ties_of(graph: nx.Graph, source: str) -> Ties:
    """The ties of a networkx graph.

    Parameters
    ----------
    graph
        Of at least one tie.
    source
        What messages call it.

    Raises
    ------
    UserError
        If two labels read the same, or there is no tie.
    """
    place: dict[Hashable, int] = {node: n for n, node in enumerate(graph)}
    names = [str(node) for node in place]
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        raise UserError(f"{source}: two people have the id {twice!r}; expected ids that differ as text")
    if not graph.number_of_edges():
        raise UserError(f"{source}: no ties among its {len(names)} people; expected friendships")
    ends = np.fromiter((place[end] for tie in graph.edges() for end in tie), np.int64).reshape(-1, 2)
    weighted = any("weight" in data for *_, data in graph.edges(data=True))
    notes = ("left aside: weight",) if weighted else ()
    return Ties(names, ends[:, 0], ends[:, 1], graph.is_directed(), notes=notes)


def identity(friendships: Friendships) -> str:
    """What names friendships that no file holds, in place of a path: depends on who is a friend of whom."""
    return f"networkx graph {digest(friendships.graph)[:16]}"


def _in_order(names: Sequence[str]) -> tuple[Ids, Ends, list[str]]:
    """Names in rising order, the place there of each as given, and what is to be said of them."""
    names = list(names)
    if all(map(WHOLE.fullmatch, names)):
        values = np.array([name.partition(".")[0] for name in names], dtype=np.str_).astype(np.int64)
        ids, rank = np.unique(values, return_inverse=True)
        marked = sum("." in name for name in names)
        return ids, rank, [f"{marked:,} ids such as 1.0 are taken as integers"] if marked else []
    integers = sum(map(bool, map(INTEGER.fullmatch, names)))
    order = np.array(sorted(range(len(names)), key=names.__getitem__))
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    mixed = f"{integers:,} ids are integers and {len(names) - integers:,} are not: all are taken as text"
    return [names[n] for n in order], rank, [mixed] if integers else []
