"""Which layout of follow edges brings a day's posts to a million consumers at the least cost?

Four layouts live through the same days of the same synthetic market under the same keyed draws: A fixed rows by
follower, B compact rows by follower (both pulled by consumers), C and D rows by creator (pushed by those who post,
then sorted back to consumers, at once or by blocks). They must agree on every opened post, every choice and every
edge's fatigue; then they are timed. Run: ``python benchmarks/spike_layout.py`` (about two minutes, two cores).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from sim.draws import Stream, gumbel_of, stream_keys, uniform

CONSUMERS = 1_000_000
SLOTS = 16
CATEGORIES = 8
PRODUCTS = 64
BIG_CREATORS = 8
NEIGHBOURHOOD = 3_000
RATES = (0.02, 0.05, 0.2, 1.0, 3.0)
WARM_UP_DAYS, TIMED_DAYS, REPEATS = 2, 3, 5
PULL_BLOCK = 1_024
SORT_BLOCK_BITS = 12
SORT_BLOCK = 1 << SORT_BLOCK_BITS
FATIGUE_UNIT = 1_024.0
FIRST_DELIVERY, NEXT_DELIVERY, IRRELEVANT = 31, 51, 102
OUTSIDE = 3.5
BOUND_STEPS = 4

njit = numba.njit(nogil=True, error_model="numpy")


class People(NamedTuple):
    """What a consumer's row holds, and the tables that stand in for exp and the logistic function."""

    due: NDArray[np.int16]
    interest: NDArray[np.float32]
    logistic: NDArray[np.float32]
    patience: NDArray[np.float32]
    rarity: NDArray[np.float64]
    key_open: np.uint64
    key_reach: np.uint64
    key_choice: np.uint64


class Posts(NamedTuple):
    """A day's posts, in order of creator; the last creator stands for an empty slot and never posts."""

    day: int
    posted: NDArray[np.uint8]
    number: NDArray[np.uint8]
    first: NDArray[np.int32]
    decay: NDArray[np.int64]
    reach: NDArray[np.float32]
    category: NDArray[np.uint8]
    belief: NDArray[np.float32]
    price: NDArray[np.float32]
    claim: NDArray[np.float32]
    expertise: NDArray[np.float32]


class Edges(NamedTuple):
    """Eight bytes an edge: the other end (unsigned: no test for a negative index), fatigue in 1/1024, trust counts."""

    other: NDArray[np.uint32]
    fatigue: NDArray[np.uint16]
    good: NDArray[np.uint8]
    bad: NDArray[np.uint8]


class Tally(NamedTuple):
    """What a part of the day's work did."""

    opened: int
    bought: int
    checksum: np.uint64


# --- what all layouts share -------------------------------------------------------------------------------------


@njit
def deliver(  # type: ignore[no-untyped-def]
    people, posts, edges, edge, consumer, creator, records, n
) -> tuple[int, int]:
    """Deliver the creator's posts of the day over one edge; append the opened ones to `records`."""
    day = posts.day
    fatigue = (np.int64(edges.fatigue[edge]) * posts.decay[creator]) >> 16
    trust = (np.int64(edges.good[edge]) << 8) | np.int64(edges.bad[edge])
    reach = posts.reach[creator]
    delivered = 0
    for post in range(posts.first[creator], posts.first[creator] + posts.number[creator]):
        if reach < 1.0 and uniform(people.key_reach, day, consumer, post) >= reach:
            continue
        category = posts.category[post]
        interest = people.interest[consumer, category]
        need = np.int64(people.due[consumer, category] <= day)
        step = min(max(int((interest + 4.0) * 32.0), 0), 255)
        chance = people.logistic[(need << 8) | step] * people.patience[min(fatigue >> 4, 511)]
        records[n] = (np.int64(consumer) << 40) | (np.int64(post) << 16) | trust
        n += uniform(people.key_open, day, consumer, post) < chance
        irrelevant = (interest < -0.5) & (need == 0)
        fatigue += (FIRST_DELIVERY if delivered == 0 else NEXT_DELIVERY) + irrelevant * IRRELEVANT
        delivered += 1
    edges.fatigue[edge] = min(fatigue, 65_535)
    return n, delivered


@njit
def weigh(people, posts, records, lo, hi, choice):  # type: ignore[no-untyped-def]
    """Best offer of each consumer among `records[lo:hi]`, which are in order of consumer."""
    bought = 0
    checksum = np.uint64(0)
    last = -1
    best = OUTSIDE
    for r in range(lo, hi):
        record = records[r]
        consumer = record >> 40
        post = (record >> 16) & 0xFFFFFF
        good, bad = float((record >> 8) & 255), float(record & 255)
        mixed = np.uint64(record) * np.uint64(0x9E3779B97F4A7C15)
        checksum += mixed ^ (mixed >> np.uint64(29))
        category = posts.category[post]
        weight = 5.0 * good / (good + bad) * posts.expertise[post]
        precision = 0.7 + weight
        quality = (0.7 * posts.belief[post] + weight * posts.claim[post]) / precision
        need = people.due[consumer, category] <= posts.day
        value = people.interest[consumer, category] + 1.5 * (quality - 2.5 / precision) - posts.price[post]
        value -= 0.0 if need else 1.3
        if consumer != last:
            last = consumer
            best = OUTSIDE
        u = uniform(people.key_choice, posts.day, consumer, post)
        # P(Gumbel > c) < exp(-c): most offers are excluded by a table, without a logarithm.
        gap = min(max(int((best - value) * BOUND_STEPS), 0), people.rarity.size - 1)
        if u > 1.0 - people.rarity[gap]:
            value += gumbel_of(u)
            if value > best:
                best = value
                bought += choice[consumer] < 0
                choice[consumer] = post
    return bought, checksum


# --- A and B: by follower, pulled -------------------------------------------------------------------------------


@njit
def pull_fixed(people, posts, edges, lo, hi, choice):  # type: ignore[no-untyped-def]
    touched = np.empty(PULL_BLOCK * SLOTS + 1, np.uint32)
    records = np.empty(PULL_BLOCK * SLOTS * 24 + 1, np.int64)
    delivered = opened = bought = 0
    checksum = np.uint64(0)
    for start in range(lo, hi, PULL_BLOCK):
        stop = min(start + PULL_BLOCK, hi)
        choice[start:stop] = -1
        # One flat loop over all slots, empty ones too: no branch to mispredict.
        t = np.uint64(0)
        for slot in range(np.uint64(start * SLOTS), np.uint64(stop * SLOTS)):
            touched[t] = slot
            t += np.uint64(posts.posted[edges.other[slot]])
        n = 0
        for s in range(t):
            slot = touched[s]
            n, d = deliver(people, posts, edges, slot, np.int64(slot // SLOTS), edges.other[slot], records, n)
            delivered += d
        b, c = weigh(people, posts, records, 0, n, choice)
        opened += n
        bought += b
        checksum += c
    return delivered, opened, bought, checksum


@njit
def pull_compact(people, posts, edges, offset, lo, hi, choice):  # type: ignore[no-untyped-def]
    touched = np.empty(PULL_BLOCK * SLOTS + 1, np.uint32)
    owner = np.empty(PULL_BLOCK * SLOTS + 1, np.int32)
    records = np.empty(PULL_BLOCK * SLOTS * 24 + 1, np.int64)
    delivered = opened = bought = 0
    checksum = np.uint64(0)
    for start in range(lo, hi, PULL_BLOCK):
        stop = min(start + PULL_BLOCK, hi)
        choice[start:stop] = -1
        t = np.uint64(0)
        for i in range(start, stop):
            for edge in range(np.uint64(offset[i]), np.uint64(offset[i + 1])):
                touched[t] = edge
                owner[t] = i
                t += np.uint64(posts.posted[edges.other[edge]])
        n = 0
        for s in range(t):
            edge = touched[s]
            n, d = deliver(people, posts, edges, edge, owner[s], edges.other[edge], records, n)
            delivered += d
        b, c = weigh(people, posts, records, 0, n, choice)
        opened += n
        bought += b
        checksum += c
    return delivered, opened, bought, checksum


# --- C and D: by creator, pushed --------------------------------------------------------------------------------


@njit
def push(people, posts, edges, offset, lo, hi, records, bins, shift):  # type: ignore[no-untyped-def]
    """Walk the followers of those who posted; count the opened posts by ``consumer >> shift``."""
    bins[:] = 0
    n = delivered = 0
    for creator in range(lo, hi):
        if posts.number[creator] == 0:
            continue
        for edge in range(offset[creator], offset[creator + 1]):
            consumer = np.int64(edges.other[edge])
            before = n
            n, d = deliver(people, posts, edges, edge, consumer, creator, records, n)
            delivered += d
            bins[consumer >> shift] += n - before
    return delivered, n


@njit
def starts_of(bins, bounds):  # type: ignore[no-untyped-def]
    """Turn counts [parts, bins] into first positions, parts in order within each bin; `bounds` gets the bins'."""
    total = 0
    for b in range(bins.shape[1]):
        bounds[b] = total
        for part in range(bins.shape[0]):
            count = bins[part, b]
            bins[part, b] = total
            total += count
    bounds[bins.shape[1]] = total


@njit
def scatter(records, n, bins, shift, out):  # type: ignore[no-untyped-def]
    for r in range(n):
        b = records[r] >> (40 + shift)
        out[bins[b]] = records[r]
        bins[b] += 1


@njit
def weigh_sorted(people, posts, records, bounds, lo, hi, choice):  # type: ignore[no-untyped-def]
    choice[lo:hi] = -1
    b, c = weigh(people, posts, records, bounds[lo], bounds[hi], choice)
    return bounds[hi] - bounds[lo], b, c


@njit
def weigh_blocks(people, posts, records, bounds, lo, hi, choice):  # type: ignore[no-untyped-def]
    """Sort each block of consumers `lo` to `hi` in cache, then weigh it."""
    first = np.empty(SORT_BLOCK + 1, np.int64)
    ordered = np.empty(SORT_BLOCK * SLOTS * 24, np.int64)
    bought = 0
    checksum = np.uint64(0)
    for block in range(lo, hi):
        choice[block << SORT_BLOCK_BITS : (block + 1) << SORT_BLOCK_BITS] = -1
        start, stop = bounds[block], bounds[block + 1]
        first[:] = 0
        for r in range(start, stop):
            first[((records[r] >> 40) & (SORT_BLOCK - 1)) + 1] += 1
        for i in range(SORT_BLOCK):
            first[i + 1] += first[i]
        for r in range(start, stop):
            i = (records[r] >> 40) & (SORT_BLOCK - 1)
            ordered[first[i]] = records[r]
            first[i] += 1
        b, c = weigh(people, posts, ordered, 0, stop - start, choice)
        bought += b
        checksum += c
    return bounds[hi] - bounds[lo], bought, checksum


# --- following --------------------------------------------------------------------------------------------------


@njit
def follow_fixed(edges, consumers, creators, nobody):  # type: ignore[no-untyped-def]
    """Fill the first empty slot of each consumer, unless he is full or follows already."""
    for j in range(consumers.size):
        free = -1
        for slot in range(consumers[j] * SLOTS + SLOTS - 1, consumers[j] * SLOTS - 1, -1):
            if edges.other[slot] == creators[j]:
                free = -1
                break
            if edges.other[slot] == nobody:
                free = slot
        if free >= 0:
            edges.other[free] = creators[j]
            edges.fatigue[free] = 0
            edges.good[free] = edges.bad[free] = 2


@njit
def unfollow_fixed(edges, consumers, creators, nobody):  # type: ignore[no-untyped-def]
    for j in range(consumers.size):
        for slot in range(consumers[j] * SLOTS, consumers[j] * SLOTS + SLOTS):
            if edges.other[slot] == creators[j]:
                edges.other[slot] = nobody


@njit
def follow_compact(edges, offset, rows, others, fresh, fresh_offset):  # type: ignore[no-untyped-def]
    """Copy all rows with the new edges (`rows` sorted) at their rows' ends."""
    j = at = 0
    for row in range(offset.size - 1):
        fresh_offset[row] = at
        for edge in range(offset[row], offset[row + 1]):
            fresh.other[at] = edges.other[edge]
            fresh.fatigue[at] = edges.fatigue[edge]
            fresh.good[at] = edges.good[edge]
            fresh.bad[at] = edges.bad[edge]
            at += 1
        while j < rows.size and rows[j] == row:
            fresh.other[at] = others[j]
            fresh.fatigue[at] = 0
            fresh.good[at] = fresh.bad[at] = 2
            at += 1
            j += 1
    fresh_offset[offset.size - 1] = at
    return at


# --- the market -------------------------------------------------------------------------------------------------


class Market:
    """The synthetic market: edges in creators' order, people, and a maker of days."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        rng, n = self.rng, CONSUMERS
        small = int(0.015 * n)
        self.creators = small + BIG_CREATORS
        hosts = np.sort(rng.choice(n, small, replace=False))
        creator = np.repeat(np.arange(small), rng.integers(150, 501, small))
        near = (hosts[creator] + rng.integers(-NEIGHBOURHOOD, NEIGHBOURHOOD + 1, creator.size)) % n
        consumer = np.where(rng.random(creator.size) < 0.2, rng.integers(0, n, creator.size), near)
        big = [k * n + rng.choice(n, n // 10, replace=False) for k in range(small, self.creators)]
        key = np.unique(np.concatenate([creator * n + consumer, *big]))
        creator, consumer = key // n, key % n
        # Beyond 16 a consumer follows nobody: the same edges in every layout.
        by_consumer = np.argsort(consumer, kind="stable")
        width = np.bincount(consumer, minlength=n)
        rank = np.arange(key.size) - np.repeat(np.cumsum(width) - width, width)
        kept = np.ones(key.size, bool)
        kept[by_consumer[rank >= SLOTS]] = False
        self.creator, self.consumer = creator[kept].astype(np.int32), consumer[kept].astype(np.int32)
        self.dropped = int(key.size - kept.sum())
        self.good = rng.integers(1, 9, self.creator.size).astype(np.uint8)
        self.bad = rng.integers(1, 6, self.creator.size).astype(np.uint8)
        self.reach = np.ones(self.creators + 1, np.float32)
        self.reach[small:] = 0.1
        self.main_category = rng.integers(0, CATEGORIES, self.creators)
        self.people = self._people(seed)

    def _people(self, seed: int) -> People:
        rng, keys = self.rng, stream_keys(seed)
        theta = np.arange(256) / 32 - 4 + 1 / 64
        logit = np.log(0.35 / 0.65) + 0.5 * theta + 0.7 * np.arange(2)[:, None]
        return People(
            due=rng.integers(-20, 60, (CONSUMERS, CATEGORIES)).astype(np.int16),
            interest=rng.standard_normal((CONSUMERS, CATEGORIES), np.float32),
            logistic=(1 / (1 + np.exp(-logit))).ravel().astype(np.float32),
            patience=np.exp(-np.arange(512) * 16 / FATIGUE_UNIT).astype(np.float32),
            rarity=np.exp(-np.arange(64) / BOUND_STEPS),
            key_open=keys[Stream.OPEN],
            key_reach=keys[Stream.FEED],
            key_choice=keys[Stream.CHOICE],
        )

    def days(self, rate: float) -> list[Posts]:
        """Draw the posts of all days at `rate` posts per creator per day."""
        rng = np.random.default_rng(int(rate * 1_000))
        last = np.zeros(self.creators + 1, np.int64)
        made = []
        for day in range(WARM_UP_DAYS + TIMED_DAYS):
            count = np.append(np.minimum(rng.poisson(rate, self.creators), 20), 0)
            # The big ones post in turns: their rare, heavy posts would else blur the best of five days.
            turn = (np.arange(BIG_CREATORS) + 0.5) / BIG_CREATORS
            count[self.creators - BIG_CREATORS : -1] = np.floor(rate * (day + 1) + turn) - np.floor(rate * day + turn)
            poster = np.repeat(np.arange(self.creators + 1), count)
            product = rng.integers(0, PRODUCTS // CATEGORIES, poster.size) * CATEGORIES
            on_topic = rng.random(poster.size) < 0.8
            category = np.where(on_topic, self.main_category[poster], rng.integers(0, CATEGORIES, poster.size))
            quality = np.sin(product + category)
            made.append(
                Posts(
                    day=day,
                    posted=(count > 0).astype(np.uint8),
                    number=count.astype(np.uint8),
                    first=(np.cumsum(count) - count).astype(np.int32),
                    decay=np.floor(0.9 ** (day - last) * 65_536).astype(np.int64),
                    reach=self.reach,
                    category=category.astype(np.uint8),
                    belief=(0.5 * quality).astype(np.float32),
                    price=np.cos(product + category).astype(np.float32),
                    claim=(quality + 0.3 * rng.standard_normal(poster.size)).astype(np.float32),
                    expertise=np.where(on_topic, 0.8, 0.2).astype(np.float32),
                )
            )
            # Fatigue is brought up to date when the creator posts, so its age is the creator's, not the edge's.
            last[count > 0] = day
        return made


def no_edges(size: int) -> Edges:
    return Edges(
        np.zeros(size, np.uint32), np.zeros(size, np.uint16), np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    )


class Layout:
    """One way to keep the edges; `live` runs a day with a number of threads."""

    name = ""
    edges: Edges
    choice: NDArray[np.int32]

    def __init__(self, market: Market) -> None:
        self.market, self.people = market, market.people
        self.choice = np.full(CONSUMERS, -1, np.int32)

    def live(self, posts: Posts, threads: int, pool: ThreadPoolExecutor) -> tuple[int, Tally]:
        """Run one day; posts delivered, and what came of them."""
        raise NotImplementedError

    def fatigue(self) -> NDArray[np.uint16]:
        """Fatigue in creators' order of edges."""
        raise NotImplementedError

    def follow(self, consumers: NDArray[np.int64], creators: NDArray[np.int64]) -> float:
        """Add edges; seconds taken."""
        raise NotImplementedError

    def nbytes(self) -> int:
        """Bytes of the edges, their index and what a day's sort has touched."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forget all fatigue."""
        self.edges.fatigue[:] = 0


def in_parts(
    task: Callable[[int, int], Any], cuts: NDArray[np.int64], threads: int, pool: ThreadPoolExecutor
) -> list[Any]:
    if threads == 1:
        return [task(int(a), int(b)) for a, b in pairwise(cuts)]
    return list(pool.map(task, cuts[:-1].tolist(), cuts[1:].tolist()))


def total(results: list[Any]) -> Tally:
    checksum = sum(int(r[-1]) for r in results) % (1 << 64)
    return Tally(int(sum(r[-3] for r in results)), int(sum(r[-2] for r in results)), np.uint64(checksum))


class Pulled(Layout):
    """A and B: consumers read the posts of those they follow."""

    def __init__(self, market: Market, fixed: bool) -> None:
        super().__init__(market)
        self.name = "A rows of 16 by follower" if fixed else "B CSR by follower"
        self.fixed = fixed
        width = np.bincount(market.consumer, minlength=CONSUMERS)
        starts = np.cumsum(width) - width
        order = np.argsort(market.consumer, kind="stable")
        owner = market.consumer[order].astype(np.int64)
        at = owner * SLOTS + np.arange(order.size) - starts[owner] if fixed else np.arange(order.size)
        size = CONSUMERS * SLOTS if fixed else order.size
        self.edges = no_edges(size)
        self.edges.other[:] = market.creators
        self.edges.other[at] = market.creator[order]
        self.edges.good[at], self.edges.bad[at] = market.good[order], market.bad[order]
        self.index = np.append(starts, order.size).astype(np.int32)
        self.place = np.empty(order.size, np.int64)
        self.place[order] = at

    def live(self, posts: Posts, threads: int, pool: ThreadPoolExecutor) -> tuple[int, Tally]:
        """Run one day; posts delivered, and what came of them."""

        def kernel(a: int, b: int) -> Any:
            if self.fixed:
                return pull_fixed(self.people, posts, self.edges, a, b, self.choice)
            return pull_compact(self.people, posts, self.edges, self.index, a, b, self.choice)

        cuts = np.linspace(0, CONSUMERS, (1 if threads == 1 else 8 * threads) + 1).astype(np.int64)
        results = in_parts(kernel, cuts, threads, pool)
        return int(sum(r[0] for r in results)), total(results)

    def fatigue(self) -> NDArray[np.uint16]:
        """Fatigue in creators' order of edges."""
        return self.edges.fatigue[self.place]

    def follow(self, consumers: NDArray[np.int64], creators: NDArray[np.int64]) -> float:
        """Add edges; seconds taken."""
        if not self.fixed:
            return rebuild(self.edges, self.index, consumers, creators)
        start = time.perf_counter()
        follow_fixed(self.edges, consumers, creators, self.market.creators)
        return time.perf_counter() - start

    def nbytes(self) -> int:
        """Bytes of the edges, their index and what a day's sort has touched."""
        return sum(a.nbytes for a in self.edges) + (0 if self.fixed else self.index.nbytes)


class Pushed(Layout):
    """C and D: those who post walk their followers; what is opened is sorted back to consumers."""

    def __init__(self, market: Market, blocks: bool, records: int) -> None:
        super().__init__(market)
        self.name = "D CSR by creator, block sort" if blocks else "C CSR by creator, full sort"
        self.blocks = blocks
        self.shift = SORT_BLOCK_BITS if blocks else 0
        self.bins = -(-CONSUMERS // SORT_BLOCK) if blocks else CONSUMERS
        self.edges = no_edges(market.consumer.size)
        self.edges.other[:], self.edges.good[:], self.edges.bad[:] = market.consumer, market.good, market.bad
        self.width = np.bincount(market.creator, minlength=market.creators + 1)
        self.index = np.append(0, np.cumsum(self.width)).astype(np.int32)
        self.records = np.empty(records, np.int64)
        self.ordered = np.empty(records, np.int64)
        self.counts = np.zeros((2, self.bins), np.int32)
        self.bounds = np.zeros(self.bins + 1, np.int64)
        self.most_opened = 0

    def live(self, posts: Posts, threads: int, pool: ThreadPoolExecutor) -> tuple[int, Tally]:
        """Run one day; posts delivered, and what came of them."""
        work = np.append(0, np.cumsum(self.width * posts.number.astype(np.int64)))
        cuts = np.searchsorted(work, np.linspace(0, work[-1], threads + 1))
        cuts[0], cuts[-1] = 0, self.width.size
        room, part = work[cuts], {int(a): p for p, a in enumerate(cuts[:-1])}
        counts = self.counts[:threads]

        def walk(a: int, b: int) -> tuple[int, int]:
            p = part[a]
            own = self.records[room[p] : room[p + 1] + 1]
            return push(self.people, posts, self.edges, self.index, a, b, own, counts[p], self.shift)

        walked = in_parts(walk, cuts, threads, pool)
        starts_of(counts, self.bounds)

        def sort(a: int, _b: int) -> None:
            p = part[a]
            scatter(self.records[room[p] : room[p + 1]], walked[p][1], counts[p], self.shift, self.ordered)

        in_parts(sort, cuts, threads, pool)
        kernel = weigh_blocks if self.blocks else weigh_sorted
        pieces = np.linspace(0, self.bins, (1 if threads == 1 else 8 * threads) + 1).astype(np.int64)
        results = in_parts(
            lambda a, b: kernel(self.people, posts, self.ordered, self.bounds, a, b, self.choice),
            pieces,
            threads,
            pool,
        )
        tally = total(results)
        self.most_opened = max(self.most_opened, tally.opened)
        return int(sum(w[0] for w in walked)), tally

    def fatigue(self) -> NDArray[np.uint16]:
        """Fatigue in creators' order of edges."""
        return self.edges.fatigue

    def follow(self, consumers: NDArray[np.int64], creators: NDArray[np.int64]) -> float:
        """Add edges; seconds taken."""
        order = np.argsort(creators, kind="stable")
        return rebuild(self.edges, self.index, creators[order], consumers[order])

    def nbytes(self) -> int:
        """Bytes of the edges, their index and what a day's sort has touched."""
        fixed = sum(a.nbytes for a in self.edges) + self.index.nbytes + self.bounds.nbytes
        return fixed + self.counts[0].nbytes + 16 * self.most_opened

    def reset(self) -> None:
        """Forget all fatigue."""
        super().reset()
        self.most_opened = 0


def rebuild(edges: Edges, offset: NDArray[np.int32], rows: NDArray[np.int64], others: NDArray[np.int64]) -> float:
    fresh = no_edges(edges.other.size + rows.size)
    fresh_offset = np.zeros_like(offset)
    start = time.perf_counter()
    follow_compact(edges, offset, rows, others, fresh, fresh_offset)
    return time.perf_counter() - start


# --- measuring --------------------------------------------------------------------------------------------------


def run(layout: Layout, days: list[Posts], threads: int, pool: ThreadPoolExecutor) -> tuple[float, float, list[Tally]]:
    """Live all days from rest, several times: seconds and deliveries per timed day (best repeat of each), tallies."""
    seconds = np.full((REPEATS, len(days)), np.inf)
    for repeat in range(REPEATS):
        layout.reset()
        tallies, delivered = [], []
        for posts in days:
            start = time.perf_counter()
            reached, tally = layout.live(posts, threads, pool)
            seconds[repeat, posts.day] = time.perf_counter() - start
            tallies.append(tally)
            delivered.append(reached)
    return float(seconds.min(0)[WARM_UP_DAYS:].mean()), float(np.mean(delivered[WARM_UP_DAYS:])), tallies


def best_follow(layout: Layout, rng: np.random.Generator) -> float:
    """Milliseconds to add 1,000 followers, best of five after one to compile."""
    times = []
    for _ in range(6):
        consumers = np.sort(rng.integers(0, CONSUMERS, 1_000))
        times.append(layout.follow(consumers, rng.integers(0, layout.market.creators, 1_000)))
    return 1e3 * min(times[1:])


def best_unfollow(layout: Layout, rng: np.random.Generator) -> float:
    """Milliseconds for layout A to drop 1,000 edges that exist, best of five after one to compile."""
    market, times = layout.market, []
    for _ in range(6):
        chosen = rng.choice(market.creator.size, 1_000, replace=False)
        consumers, creators = market.consumer[chosen].astype(np.int64), market.creator[chosen].astype(np.int64)
        start = time.perf_counter()
        unfollow_fixed(layout.edges, consumers, creators, market.creators)
        times.append(time.perf_counter() - start)
    return 1e3 * min(times[1:])


def main() -> None:
    """Check that the layouts agree, then print one table."""
    begun = time.perf_counter()
    market = Market(seed=7)
    days = {rate: market.days(rate) for rate in RATES}
    width = np.bincount(market.creator, minlength=market.creators + 1)
    records = max(int((width * p.number.astype(np.int64)).sum()) for ds in days.values() for p in ds) + 1
    layouts: list[Layout] = [
        Pulled(market, fixed=True),
        Pulled(market, fixed=False),
        Pushed(market, blocks=False, records=records),
        Pushed(market, blocks=True, records=records),
    ]
    print(
        f"{CONSUMERS:,} consumers, {market.creators:,} creators, {market.creator.size:,} edges"
        f" ({market.dropped:,} beyond {SLOTS} slots dropped);"
        f" Python {sys.version.split()[0]}, numba {numba.__version__}"
    )
    lines = []
    with ThreadPoolExecutor(2) as pool:
        for layout in layouts:
            run(layout, days[RATES[0]], 1, pool)
        for rate in RATES:
            reference: tuple[list[Tally], NDArray[np.uint16], NDArray[np.int32]] | None = None
            for layout in layouts:
                seconds = {}
                for threads in (1, 2):
                    seconds[threads], delivered, tallies = run(layout, days[rate], threads, pool)
                    outcome = (tallies, layout.fatigue().copy(), layout.choice.copy())
                    if reference is None:
                        reference = outcome
                    assert outcome[0] == reference[0], f"{layout.name}: other posts opened"
                    assert np.array_equal(outcome[1], reference[1]), f"{layout.name}: other fatigue"
                    assert np.array_equal(outcome[2], reference[2]), f"{layout.name}: other choices"
                opened = sum(t.opened for t in tallies[WARM_UP_DAYS:]) / TIMED_DAYS
                lines.append(
                    f"{rate:5.2f}  {layout.name:29s} {1e3 * seconds[1]:8.1f} {1e3 * seconds[2]:8.1f}"
                    f" {1e9 * seconds[1] / delivered:12.1f} {1e9 * seconds[1] / CONSUMERS:12.1f}"
                    f" {layout.nbytes() / market.creator.size:10.1f} {delivered / 1e6:10.2f} {opened / 1e6:7.2f}"
                )
    print(
        " rate  layout                        ms, 1 thr    2 thr"
        "  ns/exposure  ns/consumer  byte/edge  delivered  opened"
    )
    print("\n".join(lines))
    print("delivered, opened: millions a day; ns: one thread")
    rng = np.random.default_rng(1)
    print("1,000 follows, ms: " + ", ".join(f"{x.name[0]} {best_follow(x, rng):.3f}" for x in layouts))
    print(f"1,000 unfollows, ms: A {best_unfollow(layouts[0], rng):.3f}")
    print(f"all layouts agree; {time.perf_counter() - begun:.0f} s in all")


if __name__ == "__main__":
    main()
