"""Graph files with a format of their own: GraphML, GEXF, GML and Pajek by networkx, Matrix Market by SciPy."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from sim.errors import UserError
from sim.graphs.files.formats import Format
from sim.graphs.friendships import Ties, ties_of

if TYPE_CHECKING:
    import networkx as nx


def read_network(data: bytes, kind: Format, source: str, directed: bool) -> Ties:
    """Read the ties of a graph file; attributes of people and ties are left aside.

    Parameters
    ----------
    data
        The whole file in UTF-8.
    kind
        Any format but text.
    source
        What messages call it.
    directed
        Whether only people who name each other will be friends.

    Raises
    ------
    UserError
        If it is broken, or a variant that cannot be read; says what the library said.
    """
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", data.decode())  # its encoding is no longer the one declared there
    readers: dict[str, Callable[[], Ties]] = {
        "GraphML": lambda: _graphml(text, source),
        "GEXF": lambda: _gexf(text, source),
        "GML": lambda: _gml(text, source),
        "Pajek": lambda: _pajek(text, source, directed),
        "Matrix Market": lambda: _matrix_market(text),
    }
    try:
        return readers[kind]()._replace(format=kind)
    except UserError:
        raise
    except Exception as error:  # readers of others' files raise whatever they meet
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(f"{source}: cannot be read as {kind} ({said}); expected a whole {kind} file") from error


def _graphml(text: str, source: str) -> Ties:
    import networkx as nx

    graph = nx.parse_graphml(text, node_type=str)
    _check_declared(graph, text, source)
    return ties_of(graph, source)


def _gexf(text: str, source: str) -> Ties:
    import networkx as nx

    graph = nx.read_gexf(io.BytesIO(text.encode()), node_type=str)
    _check_declared(graph, text, source)
    return ties_of(graph, source)


def _check_declared(graph: nx.Graph, text: str, source: str) -> None:
    """Networkx makes a person of whomever a tie names."""
    declared = {each.get("id") for each in ElementTree.fromstring(text).iter() if each.tag.rpartition("}")[2] == "node"}
    if unknown := [person for person in graph if person not in declared]:
        raise UserError(f"{source}: a tie to {unknown[0]!r}, who is no node of it; expected a node for each person")


def _gml(text: str, source: str) -> Ties:
    import networkx as nx

    if not re.search(r"\bmultigraph\s+\d", text):  # else networkx refuses ties that are repeated
        text = re.sub(r"\bgraph\s*\[", "graph [\nmultigraph 1", text, count=1, flags=re.IGNORECASE)
    try:
        return ties_of(nx.parse_gml(text, label="label"), source)
    except nx.NetworkXError as error:
        if "label" not in str(error):
            raise
        graph = nx.parse_gml(text, label="id")
        ties = ties_of(graph, source)
        return ties._replace(notes=(*ties.notes, "labels are missing or repeated: people go by their id"))


def _pajek(text: str, source: str, directed: bool) -> Ties:
    """One list of ties at a time, since networkx takes what follows the first for ties of the same kind."""
    import networkx as nx

    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith(("%", "/*"))]
    starts = [n for n, line in enumerate(lines) if line.startswith("*")] + [len(lines)]
    people: list[str] = []
    graphs: list[nx.Graph] = []
    for start, end in pairwise(starts):
        name = lines[start].split()[0].partition(":")[0].lower()
        if name == "*vertices":
            if people:
                raise UserError(f"{source}: holds several networks; expected one *Vertices section")
            people = _vertices(lines[start:end])
        elif name in ("*arcs", "*edges", "*matrix"):
            if name != "*matrix" and (short := [line for line in lines[start + 1 : end] if len(line.split()) < 2]):
                raise UserError(f"{source}: {short[0]!r} below {name} is no tie; expected the numbers of two vertices")
            graphs.append(nx.parse_pajek([*people, *lines[start:end]]))
        elif name != "*network":
            raise UserError(f"{source}: {name} is not read; expected *Vertices, then *Edges, *Arcs or *Matrix")
    if not graphs:
        raise UserError(f"{source}: no section of ties; expected *Edges, *Arcs or *Matrix")
    return _together(graphs, int(people[0].split()[1]), source, directed)


def _vertices(lines: list[str]) -> list[str]:
    """The section with a line for each person: who is not listed, or has no label, is called by number."""
    count = int(lines[0].split()[1])
    listed = {line.split()[0]: line if len(line.split()) > 1 else f"{line} {line}" for line in lines[1:]}
    return [f"*Vertices {count}", *(listed.get(str(n), f"{n} {n}") for n in range(1, count + 1))]


def _together(graphs: list[nx.Graph], people: int, source: str, directed: bool) -> Ties:
    import networkx as nx

    whole = nx.MultiDiGraph() if any(graph.is_directed() for graph in graphs) else nx.MultiGraph()
    for graph in graphs:
        if len(graph) != people:
            raise UserError(
                f"{source}: {people} vertices and {len(graph)} different labels among vertices and ties; "
                "expected a label of their own for each, and ties between these alone"
            )
        whole.add_nodes_from(graph)
        whole.add_edges_from(graph.edges())
        if directed and whole.is_directed() and not graph.is_directed():
            whole.add_edges_from((v, u) for u, v in graph.edges())
    return ties_of(whole, source)


def _matrix_market(text: str) -> Ties:
    from scipy.io import mminfo, mmread

    rows, columns, *_, layout, _, symmetry = mminfo(io.StringIO(text))
    if rows != columns or layout != "coordinate":
        raise ValueError(f"{rows} x {columns}, {layout}: no square list of ties")
    read = mmread(io.StringIO(text)).tocoo()
    is_whole = symmetry == "general"
    kept = np.ones(read.nnz, bool) if is_whole else read.row >= read.col  # the other half is the same ties again
    u, v = read.row[kept].astype(np.int64), read.col[kept].astype(np.int64)
    return Ties([str(n + 1) for n in range(rows)], u, v, None if is_whole else False)
