"""From files and command line to validated settings."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel, ConfigDict, Field
from yaml import MarkedYAMLError

from experiments.design import Arm, Study, arms, settings_of_arms
from experiments.mistakes import declared, field_at, validated
from experiments.paths import at
from experiments.sampling import paths_set
from sim.errors import UserError, nearest
from sim.parameters import Group, Parameters, Rules

FOLDER = Path(__file__).resolve().parent.parent / "configs"
NAME = "config"
CLUSTERS = {"ray": "ray", "dask": "distributed"}  # backend to the package it needs


class Executor(Group):
    """Where and by how many workers runs are made."""

    backend: Literal["loky", "serial", "ray", "dask"] = Field(
        default="loky", description="joblib's backend; serial for this process alone"
    )
    workers: int = Field(default=0, ge=0, le=10_000, description="worker processes; 0 for one per core")
    address: str = Field(default="", description="of the cluster's scheduler; empty to start one here")


class Settings(BaseModel):
    """Everything that a command runs on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    experiment: Study = Study()
    executor: Executor = Executor()
    output: str = Field(default="results", min_length=1, description="folder that results are written to")
    profile: bool = Field(default=False, description="whether to print the share of time of each phase of the day")
    parameters: Parameters = Field(default=Parameters(), exclude=True)

    def arms(self) -> list[Arm]:
        """The arms of the experiment, each a valid and possible market."""
        return arms(self.experiment, self.parameters.model_dump(mode="json"))

    def resolved(self) -> dict[str, Any]:
        """All settings as nested mappings, in the form in which they are configured."""
        return {**self.parameters.model_dump(mode="json"), **self.model_dump(mode="json")}


def register() -> None:
    """Make the declared parameters known to Hydra: files and command line hold only what differs."""
    defaults = {**Parameters().model_dump(mode="json"), **Settings().model_dump(mode="json")}
    ConfigStore.instance().store(name="declared", node=defaults, provider="sim.parameters")


def load_settings(overrides: Sequence[str] = (), design: Mapping[str, Any] | None = None) -> Settings:
    """Compose and validate the configuration outside of the Hydra application.

    Parameters
    ----------
    overrides
        In Hydra's form, for instance ``market.consumers=2000`` or ``platform=mihe``.
    design
        Keys of ``experiment.design``, in place of those that files and overrides give.

    Raises
    ------
    UserError
        On the first mistake.
    """
    with clear_mistakes(overrides):
        return settings_from(_composed(list(overrides)), overrides, design)


def settings_from(
    config: DictConfig, overrides: Sequence[str], design: Mapping[str, Any] | None = None
) -> Settings:
    """Validate a composed configuration.

    Parameters
    ----------
    config
        As Hydra composed it.
    overrides
        What the user gave, which must not be what the arms set or the design varies.
    design
        Keys of ``experiment.design``, in place of what is configured.

    Raises
    ------
    UserError
        On the first mistake.
    """
    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(plain, dict)
    values = {str(key): value for key, value in plain.items()}
    if design:
        values["experiment"]["design"].update(design)
    market = {key: values.pop(key) for key in Parameters.model_fields if key in values}
    if unknown := [key for key in values if key not in Settings.model_fields or key == "parameters"]:
        known = [*Parameters.model_fields, *values.keys() - unknown]
        raise UserError(f"{unknown[0]}: unknown key; {nearest(unknown[0], known)}")
    parameters = validated(Parameters, market)
    settings = validated(Settings, values).model_copy(update={"parameters": parameters})
    _check_assumptions(settings.experiment)
    _check_overrides(settings.experiment, overrides)
    check_rules(parameters)
    _check_installed(settings.executor)
    if not settings.experiment.design.is_used:  # else its points are checked, which the arms stand upon
        for arm in settings.arms():
            check_possible(arm)
    return settings


def overridden_by_arms(settings: Settings) -> list[str]:
    """Parameters whose configured value no arm uses, since every arm sets its own."""
    defaults = Parameters().model_dump(mode="json")
    base = settings.parameters.model_dump(mode="json")
    return [path for path in settings_of_arms(settings.experiment) if at(base, path) != at(defaults, path)]


def check_possible(arm: Arm, within: str = "") -> None:
    """See that an arm can be made on this machine.

    Parameters
    ----------
    arm
        Of valid parameters.
    within
        What the arm belongs to, for the message; may be empty.

    Raises
    ------
    UserError
        If nobody could be paid, or there is no graph to read.
    """
    parameters = arm.parameters
    creators, brands, graph = parameters.creators, parameters.brands, parameters.graph
    people = parameters.market.consumers
    if creators.koc_share * people < 1 and creators.kol_count == 0 and brands.koc + brands.kol > 0:
        raise UserError(
            f"{within}arm {arm.name}: creators.koc_share={creators.koc_share:g} of {people} people and "
            "creators.kol_count=0 leave no creators; expected some, or brands.kol=0 and brands.koc=0"
        )
    if graph.kind == "edgelist" and not (Path(graph.path).is_file() and os.access(graph.path, os.R_OK)):
        raise UserError(f"{within}graph.path={graph.path}: no such file, or it cannot be read")


def check_rules(parameters: Parameters) -> None:
    """See that every rule can be found, and fits where it is to be used.

    Raises
    ------
    UserError
        Names the rule that does not.
    """
    if parameters.rules.named != Rules().named:
        from sim.replacement import sources  # imports the user's module, and numba with it

        sources(parameters.rules)


@contextmanager
def clear_mistakes(overrides: Sequence[str], is_sweep: bool = False) -> Iterator[None]:
    """Turn what Hydra says of a wrong override into one line that names it."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise UserError(_explained(error, overrides, is_sweep)) from error
    except MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        where = f"{place.name}, line {place.line + 1}" if place else "a file of settings"
        raise UserError(f"{where}: not YAML ({error.problem}); expected lines such as key: value") from error


def _composed(overrides: list[str]) -> DictConfig:
    register()
    with initialize_config_dir(str(FOLDER), version_base="1.3"):
        return compose(NAME, overrides=overrides)


def _explained(error: Exception, overrides: Sequence[str], is_sweep: bool) -> str:
    known = OmegaConf.to_container(_composed([]))
    assert isinstance(known, dict)
    groups = {path.name: sorted(p.stem for p in path.glob("*.yaml")) for path in FOLDER.iterdir() if path.is_dir()}
    for text in overrides:
        try:
            override = OverridesParser.create().parse_override(text)
        except HydraException:
            example = "key=value, for instance market.consumers=2000"
            if text.startswith(("experiment.design.constraints=", "experiment.design.derived=")):
                example = "quotes around expressions, for instance experiment.design.constraints=['creators.hype < 3']"
            return f"{text}: not understood; expected {example}"
        if override.is_sweep_override():
            if not is_sweep:
                return f"{text}: several values; expected one, a list [a,b], or -m to run them one after another"
        elif found := _mistake_in(override, text, known, groups):
            return found
    said = " ".join(re.split("full_key:|Config search path", str(error))[0].split())
    return next((f"{text}: {said}" for text in overrides if "${" in text or "???" in text), said)


def _mistake_in(override: Override, text: str, known: dict[Any, Any], groups: Mapping[str, list[str]]) -> str | None:
    path, value = override.key_or_group, override.value()
    if path.startswith("hydra") or override.is_add() or override.is_delete():
        return None
    if path in groups:
        options = groups[path]
        return None if value in options else f"{text}: no such option; {nearest(str(value), options)}"
    level: Any = known
    keys = path.split(".")
    for depth, key in enumerate(keys):
        if not isinstance(level, dict):
            return f"{text}: {'.'.join(keys[:depth])} is a value and has nothing below it"
        if key not in level:
            return f"{text}: unknown key '{key}'; {_hint(key, keys[:depth], level)}"
        level = level[key]
    return None


def _hint(key: str, above: list[str], level: Mapping[str, Any]) -> str:
    from experiments.mistakes import fields

    if not above:
        same = [path for path, *_ in fields(Parameters()) if path.split(".")[-1] == key]
        if same:
            return f"did you mean '{same[0]}'?"
    return nearest(key, level)


def _check_assumptions(study: Study) -> None:
    for path in study.flips.assumptions:
        field = field_at(Parameters, tuple(path.split(".")))
        if field is None or declared(field, "plausible") is None:
            known = [name for name in _assumptions()]
            raise UserError(
                f"experiment.flips.assumptions: {path} is no parameter with a plausible range; {nearest(path, known)}"
            )


def _assumptions() -> Iterator[str]:
    from experiments.mistakes import fields

    return (path for path, field, _ in fields(Parameters()) if declared(field, "plausible"))


def _check_overrides(study: Study, overrides: Sequence[str]) -> None:
    places, at_points = settings_of_arms(study), paths_set(study.design)
    for text in overrides:
        override = OverridesParser.create().parse_override(text)
        if override.is_delete():
            continue
        if place := places.get(override.key_or_group):
            raise UserError(
                f"{text}: the arms of experiment={study.name} set this key; "
                f"override {place} instead, or add experiment=single"
            )
        if override.key_or_group in at_points:
            raise UserError(f"{text}: experiment.design sets this key at each point; expected one or the other")


def _check_installed(executor: Executor) -> None:
    if executor.backend in CLUSTERS and importlib.util.find_spec(CLUSTERS[executor.backend]) is None:
        file = FOLDER / "executor" / f"{executor.backend}.yaml"
        raise UserError(f"executor={executor.backend}: not installed; see {file.relative_to(FOLDER.parent)}")
