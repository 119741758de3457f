"""Demand: whether promotion, prices, memory and loyalty have effects of the size that field studies measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from experiments.report.statistics import Estimate, t_interval
from experiments.report.style import Drawing, new_figure
from experiments.interventions import Change, Span, money, otherwise, paired, prices, unchanged
from experiments.loyalty import Repeat, loyalty, words_told
from experiments.studies.plots import forest
from experiments.studies.study import Asked, Check, Found, Study, above, below, option, within
from sim.parameters import Parameters
from sim.state import Spending

STUDY = Study(
    title="Demand: what moves it, and by how much",
    source="""Field studies of advertising (Sethuraman, Tellis & Briesch 2011), prices (Bijmolt, van Heerde & Pieters
        2005), influencers (Leung et al. 2022), friends (Bapna & Umyarov 2015), and private pools (Yatsen's filing 2020)""",
    question="""If brands stop promoting, raise prices, or open a pool of their own, what happens to sales, profit and
        consumers? Each answer compares markets that share everything else.""",
    change="people=10000: let the market be twice as large, and look at what stays",
    self_check="""Why does a brand gain more from promotion than all brands together? It takes customers from the
        others, who cannot all do the same.""",
)
ALL = slice(None)
SOME = slice(1, None, 4)
"""Brands that do otherwise where only some do: every fourth."""
SPAN = Span(part=150, start=180, end=360)
FRIENDS, HEARD = 3, 60  # most friends who speak of a product, and days within which it may be bought
CREATORS = (Spending.KOL, Spending.KOC)


class Options(Asked):
    """The market and how often it is run."""

    people: int = option(5_000, "people in the market", 1_000, 1_000_000)
    larger: int = option(20_000, "people in the larger market that is held against it", 1_000, 1_000_000)
    seeds: int = option(8, "seeds", 3, 200)


class Runs(NamedTuple):
    """What the runs gave, by seed."""

    effects: list[pd.DataFrame]  # a row for each change, a column for each outcome
    larger: list[pd.DataFrame]  # the unchanged market, larger
    loyal: list[dict[str, Repeat]]
    told: NDArray[np.float64]  # (seeds, FRIENDS + 1, 2) who bought what so many friends spoke of, and who might have


def changes(parameters: Parameters) -> dict[str, Change]:
    """What is done otherwise, by name."""
    noise = parameters.market.experience.noise
    return {
        "nothing": unchanged,
        **{f"all budgets x {x:g}": money(x) for x in (0, 0.5, 2, 8)},
        **{f"own budget x {x:g}": money(x, SOME) for x in (0, 2)},
        **{f"own {channel.name} x 2": money(2, SOME, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        **{f"no {channel.name}": money(0, ALL, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        **{f"all {channel.name} x 2": money(2, ALL, (channel,)) for channel in (Spending.ADS, *CREATORS)},
        "all prices x 1.1": prices(1.1),
        "all prices x 2": prices(2),
        "own prices x 1.1": prices(1.1, SOME),
        "use twice as noisy": otherwise({"market": {"experience": {"noise": 2 * noise}}}),
        "no inflated claims": otherwise({"creators": {"hype": 0.0}}),
        "claims inflated by 3": otherwise({"creators": {"hype": 3.0}}),
        "no risk aversion": otherwise({"market": {"choice": {"risk": 0.0}}}),
        "all in public": otherwise({"creators": {"private_share_koc": 0.0, "private_share_kol": 0.0}}),
        "all in private": otherwise({"creators": {"private_share_koc": 1.0, "private_share_kol": 1.0}}),
        "answers without end": otherwise({"creators": {"answers": 10_000.0}}),
    }


def simulate(o: Options) -> Runs:
    """All markets, a seed at a time."""
    seeds = range(1, o.seeds + 1)
    market, larger = (Parameters.model_validate({"market": {"consumers": n}}) for n in (o.people, o.larger))
    run = Parallel(n_jobs=os.cpu_count())
    return Runs(
        run(delayed(paired)(market, seed, SPAN, changes(market), SOME) for seed in seeds),
        run(delayed(paired)(larger, seed, SPAN, {"nothing": unchanged}, SOME) for seed in seeds),
        run(delayed(loyalty)(market, seed) for seed in seeds),
        np.array(run(delayed(words_told)(market, seed, SPAN.part, HEARD, FRIENDS) for seed in seeds)),
    )


def effect(runs: Runs, changed: str, outcome: str, *, share: bool = True) -> Estimate:
    """Change of an outcome, as a share of itself or as it is, paired by seed."""
    pairs = [(one.at["nothing", outcome], one.at[changed, outcome]) for one in runs.effects]
    return t_interval([after / before - 1 if share else after - before for before, after in pairs])


def elasticity(runs: Runs, changed: str, outcome: str, factor: float) -> Estimate:
    """Elasticity of an outcome to what was multiplied by a factor."""
    return t_interval(
        [np.log(one.at[changed, outcome] / one.at["nothing", outcome]) / np.log(factor) for one in runs.effects]
    )


def contribution(runs: Runs, changed: str) -> Estimate:
    """Margin gained for each yuan of marketing money more, or lost for each less."""
    ratios = []
    for one in runs.effects:
        more = one.loc[changed] - one.loc["nothing"]
        ratios.append(more["margin"] / more["spent"])
    return t_interval(ratios)


def level(runs: Runs, outcome: str) -> Estimate:
    """An outcome of the unchanged market."""
    return t_interval([one.at["nothing", outcome] for one in runs.effects])


def odds_ratio(runs: Runs, friends: int) -> Estimate:
    """Odds of buying what so many friends spoke of, over those of what one fewer did; its error by the delta method."""
    bought, asked = runs.told.sum(axis=0).T
    odds = bought / (asked - bought)
    value = odds[friends] / odds[friends - 1]
    error = 1.96 * np.sqrt(1 / bought[friends] + 1 / bought[friends - 1])
    return Estimate(float(value), float(value * np.exp(-error)), float(value * np.exp(error)), float("nan"), len(runs.told))


def repeat_of(runs: Runs, category: str, part: str, less: str) -> Estimate:
    """Difference of two shares of customers who come back."""
    return t_interval([getattr(one[category], part) - getattr(one[category], less) for one in runs.loyal])


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """What must be so, then what field studies found."""
    yield from must(runs)
    yield from by_size(o, runs)
    yield from targets(runs)
    yield from reported(runs)


def must(runs: Runs) -> Iterator[Check]:
    """Signs without which the instrument measures nothing; each was written down before it was run."""
    for factor, of in ((0, "GMV"), (0, "surplus"), (0, "profit"), (8, "profit")):
        changed = f"all budgets x {factor}"
        yield below(f"brands' {of}" if of == "profit" else of, 0, effect(runs, changed, of), changed=changed)
    for of in ("orders", "surplus"):
        yield below(of, 0, effect(runs, "all prices x 1.1", of), changed="all prices x 1.1")
        yield below(of, 0, effect(runs, "all prices x 2", of), changed="all prices x 2")
    yield below("surplus", 0, effect(runs, "use twice as noisy", "surplus"), changed="use twice as noisy")
    yield within("orders a day, days 300 to 360 over 120 to 180", 0.97, 1.03, level(runs, "level of sales"))
    for category in ("beauty", "food"):
        changed = f"{category}, customers of a quarter in the next three"
        yield above("come back, over chance", 0, repeat_of(runs, category, "again", "chance"), changed=changed)
        yield above("come back, with an own pool over without", 0,
                    repeat_of(runs, category, "with_pool", "without_pool"), changed=changed)  # fmt: skip
    returns = [(one.at["nothing", "returns live"], one.at["nothing", "returns shelf"],
                one.at["nothing", "returns recall"]) for one in runs.effects]  # fmt: skip
    yield above("returns, live rooms less shelf", 0, t_interval([live - shelf for live, shelf, _ in returns]))
    yield above("returns, shelf less what comes to mind", 0, t_interval([shelf - own for _, shelf, own in returns]))


def by_size(o: Options, runs: Runs) -> Iterator[Check]:
    """Outcomes a head do not hang on how many people there are."""
    for of in ("orders", "GMV", "surplus", "spent", "returns", "trust", "share recall", "share private"):
        gap = t_interval(
            [one.at["nothing", of] / other.at["nothing", of] - 1
             for one, other in zip(runs.larger, runs.effects, strict=True)]
        )  # fmt: skip
        yield within(of, -0.05, 0.05, gap, changed=f"{o.larger:,} people in place of {o.people:,}")


def targets(runs: Runs) -> Iterator[Check]:
    """Responses and levels that field studies measured."""
    double, some = "own {} x 2", "orders of treated"
    yield within("elasticity of sales to the own price", -3.2, -2.0,
                 elasticity(runs, "own prices x 1.1", some, 1.1), kind="finding", changed="own prices x 1.1",
                 source="Bijmolt, van Heerde & Pieters 2005: -2.62")  # fmt: skip
    yield within("elasticity of sales to advertising, half a year", 0.05, 0.35,
                 elasticity(runs, double.format("ADS"), some, 2), kind="finding", changed=double.format("ADS"),
                 source="Sethuraman, Tellis & Briesch 2011: .12 in the short, .24 in the long run")  # fmt: skip
    for channel in CREATORS:
        changed = double.format(channel.name)
        yield within("elasticity of engagement to money", 0.3, 0.65,
                     elasticity(runs, changed, "engagement of treated", 2), kind="finding", changed=changed,
                     source="Leung et al. 2022: just under .5")  # fmt: skip
    yield within("odds of buying by the first friend's word", 1.3, 1.9, odds_ratio(runs, 1), kind="finding",
                 source="Bapna & Umyarov 2015: 1.5 to 1.6")  # fmt: skip
    yield below("odds by the second friend's word, over the first's", 1.0,
                ratio_of(odds_ratio(runs, 2), odds_ratio(runs, 1)), kind="finding",
                source="Bapna & Umyarov 2015: each further one adds less")  # fmt: skip
    yield within("share of orders through creators' public posts and live rooms", 0.04, 0.16,
                 level(runs, "share creators in public"), kind="finding", source="Statista: about .10 in 2022")  # fmt: skip
    yield within("returns of live rooms", 0.3, 0.5, level(runs, "returns live"), kind="finding", source="press")
    yield within("returns of the shelf", 0.1, 0.15, level(runs, "returns shelf"), kind="finding", source="press")
    yield within("orders of a person in a year, by eight categories that stand for half of trade", 18, 31,
                 level(runs, "orders"), kind="finding", source="Pinduoduo 2020: 48.6 of a buyer in all")  # fmt: skip
    yield within("GMV of a person in a year, the same, yuan", 800, 1_400, level(runs, "GMV"), kind="finding",
                 source="Pinduoduo 2020: 2,115 of a buyer in all")  # fmt: skip


def reported(runs: Runs) -> Iterator[Check]:
    """What articles and theory claim, as found."""
    for channel in (Spending.ADS, *CREATORS):
        for changed in (f"no {channel.name}", f"all {channel.name} x 2"):
            yield above("margin for a yuan of marketing money", 1, contribution(runs, changed), kind="finding",
                        changed=changed)  # fmt: skip
    yield above("profit of the brands that do", 0, effect(runs, "own budget x 2", "profit of treated"),
                kind="finding", changed="own budget x 2")  # fmt: skip
    for changed, side in (("claims inflated by 3", above), ("no inflated claims", below)):
        yield side("returns of creators' sales", 0,
                   effect(runs, changed, "returns of creators' sales", share=False), kind="finding", changed=changed)  # fmt: skip
    yield below("surplus of an order that creators led to", 0,
                effect(runs, "claims inflated by 3", "surplus of creators' sales"), kind="finding",
                changed="claims inflated by 3")  # fmt: skip
    yield below("trust", 0, effect(runs, "claims inflated by 3", "trust", share=False), kind="finding",
                changed="claims inflated by 3")  # fmt: skip
    yield below("surplus of the market", 0, effect(runs, "claims inflated by 3", "surplus"), kind="finding",
                changed="claims inflated by 3",
                note="inflated claims also bring orders that meet a need, worth having all the same")  # fmt: skip
    conversion = [one.at["nothing", "conversion private"] - one.at["nothing", "conversion public"]
                  for one in runs.effects]  # fmt: skip
    yield above("orders a page in private, answers among them, less in public", 0, t_interval(conversion),
                kind="finding")  # fmt: skip
    for changed in ("nothing", "all in public", "all in private"):
        ratios = [one.at[changed, "KOC sales per follower and post"] / one.at[changed, "KOL sales per follower and post"]
                  for one in runs.effects]  # fmt: skip
        yield above("sales per follower and post, KOCs over KOLs", 1, t_interval(ratios), kind="finding",
                    changed=changed if changed != "nothing" else "", source="Beichert et al. 2024: 5.4")  # fmt: skip
    yield above("orders", 0, effect(runs, "answers without end", "orders"), kind="finding",
                changed="answers without end")  # fmt: skip
    yield within("orders", -0.2, 0.5, effect(runs, "no risk aversion", "orders"), kind="finding",
                 changed="no risk aversion")  # fmt: skip
    yield above("KOLs in business after a year, of 20", 9.5, level(runs, "KOLs"), kind="finding")


def ratio_of(one: Found, other: Found) -> Estimate:
    """Ratio of two ratios that share what stands between them; its error as if they did not."""
    spread = np.hypot(*(np.log(found[2] / found[1]) / 2 for found in (one, other)))
    value = one[0] / other[0]
    return Estimate(value, float(value * np.exp(-spread)), float(value * np.exp(spread)), float("nan"), 0)


def findings(o: Options, runs: Runs) -> list[str]:
    """The main answers."""
    none, eight = (effect(runs, f"all budgets x {x}", "profit") for x in (0, 8))
    price = elasticity(runs, "own prices x 1.1", "orders of treated", 1.1)
    pool = repeat_of(runs, "beauty", "with_pool", "without_pool")
    return [
        f"""Without promotion brands together earn {abs(none.value):.1%} {"less" if none.value < 0 else "more"}, and with
            eight times as much {abs(eight.value):.0%} less.""",
        f"The own price has an elasticity of {price.value:.2f}.",
        f"An own pool brings back {pool.value:.0%} more of all beauty customers.",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Effects of each change on what parties want."""
    drawing = new_figure(title, 6.5)
    axes = drawing.subplots()
    rows = [name for name in runs.effects[0].index if name.startswith(("all", "no ", "use", "claims"))]
    series = {of: [effect(runs, name, of) for name in rows] for of in ("orders", "surplus", "profit")}
    numbers = forest(axes, rows, series, scale=100)
    axes.set(xlabel="change, %", xlim=(-60, 30))
    axes.legend(frameon=False)
    caption = f"""Means of {o.seeds} pairs of markets of {o.people:,} people with 95 % intervals; markets part on day
        {SPAN.part}, and are compared over days {SPAN.start} to {SPAN.end}."""
    return Drawing(drawing, title, caption, numbers)
