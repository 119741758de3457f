"""Designs: functions that yield points, at each of which all arms of an experiment are made.

Beside the design that an experiment configures (`sampling.draw`) stand those that check it: soft assumptions at the
ends of their ranges, and draws from the posterior of the calibration. `interventions` and `screening` are for whoever
asks what a change does: their points share the seeds of the experiment, so that all differences are paired.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd

from experiments.design import posterior_file
from experiments.design.factors import Study, settings_of_arms
from experiments.settings.mistakes import plausible
from experiments.settings.paths import at, merged, nested
from sim.errors import UserError
from sim.parameters import Parameters

LEVELS = 4  # of Morris's grid
SEED = 1  # of what SALib draws; it takes 0 for none

Ranges = Mapping[str, tuple[float, float]]
"""Lowest and highest value of parameters, by path."""


class Point(NamedTuple):
    """A place among the parameters at which all arms are made."""

    values: Mapping[str, Any]  # what is set there, by path
    seeds: Sequence[int]  # with which the arms are made
    about: Mapping[str, Any] = {}  # what tables call it: a column each
    within: str = ""  # its name in messages; may be empty


def set_at(base: Mapping[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Parameters as nested mappings, with some set by their paths."""
    for path, value in values.items():
        base = merged(base, nested(path, value))
    return base


def ends(study: Study, base: Mapping[str, Any]) -> Iterator[Point]:
    """Each soft assumption at its configured value and at both ends of its plausible range, one at a time.

    Raises
    ------
    UserError
        If an assumption is what the arms set: its value would not reach them.
    """
    seeds, places = study.seeds[: study.flips.seeds], settings_of_arms(study)
    for path in study.flips.assumptions if study.factors else ():
        if path in places:
            raise UserError(f"experiment.flips.assumptions: {path} is set by the arms; expected parameters they share")
        configured = float(at(base, path))
        low, high = plausible(path) or (configured, configured)
        for value in dict.fromkeys((configured, float(low), float(high))):
            about = {"assumption": path, "value": value, "default": value == configured}
            yield Point({path: value}, seeds, about, f"experiment.flips, {path}={value:g}: ")


def draws(study: Study, base: Mapping[str, Any]) -> Iterator[Point]:
    """Draws from the posterior of the calibration, each with seeds of its own.

    Parameters
    ----------
    study
        Whose `posterior` tells how many.
    base
        Parameters of the market as nested mappings. What differs there from the defaults, or what the arms set, is not
        drawn: somebody decided on it.
    """
    wish = study.posterior
    if not study.factors:
        return
    defaults, decided = Parameters().model_dump(mode="json"), settings_of_arms(study)
    for number, drawn in enumerate(posterior_file.draws(wish.draws, "experiment.posterior.draws")):
        free = {path: x for path, x in drawn.items() if path not in decided and at(base, path) == at(defaults, path)}
        seeds = range(number * wish.seeds, (number + 1) * wish.seeds)
        yield Point(free, seeds, {"draw": number}, f"posterior draw {number}: ")


def interventions(base: Mapping[str, Any], changes: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A base and changes of it, to be made at the same seeds.

    Parameters
    ----------
    base
        Values of all parameters that any change sets, by path.
    changes
        What each sets; a change that sets nothing anew is left out.

    Returns
    -------
    DataFrame, a row for each point and a column for each parameter
        The base first. `effects.responses` tells what each change does.
    """
    rows = [dict(base), *({**base, **change} for change in changes)]
    return pd.DataFrame([row for place, row in enumerate(rows) if not place or row != rows[0]])


def one_at_a_time(home: Mapping[str, Any], ranges: Ranges) -> pd.DataFrame:
    """Paired interventions: each parameter at both ends of its range, the others at home."""
    return interventions(home, ({path: end} for path, span in ranges.items() for end in span))


def screening(method: Literal["morris", "sobol"], ranges: Ranges, samples: int) -> tuple[pd.DataFrame, int]:
    """Points for sensitivity indices, uniform over the ranges.

    Parameters
    ----------
    method
        ``morris``: random trajectories on a grid of four levels. ``sobol``: Saltelli's scheme on a scrambled Sobol
        sequence, for first-order and total indices.
    ranges
        Of the parameters.
    samples
        Trajectories, or base samples.

    Returns
    -------
    points : DataFrame
    block : int
        So many points in a row belong together.

    Raises
    ------
    UserError
        If SALib is not installed.
    """
    if importlib.util.find_spec("SALib") is None:
        raise UserError(f"--method {method}: SALib is not installed; pip install 'koc-market[sensitivity]' brings it")
    if method == "morris":
        from SALib.sample import morris

        values, block = morris.sample(problem(ranges), samples, num_levels=LEVELS, seed=SEED), len(ranges) + 1
    else:
        from SALib.sample import sobol

        values, block = sobol.sample(problem(ranges), samples, calc_second_order=False, seed=SEED), len(ranges) + 2
    return pd.DataFrame(values, columns=list(ranges)), block


def problem(ranges: Ranges) -> dict[str, Any]:
    """Ranges as SALib takes them."""
    return {"num_vars": len(ranges), "names": list(ranges), "bounds": [list(span) for span in ranges.values()]}
