"""`koc calibrate`: simulate, emulate, sample, predict, and write down what was found."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from experiments import terminal
from experiments.calibration import words
from experiments.calibration.emulator import Emulator
from experiments.calibration.file import write
from experiments.calibration.findings import Shelf, draws_of, left_out, made_again, summary
from experiments.calibration.posterior import check_installed
from experiments.calibration.settings import Calibration
from experiments.calibration.simulate import EXPERIMENT, Simulated, refined, simulate, workers_of
from sim.errors import UserError


class Place(NamedTuple):
    """Where a calibration works, and how.

    Attributes
    ----------
    output : Path
        Folder of the results: runs go to its store, posteriors to its folder `calibration`.
    write : Path
        The file that is written.
    workers : int
        Processes; 0 for one per core.
    """

    output: Path
    write: Path
    workers: int


def calibrate(calibration: Calibration, place: Place) -> list[str]:
    """Calibrate, and write the file. What an interrupted command made is found again.

    Parameters
    ----------
    calibration
        Priors and targets.
    place
        Where to.

    Returns
    -------
    list of str
        What was found, in words.

    Raises
    ------
    UserError
        If the sampler is not installed, the file cannot be written, or runs fail.
    """
    check_installed()
    if not place.write.parent.is_dir():
        raise UserError(f"--write {place.write}: no folder {place.write.parent}; expected an existing one")
    console, started = terminal.console(), time.time()
    workers = workers_of(place.workers)
    simulated = simulate(calibration, place.output, workers, console)
    emulator, shelf = _emulated(calibration, simulated, place.output, console)
    if calibration.refine:
        unit = shelf.posterior(emulator, calibration).unit[: calibration.refine]
        simulated = refined(calibration, simulated, unit, place.output, workers, console)
        emulator, shelf = _emulated(calibration, simulated, place.output, console)
    posteriors = left_out(emulator, calibration, shelf)
    draws = draws_of(calibration, posteriors[""])
    observed, others = made_again(calibration, draws, place.output, workers, console)
    found = summary(calibration, simulated, emulator, posteriors, observed, others)
    write(place.write, found)
    console.print(f"{len(calibration.targets)} targets, {time.time() - started:.0f} s; written: {place.write}")
    return words.of(found)


def _emulated(
    calibration: Calibration, simulated: Simulated, output: Path, console: Console
) -> tuple[Emulator, Shelf]:
    emulator = Emulator(simulated.unit, simulated.observed, calibration.targets)
    seen = simulated.observed.reindex(columns=sorted({t.observable for t in calibration.targets.values()}))
    seen_hash = hashlib.sha256(seen.to_csv().encode()).hexdigest()
    return emulator, Shelf(output / EXPERIMENT, f"{_determines(calibration)}|{seen_hash}", console.print)


def _determines(calibration: Calibration) -> str:
    """What a posterior depends on beside the markets; not what is said of it in words."""
    priors = [(path, p.low, p.high, p.scale) for path, p in calibration.priors.items()]
    targets = [(n, t.observable, t.value, t.bound, t.scale, t.error) for n, t in calibration.targets.items()]
    return repr((calibration.seed, priors, targets))
