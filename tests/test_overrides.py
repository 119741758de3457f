"""What is typed arrives as it is typed, and what contradicts itself is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.cli import main
from experiments.design.configuration import load_settings, read_given
from experiments.settings.option_files import Folders
from experiments.settings.overrides import jobs
from sim.errors import UserError

SINGLE = "experiment=single"
TIES = "source,target\n1,2\n2,3\n"
FILES = [
    "关系.csv", "ties (1).csv", "a=b.csv", "a,b.csv", "a{b}.csv", "a$x.csv", "${x}.csv", "it's.csv", 'q"q.csv',
    "~x.csv", "back\\slash.csv", "a b.csv", "[1].csv", "#1.csv", "a: b.csv", "yes", "a'b,'c.csv",
    "%41.csv", "a|b.csv",
]  # fmt: skip


pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.parametrize("name", FILES)
def test_a_file_may_have_any_name(name: str) -> None:
    for given in (f"graph.path={name}", f"graph.path='{name}'" if "'" not in name else f'graph.path="{name}"'):
        assert [each.value for each in read_given([given], Folders())] == [name]


def test_arms_may_have_files_of_any_name(here: Path) -> None:
    of_levels = []
    for number, name in enumerate(FILES):
        (here / name).write_text(TIES)
        level = f"+experiment.factors.f.l{number}.graph"
        of_levels += [f"{level}.path={name}", f"{level}.kind=edgelist"]
    assert [arm.parameters.graph.path for arm in load_settings([SINGLE, *of_levels]).arms()] == FILES


@pytest.mark.parametrize("value", ["null", "1e3", "true", "007", "[a]", "{a: 1}", "~"])
def test_text_that_looks_like_something_else_stands_in_quotes_as_in_a_file(value: str) -> None:
    with pytest.raises(UserError, match=r"^output=.*expected text"):
        load_settings([SINGLE, f"output={value}"])
    assert load_settings([SINGLE, f"output='./{value}'"]).output == f"./{value}"


def test_home_is_expanded_where_a_file_or_folder_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    (here / "t.csv").write_text(TIES)
    (here / "p.csv").write_text("creators.claim_inflation\n1\n")
    keys = ["graph=edgelist", "graph.path=~/t.csv", "output=~/结果", "experiment.design.file=~/p.csv"]
    settings = load_settings([SINGLE, *keys])
    assert settings.parameters.graph.path == f"{here}/t.csv" and settings.output == f"{here}/结果"
    assert settings.experiment.design.file == f"{here}/p.csv"


def test_keys_and_texts_may_be_in_any_script() -> None:
    rates = [f"+experiment.factors.平台.{name}.platform.take_rate={rate}" for name, rate in (("甲", 0), ("乙", 0.1))]
    texts = ["experiment.labels={平台: '平台 类型', 甲: '$0 [/red]'}", "experiment.questions.平台=哪个平台好？"]
    settings = load_settings([SINGLE, *rates, *texts])
    assert [arm.name for arm in settings.arms()] == ["甲", "乙"]
    assert settings.experiment.labels == {"平台": "平台 类型", "甲": "$0 [/red]"}
    assert settings.experiment.questions == {"平台": "哪个平台好？"}


VARY = "experiment.design.vary"
VALUES: dict[str, Any] = {
    f"{VARY}={{creators.claim_inflation: [1,2]}}": {"creators.claim_inflation": [1, 2]},
    f"{VARY}={{creators.claim_inflation:[1],graph.kind:[small_world]}}": {
        "creators.claim_inflation": [1],
        "graph.kind": ["small_world"],
    },
    f"{VARY}={{creators.claim_inflation:{{low:1,high:4,scale:log}}}}": {
        "creators.claim_inflation": {"low": 1, "high": 4, "scale": "log"}
    },
    f"{VARY}.creators.claim_inflation=[1,2]": {"creators.claim_inflation": [1, 2]},
    f"+{VARY}={{creators: {{claim_inflation: plausible}}}}": {"creators.claim_inflation": "plausible"},
    f"{VARY}={{graph.path: ['a b.csv', 关系.csv]}}": {"graph.path": ["a b.csv", "关系.csv"]},
    f"{VARY}={{creators.claim_inflation: [1e0, .5, 1_000]}}": {"creators.claim_inflation": [1, 0.5, 1000]},
}


@pytest.mark.parametrize("given", VALUES)
def test_lists_and_mappings_are_as_in_a_file(given: str) -> None:
    assert load_settings([SINGLE, given, "experiment.design.points=3"]).experiment.design.vary == VALUES[given]


def test_expressions_need_no_quotes() -> None:
    constraints = "experiment.design.constraints=[creators.claim_inflation > 1, creators.claim_inflation * 2 < 9]"
    derived = "experiment.design.derived.graph.rewiring=(creators.claim_inflation + 1) / 20"
    design = load_settings(
        [SINGLE, f"{VARY}={{creators.claim_inflation: [1,2]}}", constraints, derived]
    ).experiment.design
    assert design.constraints == ("creators.claim_inflation > 1", "creators.claim_inflation * 2 < 9")
    assert design.derived == {"graph.rewiring": "(creators.claim_inflation + 1) / 20"}


def test_a_place_in_a_list_can_be_changed_and_a_key_be_taken_out() -> None:
    given = ["market.catalogue.categories.1.price=55", "rivals=[{name: b}]", "rivals.0.take_rate=0.2"]
    parameters = load_settings([SINGLE, *given]).parameters
    assert parameters.market.catalogue.categories[1].price == 55 and parameters.rivals[0].take_rate == 0.2
    assert load_settings(["~experiment.extra_arms"]).experiment.extra_arms == {}


GIVEN_TWICE = {
    "market.consumers=400 market.consumers=500": "market.consumers=500: market.consumers is given already, as "
    "market.consumers=400; expected once",
    "market.consumers=400 +market.consumers=400": "+market.consumers=400: market.consumers is given already",
    "experiment=single experiment=quick": "experiment=quick: experiment is given already, as experiment=single",
    "platform=mihe platform=shelf": "platform=shelf: platform is given already, as platform=mihe; expected once",
    "market.choice={risk:1} market.choice.risk=2": "market.choice.risk=2: market.choice.risk is given already",
    "market.choice={risk:1,risk:2}": "market.choice={risk:1,risk:2}: 'risk' is given twice; expected every key once",
    f"{VARY}={{brands.koc:[1],brands.koc:[2]}}": "'brands.koc' is given twice; expected every key once",
    f"{VARY}={{brands.koc:[1],brands:{{koc:[2]}}}}": "experiment.design.vary.brands.koc is given already",
}


@pytest.mark.parametrize("given", GIVEN_TWICE)
def test_what_is_given_twice_is_refused_and_named(given: str) -> None:
    with pytest.raises(UserError) as told:
        load_settings(given.split(" "))
    assert GIVEN_TWICE[given] in str(told.value)


def test_a_preset_and_a_change_to_it_go_together() -> None:
    settings = load_settings([SINGLE, "platform=mihe", "platform.take_rate=0.02"])
    assert settings.parameters.platform.name == "mihe" and settings.parameters.platform.take_rate == 0.02


NOT_UNDERSTOOD = {
    "=3": "expected key=value", "market..x=3": "expected key=value", "market": "expected key=value",
    "market.choice.risk=[1": "expected a value such as 2000", "market.choice.risk={a": "expected a value such as",
    "market.choice.risk=" + "[" * 3000: "expected a value such as",
    "market.people.city_tiers=" + "[" * 60 + "]" * 60: "expected a value such as",
    "market.consumers=" + "9" * 5000: "and so on: not understood",
    "market.consumers=" + "9" * 30: "expected a whole number from 20 to 50000000",
    "market.consumers=1:30": "market.consumers=1:30: expected a whole number",
    "market.catalogue.categories.9.price=3": "9 is no place in a list of 8, counted from 0",
    "~market.nothing": "no such key", "~market.consumers=7": "expected key=value",
    "market.consumers = 300": "expected key=value",
    "market.choice.risk.x=1": "market.choice.risk is a value and has nothing below it",
    "market={consumers: 300}": "market={consumers: 300}: no such option; valid names: city, default",
    "hydra.verbose=true": "unknown key 'hydra'", "market.consumers=1,2": "several values",
    "graph.path=a\0b": "graph.path",
}  # fmt: skip


@pytest.mark.parametrize("given", NOT_UNDERSTOOD, ids=lambda given: ascii(given[:40]))
def test_what_is_not_understood_is_one_short_line(given: str) -> None:
    with pytest.raises(UserError) as told:
        load_settings([SINGLE, given])
    line = str(told.value)
    assert NOT_UNDERSTOOD[given] in line and len(line) < 500 and "\n" not in line


def test_several_values_make_several_jobs_the_last_varying_fastest() -> None:
    given = ["graph=small_world,scale_free", "market.consumers=range(100,300,100)", "output=a,'b c'", "profile=true"]
    found = jobs(read_given(given, Folders(), several=True))
    assert [[each.value for each in job] for job in found] == [
        [graph, consumers, output, True]
        for graph in ("small_world", "scale_free")
        for consumers in (100, 200)
        for output in ("a", "b c")
    ]
    quoted = read_given(["output='a,b'", "experiment.seeds=[1,2],[3]"], Folders(), several=True)
    assert [each.values for each in quoted] == [("a,b",), ([1, 2], [3])]


def test_jobs_end() -> None:
    for given in ("market.consumers=range(1,100000000000)", "market.consumers=range(1,100)"):
        many = read_given([given, "experiment.days=range(10,100)"], Folders(), several=True)
        with pytest.raises(UserError, match="combinations of values, expected at most 1000"):
            jobs(many)


def test_every_job_is_seen_to_be_possible_before_the_first_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", SINGLE, "-m", "market.consumers=300,5"]) == 2
    assert capsys.readouterr().err.startswith("koc: market.consumers=5: expected a whole number")
    assert list(Path().iterdir()) == []
