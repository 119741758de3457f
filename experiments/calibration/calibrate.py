"""`koc calibrate`: simulate, emulate, sample, predict, and write down what was found."""

from __future__ import annotations

import hashlib
import time

import numpy as np
import pandas as pd

from experiments.calibration import words
from experiments.calibration.emulator import Emulator
from experiments.calibration.findings import Shelf, left_out, made_again, summary
from experiments.calibration.posterior import check_installed
from experiments.calibration.settings import Array, Calibration
from experiments.calibration.simulate import EXPERIMENT, REFINED, Place, simulate
from experiments.design.posterior_file import write
from sim.errors import UserError


def calibrate(calibration: Calibration, place: Place) -> list[str]:
    """Calibrate, and write the file. What an interrupted command made is found again.

    Raises
    ------
    UserError
        If the sampler is not installed, the file cannot be written, or runs fail.
    """
    check_installed()
    if not place.write.parent.is_dir():
        raise UserError(f"--write {place.write}: no folder {place.write.parent}; expected an existing one")
    started = time.time()
    unit = calibration.places
    observed = simulate(calibration, unit, place)
    emulator, shelf = _emulated(calibration, unit, observed, place)
    if calibration.refine:
        further = shelf.posterior(emulator, calibration).unit[: calibration.refine]
        unit = np.concatenate([unit, further])
        observed = pd.concat([observed, simulate(calibration, further, place, REFINED)], ignore_index=True)
        emulator, shelf = _emulated(calibration, unit, observed, place)
    posteriors = left_out(emulator, calibration, shelf)
    markets = made_again(calibration, posteriors[""].unit, place)
    found = summary(calibration, len(unit), emulator, posteriors, markets)
    write(place.write, found)
    place.console.print(f"{len(calibration.targets)} targets, {time.time() - started:.0f} s; written: {place.write}")
    return words.of(found)


def _emulated(calibration: Calibration, unit: Array, observed: pd.DataFrame, place: Place) -> tuple[Emulator, Shelf]:
    emulator = Emulator(unit, observed, calibration.targets)
    seen = observed.reindex(columns=sorted({t.observable for t in calibration.targets.values()}))
    seen_hash = hashlib.sha256(seen.to_csv().encode()).hexdigest()
    key = f"{_determines(calibration)}|{seen_hash}"
    return emulator, Shelf(place.output / EXPERIMENT, key, place.console.print)


def _determines(calibration: Calibration) -> str:
    """What a posterior depends on beside the markets; not what is said of it in words."""
    priors = [(path, p.low, p.high, p.scale) for path, p in calibration.priors.items()]
    targets = [(n, t.observable, t.value, t.bound, t.scale, t.error) for n, t in calibration.targets.items()]
    return repr((calibration.seed, priors, targets))
