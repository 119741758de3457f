"""From files and command line to validated settings; the first mistake is told as `UserError`."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.design.factors import Arm, Study, arms, settings_of_arms
from experiments.design.sampling import paths_set
from experiments.settings.mistakes import fields, kind_at, plausible, shown, validated, with_plausible_range
from experiments.settings.names import check_folder
from experiments.settings.option_files import FOLDER, Folders, composed
from experiments.settings.overrides import Given, changed, read
from experiments.settings.paths import at, merged
from sim.errors import UserError, nearest
from sim.parameters import FilePath, Group, Parameters, Rules

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
    output: FilePath = Field(default="results", min_length=1, description="folder that results are written to")
    profile: bool = Field(default=False, description="whether to print the share of time of each phase of the day")
    parameters: Parameters = Field(default=Parameters(), exclude=True)

    @model_validator(mode="after")
    def _can_be_written(self) -> Settings:
        check_folder("output", self.output)
        return self

    def arms(self) -> list[Arm]:
        """The arms of the experiment, each a valid and possible market."""
        return arms(self.experiment, self.parameters.model_dump(mode="json"))

    def resolved(self) -> dict[str, Any]:
        """All settings as nested mappings, in the form in which they are configured."""
        return {**self.parameters.model_dump(mode="json"), **self.model_dump(mode="json")}


def load_settings(
    overrides: Sequence[str] = (), design: Mapping[str, Any] | None = None, config_dir: str | Path = ""
) -> Settings:
    """Compose and validate the configuration.

    Parameters
    ----------
    overrides
        As on the command line, for instance ``market.consumers=2000`` or ``platform=mihe``.
    design
        Keys of ``experiment.design``, in place of those that files and overrides give.
    config_dir
        Folder with files of settings of one's own, beside koc's; empty for none.
    """
    folders = Folders.given(own=str(config_dir))
    return compose_settings(read_given(overrides, folders), folders, design)


def read_given(overrides: Sequence[str], folders: Folders, *, several: bool = False) -> list[Given]:
    """Read what stands on a command line."""
    return read(overrides, folders.options(), is_text, several=several)


def compose_settings(given: Sequence[Given], folders: Folders, design: Mapping[str, Any] | None = None) -> Settings:
    """Compose and validate the configuration of one job."""
    options = folders.options()
    chosen = [each for each in given if each.key in options]
    files = composed([(each.key, each.value) for each in chosen], folders)
    values = changed(merged(defaults(), files), [each for each in given if each not in chosen])
    if design:
        values["experiment"]["design"].update(design)
    return settings_from(values, given)


def settings_from(config: Mapping[str, Any], given: Sequence[Given] = ()) -> Settings:
    """Validate a whole configuration."""
    values = dict(config)
    market = {key: values.pop(key) for key in Parameters.model_fields if key in values}
    if unknown := [key for key in values if key not in Settings.model_fields or key == "parameters"]:
        raise UserError(_unknown(unknown[0], values[unknown[0]], given))
    parameters = validated(Parameters, market)
    settings = validated(Settings, values).model_copy(update={"parameters": parameters})
    _check_assumptions(settings.experiment)
    _check_given(settings.experiment, given)
    check_rules(parameters)
    _check_installed(settings.executor)
    if not settings.experiment.design.is_used:  # else its points are checked, which the arms stand upon
        for arm in settings.arms():
            check_possible(arm)
    return settings


def defaults() -> dict[str, Any]:
    """All settings as declared: files and command line hold only what differs."""
    return {**Parameters().model_dump(mode="json"), **Settings().model_dump(mode="json")}


def is_text(key: str) -> bool:
    """Whether the value of a key is text; also below a level of a factor, or what an arm sets."""
    path = key.split(".")
    if _kind(Settings, path) is str:
        return True
    is_of_design = key.startswith("experiment.design.")  # which lists values of parameters
    return not is_of_design and any(_kind(Parameters, path[start:]) is str for start in range(len(path)))


def _kind(model: type[BaseModel], path: Sequence[str]) -> Any:
    return kind_at(model, [int(key) if key.isdecimal() else key for key in path])


def overridden_by_arms(settings: Settings) -> list[str]:
    """Parameters whose configured value no arm uses, since every arm sets its own."""
    defaults = Parameters().model_dump(mode="json")
    base = settings.parameters.model_dump(mode="json")
    return [path for path in settings_of_arms(settings.experiment) if at(base, path) != at(defaults, path)]


def check_possible(arm: Arm, within: str = "") -> None:
    """See that an arm can be made on this machine."""
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
    """See that every rule can be found, and fits where it is to be used."""
    if parameters.rules.named != Rules().named:
        from sim.replacement import sources  # imports the user's module, and numba with it

        sources(parameters.rules)


def _unknown(key: str, value: Any, given: Sequence[Given]) -> str:
    same = [path for path, *_ in fields(Parameters()) if path.split(".")[-1] == key]
    known = [*Parameters.model_fields, *(name for name in Settings.model_fields if name != "parameters")]
    hint = f"did you mean '{same[0]}'?" if same else nearest(key, known)
    place = next((each.text for each in given if each.key.split(".")[0] == key), f"{key}={shown(value)}")
    return f"{place}: unknown key '{key}'; {hint}"


def _check_assumptions(study: Study) -> None:
    for path in study.flips.assumptions:
        if plausible(path) is None:
            hint = nearest(path, with_plausible_range())
            raise UserError(f"experiment.flips.assumptions: {path} is no parameter with a plausible range; {hint}")


def _check_given(study: Study, given: Sequence[Given]) -> None:
    places, at_points = settings_of_arms(study), paths_set(study.design)
    for each in given:
        for path in each.paths if each.values else ():
            if place := places.get(path):
                raise UserError(
                    f"{each.text}: the arms of experiment={study.name} set this key; "
                    f"override {place} instead, or add experiment=single"
                )
            if path in at_points:
                said = "experiment.design sets this key at each point; expected one or the other"
                raise UserError(f"{each.text}: {said}")


def _check_installed(executor: Executor) -> None:
    if executor.backend in CLUSTERS and importlib.util.find_spec(CLUSTERS[executor.backend]) is None:
        file = FOLDER / "executor" / f"{executor.backend}.yaml"
        raise UserError(f"executor={executor.backend}: not installed; see {file.relative_to(FOLDER.parent)}")
