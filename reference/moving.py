"""Creators choose where to post, by the income that they can expect there, and ask followers to come along (7.28)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reference import equations

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.creator import Creator
    from reference.market import PlainMarket
    from reference.platform import Platform

Asked = dict["Consumer", list["Platform"]]


def creators_move(model: PlainMarket, by_creators: float) -> Asked:
    """Let creators open a shop on another platform, or close one; returns whom they ask to come where."""
    outlook = Outlook(model, by_creators)
    chosen = {creator: outlook.choose(creator) for creator in outlook.followers}
    asked: Asked = defaultdict(list)
    for creator, platforms in chosen.items():
        for platform in platforms:
            if platform not in creator.platforms:
                for follower in outlook.ask(creator, platform):
                    asked[follower].append(platform)
    for creator, platforms in chosen.items():
        settle(creator, platforms, outlook)
    return asked


def settle(creator: Creator, platforms: list[Platform], outlook: Outlook) -> None:
    """Post there from now on, at home where most is expected; the person is a member there."""
    assert creator.person is not None, "brands do not move"
    creator.platforms, member = platforms, creator.person.member
    if platforms:
        creator.home = max(platforms, key=lambda platform: outlook.income(creator, platform))
    else:
        creator.since = creator.posted = creator.model.day  # who is nowhere has not begun
    member.platforms = member.platforms + [one for one in platforms if one not in member.platforms]


class Outlook:
    """What creators in business can expect of platforms this week; yuan a week."""

    def __init__(self, model: PlainMarket, by_creators: float) -> None:
        """Work out what a follower brings on each platform, by what creators have earned there and everywhere."""
        self.model, self.p = model, model.parameters.membership
        self.followers: dict[Creator, list[Consumer]] = {
            creator: [] for creator in model.creators if creator.active and creator.person is not None
        }
        for person in model.consumers:
            for creator in person.follows:
                if creator in self.followers:
                    self.followers[creator].append(person)
        self.reach = {creator: self.reached_by(creator) for creator in self.followers}
        self.reached = {k: sum(self.reach[k][platform] for platform in k.platforms) for k in self.followers}
        whole = sum(self.reached.values())
        self.usual = sum(creator.learnt["y"] for creator in self.followers) / max(whole, 1.0)
        self.confidence = max(whole / max(len(self.followers), 1), 1.0)
        self.rate = self.rates(self.sold_to_a_follower(by_creators, whole))
        self.skills = {creator: self.skill(creator) for creator in self.followers}

    def reached_by(self, creator: Creator) -> dict[Platform, float]:
        """Followers on each platform, a member of several in parts."""
        reach = dict.fromkeys(self.model.platforms, 0.0)
        for follower in self.followers[creator]:
            for platform in follower.member.platforms:
                reach[platform] += 1.0 / len(follower.member.platforms)
        return reach

    def sold_to_a_follower(self, by_creators: float, whole: float) -> float:
        """What creators sell to a follower whom they reach."""
        days = sum(platform.visits.days for platform in self.model.platforms)
        spending = 7.0 * sum(platform.spending for platform in self.model.platforms) / max(days, 1.0)
        members = sum(person.is_member for person in self.model.consumers)
        return spending * members * by_creators / max(whole, 1.0)

    def rates(self, sold: float) -> dict[Platform, float]:
        """Income of a follower on each platform: as over all platforms and by its pay, and as was earned there."""
        pay = {platform: platform.pays_sellers() for platform in self.model.platforms}
        usual_pay, rates = sum(pay.values()) / len(pay), {}
        for platform in self.model.platforms:
            known = max(self.usual + (pay[platform] - usual_pay) * sold, 0.0)
            there = [creator for creator in self.followers if platform in creator.platforms]
            earned = sum(k.learnt["y"] * self.reach[k][platform] / max(self.reached[k], 1e-9) for k in there)
            reached = sum(self.reach[creator][platform] for creator in there)
            rates[platform] = (earned + self.confidence * known) / (reached + self.confidence)
        return rates

    def skill(self, creator: Creator) -> float:
        """Of a creator, as against what others would earn by the same followers."""
        prior = self.usual * self.confidence
        usual = sum(self.rate[platform] * self.reach[creator][platform] for platform in creator.platforms)
        return (creator.learnt["y"] + prior) / max(usual + prior, 1e-9)

    def income(self, creator: Creator, platform: Platform, coming: float = 0.0) -> float:
        """Of a creator on a platform, to which some more followers come along."""
        return self.rate[platform] * (self.reach[creator][platform] + coming) * self.skills[creator]

    def outsiders(self, creator: Creator, platform: Platform) -> list[Consumer]:
        """Followers who are no members of a platform."""
        return [follower for follower in self.followers[creator] if platform not in follower.member.platforms]

    # --- choice -----------------------------------------------------------------------------------------------------

    def choose(self, creator: Creator) -> list[Platform]:
        """Where a creator posts from now on: one more platform, or that one alone, or one less."""
        reviews, random = self.p.creators_review, creator.random.random
        gains = {platform: self.gain(creator, platform) for platform in self.elsewhere(creator)}
        if gains:
            best = max(gains, key=gains.__getitem__)
            likely = equations.chance(gains[best], self.p.move_cost, self.p.creators_noise, self.model.parameters)
            if random() < reviews and random() < likely:
                return [best] if self.is_alone(creator, best) else [*creator.platforms, best]
        if len(creator.platforms) < 2:
            return creator.platforms
        least = min(creator.platforms, key=lambda platform: self.income(creator, platform))
        gain = self.p.second_effort - self.income(creator, least)
        likely = equations.chance(gain, 0.0, self.p.creators_noise, self.model.parameters)
        if any(platform.policy.exclusive for platform in creator.platforms):
            likely = 1.0
        closes = random() < reviews * likely
        return [platform for platform in creator.platforms if not closes or platform is not least]

    def elsewhere(self, creator: Creator) -> list[Platform]:
        """Platforms on which a creator does not post, in an order by lot, which decides among equals."""
        there = [platform for platform in self.model.platforms if platform not in creator.platforms]
        return creator.random.sample(there, len(there))

    def is_alone(self, creator: Creator, platform: Platform) -> bool:
        """Whether a creator who posts on a platform has to leave all others."""
        exclusive = any(one.policy.exclusive for one in (*creator.platforms, platform))
        return exclusive or not self.p.creators_multi_home

    def gain(self, creator: Creator, platform: Platform) -> float:
        """By a shop on another platform, to which some followers can be expected to come along."""
        likely_asked = min((self.p.asked_least + self.p.asked_most) / 2.0, len(self.outsiders(creator, platform)))
        income = self.income(creator, platform, coming=self.p.share_expected * likely_asked)
        if self.is_alone(creator, platform):
            return income - sum(self.income(creator, one) for one in creator.platforms)
        return income - (self.p.second_effort if creator.platforms else 0.0)

    def ask(self, creator: Creator, platform: Platform) -> list[Consumer]:
        """Followers whom a creator asks to come along, by lot."""
        outsiders = self.outsiders(creator, platform)
        size = creator.random.randint(self.p.asked_least, self.p.asked_most)
        return creator.random.sample(outsiders, min(size, len(outsiders)))
