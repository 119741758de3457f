"""What an analysis looks at: one number for each point and seed, and how far seeds disagree about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures.statistics import Comparison, contrast_weights
from experiments.settings.language import said
from experiments.table.results import Results, chosen
from sim.errors import UserError, nearest
from sim.results.outcomes import OUTCOMES

MOST_NOISE = 0.5  # of the variance between points, for anything to be learnt of it


class Question(NamedTuple):
    """A contrast of arms, or the level of one: weights of the arms, and what the two sides are called.

    Names are those of the experiment, which `said` puts into another language; `low` and `high` are empty for a level.
    """

    name: str
    weights: pd.Series
    low: str = ""
    high: str = ""


class Response(NamedTuple):
    """A question put to an outcome.

    `cells` has a row for each point and a column for each seed; NaN where a run that it needs did not finish.
    """

    question: Question
    outcome: str
    cells: pd.DataFrame

    @property
    def label(self) -> str:
        """The outcome for people, in the language spoken."""
        return said(OUTCOMES[self.outcome].label)

    @property
    def unit(self) -> str:
        """Unit of the outcome, as the code has it."""
        return OUTCOMES[self.outcome].unit

    @property
    def sign(self) -> int:
        """1 if a response above zero is better for those concerned, or of a neutral outcome; else -1."""
        return OUTCOMES[self.outcome].better or 1

    @property
    def means(self) -> pd.Series:
        """Mean over seeds of every point that has one."""
        return self.cells.mean(axis=1).dropna()

    def side(self, value: float) -> str:
        """Which side of the question a response speaks for, as the experiment names it."""
        return self.question.high if value * self.sign > 0 else self.question.low


class Noise(NamedTuple):
    """How far seeds disagree about a response."""

    # variance of a point's mean over seeds, after what a seed adds at all points alike; NaN with one seed
    of_mean: float
    share: float  # the same as a share of the variance of the means between points
    common: float  # variance of the mean over seeds of what a seed adds at all points alike; NaN with one seed
    seeds: int  # most seeds that a point has

    @property
    def hides(self) -> bool:
        """Whether so much of what differs between points is chance that nothing can be learnt of the rest."""
        return self.share > MOST_NOISE


def question_of(sweep: Results, contrast: str | None = None, arm: str | None = None) -> Question:
    """The question that the user means.

    Parameters
    ----------
    sweep
        Runs.
    contrast
        A factor, ``fees``, or a level of it against its first, ``fees=commission_free``. The only factor unless named.
    arm
        Name of an arm whose level is looked at instead.

    Raises
    ------
    UserError
        If there is no such factor, level or arm, or it is not clear which is meant.
    """
    if contrast and arm:
        raise UserError(f"--contrast {contrast} --arm {arm}: expected one of the two")
    if arm:
        return _level(sweep, chosen(arm, sweep.finished, "--arm"))
    if not contrast:
        if len(sweep.factors) == 1:
            contrast = next(iter(sweep.factors))
        elif len(sweep.finished) == 1:
            return _level(sweep, sweep.finished[0])
        else:
            known = ", ".join(sweep.factors) or "none, and several arms"
            raise UserError(f"--contrast: not given; the factors are {known}; --arm takes an arm's level")
    return _contrast(sweep, contrast)


def _level(sweep: Results, arm: str) -> Question:
    return Question(sweep.named(arm), pd.Series({arm: 1.0}))


def _contrast(sweep: Results, text: str) -> Question:
    factor, _, level = text.partition("=")
    factor = chosen(factor, sweep.factors, "--contrast") if sweep.factors else factor
    if factor not in sweep.factors:
        raise UserError(f"--contrast {text}: {sweep.name} has no factors; --arm takes the level of an arm")
    first, *others = sweep.factors[factor]
    if not others:
        raise UserError(f"--contrast {text}: {factor} has the level {first} alone; expected two")
    if not level and len(others) > 1:
        options = " or ".join(f"{factor}={other}" for other in others)
        raise UserError(f"--contrast {text}: {factor} has several levels; expected {options}")
    high = level or others[0]
    if high not in others:
        raise UserError(f"--contrast {text}: no such level beside {first}; {nearest(high, others)}")
    arms = sweep.arms[sweep.arms.index.isin(sweep.finished)]
    if not {first, high} <= set(arms[factor]):
        raise UserError(f"--contrast {text}: no finished run of {first if high in set(arms[factor]) else high}")
    weights = contrast_weights(arms, [Comparison(factor, first, high)])
    return Question(factor, weights[weights != 0], sweep.named(first), sweep.named(high))


def response(sweep: Results, question: Question, outcome: str) -> Response:
    """Put a question to an outcome, seed by seed and point by point.

    Raises
    ------
    UserError
        If there is no such outcome, or no point has all arms that it takes.
    """
    outcome = chosen(outcome, sweep.outcomes, "--outcome")
    first, *others = (weight * sweep.cells(outcome, str(arm)) for arm, weight in question.weights.items())
    total = sum(others, first)  # aligned: what one arm lacks is NaN
    if not np.isfinite(total.to_numpy()).any():
        raise UserError(f"{sweep.name}: no point and seed has finished in all arms of {question.name}")
    return Response(question, outcome, total)


def noise(cells: pd.DataFrame) -> Noise:
    """Split the differences between cells into points, seeds, and the rest, which is noise.

    Parameters
    ----------
    cells : DataFrame, a row for each point, a column for each seed

    Returns
    -------
    Noise
        From the two-way analysis of variance without replication, over the seeds that at least two points share. What
        a seed adds at all points alike moves a whole map up or down, and does not blur it.
    """
    known = cells.loc[cells.notna().any(axis=1)]
    counts = known.notna().sum(axis=1)
    seeds = int(counts.max())
    between = float(known.mean(axis=1).var(ddof=1)) if len(known) > 1 else np.nan
    full = known.dropna()
    if seeds < 2 or len(full) < 2 or full.shape[1] < 2:
        return Noise(np.nan, np.nan, np.nan, seeds)
    values = full.to_numpy()
    rows, columns = values.shape
    by_seed = values.mean(axis=0)
    rest = values - values.mean(axis=1, keepdims=True) - by_seed + values.mean()
    residual = float((rest**2).sum()) / ((rows - 1) * (columns - 1))
    of_mean = residual * float((1 / counts).mean())
    share = min(of_mean / between, 1.0) if between > 0 else np.nan
    common = max(float(by_seed.var(ddof=1)) - residual / rows, 0.0) / columns
    return Noise(of_mean, share, common, seeds)


def arrays(answer: Response, sweep: Results, parameters: Iterable[str]) -> tuple[NDArray[np.float64], ...]:
    """Parameters, shape (points, parameters), and mean response of the points that have one."""
    means = answer.means
    return sweep.points.loc[means.index, list(parameters)].to_numpy(float), means.to_numpy(float)
