"""The file of claims: each a row that says what is compared with what, and which sign is expected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, model_validator

from experiments.design.expressions import Expression
from experiments.settings.mistakes import validated
from experiments.settings.names import check_names
from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import read_yaml
from sim.errors import UserError, nearest
from sim.parameters import ASSUMPTION, Group, par
from sim.ranges import MOST_DAYS, MOST_PEOPLE
from sim.results.outcomes import OUTCOMES

FILE = FOLDER / "claims.yaml"

_COMPARED = re.compile(r"([^<>=]+)([<>])([^<>=]+)")


class Expectation(NamedTuple):
    """What should be: the left side above the right one, where `sign` is +1, or below, where it is -1."""

    text: str
    left: Expression
    sign: int
    right: Expression

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Read ``arm.outcome > other.outcome``.

        Raises
        ------
        UserError
            If it is no comparison of that form.
        """
        found = _COMPARED.fullmatch(text)
        if found is None:
            raise UserError(f"'{text}': expected one comparison, such as koc.gmv > kol.gmv")
        left, right = (Expression.parse(found[part]) for part in (1, 3))
        for path in (*left.paths, *right.paths):
            if path.count(".") != 1:
                raise UserError(f"'{text}': '{path}' is no outcome of an arm; expected arm.outcome, such as koc.gmv")
        return cls(" ".join(text.split()), left, 1 if found[2] == ">" else -1, right)

    @property
    def terms(self) -> list[tuple[str, str]]:
        """Arm and outcome of all that it names."""
        return [(path.partition(".")[0], path.partition(".")[2]) for path in (*self.left.paths, *self.right.paths)]


class Size(Group):
    """Markets in which the claims are judged."""

    consumers: int = par(3000, "consumers of a market", "people", ASSUMPTION, ge=20, le=MOST_PEOPLE)
    days: int = par(240, "days of a run", "days", ASSUMPTION, ge=2, le=MOST_DAYS)
    burn_in: int = par(120, "first days, which are not counted", "days", ASSUMPTION, ge=0, le=MOST_DAYS)
    seeds: int = par(8, "markets of each arm", "seeds", ASSUMPTION, ge=2, le=1000)

    @model_validator(mode="after")
    def _something_counts(self) -> Size:
        if self.burn_in >= self.days:
            raise ValueError(f"burn_in={self.burn_in} of days={self.days} leaves no day to count; expected less")
        return self


class Checks(Size):
    """Smaller markets, in which assumptions are moved to see where a verdict turns."""

    consumers: int = par(2000, "consumers of a market", "people", ASSUMPTION, ge=20, le=MOST_PEOPLE)
    days: int = par(120, "days of a run", "days", ASSUMPTION, ge=2, le=MOST_DAYS)
    burn_in: int = par(60, "first days, which are not counted", "days", ASSUMPTION, ge=0, le=MOST_DAYS)
    seeds: int = par(4, "markets of each arm at each point", "seeds", ASSUMPTION, ge=2, le=1000)
    draws: int = par(2, "draws from the posterior of the calibration", "draws", ASSUMPTION, ge=0, le=1000)


class Claim(Group):
    """A claim: what it says, who says it, and how it is put to the market; or what the market lacks to express it."""

    says: str = Field(min_length=1, description="the claim in plain words")
    source: str = Field(description="who claims it: a key of sources")
    market: str = Field(default="", description="overrides that all its arms share, as for koc run")
    arms: dict[str, str] = Field(default={}, description="overrides of each arm, as for koc run")
    expect: tuple[str, ...] = Field(default=(), description="comparisons of outcomes of arms, all of which should hold")
    hangs_on: tuple[str, ...] = Field(default=(), description="assumptions that are moved; those of the file if none")
    note: str = Field(default="", description="what to know when reading the verdict")
    needs: str = Field(default="", description="what the market lacks to express it, where it cannot yet")

    @model_validator(mode="after")
    def _can_be_judged(self) -> Claim:
        if self.needs and (self.arms or self.expect):
            raise ValueError("needs: stands for a claim that cannot be expressed; expected it without arms and expect")
        if self.needs:
            return self
        if not self.arms or not self.expect:
            raise ValueError("arms and expect are missing; expected both, or needs for what cannot be expressed yet")
        check_names("arms", self.arms)
        for arm in self.arms:
            if not arm.isidentifier():
                raise ValueError(f"arms.{arm}: expected a name of letters, digits and _ that begins with a letter")
        for expectation in self.expectations:
            if not expectation.terms:
                raise ValueError(f"expect: '{expectation.text}' names no arm; expected arm.outcome, such as koc.gmv")
            for arm, outcome in expectation.terms:
                if arm not in self.arms:
                    raise ValueError(f"expect: '{expectation.text}': no arm {arm}; {nearest(arm, self.arms)}")
                if outcome not in OUTCOMES:
                    raise ValueError(
                        f"expect: '{expectation.text}': no outcome {outcome}; {nearest(outcome, OUTCOMES)}"
                    )
        return self

    @property
    def expectations(self) -> list[Expectation]:
        """What it leads one to expect."""
        return [Expectation.parse(text) for text in self.expect]


class Claims(Group):
    """All rows, and how large the markets are in which they are judged."""

    sources: dict[str, str] = Field(description="who claims: a label, and what it stands for")
    size: Size = Size()
    checks: Checks = Checks()
    negligible: float = par(
        0.01, "share of the right side within which a difference counts as none", "1", ASSUMPTION, ge=0, le=1
    )
    hangs_on: tuple[str, ...] = Field(default=(), description="assumptions that are moved for rows without their own")
    claims: dict[str, Claim] = Field(min_length=1, description="the claims by their number")

    @model_validator(mode="after")
    def _sources_known(self) -> Claims:
        for number, claim in self.claims.items():
            if claim.source not in self.sources:
                hint = nearest(claim.source, self.sources)
                raise ValueError(f"claims.{number}.source={claim.source}: no such source; {hint}")
        return self

    def chosen(self, numbers: list[str]) -> dict[str, Claim]:
        """The claims of these numbers; all, where none is given."""
        for number in numbers:
            if number not in self.claims:
                raise UserError(f"{number}: no such claim; {nearest(number, self.claims)}")
        return {number: claim for number, claim in self.claims.items() if not numbers or number in numbers}


def read(path: Path = FILE) -> Claims:
    """The claims of a file."""
    if not path.is_file():
        raise UserError(f"{path}: no such file; expected one such as {FILE.relative_to(FOLDER.parent)}")
    return validated(Claims, read_yaml(path), within=f"{path}: ")
