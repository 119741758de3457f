"""How the points of a design are chosen: a function for each sampler, which gives points in their order.

One that is decorated with ``@sampler("NAME")`` can be asked for as ``experiment.design.sample=NAME``.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.design.following import PLACE, rounded
from experiments.measures.scale import Scale
from experiments.settings.mistakes import plausible, with_plausible_range
from sim.errors import UserError, nearest

MOST_POINTS = 1_000_000


class Axis(NamedTuple):
    """What one parameter varies over: values, or a range between two ends."""

    path: str
    values: Sequence[Any] = ()
    scale: Scale = Scale(0.0, 0.0)

    @classmethod
    def over(cls, path: str, over: Any) -> Axis:
        """Of what stands under ``vary``: values, ``{low, high, scale}`` or ``plausible``."""
        if isinstance(over, list | tuple):
            return cls(path, over)
        if over != "plausible":
            return cls(path, (), Scale(float(over["low"]), float(over["high"]), over.get("scale") == "log"))
        ends = plausible(path)
        if ends is None:
            hint = nearest(path, with_plausible_range())
            raise UserError(f"{PLACE}.vary.{path}: no parameter with a plausible range; {hint}")
        return cls(path, (), Scale(*ends))

    def at(self, share: float) -> Any:
        """The value at a share of the way, from 0 to 1."""
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        return rounded(self.path, min(max(float(self.scale.value(share)), self.scale.low), self.scale.high))

    def spread(self, count: int) -> Sequence[Any]:
        """All values, or so many evenly over the range."""
        return self.values or [self.at(k / (count - 1)) for k in range(count)]


Sampler = Callable[[Sequence[Axis], int, int], Iterable[Sequence[Any]]]
"""Gives points, a value for each axis: of the axes, how many points are asked for (0 if not said), and a seed."""

SAMPLERS: dict[str, Sampler] = {}
COUNTED: set[str] = set()
"""Samplers that must be told how many points."""


def sampler(name: str, *, counted: bool = False) -> Callable[[Sampler], Sampler]:
    """Let a function be the sampler of this name; `counted` if it must be told how many points."""

    def named(function: Sampler) -> Sampler:
        SAMPLERS[name] = function
        COUNTED.update([name] if counted else [])
        return function

    return named


@sampler("grid")
def grid(axes: Sequence[Axis], count: int, seed: int) -> Iterable[Sequence[Any]]:
    """All values crossed, the last varying fastest."""
    ranges = [axis.path for axis in axes if not axis.values]
    if ranges and count < 2:
        raise UserError(f"{PLACE}.points={count}: a grid over the range of {ranges[0]} needs 2 or more")
    if (size := math.prod(len(axis.values) or count for axis in axes)) > MOST_POINTS:
        raise UserError(f"{PLACE}: a grid of {size} points, expected at most {MOST_POINTS}")
    return itertools.product(*(axis.spread(count) for axis in axes))


@sampler("zip")
def zipped(axes: Sequence[Axis], count: int, seed: int) -> Iterable[Sequence[Any]]:
    """The first value of each, then the second of each, and so on."""
    count = next((len(axis.values) for axis in axes if axis.values), count)
    if count < 2 and not all(axis.values for axis in axes):
        raise UserError(f"{PLACE}.points={count}: a range is zipped at 2 or more")
    for axis in axes:
        if axis.values and len(axis.values) != count:
            said = f"{len(axis.values)} values, expected {count} as of {axes[0].path}"
            raise UserError(f"{PLACE}.vary.{axis.path}: {said}")
    return zip(*(axis.spread(count) for axis in axes), strict=True)


@sampler("random", counted=True)
def random(axes: Sequence[Axis], count: int, seed: int) -> Iterable[Sequence[Any]]:
    """Independent points; more begin with the same."""
    return _at(axes, np.random.default_rng(seed).random((count, len(axes))))


@sampler("latin_hypercube", counted=True)
def latin_hypercube(axes: Sequence[Axis], count: int, seed: int) -> Iterable[Sequence[Any]]:
    """One point in each of so many strata of every parameter."""
    from scipy.stats import qmc  # takes a second to load

    return _at(axes, qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(count))


@sampler("sobol", counted=True)
def sobol(axes: Sequence[Axis], count: int, seed: int) -> Iterable[Sequence[Any]]:
    """Scrambled Sobol points."""
    return _at(axes, sobol_points(count, len(axes), seed))


def sobol_points(count: int, axes: int, seed: int) -> NDArray[np.float64]:
    """Scrambled Sobol points of the unit cube (Owen 1998), shape (count, axes); more begin with the same."""
    from scipy.stats import qmc

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The balance properties")  # told in a note of our own
        return np.asarray(qmc.Sobol(axes, rng=np.random.default_rng(seed)).random(count))


def _at(axes: Sequence[Axis], shares: NDArray[np.float64]) -> Iterable[Sequence[Any]]:
    """Points of the unit cube as values of the axes."""
    return ([axis.at(share) for axis, share in zip(axes, row, strict=True)] for row in shares.tolist())
