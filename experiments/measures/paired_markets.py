"""Paired interventions: markets that share all random shocks up to a day, and from then on differ by one thing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.measures.worth import DAYS_A_YEAR
from experiments.settings.paths import merged
from sim.draws import Stream, normals, uniforms
from sim.market import Market
from sim.parameters import Parameters
from sim.records import NOBODY, joined
from sim.state.brands import Fund
from sim.state.channels import Channel
from sim.state.creators import Tier
from sim.state.visits import Word
from sim.tastes import standard_match
from sim.units import FEN

Change = Callable[[Market], None]
QUARTER = 90  # days
HALF_WINDOW = 30
SHELF = (Channel.LISTING, Channel.SEARCH, Channel.AD)
CREATORS_PUBLIC = (Channel.PUBLIC_POST, Channel.LIVE)
PRIVATE = (Channel.PRIVATE_POST, Channel.ONE_TO_ONE)


class Span(NamedTuple):
    """Days on which markets part, and between which they are compared."""

    part: int
    start: int
    end: int


def unchanged(market: Market) -> None:
    """Nothing is done otherwise."""


def money(factor: float, brands: slice = slice(None), funds: tuple[Fund, ...] = tuple(Fund)) -> Change:
    """Let some brands spend more or less on some funds: all of them, or those of a slice."""

    def change(market: Market) -> None:
        table = market.m.brands[brands]
        each = table["split"] * table["budget"][:, None]
        each[:, list(funds)] *= factor
        total = each.sum(axis=1)
        table["budget"] = np.round(total)
        table["split"] = each / np.maximum(total, 1.0)[:, None]
        if factor == 0:
            table["fund"][:, list(funds)] = 0.0

    return change


def prices(factor: float, brands: slice = slice(None)) -> Change:
    """Let some brands sell at other prices."""

    def change(market: Market) -> None:
        chosen = np.isin(market.m.products["brand"], np.arange(len(market.m.brands))[brands])
        table = market.m.listings["price"]
        table[:, chosen] = np.maximum(np.round(table[:, chosen] * factor), 1)

    return change


def otherwise(changes: Mapping[str, Any]) -> Change:
    """Let parameters be other ones, those named by nested keys."""

    def change(market: Market) -> None:
        market.change(Parameters.model_validate(merged(market.parameters.model_dump(), changes)))

    return change


def with_words(friends: int, goods: NDArray[np.int64]) -> Change:
    """Let everybody hear from so many friends of one product each, as they would find it."""

    def change(market: Market) -> None:
        m, n = market.m, len(market.m.people)
        degree = np.diff(m.offsets)
        told = np.flatnonzero(degree > 0)
        for turn in range(friends):
            teller = m.friends[m.offsets[told] + turn % degree[told]]
            words = Word.table(len(told))
            words["to"], words["product"], words["teller"], words["creator"] = told, goods[told], teller, NOBODY
            with np.errstate(over="ignore"):
                noise = normals(m.keys[Stream.IMPORT], market.day, n, turn)[told]
            words["quality"] = experience(market, teller, goods[told], noise)
            both = joined([m.inbox, words])
            m = m._replace(inbox=both[np.argsort(both["to"], kind="stable")])
        market.m = m

    return change


def experience(
    market: Market, people: NDArray[np.integer[Any]], goods: NDArray[np.int64], noise: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What people would experience of a product each."""
    m, spread = market.m, np.sqrt(market.m.p.match)
    with np.errstate(over="ignore"):
        matches = [
            standard_match(int(i), int(m.people["group"][i]), int(j), m.p.belief.likeness, m.keys[Stream.MATCH])
            for i, j in zip(people, goods, strict=True)
        ]
    category = m.products["category"][goods]
    return m.products["quality"][goods] + spread[category] * matches + m.p.experience.noise * noise


def a_product_each(market: Market) -> NDArray[np.int64]:
    """A product by lot for everybody, shape (N,)."""
    with np.errstate(over="ignore"):
        noise = uniforms(market.m.keys[Stream.IMPORT], market.day, len(market.m.people), 1 << 20)
    return (noise * len(market.m.products)).astype(np.int64)


class Lived(NamedTuple):
    """What a market did between two days."""

    orders: pd.DataFrame  # ordered between them
    arrived: pd.DataFrame  # received between them
    outlay: NDArray[np.float64]  # (B, FUNDS) marketing money spent, yuan
    engaged: NDArray[np.int64]  # (J,) posts opened about each product
    viewed: NDArray[np.int64]  # (channels,) pages since burn-in
    ordered: NDArray[np.int64]  # (channels,) orders since burn-in
    market: Market


def live(market: Market, span: Span) -> Lived:
    """Run a market on, and gather what it does between two days."""
    market.run(span.start - market.day)
    outlay, engaged = market.m.brands["outlay"].copy(), market.m.products["engaged"].copy()
    market.run(span.end - market.day)
    orders = market.orders()
    return Lived(
        orders[(orders.day >= span.start) & (orders.day < span.end)],
        orders[(orders.received >= span.start) & (orders.received < span.end)],
        (market.m.brands["outlay"] - outlay) / FEN,
        market.m.products["engaged"] - engaged,
        market.recorder.viewed,
        market.recorder.sums.ordered,
        market,
    )


def profits(lived: Lived) -> NDArray[np.float64]:
    """Each brand's margin on what arrived before its marketing money, yuan, shape (B,)."""
    done, shipping = lived.arrived, lived.market.m.shipping
    margin = np.where(done.returned, -2.0 * shipping, done.rest - done.cost - shipping)
    return np.bincount(done.brand, margin / FEN, len(lived.outlay)).astype(float)


def outcomes(lived: Lived, span: Span, treated: slice) -> dict[str, float]:
    """What is compared: money in yuan a head and year, rates, and sums over the brands that are treated."""
    head_years = len(lived.market.m.people) * (span.end - span.start) / DAYS_A_YEAR
    done, orders, market = lived.arrived, lived.orders, lived.market
    margin, kept = profits(lived), lived.arrived[~lived.arrived.returned]
    by_brand = np.bincount(orders.brand, minlength=len(lived.outlay))
    led = done[done.creator >= 0]
    engaged = np.bincount(market.m.products["brand"], lived.engaged, len(lived.outlay))
    found = {
        "orders": len(orders) / head_years,
        "GMV": kept.price.sum() / FEN / head_years,
        "surplus": done.surplus.sum() / FEN / head_years,
        "margin": margin.sum() / head_years,
        "spent": lived.outlay.sum() / head_years,
        "profit": (margin.sum() - lived.outlay.sum()) / head_years,
        "returns": done.returned.mean(),
        "returns of creators' sales": led.returned.mean(),
        "surplus of creators' sales": led.surplus.mean() / FEN,
        "trust": market.trust,
        "orders of treated": by_brand[treated].sum(),
        "profit of treated": (margin - lived.outlay.sum(axis=1))[treated].sum(),
        "engagement of treated": engaged[treated].sum(),
        "needed": orders.needed.mean(),
        "level of sales": level_of_sales(market, span),
    }
    for channel in Channel:
        name = channel.name.lower()
        found[f"returns {name}"] = done.returned[done.channel == channel].mean()
        found[f"share {name}"] = (orders.channel == channel).mean()
    for name, channels in (("shelf", SHELF), ("creators in public", CREATORS_PUBLIC), ("private", PRIVATE)):
        found[f"returns {name}"] = done.returned[done.channel.isin(channels)].mean()
        found[f"share {name}"] = orders.channel.isin(channels).mean()
        found[f"conversion {name}"] = lived.ordered[list(channels)].sum() / max(lived.viewed[list(channels)].sum(), 1)
    public = [*SHELF, *CREATORS_PUBLIC]
    found["conversion public"] = lived.ordered[public].sum() / max(lived.viewed[public].sum(), 1)
    return found | creators_of(lived, span)


def level_of_sales(market: Market, span: Span) -> float:
    """Orders a day in the last two months over those in the two months around the day on which markets part."""
    daily = market.daily().orders
    around = slice(span.part - HALF_WINDOW, span.part + HALF_WINDOW)
    return float(daily[span.end - 2 * HALF_WINDOW : span.end].mean() / daily[around].mean())


def creators_of(lived: Lived, span: Span) -> dict[str, float]:
    """How creators of each tier fare: how many, sales per follower and post, income."""
    table = lived.market.m.creators
    found: dict[str, float] = {}
    led = lived.arrived[(lived.arrived.creator >= 0) & ~lived.arrived.returned]
    for tier in (Tier.KOC, Tier.KOL):
        rows = np.flatnonzero((table["tier"] == tier) & table["active"])
        audience, posts = table["audience"][rows].sum(), table["posts_mean"][rows].mean() / 7 if len(rows) else np.nan
        sold = led.price[led.creator.isin(rows)].sum() / FEN / max(audience, 1) / (span.end - span.start)
        found |= {
            f"{tier.name}s": len(rows),
            f"{tier.name} sales per follower and post": sold / max(posts, 1e-9),
            f"{tier.name} income": table["earned"][rows].mean() / FEN / (span.end - span.start)
            if len(rows)
            else np.nan,
        }
    return found


def branches(market: Market, changes: Mapping[str, Change]) -> Iterator[tuple[str, Market]]:
    """The market as it goes on under each change, one after the other; the market itself stays where it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parted.npz"
        market.save(path)
        for name, change in changes.items():
            with closing(Market.load(path, world=market.world)) as branch:
                change(branch)
                yield name, branch


def paired(
    parameters: Parameters, seed: int, span: Span, changes: Mapping[str, Change], treated: slice
) -> pd.DataFrame:
    """Outcomes of a market under each change, a row for each; all share everything up to the day on which they part."""
    market = Market(parameters, seed, burn_in=span.part, keep_orders=True).run(span.part)
    rows = {name: outcomes(live(branch, span), span, treated) for name, branch in branches(market, changes)}
    return pd.DataFrame(rows).T
