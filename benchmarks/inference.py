"""Libraries of inference on a toy of the calibration's size whose posterior is known: `python -m benchmarks.inference`.

Fourteen parameters, uniform; eight targets, linear in them with normal errors. What each library says of the means and
deviations of the parameters is held against an importance sample of half a million Sobol points. dynesty and emcee are
given the likelihood, as an emulator gives it; pyABC gets the number of noisy simulations of a large calibration.
Libraries that are not installed are left out.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.calibration.posterior import sample

PARAMETERS, TARGETS = 14, 8
ERROR, NOISE = 0.15, 0.1
SIMULATIONS = 512
STEPS, WALKERS = 1500, 64

Array = NDArray[np.float64]


class Toy(NamedTuple):
    """Slopes of the targets, shape (targets, parameters), and their values."""

    slopes: Array
    goals: Array

    def log_likelihood(self, places: Array) -> Array:
        """Of places in the unit cube, shape (..., parameters)."""
        return np.asarray(-0.5 * (((places @ self.slopes.T - self.goals) / ERROR) ** 2).sum(-1))


class Moments(NamedTuple):
    """Of the posterior: mean and deviation of each parameter, and independent draws that they rest on; 0 if unknown."""

    mean: Array
    deviation: Array
    draws: float


def toy() -> Toy:
    """The problem: each target depends on some parameters, and is met in the middle of the prior."""
    rng = np.random.default_rng(0)
    slopes = rng.normal(0, 0.5, (TARGETS, PARAMETERS)) * (rng.random((TARGETS, PARAMETERS)) < 0.4)
    return Toy(slopes, slopes @ np.full(PARAMETERS, 0.5))


def exact(problem: Toy) -> Moments:
    """By importance sampling of the prior."""
    unit = qmc.Sobol(PARAMETERS, rng=np.random.default_rng(1)).random_base2(19)
    weights = np.exp(problem.log_likelihood(unit))
    return _moments(unit, weights / weights.sum())


def by_dynesty(problem: Toy) -> Moments:
    """As the calibration does."""
    found = sample(lambda place: problem.log_likelihood(place)[None], PARAMETERS, [0], seed=1).posterior([0], seed=1)
    return Moments(found.unit.mean(axis=0), found.unit.std(axis=0), found.effective)


def by_emcee(problem: Toy) -> Moments:
    """The affine-invariant ensemble sampler (Foreman-Mackey, Hogg, Lang & Goodman 2013)."""
    import emcee

    def log_posterior(places: Array) -> Array:
        inside = ((places >= 0) & (places <= 1)).all(axis=1)
        return np.where(inside, problem.log_likelihood(places), -np.inf)

    np.random.seed(1)  # noqa: NPY002, which emcee draws from
    sampler = emcee.EnsembleSampler(WALKERS, PARAMETERS, log_posterior, vectorize=True)
    sampler.run_mcmc(np.random.default_rng(1).random((WALKERS, PARAMETERS)), STEPS)
    chain = sampler.get_chain(discard=STEPS // 3, flat=True)
    time_scale = float(np.max(sampler.get_autocorr_time(quiet=True)))
    return Moments(chain.mean(axis=0), chain.std(axis=0), len(chain) / time_scale)


def by_pyabc(problem: Toy) -> Moments:
    """Sequential Monte Carlo with an adaptive distance (Klinger, Rickert & Hasenauer 2018), on noisy simulations."""
    import pyabc

    names = [f"p{i}" for i in range(PARAMETERS)]
    rng = np.random.default_rng(1)

    def simulate(values: Any) -> dict[str, float]:
        y = problem.slopes @ np.array([values[name] for name in names]) + rng.normal(0, NOISE, TARGETS)
        return {f"y{i}": float(y[i]) for i in range(TARGETS)}

    np.random.seed(1)  # noqa: NPY002, which pyABC draws from
    prior = pyabc.Distribution(**{name: pyabc.RV("uniform", 0, 1) for name in names})
    abc = pyabc.ABCSMC(
        simulate, prior, pyabc.AdaptivePNormDistance(p=2), population_size=SIMULATIONS // 8,
        sampler=pyabc.sampler.SingleCoreSampler(),
    )  # fmt: skip
    abc.new("sqlite://", {f"y{i}": float(goal) for i, goal in enumerate(problem.goals)})
    history = abc.run(max_total_nr_simulations=SIMULATIONS)
    frame, weights = history.get_distribution()
    return _moments(frame[names].to_numpy(), np.asarray(weights))


METHODS: dict[str, Callable[[Toy], Moments]] = {"dynesty": by_dynesty, "emcee": by_emcee, "pyabc": by_pyabc}


def _moments(places: Array, weights: Array) -> Moments:
    mean = weights @ places
    return Moments(mean, np.sqrt(weights @ (places - mean) ** 2), float(1 / (weights**2).sum()))


def main() -> None:
    """Print how each library does."""
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    problem = toy()
    true = exact(problem)
    print(f"reference: {true.draws:,.0f} effective draws")
    print("library    seconds  error of means  deviation, of the true  effective draws")
    for name, method in METHODS.items():
        if find_spec(name) is None:
            print(f"{name:<10} not installed")
            continue
        started = time.perf_counter()
        found = method(problem)
        seconds = time.perf_counter() - started
        error = float(np.sqrt((((found.mean - true.mean) / true.deviation) ** 2).mean()))
        ratio = found.deviation / true.deviation
        draws = f"{found.draws:,.0f}" if found.draws else "-"
        print(f"{name:<10} {seconds:>7.1f}  {error:>14.2f}  {ratio.min():>9.2f} to {ratio.max():<9.2f}  {draws:>15}")


if __name__ == "__main__":
    main()
