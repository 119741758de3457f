"""A parameter that is varied: what it means, where it lies by default, how far it may plausibly lie, by whose word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from experiments.drawing.pages import wrapped
from experiments.settings.language import Language, dictionary, spoken
from experiments.settings.mistakes import declared, fields, limits, parameter, plausible
from experiments.settings.paths import at
from experiments.table.results import Results, chosen
from sim.errors import UserError
from sim.parameters import Parameters

SOFT = "soft"
PLAUSIBLE = "plausible"  # as a design asks for the declared range


class Assumption(NamedTuple):
    """A parameter with the range over which it is varied.

    `default` is its configured value, None if that is not known.
    """

    path: str
    low: float
    high: float
    default: float | None
    meaning: str
    unit: str
    source: str
    whole: bool

    @property
    def told(self) -> str:
        """The meaning with the unit, if the language has it."""
        if spoken() is not Language.en:
            return dictionary(spoken()).get(self.path, "")
        unit = "" if self.unit in ("", "1") else f" ({self.unit})"
        return f"{self.meaning}{unit}"

    def label(self, width: int = 58) -> str:
        """What stands in a figure: the path, and below it the meaning with the unit, in lines of so many columns."""
        return "\n".join([self.path, *wrapped(self.told, width)])


def described(path: str, low: float, high: float, default: float | None) -> Assumption:
    """A parameter by its dotted path, with what its declaration tells."""
    field = parameter(path)
    if field is None:
        return Assumption(path, low, high, default, "", "", "", whole=False)
    source = str(declared(field, "source") or "")
    return Assumption(
        path, low, high, default, field.description or "", str(declared(field, "unit") or ""), source,
        whole=field.annotation is int,
    )  # fmt: skip


def varied_in(sweep: Results) -> list[Assumption]:
    """The parameters that a sweep varies, each over the range of its design, or of its points where there is none."""
    points = sweep.points
    found = []
    for path in sweep.varied:
        default = sweep.setting(path)
        known = float(default) if isinstance(default, int | float) else None
        low, high = _designed(sweep, path) or (points[path].min(), points[path].max())
        found.append(described(path, float(low), float(high), known))
    return found


def _designed(sweep: Results, path: str) -> tuple[float, float] | None:
    spec = sweep.design_of(path)
    if isinstance(spec, Mapping) and {"low", "high"} <= spec.keys():
        return spec["low"], spec["high"]
    return plausible(path) if spec == PLAUSIBLE else None


def soft(parameters: Parameters, fixed: set[str]) -> list[Assumption]:
    """All parameters with a plausible range, but those that the arms set."""
    names = [path for path, field, _ in fields(parameters) if declared(field, "plausible") and path not in fixed]
    return [_plausible(path, parameters, "") for path in names]


def over(text: str, parameters: Parameters, fixed: set[str]) -> list[Assumption]:
    """The parameters that the user names.

    Parameters
    ----------
    text
        ``soft`` for all with a plausible range; or paths, separated by commas, each with a range of its own if it has
        none or another one is meant: ``creators.effort_cost,creators.claim_inflation=1:3``.
    parameters
        As configured.
    fixed
        Paths that the arms set: what is varied there would not reach them.

    Raises
    ------
    UserError
        If a name or a range is wrong.
    """
    if text.strip() == SOFT:
        return soft(parameters, fixed)
    found: list[Assumption] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        path, _, span = part.partition("=")
        numeric = [p for p, _, v in fields(parameters) if isinstance(v, int | float) and not isinstance(v, bool)]
        path = chosen(path, numeric, "--over")
        if path in fixed:
            raise UserError(f"--over {path}: the arms set it; expected a parameter that they share")
        if path in (a.path for a in found):
            raise UserError(f"--over {path}: named twice; expected every parameter once")
        found.append(_plausible(path, parameters, span))
    if not found:
        raise UserError(
            f"--over '{text}': expected {SOFT}, or paths such as creators.effort_cost,creators.claim_inflation=1:3"
        )
    return found


def _plausible(path: str, parameters: Parameters, span: str) -> Assumption:
    field = parameter(path)
    assert field is not None
    default = float(at(parameters.model_dump(mode="json"), path))
    if not span:
        known = plausible(path)
        if known is None:
            raise UserError(f"--over {path}: has no plausible range; give one, for instance {path}=1:3")
        return described(path, float(known[0]), float(known[1]), default)
    low, high = _ends(path, span)
    least, most = limits(field)
    if (least is not None and low < least) or (most is not None and high > most):
        raise UserError(f"--over {path}={span}: expected a range within {least:g} to {most:g}")
    return described(path, low, high, default)._replace(source="range given by the user")


def _ends(path: str, span: str) -> tuple[float, float]:
    try:
        low, high = map(float, span.split(":"))
    except ValueError:
        raise UserError(f"--over {path}={span}: expected a range LOW:HIGH, for instance {path}=1:3") from None
    if not low < high:
        raise UserError(f"--over {path}={span}: expected the lower end first, and the two to differ")
    return low, high
