"""Which parameters agree with the targets: nested sampling of the prior, by the emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from experiments.calibration.emulator import Emulator
from experiments.calibration.settings import Array
from sim.errors import UserError

LIVE = 300  # points that the sampler holds; the error of the log evidence falls with their square root
ENOUGH = 0.05  # log evidence that may still be missing
SHOWN = 4_000  # equally weighted draws that summaries are taken from

LogLikelihood = Callable[[Array], float]


class Posterior(NamedTuple):
    """What is known of the parameters.

    Attributes
    ----------
    unit : ndarray, shape (draws, parameters)
        Equally weighted places in the prior.
    log_evidence : float
        Log of the mean likelihood over the prior.
    error : float
        Of the log evidence.
    calls : int
        Evaluations of the likelihood.
    """

    unit: Array
    log_evidence: float
    error: float
    calls: int


def sample(log_likelihood: LogLikelihood, parameters: int, seed: int, live: int = LIVE) -> Posterior:
    """Sample a posterior over the unit cube, on which the prior is uniform.

    Parameters
    ----------
    log_likelihood
        Of a place, shape (parameters,).
    parameters
        How many.
    seed
        Of the sampler.
    live
        Points that it holds.

    Raises
    ------
    UserError
        If the sampler is not installed.

    References
    ----------
    Skilling (2006), Nested sampling for general Bayesian computation, *Bayesian Analysis* 1(4).
    Speagle (2020), dynesty: a dynamic nested sampling package for estimating Bayesian posteriors and evidences, *MNRAS*
    493.
    """
    check_installed()
    import dynesty
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(seed)
    sampler = dynesty.NestedSampler(
        log_likelihood, lambda place: place, parameters, nlive=max(live, 2 * parameters + 2), sample="rwalk", rstate=rng
    )
    with threadpool_limits(1):  # a place at a time is too little for several threads
        sampler.run_nested(dlogz=ENOUGH, print_progress=False)
    found = sampler.results
    weights = np.exp(found.logwt - found.logz[-1])
    # of the weighted points, since summaries and draws for the configuration want equal weights
    chosen = _resampled(weights / weights.sum(), SHOWN, rng)
    return Posterior(found.samples[chosen], float(found.logz[-1]), float(found.logzerr[-1]), int(np.sum(found.ncall)))


def check_installed() -> None:
    """See that there is a sampler.

    Raises
    ------
    UserError
        If there is none.
    """
    if find_spec("dynesty") is None:
        raise UserError('calibrate: dynesty is not installed; expected pip install -e ".[calibration]"')


def posterior(emulator: Emulator, parameters: int, without: Sequence[str] = (), seed: int = 0) -> Posterior:
    """The posterior given all targets but some.

    Parameters
    ----------
    emulator
        Of all targets.
    parameters
        How many.
    without
        Targets that are left out.
    seed
        Of the sampler.
    """
    kept = [(place, target) for place, (name, target) in enumerate(emulator.targets.items()) if name not in without]

    def log_likelihood(place: Array) -> float:
        mean, variance = emulator.predict(place)
        return float(sum(target.log_likelihood(mean[0, i], variance[0, i]) for i, target in kept))

    return sample(log_likelihood, parameters, seed)


def _resampled(weights: Array, count: int, rng: np.random.Generator) -> Array:
    """Rows, each as often as its weight says, by systematic resampling (Kitagawa 1996), in random order."""
    places = (rng.random() + np.arange(count)) / count
    rows = np.searchsorted(np.cumsum(weights), places).clip(0, len(weights) - 1)
    return rng.permutation(rows)
