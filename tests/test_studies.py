"""What every study promises: verdicts that can be trusted, and a lab that can be worked through. Small versions."""

from __future__ import annotations

import math
from importlib import util
from pathlib import Path

import pytest
from asked import asked
from test_exposure import write_networks
from test_lab_language import english_in
from test_lookalikes import clustered

from experiments.drawing.style import words_of
from experiments.measures.checks import Verdict, above, below, covers, within
from experiments.settings.language import Language, speaking
from experiments.studies import catalogue, conduct, words
from experiments.studies.conduct import Answer
from experiments.studies.models.lookalikes import write_ties

SMALL: dict[str, dict[str, float]] = {
    "demand": {"people": 500, "larger": 1_000, "seeds": 3},
    "bass": {"people": 1_500, "seeds": 12},
    "threshold": {"runs": 2},
    "goldenberg": {"people": 1_500, "runs": 50},
    "watts_dodds": {"people": 1_000, "networks": 1, "cascades": 12},
    "rivals": {"people": 500, "seeds": 3, "periods": 8},
    "goel": {"people": 50_000, "cascades": 300_000, "persuaded": 0.6},
    "music_market": {"catalogues": 3, "worlds": 2, "people": 1_000, "days": 5},
    "seeding": {"people": 200, "days": 5, "seeds": 3},
    "bakshy": {"people": 2_000, "seeds": 1_000},
    "two_sided": {"people": 500, "seeds": 3, "days": 30},
    "cascades": {"people": 300, "runs": 2_000, "slow_runs": 20},
    "finite_size": {"largest": 5_000, "seeds": 3, "days": 20},
    "diffusion_networks": {"seeds": 3, "shuffles": 39, "days": 120},
    "real_graphs": {"seeds": 2, "days": 8, "burn_in": 4},
    "repeat_purchases": {"seeds": 2, "consumers": 3_000, "burn_in": 30},
    "calibration": {"markets": 2},
    "metamorphic": {"worlds": 5},
}
LONGEST = 150  # lines of a study


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as of published data: three networks with times of adoption, and one large graph."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "netdiffuser").mkdir()
    (folder / "lastfm_asia").mkdir()
    write_networks(folder / "netdiffuser")
    write_ties(clustered(400, 6.0, 0.1), folder / "lastfm_asia" / "edges.csv.gz")
    return folder


def answered(name: str, data: Path) -> Answer:
    """What the small version of a study answers."""
    study = catalogue.study(name)
    for package in study.STUDY.extra.split():
        if util.find_spec(package) is None:
            pytest.skip(f"{package} is missing")
    return asked(study, data, **SMALL[name])


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_a_study_answers(name: str, data: Path) -> None:
    """Every check has numbers and says by whom it is known; the figure is drawn from numbers; words are whole."""
    made = answered(name, data)
    assert made.checks
    for check in made.checks:
        assert check.expected and check.source, check.title
        assert not check.low > check.high, check.title
        assert check.verdict == "inconclusive" or math.isfinite(check.found), check.title
    for drawing in made.figures.values():
        assert drawing.title and drawing.caption
        assert len(drawing.data) > 3
    assert all(sentence.endswith(".") and "nan" not in sentence for sentence in made.sentences)
    assert english_in(shown_in_chinese(name, made)) == set()


@pytest.mark.parametrize("name", ["bass", "threshold", "cascades", "metamorphic"])
def test_what_must_hold_at_any_size_passes(name: str, data: Path) -> None:
    """Closed forms, exact laws, other programs, and what must not matter; seeds are fixed, so none fails by chance."""
    checks = answered(name, data).checks
    assert [check for check in checks if not check.passed] == []


def test_every_kind_of_tie_makes_the_product_spread_faster(data: Path) -> None:
    checks = answered("goldenberg", data).checks
    for mark in (16, 95):
        faster = [check.passed for check in checks if check.name.startswith(f"Days to {mark} %, elasticity")]
        assert faster and all(faster)
        weak = [check for check in checks if check.name.endswith("by one point") and f" {mark} %" in check.name]
        assert [(check.found > 0, check.verdict != "fail") for check in weak] == [(True, True)]


def test_contagion_is_found_as_strong_as_it_was_put_in(data: Path) -> None:
    """The networks were made with an odds ratio of 2: contagion is in them, the published figures are not."""
    passed = {check.name: check.passed for check in answered("diffusion_networks", data).checks}
    assert not passed["Korea: odds of adopting with an adopter among those named, people of the same period compared"]
    assert passed["Korea: the same within village and period"]
    assert passed["Brazil: the same within village and period"]


def test_the_published_fits_to_cdnow_are_found_again(data: Path) -> None:
    fits = [check.passed for check in answered("repeat_purchases", data).checks if check.name.startswith("CDNOW")]
    assert fits and all(fits)


def shown_in_chinese(name: str, made: Answer) -> list[str]:
    """All that a lab shows in Chinese but references."""
    known = conduct.options_of(catalogue.study(name).Options).values()
    with speaking(Language.zh):
        front = words.front_of(name, catalogue.study(name).STUDY)
        found = conduct.retold(name, made)
        options = [words.told(name, str(one.description)) for one in known]
    told = [front.title, front.question, front.change.partition(":")[2], front.self_check, *options, *found.sentences]
    told += [text for check in found.checks for text in (check.name, check.expected, check.note, check.changed)]
    told += [text for one in found.figures.values() for text in (one.title, one.caption, *words_of(one.figure))]
    cells = [] if found.table is None else [*found.table.columns, *found.table.to_numpy().ravel()]
    return told + [cell for cell in cells if isinstance(cell, str)]


@pytest.mark.parametrize("name", catalogue.NAMES)
def test_a_study_is_a_lab_in_one_short_file(name: str) -> None:
    study = catalogue.study(name)
    words, colon, look = study.STUDY.change.partition(":")
    given = words.replace(",", " ").replace(" or ", " ").split()
    assert colon and look
    assert given
    assert conduct.request(name, given, None) != conduct.request(name, [], None)
    assert study.STUDY.question and study.STUDY.self_check and study.STUDY.source
    assert len(Path(str(study.__file__)).read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.2, "pass"), (-0.2, -0.1, "fail"), (-0.1, 0.1, "inconclusive"), (-math.inf, math.inf, "inconclusive"),
     (math.nan, math.nan, "inconclusive"), (-0.1, 0.0, "fail")],
)  # fmt: skip
def test_a_side_is_inconclusive_where_the_interval_holds_both(low: float, high: float, expected: Verdict) -> None:
    assert above("", 0, (0.0, low, high)).verdict == expected
    assert below("", 0, (0.0, -high, -low)).verdict == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1.0, 2.0, "pass"), (0.5, 0.9, "fail"), (2.1, 3.0, "fail"), (0.9, 1.5, "inconclusive"), (0, 3, "inconclusive"),
     (-math.inf, math.inf, "inconclusive"), (math.nan, math.nan, "inconclusive")],
)  # fmt: skip
def test_a_range_is_inconclusive_where_the_interval_reaches_out_of_it(
    low: float, high: float, expected: Verdict
) -> None:
    assert within("", 1, 2, (1.5, low, high)).verdict == expected


def test_an_interval_without_ends_covers_nothing() -> None:
    assert [covers("", 1, (1, *ends)).verdict for ends in ((0, 1), (1.1, 2), (-math.inf, math.inf))] == [
        "pass", "fail", "inconclusive",
    ]  # fmt: skip
    assert above("", 1, 2.0).verdict == "pass"
    assert above("", 1, 1.0).verdict == "fail"


def test_why_it_fails_is_told_where_it_does() -> None:
    said = [above("", 0, found, note="n", otherwise="o").note for found in ((1, 0.5, 2), (0, -1, 1), (-1, -2, -0.5))]
    assert said == ["n", "n", "n o"]
