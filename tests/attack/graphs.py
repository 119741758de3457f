"""Files of friendships: in every format, cut or spoilt, and files that hold something else."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx
import numpy as np

from .cases import Answer, Case, accepted, called, refused, tiny, written

PEOPLE = 40
GRAPH = nx.connected_watts_strogatz_graph(PEOPLE, 4, 0.2, seed=1)
TIES = sorted(tuple(sorted(tie)) for tie in GRAPH.edges)
CHINESE = {n: f"用户{n}" for n in range(PEOPLE)}
CODES = {n: f"u{n:03d}" for n in range(PEOPLE)}


def lines(between: str = ",", header: str = "", names: dict[int, str] | None = None, more: str = "") -> str:
    """A tie a line."""
    shown = names or {n: str(n) for n in range(PEOPLE)}
    return header + "".join(f"{shown[one]}{between}{shown[other]}{more}\n" for one, other in TIES)


def _by_networkx(write: Callable[[nx.Graph, io.BytesIO], None]) -> str:
    stream = io.BytesIO()
    write(GRAPH, stream)
    return stream.getvalue().decode()


def _matrix_market(pairs: int = len(TIES)) -> str:
    head = f"%%MatrixMarket matrix coordinate pattern symmetric\n{PEOPLE} {PEOPLE} {pairs}\n"
    return head + "".join(f"{other + 1} {one + 1}\n" for one, other in TIES)


GRAPHML = _by_networkx(nx.write_graphml)
GML = _by_networkx(nx.write_gml)
GEXF = _by_networkx(nx.write_gexf)
PAJEK = _by_networkx(nx.write_pajek)
FORMATS = {"ties.graphml": GRAPHML, "ties.gml": GML, "ties.gexf": GEXF, "ties.net": PAJEK, "ties.mtx": _matrix_market()}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
HTML = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body><a href='x'>1, 2</a></body></html>\n" * 9


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("ties.csv", lines())
    return stream.getvalue()


OTHER: dict[str, str | bytes] = {
    "empty": "", "blank": "\n \n", "comments": "# a\n% b\n", "a header": "source,target\n", "pointer": POINTER,
    "pointer of Windows": POINTER.replace("\n", "\r\n"), "html": HTML,
    "xml": "<?xml version='1.0'?>\n<svg><path/></svg>\n",
    "json ties": json.dumps([{"source": one, "target": other} for one, other in TIES], indent=1),
    "json lists": json.dumps(TIES), "json nodes": json.dumps(nx.node_link_data(GRAPH, edges="links"), indent=0),
    "json lines": "".join(json.dumps({"a": a, "b": b}) + "\n" for a, b in TIES), "yaml": "ties:\n  - [1, 2]\n" * 20,
    "python": "import os\n\n\ndef ties():\n    return [(1, 2)]\n" * 6,
    "prose": "Here are the ties that you asked for.\n" * 30,
    "adjacency lists": "".join(f"{n} {' '.join(map(str, GRAPH[n]))}\n" for n in GRAPH),
    "adjacency in csv": "".join(f"{n},{','.join(map(str, GRAPH[n]))}\n" for n in GRAPH),
    "adjacency with colons": "".join(f"{n}: {' '.join(map(str, GRAPH[n]))}\n" for n in GRAPH),
    "adjacency matrix": "\n".join(",".join(map(str, row)) for row in nx.to_numpy_array(GRAPH, dtype=int)),
    "matrix of blanks": "\n".join(" ".join(map(str, row)) for row in nx.to_numpy_array(GRAPH, dtype=int)),
    "matrix with names": "," + ",".join(CODES.values()) + "\n" + "\n".join(
        CODES[n] + "," + ",".join(map(str, row)) for n, row in enumerate(nx.to_numpy_array(GRAPH, dtype=int))),
    "nodes": "id,name,age\n" + "".join(f"{n},u{n},{20 + n}\n" for n in range(PEOPLE)),
    "nodes of Gephi": "Id,Label,Gender\n" + "".join(f"{n},u{n},f\n" for n in range(PEOPLE)),
    "nodes in Chinese": "编号,姓名\n" + "".join(f"{n},用户{n}\n" for n in range(PEOPLE)),
    "one column": "\n".join(map(str, range(PEOPLE))), "self ties": "".join(f"{n},{n}\n" for n in range(PEOPLE)),
    "three people": "1,2\n2,3\n", "19 people": "".join(f"{n},{(n + 1) % 19}\n" for n in range(19)),
    "19 people in text": "".join(f"p{n} p{n + 1}\n" for n in range(18)), "zip": _zip(),
    "xlsx": b"PK\x03\x04\x14\0\x06\0[Content",
    "parquet": b"PAR1\x15\x04\x15\x10" * 9, "pickle": pickle.dumps(TIES), "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "numpy": b"\x93NUMPY\x01\0v\0{'descr'", "gzip cut": gzip.compress(lines().encode())[:-20], "gzip": b"\x1f\x8b junk",
    "gzip of nothing": gzip.compress(b""), "NUL": lines().replace("3", "\0", 1),
    "not text": lines().encode() + b"\xff\xfe,1\n",
    "bz2": b"BZh91AY&SY" + bytes(range(100)), "sqlite": b"SQLite format 3\0" + bytes(50),
    "pdf": "%PDF-1.4\n1 0 obj\n<< /Type >>\n",
    "graphml of nothing": "<?xml version='1.0'?>\n<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph/></graphml>",
    "mtx of another shape": _matrix_market().replace(f"{PEOPLE} {PEOPLE}", f"{PEOPLE} 99"),
    "mtx of too few": _matrix_market(len(TIES) + 5), "mtx of a number": _matrix_market().replace("3 1\n", "x 1\n", 1),
    "mtx out of range": _matrix_market() + "99 1\n", "gml without ids": GML.replace("id", "no", 3),
    "gml to nobody": GML.replace("target 2\n", "target 999\n", 1),
    "graphml to nobody": GRAPHML.replace('target="2"', 'target="999"', 1),
    "gexf to nobody": GEXF.replace('target="2"', 'target="999"', 1),
    "pajek to nobody": PAJEK.rstrip() + "\n999 1 1.0\n",
    "billion laughs": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><graphml>&b;</graphml>",
    "xml entity": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><graphml>&a;</graphml>",
}  # fmt: skip


def graph(name: str, content: str | bytes) -> Case:
    """A file that is refused."""
    return refused(tiny("graph=edgelist", f"graph.path='{name}'"), name, files={name: content})


def _closed(folder: Path) -> None:
    written({"ties.csv": lines()})(folder)
    (folder / "ties.csv").chmod(0)


def malformed() -> Iterator[Case]:
    """Files that are no list of ties, then spoilt ones."""
    for what, content in OTHER.items():
        yield graph(f"{what.replace(' ', '_')}.txt", content)
    for name in ("none.csv", "folder", "/dev/null", "关系.csv", "none (1).csv", "a=b.csv", "n" * 300):
        yield refused(tiny("graph=edgelist", f"graph.path='{name}'"), name, files={"folder/x": ""})
    yield refused(
        tiny("graph=edgelist", "graph.path=ties.csv", "graph.directed=true"), "ties.csv", files={"ties.csv": lines()}
    )
    yield refused(
        tiny("graph=edgelist", "graph.path=ties.csv", "graph.directed=maybe"), "directed", files={"ties.csv": lines()}
    )
    yield graph("ties.csv", lines())._replace(
        what="a file without the right to read", prepare=_closed, unprivileged=True
    )
    generator = np.random.default_rng(5)
    while True:
        yield next(_spoilt(generator))


def _spoilt(generator: np.random.Generator) -> Iterator[Case]:
    """A good file of any format, spoilt at a random place."""
    if generator.random() < 0.5:
        name, whole = list(FORMATS.items())[generator.integers(len(FORMATS))]
        cut = int(generator.integers(len(whole) // 4, len(whole) * 9 // 10))
        if name == "ties.mtx":  # a cut between lines is told by the count alone
            yield graph(name, whole[:cut])
        elif name == "ties.net":  # a cut file of Pajek may be a whole one: a line is spoilt instead
            rows = whole.splitlines()
            rows[int(generator.integers(PEOPLE + 3, len(rows)))] = str(generator.choice(["1 x 1.0", "x", "1 999 1.0"]))
            yield graph(name, "\n".join(rows))
        else:
            yield graph(name, whole[:cut])
        return
    between = str(generator.choice([",", "\t", ";", "|"]))
    rows = lines(between, names=[None, CHINESE, CODES][generator.integers(3)]).splitlines()
    place = int(generator.integers(2, len(rows)))
    one, other = rows[place].split(between)
    spoilt = [
        one,
        f"{one}{between}",
        f"{between}{other}",
        f"{one}{between} ",
        f'"{one}{between}{other}',
        f"{one}\0{between}{other}",
    ]
    rows[place] = spoilt[generator.integers(len(spoilt))]
    yield graph("ties.csv", "\n".join(rows) + "\n")


def reads(name: str, content: str | bytes, answer: Answer = Answer.ACCEPTED) -> Case:
    """A file of the graph that must be read as what it is, or not at all."""

    def look() -> str:
        from experiments import load

        market = load("graph=edgelist", f"graph.path='{name}'")
        offsets, friends = market.world.graph.offsets, market.world.graph.friends
        found = len(offsets) - 1, len(friends) // 2
        market.run(2)
        return "" if found == (PEOPLE, len(TIES)) else f"{found} people and ties, expected {(PEOPLE, len(TIES))}"

    return Case(f"load graph.path={name}  # {content[:80]!r}", called(look), answer, (name,), written({name: content}))


RIGHT: list[str | bytes] = [
    lines(), lines("\t"), lines(";"), lines(" "), lines("  "), lines(", "), lines(more=",0.5"),
    lines(" ", more=" 1 1290000000"),
    lines().replace("\n", "\r\n"), lines().rstrip(), "\ufeff" + lines(), gzip.compress(lines().encode()),
    "# a\n% b\n\n" + lines(),
    lines(header="source,target\n"), lines(header="Source,Target,Weight\n", more=",1"), lines(header="from,to\n"),
    lines(header="学员,好友\n"), lines(names=CHINESE), lines(" ", names=CHINESE), lines(names=CODES),
    lines("\t", names=CODES),
    "id,source,target\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in enumerate(TIES)),
    "Source,Target,Type,Id\n" + "".join(f"{a},{b},Undirected,{n}\n" for n, (a, b) in enumerate(TIES)),
    '"","from","to"\n' + "".join(f'"{n + 1}",{a},{b}\n' for n, (a, b) in enumerate(TIES)),
    ",source,target\n" + "".join(f"{n},{a},{b}\n" for n, (a, b) in enumerate(TIES)),
    "weight,source,target\n" + "".join(f"0.5,{a},{b}\n" for a, b in TIES),
    lines(header="用户,好友\n", names=CHINESE), lines(names={n: f'"a, {n}"' for n in range(PEOPLE)}),
    lines(names={n: f"#{n}" for n in range(PEOPLE)}), lines(names={n: f"{n:02d}" for n in range(PEOPLE)}),
    lines(names={n: f"{n}@x.cn" for n in range(PEOPLE)}), lines(names={n: f"-{n + 1}" for n in range(PEOPLE)}),
    lines(names={n: str(10**17 + n) for n in range(PEOPLE)}), lines(names={n: str(10**25 + n) for n in range(PEOPLE)}),
    lines() + lines(), lines() + "".join(f"{b},{a}\n" for a, b in TIES), lines() + "3,3\n",
]  # fmt: skip
NAMES = [
    "关系.csv",
    "ties (1).csv",
    "a=b.csv",
    "ties [1].csv",
    "a'b.csv",
    "$x.csv",
    "ties",
    "a b.csv",
    "~ties.csv",
    "{x}.csv",
]


def legal() -> Iterator[Case]:
    """Files of one graph, in all ways in which it can be written, then under odd names."""
    for content in RIGHT:
        yield reads("ties.csv", content)
    for name, content in FORMATS.items():
        yield reads(name, content)
    yield reads("ties.csv", lines(header="用户,好友\n", names=CHINESE).encode("gbk"), Answer.EITHER)
    yield reads("ties.csv", lines(names=CHINESE).encode("utf-16"), Answer.EITHER)
    yield reads("ties.csv", lines("|"), Answer.EITHER)
    for name in NAMES:
        yield accepted(tiny("graph=edgelist", f"graph.path={name}"), {name: lines()})
