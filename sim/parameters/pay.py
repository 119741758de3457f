"""Lines of pay: who is paid for what."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import field_validator, model_validator

from sim.parameters.groups import Group, par
from sim.ranges import MOST_LEVELS


class Pay(Group):
    """A line of pay: who is paid for what, how much, and by whom."""

    to: Literal["seller", "author", "sharer", "recruiter", "staff"] = par(
        "seller",
        "who is paid: the creator who sold; the author of the post that led there; the buyer whose word did; who "
        "recruited the seller; the platform's staff",
        "", "",
    )  # fmt: skip
    of: Literal["price", "margin", "order", "member", "post", "follower", "day"] = par(
        "price",
        "what for: the price or the brand's margin of a sale; a sale; the first order of a new member; a post; a post, "
        "for each follower; a day in business",
        "", "",
    )  # fmt: skip
    share: float = par(0.0, "how much of the price or the margin", "1", "", ge=0, le=0.6)
    sum: float = par(0.0, "how much for each of the others", "yuan", "", ge=0, le=10_000)
    by: Literal["brand", "platform", "buyer"] = par(
        "brand", "who pays: the brand, the platform, or the buyer through the seller's own price", "", ""
    )
    visible: bool = par(True, "whether people see it: what is seen weakens words and claims", "", "")
    level: int = par(
        1, "which recruiter: of the seller, of the seller's recruiter, or of that one's", "level",
        "three levels at most: Criminal Law of the PRC, art. 224-1, and opinions of 2013", ge=1, le=MOST_LEVELS,
    )  # fmt: skip
    tier: Literal["all", "koc", "kol"] = par("all", "which creators are paid", "", "")
    brands: tuple[int, ...] = par(
        (),
        "brands on whose goods, or posts about them, it is paid, by their numbers from 0; of a retainer, who pays it; "
        "empty: all",
        "",
        "",
    )
    wait: int = par(0, "days from the division of an order until it is paid", "days", "", ge=0, le=365)
    claw_back: bool = par(True, "whether it is taken back where goods are sent back", "", "")

    @field_validator("level", mode="before")
    @classmethod
    def _is_lawful(cls, level: Any) -> Any:
        if isinstance(level, int) and level > MOST_LEVELS:
            raise ValueError(
                f"{level} levels of recruiters are a pyramid scheme, which is a crime (Criminal Law of the PRC, "
                f"art. 224-1); expected 1 to {MOST_LEVELS}"
            )
        return level

    @model_validator(mode="after")
    def _is_possible(self) -> Pay:
        by_share = self.of in ("price", "margin")
        if by_share and self.sum:
            raise ValueError(f"sum={self.sum:g}: pay of={self.of} is a share; expected share, and no sum")
        if not by_share and self.share:
            raise ValueError(f"share={self.share:g}: pay of={self.of} is a sum; expected sum, and no share")
        for key, given, known in (("to", self.to, _PAID_FOR), ("by", self.by, _PAID_BY)):
            if self.of not in known[given]:
                raise ValueError(f"of={self.of}: with {key}={given} expected one of {', '.join(known[given])}")
        if self.level > 1 and self.to != "recruiter":
            raise ValueError(f"level={self.level}: only recruiters have levels; expected 1 with to={self.to}")
        if self.to == "staff" and self.of == "day" and self.by == "brand":
            raise ValueError("by=brand: a platform's staff is paid by the day by the platform; expected by=platform")
        if self.by == "buyer" and not self.claw_back:
            raise ValueError("claw_back=false: who sends goods back pays nothing; expected true with by=buyer")
        alike = self.by == "buyer" or (self.of, self.by) == ("day", "platform")
        if self.brands and alike:
            raise ValueError(f"brands: pay of={self.of} by={self.by} is the same for all brands; expected none named")
        return self


_ON_ORDERS = ("price", "margin", "order", "member")


_PAID_FOR = {
    "seller": (*_ON_ORDERS, "day"), "author": (*_ON_ORDERS, "post", "follower"), "sharer": _ON_ORDERS,
    "recruiter": _ON_ORDERS, "staff": (*_ON_ORDERS, "day"),
}  # fmt: skip


_PAID_BY = {
    "brand": (*_ON_ORDERS, "post", "follower", "day"), "platform": (*_ON_ORDERS, "post", "follower", "day"),
    "buyer": ("price",),
}  # fmt: skip
