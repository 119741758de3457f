"""Outcomes: what a run measures, each with its label and unit."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """What an outcome is called, its unit, and whether more is better (+1), worse (-1) or neither (0)."""

    label: str
    unit: str
    better: int


ALWAYS: dict[str, Outcome] = {
    "reach": Outcome("unique people in a week who see a page by which its creator earns", "people/week", 1),
    "reach_share": Outcome("the same as a share of all", "1", 1),
    "reach_total": Outcome("unique people who ever see a page by which its creator earns", "people", 1),
    "orders_per_reached": Outcome(
        "orders from pages by which creators earn, per person reached in a week", "orders/person", 1
    ),
    "paid_conversion": Outcome("conversion of pages by which creators earn", "orders/view", 1),
    "views": Outcome("item pages seen", "views", 0),
    "conversion": Outcome("conversion, all channels", "orders/view", 1),
    "public_conversion": Outcome("conversion in the public domain", "orders/view", 1),
    "private_conversion": Outcome("conversion in the private domain", "orders/view", 1),
    "creator_conversion": Outcome("conversion of creators' pages", "orders/view", 1),
    "buyers": Outcome("unique buyers", "people", 1),
    "orders": Outcome("orders", "orders", 1),
    "gmv": Outcome("GMV", "yuan", 1),
    "gmv_kept": Outcome("GMV net of returns", "yuan", 1),
    "traffic": Outcome("item pages seen without a friend's word", "views", 1),
    "direct_conversion": Outcome("orders no friend led to, per such page", "orders/view", 1),
    "direct_order_value": Outcome("value of an order no friend led to", "yuan/order", 1),
    "share_coefficient": Outcome("share coefficient: GMV over GMV no friend led to", "1", 1),
    "average_order_value": Outcome("average order value", "yuan/order", 0),
    "return_rate": Outcome("return rate", "1", -1),
    "marketing_cost": Outcome("marketing cost", "yuan", -1),
    "outlay_ads": Outcome("marketing cost: ads", "yuan", 0),
    "outlay_kol": Outcome("marketing cost: KOLs", "yuan", 0),
    "outlay_koc": Outcome("marketing cost: KOCs", "yuan", 0),
    "outlay_own": Outcome("marketing cost: pools of the brands' own", "yuan", 0),
    "customers": Outcome("brands' customers, each counted once for every brand", "customers", 1),
    "acquisition_cost": Outcome("acquisition cost of a brand's new customer", "yuan/customer", -1),
    "repurchase": Outcome("a brand's customers who bought it again", "1", 1),
    "trust": Outcome("mean trust of followers in creators", "1", 1),
    "koc_retention": Outcome("KOC retention", "1", 1),
    "kocs": Outcome("KOCs in business", "people", 1),
    "kols": Outcome("KOLs in business", "people", 0),
    "koc_income": Outcome("income of a KOC", "yuan/day", 1),
    "koc_net_income": Outcome("income of a KOC net of effort", "yuan/day", 1),
    "creator_income_gini": Outcome("Gini of creators' income", "1", 0),
    "creator_revenue": Outcome("income of all creators", "yuan", 1),
    "platform_revenue": Outcome("platform revenue", "yuan", 1),
    "revenue_take": Outcome("platform revenue from its take", "yuan", 1),
    "revenue_annual_fee": Outcome("platform revenue from annual fees", "yuan", 1),
    "revenue_ads": Outcome("platform revenue from ads", "yuan", 1),
    "revenue_withdrawal_fee": Outcome("platform revenue from withdrawal fees", "yuan", 1),
    "revenue_float": Outcome("platform revenue from money held", "yuan", 1),
    "revenue_coupon": Outcome("coupons funded by the platform", "yuan", 0),
    "revenue_pay": Outcome("pay funded by the platform", "yuan", 0),
    "brand_profit": Outcome("brands' profit", "yuan", 1),
    "contribution": Outcome("brands' profit before marketing", "yuan", 1),
    "consumer_surplus": Outcome("consumer surplus", "yuan", 1),
    "product_gini": Outcome("Gini of products' orders", "1", 0),
}
"""What every run measures."""

_WINNING = {"ads": "ads", "kol": "KOLs", "koc": "KOCs"}  # customers; those of an own pool are customers already

OF_CELLS: dict[str, Outcome] = {
    **{
        f"acquisition_cost_{fund}": Outcome(f"cost of a new customer won through {words}", "yuan/customer", -1)
        for fund, words in _WINNING.items()
    },
    **{
        f"return_on_spend_{fund}": Outcome(f"brands' margin on what {words} sold, per yuan spent", "yuan/yuan", 1)
        for fund, words in (_WINNING | {"own": "the own pool"}).items()
    },
    **{
        f"lifetime_value_{fund}": Outcome(f"margin on a customer won through {words}", "yuan/customer", 1)
        for fund, words in (_WINNING | {"shelf": "listings and search"}).items()
    },
    "acquisition_rise": Outcome("acquisition cost, last third of the days over the first", "1", -1),
    "acquisition_cost_small": Outcome("acquisition cost, smaller half of brands over the larger", "1", -1),
    "switching": Outcome("purchases of another brand than the last of the category", "1", 0),
    "switching_public": Outcome("the same, bought in the public domain", "1", 0),
    "switching_private": Outcome("the same, bought in the private domain", "1", 0),
    "repeat_over_chance": Outcome("purchases of the same brand, over those by chance", "1", 1),
    "loyal_customers": Outcome("a brand's customers who bought it three times or more", "1", 1),
    "net_promoters": Outcome("buyers who were surprised well, less those disappointed", "1", 1),
    "worst_goods": Outcome("orders of the worst quarter of goods", "1", -1),
    "follower_orders": Outcome("orders from creators that their followers made", "1", 0),
    "koc_income_10": Outcome("income that a tenth of KOCs stay below", "yuan/day", 1),
    "koc_income_50": Outcome("median income of a KOC", "yuan/day", 1),
    "koc_income_90": Outcome("income that a tenth of KOCs exceed", "yuan/day", 1),
    "koc_income_variation": Outcome("variation of a KOC's income from week to week, over its mean", "1", -1),
    "koc_living": Outcome("KOCs who could live on it", "1", 1),
    "exposure_integrity": Outcome("integrity of whom people see, less that of creators", "1", 1),
    "exposure_integrity_rise": Outcome("rise of the former from the first to the last third of weeks", "1", 1),
    "income_integrity": Outcome("integrity of whom income goes to, less that of creators", "1", 1),
    "followers_gained": Outcome("followers gained", "1/month", 1),
    "followers_lost": Outcome("followers lost", "1/month", -1),
    "off_category": Outcome("orders per private post, outside of the author's category over inside", "1", 0),
    "members": Outcome("members of the first platform on the last day", "people", 1),
    "members_rival": Outcome("the same of its first rival", "people", 1),
    "creators_here": Outcome("creators who post on the first platform on the last day", "people", 1),
    "creators_rival": Outcome("the same of its first rival", "people", 1),
    "break_even_day": Outcome("day from which the first platform has earned what its growth has cost", "day", -1),
    "break_even_day_rival": Outcome("the same of its first rival", "day", -1),
    "gmv_n": Outcome("GMV over people", "yuan/person", 1),
    "gmv_n_log_n": Outcome("GMV over people times their logarithm", "yuan/person", 1),
    "gmv_n_square": Outcome("GMV over people squared", "yuan/person²", 1),
}
"""What runs measure that keep cells."""

OF_PLATFORMS: dict[str, Outcome] = {
    "members_anywhere": Outcome("people who are members of a platform", "people", 1),
    "own_members": Outcome("the platform's share of memberships", "1", 1),
    "own_kocs": Outcome("its share of creators' shops", "1", 1),
    "own_brands": Outcome("its share of brands' shops", "1", 1),
    "own_gmv": Outcome("its share of the GMV settled on platforms", "1", 1),
    "own_profit": Outcome("its revenue less what growth and upkeep cost", "yuan", 1),
    "rival_profit": Outcome("its rivals' revenue less what growth and upkeep cost", "yuan", 0),
    "leaked": Outcome("share of GMV settled outside platforms", "1", 0),
}
"""What runs measure in which people choose platforms."""

OUTCOMES = ALWAYS | OF_CELLS | OF_PLATFORMS
