"""Under what conditions a side wins: a box in the space of assumptions, found by PRIM and told as a rule.

The Patient Rule Induction Method (Friedman & Fisher 1999) as the EMA Workbench has it, in its use for scenario
discovery (Bryant & Lempert 2010): it peels slice after slice off the ranges so that the share of wins inside rises.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.analysis.assumption import varied_in
from experiments.analysis.response import Response, arrays
from experiments.table.results import Results
from sim.errors import UserError

FEWEST_POINTS = 40
LEAST_MASS = 0.05  # of all points, in a box
SIGNIFICANT = 0.05  # a restriction less sure than this is dropped
FOLDS = 5
ANY = 0.01  # what counts as a win, and the share of wins in a box that is good enough to be told of
DENSE = 0.9  # beyond this share of wins, a box is chosen for the wins that it covers

Array = NDArray[np.float64]
Wins = NDArray[np.bool_]


class Limit(NamedTuple):
    """A restriction: from `low` to `high`, either of them the end of the range; its quasi p value."""

    path: str
    low: float
    high: float
    p: float


class Box(NamedTuple):
    """Conditions that hold together."""

    limits: list[Limit]  # surest first
    density: float  # share of wins among the points inside
    coverage: float  # share of all wins that are inside
    inside: int  # points inside
    # the same for points that were left out when the box was found, in cross-validation; NaN where not tried
    honest_density: float = np.nan
    honest_coverage: float = np.nan


class Scenario(NamedTuple):
    """The box in which a side wins, if there is one that tells more than the mean."""

    side: str
    wins: Wins
    box: Box | None

    @property
    def share(self) -> float:
        """Share of points at which the side wins."""
        return float(self.wins.mean())


def discover(sweep: Results, answer: Response) -> list[Scenario]:
    """Look for a box for each side of a contrast.

    Parameters
    ----------
    sweep
        In which at least one parameter varies.
    answer
        A contrast; a side wins at a point where its mean over seeds is the better one.

    Raises
    ------
    UserError
        If the points are too few, nothing varies, the response is no contrast, or the EMA Workbench is not installed.
    """
    if importlib.util.find_spec("ema_workbench") is None:
        raise UserError("scenarios: the EMA Workbench is not installed; pip install 'ema_workbench>=2.5,<3'")
    if not answer.question.low:
        raise UserError(f"scenarios: {answer.question.name} is the level of an arm; expected --contrast")
    varied = varied_in(sweep)
    if not varied:
        raise UserError(f"{sweep.name}: no parameter varies in it, so there are no conditions to tell")
    x, y = arrays(answer, sweep, [a.path for a in varied])
    if len(y) < FEWEST_POINTS:
        raise UserError(f"{sweep.name}: {len(y)} points, expected {FEWEST_POINTS} or more for a rule to mean anything")
    frame = pd.DataFrame(x, columns=[a.path for a in varied])
    better = y * answer.sign
    sides = ((answer.question.high, better > 0), (answer.question.low, better < 0))
    return [Scenario(side, wins, _checked(frame, wins)) for side, wins in sides]


def find_box(x: pd.DataFrame, wins: Wins) -> Box | None:
    """Peel a box and choose a place on its way: the first dense one, else that of the best balance.

    Parameters
    ----------
    x : DataFrame, a row for each point, a column for each parameter
    wins : ndarray of bool, shape (points,)

    Returns
    -------
    Box or None
        None where no restriction is sure, or there are no wins, or nothing but wins.
    """
    if not 0 < wins.sum() < len(wins):
        return None
    path = _peeled(x, wins)
    chosen = next((i for i, box in enumerate(path) if box.density >= DENSE), None)
    if chosen is None:  # balance: harmonic mean of density and coverage
        chosen = int(np.argmax([2 / (1 / max(b.density, 1e-9) + 1 / max(b.coverage, 1e-9)) for b in path]))
    box = _pruned(x, wins, path[chosen])
    return box if box.limits else None


def holds(x: pd.DataFrame, limits: Sequence[Limit]) -> Wins:
    """Which points meet all conditions."""
    inside = np.ones(len(x), dtype=bool)
    for limit in limits:
        inside &= x[limit.path].between(limit.low, limit.high).to_numpy()
    return inside


def _checked(x: pd.DataFrame, wins: Wins) -> Box | None:
    """A box, with what boxes found without a fifth of the points are worth on that fifth; none if that is nothing."""
    box = find_box(x, wins)
    if box is None:
        return None
    folds = np.random.default_rng(0).permutation(len(wins)) % FOLDS
    inside = np.zeros(len(wins), dtype=bool)
    for fold in range(FOLDS):
        out = folds == fold
        other = find_box(x[~out].reset_index(drop=True), wins[~out])
        if other is not None:
            inside[out] = holds(x[out], other.limits)
    density = float(wins[inside].mean()) if inside.any() else 0.0
    if density <= wins.mean():
        return None
    return box._replace(honest_density=density, honest_coverage=float(wins[inside].sum() / wins.sum()))


def _peeled(x: pd.DataFrame, wins: Wins) -> list[Box]:
    """Boxes on the way of PRIM, from everything to the smallest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of packages it would like to have, and of what pandas deprecates
        from ema_workbench.analysis.prim import Prim

        logging.getLogger("EMA").setLevel(logging.ERROR)
        found = Prim(x, wins, threshold=ANY, peel_alpha=0.05, mass_min=LEAST_MASS).find_box()
    boxes = []
    for place, limits, doubts in zip(found.peeling_trajectory.itertuples(), found.box_lims, found.qp, strict=True):
        restricted = [_limit(str(path), limits, found.box_lims[0], doubt) for path, doubt in doubts.items()]
        boxes.append(Box(restricted, float(place.density), float(place.coverage), int(place.n)))
    return boxes


def _limit(path: str, limits: pd.DataFrame, whole: pd.DataFrame, doubts: Sequence[float]) -> Limit:
    """A restriction, without an end that may as well be chance."""
    ends = [float(limits[path].iloc[i] if 0 <= p < SIGNIFICANT else whole[path].iloc[i]) for i, p in enumerate(doubts)]
    sure = [p for p in doubts if 0 <= p < SIGNIFICANT]  # -1 stands for an end that is not restricted
    return Limit(path, ends[0], ends[1], max(sure, default=1.0))


def _pruned(x: pd.DataFrame, wins: Wins, box: Box) -> Box:
    """The box of those restrictions that are more than chance."""
    kept = sorted((limit for limit in box.limits if limit.p < SIGNIFICANT), key=lambda limit: limit.p)
    inside = holds(x, kept)
    return Box(kept, float(wins[inside].mean()), float(wins[inside].sum() / wins.sum()), int(inside.sum()))
