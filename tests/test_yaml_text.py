"""Files of one's own are read as YAML 1.2, or refused with the file and the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from experiments.settings.option_files import FOLDER
from experiments.settings.yaml_text import parsed, read_yaml, written
from sim.errors import UserError

SCALARS: dict[str, Any] = {
    "1:30": "1:30", "190:20:30": "190:20:30", "no": "no", "on": "on", "yes": "yes", "off": "off", "y": "y", "N": "N",
    "1e3": 1000.0, "1E-3": 0.001, ".5": 0.5, "5.": 5.0, "-3": -3, "+3": 3, "0o10": 8, "010": 10, "0x1F": 31,
    "10_000": 10_000, "1_000.5": 1000.5, "1_": "1_", "_1": "_1", "true": True, "False": False, "tRue": "tRue",
    "null": None, "~": None, "": None, "nUll": "nUll", "2024-01-01": "2024-01-01", "'7'": "7", '"no"': "no",
    "0b11": "0b11", "=": "=", "<<": "<<", "1.2.3": "1.2.3", "$x ${y}": "$x ${y}", "费用": "费用", "a#b": "a#b",
}  # fmt: skip


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_are_those_of_yaml_1_2(text: str) -> None:
    found = parsed(f"key: {text}")["key"]
    assert found == SCALARS[text] and type(found) is type(SCALARS[text])


def test_numbers_without_end_are_numbers() -> None:
    assert parsed("[.inf, -.INF, +.inf]") == [float("inf"), float("-inf"), float("inf")]
    assert str(parsed(".nan")) == "nan"


def test_keys_are_text_as_they_are_written() -> None:
    assert parsed("{1: a, 0o10: b, true: c, on: d, 1:30: e, ~: f}") == {
        "1": "a", "0o10": "b", "true": "c", "on": "d", "1:30": "e", "~": "f",
    }  # fmt: skip


BROKEN = {
    "name: m\nname: n\n": "line 2: 'name' is given twice; expected every key once",
    "a:\n  b: {c: 1, d: 2, c: 3}\n": "line 2: 'c' is given twice; expected every key once",
    "name: m\n\tdays: 3\n": "line 2: not YAML (a tab; expected spaces)",
    "name: m\nfactors: {a: {b: 1": "line 2: not YAML (expected ',' or '}', but got '<stream end>')",
    "a: 1\nb: [1\nc: 2\n": "line 3: not YAML",
    "a: 1\n b: 2\n": "line 2: not YAML (mapping values are not allowed here)",
    "- 1\n": "a list; expected lines such as key: value",
    "text\n": "a single value; expected lines such as key: value",
    "a: 1\n---\nb: 1\n": "line 2: not YAML",
    "a: 1\nb: !!python/object:os.system x\n": "line 2: not YAML",
    "a: 1\nb: \x01\n": "line 2: a control character",
    "? [1, 2]\n: 3\n": "line 1: not YAML (a key that is no text)",
    "a: *b\n": "line 1: not YAML (found undefined alias 'b')",
    "a: &a [*a]\n": "more than 50 levels",
    "a: " + "[" * 3000 + "]" * 3000: "more than 50 levels",
    "a: " + "{b: " * 60 + "1" + "}" * 60: "more than 50 levels",
    "a: " + "9" * 5000: "line 1: not YAML (a number too long)",
    "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
    + "".join(f"a{k}: &a{k} [{','.join([f'*a{k - 1}'] * 10)}]\n" for k in range(1, 30)): "aliases without end",
}


@pytest.mark.parametrize("text", BROKEN, ids=[told[:40] for told in BROKEN.values()])
def test_what_is_no_yaml_is_told_with_file_and_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UserError) as told:
        read_yaml(file)
    assert str(told.value).startswith(str(file)) and BROKEN[text] in str(told.value) and "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: m\nlabels: {a: 费用}\n".encode("gbk"), "line 2: not UTF-8"),
        ("name: m\n".encode("utf-16"), "line 1: not UTF-8"),
        (b"name: m\nx: \xff\n", "line 2: not UTF-8"),
        (b"name: m\nx: \0\n", "line 2: holds a NUL byte"),
    ],
    ids=["gbk", "utf-16", "bytes", "NUL"],
)
def test_a_file_in_another_encoding_is_told_with_its_line(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(UserError, match=f"mine.yaml, {said}"):
        read_yaml(file)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("name: 费用\n", "utf-8-sig")
    assert read_yaml(file) == {"name": "费用"}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml: cannot be read \(No such file or directory\)"):
        read_yaml(tmp_path / "none.yaml")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda below: (
        st.lists(below, max_size=3) | st.dictionaries(st.text("a1:.no_~", min_size=1, max_size=5), below, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_what_is_written_is_read_as_what_it_was(value: Any) -> None:
    assert parsed(written({"key": value})) == {"key": value}


def test_koc_own_files_mean_the_same_in_both_versions() -> None:
    for file in FOLDER.rglob("*.yaml"):
        if file.name != "posterior.yaml":
            assert read_yaml(file) == _with_text_keys(yaml.safe_load(file.read_text("utf-8"))), file


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(item) for key, item in value.items()}
    return [_with_text_keys(item) for item in value] if isinstance(value, list) else value
