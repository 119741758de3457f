from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import UserError
from sim.graphs.friendships import GraphReport, from_networkx
from sim.graphs.graph import Graph, from_ties
from sim.graphs.reading import read_friendships

RING = [(n, (n + 1) % 30) for n in range(30)]
NAMES = [f"{family}{given}" for family in "王李张刘陈杨" for given in "伟芳娜敏静"]


def lines(ties: list[tuple[Any, Any]], mark: str = ",") -> str:
    return "".join(f"{u}{mark}{v}\n" for u, v in ties)


def named(ids: list[str]) -> list[tuple[str, str]]:
    return [(ids[u], ids[v]) for u, v in RING]


def read(folder: Path, content: str | bytes, name: str = "ties.csv", directed: bool = False) -> tuple[Any, GraphReport]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    graph, ids, report = read_friendships(path, directed)
    found = {tuple(sorted((str(ids[u]), str(ids[v])))) for u in range(len(ids)) for v in friends_of(graph, u)}
    return found, report


def friends_of(graph: Graph, person: int) -> list[int]:
    found: list[int] = graph.friends[graph.offsets[person] : graph.offsets[person + 1]].tolist()
    return found


def expected(ties: list[tuple[Any, Any]]) -> set[tuple[str, ...]]:
    return {tuple(sorted((str(u), str(v)))) for u, v in ties}


HASHED, ADULTS = [f"#{n}" for n in range(600, 630)], [f"person {n}" for n in range(30)]
READ: dict[str, tuple[str | bytes, list[tuple[Any, Any]], str]] = {
    "all ids begin with #": (lines(named(HASHED)), named(HASHED), "header none"),
    "all ids begin with #, and a header": ("source,target\n" + lines(named(HASHED)), named(HASHED), "source,target"),
    "half of the lines begin with #": (
        lines(named([*HASHED[:15], *ADULTS[15:]])), named([*HASHED[:15], *ADULTS[15:]]), "header none",
    ),
    "one person begins with #": (lines(named(["#1fan", *ADULTS[1:]])), named(["#1fan", *ADULTS[1:]]), "header none"),
    "a tie put out of use": ("1,2\n#1,3\n" + lines(RING), RING, "header none"),
    "comments with and without a blank": (
        "# Nodes: 30 Edges: 30\n#FromNodeId\tToNodeId\n%end\n" + lines(RING, "\t"), RING, "header none",
    ),
    "edge ids": ("id,source,target\n" + "".join(f"{n},{u},{v}\n" for n, (u, v) in enumerate(RING)), RING,
                 "source,target"),
    "row names of R, csv": (
        '"","from","to"\n' + "".join(f'"{n}","{u}","{v}"\n' for n, (u, v) in enumerate(named(ADULTS), 1)),
        named(ADULTS), "from,to",
    ),
    "row names of R, table": (
        '"V1" "V2"\n' + "".join(f'"{n}" "{u}" "{v}"\n' for n, (u, v) in enumerate(named(ADULTS), 1)),
        named(ADULTS), "V1,V2",
    ),
    "row names before unknown names": (
        ",甲,乙员\n" + "".join(f"{n},{u},{v}\n" for n, (u, v) in enumerate(named(NAMES))), named(NAMES), "甲,乙员",
    ),
    "pandas index": (pd.DataFrame(RING, columns=["from_id", "to_id"]).to_csv(), RING, "from_id,to_id"),
    "weight first": ("weight,ego,alter\n" + "".join(f"0.5,{u},{v}\n" for u, v in RING), RING, "ego,alter"),
    "Gephi": ("Source,Target,Type,Id\n" + "".join(f"{u},{v},Undirected,9\n" for u, v in RING), RING, "Source,Target"),
    "semicolon and decimal comma": (
        "source;target;weight\n" + "".join(f"{u};{v};0,5\n" for u, v in RING), RING, "source,target",
    ),
    "semicolon, ids with commas": (
        lines(named([f"{a}, {a}" for a in ADULTS]), ";"), named([f"{a}, {a}" for a in ADULTS]), "header none",
    ),
    "bar": (lines(named(ADULTS), "|"), named(ADULTS), "header none"),
    "UTF-8 with a mark": (("学员,好友\n" + lines(named(NAMES))).encode("utf-8-sig"), named(NAMES), "学员,好友"),
    "UTF-16": (("学员,好友\n" + lines(named(NAMES))).encode("utf-16"), named(NAMES), "学员,好友"),
    "GBK": (("学员,好友\n" + lines(named(NAMES))).encode("gbk"), named(NAMES), "学员,好友"),
    "people called a and b": (
        lines(named([chr(97 + n) * 2 for n in range(26)] + ["from", "to", "u", "v"])),
        named([chr(97 + n) * 2 for n in range(26)] + ["from", "to", "u", "v"]), "header none",
    ),
    "user1 is a person": (lines(named([f"user{n}" for n in range(1, 31)])),
                          named([f"user{n}" for n in range(1, 31)]), "header none"),
    "weights that look like ids": ("".join(f"{u} {v} {u % 5}\n" for u, v in RING), RING, "header none"),
    "Excel's separator": ("sep=;\nsource;target\n" + lines(RING, ";"), RING, "source,target"),
    "ideographic space": (lines(named(NAMES), "\u3000"), named(NAMES), "header none"),
    "floating point": ("a,b\n".replace("a", "u").replace("b", "v") + "".join(f"{u},{v}.0\n" for u, v in RING), RING,
                       "u,v"),
}  # fmt: skip


@pytest.mark.parametrize("kind", READ)
def test_a_list_of_ties_is_read_as_what_it_is(tmp_path: Path, kind: str) -> None:
    content, ties, header = READ[kind]
    content = content.encode() if isinstance(content, str) else content
    for file in (content, gzip.compress(content)):
        found, report = read(tmp_path, file)
        assert found == expected(ties)
        assert (report.people, report.ties, report.self_ties) == (30, 30, 0)
        assert (report.header or "header none") == header


@pytest.mark.parametrize(
    ("first", "second"),
    [("源", "目标"), ("来源", "去向"), ("用户1", "用户2"), ("关注者", "被关注者"), ("推荐人", "被推荐人"),
     ("用户", "好友"), ("源节点", "目标节点"), ("姓名", "朋友"), ("Source", "Target"), ("user_id", "friend_id"),
     ("node_1", "node_2"), (":START_ID", ":END_ID"), ("follower", "followee"), ("id1", "id2")],
)  # fmt: skip
def test_two_columns_are_known_by_their_names_in_any_place(tmp_path: Path, first: str, second: str) -> None:
    text = f"时间,{second},亲密度,{first}\n" + "".join(f"2024-01-01,{v},3,{u}\n" for u, v in named(NAMES))
    found, report = read(tmp_path, text)
    assert found == expected(named(NAMES))
    assert report.header == f"{first},{second}"
    assert report.notes[0] == "left aside: 时间, 亲密度"


def test_direction_follows_the_names_of_columns(tmp_path: Path) -> None:
    text = "target,source\n" + lines([(v, u) for u, v in RING]) + "0,1\n"
    _, report = read(tmp_path, text, directed=True)
    assert (report.ties, report.one_way, report.people) == (1, 29, 30)


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pd.DataFrame({"source": [1], "target": [2]}).to_parquet(file)
    return file.getvalue()


MATRIX = nx.to_numpy_array(nx.cycle_graph(30), dtype=int)
PEOPLE = "".join(f"{n},{name},{20 + n % 9}\n" for n, name in enumerate(NAMES))
GRAPHML = "\n".join(nx.generate_graphml(nx.path_graph(30)))
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "a Git LFS pointer"),
    "git-annex": ("/annex/objects/SHA256E-s1--x.csv\n", "a git-annex pointer"),
    "JSON object": ('{"nodes": [{"id": 1}], "links": [{"source": 1, "target": 2}]}', "looks like JSON"),
    "JSON lists": ("[[1, 2],\n [2, 3]]", "looks like JSON"),
    "JSON lines": ('{"source": 1, "target": 2}\n{"source": 2, "target": 3}\n', "looks like JSON"),
    "adjacency list of names": ("a b c d\nb c\nc d e f\nd e\ne f a\nf a\n", "an adjacency list"),
    "adjacency list of integers": ("\n".join(" ".join(map(str, (n, (n + 1) % 30, (n + 2) % 30, *[n] * (n % 2))))
                                             for n in range(30)), "an adjacency list"),
    "adjacency list of networkx": ("\n".join(nx.generate_adjlist(nx.gnp_random_graph(30, 0.2, seed=1))),
                                   "an adjacency list"),
    "adjacency list with colons": ("a: b c\nb: c\nc: d\n", "an adjacency list"),
    "matrix": ("\n".join(" ".join(map(str, row)) for row in MATRIX), "an adjacency matrix"),
    "matrix with names": (pd.DataFrame(MATRIX, NAMES, NAMES).to_csv(), "an adjacency matrix"),
    "matrix with a header": (pd.DataFrame(MATRIX, NAMES, NAMES).to_csv(index=False, sep=";"), "an adjacency matrix"),
    "HTML": ("<!DOCTYPE html>\n<html><body>Sign in, please</body></html>", "an HTML page"),
    "HTML without doctype": ("<html><head><title>404, not found</title></head></html>", "an HTML page"),
    "XML": ("<?xml version='1.0'?><rss><channel/></rss>", "an XML file that is neither GraphML nor GEXF"),
    "zip": (zipped("ties.csv"), "a zip archive"),
    "xlsx": (zipped("xl/workbook.xml"), "an Excel workbook"),
    "parquet": (parquet(), "a Parquet file"),
    "SQLite": (b"SQLite format 3\0" + b"\0" * 84, "an SQLite database"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\n", "a PDF"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
    "binary": (bytes(range(256)), "line 1: not text in UTF-8"),
    "Latin-1": ("Zoë,Amélie\nAmélie,Noël\n".encode("latin-1"), "line 1: not text in UTF-8"),
    "DOT": ("digraph G {\n graph [size=3]; node [shape=box];\n a -> b;\n}\n", "a DOT file of Graphviz"),
    "UCINET": ("dl n=3 format=edgelist1\ndata:\n1 2\n", "a DL file of UCINET"),
    "Trivial Graph Format": ("1 Anna\n2 Bert\n#\n1 2\n", "the Trivial Graph Format"),
    "empty": ("", "the file is empty"),
    "blank": (" \n\n", "the file is empty"),
    "one column": ("name\nanna\nbert\n", "line 1: one column ('name')"),
    "header only": ("source,target,weight\n", "only a header (source,target)"),
    "comments only": ("# nothing\n% here\n", "no ties in this file"),
    "table of people": ("id,name,age\n" + PEOPLE, "a table of people"),
    "table of people without a header": (PEOPLE, "a table of people"),
    "classes of people": ("id,target\n" + "".join(f"{n},{n % 2}\n" for n in range(30)), "a table of people"),
    "two kinds of things": ("user,film\n" + "".join(f"{n % 20},film {n % 7}\n" for n in range(60)),
                            "ties between two kinds of things"),
    "numbered lines": ("\n".join(f"{n},{u},{v}" for n, (u, v) in enumerate(RING)), "first column numbers the lines"),
    "ids that are missing": ("source,target\n" + lines(RING) + "NA,3\n", "line 32: an id is missing ('NA,3')"),
    "open quote": ('"anna,bert\nbert,chen\n"chen,dora\n', "line 1: a double quote is not closed"),
    "open quote in a column left aside": ('1,2,a\n2,3,"b\n3,4,"c\n', "line 2: a double quote is not closed"),
    "ties or comments": (lines(RING) + "".join(f"#{u},{v}\n" for u, v in RING[:20]), "20 of 50 lines begin with #"),
    "arrows": (lines(RING, " -> "), "arrows between ids"),
    "sentences": ("".join(f"u{u} follows u{v}\n" for u, v in RING), "looks like an adjacency list"),
    "tuples": ("".join(f"({u}, {v})\n" for u, v in RING), "looks like pairs in brackets"),
    "Markdown": ("| a | b |\n|---|---|\n" + "".join(f"| {u} | {v} |\n" for u, v in RING), "a table with drawn lines"),
    "two files": (("source,target\n" + lines(RING)) * 2, "line 32: the header source,target again"),
    "two networks": ("*Vertices 1\n1 a\n*Vertices 1\n1 a\n", "several networks"),
    "Pajek lists": ("*Vertices 3\n*Edgeslist\n1 2 3\n", "*edgeslist is not read"),
    "Pajek with a label twice": ('*Vertices 3\n1 "a"\n2 "a"\n3 "b"\n*Edges\n1 3\n2 3\n', "3 vertices and 2 different"),
    "broken GraphML": ("<graphml><graph edgedefault='undirected'><node id='a'/>", "cannot be read as GraphML"),
    "GraphML with a tie to nobody": (GRAPHML.replace('target="5"', 'target="x"'),
                                     "a tie to 'x', who is no node of it"),
    "broken GML": ("graph [\n node [ id 1 label 'a' ]\n", "cannot be read as GML"),
    "GraphML without ties": ("\n".join(nx.generate_graphml(nx.empty_graph(30))), "no ties among its 30 people"),
    "matrix of Matrix Market": ("%%MatrixMarket matrix array real general\n2 2\n0\n1\n1\n0\n", "Matrix Market"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_list_of_ties_is_named(tmp_path: Path, kind: str) -> None:
    """By what it holds, whatever its name is."""
    content, said = REFUSED[kind]
    content = content.encode() if isinstance(content, str) else content
    for name, file in (("ties.csv", content), ("ties.csv.gz", gzip.compress(content)), ("ties.graphml", content)):
        with pytest.raises(UserError) as refused:
            read(tmp_path, file, name)
        line = str(refused.value)
        assert line.startswith(str(tmp_path / name)) and said in line and "; expected" in line and "\n" not in line


def graphml(graph: nx.Graph, path: Path) -> None:
    nx.write_graphml_xml(graph, path)


def matrix_market(graph: nx.Graph, path: Path) -> None:
    ties = "".join(f"{max(u, v) + 1} {min(u, v) + 1}\n" for u, v in graph.edges())
    size = f"{len(graph)} {len(graph)} {graph.number_of_edges()}"
    path.write_text(f"%%MatrixMarket matrix coordinate pattern symmetric\n% a comment\n{size}\n{ties}")


WRITERS: dict[str, Callable[[nx.Graph, Path], None]] = {
    "GraphML": graphml,
    "GEXF": nx.write_gexf,
    "GML": nx.write_gml,
    "Pajek": nx.write_pajek,
    "comma": lambda graph, path: nx.write_edgelist(graph, path, ",", data=False),
    "tab": lambda graph, path: nx.write_edgelist(graph, path, "\t", data=False),
    "blanks": nx.write_weighted_edgelist,
    "pandas": lambda graph, path: nx.to_pandas_edgelist(graph).to_csv(path),
}
GRAPHS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=60).filter(
    lambda ties: any(u != v for u, v in ties)
)


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ties=GRAPHS, text=st.booleans(), repeated=st.booleans(), packed=st.booleans())
def test_any_graph_is_the_same_in_every_format(
    tmp_path: Path, kind: str, ties: list[tuple[int, int]], text: bool, repeated: bool, packed: bool
) -> None:
    graph = nx.MultiGraph(ties) if repeated and kind != "blanks" else nx.Graph(ties)
    if text:
        graph = nx.relabel_nodes(graph, {n: f"p{n}好" for n in graph})
    path = tmp_path / "graph"
    WRITERS[kind](graph, path)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    found = read_friendships(path)
    assert_same_people(found, from_networkx(graph))
    assert found.report.self_ties == nx.number_of_selfloops(graph)
    assert found.report.repeated == graph.number_of_edges() - found.report.self_ties - found.report.ties
    people = sorted(graph)
    assert list(found.ids) == people
    ends = np.array([(people.index(u), people.index(v)) for u, v in graph.edges()])
    assert_same_graph(found.graph, from_ties(len(people), *ends.T))


def assert_same_graph(graph: Graph, other: Graph) -> None:
    assert np.array_equal(graph.offsets, other.offsets) and np.array_equal(graph.friends, other.friends)


def assert_same_people(found: Any, other: Any) -> None:
    assert_same_graph(found.graph, other.graph)
    assert list(found.ids) == list(other.ids) and type(found.ids) is type(other.ids)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("kind", ["GraphML", "GEXF", "GML", "Pajek", "comma"])
def test_directed_graphs_are_the_same_in_every_format(tmp_path: Path, kind: str, directed: bool) -> None:
    graph = nx.gnp_random_graph(30, 0.3, seed=2, directed=True)
    WRITERS[kind](graph, tmp_path / "graph")
    found = read_friendships(tmp_path / "graph", directed)
    assert_same_people(found, from_networkx(graph if directed else graph.to_undirected()))
    assert (found.report.one_way is not None) == directed
    assert any("directed" in note for note in found.report.notes) == (not directed and kind != "comma")


def test_undirected_ties_stay_friendships_where_directed_ones_are_asked_for(tmp_path: Path) -> None:
    graphml(nx.cycle_graph(30), tmp_path / "ring")
    assert read_friendships(tmp_path / "ring", directed=True).report.ties == 30
    people = "".join(f'{n} "p{n}"\n' for n in range(1, 31))
    mixed = f"*Vertices 30\n{people}*Arcs\n1 2\n2 1\n3 4\n*Edges\n5 6\n"
    found, report = read(tmp_path, mixed, "ties.net", directed=True)
    assert (found, report.people, report.one_way) == ({("p1", "p2"), ("p5", "p6")}, 30, 1)


def test_matrix_market_is_read_with_everybody_in_it(tmp_path: Path) -> None:
    graph = nx.gnp_random_graph(30, 0.1, seed=5)
    matrix_market(graph, tmp_path / "graph.mtx")
    found = read_friendships(tmp_path / "graph.mtx")
    assert_same_graph(found.graph, from_networkx(graph).graph)
    assert list(found.ids) == list(range(1, 31))


def test_newmans_gml_is_read_with_repeated_ties_and_without_labels(tmp_path: Path) -> None:
    nodes = "".join(f"  node\n  [\n    id {n}\n  ]\n" for n in range(30))
    ties = "".join(f"  edge\n  [\n    source {u}\n    target {v}\n  ]\n" for u, v in [*RING, RING[0]])
    found, report = read(tmp_path, f'Creator "M. Newman"\ngraph\n[\n  directed 0\n{nodes}{ties}]\n', "karate.txt")
    assert (found, report.repeated, report.format) == (expected(RING), 1, "GML")


def test_a_line_tells_what_was_read(tmp_path: Path) -> None:
    text = "# made in May\nsource,target,weight\n" + lines([(u, f"{v},2") for u, v in RING]) + "1,0,2\n7,7,2\n"
    _, report = read(tmp_path, text)
    assert str(report) == (
        f"{tmp_path / 'ties.csv'} (text, UTF-8): 34 lines, 1 comment, header source,target, 30 ties, 30 people, "
        "1 repeated tie, 1 self-tie; left aside: weight"
    )
    assert report.record()["summary"] == str(report)


def test_integers_with_and_without_a_point_are_the_same_people(tmp_path: Path) -> None:
    report = read(tmp_path, "".join(f"{u},{v}.0\n" for u, v in RING))[1]
    assert report.people == 30 and "both columns" not in str(report)


def test_ids_of_two_kinds_are_told(tmp_path: Path) -> None:
    _, report = read(tmp_path, lines([*RING, ("anna", 3)]))
    assert report.notes[-1] == "30 ids are integers and 1 are not: all are taken as text"


def test_a_networkx_graph_needs_ids_that_differ_and_ties() -> None:
    with pytest.raises(UserError, match="graph: two people have the id '1'; expected"):
        from_networkx(nx.Graph([(1, "1")]))
    with pytest.raises(UserError, match="graph: no ties among its 3 people; expected"):
        from_networkx(nx.empty_graph(3))
    with pytest.raises(UserError, match="graph: a list; expected a networkx Graph"):
        from_networkx([(1, 2)])


def test_nothing_imports_networkx_but_a_file_of_its_formats(tmp_path: Path) -> None:
    (tmp_path / "ties.csv").write_text(lines(RING))
    code = (
        "import sys\nfrom sim.parameters import Parameters\nfrom sim.world import World\n"
        "World.build(Parameters.model_validate({'market': {'consumers': 300}}), 0)\n"
        "from sim.graphs.reading import read_friendships\nread_friendships(sys.argv[1])\n"
        "sys.exit('networkx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "ties.csv")]).returncode == 0


def test_a_long_list_is_read_without_a_step_of_python_for_each_line(tmp_path: Path) -> None:
    ties = np.random.default_rng(1).integers(0, 1000, (400_000, 2))
    path = tmp_path / "ties.csv"
    pd.DataFrame(ties).to_csv(path, index=False, header=False)
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        read_friendships(path)
    finally:
        sys.setprofile(None)
    assert calls < 200_000


def test_neighbours_of_a_line_that_breaks_are_not_blamed(tmp_path: Path) -> None:
    text = lines([(f"p{u}", f"p{v}") for u, v in pairwise(range(3000))]) + "\n# c\nalone\n"
    with pytest.raises(UserError, match=r"line 3002: one column \('alone'\); expected two ids separated by a comma"):
        read(tmp_path, text)
