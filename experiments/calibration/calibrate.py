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
from experiments.calibration.settings import Calibration
from experiments.calibration.simulate import EXPERIMENT, REFINED, Place, Simulated, simulate, sobol_points
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
    simulated = simulate(calibration, sobol_points(calibration), 0, place)
    emulator, shelf = _emulated(calibration, simulated, place)
    if calibration.refine:
        unit = shelf.posterior(emulator, calibration).unit[: calibration.refine]
        simulated = _joined(simulated, simulate(calibration, unit, REFINED, place))
        emulator, shelf = _emulated(calibration, simulated, place)
    posteriors = left_out(emulator, calibration, shelf)
    observed, others = made_again(calibration, posteriors[""].unit, place)
    found = summary(calibration, simulated, emulator, posteriors, observed, others)
    write(place.write, found)
    place.console.print(f"{len(calibration.targets)} targets, {time.time() - started:.0f} s; written: {place.write}")
    return words.of(found)


def _joined(one: Simulated, other: Simulated) -> Simulated:
    observed = pd.concat([one.observed, other.observed], ignore_index=True)
    return Simulated(np.concatenate([one.unit, other.unit]), observed)


def _emulated(calibration: Calibration, simulated: Simulated, place: Place) -> tuple[Emulator, Shelf]:
    emulator = Emulator(simulated.unit, simulated.observed, calibration.targets)
    seen = simulated.observed.reindex(columns=sorted({t.observable for t in calibration.targets.values()}))
    seen_hash = hashlib.sha256(seen.to_csv().encode()).hexdigest()
    key = f"{_determines(calibration)}|{seen_hash}"
    return emulator, Shelf(place.output / EXPERIMENT, key, place.console.print)


def _determines(calibration: Calibration) -> str:
    """What a posterior depends on beside the markets; not what is said of it in words."""
    priors = [(path, p.low, p.high, p.scale) for path, p in calibration.priors.items()]
    targets = [(n, t.observable, t.value, t.bound, t.scale, t.error) for n, t in calibration.targets.items()]
    return repr((calibration.seed, priors, targets))
