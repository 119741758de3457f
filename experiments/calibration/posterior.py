"""Which parameters agree with the targets: nested sampling of the prior, by the emulator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from experiments.calibration.emulator import Emulator
from experiments.calibration.settings import Array
from sim.errors import UserError

LIVE = 300  # points that the sampler holds; the error of the log evidence falls with their square root
ENOUGH = 0.05  # log evidence that may still be missing
SHOWN = 4_000  # equally weighted draws that summaries are taken from
LEAST_EFFECTIVE = 300  # independent draws that a reweighted sample must be worth, else the prior is sampled anew

LogLikelihoods = Callable[[Array], Array]


class Posterior(NamedTuple):
    """What is known of the parameters."""

    unit: Array  # shape (draws, parameters); equally weighted places in the prior
    log_evidence: float  # log of the mean likelihood over the prior
    error: float  # of the log evidence
    effective: float  # independent draws that the weighted sample is worth


class Nested(NamedTuple):
    """A nested sample of the prior, from all of it to where the likelihood is high."""

    unit: Array  # shape (points, parameters); places in the prior
    log_mass: Array  # shape (points,); log of the share of the prior that each stands for
    log_likelihoods: Array  # shape (points, targets); of each target
    live: int  # points that the sampler held

    def posterior(self, kept: Sequence[int], seed: int) -> Posterior:
        """Given some of the targets: the same places in the prior, weighted by the likelihood of these alone.

        Parameters
        ----------
        kept
            Which targets.
        seed
            Of the draws.

        References
        ----------
        Skilling (2006), section 5: any likelihood can be put on the points of a nested sample, as these cover the
        prior at every depth. The error of the log evidence is the root of the information over the live points.
        """
        log_likelihood = self.log_likelihoods[:, kept].sum(axis=1)
        log_weights = self.log_mass + log_likelihood
        log_evidence = float(logsumexp(log_weights))
        weights = np.exp(log_weights - log_evidence)
        information = max(float(weights @ log_likelihood) - log_evidence, 0.0)
        drawn = self.unit[_resampled(weights, SHOWN, np.random.default_rng(seed))]
        return Posterior(drawn, log_evidence, float(np.sqrt(information / self.live)), float(1 / (weights @ weights)))


def sample(log_likelihoods: LogLikelihoods, parameters: int, kept: Sequence[int], seed: int) -> Nested:
    """Sample the prior, uniform over the unit cube, down to where the likelihood of some targets is high.

    Parameters
    ----------
    log_likelihoods
        Of a place, shape (parameters,): one for each target.
    parameters
        How many.
    kept
        Which targets lead the sampler.
    seed
        Of the sampler.

    References
    ----------
    Skilling (2006), Nested sampling for general Bayesian computation, *Bayesian Analysis* 1(4).
    Speagle (2020), dynesty: a dynamic nested sampling package for estimating Bayesian posteriors and evidences, *MNRAS*
    493.
    """
    check_installed()
    import dynesty
    from threadpoolctl import threadpool_limits

    live = max(LIVE, 2 * parameters + 2)
    sampler = dynesty.NestedSampler(
        lambda place: float(log_likelihoods(place)[list(kept)].sum()), lambda place: place, parameters, nlive=live,
        sample="rwalk", rstate=np.random.default_rng(seed),
    )  # fmt: skip
    with threadpool_limits(1):  # a place at a time is too little for several threads
        sampler.run_nested(dlogz=ENOUGH, print_progress=False)
    found = sampler.results
    volume = np.exp(np.concatenate([[0.0], found.logvol, [-np.inf]]))
    log_mass = np.log((volume[:-2] - volume[2:]) / 2)  # by the trapezoid rule
    each = np.array([log_likelihoods(place) for place in found.samples])
    return Nested(found.samples, log_mass, each, live)


def check_installed() -> None:
    """See that there is a sampler."""
    if find_spec("dynesty") is None:
        raise UserError('calibrate: dynesty is not installed; expected pip install -e ".[calibration]"')


def log_likelihoods(emulator: Emulator) -> LogLikelihoods:
    """What each target says of a place, the emulator's uncertainty included."""

    def of(place: Array) -> Array:
        mean, variance = emulator.predict(place)
        return np.array([
            target.log_likelihood(mean[0, i], variance[0, i]) for i, target in enumerate(emulator.targets.values())
        ], float)  # fmt: skip

    return of


def _resampled(weights: Array, count: int, rng: np.random.Generator) -> Array:
    """Rows, each as often as its weight says, by systematic resampling (Kitagawa 1996), in random order."""
    places = (rng.random() + np.arange(count)) / count
    rows = np.searchsorted(np.cumsum(weights), places).clip(0, len(weights) - 1)
    return rng.permutation(rows)
