"""The studies of validation by name, in the order of the table."""

from __future__ import annotations

import importlib
from importlib import util
from types import ModuleType

from sim.errors import UserError, nearest

SECTIONS: dict[str, tuple[str, ...]] = {
    "Demand": ("demand",),
    "Published models as limits of the market": (
        "bass", "threshold", "goldenberg", "watts_dodds", "rivals", "goel", "music_market", "seeding", "bakshy",
        "two_sided",
    ),
    "Other implementations": ("cascades",),
    "Size": ("finite_size",),
    "Real networks and purchases": ("diffusion_networks", "real_graphs", "repeat_purchases"),
    "Calibration": ("calibration",),
    "What must not matter": ("metamorphic",),
}  # fmt: skip
"""Names of studies, which are modules of this package, by heading."""

NAMES = tuple(name for names in SECTIONS.values() for name in names)


def study(name: str) -> ModuleType:
    """The study of a name; what it has, `experiments.studies.study` says.

    Raises
    ------
    UserError
        If there is none.
    """
    if name not in NAMES:
        raise UserError(f"{name}: no such study; {nearest(name, NAMES)}")
    return importlib.import_module(f"experiments.studies.{name}")


def is_installed(package: str) -> bool:
    """Whether a package that a study needs can be imported."""
    return util.find_spec(package) is not None
