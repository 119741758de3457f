"""What people look at, and what they remember of it."""

from __future__ import annotations

from sim.parameters.groups import ASSUMPTION, Group, par


class Attention(Group):
    """What people look at. Feed items weigh a category by the same interest and need as opening a post does."""

    public_slots: float = par(
        0.6,
        "mean item pages seen in the public feed, where there are no ads",
        "views/active day",
        ASSUMPTION,
        ge=0,
        le=20,
        measured="item pages opened in the feed by a person and day: a platform's log",
    )
    search: float = par(
        0.4,
        "probability to search when a need is open",
        "1/active day",
        ASSUMPTION,
        ge=0,
        le=1,
        measured="share of people with a need who search on a day online: a platform's log beside a diary of needs",
    )
    search_results: int = par(3, "results looked at per search", "products", ASSUMPTION, ge=1, le=20)
    open_rate: float = par(
        0.3, "probability to open a delivered post: mean taste, no need, no fatigue, trust of one half", "1",
        ASSUMPTION, ge=0.001, le=0.99,
        measured="share of a group's members who open a post: the group's log",
    )  # fmt: skip
    interest: float = par(0.5, "effect of taste on the log odds to open", "logit/utility", ASSUMPTION, ge=0, le=3)
    trust: float = par(2.0, "effect of trust on the log odds to open", "logit", ASSUMPTION, ge=0, le=10)
    need: float = par(1.5, "effect of an open need on the log odds to open", "logit", ASSUMPTION, ge=0, le=5)
    fatigue_decay: float = par(0.1, "share of fatigue that fades", "1/day", ASSUMPTION, ge=0, le=1)
    fatigue_first: float = par(
        0.03, "fatigue added by a creator's first post of the day", "fatigue", ASSUMPTION, ge=0, le=2
    )
    fatigue_more: float = par(
        0.06, "fatigue added by each further post of the day", "fatigue", ASSUMPTION, ge=0, le=2, plausible=(0.0, 0.15)
    )
    fatigue_irrelevant: float = par(0.1, "fatigue added by a post of no interest", "fatigue", ASSUMPTION, ge=0, le=2)
    mute_fatigue: float = par(
        1.5, "fatigue above which a creator is muted until it fades", "fatigue", ASSUMPTION, ge=0, le=7
    )
    leave_fatigue: float = par(1.0, "fatigue above which a follower may leave", "fatigue", ASSUMPTION, ge=0, le=7)
    leave_trust: float = par(0.2, "trust below which a follower may leave", "1", ASSUMPTION, ge=0, le=1)
    silence: int = par(
        30, "days without a post of a creator after which a follower may leave", "days", ASSUMPTION, ge=1, le=10_000
    )
    leave: float = par(0.02, "probability that such a follower leaves", "1/day", ASSUMPTION, ge=0, le=1)
    ask: float = par(
        0.1, "probability to ask an expert contact when a need is open", "1/active day", ASSUMPTION, ge=0, le=1
    )
    follow: float = par(
        0.05,
        "probability to follow a creator met in public or through a friend after a good purchase",
        "1/purchase",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    follow_gate: float = par(
        0.02,
        "probability to follow an unfollowed seller of a page seen where trade needs a follow",
        "1/view",
        ASSUMPTION,
        ge=0,
        le=1,
    )


class Remembering(Group):
    """What a consumer remembers of products: goodwill (Nerlove & Arrow 1962), and what was learnt."""

    goodwill_days: float = par(
        35.0,
        "time in which goodwill falls to 1/e of itself",
        "days",
        ASSUMPTION,
        ge=0.1,
        le=1e12,
        plausible=(20, 60),
        measured="unaided recall of an advertised product two, four and eight weeks later",
    )
    knowledge_days: float = par(
        90.0, "the same of what is known of a product (Mehta, Rajiv & Srinivasan 2004)", "days", ASSUMPTION, ge=0.1,
        le=1e12, plausible=(45, 365),
    )  # fmt: skip
    seen: float = par(
        0.05,
        "goodwill added by an ad or a public page",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall by people who were shown one ad or post, by lot, against people who were not",
    )
    heard: float = par(
        0.07,
        "goodwill added by what somebody close says",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall by people to whom somebody close wrote of a product, by lot, against others",
    )
    use: float = par(
        2.0,
        "goodwill added by use",
        "1",
        ASSUMPTION,
        ge=0,
        le=10,
        measured="unaided recall of the product bought last when the next need opens",
    )
    disappointed: float = par(0.2, "share of that where use disappoints", "1", ASSUMPTION, ge=0, le=1)
    match_known: float = par(
        0.25,
        "share of the own match that was known in what was bought before the first day",
        "1",
        ASSUMPTION,
        ge=0,
        le=1,
    )
    most_told: float = par(
        0.2,
        "most goodwill that pages and words can build",
        "1",
        ASSUMPTION,
        ge=0.01,
        le=100,
        measured="unaided recall by how often an ad was shown, by lot",
    )
    most_used: float = par(4.0, "most goodwill that use can build", "1", ASSUMPTION, ge=0.01, le=100)
