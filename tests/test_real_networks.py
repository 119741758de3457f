"""The studies of real networks and purchases, on data made up here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_exposure import write_networks

from experiments.studies.models.contagion import ALOUD, MANY, Telling, log_ratios, ratio, replayed
from experiments.studies.models.exposure import Network, read_network
from experiments.studies.models.graph_effects import BASE, EFFECTS, FREE, PRIVATE, Runs


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of three networks with times of adoption."""
    folder = tmp_path_factory.mktemp("data") / "netdiffuser"
    folder.mkdir()
    write_networks(folder)
    return folder


@pytest.mark.slow
def test_words_make_contagion_and_nothing_else_does(networks: Path) -> None:
    ties, network = networks / "kfamily_edges.csv", read_network(networks, "kfamily")

    def runs(telling: Telling, goods: int) -> list[Network]:
        return [replayed(network, ties, telling, goods, seed, 600) for seed in range(60)]

    told, silent = runs(ALOUD, MANY), runs(Telling(0), 1)
    assert ratio(log_ratios(told, "village")).low > 1
    without = log_ratios(silent, "village")
    assert abs(without.mean()) < 4 * without.std(ddof=1) / np.sqrt(len(without))


def test_effects_are_differences_of_arms_of_one_seed() -> None:
    rows = {
        ("real", arm, seed): {"gmv": (seed + 1) * (1 + 0.1 * place), "koc_retention": place / 4}
        for place, arm in enumerate((BASE, PRIVATE, FREE))
        for seed in range(3)
    }
    found = Runs(pd.DataFrame(rows).T.rename_axis(["graph", "arm", "seed"]), {})
    gmv, _, free, retention = EFFECTS
    assert found.of(gmv, "real").tolist() == pytest.approx([0.1] * 3)
    assert found.of(free, "real").tolist() == pytest.approx([1.2 / 1.1 - 1] * 3)
    assert found.of(retention, "real").tolist() == pytest.approx([0.25] * 3)
