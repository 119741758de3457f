"""The design of an experiment: factors and further arms, crossed with seeds, all paired by seed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from experiments.design.sampling import Design
from experiments.measures.precision import Precision
from experiments.settings.mistakes import brief, shown, validated
from experiments.settings.names import check_distinct, check_folder_name, check_known, check_lines, check_names
from experiments.settings.paths import leaves, merged
from sim.parameters import ASSUMPTION, Group, Parameters, par
from sim.ranges import MOST_DAYS, MOST_PEOPLE

MOST_SEEDS = 100_000
MOST_ARMS = 10_000
ONLY_ARM = "base"
CELLS = ("cells", "funds", "switching", "weeks")  # of `sim.results.cells`, which would bring numba with it
ORDERS = ("orders", "trees")
MORE = {"cells": CELLS, "orders": (*CELLS, *ORDERS)}
RUN_COLUMNS = ("point", "arm", "seed", "status", "run_id", "seconds", "error")


def _seeds(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= MOST_SEEDS:
            raise ValueError(f"{value} seeds, expected 1 to {MOST_SEEDS}, or a list such as [0,1,2]")
        return tuple(range(value))
    if not isinstance(value, list | tuple):
        raise ValueError(f"{brief(shown(value))} given, expected how many seeds, or a list such as [0,1,2]")
    return tuple(value)


def _check_days(burn_in: int, days: int, of: str = "") -> None:
    if burn_in >= days:
        raise ValueError(f"{of}burn_in={burn_in} of days={days} leaves no day to count; expected less than days")


Seeds = Annotated[tuple[int, ...], BeforeValidator(_seeds)]
Settings = dict[str, Any]


class Check(Group):
    """A check of an experiment's conclusions: its factorial made again under other parameters.

    It is made in the experiment's own market, or in a smaller or shorter one where that is said. In a smaller one a
    small world takes the place of a graph from a file.
    """

    consumers: int | None = par(
        None, "consumers in the check; as many as in the experiment where null", "people", ASSUMPTION, ge=20,
        le=MOST_PEOPLE,
    )  # fmt: skip
    days: int | None = par(
        None, "days of the check; those of the experiment where null", "days", ASSUMPTION, ge=2, le=MOST_DAYS
    )
    burn_in: int | None = par(
        None, "days of the check that are not counted; those of the experiment where null", "days", ASSUMPTION, ge=0,
        le=MOST_DAYS,
    )  # fmt: skip

    @property
    def is_own_market(self) -> bool:
        """Whether its runs are as large and as long as those of the experiment."""
        return self.consumers is None and self.days is None and self.burn_in is None

    def length(self, days: int, burn_in: int) -> tuple[int, int]:
        """Days of the check and of its burn-in, in an experiment of so many."""
        return (days if self.days is None else self.days), (burn_in if self.burn_in is None else self.burn_in)


class Flips(Check):
    """The check whether a conclusion flips where a soft assumption is moved to an end of its plausible range."""

    assumptions: tuple[str, ...] = Field(default=(), description="parameters that are moved, one at a time")
    seeds: int = par(
        1, "seeds of the check, the experiment's first, as far as it has them", "seeds", ASSUMPTION, ge=1, le=1000
    )


class Posterior(Check):
    """The check how uncertain a conclusion is because people are: the factorial at draws from the posterior.

    The posterior is that of the calibration, configs/posterior.yaml.
    """

    draws: int = par(0, "draws from the posterior; 0 for none", "draws", ASSUMPTION, ge=0, le=1000)
    seeds: int = par(1, "seeds of each draw, all different", "seeds", ASSUMPTION, ge=1, le=1000)
    extra_arms: tuple[str, ...] = Field(default=(), description="arms beside the factorial that are made there, too")


class ExtraArm(Group):
    """An arm beside the factorial: levels of some factors, parameters of its own, and what it is compared with."""

    levels: dict[str, str] = Field(default={}, description="levels of factors that it shares")
    set: Settings = Field(default={}, description="parameters that it sets after these")
    against: str = Field(
        default="", description="arm that it is compared with; else those of the factorial that share its levels"
    )


class Study(Group):
    """What is compared with what, for whom and how long."""

    name: str = Field(default="single", description="name of the folder under results")
    questions: dict[str, str] = Field(default={}, description="the question that each factor answers")
    asks: dict[str, tuple[str, ...]] = Field(default={}, description="outcomes that a question asks for, told first")
    beside: str = Field(default="", description="factor at whose levels the answers stand side by side")
    labels: dict[str, str] = Field(default={}, description="names for people of factors, levels and arms")
    seeds: Seeds = Field(default=tuple(range(10)), description="how many seeds, or a list of them")
    days: int = par(180, "days of a run", "days", ASSUMPTION, ge=1, le=MOST_DAYS)
    burn_in: int = par(60, "first days, which are not counted", "days", ASSUMPTION, ge=0, le=MOST_DAYS)
    factors: dict[str, dict[str, Settings]] = Field(default={}, description="what each level of each factor sets")
    extra_arms: dict[str, ExtraArm] = Field(default={}, description="arms beside the factorial")
    design: Design = Design()
    precision: Precision = Precision()
    flips: Flips = Flips()
    posterior: Posterior = Posterior()
    keep: Literal["auto", "outcomes", "tables", "cells", "orders"] = Field(
        default="auto", description="what is kept of each run; auto: tables unless there is a design"
    )
    fresh: bool = Field(default=False, description="whether to run again what the store holds already")

    @property
    def keeps_tables(self) -> bool:
        """Whether the tables of each run are kept beside its outcomes."""
        return self.keep in ("tables", *MORE) or (self.keep == "auto" and not self.design.is_used)

    @property
    def more(self) -> tuple[str, ...]:
        """Further tables of each run that are kept."""
        return MORE.get(self.keep, ())

    @model_validator(mode="after")
    def _consistent(self) -> Study:
        check_folder_name("name", self.name)
        check_names("factors", self.factors)
        for factor, levels in self.factors.items():
            _check_is_no_column(factor)
            check_names(f"factors.{factor}", levels)
            if not levels:
                raise ValueError(f"factors.{factor} has no levels; expected at least one")
        self._check_arms()
        check_lines("labels", self.labels)
        check_lines("questions", self.questions)
        _check_seeds(self.seeds)
        every = [*(arm for arm, _ in self.factorial()), *self.extra_arms]
        for arm, extra in self.extra_arms.items():
            if extra.against:
                check_known(f"extra_arms.{arm}.against={extra.against}", extra.against, every, "arm")
            for factor, level in extra.levels.items():
                check_known(f"extra_arms.{arm}.levels.{factor}", factor, self.factors, "factor")
                check_known(f"extra_arms.{arm}.levels.{factor}={level}", level, self.factors[factor], "level")
        _check_days(self.burn_in, self.days)
        self._check_checks()
        self._check_asks()
        self.precision.check(self.seeds, self.factors)
        if self.precision.outcome and self.design.is_used:
            raise ValueError("precision: the experiment has a design; expected an experiment at one point")
        return self

    def _check_checks(self) -> None:
        checks: dict[str, Flips | Posterior] = {"flips": self.flips, "posterior": self.posterior}
        for name, check in checks.items():
            days, burn_in = check.length(self.days, self.burn_in)
            _check_days(burn_in, days, f"{name}.")
            if check.seeds < 2 and not check.is_own_market:
                raise ValueError(
                    f"{name}.seeds={check.seeds}: a smaller or shorter market has its own shocks; expected at least 2"
                )
        for arm in self.posterior.extra_arms if self.extra_arms else ():  # all of them may have been taken out
            check_known(f"posterior.extra_arms: {arm}", arm, self.extra_arms, "arm")

    def _check_asks(self) -> None:
        from sim.results.outcomes import OUTCOMES

        if self.beside:
            check_known(f"beside={self.beside}", self.beside, self.factors, "factor")
        for factor, outcomes in self.asks.items():
            check_known(f"asks.{factor}", factor, self.factors, "factor")
            for outcome in outcomes:
                check_known(f"asks.{factor}: {outcome}", outcome, OUTCOMES, "outcome")

    def _check_arms(self) -> None:
        check_names("extra_arms", self.extra_arms)
        count = math.prod(map(len, self.factors.values())) + len(self.extra_arms)
        if count > MOST_ARMS:
            raise ValueError(f"factors: {count} arms, expected at most {MOST_ARMS}")
        check_distinct("names of arms", [*(arm for arm, _ in self.factorial()), *self.extra_arms])

    def factorial(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Name and levels of every arm of the factorial."""
        for levels in product(*self.factors.values()):
            yield "-".join(levels) or ONLY_ARM, dict(zip(self.factors, levels, strict=True))


class Arm(NamedTuple):
    """One combination of levels, or an arm beside the factorial.

    `levels` names the level of every factor; None where the arm steps out of the design.
    """

    name: str
    levels: dict[str, str | None]
    parameters: Parameters


def arms(study: Study, base: Mapping[str, Any], within: str = "") -> list[Arm]:
    """All arms of an experiment.

    Returns
    -------
    list of Arm
        The full factorial in the order of the levels, then the further arms. One arm if there are no factors.

    Raises
    ------
    UserError
        If what an arm sets is no valid set of parameters; names the key that set it.
    """
    found = []
    for name, chosen in study.factorial():
        found.append(Arm(name, {**chosen}, _parameters(study, base, chosen, None, within)))
    for name, extra in study.extra_arms.items():
        own = {factor: extra.levels.get(factor) for factor in study.factors}
        found.append(Arm(name, own, _parameters(study, base, extra.levels, name, within)))
    return found


def settings_of_arms(study: Study) -> dict[str, str]:
    """Which parameters the arms set, and where.

    Returns
    -------
    dict
        Path of a parameter to the path of the first place in the configuration that sets it, for instance
        ``platform.take_rate`` to ``study.factors.fees.commission.platform.take_rate``.
    """
    levels = [(factor, level) for factor, levels in study.factors.items() for level in levels]
    places: dict[str, str] = {}
    for place, settings in _settings(study, levels, study.extra_arms):
        for path in leaves(settings):
            places.setdefault(path, f"{place}.{path}")
    return places


def _settings(study: Study, levels: Iterable[tuple[str, str]], extra: Iterable[str]) -> Iterator[tuple[str, Settings]]:
    """What levels of factors set, and then what further arms do, with its place in the configuration."""
    for factor, level in levels:
        yield f"experiment.factors.{factor}.{level}", study.factors[factor][level]
    for arm in extra:
        yield f"experiment.extra_arms.{arm}.set", study.extra_arms[arm].set


def _parameters(
    study: Study, base: Mapping[str, Any], levels: Mapping[str, str], extra: str | None, within: str
) -> Parameters:
    places: dict[str, str] = {}
    settings = dict(base)
    for place, changes in _settings(study, levels.items(), [extra] if extra else []):
        settings = merged(settings, changes)
        places |= {path: f"{place}.{path}" for path in leaves(changes)}
    arm = extra or "-".join(levels.values())
    return validated(Parameters, settings, places=places, within=f"{within}arm {arm}: " if arm else within)


def _check_is_no_column(factor: str) -> None:
    from sim.results.outcomes import OUTCOMES

    if factor in OUTCOMES or factor in RUN_COLUMNS:
        raise ValueError(f"factors: '{factor}' is a column of the results already; expected another name")


def _check_seeds(seeds: tuple[int, ...]) -> None:
    if not seeds:
        raise ValueError("seeds=[] is empty; expected at least one seed")
    for seed, times in Counter(seeds).items():
        if not 0 <= seed < 2**63:
            raise ValueError(f"seeds: {seed} given, expected seeds from 0 to 2^63 - 1")
        if times > 1:
            raise ValueError(f"seeds: {seed} is given {times} times, expected every seed once")
