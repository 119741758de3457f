"""Which parameters the world is made of, and which can change while a market runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.parameters import Parameters

ON_THE_FIRST_DAY = {"platform": ("deposit", "brands_at_start"), "membership": ("choice", "start")}
"""Parameters that act on that day alone."""
WORLD_CREATORS = (
    "koc_share", "pool_least", "pool_most", "pool_from_graph", "kol_count", "kol_audience", "kol_audience_spread",
    "kol_threshold", "kol_threshold_most", "integrity", "kol_integrity", "integrity_spread", "reservation",
    "reservation_spread", "kol_reservation", "posts_start", "past_posts", "specialty",
)  # fmt: skip


def world_parameters(parameters: Parameters) -> dict[str, Any]:
    """Parameters that the world is made of; all others belong to policy and behaviour."""
    market = parameters.market
    graph = parameters.graph.model_dump()
    if parameters.graph.path:
        status = Path(parameters.graph.path)
        graph["file"] = (status.stat().st_size, status.stat().st_mtime_ns) if status.is_file() else None
    return {
        "consumers": market.consumers,
        "catalogue": market.catalogue.model_dump(),
        "people": market.people.model_dump(),
        "need": market.need.model_dump(),
        "attention": market.attention.interest,
        "past": (market.belief.likeness, market.memory.match_known),
        "trust": market.trust.model_dump(),
        "graph": graph,
        "creators": {name: getattr(parameters.creators, name) for name in WORLD_CREATORS},
        "brands": parameters.brands.count,
        "platforms": [platform.share for platform in parameters.platforms],
    }


def cannot_change(before: Parameters, after: Parameters) -> str:
    """What of other parameters cannot take effect in a market that runs, and what would be right.

    Returns
    -------
    str
        One line; empty if everything can change.
    """
    of_before, of_after = world_parameters(before), world_parameters(after)
    if others := [name for name in of_before if of_before[name] != of_after[name]]:
        return f"{', '.join(others)}: the world is made of it; expected only policy and behaviour to change"
    groups = [("platform", *both) for both in zip(before.platforms, after.platforms, strict=True)]
    for name, one, other in [*groups, ("membership", before.membership, after.membership)]:
        if late := [key for key in ON_THE_FIRST_DAY[name] if getattr(one, key) != getattr(other, key)]:
            return f"{name}.{late[0]}: acts on the first day alone; expected it to stay as it is"
    if after.brands.own > 0 and before.brands.own == 0:
        return "brands.own: own accounts are opened on the first day; expected a share above 0 by then"
    return ""
