from __future__ import annotations

import gzip
import random
import re
import uuid
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import UserError
from sim.graphs.graph import Graph, digest, from_ties
from sim.graphs.reading import read_edge_list
from sim.graphs.statistics import describe

PATH_OF_FOUR = from_ties(4, [0, 1, 2], [1, 2, 3])


def written(folder: Path, text: str | bytes, name: str = "ties.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def assert_same(graph: Graph, expected: Graph) -> None:
    assert np.array_equal(graph.offsets, expected.offsets)
    assert np.array_equal(graph.friends, expected.friends)


@pytest.mark.parametrize(
    "text",
    [
        "3,5\n5,7\n7,20\n",
        "3,5\r\n5,7\r\n7,20",
        "3,5\r5,7\r7,20\r",
        "\ufeff3,5\n5,7\n7,20\n",
        "source,target\n3,5\n5,7\n7,20\n",
        "学员,好友\n3,5\n5,7\n7,20\n",
        "id_1\tid_2\n3\t5\n5\t7\n7\t20\n",
        "# Nodes: 4\n% a comment\n\n3 5\n  5   7 \n\n7\t20\n# the end\n",
        "3;5;0.5\n5;7\n7;20;heavy;more\n",
        '"3","5"\n"5", "7"\n"7","20"\n',
        '"3" "5"\n5 7\n7 20\n',
        "20,7\n7,5\n5,7\n7,5\n3,5\n5,5\n",
        "u,v,weight\n3,5,1e-3\n5,7,2\n7,20,.5\n",
    ],
)
def test_same_list_in_many_forms(tmp_path: Path, text: str) -> None:
    graph, ids = read_edge_list(written(tmp_path, text))
    assert_same(graph, PATH_OF_FOUR)
    assert isinstance(ids, np.ndarray)
    assert ids.dtype == np.int64
    assert ids.tolist() == [3, 5, 7, 20]


def test_gzip_is_known_by_content(tmp_path: Path) -> None:
    graph, _ = read_edge_list(written(tmp_path, gzip.compress(b"3 5\n5 7\n7 20\n"), "ties.txt"))
    assert_same(graph, PATH_OF_FOUR)


UUIDS = [str(uuid.UUID(int=n * 0x1234_5678_9ABC_DEF0_1234_5678_9ABC)) for n in range(1, 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anna,bert\nbert,chen\nchen,dora\n", ["anna", "bert", "chen", "dora"]),
        ("王芳 李伟\n李伟 张敏\n张敏 刘洋\n", ["刘洋", "张敏", "李伟", "王芳"]),
        ("Wang Fang\tLi Wei\nLi Wei\tZhang Min\nZhang Min\tzoe\n", ["Li Wei", "Wang Fang", "Zhang Min", "zoe"]),
        ('"a, b",c\nc,d\nd,e\n', ["a, b", "c", "d", "e"]),
        ("01,1\n1,2\n2,x\n", ["01", "1", "2", "x"]),
        ("99999999999999999999 1\n1 2\n2 3\n", ["1", "2", "3", "99999999999999999999"]),
        ("catharina,wilhelmina\nwilhelmina,maximilian\nmaximilian,alexandria\n",
         ["alexandria", "catharina", "maximilian", "wilhelmina"]),
        ("left,right\n" + "\n".join(f"{a},{b}" for a, b in pairwise(UUIDS)), UUIDS),
        ("one,other,strength\na,b,1\nb,c,2\nc,d,3\n", ["a", "b", "c", "d"]),
        # "from" occurs again, so the first line is a tie as the others are.
        ("from,to\nfrom,x\nx,y\n", ["from", "to", "x", "y"]),
        ("user\tbert\nbert\tchen\nchen\tdora\n", ["bert", "chen", "dora", "user"]),
    ],
)  # fmt: skip
def test_ids_of_any_kind(tmp_path: Path, text: str, expected: list[str]) -> None:
    graph, ids = read_edge_list(written(tmp_path, text))
    assert ids == expected
    assert len(graph.offsets) == 5
    assert len(graph.friends) == 6


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(*[st.text("abcxyz019_é好", min_size=1, max_size=4)] * 2), min_size=1, max_size=30).filter(
        lambda ties: any(u != v for u, v in ties)
    ),
    st.sampled_from([",", "\t", " ", ";"]),
    st.randoms(use_true_random=False),
)
def test_order_of_lines_and_of_ends_does_not_matter(
    tmp_path: Path, ties: list[tuple[str, str]], mark: str, shuffler: random.Random
) -> None:
    ties = [("source", "target"), *ties]
    other = [(u, v) if shuffler.random() < 0.5 else (v, u) for u, v in ties[1:]]
    shuffler.shuffle(other)
    graph, ids = read_edge_list(written(tmp_path, "\n".join(map(mark.join, ties))))
    again, same_ids = read_edge_list(written(tmp_path, "\n".join(map(mark.join, [ties[0], *other]))))
    assert list(ids) == list(same_ids)
    assert_same(graph, again)
    names = [str(name) for name in ids]
    rows = [names.index(u) for u, _ in ties[1:]], [names.index(v) for _, v in ties[1:]]
    assert sorted(names) == sorted({name for tie in ties[1:] for name in tie})
    assert_same(graph, from_ties(len(names), *rows))


def test_people_named_only_in_self_ties_are_isolated(tmp_path: Path) -> None:
    graph, ids = read_edge_list(written(tmp_path, "1,2\n9,9\n"))
    assert list(ids) == [1, 2, 9]
    assert np.diff(graph.offsets).tolist() == [1, 1, 0]


def test_directed_list_keeps_mutual_ties_and_all_people(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2\n2,1\n2,3\n4,4\n5,2\n2,5\n5,2\n")
    graph, ids = read_edge_list(path, directed=True)
    assert list(ids) == [1, 2, 3, 4, 5]
    assert_same(graph, from_ties(5, [0, 1], [1, 4]))
    assert_same(read_edge_list(path)[0], from_ties(5, [0, 1, 1], [1, 2, 4]))


TWO = "expected two ids separated by"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", ": the file is empty; expected a list of ties (csv or text), GraphML, GML, GEXF or Pajek"),
        ("# nothing\n\n%\n", f": no ties in this file; {TWO} a comma, a tab or blanks on each line"),
        (
            "u,v\n",
            f": only a header (u,v) and no ties between two people; {TWO} a comma, a tab or blanks on each line",
        ),
        ("1,1\n2,2\n", ": no ties between two people; expected two different ids in a tie"),
        ("source,target\n1,2\n\n3\n", f", line 4: one column ('3'); {TWO} a comma"),
        ("1 2\nlonely\n", f", line 2: one column ('lonely'); {TWO} a comma, a tab or blanks"),
        ("x" * 80, f", line 1: one column ('{'x' * 37}...'); {TWO} a comma, a tab or blanks"),
        ("a\tb\nc d\n", f", line 2: one column ('c d'); {TWO} a tab"),
        ("1,2\n,3\n", f", line 2: an id is missing (',3'); {TWO} a comma"),
        ("1;2\n3; ;4\n", f", line 2: an id is missing ('3; ;4'); {TWO} a semicolon"),
        (b"1,2\n3,\xff\xfe\n", f", line 2: not text in UTF-8; {TWO} a comma, a tab or blanks, saved as UTF-8"),
        (b"1,2\n\0\0,3\n", f", line 2: not text in UTF-8; {TWO} a comma, a tab or blanks, saved as UTF-8"),
        (b"\x1f\x8b junk that is no gzip", ": the gzip file is broken after line 0; expected a whole one"),
    ],
)
def test_malformed_file_is_named_with_its_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(UserError) as refused:
        read_edge_list(path)
    assert str(refused.value) == f"{path}{message}"


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.999])
def test_broken_gzip_tells_how_far_it_was_whole(tmp_path: Path, keep: float) -> None:
    lines = [b"%d,%d\n" % tuple(tie) for tie in np.random.default_rng(1).integers(0, 10**9, (20_000, 2))]
    whole = gzip.compress(b"".join(lines))
    path = written(tmp_path, whole[: int(keep * len(whole))])
    with pytest.raises(UserError) as refused:
        read_edge_list(path)
    found = re.fullmatch(
        re.escape(str(path)) + r": the gzip file is broken after line (\d+); expected a whole one", str(refused.value)
    )
    assert found
    assert (keep - 0.1) * len(lines) < int(found[1]) < (keep + 0.1) * len(lines)


def test_gzip_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(b"1,2\n2,3\n")
    path = written(tmp_path, whole[:-8] + b"\0" * 8)
    with pytest.raises(UserError, match="the gzip file is broken after line 2; expected a whole one"):
        read_edge_list(path)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError) as missing:
        read_edge_list(tmp_path / "nowhere.csv")
    assert str(missing.value) == f"{tmp_path / 'nowhere.csv'}: no such file; expected a list of ties"
    with pytest.raises(UserError) as folder:
        read_edge_list(tmp_path)
    assert str(folder.value) == f"{tmp_path}: is a folder; expected a file with a list of ties"


def test_directed_list_without_mutual_ties_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "1,2\n2,3\n")
    with pytest.raises(UserError) as refused:
        read_edge_list(path, directed=True)
    assert str(refused.value) == f"{path}: no two people name each other; expected mutual ties, or directed=false"


@pytest.mark.parametrize(
    ("name", "consumers", "ties", "clustering", "bits"),
    [
        ("deezer_europe", 28_281, 92_752, 0.141, "df5b2f4b0d37d912"),
        ("lastfm_asia", 7_624, 27_806, 0.219, "4f1a4b5e5a5a03fd"),
    ],
)
def test_published_graphs(
    optional_data: Callable[[str], Path], name: str, consumers: int, ties: int, clustering: float, bits: str
) -> None:
    graph, ids = read_edge_list(optional_data(f"{name}/edges.csv.gz"))
    found = describe(graph)
    assert (found.consumers, found.ties) == (consumers, ties)
    assert (found.components, found.isolated) == (1, 0)
    assert round(found.clustering, 3) == clustering  # as published with the data by SNAP
    assert np.array_equal(np.asarray(ids), np.arange(consumers))
    assert digest(graph)[:16] == bits  # rows decide who is who: other bits are other results
