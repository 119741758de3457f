from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from experiments import cli, load
from sim.errors import UserError
from sim.market import Market
from sim.world import World

GRAPH = nx.relabel_nodes(nx.connected_watts_strogatz_graph(60, 6, 0.3, seed=1), lambda n: f"p{n}")
FEW = ("creators.pool_least=3", "creators.pool_most=8")


def test_a_networkx_graph_makes_the_market_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ties.graphml"
    nx.write_graphml_xml(GRAPH, path)
    market = load(*FEW, graph=GRAPH, seed=3)
    of_file = load(*FEW, "graph=edgelist", f"graph.path={path}", seed=3)
    pd.testing.assert_frame_equal(market.run(3).daily(), of_file.run(3).daily(), check_exact=True)
    assert list(market.graph_ids) == list(of_file.graph_ids) == sorted(GRAPH)
    report = market.graph_report
    assert report is not None and (report.ties, report.people) == (GRAPH.number_of_edges(), 60)
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"networkx graph (Graph): {report.ties} ties, 60 people, 0 repeated ties, 0 self-ties"
    assert second.startswith(f"{path} (GraphML, UTF-8): {report.ties} ties, 60 people")


def test_a_market_is_identified_by_the_ties_of_its_networkx_graph() -> None:
    other = nx.double_edge_swap(GRAPH.copy(), seed=1)
    one, same, third = (load(*FEW, graph=graph) for graph in (GRAPH, nx.Graph(reversed(list(GRAPH.edges()))), other))
    keys = [World.key(market.parameters, 0) for market in (one, same, third)]
    assert keys[0] == keys[1] != keys[2]
    assert one.parameters == same.parameters != third.parameters


def test_a_digraph_makes_friends_of_those_who_name_each_other() -> None:
    graph = nx.gnp_random_graph(60, 0.4, seed=2, directed=True)
    market = load(*FEW, graph=graph)
    mutual = graph.to_undirected(reciprocal=True)
    assert market.graph_report is not None
    assert market.graph_report.ties == mutual.number_of_edges()
    assert market.graph_report.one_way == graph.number_of_edges() - 2 * mutual.number_of_edges()
    assert market.parameters.graph.directed
    assert np.array_equal(np.diff(market.world.graph.offsets), [mutual.degree(n) for n in range(60)])


@pytest.mark.parametrize("override", ["graph=edgelist", "graph.path=t.csv", "graph.homophily=0.2", "graph=scale_free"])
def test_a_graph_is_given_once(override: str, here: Path) -> None:
    Path("t.csv").write_text("".join(f"{u},{v}\n" for u, v in GRAPH.edges()))
    overrides = [override] if override != "graph=edgelist" else [override, "graph.path=t.csv"]
    overrides += ["graph=edgelist"] if override == "graph.path=t.csv" else []
    with pytest.raises(UserError) as refused:
        load(*overrides, graph=GRAPH)
    assert str(refused.value) == f"{override}: load(graph=...) gives the friendships; expected one or the other"


def test_fewer_people_than_a_market_has_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError, match="networkx graph: 19 people; expected 20 to 50,000,000 for a market"):
        load(graph=nx.cycle_graph(19))
    path = tmp_path / "ties.csv"
    path.write_text("anna,bert\nbert,chen\n")
    output = tmp_path / "results"
    status = cli.main(["run", "experiment=single", "graph=edgelist", f"graph.path={path}", f"output={output}"])
    assert status == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"koc: {path}: 3 people; expected 20 to 50,000,000 for a market"
    assert not output.exists()


def test_a_run_tells_what_it_read_and_keeps_that(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ties.csv"
    nx.write_edgelist(GRAPH, path, delimiter=",", data=False)
    arguments = [
        "experiment=single", "graph=edgelist", f"graph.path={path}", "experiment.seeds=2", "experiment.days=3",
        "experiment.burn_in=1", "executor=serial", *FEW, f"output={tmp_path / 'results'}",
    ]  # fmt: skip
    assert cli.main(["run", *arguments]) == 0
    ties = GRAPH.number_of_edges()
    line = f"{path} (text, UTF-8): {ties} lines, 0 comments, no header, {ties} ties, 60 people, "
    told = [found for found in capsys.readouterr().err.splitlines() if found.startswith(str(path))]
    assert len(told) == 1 and told[0].startswith(line)
    (graph,) = json.loads((tmp_path / "results" / "single" / "latest" / "manifest.json").read_text())["graphs"]
    assert (graph["summary"], graph["people"], graph["ties"]) == (told[0], 60, ties)


def test_a_market_put_aside_goes_on_among_the_same_friends(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    nx.write_edgelist(GRAPH, path, delimiter=",", data=False)
    market = load(*FEW, "graph=edgelist", f"graph.path={path}").run(1)
    market.save(tmp_path / "market.npz")
    assert Market.load(tmp_path / "market.npz").day == 1
    nx.write_edgelist(nx.double_edge_swap(GRAPH.copy(), seed=1), path, delimiter=",", data=False)
    with pytest.raises(UserError, match="holds other people or friends than the world; expected world="):
        Market.load(tmp_path / "market.npz")
