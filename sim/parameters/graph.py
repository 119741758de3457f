"""The social graph."""

from __future__ import annotations

from typing import Literal

from sim.parameters.groups import ASSUMPTION, FilePath, Group, par


class Graph(Group):
    """The social graph."""

    kind: Literal["small_world", "scale_free", "stochastic_blocks", "edgelist"] = par(
        "small_world", "generator, or a list of ties in a file", "", "Watts & Strogatz 1998"
    )
    mean_degree: float = par(12.0, "mean friends per person", "friends", ASSUMPTION, ge=0, le=1000)
    rewiring: float = par(
        0.41,
        "share of ties rewired (small world)",
        "1",
        "chosen for local clustering .14 (Ugander et al. 2011)",
        ge=0,
        le=1,
    )
    exponent: float = par(
        2.3, "exponent of the degree distribution (scale free)", "1", "Goel et al. 2016", ge=2.01, le=5
    )
    homophily: float = par(
        0.5, "share of ties inside the own interest group beyond chance", "1", ASSUMPTION, ge=0, le=1
    )
    path: FilePath = par("", "file with the ties (edgelist): csv, text, GraphML, GML, GEXF or Pajek", "", "")
    directed: bool = par(False, "whether a tie names one direction only (edgelist)", "", "")
