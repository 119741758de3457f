"""The file that a calibration leaves; read without loading what made it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from experiments.settings.option_files import FOLDER
from experiments.settings.paths import leaves
from experiments.settings.yaml_text import read_text
from sim.errors import UserError
from sim.parameters import Parameters

FILE = FOLDER / "posterior.yaml"

_HEADING = """\
# What `koc calibrate` found, from configs/calibration.yaml; written by that command, not by hand. Explained in
# docs/calibration.md. Intervals are low, median, high of 95 %.
"""


def read(path: Path = FILE) -> dict[str, Any]:
    """What a calibration found.

    Raises
    ------
    UserError
        If there is no such file, or it is none that `calibrate` wrote.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file; koc calibrate writes it")
    try:
        content = yaml.load(read_text(path), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        content = None
    if not isinstance(content, dict) or not {"parameters", "targets", "draws"} <= content.keys():
        raise UserError(f"{path}: no parameters, targets and draws; expected a file that koc calibrate wrote")
    return content


def draws(count: int, wish: str) -> list[dict[str, Any]]:
    """The first so many joint draws of the calibrated parameters, each by path; `wish` is the key that asks for them.

    Raises
    ------
    UserError
        If there are not as many, or they are of parameters that there are not.
    """
    if not count:
        return []
    found = read()
    if count > len(found["draws"]):
        raise UserError(f"{wish}={count}: configs/posterior.yaml holds {len(found['draws'])}; expected at most so many")
    if unknown := sorted(set(found["parameters"]) - set(leaves(Parameters().model_dump(mode="json")))):
        raise UserError(
            f"configs/posterior.yaml: {unknown[0]} is no parameter; expected a file that this version's koc calibrate "
            f"wrote, or {wish}=0"
        )
    return [dict(zip(found["parameters"], row, strict=True)) for row in found["draws"][:count]]


def write(path: Path, found: dict[str, Any]) -> None:
    """Write what a calibration found."""
    partial = path.with_suffix(".partial")
    try:
        text = yaml.safe_dump(found, sort_keys=False, width=120, allow_unicode=True, default_flow_style=None)
        partial.write_text(_HEADING + text, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise UserError(f"--write {path}: cannot be written ({error.strerror})") from None
