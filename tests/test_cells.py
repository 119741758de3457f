from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_markets import assert_same, market

from experiments.cli import main
from experiments.design import factors as design
from sim.errors import UserError
from sim.market import Market
from sim.results import cells
from sim.results.outcomes import ALWAYS, OF_CELLS
from sim.results.run_result import RunResult
from sim.state.channels import PRIVATE_CHANNELS, PUBLIC_CHANNELS

DAYS, BURN_IN = 45, 10
PRIVATE = [channel.name.lower() for channel in PRIVATE_CHANNELS]
PUBLIC = [channel.name.lower() for channel in PUBLIC_CHANNELS]
ACTIVE: dict[str, Any] = {
    "brands": {"ads": 0.3, "kol": 0.2, "koc": 0.3, "own": 0.2},
    "creators": {"koc_share": 0.05, "entry": 0.2},
}


@pytest.fixture(scope="module")
def kept() -> Market:
    plain = market(seed=3, **ACTIVE)
    return Market(plain.parameters, 3, world=plain.world, burn_in=BURN_IN, keep_cells=True).run(DAYS)


@pytest.fixture(scope="module")
def result(kept: Market) -> RunResult:
    return kept.result()


def test_cells_add_up_to_the_outcomes(result: RunResult) -> None:
    table, outcomes = result.kept["cells"], result.outcomes
    for column in ("views", "orders", "gmv", "gmv_kept"):
        assert table[column].sum() == pytest.approx(outcomes[column], rel=1e-12), column
    assert table["returned"].sum() / (table["returned"] + table["kept"]).sum() == pytest.approx(outcomes["return_rate"])
    daily = result.daily[result.daily["day"] >= BURN_IN]
    assert table["new_customers"].sum() == daily["new_customers"].sum()
    for domain, channels in (("private", PRIVATE), ("public", PUBLIC)):
        part = table[table["channel"].isin(channels)]
        assert part["orders"].sum() / part["views"].sum() == pytest.approx(outcomes[f"{domain}_conversion"])
    split = result.split.set_index("party")["yuan"]
    assert table["pay"].sum() == pytest.approx(split["creator"])
    assert table["fee"].sum() == pytest.approx(split["platform"])
    of_nobody = table[table["tier"] == "none"]
    assert set(of_nobody["channel"]) <= {"listing", "ad", "search", "friend", "recall"}
    assert set(table.loc[table["channel"] == "own_pool", "tier"]) == {"brand"}


def test_funds_add_up_to_the_marketing_cost(result: RunResult) -> None:
    funds = result.kept["funds"]
    assert funds["spent"].sum() == pytest.approx(result.outcomes["marketing_cost"])
    by_fund = funds.groupby("fund")[["spent", "new_customers"]].sum()
    assert (by_fund["spent"] > 0).all()
    assert by_fund.loc["own", "new_customers"] == 0
    for fund, row in by_fund.drop("own").iterrows():
        assert result.outcomes[f"acquisition_cost_{fund}"] == pytest.approx(row["spent"] / row["new_customers"])


def test_weeks_add_up_to_what_creators_earned_and_who_follows_them(kept: Market, result: RunResult) -> None:
    weeks = result.kept["weeks"]
    assert (DAYS - BURN_IN) % 7 == 0
    by_creator = weeks.groupby("creator")[["income", "pages", "gained", "lost"]].sum()
    earned = result.creators.set_index("creator")["income"]
    np.testing.assert_allclose(by_creator.loc[earned.index, "income"], earned)
    assert (by_creator[["pages", "gained", "lost"]] >= 0).all(axis=None) and (by_creator["lost"] > 0).any()
    at_home = market(seed=3, **ACTIVE).run(BURN_IN).m.creators["audience"].astype(int)
    net = (by_creator["gained"] - by_creator["lost"]).to_numpy()[: len(at_home)]
    np.testing.assert_array_equal(at_home + net, kept.m.creators["audience"][: len(at_home)])
    table = result.kept["cells"]
    assert by_creator["pages"].sum() == table.loc[table["tier"] != "none", "views"].sum()


def test_who_moves_is_counted_from_one_purchase_to_the_next() -> None:
    orders = pd.DataFrame(
        {
            "consumer": [1, 1, 1, 2, 1, 1], "category": [0, 0, 1, 0, 0, 0], "brand": [5, 5, 7, 6, 6, 5],
            "returned": [False, False, False, False, True, False], "is_in": [False, True, True, True, True, True],
        }
    )  # fmt: skip
    found = cells.successions(orders)
    assert found[["before", "brand"]].to_numpy().tolist() == [[5, 5], [5, 5]]


def test_outcomes_of_cells_are_there_and_in_range(result: RunResult) -> None:
    assert list(result.outcomes) == [*ALWAYS, *OF_CELLS]
    shares = ("switching", "switching_public", "loyal_customers", "worst_goods", "follower_orders", "koc_living")
    for name in shares:
        assert 0 <= result.outcomes[name] <= 1, name
    assert result.outcomes["koc_income_10"] <= result.outcomes["koc_income_50"] <= result.outcomes["koc_income_90"]
    table = result.kept["switching"]
    stays = table.loc[table["from"] == table["to"], "purchases"].sum()
    assert result.outcomes["switching"] == pytest.approx(1 - stays / table["purchases"].sum())


def test_a_market_that_keeps_cells_is_the_same_market(kept: Market) -> None:
    plain = Market(kept.parameters, 3, world=kept.world, burn_in=BURN_IN, keep_orders=True).run(DAYS)
    other = Market(kept.parameters, 3, world=kept.world, burn_in=BURN_IN, keep_cells=True).run(DAYS)
    np.testing.assert_equal(other.outcomes(), other.result().outcomes)
    outcomes = {name: other.outcomes()[name] for name in ALWAYS}
    other.cells = None
    assert_same(plain, other)
    np.testing.assert_array_equal(list(plain.result().outcomes.values()), list(outcomes.values()))


def test_a_market_that_keeps_cells_is_not_put_aside(kept: Market, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="keep_cells"):
        kept.save(tmp_path / "market.npz")
    assert not list(tmp_path.iterdir())


def test_tables_are_kept_where_they_are_asked_for(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny = [
        "run", "experiment=single", "market.consumers=200", "experiment.seeds=1", "experiment.days=12",
        "experiment.burn_in=4", "executor=serial", "experiment.name=one",
    ]  # fmt: skip
    latest = Path("results/one/latest")
    assert main([*tiny, "experiment.keep=outcomes"]) == 0
    assert main([*tiny, "experiment.keep=orders"]) == 0
    orders, trees = (pd.read_parquet(latest / f"{name}.parquet") for name in design.ORDERS)
    runs = pd.read_parquet(latest / "runs.parquet")
    assert orders.loc[orders["day"] >= 4, "price"].sum() == pytest.approx(runs.loc[0, "gmv"])
    assert trees["size"].sum() == len(orders) and {"first_channel", "root", "depth"} <= set(orders)
    assert set(OF_CELLS) <= set(runs)
    assert {path.stem for path in latest.glob("*.parquet")} >= {*design.CELLS, *design.ORDERS}
    assert main(["verify", str(latest)]) == 0

    assert main([*tiny, "experiment.keep=cells"]) == 0  # from the store
    assert not (latest / "orders.parquet").exists() and (latest / "cells.parquet").exists()
    assert main([*tiny, "experiment.keep=tables"]) == 0
    assert not set(OF_CELLS) & set(pd.read_parquet(latest / "runs.parquet"))
    assert main(["verify", str(latest)]) == 0
    capsys.readouterr()
