"""Names become folders, columns and words; what cannot be one is refused before anything is written."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.design.configuration import Settings
from experiments.design.factors import Study
from experiments.settings.mistakes import validated
from sim.errors import UserError
from sim.parameters import Parameters

LEVEL: dict[str, Any] = {"platform": {"take_rate": 0.0}}
NOT_A_NAME = {
    "..": "would be hidden", ".": "would be hidden", ".x": "would be hidden", "": "is no valid name",
    "a" * 300: "has 300 characters, expected at most 60", "平" * 61: "has 61 characters", "a/b": "is no valid name",
    "a\\b": "is no valid name", "a b": "is no valid name", "a\tb": "is no valid name", "a\nb": "is no valid name",
    "a\x1b[31m": "is no valid name", "x:y": "is no valid name", "~": "is no valid name", "a\u202eb": "is no valid name",
}  # fmt: skip
OF_KOC = ("store", "latest", "running", "Store", "LATEST")
NAMES = ("实验-1", "名" * 60, "नमस्ते", "é", "v1.0", "A_b", "x")
PLACES: dict[str, Any] = {
    "factors": lambda name: {"factors": {name: {"a": LEVEL, "b": LEVEL}}},
    "factors.f": lambda name: {"factors": {"f": {name: LEVEL, "b": LEVEL}}},
    "extra_arms": lambda name: {"extra_arms": {name: {"set": LEVEL}}},
    "name": lambda name: {"name": name},
}


def refused(settings: dict[str, Any]) -> str:
    with pytest.raises(UserError) as told:
        validated(Study, settings)
    line = str(told.value)
    assert line.isprintable() and len(line) < 300
    return line


@pytest.mark.parametrize("name", NOT_A_NAME, ids=ascii)
def test_what_is_no_name_is_refused_wherever_it_is_given(name: str) -> None:
    for place, settings in PLACES.items():
        line = refused(settings(name))
        assert NOT_A_NAME[name] in line and line.startswith(place)


@pytest.mark.parametrize("name", OF_KOC)
def test_an_experiment_has_no_name_of_the_output(name: str) -> None:
    assert refused({"name": name}) == f"name: '{name}' is a name of koc's own; expected another"
    assert list(validated(Study, PLACES["factors.f"](name)).factors["f"]) == [name, "b"]


@pytest.mark.parametrize("name", NAMES)
def test_letters_of_all_scripts_are_names(name: str) -> None:
    for settings in PLACES.values():
        assert name in repr(validated(Study, settings(name)))


SAME: dict[str, dict[str, Any]] = {
    "levels": {"factors": {"f": {"a": LEVEL, "A": LEVEL}}},
    "factors": {"factors": {"f": {"a": LEVEL}, "F": {"a": LEVEL}}},
    "arms": {"extra_arms": {"x": {}, "X": {}}},
    "an arm and the only one": {"extra_arms": {"BASE": {}}},
    "an arm and one of the factorial": {"factors": {"f": {"a": LEVEL, "b": LEVEL}}, "extra_arms": {"A": {}}},
    "arms of the factorial": {
        "factors": {"f": {"a": LEVEL, "a-b": LEVEL}, "g": {"b-c": {"market": {}}, "c": {"market": {}}}}
    },
    "accents": {"factors": {"f": {"e\u0301": LEVEL, "\u00e9": LEVEL}}},
}


@pytest.mark.parametrize("case", SAME)
def test_names_that_a_disk_could_take_for_one_are_refused(case: str) -> None:
    assert "expected different names" in refused(SAME[case])


def test_so_many_arms_are_refused_before_they_are_made() -> None:
    levels = {f"l{k}": LEVEL for k in range(200)}
    line = refused({"factors": {"f": levels, "g": levels, "h": levels}})
    assert line == "factors: 8000000 arms, expected at most 10000"


@pytest.mark.parametrize("key", ["labels", "questions"])
def test_text_for_people_is_one_line(key: str) -> None:
    assert "is not text of one line" in refused({key: {"a": "one\ntwo"}})
    assert "is not text of one line" in refused({key: {"a": "\x1b[31mred"}})
    assert validated(Study, {key: {"a": "费用 [/red] $x 50 %"}})


@pytest.mark.parametrize(
    ("output", "said"),
    [("", "text"), (" ", "the path of a folder"), ("a\0b", "name of a file"), ("x/" + "a" * 300, "at most 255")],
)
def test_an_output_that_cannot_be_a_folder_is_refused(output: str, said: str) -> None:
    with pytest.raises(UserError, match=f"^output.*{said}"):
        validated(Settings, {"output": output})


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x1b[1m", "x" * 61])
def test_names_of_goods_and_platforms_are_a_line(name: str) -> None:
    for settings in ({"platform": {"name": name}}, {"market": {"catalogue": {"categories": [{"name": name}]}}}):
        with pytest.raises(UserError, match="expected a name of 1 to 60 letters"):
            validated(Parameters, settings)
