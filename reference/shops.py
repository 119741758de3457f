"""Brands choose where to sell, by what sales there earn (7.28); yuan a week."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from reference import equations

if TYPE_CHECKING:
    from reference.brand import Brand
    from reference.market import PlainMarket
    from reference.platform import Platform

WEEKS_A_YEAR = 52


def goods_there(model: PlainMarket) -> dict[Platform, float]:
    """Share of what brands earn that is sold on each platform, over its mean by how much platforms are looked at."""
    earned = {brand: max(sum(there.shops[brand].earned for there in model.platforms), 0.0) for brand in model.brands}
    earned = {brand: yuan + 1e-9 for brand, yuan in earned.items()}
    whole = sum(earned.values())
    share = {
        platform: sum(yuan for brand, yuan in earned.items() if platform.shops[brand].is_open) / whole
        for platform in model.platforms
    }
    weights = {platform: platform.visits.days + 1.0 for platform in model.platforms}
    usual = sum(share[platform] * weight for platform, weight in weights.items()) / sum(weights.values())
    return {platform: one / max(usual, model.parameters.membership.least_present) for platform, one in share.items()}


def brands_move(model: PlainMarket) -> None:
    """Let brands open a shop on a platform, or close one."""
    outlook = ShopOutlook(model)
    chosen = {brand: outlook.choose(brand) for brand in model.brands}
    for brand, platforms in chosen.items():
        for platform in model.platforms:
            platform.shops[brand].is_open = platform in platforms


class ShopOutlook:
    """What brands can expect of platforms this week."""

    def __init__(self, model: PlainMarket) -> None:
        """Work out what a brand earns on each platform; one without brands brings what its visitors spend elsewhere."""
        self.model, self.p = model, model.parameters.membership
        self.size = max(model.by_size(1.0), 1e-4)
        memory, platforms = self.p.memory, model.platforms
        self.weeks = memory * (1.0 - exp(-(model.day + 1) / (7.0 * memory)))
        visits = {platform: platform.visits.days / self.weeks for platform in platforms}
        whole = sum(self.earned(brand, platform) for brand in model.brands for platform in platforms)
        a_visit = whole / max(sum(visits.values()), 1.0)
        self.peers = {}
        for platform in platforms:
            there = [self.earned(brand, platform) for brand in model.brands if platform.shops[brand].is_open]
            alike = a_visit * visits[platform] / len(model.brands)
            self.peers[platform] = (sum(there) + alike) / (len(there) + 1)
        self.usual = sum(self.peers.values()) / len(platforms)

    def earned(self, brand: Brand, platform: Platform) -> float:
        """By a brand on a platform of late."""
        return platform.shops[brand].earned / self.weeks

    def sells_on(self, brand: Brand) -> list[Platform]:
        """Platforms on which a brand sells."""
        return [platform for platform in self.model.platforms if platform.shops[brand].is_open]

    def skill(self, brand: Brand) -> float:
        """How a brand does against others where it sells."""
        if self.usual <= 0.0:
            return 1.0
        there = self.sells_on(brand)
        own, usual = (sum(one) for one in ([self.earned(brand, v) for v in there], [self.peers[v] for v in there]))
        return (max(own, 0.0) + self.usual) / (usual + self.usual)

    def net(self, brand: Brand, platform: Platform) -> float:
        """What a brand can expect of a shop, less the annual fee and the effort."""
        fee = platform.yearly_fee() / 100.0 / WEEKS_A_YEAR
        is_open = platform.shops[brand].is_open
        income = self.earned(brand, platform) if is_open else self.peers[platform] * self.skill(brand)
        return income - fee - self.p.shop_effort * self.size

    def choose(self, brand: Brand) -> list[Platform]:
        """Where a brand sells from now on: on one more platform, on that one alone, or on one less."""
        there, random = self.sells_on(brand), brand.random.random
        if random() >= self.p.brands_review:
            return there
        p, noise = self.model.parameters, self.p.brands_noise * self.size
        elsewhere = [platform for platform in self.model.platforms if platform not in there]
        gains = {platform: self.gain(brand, platform) for platform in brand.random.sample(elsewhere, len(elsewhere))}
        if gains:
            best = max(gains, key=gains.__getitem__)
            if random() < equations.chance(gains[best], self.p.shop_cost * self.size, noise, p):
                return [best] if self.is_alone(brand, best) else [*there, best]
        if not there:
            return there
        least = min(there, key=lambda platform: self.net(brand, platform))
        must = len(there) > 1 and self.is_alone(brand, least)
        closes = must or random() < equations.chance(-self.net(brand, least), 0.0, noise, p)
        return [platform for platform in there if not closes or platform is not least]

    def is_alone(self, brand: Brand, platform: Platform) -> bool:
        """Whether a brand that sells on a platform has to leave all others."""
        exclusive = any(one.policy.exclusive for one in (*self.sells_on(brand), platform))
        return exclusive or not self.p.brands_multi_home

    def gain(self, brand: Brand, platform: Platform) -> float:
        """By a shop on another platform."""
        alone = self.is_alone(brand, platform)
        return self.net(brand, platform) - (sum(self.net(brand, v) for v in self.sells_on(brand)) if alone else 0.0)
