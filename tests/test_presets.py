"""Presets of platforms: each is a market in which people buy, and is what its file says; silence and city tiers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_markets import market, parameters

from experiments.claims import rows
from experiments.claims.plan import plan
from experiments.design.configuration import load_settings
from experiments.settings.mistakes import validated
from experiments.studies.paired import outcomes as outcomes_of
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Parameters
from sim.state.brands import FUNDS
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.world import World

PRESETS = sorted(path.stem for path in Path("configs/platform").glob("*.yaml"))
WITHOUT_SHELF = ["mihe", "mihe_brands", "wechat_private", "micro_business", "daigou", "s2b2c"]


def of(preset: str, *overrides: str, people: int = 500) -> Parameters:
    return load_settings(
        [f"platform={preset}", "experiment=single", f"market.consumers={people}", *overrides]
    ).parameters


def lived(preset: str, *overrides: str, days: int = 30) -> Market:
    return Market(of(preset, *overrides), 1, keep_orders=True).run(days)


def test_the_experiment_compares_all_presets() -> None:
    arms = load_settings(["experiment=presets"]).arms()
    assert {arm.name for arm in arms} == set(PRESETS)
    for arm in arms:
        assert arm.parameters.platform == of(arm.name).platform, arm.name


@pytest.mark.parametrize("preset", PRESETS)
def test_every_value_says_where_it_comes_from(preset: str) -> None:
    opening = ""
    for line in Path(f"configs/platform/{preset}.yaml").read_text("utf-8").splitlines():
        if re.match(r"\s+- {", line):
            assert "#" in line or "#" in opening, line
        elif re.match(r"\s+(?!name:)\w+: +[^#\s]", line):
            assert "#" in line, line
        opening = opening if line.lstrip().startswith("- ") else line


@pytest.mark.parametrize("preset", WITHOUT_SHELF)
def test_without_a_shelf_nothing_is_shown_but_posts(preset: str) -> None:
    one = lived(preset, days=20)
    shown = one.recorder.delivered
    assert shown[[Channel.LISTING, Channel.SEARCH, Channel.AD]].sum() == 0
    assert shown[[Channel.PRIVATE_POST, Channel.PUBLIC_POST]].sum() > 0
    assert len(one.orders()) > 0


def test_mihe_ranks_posts_of_kocs_and_every_post_can_be_bought_from() -> None:
    one = lived("mihe")
    public = one.posts[~one.posts["private"]]
    assert (one.m.creators["tier"][public["creator"]] == Tier.KOC).any()
    assert one.recorder.delivered[Channel.PUBLIC_POST] > 0
    assert not one.orders().channel.isin([Channel.LISTING, Channel.SEARCH, Channel.AD]).any()


def test_a_shelf_sells_to_people_whom_no_creator_tells() -> None:
    orders = lived("shelf").orders()
    assert (orders.creator < 0).mean() > 0.8


@pytest.mark.parametrize("preset", ["daigou", "micro_business", "s2b2c"])
def test_sellers_with_a_mark_up_of_their_own_live_on_what_buyers_pay(preset: str) -> None:
    one = lived(preset)
    orders = one.orders()
    sold = orders[orders.creator >= 0]
    assert len(sold) > 0
    assert (sold.commission == 0).all()
    mark_up = of(preset).creators.resale_margin
    assert sold.margin.to_numpy() == pytest.approx(sold.price.to_numpy() * mark_up / (1 + mark_up), abs=1)
    assert one.m.brands["spent"][:, :FUNDS].sum() == 0


SIGNS = [
    ("shelf", "wechat_private", "buyers"), ("wechat_private", "shelf", "repurchase"),
    ("shelf", "wechat_private", "return_rate"), ("wechat_private", "shelf", "conversion"),
    ("wechat_private", "shelf", "product_gini"), ("marketplace", "live_room", "gmv_kept"),
    ("micro_business_quiet", "micro_business", "gmv_kept"), ("mihe", "marketplace", "koc_income"),
    ("marketplace", "mihe", "koc_net_income"), ("mihe", "marketplace", "repurchase"),
    ("marketplace", "mihe", "platform_revenue"), ("daigou", "wechat_private", "koc_income"),
    ("daigou", "s2b2c", "koc_income"),
]  # fmt: skip
COMPARED = sorted({preset for more, less, _ in SIGNS for preset in (more, less)})
QUIET = ["creators.posts_fixed=1"]


@pytest.fixture(scope="module")
def outcomes() -> pd.DataFrame:
    """Outcomes of presets in markets of 800 people, by preset and seed; people, goods and shocks are shared."""
    overrides = {name: QUIET if name.endswith("_quiet") else [] for name in COMPARED}
    arms = {name: of(name.removesuffix("_quiet"), *overrides[name], people=800) for name in COMPARED}
    return outcomes_of(arms, (1, 2, 3), 90, 45)


@pytest.mark.parametrize(("more", "less", "outcome"), SIGNS)
def test_what_holds_clearly_of_business_models_does_in_every_market(
    outcomes: pd.DataFrame, more: str, less: str, outcome: str
) -> None:
    """Signs that ``koc claims --file configs/claims_of_presets.yaml`` finds; some are not as practitioners claim."""
    above, below = (outcomes.xs(name)[outcome].to_numpy(float) for name in (more, less))
    assert (above > below).all()


def test_claims_of_presets_can_be_planned_and_name_every_preset() -> None:
    file = rows.read(Path("configs/claims_of_presets.yaml"))
    planned = plan(file, file.claims, "claims_of_presets.yaml")
    assert list(planned.runs) == list(file.claims)
    named = " ".join(arm for claim in file.claims.values() for arm in (*claim.arms, *claim.arms.values()))
    assert {name for name in PRESETS if name not in named} == set()


@pytest.mark.parametrize(
    ("given", "column"),
    [("budget", "income"), ("price_sensitivity", "sensitivity"), ("activity", "activity")],
)
def test_city_tiers_differ_in_what_they_are_given_alone(given: str, column: str) -> None:
    given = f"city_tier_{given}"
    tiers, multiples = [0.5, 0.25, 0.25], np.array([2.0, 1.0, 0.5])
    plain = World.build(parameters(market={"people": {"city_tiers": tiers}}), 1).people
    people = World.build(parameters(market={"people": {"city_tiers": tiers, given: multiples.tolist()}}), 1).people
    for name in ("city_tier", "income", "sensitivity", "activity", "sociability"):
        expected = plain[name]
        if name == column:
            expected = expected * multiples[plain["city_tier"] - 1]
            expected = np.minimum(expected, 1.0) if name == "activity" else expected
        assert people[name] == pytest.approx(expected, rel=1e-6, abs=2 if name == column == "income" else 0)
    with pytest.raises(UserError, match=rf"^market\.people\.{given}: 1 given, expected one for each of 6"):
        validated(Parameters, {"market": {"people": {given: [1.0]}}})


def test_a_price_sensitivity_of_none_is_refused() -> None:
    with pytest.raises(UserError, match=r"^market\.people\.city_tier_price_sensitivity"):
        validated(Parameters, {"market": {"people": {"city_tiers": [1.0], "city_tier_price_sensitivity": [0.0]}}})


@pytest.mark.parametrize(("given", "sign"), [("price_sensitivity", -1), ("activity", 1)])
def test_who_minds_prices_less_and_is_online_more_often_buys_more(given: str, sign: int) -> None:
    """Paired: half of it, as it is drawn, and twice as much; given as it is drawn, nothing moves, to the fen."""

    def outcomes(seed: int, *multiple: float) -> dict[str, float]:
        people = {"city_tiers": [1.0], f"city_tier_{given}": multiple}
        one = market(seed, 30, market={"people": people}, graph={"kind": "scale_free"})
        return dict(one.result().outcomes)

    for seed in (1, 2):
        plain = outcomes(seed)
        np.testing.assert_equal(outcomes(seed, 1.0), plain)
        half, twice = outcomes(seed, 0.5), outcomes(seed, 2.0)
        for outcome in ("gmv", "consumer_surplus"):
            least, middle, most = (half[outcome], plain[outcome], twice[outcome])[::sign]
            assert least < middle < most


def test_where_people_live_counts_by_what_they_can_spend_and_by_nothing_else() -> None:
    """Paired: everybody in the first tier of cities, or in the last, with the budgets of a preset's tiers or alike."""

    def spent(tier: int, budgets: list[float]) -> float:
        people = {"city_tiers": [float(n == tier) for n in range(6)], "city_tier_budget": budgets, "budget": 100.0}
        graph = {"kind": "scale_free"}
        return float(market(days=30, market={"people": people}, graph=graph).daily()["gmv"].sum())

    jd = [2.2, 1.65, 1.23, 0.92, 0.69, 0.52]
    assert spent(0, jd) > 1.2 * spent(5, jd)
    assert spent(0, []) == spent(5, [])


def test_silence_loses_followers() -> None:
    """From the first day on which a silent creator is forgotten, each follower leaves with the same probability."""
    quiet = {"posts_fixed": 0.0, "patience": 1000, "entry": 0.0}
    leave, silence, days = 0.02, 7, 28
    attention = {"silence": silence, "leave": leave, "search": 0.0, "public_slots": 0.0}
    one = market(creators=quiet, market={"attention": attention})
    before = int(one.m.creators["audience"].sum())
    one.run(silence + 1)
    assert one.m.creators["audience"].sum() == before
    one.run(days - silence - 1)
    kept = (1 - leave) ** (days - silence - 1)
    error = np.sqrt(before * kept * (1 - kept))
    assert abs(one.m.creators["audience"].sum() - before * kept) < 4 * error
    talking = market(days=days, creators={**quiet, "posts_fixed": 0.5}, market={"attention": attention})
    assert talking.m.creators["audience"].sum() > before * kept + 4 * error
