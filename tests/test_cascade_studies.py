"""Studies of cascades: closed forms, other programs, and what is read off cascades."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from asked import asked
from scipy import stats

from cascade import Cascades, independent_cascade, spread
from experiments.studies import bakshy, cascades, goel
from experiments.studies.models.campaigns import MIDDLE, STRATEGIES, Counts
from experiments.studies.models.plain_graphs import divided, followed, scale_free, small_world
from experiments.studies.models.virality import Facts
from sim.errors import UserError
from sim.graphs.graph import from_ties

# --- cascades against other programs -------------------------------------------------------------------------------


def test_a_wrong_probability_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same study fails where ours persuades 5 % more often than theirs."""
    pytest.importorskip("cynetdiff")

    def more(graph: Any, probability: Any, seed: int) -> Any:
        return independent_cascade(graph, np.minimum(1.05 * np.asarray(probability), 1.0), seed)

    monkeypatch.setattr(cascades, "independent_cascade", more)
    monkeypatch.setattr(cascades, "is_installed", lambda module: module.startswith("cynetdiff"))
    made = asked(cascades, people=300, runs=10_000)
    failed = [check.name for check in made.checks if not check.passed]
    assert any("star" in name for name in failed)
    assert any("small world" in name for name in failed)


def test_without_either_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascades, "is_installed", lambda module: False)
    with pytest.raises(UserError, match="validation"):
        asked(cascades, runs=200)


# --- structural virality -------------------------------------------------------------------------------------------


def test_among_followers_the_size_is_that_of_a_branching_process() -> None:
    """Mean 1 / (1 - R0), and 1 - R0² of all adoptions at most a step away, whatever the law of followers."""
    graph = followed(scale_free(50_000, 10, seed=1), seed=2)
    for ratio in (0.2, 0.6):
        facts = Facts.of(goel.cascades(graph, ratio, 200_000))
        for found, expected in ((facts.size, 1 / (1 - ratio)), (facts.near, 1 - ratio**2)):
            assert abs(found[0] - expected) < 4 * (found[2] - found[0]) / 1.96


def test_too_few_large_cascades_are_refused() -> None:
    with pytest.raises(UserError, match="0 cascades"):
        asked(goel, people=1_000, cascades=1_000)


def test_broadcasts_have_a_virality_of_two() -> None:
    leaves = np.arange(1, 400)
    star = from_ties(400, np.zeros(399, np.int64), leaves)
    out = spread(star, independent_cascade(star, 0.5, 1), np.zeros((200, 1), np.int64))
    facts = Facts.of(out)
    np.testing.assert_allclose(out.virality, 2 * (out.size - 1) / out.size)
    assert facts.virality[0] < 2
    assert facts.near[0] == 1
    assert facts.large[0] == 1


def test_facts_of_made_up_cascades() -> None:
    size = np.array([1, 1, 4, 2])
    facts = Facts.of(Cascades(size, np.array([0, 0, 2, 1]), np.array([0, 0, 2, 1]), np.full(4, np.nan)))
    assert facts.size[0] == 2
    assert facts.near[0] == pytest.approx(7 / 8)
    assert facts.large[0] == 0


# --- influencers ---------------------------------------------------------------------------------------------------


def test_cost_decides_between_few_and_many_followers() -> None:
    """With influence 3 and 4 from 1 and 10 followers: the second is cheaper once (a + 10) / 4 < (a + 1) / 3, a > 26."""
    rate = bakshy.reached_per_cost(np.array([1.0, 10.0]), np.array([3.0, 4.0]))
    np.testing.assert_array_equal(rate.argmax(axis=0), bakshy.RATIOS > 26)


def test_where_hubs_take_over() -> None:
    hub, ratios = bakshy.GROUPS - 1, len(bakshy.RATIOS)
    cheapest = np.zeros((3, ratios), np.int64)
    cheapest[0, 20:] = hub
    cheapest[1, 5:9] = hub  # for a while, but not for good
    cheapest[2] = hub
    turns = bakshy.Seeds(cheapest, cheapest, cheapest, np.zeros((3, hub + 1))).turns
    np.testing.assert_array_equal(turns, [bakshy.RATIOS[20], np.inf, bakshy.RATIOS[0]])


# --- seeding -------------------------------------------------------------------------------------------------------


def test_status_takes_ties_away_between_unequals() -> None:
    graph = scale_free(2_000, 10, seed=1)
    degree = np.diff(graph.offsets)
    assert divided(graph, 0.0, 1).friends.tolist() == graph.friends.tolist()
    before = graph
    for status in (0.5, 1.0):
        left = divided(graph, status, 1)
        ties = [
            set(zip(np.repeat(np.arange(2_000), np.diff(g.offsets)).tolist(), g.friends.tolist(), strict=True))
            for g in (before, left)
        ]
        assert ties[1] < ties[0]
        before = left
    one = np.repeat(np.arange(2_000), degree)
    ratio = np.minimum(degree[one], degree[graph.friends]) / np.maximum(degree[one], degree[graph.friends])
    expected, kept = ratio.sum() / 2, len(before.friends) / 2
    assert stats.norm.sf(abs(kept - expected) / np.sqrt((ratio * (1 - ratio)).sum() / 2)) > 1e-4


def test_the_winner_is_the_best_of_a_cell() -> None:
    counts = {(MIDDLE, name): np.array([1.0, 2.0, 3.0]) for name in STRATEGIES}
    counts[MIDDLE, "hubs"] = np.array([11.0, 12.0, 13.1])
    name, lead = Counts(counts, counts).winner(MIDDLE)
    assert name == "hubs"
    assert lead.clear
    assert lead.value == pytest.approx(10.03, abs=0.01)


def test_plain_graphs_have_the_degrees_asked_for() -> None:
    assert small_world(500, 6, seed=1).offsets[-1] == 3000
    graph = scale_free(500, 6, seed=1)
    told = followed(graph, seed=1)
    np.testing.assert_array_equal(told.offsets, graph.offsets)
    assert len(told.friends) == len(graph.friends)
