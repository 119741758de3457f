"""What the verdict speaks of: which outcomes, in whose interest they are, and how their numbers are written."""

from __future__ import annotations

import math

from experiments.measures.statistics import Estimate
from experiments.settings.language import Language, said, spoken
from sim.results.outcomes import OUTCOMES, Outcome

FOLLOWING: dict[str, Outcome] = {
    "contribution_per_yuan": Outcome("contribution that a yuan of marketing money brings", "yuan/yuan", 1),
    "customer_value": Outcome("twelve-month value of a brand's customer", "yuan/customer", 1),
}
"""Outcomes that follow from those of runs, the first from a pair of them (`experiments.measures.worth`)."""

POINTS = ("koc_retention", "repurchase", "return_rate")
"""Shares of a whole: their change is told in points: per cent of a share are hard to picture, and may leave -100 %."""

KNOWN: dict[str, Outcome] = {
    **OUTCOMES, **FOLLOWING, **{key: OUTCOMES[key]._replace(unit="points") for key in POINTS},
}  # fmt: skip
"""Every outcome that a report speaks of."""

PLAIN = {
    "gmv_kept": "sales", "consumer_surplus": "consumers' surplus", "reach": "people reached in a week",
    "paid_conversion": "orders from pages by which creators earn",
}  # fmt: skip
"""What outcomes are called where a reader begins; others go by their labels."""

SHOWN: tuple[str, ...] = (
    "reach", "creator_conversion", "paid_conversion", "conversion", "acquisition_cost", "customer_value", "gmv",
    "gmv_kept", "repurchase", "return_rate", "trust", "consumer_surplus", "kocs", "koc_retention", "koc_income",
    "koc_net_income", "creator_income_gini", "brand_profit", "contribution_per_yuan", "marketing_cost", "outlay_ads",
    "outlay_kol", "outlay_koc", "outlay_own", "platform_revenue", "revenue_take", "revenue_annual_fee", "revenue_ads",
    "revenue_withdrawal_fee", "revenue_float",
)  # fmt: skip
"""Outcomes of the verdict, in its order."""

INTERESTS: dict[str, dict[str, str]] = {
    "consumers": {"consumer_surplus": "surplus"},
    "KOCs": {"koc_net_income": "income net of effort", "koc_retention": "retention"},
    "brands": {"brand_profit": "profit"},
    "platform": {"platform_revenue": "revenue"},
}
"""What each party wants, with its short name.

A party is better off where one of its outcomes is clearly better and none clearly worse.
"""

OVERALL: tuple[str, ...] = ("gmv_kept", "consumer_surplus")
"""What decides the overall winner, by the same rule."""

IN_FIGURES: tuple[str, ...] = (
    "reach", "creator_conversion", "acquisition_cost", "gmv_kept", "repurchase", "trust", "consumer_surplus",
    "koc_retention", "koc_net_income", "brand_profit", "platform_revenue",
)  # fmt: skip
"""Rows of the forest plot."""


PARTS = ("outlay_", "revenue_")
"""How names of outcomes begin that are parts of the one before them."""

PERCENT_UNITS = ("points", "orders/view")

SCALES = {
    Language.en: ((1e9, 1e9, " bn"), (1e6, 1e6, " M"), (1e4, 1e3, " k")),
    Language.zh: ((1e8, 1e8, " 亿"), (1e4, 1e4, " 万")),
}
"""From which size on numbers are told in what, and its word.

Compact forms of Babel count decimals, not digits (12.34K beside 123.46K), and have neither a plus nor a true minus
sign: this table is all that they would take away.
"""


def number(value: float, *, signed: bool = False) -> str:
    """A number to three significant digits, large ones in thousands or millions, with a true minus sign."""
    if not math.isfinite(value):
        return said("n/a") if math.isnan(value) else ("∞" if value > 0 else "−∞")
    size, tail = abs(value), ""
    for least, scale, word in SCALES[spoken()]:
        if size >= least:
            size, tail = size / scale, word
            break
    digits = 0 if size == 0 else max(0, 2 - math.floor(math.log10(size)))
    text = f"{size:,.{min(digits, 6)}f}"
    is_zero = not text.strip("0.,")
    sign = "" if is_zero else "−" if value < 0 else "+" if signed else ""
    return f"{sign}{'0' if is_zero else text}{tail}"


def percent(share: float, *, signed: bool = True) -> str:
    """A share as per cent, without the sign of per cent: one decimal below ten, none above."""
    if not math.isfinite(share):
        return number(share)
    value = 100 * share
    text = f"{abs(value):,.{1 if abs(value) < 9.95 else 0}f}" if value else "0"
    sign = "" if not text.strip("0.") else "−" if value < 0 else "+" if signed else ""
    return sign + text


def share(value: float) -> str:
    """A share in whole per cent, with the sign of per cent."""
    return f"{100 * value:.0f} %"


def amount(value: float, unit: str, *, signed: bool = True) -> str:
    """A value with its unit; rates of orders become per cent, or percentage points where signed."""
    if unit in PERCENT_UNITS:
        return f"{percent(value, signed=signed)} {said('points') if signed else '%'}"
    return f"{number(value, signed=signed)} {said(unit)}".removesuffix(" 1")


def interval(estimate: Estimate, unit: str, kind: str = "CI") -> str:
    """An estimate with its interval in words; the unit ``%`` takes shares."""
    if estimate.seeds < 2:
        return f"{value_text(estimate.value, unit)} ({said('one seed: no interval')})"
    return f"{value_text(estimate.value, unit)} (95 % {said(kind)} {span(estimate, unit)})"


def prediction(estimate: Estimate, unit: str) -> str:
    """An estimate with its prediction interval in words."""
    return interval(estimate, unit, "prediction interval")


def span(estimate: Estimate, unit: str) -> str:
    """Both ends of an interval in words."""
    if unit == "%" or unit in PERCENT_UNITS:
        return ranged(percent(estimate.low), percent(estimate.high))
    return ranged(number(estimate.low, signed=True), number(estimate.high, signed=True))


def ranged(low: str, high: str) -> str:
    """From one number to another."""
    return f"{low} {said('to')} {high}"


def value_text(value: float, unit: str) -> str:
    """A signed value; the unit ``%`` takes shares."""
    return f"{percent(value)} %" if unit == "%" else amount(value, unit)


def label(key: str) -> str:
    """Name for people of an outcome."""
    return said(KNOWN[key].label)


def plain_label(key: str) -> str:
    """Name of an outcome where a reader begins."""
    return said(PLAIN[key]) if key in PLAIN else label(key)


def capital(text: str) -> str:
    """Text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]
