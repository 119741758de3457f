"""Designs on the command line and files of points."""

# ruff: noqa: E501 -- a case is read in one line
from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .cases import Case, Files, accepted, refused, tiny

D = "experiment.design"
VARY = f"{D}.vary={{creators.claim_inflation: [1,2]}}"
POINTS = "creators.claim_inflation,graph.rewiring\n1,0.1\n2,0.2\n"

WRONG: list[tuple[str, str]] = [
    *[(f"vary={value}", "vary") for value in ("3", "[a]", "x", "{creators.claim_inflation: []}", "[1,2]")],
    *[(f"vary={{creators.claim_inflation: {value}}}", "creators.claim_inflation") for value in (
        "3", "x", "[x]", "[true]", "[1,null]", "[1,[2]]", "[1,{a: 2}]", "[nan]", "[1,inf]", "[-1]", "[1,99]", "[1e400]",
        "['1']", "implausible", "{low: 1}", "{high: 1}", "{low: 2, high: 1}", "{low: 1, high: 1}", "{low: a, high: 1}",
        "{low: nan, high: 1}", "{low: 0, high: inf}", "{low: 0, high: 1, scale: log}", "{low: 1, high: 2, scale: cube}",
        "{low: 1, high: 2, step: 1}", "{low: true, high: 2}", "{}", "null", "{low: 1, high: 2}")],
    *[(f"vary={{creators.claim_inflation: {{low: {low}, high: {high}}}}} {D}.points=3", "creators.claim_inflation") for low, high in (
        ("0", "1e9"), ("-5", "1"), ("0", "1e308"), ("-1e308", "1e308"))],
    ("vary={creators.claim_inflatio: [1]}", "creators.claim_inflatio"), ("vary={market.consumer: [1]}", "market.consumer"),
    ("vary={creators: [1]}", "creators"), ("vary={'': [1]}", D), ("vary={市场: [1]}", "市场"),
    ("vary={graph.kind: [smallworld]}", "graph.kind"), ("vary={graph.kind: [edgelist]}", "graph"),
    ("vary={rules.trust: [no.such]}", "rules.trust"), ("vary={brands.count: plausible}", "brands.count"),
    ("vary={brands.count: [8.5]}", "brands.count"), ("vary={experiment.days: [1]}", "experiment.days"),
    ("vary={market.people.city_tiers: [[]]}", "city_tiers"), ("vary={market.people.city_tiers: [[0,0]]}", "city_tiers"),
    ("sample=sobl", "sample"), ("sample=3", "sample"), ("sample=zip", "vary"), ("sample=random", "vary"),
    ("sample=list", "list"), ("sample=file", "file"), ("points=-1", "points"), ("points=1e12", "points"),
    ("points=some", "points"), ("points=2.5", "points"), ("seed=-1", "seed"), (f"seed={2**63}", "seed"),
    ("nothing=1", "nothing"),
    *[(f"{VARY.removeprefix(D + '.')} {D}.sample={way}", "points") for way in ("random", "sobol", "latin_hypercube")],
    *[(f"{VARY.removeprefix(D + '.')} {D}.{more}", name) for more, name in (
        ("sample=list", "sample"), ("sample=file", "sample"), ("sample=random {D}.points=1e8", "points"),
        ("derived={creators.claim_inflation: 1}", "creators.claim_inflation"), ("derived={graph.rewirin: 1}", "graph.rewirin"),
        ("derived={graph.rewiring: 'creators.claim_inflatio'}", "creators.claim_inflatio"), ("derived={graph.rewiring: '1 +'}", "rewiring"),
        ("derived={graph.rewiring: 'open(1)'}", "rewiring"), ("derived={graph.rewiring: '1/0'}", "rewiring"),
        ("derived={graph.rewiring: 'creators.claim_inflation'}", "rewiring"), ("derived={graph.rewiring: '9**9**9'}", "rewiring"),
        ("derived={graph.rewiring: '(lambda: 1)()'}", "rewiring"), ("derived={graph.rewiring: '[1]'}", "rewiring"),
        ("derived={graph.rewiring: [1]}", "rewiring"), ("derived={graph.rewiring: 'sqrt(-1)'}", "rewiring"),
        ("derived={graph.rewiring: '(-8)**0.5'}", "rewiring"), ("derived={graph.rewiring: '1 if 1 else'}", "rewiring"),
        ("derived={graph.rewiring: 'exp(1e9)'}", "rewiring"), ("derived={graph.rewiring: 'min()'}", "rewiring"),
        ("derived={graph.rewiring: 'min(1)'}", "rewiring"),
        ("derived={graph.rewiring: 'round(0.1, 1, 2)'}", "rewiring"),
        ("derived={graph.rewiring: '\"a\" + 1'}", "rewiring"),
        ("derived={graph.rewiring: '\"a\" * 3000000000'}", "rewiring"),
        ("derived={graph.rewiring: 'market.people.city_tiers * 3000000000'}", "rewiring"),
        ("derived={market.people.city_tiers: 'market.people.city_tiers * 3000000000'}", "city_tiers"),
        ("derived={graph.rewiring: 'brands.ads', brands.ads: 'graph.rewiring'}", "follow"),
        ("derived={graph.rewiring: '" + "(" * 240 + "1" + ")" * 240 + "'}", "rewiring"),
        ("derived={graph.rewiring: '" + "1+" * 300 + "1'}", "rewiring"), ("derived=x", "derived"),
        ("constraints=['creators.claim_inflation > 5']", "constraints"), ("constraints=['creators.claim_inflatio > 5']", "creators.claim_inflatio"),
        ("constraints=['creators.claim_inflation']", "constraints"), ("constraints=['creators.claim_inflation + 1']", "constraints"),
        ("constraints=['creators.claim_inflation = 1']", "constraints"),
        ("constraints=['creators.claim_inflation.__class__']", "constraints"),
        ("constraints=[creators.claim_inflation >> 1]", "constraints"), ("constraints=x", "constraints"),
        ("constraints=[1]", "constraints"),
        ("constraints=['creators.claim_inflation < \"a\"']", "constraints"), ("constraints=['']", "constraints"),
        ("constraints=['1 < graph.kind < 2']", "constraints"), ("list=[{creators.claim_inflation: 1}]", "list"),
        ("file=points.csv", "file"))],
    ("list=[1]", "list"), ("list=x", "list"), ("list=[{creators.claim_inflation: -1}]", "creators.claim_inflation"), ("list=[{}]", "list"),
    ("list=[{creators.claim_inflation: 1},{graph.rewiring: 0.1}]", "list"), ("list=[{creators.claim_inflatio: 1}]", "creators.claim_inflatio"),
    ("list=[{creators.claim_inflation: [1,2]}]", "creators.claim_inflation"), ("list=[{creators.claim_inflation: null}]", "creators.claim_inflation"),
    ("constraints=['creators.claim_inflation < 5']", "constraints"),
    ("derived={graph.rewiring: 'graph.rewiring * 9'}", "rewiring"),
    ("vary={creators.claim_inflation: {low: 1, high: 2}, graph.rewiring: {low: 0, high: 1}, creators.integrity: {low: 0, high: 1}}"
     + f" {D}.points=1000000", D),
    (f"vary={{creators.claim_inflation: [0,1], graph.rewiring: [0.1,0.2,0.3]}} {D}.sample=zip", "graph.rewiring"),
    (f"vary={{creators.claim_inflation: {list(range(20))}, graph.rewiring: {[n / 2000 for n in range(2000)]}, "
     f"creators.integrity: {[n / 2000 for n in range(2000)]}}}", D),
]  # fmt: skip

CONTENTS: list[tuple[str | bytes, str]] = [
    ("", "points.csv"), ("\n\n", "points.csv"), ("creators.claim_inflation\n", "points.csv"), ("1\n2\n", "points.csv"),
    ("creators.claim_inflation,graph.rewiring\n1,0.1\n2\n", "line 3"), ("creators.claim_inflation\n1\n2,3\n", "line 3"),
    ("creators.claim_inflation,graph.rewiring\n1,\n", "line 2"), ("creators.claim_inflatio\n1\n", "creators.claim_inflatio"),
    ("creators.claim_inflation,creators.claim_inflation\n1,2\n", "twice"), ("creators.claim_inflation\nmuch\n", "creators.claim_inflation"),
    ("creators.claim_inflation\n-1\n", "creators.claim_inflation"), ("creators.claim_inflation\n1e400\n", "creators.claim_inflation"),
    ("creators.claim_inflation\nnan\n", "creators.claim_inflation"), ("creators.claim_inflation\nNaN\n", "creators.claim_inflation"),
    ("creators.claim_inflation\nInfinity\n", "creators.claim_inflation"), ("creators.claim_inflation\ntrue\n", "creators.claim_inflation"),
    ("creators.claim_inflation\n[1]\n", "creators.claim_inflation"), ("creators.claim_inflation\n1;2\n", "creators.claim_inflation"),
    ("creators.claim_inflation graph.rewiring\n1 0.1\n", "points.csv"), ("creators.claim_inflation\n1,5\n", "points.csv"),
    ("creators.claim_inflation\n\"1,5\"\n", "creators.claim_inflation"), ("creators.claim_inflation\n１\n", "creators.claim_inflation"),
    ("creators.claim_inflation\n99\n", "creators.claim_inflation"), ("brands.count\n30.5\n", "brands.count"),
    ("brands.count\n0\n", "brands.count"), ("graph.kind\nsmallworld\n", "graph.kind"),
    ("# points\ncreators.claim_inflation\n1\n", "points.csv"), ("creators.claim_inflation,市场\n1,2\n", "市场"),
    ("claim_inflation\n1\n", "claim_inflation"), ("creators.claim_inflation,gmv\n1,2\n", "gmv"), ("point,creators.claim_inflation\n0,1\n", "point"),
    ("creators.claim_inflation\n\"1\n", "points.csv"), ("creators.claim_inflation\n1\0\n", "points.csv"),
    ("creators.claim_inflation\n" + "1" * 200_000 + "\n", "points.csv"), (POINTS.encode("utf-16"), "points.csv"),
    ("creators.claim_inflation,注释\n1,多\n".encode("gbk"), "points.csv"), (b"PK\x03\x04\x14\0\x06\0", "points.csv"),
    (b"PAR1\x15\x04\x15", "points.csv"), (b"\xff\xfe\0\0", "points.csv"), ("{\"creators.claim_inflation\": [1]}", "points.csv"),
    ("[{\"creators.claim_inflation\": 1}]", "points.csv"), ("<html><body>404</body></html>\n", "points.csv"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "points.csv"),
    (",creators.claim_inflation,\n0,1,\n", "points.csv"), ("rules.trust\nno.such\n", "rules.trust"),
    ("market.people.city_tiers\n[]\n", "city_tiers"),
]  # fmt: skip


SPOILT = ["", "x", "-7", "1e9", "--1", "1.2.3", "none", "nan", "inf", "5%", "1:30"]


def with_file(content: str | bytes) -> tuple[list[str], Files]:
    """A sweep whose points are in a file."""
    return tiny(f"{D}.file=points.csv"), {"points.csv": content}


def malformed() -> Iterator[Case]:
    """Designs that must be refused."""
    for text, name in WRONG:
        given = f"{D}.{text.replace('{D}', D)}".split(f" {D}.")
        yield refused(tiny(given[0], *(f"{D}.{more}" for more in given[1:])), name, files={"points.csv": POINTS})
    for content, name in CONTENTS:
        arguments, files = with_file(content)
        yield refused(arguments, name, files=files)
    for place in ("none.csv", ".", "/dev/null", "/proc/self/mem", "n" * 300, "关系.csv", "none (1).csv"):
        yield refused(tiny(f"{D}.file={place}"), place)
    for more in ("creators.claim_inflation=1", "+experiment.factors.a.b.creators.claim_inflation=1"):
        yield refused(tiny(VARY, more), "creators.claim_inflation")
    yield refused(tiny(VARY, "experiment.precision.outcome=gmv"), "precision")
    generator = np.random.default_rng(4)
    while True:  # one cell of a good file is spoilt
        rows = [["creators.claim_inflation", "graph.rewiring"], *([f"{n}", f"0.{n}"] for n in range(1, 7))]
        row, column = int(generator.integers(1, 7)), int(generator.integers(2))
        rows[row][column] = str(generator.choice(SPOILT))
        arguments, files = with_file("\n".join(map(",".join, rows)))
        yield refused(arguments, rows[0][column], f"line {row + 1}", files=files)


LEGAL = [
    VARY, f"{D}.vary={{creators: {{claim_inflation: [1,2]}}}}", f"{D}.vary={{creators.claim_inflation: [1]}}",
    f"{D}.vary={{creators.claim_inflation: [1,1]}}",
    f"{D}.list=[{{creators.claim_inflation: 1}}]", f"{D}.list=[{{creators: {{claim_inflation: 1}}}},{{creators.claim_inflation: 2}}]",
    f"{D}.vary={{graph.kind: [small_world,scale_free]}}", f"{D}.vary={{brands.count: [8,1.6e1]}}",
    f"{VARY} {D}.derived={{graph.rewiring: '{'(' * 90}1{')' * 90}'}}",
    f"{D}.vary={{platform.follow_gate: [true,false]}}", f"{D}.vary={{market.people.city_tiers: [[1],[1,2]]}}",
    f"{D}.vary={{creators.claim_inflation: plausible}} {D}.points=2",
    f"{D}.vary={{creators.claim_inflation: plausible}} {D}.points=3 {D}.sample=sobol",
    f"{D}.vary={{creators.claim_inflation: {{low: 1, high: 4, scale: log}}}} {D}.points=2 {D}.sample=random {D}.seed={2**63 - 1}",
    f"{VARY} {D}.derived={{graph.rewiring: 'creators.claim_inflation / 4'}}", f"{VARY} {D}.constraints=['creators.claim_inflation < 2']",
    f"{VARY} {D}.derived={{graph.rewiring: 0.5}}",
    f"{VARY} {D}.constraints=['creators.claim_inflation < 2 or graph.rewiring > 0.1']",
    f"{D}.vary={{creators.claim_inflation: [0,1], graph.rewiring: [0.1,0.2]}} {D}.sample=zip",
]  # fmt: skip

LEGAL_CONTENTS: list[str | bytes] = [
    POINTS, POINTS.rstrip(), POINTS.replace("\n", "\r\n"), "\ufeff" + POINTS, POINTS.replace(",", " , "),
    "\n" + POINTS + "\n\n",
    POINTS.replace("1,", "1e0,"), '"creators.claim_inflation","graph.rewiring"\n"1","0.1"\n', "graph.kind\nscale_free\n",
    POINTS.replace(",", ";"), POINTS.replace(",", "\t"), "brands.count\n1.6e1\n", "platform.follow_gate\ntrue\n",
    "creators.claim_inflation\n1\n1\n",
    ",creators.claim_inflation\n0,1\n1,2\n",  # as pandas writes a table with its index
]  # fmt: skip


def legal() -> Iterator[Case]:
    """Designs that are right."""
    for text in LEGAL:
        given = text.split(f" {D}.")
        yield accepted(tiny(given[0], *(f"{D}.{more}" for more in given[1:])))
    for content in LEGAL_CONTENTS:
        arguments, files = with_file(content)
        yield accepted(arguments, files)
