"""A platform's policy: its terms, its feed and its deals."""

from __future__ import annotations

from pydantic import model_validator

from sim.parameters.creators import Creators
from sim.parameters.groups import ASSUMPTION, Group, Name, par
from sim.parameters.pay import Pay
from sim.ranges import (
    MOST_OWN_PAY,
)


class Feed(Group):
    """Ranking of the public feed and of search: a mix of popularity, merit and paid bids."""

    popularity: float = par(0.7, "weight of popularity", "1", ASSUMPTION, ge=0, le=1)
    merit: float = par(0.3, "weight of merit: truth of claims, satisfaction", "1", ASSUMPTION, ge=0, le=1)
    paid: float = par(0.0, "weight of paid bids among what is not marked as an ad", "1", ASSUMPTION, ge=0, le=1)
    exponent: float = par(0.4, "exponent of popularity", "1", ASSUMPTION, ge=0, le=3)
    popularity_decay: float = par(0.05, "share of recent sales that no longer counts", "1/day", ASSUMPTION, ge=0, le=1)
    satisfaction: float = par(0.8, "share of satisfied buyers assumed of new goods", "1", ASSUMPTION, ge=0, le=1)
    satisfaction_weight: float = par(5.0, "weight of that assumption", "purchases", ASSUMPTION, ge=0.01, le=1e4)
    truth: float = par(0.5, "share of claims met that is assumed of new creators", "1", ASSUMPTION, ge=0, le=1)
    truth_weight: float = par(2.0, "weight of that assumption", "claims", ASSUMPTION, ge=0.01, le=1e4)
    shelf: bool = par(
        True, "whether goods are shown of which no creator tells: on pages without a post, and in search", "", ""
    )
    content_share: float = par(
        0.4,
        "largest share of feed pages given to creators' public posts",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
        plausible=(0.1, 0.5),
    )
    content_half: float = par(
        1.2,
        "public posts at which half of that share is filled, each counted for all followers of its author",
        "posts/person/day",
        ASSUMPTION,
        ge=0,
        le=1e4,
        plausible=(0.4, 4.0),
    )
    ad_load: float = par(
        0.4, "largest share of pages, of the feed and of search, given to ads", "1", ASSUMPTION, ge=0, le=1
    )
    ad_price: float = par(
        0.18, "least price of an ad; more where brands want more pages than there are", "yuan/view", ASSUMPTION,
        ge=0.001, le=1000,
    )  # fmt: skip
    displacement: float = par(
        0.4, "organic pages that an ad in the feed takes the place of", "pages", ASSUMPTION, ge=0, le=1
    )
    organic_reach: float = par(
        0.38, "share of followers whom a public post reaches, up to 10,000 followers", "1", "Minter.io 2019", ge=0,
        le=1, plausible=(0.2, 0.5),
    )  # fmt: skip
    reach_fall: float = par(
        0.15, "fall of log reach per log of the audience beyond 10,000", "1", "38 to 19 %: Minter.io 2019", ge=0, le=2
    )
    unaffected_audience: float = par(
        10_000.0, "audience up to which reach does not fall", "people", "38 to 19 %: Minter.io 2019", ge=1, le=1e9
    )
    mass_audience: float = par(
        100_000.0, "audience on the platform at large of a KOL of median audience", "people", ASSUMPTION, ge=1, le=1e9
    )

    @model_validator(mode="after")
    def _ranks_by_something(self) -> Feed:
        if self.popularity + self.merit + self.paid <= 0:
            raise ValueError("popularity + merit + paid = 0: nothing to rank by; expected one of them above 0")
        return self


class Deal(Group):
    """An order that needs others: it waits for them, or is cancelled and refunded."""

    needs: int = par(
        0, "other buyers of the product without whom an order is cancelled; 0: none", "people", "", ge=0, le=99
    )
    days: int = par(1, "days for which an order waits for them", "days", ASSUMPTION, ge=0, le=30)
    cut: float = par(0.0, "cut in price, funded by the brand", "share of price", ASSUMPTION, ge=0, le=0.9)


class Platform(Group):
    """A platform's policy, composed of independent parts."""

    name: Name = "platform"
    share: float = par(1.0, "share of people and creators at home here", "1", ASSUMPTION, ge=0, le=1)
    take_rate: float = par(
        0.05, "platform's share of completed sales", "share of price paid", "5-8 %: JD merchant fees 2018", ge=0, le=0.6
    )
    annual_fee: float = par(
        5_000.0,
        "software service fee of a brand in a market of 10,000 people; it grows with the market",
        "yuan/year",
        "about 2 % of what brands sell, as 30,000 yuan are of 1.5 million: JD merchant fees 2018; size: assumption",
        ge=0,
        le=1e9,
    )
    deposit: float = par(
        50_000.0,
        "merchant deposit, paid back on leaving, in a market of 10,000 people; it grows with the market",
        "yuan/brand",
        ASSUMPTION,
        ge=0,
        le=1e9,
    )
    delivery_days: int = par(
        2, "days from confirmation until the goods arrive", "days", ASSUMPTION, ge=0, le=30, plausible=(0, 7)
    )
    settlement_days: int = par(
        10,
        "days from purchase until the money is paid out, at the earliest on arrival",
        "days",
        "press: 7-15",
        ge=0,
        le=90,
    )
    return_days: int = par(
        7,
        "days from arrival until a return is refunded",
        "days",
        "seven-day return without reason: Consumer Protection Law of the PRC, art. 25",
        ge=0,
        le=90,
    )
    withdrawal_fee: float = par(0.001, "fee on withdrawals", "share of amount", "WeChat Pay terms", ge=0, le=0.1)
    withdrawal_fee_least: float = par(0.1, "smallest withdrawal fee", "yuan", "WeChat Pay terms", ge=0, le=100)
    withdrawal_free: float = par(
        0.0, "withdrawals free of fee, once in a lifetime", "yuan", "0; WeChat Pay terms have 1,000", ge=0, le=1e9
    )
    withdrawal_habit: float = par(
        1 / 7, "probability that a party withdraws its balance", "1/day", ASSUMPTION, ge=0, le=1
    )
    float_yield: float = par(0.0035, "interest on money held", "1/year", "bank demand deposit rate", ge=0, le=0.2)
    follow_gate: bool = par(False, "whether trade needs a follow", "", "Mihe 2020")
    coupon: float = par(0.0, "coupon on orders, funded by the platform", "share of price", ASSUMPTION, ge=0, le=0.9)
    coupon_newcomers: bool = par(True, "whether the coupon is for people who have not bought yet", "", ASSUMPTION)
    live_discount: float = par(
        0.0, "discount in live rooms, funded by the brand", "share of price", ASSUMPTION, ge=0, le=0.9
    )
    commission: float | None = par(
        None, "visible commission paid to creators here; creators.commission where none is given",
        "share of price paid", "", ge=0, le=0.6,
    )  # fmt: skip
    resale_margin: float | None = par(
        None, "mark-up of creators who sell on their own account here; creators.resale_margin where none is given",
        "share of price", "", ge=0, le=0.6,
    )  # fmt: skip
    pay: tuple[Pay, ...] = par((), "further lines of pay, each of to, of, share or sum, by, visible and so on", "", "")
    join_cost: float = par(
        3.0, "cost of joining, as people feel it: of an app more than of a page in another app", "yuan", ASSUMPTION,
        ge=0, le=1e6, plausible=(0.5, 10.0),
    )  # fmt: skip
    growth_budget: float = par(
        0.0, "spent on advertising to people who are no members, in a market of 10,000 people; grows with it",
        "yuan/week", ASSUMPTION, ge=0, le=1e9,
    )  # fmt: skip
    upkeep: float = par(
        0.0, "running cost, in a market of 10,000 people; it grows with the market", "yuan/week", ASSUMPTION, ge=0,
        le=1e9,
    )  # fmt: skip
    cash: float = par(
        100_000.0, "money at hand on the first day, in a market of 10,000 people; it grows with the market. Growth is "
        "paid out of it and of what is earned", "yuan", ASSUMPTION, ge=0, le=1e12,
    )  # fmt: skip
    brands_at_start: float = par(1.0, "share of brands that sell here on the first day", "1", ASSUMPTION, ge=0, le=1)
    exclusive: bool = par(
        False, "whether creators and brands here may be on no other platform", "",
        "choose one of two: press on Chinese platforms",
    )  # fmt: skip
    deal: Deal = Deal()
    feed: Feed = Feed()

    def commission_of(self, creators: Creators) -> float:
        """Visible commission that creators are paid here, share of price."""
        return creators.commission if self.commission is None else self.commission

    def resale_margin_of(self, creators: Creators) -> float:
        """Mark-up of creators who sell on their own account here, share of price."""
        return creators.resale_margin if self.resale_margin is None else self.resale_margin

    def lines_of_pay(self, creators: Creators) -> tuple[Pay, ...]:
        """Every line of pay here: those that creators have everywhere, then the platform's own."""
        return (
            Pay(to="seller", of="price", share=self.commission_of(creators)),
            Pay(to="seller", of="price", share=self.resale_margin_of(creators), by="buyer", visible=False),
            Pay(to="author", of="follower", sum=creators.koc_fee, tier="koc"),
            Pay(to="author", of="follower", sum=creators.slot_fee, tier="kol"),
            *self.pay,
        )

    @model_validator(mode="after")
    def _not_too_many_lines(self) -> Platform:
        if len(self.pay) > MOST_OWN_PAY:
            raise ValueError(f"pay: {len(self.pay)} lines given, expected at most {MOST_OWN_PAY}")
        return self
