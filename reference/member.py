"""A person as a member of platforms: what is expected of each, which are joined and left, where to look (7.28)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference import equations
from reference.records import Visits

if TYPE_CHECKING:
    from reference.consumer import Consumer
    from reference.membership import Known
    from reference.platform import Platform


class Member:
    """On which platforms a person is, and what they have brought."""

    def __init__(self, person: Consumer) -> None:
        """Begin as a member at home."""
        self.person = person
        self.platforms: list[Platform] = [person.home]
        self.visits = {platform: Visits() for platform in person.model.platforms}
        self.expected = dict.fromkeys(person.model.platforms, 0.0)

    def fade(self, left: float) -> None:
        """What was remembered fades."""
        for visits in self.visits.values():
            visits.days *= left
            visits.surplus *= left

    def look(self) -> Platform:
        """Where the person looks today: most is expected of it, chance included."""
        model, best = self.person.model, self.platforms[0]
        if len(self.platforms) > 1:
            variety = model.parameters.membership.variety
            drawn = {one: self.expected[one] + variety * float(model.rng.gumbel()) for one in self.platforms}
            best = max(drawn, key=drawn.__getitem__)
        self.visits[best].days += 1.0
        return best

    def pinned(self) -> list[Platform]:
        """Where the person has to stay, as a creator who posts there."""
        creator = self.person.creator
        return creator.platforms if creator is not None else []

    def present(self, platform: Platform, known: Known) -> float:
        """Share of the creators followed who are on a platform; of nobody, the share of all creators' audience."""
        followed = [creator for creator in self.person.follows if creator.active and creator.person is not None]
        if not followed:
            return known.audience_there[platform]
        return sum(platform in creator.platforms for creator in followed) / len(followed)

    def expect(self, known: Known) -> None:
        """Work out what each platform can be expected to bring, yuan a week."""
        least = self.person.model.parameters.membership.least_present
        for platform in self.person.model.platforms:
            of_friends = Visits()
            for friend in self.person.friends:
                of_friends.add(friend.member.visits[platform])
            present = self.present(platform, known) / max(known.present, least)
            worth = equations.presence_worth(known.base, known.by_creators, present, known.goods[platform])
            self.expected[platform] = equations.expected_surplus(
                self.visits[platform], of_friends, worth + known.saving[platform], self.person.model.parameters
            )

    def value(self, platforms: list[Platform]) -> float:
        """Of being a member of these."""
        return equations.value_of_set([self.expected[one] for one in platforms], self.person.model.parameters)

    # --- once a week ------------------------------------------------------------------------------------------------

    def reconsider(self, asked: list[Platform], known: Known) -> list[Platform]:
        """Platforms of which the person is a member from now on: one that was heard of joins, or one is given up."""
        p, random = self.person.model.parameters.membership, self.person.random.random
        reviews = bool(self.platforms) and random() < p.review
        heard = self.hear(asked, known)
        if not heard and not reviews:
            return self.platforms
        self.expect(known)
        joined = self.join(heard) if heard else None
        if joined is not None:
            stays = self.platforms if p.multi_home else self.pinned()
            return [*stays, joined]
        given_up = self.leave() if reviews else None
        return [one for one in self.platforms if one is not given_up or one in self.pinned()]

    def hear(self, asked: list[Platform], known: Known) -> list[Platform]:
        """Of which platforms the person hears this week: a creator asks, or friends, advertising or chance tell."""
        if self.person.activity == 0.0:
            return []
        heard = []
        for platform in self.person.model.platforms:
            if platform in self.platforms:
                continue
            there = sum(platform in known.members[friend] for friend in self.person.friends)
            contact = equations.chance_of_contact(there, known.advertised[platform], self.person.model.parameters)
            if platform in asked or self.person.random.random() < contact:
                heard.append(platform)
        return heard

    def join(self, heard: list[Platform]) -> Platform | None:
        """Of what was heard of, the platform that gains most, if that is worth the cost of joining."""
        model, now = self.person.model, self.value(self.platforms)
        p, gains = model.parameters.membership, {}
        for platform in self.person.random.sample(heard, len(heard)):  # the lot decides among equals
            after = [*self.platforms, platform] if p.multi_home else [platform]
            gains[platform] = p.horizon * (self.value(after) - now) - platform.policy.join_cost
        best = max(gains, key=gains.__getitem__)
        likely = equations.chance(0.0, -gains[best], p.noise, model.parameters)
        return best if self.person.random.random() < likely else None

    def leave(self) -> Platform | None:
        """The platform that would be missed least, if that is little."""
        model, now = self.person.model, self.value(self.platforms)
        missed = {}
        for platform in self.platforms:
            missed[platform] = now - self.value([other for other in self.platforms if other is not platform])
        least = min(missed, key=missed.__getitem__)
        likely = equations.chance(-missed[least], 0.0, model.parameters.membership.noise, model.parameters)
        return least if self.person.random.random() < likely else None
