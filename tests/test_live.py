"""What Mesa's own tools find in a market: its collector, a batch, a page in a browser."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pytest
from small_markets import market

from experiments import Experiment
from sim.market import Market
from sim.results.recorder import DAILY

APP = Path(__file__).parent.parent / "app.py"


def test_the_collector_has_every_day_without_being_asked() -> None:
    one = market()
    assert list(one.datacollector.get_model_vars_dataframe().columns) == list(DAILY[1:])
    one.run(3)
    found = one.datacollector.get_model_vars_dataframe()
    np.testing.assert_array_equal(found["gmv"], one.daily()["gmv"])
    assert found.index.tolist() == [0, 1, 2] and one.datacollector.model_vars["gmv"] == found["gmv"].tolist()


def test_a_batch_of_mesa_has_the_daily_figures() -> None:
    one = market()
    rows = mesa.batch_run(
        Market, {"parameters": [one.parameters], "seed": [1, 2]}, max_steps=2, display_progress=False,
        data_collection_period=1,
    )  # fmt: skip
    assert len(rows) == 6 and {row["seed"] for row in rows} == {1, 2}
    lived = Market(one.parameters, 2).run(3)
    assert [row["gmv"] for row in rows if row["seed"] == 2] == lived.daily()["gmv"].tolist()


def test_reprs_tell() -> None:
    one = market(days=3)
    assert all(told in repr(one) for told in ("300 people", "seed=1", "day 3"))
    assert f"{len(one.result().outcomes)} outcomes" in repr(one.result()) and "daily (3 rows)" in repr(one.result())
    one.close()
    assert repr(one) == "Market(closed)"
    told = repr(
        Experiment("experiment=single", "experiment.seeds=2", design={"vary": {"creators.claim_inflation": [1, 2]}})
    )
    assert "single" in told and "2 seeds" in told and "not run yet" in told


@pytest.fixture
def app() -> Any:
    pytest.importorskip("solara", reason="the extra live is not installed")
    spec = importlib.util.spec_from_file_location("koc_app", APP)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_page_shows_the_market_and_its_days(app: Any) -> None:
    """In Mesa's viewer, with nobody at a browser: words of the last days, a picture for each plot."""
    import solara
    from mesa.visualization import SolaraViz

    assert len(APP.read_text("utf-8").splitlines()) <= 80
    one = app.LiveMarket(consumers=200, take=12).run(2)
    assert one.parameters.platform.take_rate == 0.12
    page = SolaraViz(one, components=list(app.COMPONENTS), model_params=app.SLIDERS)
    box, context = solara.render(page, handle_error=False)
    try:
        shown = list(_widgets(box))
        kinds = [type(each).__name__ for each in shown]
        texts = [text for each in shown for text in getattr(each, "children", ()) if isinstance(text, str)]
        assert kinds.count("Image") == len(app.COMPONENTS) - 1
        assert repr(one) in texts and f"GMV: {one.daily()['gmv'].mean():,.0f} yuan a day" in texts
    finally:
        context.close()


def _widgets(widget: Any) -> Iterator[Any]:
    yield widget
    for inside in [*getattr(widget, "children", ()), *getattr(widget, "items", ())]:
        if hasattr(inside, "comm"):
            yield from _widgets(inside)
