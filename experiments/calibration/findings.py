"""What a calibration found: posterior, identifiability, predictions with and without each target, draws."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.calibration.emulator import Emulator
from experiments.calibration.posterior import LEAST_EFFECTIVE, Nested, Posterior, log_likelihoods, sample
from experiments.calibration.settings import Array, Calibration, Target
from experiments.calibration.simulate import AGAIN, SEEDS, Place, carry_out, runs_at
from experiments.measures.statistics import LEVEL
from experiments.runs.run import model_hash
from experiments.settings.paths import at
from sim.parameters import Parameters

ENDS = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)
DRAWS = 64  # joint draws that are kept for the verdict
PREDICTIVE = 16  # of them at which the market is run again, to see whether the emulator holds
UNIFORM_DEVIATION = np.sqrt(1 / 12)
SHOWN_OF_DIRECTION = 3  # parameters
LEAST_SHOWN = 0.1  # shrinkage of a direction that is told of
ROUNDED = 2  # significant digits of a default
FIGURES = 4  # significant digits


class Shelf(NamedTuple):
    """Where posteriors are kept, so that an interrupted command goes on."""

    folder: Path  # made when needed
    key: str  # all that determines them but the targets left out
    tell: Callable[[str], None]  # called with a line for each that has to be sampled

    def posterior(self, emulator: Emulator, calibration: Calibration, without: str = "") -> Posterior:
        """The posterior given all targets, or all but one.

        One nested sample serves them all. Where too few of its points are likely without a target, which then holds
        the posterior far from where the others would have it, the prior is sampled anew without that target.
        """
        places = {name: place for place, name in enumerate(emulator.targets)}
        kept = [place for name, place in places.items() if name != without]
        found = self._nested(emulator, calibration, list(places.values()), "").posterior(kept, calibration.seed)
        if found.effective < LEAST_EFFECTIVE and without:
            found = self._nested(emulator, calibration, kept, without).posterior(kept, calibration.seed)
        return found

    def _nested(self, emulator: Emulator, calibration: Calibration, kept: list[int], without: str) -> Nested:
        digest = hashlib.sha256(f"{self.key}|{without}".encode()).hexdigest()[:24]
        path = self.folder / f"{digest}.npz"
        if path.exists():
            with np.load(path) as kept_arrays:
                return Nested(*(kept_arrays[name] for name in Nested._fields))
        self.tell(f"sampling without {without}" if without else "sampling, given all targets")
        nested = sample(log_likelihoods(emulator), len(calibration.priors), kept, calibration.seed)
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, **nested._asdict())
        partial.replace(path)
        return nested


def left_out(emulator: Emulator, calibration: Calibration, shelf: Shelf) -> dict[str, Posterior]:
    """The posterior given all targets, under the name ``""``, and given all but each, if there are several."""
    names = ["", *emulator.targets] if len(emulator.targets) > 1 else [""]
    return {name: shelf.posterior(emulator, calibration, name) for name in names}


def expected(emulator: Emulator, unit: Array, seed: int) -> Array:
    """Draws of what the model expects of each target, the emulator's uncertainty included; shape (draws, targets)."""
    mean, variance = emulator.predict(unit)
    return mean + np.random.default_rng(seed).normal(size=mean.shape) * np.sqrt(variance)


def distance(target: Target, scaled: Array) -> float:
    """How many standard deviations a target lies from what is expected, its own error and the expectation's together.

    Of a bound, only what lies on its wrong side counts; positive where the model says more than the target.
    """
    z = float((np.nanmean(scaled) - target.goal) / np.sqrt(np.nanvar(scaled) + target.error**2))
    return {"equal": z, "least": min(z, 0.0), "most": max(z, 0.0)}[target.bound]


def identified_directions(unit: Array, names: Sequence[str]) -> list[dict[str, Any]]:
    """Combinations of parameters that are pinned down better than any parameter alone, the best first.

    Parameters
    ----------
    unit : shape (draws, parameters)
    names
        Of the parameters.

    Returns
    -------
    list of dict
        ``shrinkage``, one less the deviation along the direction over that of the prior, and ``of``, the three
        parameters with the largest part in it. Principal axes of the posterior in the prior's units.
    """
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(unit.T)))
    found: list[dict[str, Any]] = []
    for variance, axis in zip(variances, axes.T, strict=True):
        largest = np.argsort(-np.abs(axis))[:SHOWN_OF_DIRECTION]
        sign = np.sign(axis[largest[0]])
        found.append({
            "shrinkage": round(float(1 - np.sqrt(variance) / UNIFORM_DEVIATION), 3),
            "of": {names[i]: round(float(sign * axis[i]), 2) for i in largest},
        })  # fmt: skip
    return [one for one in found if one["shrinkage"] >= LEAST_SHOWN]


def draws_of(calibration: Calibration, unit: Array) -> Array:
    """Some joint draws in the parameters' units, rounded, shape (draws, parameters)."""
    values = calibration.values(unit[:DRAWS])
    return np.vectorize(_short)(values)


def made_again(calibration: Calibration, unit: Array, place: Place) -> dict[str, pd.DataFrame]:
    """What markets show at draws from the posterior, a row per draw.

    The usual ones have the name ``""``, others that of the held-out number that speaks of another market.
    """
    sets = {"": {}, **{name: target.set for name, target in calibration.held_out.items() if target.set}}
    drawn = calibration.named(draws_of(calibration, unit)[:PREDICTIVE])
    first = calibration.seed * SEEDS + AGAIN
    groups = [runs_at(calibration, [{**values, **also} for values in drawn], first) for also in sets.values()]
    frame = carry_out(calibration, [run for group in groups for run in group], place)
    own = np.repeat(list(sets), len(drawn))
    return {name: frame[own == name].reset_index(drop=True) for name in sets}


def summary(
    calibration: Calibration, simulations: int, emulator: Emulator, posteriors: dict[str, Posterior],
    markets: dict[str, pd.DataFrame],
) -> dict[str, Any]:  # fmt: skip
    """All of it as nested mappings of plain values, for YAML."""
    whole, observed = posteriors[""], markets[""]
    parameters = _parameters(calibration, whole)
    return {
        "model": model_hash(),
        "seed": calibration.seed,
        "simulations": simulations,
        "predictive_markets": len(observed),
        "people": calibration.consumers,
        "sampler": {"library": f"dynesty {metadata.version('dynesty')}", "log_evidence": round(whole.log_evidence, 2),
                    "error": round(whole.error, 2), "effective_draws": round(whole.effective)},
        "parameters": parameters,
        "directions": identified_directions(whole.unit, list(calibration.priors)),
        "targets": _targets(calibration, emulator, posteriors, parameters, observed),
        "held_out": _held_out(calibration, markets),
        "draws": [[float(x) for x in row] for row in draws_of(calibration, whole.unit)],
    }  # fmt: skip


def _parameters(calibration: Calibration, whole: Posterior) -> dict[str, Any]:
    """What became of each prior, and the other parameter with which it moves most."""
    values = calibration.values(whole.unit)
    defaults = Parameters().model_dump()
    correlation = np.atleast_2d(np.corrcoef(whole.unit.T))
    parameters: dict[str, Any] = {}
    for place, (path, assumed) in enumerate(calibration.priors.items()):
        low, median, high = (_short(x) for x in np.quantile(values[:, place], ENDS))
        others_than = np.abs(correlation[place] - np.eye(len(correlation))[place])
        partner = int(others_than.argmax())
        parameters[path] = {
            "prior": assumed.model_dump(),
            "mean": _short(values[:, place].mean()), "median": median, "low": low, "high": high,
            "shrinkage": round(float(1 - whole.unit[:, place].std() / UNIFORM_DEVIATION), 3),
            "with": list(calibration.priors)[partner], "correlation": round(float(correlation[place, partner]), 2),
            "default": _short(median, ROUNDED), "default_was": at(defaults, path),
        }  # fmt: skip
    return parameters


def _targets(
    calibration: Calibration, emulator: Emulator, posteriors: dict[str, Posterior], parameters: dict[str, Any],
    observed: pd.DataFrame,
) -> dict[str, Any]:  # fmt: skip
    """What is expected of each target: given the prior, at the defaults, given all targets, and given all others."""
    errors = emulator.errors()
    predictions = {name: expected(emulator, one.unit, calibration.seed) for name, one in posteriors.items()}
    before = expected(emulator, calibration.places, calibration.seed)
    chosen = [prior.along.unit(parameters[path]["default"]) for path, prior in calibration.priors.items()]
    at_defaults, _ = emulator.predict(np.array(chosen, float))
    targets: dict[str, Any] = {}
    for place, (name, target) in enumerate(calibration.targets.items()):
        told: dict[str, Any] = target.model_dump(exclude={"set"})
        told["at_defaults"] = _short(float(target.off_scale(at_defaults[0, place])))
        told["prior"] = _predicted(target, before[:, place])
        told["posterior"] = _predicted(target, predictions[""][:, place])
        told["distance"] = round(distance(target, predictions[""][:, place]), 2)
        told["markets"] = _predicted(target, target.on_scale(observed[target.observable].to_numpy()))
        told["emulator"] = {"r2": round(errors[name].r2, 3), "rmse": _short(errors[name].rmse),
                            "coverage": round(errors[name].coverage, 3), "markets": errors[name].points}  # fmt: skip
        if name in posteriors:
            told["left_out"] = _given_others(calibration, name, predictions)
            evidence = posteriors[""].log_evidence - posteriors[name].log_evidence
            told["left_out"]["log_evidence"] = round(evidence, 2)
            told["left_out"]["effective_draws"] = round(posteriors[name].effective)
        targets[name] = told
    return targets


def _given_others(calibration: Calibration, name: str, predictions: dict[str, Array]) -> dict[str, Any]:
    """What the others say of a target, and whom it keeps from coming closer."""
    targets, whole, without = calibration.targets, predictions[""], predictions[name]
    place = list(targets).index(name)
    return {
        "predicted": _predicted(targets[name], without[:, place]),
        "distance": round(distance(targets[name], without[:, place]), 2),
        # how much closer each other target comes, in its own errors, when this one is let go
        "relieves": {
            other: round(abs(distance(each, whole[:, i])) - abs(distance(each, without[:, i])), 2)
            for i, (other, each) in enumerate(targets.items())
            if other != name
        },
    }


def _held_out(calibration: Calibration, markets: dict[str, pd.DataFrame]) -> dict[str, Any]:
    """What markets at draws from the posterior show of the numbers that are not fitted."""
    held: dict[str, Any] = {}
    for name, target in calibration.held_out.items():
        shown = target.on_scale(markets.get(name, markets[""])[target.observable].to_numpy())
        told = {**target.model_dump(), "markets": _predicted(target, shown)}
        held[name] = {**told, "distance": round(distance(target, shown), 2)}
    return held


def _predicted(target: Target, scaled: Array) -> list[float]:
    """Median between the ends of its 95 % interval, in the target's unit, of draws on the scale of its error."""
    return [_short(x) for x in target.off_scale(np.quantile(scaled[np.isfinite(scaled)], ENDS))]


def _short(value: float, figures: int = FIGURES) -> float:
    return float(f"{float(value):.{figures}g}")
