"""The command `koc calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def calibrate(
    points: Annotated[int | None, typer.Option(help="Simulations; as in the file unless given.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="As in the file unless given.")] = None,
    target: Annotated[list[str] | None, typer.Option(help="Only these targets; may be given several times.")] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="Only these parameters; may be given several times.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Priors and targets; configs/calibration.yaml.")] = None,
    write: Annotated[Path | None, typer.Option(help="What is written; configs/posterior.yaml.")] = None,
    output: Annotated[Path, typer.Option(help="Folder of the results, with the store of runs.")] = Path("results"),
    show: Annotated[bool, typer.Option("--show", help="Print what the file says that was written, and stop.")] = False,
    workers: Annotated[int, typer.Option(min=0, max=10_000, help="Processes; 0 for one per core.")] = 0,
) -> None:
    """Calibrate the market to what is known from outside; goes on where it was interrupted."""
    from experiments.calibration import calibrate as work
    from experiments.calibration import words
    from experiments.calibration.settings import FILE, load
    from experiments.calibration.simulate import Place
    from experiments.design import posterior_file
    from experiments.runs.progress import terminal

    if show:
        print("\n".join(words.of(posterior_file.read(write or posterior_file.FILE))))
        return
    asked = load(config or FILE, points=points, seed=seed, targets=target or (), parameters=parameter or ())
    place = Place(output, write or posterior_file.FILE, workers, terminal())
    print("\n".join(work.calibrate(asked, place)))
