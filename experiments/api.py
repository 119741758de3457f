"""Five lines in a notebook: load a market and run it; or make a whole experiment."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.design.configuration import Settings, load_settings
from experiments.runs.progress import terminal
from sim.errors import UserError

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from sim.market import Market
    from sim.parameters import Parameters


def load(*overrides: str, seed: int = 0, graph: nx.Graph | None = None) -> Market:
    """A market before its first day, configured as `koc run` would.

    Parameters
    ----------
    *overrides
        As on the command line, for instance ``"market.consumers=2000"`` or ``"platform=mihe"``.
    seed
        Of all randomness in it.
    graph
        Friendships as a networkx graph, in place of those that ``graph=`` configures: its nodes are the consumers, in
        the order of `Market.graph_ids`. In a ``DiGraph`` only people who name each other are friends. The market is
        the one of a file with the same ties, to the bit. What was read of it, or of a file, is said on stderr and
        kept as `Market.graph_report`.

    Raises
    ------
    UserError
        If an override is wrong; names the key and what would be right. If overrides name a graph as well.

    Examples
    --------
    >>> from koc import load, plot
    >>> market = load("market.consumers=500", seed=1)
    >>> plot(market.run(3), "gmv")  # doctest: +SKIP
    """
    from sim.market import Market

    chosen = any(each.startswith("experiment=") for each in overrides)
    parameters = load_settings([*([] if chosen else ["experiment=single"]), *overrides]).parameters
    if graph is None:
        market = Market(parameters, seed)
    else:
        if named := [text for text in overrides if re.match(r"[+~]*graph\b", text)]:
            raise UserError(f"{named[0]}: load(graph=...) gives the friendships; expected one or the other")
        market = _with_graph(parameters, seed, graph)
    if market.graph_report:
        print(market.graph_report, file=sys.stderr)
    return market


def _with_graph(parameters: Parameters, seed: int, graph: nx.Graph) -> Market:
    """A market whose parameters name the graph by a digest of its ties, so that two graphs are two markets."""
    from sim.graphs.friendships import from_networkx, identity
    from sim.market import Market
    from sim.world import World

    friendships = from_networkx(graph)
    shape = {"kind": "edgelist", "path": identity(friendships), "directed": graph.is_directed()}
    named = parameters.model_copy(update={"graph": parameters.graph.model_copy(update=shape)})
    return Market(named, seed, world=World.build(named, seed, friendships))


class Experiment:
    """An experiment as `koc run` makes it, without its report.

    Parameters
    ----------
    *overrides
        As on the command line, for instance ``"experiment=quick"`` or ``"market.consumers=2000"``.
    design
        Keys of ``experiment.design``, for instance ``{"vary": {"creators.claim_inflation": [1, 2]}}``.
    points
        In its place, a row for each point and a column for each parameter, named by its dotted path.
    config_dir
        Folder with files of settings of one's own, for instance ``"."``.

    Attributes
    ----------
    folder : Path or None
        That the last `run` left.

    Raises
    ------
    UserError
        If an override or the design is wrong; names the key and what would be right.

    Examples
    --------
    >>> from koc import Experiment
    >>> experiment = Experiment("experiment=quick", design={"vary": {"creators.effort_cost": [1, 4, 12]}})
    >>> runs = experiment.run()  # doctest: +SKIP
    """

    def __init__(
        self,
        *overrides: str,
        design: Mapping[str, Any] | None = None,
        points: pd.DataFrame | None = None,
        config_dir: str | Path = "",
    ) -> None:
        self._overrides, self._design, self._points, self._own = overrides, dict(design or {}), points, config_dir
        self._settings = load_settings(overrides, self._design, config_dir)
        self.folder: Path | None = None
        if points is not None and (points.empty or self._settings.experiment.design.is_used):
            raise UserError("points: expected rows and columns, and nothing in the design that varies")

    def __repr__(self) -> str:
        study = self._settings.experiment
        if self._points is not None:
            points = f"{len(self._points)} points, "
        else:
            points = "a design of points, " if study.design.is_used else ""
        where = str(self.folder) if self.folder else "not run yet"
        return f"Experiment({study.name}: {points}{len(study.seeds)} seeds, {study.days} days; {where})"

    def run(self) -> pd.DataFrame:
        """Make what the store lacks; give it again after an interruption, and it goes on from there.

        Returns
        -------
        DataFrame
            The table of runs (`runs.parquet`): a row for each point, arm and seed, with the status of each.

        Raises
        ------
        UserError
            If a point is no possible market; before any run is made.
        """
        from experiments.conduct.experiment import How, carry_out
        from experiments.runs.plan import plan

        settings = self._settings if self._points is None else self._with_file(self._points)
        command = ["Experiment", *self._overrides]
        made = carry_out(settings, plan(settings), How(command, terminal(), quiet=True))
        self.folder = made.folder
        return made.runs

    def _with_file(self, points: pd.DataFrame) -> Settings:
        """The settings, with the points in a file beside the results, so that these can be made again."""
        text = points.to_csv(index=False)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        folder = Path(self._settings.output) / self._settings.experiment.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"points-{digest}.csv"
        path.write_text(text, "utf-8")
        return load_settings(self._overrides, {**self._design, "file": str(path)}, self._own)
