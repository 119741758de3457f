"""A market to watch: change a policy, press play, see the days. Run it with ``solara run app.py`` (extra ``live``)."""

from __future__ import annotations

from typing import Any

import solara
from mesa.visualization import Slider, SolaraViz, make_plot_component

from experiments.design.configuration import load_settings
from sim.market import Market
from sim.results.outcomes import OUTCOMES

WEEK = 7
SHOWN = ("gmv", "platform_revenue", "marketing_cost", "consumer_surplus")
SLIDERS: dict[str, Any] = {
    "take": Slider("Platform takes, % of a sale", 5, 0, 20, 1),
    "commission": Slider("Creators' commission, % of a sale", 10, 0, 40, 1),
    "budget": Slider("Brands spend a week, yuan a consumer", 0.65, 0, 3, 0.05),
    "kocs": Slider("People who begin as KOCs, %", 1.5, 0, 10, 0.5),
    "consumers": Slider("People", 1_000, 200, 5_000, 200),
    "seed": Slider("Seed", 1, 0, 99, 1),
}


class LiveMarket(Market):
    """A market of a few parameters, as sliders set them; per cent where the market takes shares."""

    def __init__(
        self, take: float = 5, commission: float = 10, budget: float = 0.65, kocs: float = 1.5, consumers: int = 1_000,
        seed: int = 1,
    ) -> None:  # fmt: skip
        overrides = {
            "platform.take_rate": take / 100, "creators.commission": commission / 100, "creators.koc_share": kocs / 100,
            "brands.weekly_budget": budget, "market.consumers": consumers,
        }  # fmt: skip
        given = [f"{key}={value}" for key, value in overrides.items()]
        super().__init__(load_settings(["experiment=single", *given]).parameters, seed)


@solara.component
def Today(market: Market) -> None:
    """The last seven days in words."""
    days = market.datacollector.get_model_vars_dataframe().tail(WEEK)
    with solara.Card(f"{market!r}"):
        if days.empty:
            solara.Text("Press play. The first market compiles for a minute or two, once.")
        for name in SHOWN if len(days) else ():
            solara.Text(f"{OUTCOMES[name].label}: {days[name].mean():,.0f} yuan a day", style={"display": "block"})


COMPONENTS = [
    Today,
    make_plot_component(["gmv", "consumer_surplus", "platform_revenue"]),
    make_plot_component(["public_orders", "private_orders"]),
    make_plot_component(["kocs", "kols"]),
    make_plot_component("trust"),
]


@solara.component
def Page() -> None:
    """The page that Solara serves."""
    market = solara.use_memo(LiveMarket, [])
    SolaraViz(market, components=COMPONENTS, model_params=SLIDERS, name="KOC market", play_interval=1)
