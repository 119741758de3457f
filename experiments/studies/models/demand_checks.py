"""What the study of demand checks: signs that must be so, sizes that were measured, and what is claimed."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.studies.models.demand_runs import (
    CREATORS,
    UNCHANGED,
    Runs,
    contribution,
    difference,
    effect,
    elasticity,
    koc_over_kol,
    level,
    odds_ratio,
    ratio_of,
    repeat_of,
    sizes,
)
from experiments.studies.study import Check, above, below, within
from sim.state import Spending

ARTICLES = "claimed in articles on selling through creators"
LAW = "law of demand"
AGAINST_EACH_OTHER = """A brand's own budget pays (own budget x 2); when all brands spend more, part of what each gains
    is what others lose, and the first yuan brings more than the last."""


def must(runs: Runs, people: int, larger: int) -> Iterator[Check]:
    """Signs without which the instrument measures nothing; each was written down before it was run."""
    for factor, of in ((0, "GMV"), (0, "surplus"), (0, "profit"), (8, "profit")):
        yield below(of, 0, effect(runs, f"all budgets x {factor}", of), changed=f"all budgets x {factor}",
                    source="promotion pays up to a point: Sethuraman, Tellis & Briesch 2011")  # fmt: skip
    for changed in ("all prices x 1.1", "all prices x 2"):
        for of in ("orders", "surplus"):
            yield below(of, 0, effect(runs, changed, of), changed=changed, source=LAW)
    yield below("surplus", 0, effect(runs, "use twice as noisy", "surplus"), changed="use twice as noisy",
                source="what disappoints is worth less")  # fmt: skip
    yield within("orders a day, days 300 to 360 over 120 to 180", 0.97, 1.03, level(runs, "level of sales"),
                 source="a market in which nothing is changed has settled")  # fmt: skip
    for category in ("beauty", "food"):
        changed = f"{category}, a quarter's customers in the next three"
        yield above("come back, over chance", 0, repeat_of(runs, category, "again", "chance"), changed=changed,
                    source="panels of purchases")  # fmt: skip
        pool = repeat_of(runs, category, "with_pool", "without_pool")
        yield above("come back, with an own pool over without", 0, pool, changed=changed, source="Yatsen's filing 2020")
    for more, less in (("live", "shelf"), ("shelf", "recall")):
        yield above(f"returns, {more} less {less}", 0, difference(runs, f"returns {more}", f"returns {less}"),
                    source="press on returns by channel")  # fmt: skip
    changed = f"{larger:,} people in place of {people:,}"
    own = "the model's own larger market"
    for of in ("orders", "GMV", "surplus", "spent"):
        yield within(f"{of} a head", -0.05, 0.05, sizes(runs, of), changed=changed, source=own)
    for of in ("returns", "trust", "share recall", "share private"):
        yield within(of, -0.02, 0.02, sizes(runs, of, share=False), changed=changed, source=own)


def targets(runs: Runs) -> Iterator[Check]:
    """Responses and levels that field studies measured."""
    some = "orders of treated"
    price, ads = elasticity(runs, "own prices x 1.1", some, 1.1), elasticity(runs, "own ADS x 2", some, 2)
    yield within("elasticity of sales", -3.2, -2.0, price, kind="finding", changed="own prices x 1.1",
                 source="Bijmolt, van Heerde & Pieters 2005: -2.62")  # fmt: skip
    yield within("elasticity of sales, half a year", 0.05, 0.35, ads, kind="finding", changed="own ADS x 2",
                 source="Sethuraman, Tellis & Briesch 2011: .12 in the short, .24 in the long run")  # fmt: skip
    for channel in CREATORS:
        changed = f"own {channel.name} x 2"
        found = elasticity(runs, changed, "engagement of treated", 2)
        yield within("elasticity of engagement", 0.3, 0.75, found, kind="finding", changed=changed,
                     source="Leung, Gu, Li, Zhang & Palmatier 2022: .46")  # fmt: skip
    first, second = odds_ratio(runs, 1), odds_ratio(runs, 2)
    known = "Bapna & Umyarov 2015: 1.5 to 1.6, and each further one adds less"
    yield within("odds of buying by a first friend's word", 1.2, 2.1, first, kind="finding", source=known)
    yield below("odds by a second friend's word, over the first's", 1, ratio_of(second, first), kind="finding",
                source=known)  # fmt: skip
    for name, least, most, of, source in (
        ("share of orders by creators' public posts and live rooms", 0.04, 0.16, "share creators in public",
         "Statista: about .10 of online retail in 2022"),
        ("returns of live rooms", 0.3, 0.5, "returns live", "press: .30 to .50"),
        ("returns of the shelf", 0.1, 0.15, "returns shelf", "press: .10 to .15"),
        ("orders of a person in a year", 18, 31, "orders", "Pinduoduo 2020: 48.6 of a buyer, half of them here"),
        ("GMV of a person in a year, yuan", 800, 1_400, "GMV", "Pinduoduo 2020: 2,115 of a buyer, half of it here"),
    ):  # fmt: skip
        yield within(name, least, most, level(runs, of), kind="finding", source=source)


def reported(runs: Runs) -> Iterator[Check]:
    """What articles and theory claim, as found."""
    margin = "margin gained or lost for a yuan of marketing money"
    for channel in (Spending.ADS, *CREATORS):
        for changed in (f"no {channel.name}", f"all {channel.name} x 2"):
            yield above(margin, 1, contribution(runs, changed), kind="finding", changed=changed, source=ARTICLES,
                        otherwise=AGAINST_EACH_OTHER)  # fmt: skip
    changed = "own budget x 2"
    yield above("profit of these brands", 0, effect(runs, changed, "profit of treated"), kind="finding",
                changed=changed, source=ARTICLES)  # fmt: skip
    changed, of = "claims inflated by 3", "returns of creators' sales"
    yield above(of, 0, effect(runs, changed, of, share=False), kind="finding", changed=changed, source=ARTICLES)
    for of in ("surplus of creators' sales", "trust", "surplus"):
        found = effect(runs, changed, of, share=of != "trust")
        yield below(of, 0, found, kind="finding", changed=changed, source=ARTICLES,
                    otherwise="inflated claims also bring orders that are worth having")  # fmt: skip
    private = difference(runs, "conversion private", "conversion public")
    yield above("orders a page, private and answers less public", 0, private, kind="finding", source=ARTICLES)
    for changed in (UNCHANGED, "all in public", "all in private"):
        yield above("sales per follower and post, KOCs over KOLs", 1, koc_over_kol(runs, changed), kind="finding",
                    changed=changed, source="Beichert, Bayerl, Goldenberg & Lanz 2024: 5.4")  # fmt: skip
    changed = "answers without end"
    yield above("orders", 0, effect(runs, changed, "orders"), kind="finding", changed=changed, source=ARTICLES)
    changed = "no risk aversion"
    yield within("orders", -0.2, 0.5, effect(runs, changed, "orders"), kind="finding", changed=changed,
                 source="direction: Roberts & Urban 1988; size: a guess")  # fmt: skip
    yield above("KOLs in business after a year, of 20", 9.5, level(runs, "KOLs"), kind="finding", source=ARTICLES)
