"""Creators: who is one on the first day, and what new ones begin with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Keys
from sim.draw_numbers import CreatorDay, CreatorNormal, FirstCreatorDraw
from sim.draws import Stream, normals, normals_at, uniforms
from sim.engine.threads import Threads
from sim.graphs.graph import Graph
from sim.parameters import Parameters
from sim.records import Table
from sim.state.creators import Creator, Tier
from sim.state.people import FOLLOW_SLOTS, Consumer, Follow, Person
from sim.world.audience import Crowd, gather_audience, gather_pool, pool_bounds, write_mean_taste
from sim.world.rates import logit_normal


def first_creators(
    parameters: Parameters, population: int, graph: Graph, people: Table[Person], consumers: Table[Consumer],
    keys: Keys,
) -> tuple[Table[Creator], Table[Follow]]:  # fmt: skip
    """The creators of the first day, KOLs before KOCs, and who follows them."""
    p, n, key = parameters.creators, len(people), keys[Stream.WORLD_CREATOR]
    day = CreatorDay.CHOICE
    reachable = (people["activity"] > 0) & (np.diff(graph.offsets) > 0)
    kocs = np.flatnonzero(reachable & (uniforms(key, day, n, FirstCreatorDraw.IS_KOC) < p.koc_share))
    order = np.where(reachable, uniforms(key, day, n, FirstCreatorDraw.KOL_LOT), 2.0)
    order[kocs] = 2.0
    count = min(p.kol_count, int((order < 2.0).sum()))
    kols = np.sort(np.argsort(order, kind="stable")[:count])
    hosts = np.concatenate([kols, kocs]).astype(np.int32)
    creators = new_creators(hosts, parameters, people, keys, day=0)
    creators["tier"][: len(kols)] = Tier.KOL
    noise = normals_at(key, CreatorDay.TRAIT, hosts[: len(kols)], CreatorNormal.INTEGRITY)
    creators["integrity"][: len(kols)] = logit_normal(p.kol_integrity, p.integrity_spread, noise)
    consumers["creator"][hosts] = np.arange(len(hosts))

    follows = Follow.table((n, FOLLOW_SLOTS))
    least, most = pool_bounds(population, p.pool_least, p.pool_most)
    sizes = least + (uniforms(key, day, n, FirstCreatorDraw.POOL) * (most - least + 1)).astype(np.int64)
    spread = p.kol_audience_spread * normals(key, CreatorDay.AUDIENCE, n, CreatorNormal.AUDIENCE)
    shares = np.minimum(p.kol_audience * np.exp(spread), 0.9)
    crowd = crowd_of(parameters, graph, people, follows, keys)
    for k, host in enumerate(hosts.tolist()):
        if k < len(kols):
            specialty = int(np.argmax(creators["content"][k]))
            gather_audience(k, host, float(shares[host]), specialty, crowd)
        else:
            gather_pool(k, host, int(sizes[host]), crowd)
    write_mean_taste(people, follows, creators, Threads())
    creators["reservation"][: len(kols)] = p.kol_reservation * creators["audience"][: len(kols)]
    return creators, follows


def crowd_of(
    parameters: Parameters, graph: Graph, people: Table[Person], follows: Table[Follow], keys: Keys
) -> Crowd:  # fmt: skip
    """Who may follow creators, with what parameters say of how far followers trust at first."""
    t = parameters.market.trust
    priors = [
        (t.friend_met, t.friend_broken), (t.second_met, t.second_broken), (t.interest_met, t.interest_broken),
        (t.stranger_met, t.stranger_broken), (t.mass_met, t.mass_broken),
    ]  # fmt: skip
    share = parameters.creators.pool_from_graph
    return Crowd(people, follows, graph.offsets, graph.friends, keys, np.array(priors, float), float(share))


def new_creators(
    hosts: NDArray[np.int32], parameters: Parameters, people: Table[Person], keys: Keys, day: int
) -> Table[Creator]:
    """Creators who enter on a day, all as KOC without an audience yet.

    Parameters
    ----------
    hosts
        Their rows among consumers, shape (k,).
    """
    p = parameters.creators
    key, trait = keys[Stream.WORLD_CREATOR], CreatorDay.TRAIT
    categories = len(parameters.market.catalogue.categories)
    creators = Creator.table(len(hosts), categories)
    liking = np.exp(p.specialty * people["taste"][hosts, :categories].astype(np.float64))
    weekly = 7 * p.posts_start
    creators["consumer"] = hosts
    creators["home"] = people["home"][hosts]
    creators["since"] = day
    creators["posted"] = day
    noise = normals_at(key, trait, hosts, CreatorNormal.INTEGRITY)
    creators["integrity"] = logit_normal(p.integrity, p.integrity_spread, noise)
    spread = p.reservation_spread * normals_at(key, trait, hosts, CreatorNormal.RESERVATION)
    creators["reservation"] = p.reservation * np.exp(spread)
    creators["content"][:, :categories] = p.past_posts * liking / liking.sum(axis=1, keepdims=True)
    creators["posts_mean"] = weekly
    creators["posts_square"] = weekly**2 + weekly
    creators["rate"] = p.posts_start
    return creators
