"""What is not known of people: the factorial again at draws from the posterior of the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.calibration.file import read
from experiments.design import Arm, Study, arms, settings_of_arms
from experiments.flips import smaller, values_of
from experiments.paths import at, merged, nested
from experiments.runs import Run, runs_of
from experiments.statistics import Comparison, contrast_weights
from sim.errors import UserError
from sim.parameters import Parameters


class Drawn(NamedTuple):
    """The factorial at one draw; a list of runs, one a seed, for each arm."""

    draw: int
    values: dict[str, float]
    arms: list[Arm]
    runs: list[list[Run]]


def drawn(study: Study, base: Mapping[str, Any]) -> list[Drawn]:
    """The factorial at as many draws as the experiment wants, each with seeds of its own.

    Parameters
    ----------
    study
        The factors and `posterior`; its further arms are left out.
    base
        Parameters of the market as nested mappings. What differs there from the defaults, or what the arms set, is not
        drawn: somebody decided on it.

    Raises
    ------
    UserError
        If there are not as many draws.
    """
    wish = study.posterior
    if not (wish.draws and study.factors):
        return []
    found = read()
    if wish.draws > len(found["draws"]):
        raise UserError(
            f"experiment.posterior.draws={wish.draws}: configs/posterior.yaml holds {len(found['draws'])}; "
            "expected at most so many"
        )
    defaults, decided = Parameters().model_dump(mode="json"), settings_of_arms(study)
    factorial = study.model_copy(update={"extra_arms": {}})
    small = smaller(base, wish.consumers)
    made = []
    for number, row in enumerate(found["draws"][: wish.draws]):
        values = dict(zip(found["parameters"], row, strict=True))
        values = {p: v for p, v in values.items() if p not in decided and at(base, p) == at(defaults, p)}
        changed = small
        for path, value in values.items():
            changed = merged(changed, nested(path, value))
        variants = arms(factorial, changed, f"posterior draw {number}: ")
        seeds = range(number * wish.seeds, (number + 1) * wish.seeds)
        runs = [runs_of(arm, seeds, wish.days, wish.burn_in, tables=False) for arm in variants]
        made.append(Drawn(number, values, variants, runs))
    return made


def effects(found: list[Drawn], outcomes: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Main effects at every draw and seed.

    Parameters
    ----------
    found
        The draws.
    outcomes
        Outcomes of every run that finished, by its id.

    Returns
    -------
    DataFrame
        Columns draw, seed, factor, low, high, outcome, effect, base: every level of a factor less the first, and the
        mean at the first, in the outcome's unit; NaN where a run did not finish.
    """
    rows = []
    for one in found:
        names, values = values_of(one.runs, outcomes)
        levels = pd.DataFrame([arm.levels for arm in one.arms])
        for factor in levels:
            first, *others = levels[factor].unique()
            base = values[(levels[factor] == first).to_numpy()].mean(axis=0)
            for other in others:
                weights = contrast_weights(levels, [Comparison(str(factor), first, other)]).to_numpy()
                effect = np.einsum("a,aso->so", weights, values)
                for place, run in enumerate(one.runs[0]):
                    rows += [
                        (one.draw, run.seed, factor, first, other, name, effect[place, i], base[place, i])
                        for i, name in enumerate(names)
                    ]
    return pd.DataFrame(rows, columns=["draw", "seed", "factor", "low", "high", "outcome", "effect", "base"])
