"""Files of settings of one's own: found, listed, read, and named where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.cli import main
from experiments.design.configuration import load_settings
from experiments.settings.option_files import FOLDER
from sim.errors import UserError

NAMED = "name: mine\n"
GLOBAL = "# @package _global_\n# @todo a remark of four words\n"


@pytest.fixture
def own(here: Path) -> Path:
    (here / "experiment").mkdir()
    return here / "experiment" / "mine.yaml"


def told(*given: str) -> str:
    with pytest.raises(UserError) as error:
        load_settings(given, config_dir=".")
    assert "\n" not in str(error.value)
    return str(error.value)


WRONG = {
    NAMED + "seeds: {a: 1}\n": 'experiment.seeds: {"a": 1} given, expected how many seeds, or a list such as [0,1,2]',
    NAMED + "factors: [a]\n": 'experiment.factors=["a"]: expected settings',
    NAMED + "days: 1:30\n": "experiment.days=1:30: expected a whole number from 1 to 4095 (days)",
    NAMED + "days: '10'\n": "experiment.days=10: expected a whole number from 1 to 4095 (days), without quotes",
    NAMED + "fresh: 'true'\n": "experiment.fresh=true: expected true or false, without quotes",
    NAMED + "labels: {a: 7}\n": "experiment.labels.a=7: expected text, in quotes where it looks like a number",
    NAMED + "fresh: yes\n": "experiment.fresh=yes: expected true or false",
    NAMED + "sedes: 3\n": "experiment.sedes=3: unknown key 'sedes'; did you mean 'seeds'?",
    NAMED + "design: {vary: {brands.own_posts: [1], brands: {own_posts: [2]}}}\n": (
        "experiment.design.vary.brands.own_posts is given twice, as one key and as several; expected every "
        "parameter once"
    ),
    "defaults: [mine]\n": (
        "experiment=mine: the files in defaults lead to each other in a circle; expected a beginning"
    ),
    "defaults: [other]\n": "experiment=mine: In 'experiment/mine': Could not load 'experiment/other'.",
    "defaults: 3\n": "experiment=mine: Invalid defaults list in 'experiment/mine', defaults must be a list (got int)",
    "defaults: [headline]\nfactors: [a]\n": "is a list in one file and settings in another; expected one or the other",
    GLOBAL + "market: {consumer: 300}\n": "market.consumer=300: unknown key 'consumer'; did you mean 'consumers'?",
    GLOBAL + "markte: {consumers: 300}\n": "unknown key 'markte'; did you mean 'market'?",
    GLOBAL + "market: 5\n": "market=5: expected settings: consumers, catalogue",
    "name: [\n": "mine.yaml, line 2: not YAML",
}


def test_what_a_file_says_now_counts(own: Path) -> None:
    for seeds in (2, 3):
        own.write_text(f"{NAMED}seeds: {seeds}\nlabels: {{a: b}}\n", "utf-8")
        for _ in range(2):
            study = load_settings(["experiment=mine"], config_dir=".").experiment
            assert len(study.seeds) == seeds and study.labels == {"a": "b"}
            study.labels.clear()


@pytest.mark.parametrize("text", WRONG)
def test_a_mistake_in_a_file_has_the_right_reason(text: str, own: Path) -> None:
    own.write_text(text, "utf-8")
    assert WRONG[text] in told("experiment=mine")


def test_a_file_with_the_other_ending_is_named(own: Path) -> None:
    own.with_suffix(".yml").write_text(NAMED, "utf-8")
    assert told("experiment=mine").endswith("experiment/mine.yml: is not read; expected the name mine.yaml")


def test_text_stays_text(own: Path) -> None:
    own.write_text("name: no\nlabels: {on: yes, a: 1:30, b: '${a} $x$ [/red] ???', 费用: 'a\\b'}\n", "utf-8")
    study = load_settings(["experiment=mine"], config_dir=".").experiment
    assert study.name == "no"
    assert study.labels == {"on": "yes", "a": "1:30", "b": "${a} $x$ [/red] ???", "费用": "a\\b"}


def test_a_file_may_stand_on_another_and_in_a_folder_and_a_group_of_ones_own(own: Path) -> None:
    own.write_text("defaults:\n  - headline\n  - _self_\nname: mine\nseeds: 2\n", "utf-8")
    (own.parent / "深").mkdir()
    (own.parent / "深" / "一 two.yaml").write_text("name: deep\n", "utf-8")
    (own.parent.parent / "boom").mkdir()
    (own.parent.parent / "boom" / "big.yaml").write_text(GLOBAL + "market: {consumers: 777}\n", "utf-8")
    study = load_settings(["experiment=mine"], config_dir=".").experiment
    assert study.name == "mine" and len(study.factors) == 3 and study.seeds == (0, 1)
    settings = load_settings(["experiment=深/一 two", "+boom=big"], config_dir=".")
    assert settings.experiment.name == "deep" and settings.parameters.market.consumers == 777


def test_an_option_of_ones_own_is_listed(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own.write_text(NAMED, "utf-8")
    assert told("experiment=nine") == "experiment=nine: no such option; did you mean 'mine'?"
    assert main(["run", "--config-dir", ".", "--help"]) == 0
    listed = sorted([*(file.stem for file in (FOLDER / "experiment").glob("*.yaml")), "mine"])
    assert f"experiment: {', '.join(listed)}" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_refused(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["run"], ["sensitivity", "--outcome", "gmv"]):
        assert main([*command, "--config-dir", "nowhere"]) == 2
        line = "koc: --config-dir nowhere: no such folder; expected one with files of settings\n"
        assert capsys.readouterr().err == line


def test_a_folder_may_have_any_name(own: Path) -> None:
    odd = own.parent.parent / "设置 (1) ${x} 'a', {b}"
    (odd / "experiment").mkdir(parents=True)
    (odd / "experiment" / "mine.yaml").write_text(NAMED, "utf-8")
    assert load_settings(["experiment=mine"], config_dir=odd).experiment.name == "mine"
