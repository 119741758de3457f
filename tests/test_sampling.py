from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.cli import main
from experiments.design.expressions import Expression
from experiments.design.sampling import Design, Points, draw, paths_set
from experiments.settings.mistakes import validated
from sim.errors import UserError
from sim.parameters import Parameters

BASE = Parameters().model_dump(mode="json")
INFLATION, EFFORT, ANSWERS = "creators.claim_inflation", "creators.effort_cost", "creators.posts_most"


def drawn(**keys: Any) -> Points:
    return draw(validated(Design, keys), BASE)


def column(points: Points, path: str) -> list[Any]:
    return [row[path] for row in points.rows]


def test_a_grid_crosses_values_and_ranges_the_last_varying_fastest() -> None:
    points = drawn(vary={INFLATION: [1, 2], EFFORT: {"low": 0, "high": 1}}, points=3)
    assert points.columns == (INFLATION, EFFORT)
    assert points.rows == [{INFLATION: inflation, EFFORT: effort} for inflation in (1, 2) for effort in (0, 0.5, 1)]


def test_a_range_on_a_log_scale_has_equal_ratios() -> None:
    points = drawn(vary={INFLATION: {"low": 0.5, "high": 8, "scale": "log"}}, points=5)
    assert column(points, INFLATION) == pytest.approx([0.5, 1, 2, 4, 8])


def test_zip_goes_along_all_at_once() -> None:
    points = drawn(sample="zip", vary={INFLATION: [1, 2, 3], EFFORT: {"low": 0, "high": 4}})
    assert points.rows == [{INFLATION: 1, EFFORT: 0}, {INFLATION: 2, EFFORT: 2}, {INFLATION: 3, EFFORT: 4}]


def test_points_can_be_listed_and_paths_be_nested_or_dotted() -> None:
    points = drawn(list=[{INFLATION: 1, EFFORT: 2}, {"creators": {"claim_inflation": 3, "effort_cost": 4}}])
    assert points.rows == [{INFLATION: 1, EFFORT: 2}, {INFLATION: 3, EFFORT: 4}]
    assert drawn(vary={"creators": {"claim_inflation": [1]}}) == drawn(vary={INFLATION: [1]})


def test_points_come_from_a_file_to_the_bit(tmp_path: Path) -> None:
    table = pd.DataFrame({INFLATION: [0.1 + 0.2, 1 / 3], "graph.kind": ["small_world", "scale_free"]})
    table.to_csv(tmp_path / "points.csv", index=False)
    points = drawn(file=str(tmp_path / "points.csv"))
    assert points.rows == table.to_dict("records")


@pytest.mark.parametrize("sample", ["random", "latin_hypercube", "sobol"])
def test_drawn_points_lie_within_and_are_the_same_for_the_same_seed(sample: str) -> None:
    keys: dict[str, Any] = {
        "sample": sample, "points": 64,
        "vary": {INFLATION: "plausible", ANSWERS: {"low": 2, "high": 6}, "graph.kind": ["small_world", "scale_free"]},
    }  # fmt: skip
    points = drawn(**keys)
    assert len(points.rows) == 64 and points.note == ""
    assert all(0 <= inflation <= 5 for inflation in column(points, INFLATION))
    assert set(column(points, ANSWERS)) == {2, 3, 4, 5, 6}
    assert set(column(points, "graph.kind")) == {"small_world", "scale_free"}
    assert drawn(**keys) == points
    assert drawn(**keys, seed=1) != points


def test_a_latin_hypercube_has_one_point_in_each_stratum() -> None:
    points = drawn(sample="latin_hypercube", points=50, vary={INFLATION: {"low": 0, "high": 5}, EFFORT: "plausible"})
    assert sorted(int(inflation * 10) for inflation in column(points, INFLATION)) == list(range(50))


def test_a_sobol_sequence_is_balanced_at_powers_of_two_and_says_when_it_is_not() -> None:
    vary = {INFLATION: {"low": 0, "high": 4}, EFFORT: {"low": 0, "high": 4}}
    points = drawn(sample="sobol", points=64, vary=vary)
    cells = {(int(row[INFLATION] * 2), int(row[EFFORT] * 2)) for row in points.rows}
    assert len(cells) == 64  # each of 8 x 8 holds one
    assert (
        "48 points are no power of two: a Sobol sequence is balanced at 32 or 64"
        in drawn(sample="sobol", points=48, vary=vary).note
    )


@pytest.mark.parametrize("sample", ["random", "sobol"])
def test_more_points_begin_with_the_same_points(sample: str) -> None:
    few, many = (drawn(sample=sample, points=count, vary={INFLATION: "plausible"}) for count in (16, 64))
    assert many.rows[:16] == few.rows


def test_derived_parameters_follow_from_others_and_from_each_other() -> None:
    derived = {"brands.koc": "1 - brands.ads", "brands.kol": "1 - brands.ads - brands.koc"}
    points = drawn(vary={"brands.ads": [0.2, 0.4]}, derived=derived)
    assert points.columns == ("brands.ads", "brands.koc", "brands.kol")
    assert [(row["brands.koc"], row["brands.kol"]) for row in points.rows] == [(0.8, 0), (0.6, 0)]


def test_a_derived_whole_number_is_rounded_and_may_rest_on_what_does_not_vary() -> None:
    points = drawn(vary={INFLATION: [1]}, derived={"market.consumers": "market.consumers / 3"})
    assert column(points, "market.consumers") == [3333]


def test_constraints_leave_points_out_and_say_how_many() -> None:
    points = drawn(
        vary={INFLATION: [1, 2, 3], EFFORT: [1, 2, 3]}, constraints=["creators.claim_inflation < creators.effort_cost"]
    )
    assert [tuple(row.values()) for row in points.rows] == [(1, 2), (1, 3), (2, 3)]
    assert points.left_out == 6


def test_a_grid_has_no_point_twice_where_rounding_makes_some_equal() -> None:
    assert column(drawn(vary={ANSWERS: {"low": 1, "high": 3}}, points=9), ANSWERS) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 - 2 * 3 ** 2 / 4", -3.5), ("-7 // 2 + 7 % 4", -1), ("min(a.b, 3) + max(1, a.b) + abs(-1)", 5.0),
        ("1 < a.b <= 2 and not a.b == 1", True), ("10 if a.b > 3 else 20", 20), ("sqrt(4) + log(exp(1.0))", 3.0),
        ("round(a.b + 0.6)", 3), ("kind == 'small_world'", True), ("a.b > 5 or a.b > 1", True),
    ],
)  # fmt: skip
def test_expressions_are_arithmetic(text: str, value: Any) -> None:
    assert Expression.parse(text).value({"a.b": 2, "kind": "small_world"}) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "().__class__", "[x for x in (1,)]", "lambda: 1", "open('f')", "a[0]",
        "1 +", "f'{a}'", "(a := 1)", "min(*a)", "max(a, key=b)", "{1: 2}", "1 @ 2", "1 << 9", "a.b()", "yield", "",
        "1j", "x" * 600, "b'a'", "None",
    ],
)  # fmt: skip
def test_expressions_are_nothing_but_arithmetic(text: str) -> None:
    with pytest.raises(UserError):
        Expression.parse(text)


@pytest.mark.parametrize(
    "text", ["1 / a", "9.0 ** 9 ** 9", "log(a)", "'x' * 9", "'x' + 1", "(-8) ** 0.5", "1e308 * 10"]
)
def test_what_cannot_be_computed_is_told(text: str) -> None:
    with pytest.raises(UserError, match=r"cannot be computed|expected a finite number"):
        Expression.parse(text).value({"a": 0})


def test_expressions_agree_with_python() -> None:
    text = "a.b ** 2 / 3 - (a.c + 1) * 0.7 + min(a.b, a.c)"
    values = np.random.default_rng(3).uniform(0.1, 5, (50, 2)).tolist()
    for b, c in values:
        assert Expression.parse(text).value({"a.b": b, "a.c": c}) == b**2 / 3 - (c + 1) * 0.7 + min(b, c)
        assert math.isfinite(b)


def test_derived_parameters_follow_each_other_whatever_their_order() -> None:
    derived = {INFLATION: "market.choice.risk * 2", "market.choice.risk": f"{EFFORT} / 4"}
    for given in (derived, dict(reversed(derived.items()))):
        points = drawn(vary={EFFORT: [2, 4]}, derived=given)
        assert column(points, "market.choice.risk") == [0.5, 1.0] and column(points, INFLATION) == [1.0, 2.0]


def test_what_is_derived_in_a_circle_is_refused() -> None:
    derived = {INFLATION: f"{EFFORT} + 1", EFFORT: "market.choice.risk", "market.choice.risk": INFLATION}
    with pytest.raises(UserError, match=r"creators\.claim_inflation from .* follow from each other"):
        drawn(vary={ANSWERS: [1, 2]}, derived=derived)


def test_a_constraint_is_a_comparison() -> None:
    with pytest.raises(UserError, match=r"point 0: 'creators\.claim_inflation' is 1, expected a comparison"):
        drawn(vary={INFLATION: [1, 2]}, constraints=[INFLATION])


@pytest.mark.parametrize("text", ["'%999999999999d' % 3 == 'a'", "'a' * 999999999999 == 'a'"])
def test_text_is_neither_repeated_nor_filled_in(text: str) -> None:
    """In Python it would be, to any length."""
    with pytest.raises(UserError, match="text can be compared, not multiplied or divided"):
        drawn(vary={INFLATION: [1, 2]}, constraints=[text])


def test_what_a_design_sets_is_known_however_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(f"{INFLATION},{EFFORT}\n1,2\n")
    for keys in ({"vary": {INFLATION: [1], EFFORT: [2]}}, {"list": [{INFLATION: 1, "creators": {"effort_cost": 2}}]},
                 {"file": str(tmp_path / "points.csv")},
                 {"vary": {INFLATION: [1]}, "derived": {EFFORT: INFLATION}}):  # fmt: skip
        assert paths_set(validated(Design, keys)) == {INFLATION, EFFORT}


def test_a_grid_is_counted_before_it_is_made() -> None:
    ends = {"low": 0, "high": 1}
    vary = {"creators.integrity": ends, "graph.rewiring": ends, "brands.adapt": ends}
    with pytest.raises(UserError, match="a grid of 1000000000000000000 points, expected at most 1000000"):
        drawn(vary=vary, points=1_000_000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("market.people.city_tiers * 3000000000", "a list can be compared, not multiplied or divided"),
        ("market.people.city_tiers + market.people.city_tiers", "a list can be compared"),
        ("9 ** 9 ** 9 ** 9", "out of range"),
        ("round(0.5, 10 ** 10)", "cannot be computed"),
    ],
)
def test_an_expression_ends(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        drawn(vary={INFLATION: [1]}, derived={"creators.integrity": text})


def test_whole_numbers_are_rounded_to_any_digits_at_once() -> None:
    assert Expression.parse("round(5, -10000000000)").value({}) == 0
    assert Expression.parse("round(2.567, 1)").value({}) == 2.6
    assert type(Expression.parse("round(2.5)").value({})) is int


def test_a_design_names_a_parameter_once() -> None:
    with pytest.raises(UserError, match=r"creators\.claim_inflation is given twice, as one key and as several"):
        drawn(vary={INFLATION: [1], "creators": {"claim_inflation": [2]}})


FILES = {
    ",creators.claim_inflation,creators.effort_cost\n0,1.5,4\n1,3,8\n": "pandas with its index",
    "creators.claim_inflation;creators.effort_cost\n1.5;4\n3;8\n": "semicolons",
    "creators.claim_inflation\tcreators.effort_cost\n1.5\t4\n3\t8\n": "tabs",
    "\ufeffcreators.claim_inflation, creators.effort_cost\r\n 1.5,4\r\n\r\n3 ,8\r\n": "a spreadsheet's",
}


@pytest.mark.parametrize("text", FILES, ids=FILES.values())
def test_points_are_read_as_spreadsheets_and_pandas_write_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(text, "utf-8", newline="")
    assert drawn(file=str(tmp_path / "points.csv")).rows == [{INFLATION: 1.5, EFFORT: 4}, {INFLATION: 3, EFFORT: 8}]


BROKEN = {
    "creators.claim_inflation,\n1,2\n": "line 1: column 2 has no name; expected a parameter",
    ",creators.claim_inflation\n5,1\n7,2\n": "line 1: column 1 has no name; expected a parameter",
    ",\n0,\n": "no points in it",
    'creators.claim_inflation\n"1\n': "line 2: not csv",
    "creators.claim_inflation,creators.claim_inflation\n1,2\n": "line 1: a parameter is named twice",
    "creators.claim_inflation\n1\n# \xd6\xd0\n": "line 3: not UTF-8",
}


@pytest.mark.parametrize("text", BROKEN, ids=BROKEN.values())
def test_a_broken_file_of_points_is_told_with_its_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError) as told:
        drawn(file=str(file))
    assert str(told.value).startswith(str(file)) and BROKEN[text] in str(told.value)


DESIGN = "experiment.design"
MESSAGES = {
    "vary={brands.own_pots: [1]}": f"{DESIGN}: brands.own_pots is no parameter; did you mean 'brands.own_posts'?",
    "vary={market.choice.risk: [1,-3]}": "point 1: market.choice.risk=-3: expected a number from 0 to 10 (1/utility)",
    "vary={creators.effort_cost: {low: 2, high: 1}}": f"{DESIGN}.vary.creators.effort_cost: low=2 is not below high=1",
    "vary={creators.claim_inflation: 3}": (
        f"{DESIGN}.vary.creators.claim_inflation=3: expected values [1,2,3], {{low: 1, high: 3}} or plausible"
    ),
    "sample=sobol": f"{DESIGN}: vary is empty: sample=sobol needs it",
    "file=ragged.csv": "ragged.csv line 3: expected 2 values, one for each parameter",
    "constraints=[creators.claim_inflation > 1]": (
        f"{DESIGN}.constraints: nothing varies that could fulfil them; expected vary, list or file"
    ),
}


@pytest.mark.parametrize("given", MESSAGES)
def test_the_line_names_what_is_wrong_and_what_would_be_right(
    given: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("ragged.csv").write_text("creators.claim_inflation,graph.rewiring\n1,0.1\n2\n")
    assert main(["run", "experiment=single", f"{DESIGN}.{given}"]) == 2
    assert capsys.readouterr().err == f"koc: {MESSAGES[given]}\n"
