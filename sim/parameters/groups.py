"""What parameters are declared with: the base of their groups, and what is told of each."""

from __future__ import annotations

import os
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

ASSUMPTION = "assumption"
CALIBRATED = "median of the posterior: koc calibrate"
MOST_LETTERS = 60  # of the name of a category or platform


def _home_expanded(path: str) -> str:
    if not path.isprintable():
        raise ValueError(f"{path!r} holds a control character; expected the name of a file")
    return os.path.expanduser(path)


def _of_one_line(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > MOST_LETTERS:
        raise ValueError(f"{name[:MOST_LETTERS]!r}: expected a name of 1 to {MOST_LETTERS} letters")
    return name


FilePath = Annotated[str, AfterValidator(_home_expanded)]
"""Path of a file or folder as people write it: ``~`` is their home."""

Name = Annotated[str, AfterValidator(_of_one_line)]


def par(
    default: Any,
    about: str,
    unit: str,
    source: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    plausible: tuple[float, float] | None = None,
    measured: str = "",
) -> Any:
    """Declare one parameter.

    Parameters
    ----------
    default
        Value unless a configuration says otherwise.
    about
        What it is, in a phrase.
    unit
        Unit of measurement; a rate says per what.
    source
        Paper, filing or terms of service; or ``assumption``.
    ge, le
        Allowed range, ends included.
    plausible
        Range over which sensitivity checks sweep an assumption.
    measured
        What would measure it, in a phrase.
    """
    extra: Any = {"unit": unit, "source": source, "plausible": plausible, "measured": measured}
    return Field(default, ge=ge, le=le, description=about, json_schema_extra=extra)


class Group(BaseModel):
    """Base of all parameter groups: frozen, no unknown names, no number that is not finite, defaults validated."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)
