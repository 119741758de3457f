"""What a study is: front matter, options, runs, checks and a figure.

A study is a module of this package that has

- ``STUDY``, its front matter, and ``Options``, what its user may change;
- ``simulate(o)``, which makes the runs that everything else reads;
- ``checks(o, runs)``, which gives the lines of its table, made with `covers`, `above`, `below`, `within` and `holds`;
- ``findings(o, runs)``, which gives sentences, the main one first;
- ``figure(o, runs, title)``, which draws; the title is the main finding. Several figures are a dictionary, by what
  follows the study's name in those of their files, nothing first;
- ``table(o, runs)``, if there is something to be looked up.

Texts may run over several lines: the frame joins them.
"""

# ruff: noqa: F401  what judges is taken from here by the file of a study

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from experiments.measures.checks import Check, Found, above, below, covers, ends, holds, interval, joined, within

Text = Annotated[str, AfterValidator(joined)]


class Study(BaseModel):
    """Front matter, as `koc validate` and `koc replicate` show it."""

    model_config = ConfigDict(frozen=True)

    title: Text  # what it is about, in a phrase
    source: Text  # full reference of what is replicated
    question: Text  # what it asks, so that a student understands
    change: Text  # one thing to change: words for `koc replicate NAME`, a colon, and what to look at
    self_check: Text  # a question to answer after the change, with the answer
    data: str = ""  # folder below the data folder without which it cannot run
    extra: str = ""  # packages without which it cannot run, as Python imports them, separated by blanks


class Asked(BaseModel):
    """What a user asks of a study; its own options are fields made with `option`."""

    model_config = ConfigDict(frozen=True)

    data: Path | None = None  # folder of published data


def option(default: float, about: str, least: float, most: float) -> Any:
    """A number that the user may change, with its range; whole where the field is an `int`."""
    return Field(default, description=about, ge=least, le=most)
