"""What is calibrated to what: priors and targets, as `configs/calibration.yaml` declares them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy import special

from experiments.design.samplers import sobol_points
from experiments.measures.scale import Scale
from experiments.settings.mistakes import fields, limits, validated
from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import read_yaml
from sim.errors import UserError, nearest
from sim.parameters import MOST_PEOPLE, Group, Parameters
from sim.ranges import MOST_DAYS

FILE = FOLDER / "calibration.yaml"
OBSERVABLES = (
    "revenue_per_follower", "return_on_pay", "buys_per_view", "cascade_size", "cascade_deep", "cascade_large",
    "product_gini", "buys_per_user", "orders_a_year", "spend_a_year", "public_share", "live_returns", "shelf_returns",
    "pool_repeat", "plain_repeat", "price_elasticity", "ad_elasticity", "kol_engagement", "koc_engagement",
    "first_word", "second_word",
)  # fmt: skip
POINTS_PER_PARAMETER = 10  # at least (Loeppky, Sacks & Welch 2009)

Array = NDArray[np.float64]

SCALES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "linear": (np.asarray, np.asarray), "log": (np.log, np.exp), "logit": (special.logit, special.expit),
    "log_excess": (lambda x: np.log(x - 1), lambda x: 1 + np.exp(x)),
}  # fmt: skip
"""To the scale of a target's error, and back."""


class Prior(Group):
    """What is thought possible of a parameter before any target is looked at."""

    low: float = Field(description="lowest value")
    high: float = Field(description="highest value")
    scale: Literal["linear", "log"] = Field(default="linear", description="on what the prior is uniform")
    why: str = Field(default="", description="why this range")

    @model_validator(mode="after")
    def _ordered(self) -> Prior:
        if not self.low < self.high:
            raise ValueError(f"low={self.low:g} is not below high={self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low={self.low:g}: expected above 0 on a log scale")
        return self

    @property
    def along(self) -> Scale:
        """Its values as places between 0 and 1 of the prior's distribution, and back."""
        return Scale(self.low, self.high, self.scale == "log")


class Target(Group):
    """A number known from outside, and what in the model it speaks of."""

    observable: Literal[OBSERVABLES] = Field(description="what the model shows of it")  # type: ignore[valid-type]
    about: str = Field(default="", description="in words")
    value: float = Field(description="what is known")
    bound: Literal["equal", "least", "most"] = Field(default="equal", description="whether it is a bound")
    scale: Literal["linear", "log", "log_excess", "logit"] = Field(default="linear", description="of the error")
    error: float = Field(gt=0, description="standard deviation on that scale, stated")
    check: str = Field(default="", description="how well the source was checked")
    source: str = Field(default="", description="where it is from")
    set: dict[str, float] = Field(default={}, description="what differs in the market that it speaks of")
    mapping: str = Field(default="", description="how close source and model speak of the same")

    @property
    def goal(self) -> float:
        """The value on the scale of the error."""
        return float(self.on_scale(np.array(self.value)))

    def on_scale(self, observed: Array) -> Array:
        """Observations on the scale of the error; NaN where they have no place on it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = SCALES[self.scale][0](np.asarray(observed, float))
        return np.where(np.isfinite(found), found, np.nan)

    def off_scale(self, scaled: Array) -> Array:
        """The inverse of `on_scale`."""
        return np.asarray(SCALES[self.scale][1](np.asarray(scaled, float)))

    def log_likelihood(self, mean: Array, variance: Array | float) -> Array:
        """Log density of the value, up to a constant, where the model says `mean` with some variance of its own.

        A bound tells how likely the model lies on the right side of it (Wilkinson 2013: the error of the target is part
        of the model of the data).
        """
        deviation = np.sqrt(self.error**2 + variance)
        z = (np.asarray(mean) - self.goal) / deviation
        if self.bound == "equal":
            return np.asarray(-0.5 * z**2 - np.log(deviation))
        return np.asarray(special.log_ndtr(z if self.bound == "least" else -z))


class Calibration(Group):
    """What `koc calibrate` does."""

    points: int = Field(ge=1, le=100_000, description="points of the prior, one run each")
    refine: int = Field(
        default=0, ge=0, le=4_000, description="further points, where the posterior of the first ones lies"
    )
    seed: int = Field(ge=0, le=2**31 - 1, description="of points, markets and sampler")
    consumers: int = Field(ge=20, le=MOST_PEOPLE, description="people in each market")
    burn_in: int = Field(ge=0, le=MOST_DAYS, description="day from which rates are counted")
    days: int = Field(ge=1, le=MOST_DAYS, description="day until which they are counted")
    cohort: int = Field(ge=1, le=MOST_DAYS, description="day until which new customers are followed")
    priors: dict[str, Prior] = Field(description="by path of the parameter")
    targets: dict[str, Target] = Field(description="by name")
    held_out: dict[str, Target] = Field(default={}, description="known numbers that are not fitted")

    @model_validator(mode="after")
    def _consistent(self) -> Calibration:
        if not self.burn_in < self.days <= self.cohort:
            raise ValueError(f"days={self.days}: expected above burn_in={self.burn_in}, at most cohort={self.cohort}")
        known = {path: field for path, field, value in fields(Parameters()) if isinstance(value, int | float)}
        for path, prior in self.priors.items():
            if path not in known:
                raise ValueError(f"priors: {path} is no parameter; {nearest(path, known)}")
            low, high = limits(known[path])
            if (low is not None and prior.low < low) or (high is not None and prior.high > high):
                raise ValueError(f"priors.{path}: {prior.low:g} to {prior.high:g}, allowed is {low:g} to {high:g}")
        if wrong := [name for name, target in self.targets.items() if target.set]:
            raise ValueError(f"targets.{wrong[0]}.set: the market of the targets is one; expected it under held_out")
        for name, target in self.held_out.items():
            if unknown := [path for path in target.set if path not in known]:
                raise ValueError(f"held_out.{name}.set: {unknown[0]} is no parameter; {nearest(unknown[0], known)}")
        if not self.priors:
            raise ValueError("priors is empty: expected at least one parameter")
        if not self.targets:
            raise ValueError("targets is empty: expected at least one")
        return self

    @property
    def least_points(self) -> int:
        """Points that the emulator needs at least."""
        return POINTS_PER_PARAMETER * len(self.priors)

    @property
    def places(self) -> Array:
        """Sobol points of the prior, 0 to 1, shape (points, parameters)."""
        return sobol_points(self.points, len(self.priors), self.seed)

    def values(self, unit: Array) -> Array:
        """Parameters at places of the prior, shape (n, parameters)."""
        return np.column_stack([p.along.value(x) for p, x in zip(self.priors.values(), unit.T, strict=True)])

    def named(self, values: Array) -> list[dict[str, float]]:
        """Rows of parameters, shape (n, parameters), by their paths."""
        return [dict(zip(self.priors, row, strict=True)) for row in values.tolist()]


def load(
    file: Path = FILE, *, points: int | None = None, seed: int | None = None, targets: Sequence[str] = (),
    parameters: Sequence[str] = (),
) -> Calibration:  # fmt: skip
    """Read what is to be calibrated to what, and change what is given; of targets and parameters some are chosen."""
    content = read_yaml(file)
    content |= {k: v for k, v in (("points", points), ("seed", seed)) if v is not None}
    for option, key, chosen in (("--target", "targets", targets), ("--parameter", "priors", parameters)):
        known = content.get(key) or {}
        if unknown := [name for name in chosen if name not in known]:
            raise UserError(f"{option} {unknown[0]}: not among the {key} of {file}; {nearest(unknown[0], known)}")
        if chosen:
            content[key] = {name: each for name, each in known.items() if name in chosen}
    found = validated(Calibration, content, within=f"{file}: ")
    if found.points < found.least_points:
        count = len(found.priors)
        raise UserError(
            f"points={found.points}: too few simulations for {count} parameters; expected {found.least_points} or more"
        )
    return found
