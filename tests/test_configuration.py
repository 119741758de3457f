from __future__ import annotations

from pathlib import Path

import pytest

import experiments
from experiments.design.configuration import FOLDER, load_settings, overridden_by_arms, settings_from
from experiments.settings.mistakes import fields, limits
from experiments.settings.yaml_text import parsed, written
from sim.errors import UserError
from sim.parameters import Parameters

GROUPS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
NEEDS_MORE = {"edgelist", "ray", "dask"}
OPTIONS = [
    f"{group}={path.stem}"
    for group in GROUPS
    for path in sorted((FOLDER / group).glob("*.yaml"))
    if path.stem not in NEEDS_MORE
]
PRESETS = sorted(path.stem for path in (FOLDER / "platform").glob("*.yaml"))
SINGLE = "experiment=single"


def test_without_overrides_every_parameter_is_as_declared() -> None:
    assert load_settings([SINGLE]).parameters == Parameters()


@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_of_every_group_is_valid(option: str) -> None:
    overrides = [option] if option.startswith("experiment=") else [option, SINGLE]
    assert len(load_settings(overrides).arms()) >= 1


@pytest.mark.parametrize("preset", PRESETS)
def test_every_platform_can_be_put_under_the_headline_experiment(preset: str) -> None:
    assert len(load_settings([f"platform={preset}"]).arms()) == 8 + 13


def test_presets_differ_where_the_systems_do() -> None:
    found = {preset: load_settings([f"platform={preset}", SINGLE]).parameters for preset in PRESETS}
    mihe, jd, shelf, live = (found[name] for name in ("mihe", "jd_supernova", "shelf", "live_room"))
    assert mihe.platform.take_rate == mihe.platform.annual_fee == mihe.creators.commission == 0
    assert mihe.platform.follow_gate and mihe.creators.resale_margin > 0
    assert mihe.platform.feed.merit > mihe.platform.feed.popularity
    assert jd.platform.take_rate >= 0.05 and jd.creators.commission > 0 and jd.creators.resale_margin == 0
    assert shelf.brands.ads > live.brands.ads and shelf.market.attention.search > 0.5
    assert 0.2 <= live.creators.commission <= 0.3 and live.creators.slot_fee > 0 and live.platform.live_discount > 0


def test_every_parameter_can_be_overridden_by_its_path() -> None:
    moved = {}
    for path, field, value in fields(Parameters()):
        low, high = limits(field)
        if type(value) is float and low is not None and high is not None and path != "graph.mean_degree":
            moved[path] = value + 0.001 * (high - value) if value < high else value - 0.001 * (value - low)
    moved |= {"brands.kol": 0.2, "creators.commission": 0.11, "platform.take_rate": 0.06}
    parameters = load_settings([SINGLE, *(f"{path}={value!r}" for path, value in moved.items())]).parameters
    assert {path: value for path, _, value in fields(parameters) if path in moved} == moved
    assert len(moved) > 100


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("market.consumers=1e4", "market.consumers", 10_000),
        ("market.consumers=1_000", "market.consumers", 1_000),
        ("platform.take_rate=0", "platform.take_rate", 0.0),
        ("platform.follow_gate=true", "platform.follow_gate", True),
        ("graph=scale_free", "graph.kind", "scale_free"),
        ("market.people.city_tiers=[1,0,0,0,0,0]", "market.people.city_tiers", (1.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
        ("market.catalogue.categories.0.price=55", "market.catalogue.categories", None),
        ("rivals=[{name: other, take_rate: 0}]", "rivals", None),
    ],
)
def test_forms_of_values(override: str, path: str, value: object) -> None:
    found = {p: v for p, _, v in fields(load_settings([SINGLE, override]).parameters)}[path]
    if path == "rivals":
        assert [(rival.name, rival.take_rate) for rival in found] == [("other", 0.0)]
    elif value is None:
        assert found[0].price == 55
    else:
        assert found == value and type(found) is type(value)


def test_an_override_wins_over_a_preset() -> None:
    settings = load_settings(["platform=mihe", "platform.withdrawal_free=0", SINGLE])
    assert settings.parameters.platform.withdrawal_free == 0


def test_settings_resolve_to_a_configuration_that_gives_the_same_settings() -> None:
    settings = load_settings(["platform=live_room", "market.consumers=1e5", "experiment.seeds=[3,5]", "profile=true"])
    assert settings_from(parsed(written(settings.resolved()))) == settings


def test_what_the_arms_set_is_refused_as_an_override_and_named_where_a_preset_set_it() -> None:
    with pytest.raises(UserError, match=r"experiment\.factors\.fees\.commission\.creators\.commission instead"):
        load_settings(["creators.commission=0.2"])
    assert load_settings([SINGLE, "creators.commission=0.2"]).parameters.creators.commission == 0.2
    assert {"creators.commission", "platform.take_rate"} & set(overridden_by_arms(load_settings(["platform=mihe"])))
    assert overridden_by_arms(load_settings([])) == []


def test_a_level_of_a_factor_can_be_overridden() -> None:
    arms = load_settings(["experiment.factors.fees.commission.platform.take_rate=0.08"]).arms()
    assert {arm.parameters.platform.take_rate for arm in arms if arm.levels["fees"] == "commission"} == {0.08}


def test_a_rule_of_the_users_own_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_rules.py").write_text("def trust(met, broken, pool_met, pool_broken): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert load_settings([SINGLE, "rules.trust=own_rules.trust"]).parameters.rules.trust == "own_rules.trust"
    with pytest.raises(UserError, match=r"rules\.trust=no_rules\.trust: no such module"):
        load_settings([SINGLE, "rules.trust=no_rules.trust"])


def test_five_lines_in_a_notebook() -> None:
    market = experiments.load("market.consumers=300", "platform=mihe", seed=1)
    market.run(3)
    assert market.parameters.platform.name == "mihe" and market.seed == 1
    assert len(market.daily()) == 3
    figure = experiments.plot(market, "gmv", "trust")
    titles = [" ".join(axis.get_title(loc="left").split()) for axis in figure.axes]
    assert titles == ["GMV, yuan a day", "Mean trust of followers in creators"]
    with pytest.raises(UserError, match="gvm: did you mean 'gmv'"):
        experiments.plot(market, "gvm")
