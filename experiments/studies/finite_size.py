"""Finite size: what of the headline's outcomes depends on how many people are simulated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.drawing.style import BLUE, ORANGE, Drawing, new_figure, panels, wrapped
from experiments.measures.outcomes import number, percent
from experiments.studies.models import settling as size
from experiments.studies.models.settling import GMV, Quantity, Settling, quantities, values
from experiments.studies.paired import outcomes
from experiments.studies.study import Asked, Check, Study, above, covers, option, within

STUDY = Study(
    title="Finite size: from a thousand people to a million",
    source="""Shocks shared by all people do not average out: Forni & Lippi (1997), Aggregation and the Microfoundations
        of Dynamic Macroeconomics, Oxford University Press""",
    question="""How many people must be simulated until the answers no longer depend on how many there are, and what
        does that say about a platform with a hundred million?""",
    change="largest=30000 seeds=12: spend the same time on more catalogues of goods, and compare the intervals",
    self_check="""Why does the spread between seeds stop falling as the market grows? A seed is a catalogue of goods as
        well as people; all people meet the same goods, so their shocks do not average out.""",
)
SIZES, ACROSS = (1_000, 2_000, 5_000, 10_000, 30_000, 100_000, 300_000), 6  # people; panels side by side
RULES = "Sales and ratings of goods count by number, not by a share of people; pools are at most a quarter of all."


class Options(Asked):
    """Sizes and runs."""

    largest: int = option(100_000, "people in the largest market", 2_000, 1_000_000)
    seeds: int = option(5, "seeds of each size", 3, 100)
    days: int = option(240, "days of a run, of which the second half counts", 20, 730)
    tolerance: float = option(0.05, "share of its value by which an outcome may lie off", 0.001, 0.5)

    @property
    def sizes(self) -> list[int]:
        """Sizes of markets, up to the largest."""
        return [*(n for n in SIZES if n < self.largest), self.largest]


class Runs(NamedTuple):
    """How every quantity depends on size."""

    found: dict[Quantity, Settling]

    def settled(self, people: int) -> int:
        """How many quantities stay within the tolerance from so many people on."""
        return sum(how.settled <= people for how in self.found.values())


def simulate(o: Options) -> Runs:
    """The headline's base and its single changes in markets of growing size."""
    half = o.days // 2
    made = {n: outcomes(size.arms(n), range(o.seeds), o.days, half) for n in o.sizes}
    table = pd.concat({n: size.by_head(one, n, o.days - half) for n, one in made.items()}, names=["people"])
    found = {one: values(table, one) for one in quantities()}
    # what is nothing everywhere, as what is paid to KOLs where nobody is, has no share by which it differs
    return Runs({one: size.settling(one, each, o.tolerance) for one, each in found.items() if each.to_numpy().any()})


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """The second largest market against the largest; and whether shocks average out over people as it should."""
    *_, before, last = o.sizes
    for one, how in runs.found.items():
        yield within(f"{one.label}: {before:,} against {last:,} people", -o.tolerance, o.tolerance, how.before.tolist(),
                     expected=f"within {o.tolerance:.0%}", source="the model's own largest market",
                     otherwise=RULES, kind="finding")  # fmt: skip
    gmv = runs.found[GMV]
    given, free = size.power(o.sizes[:-1], gmv.paired[:-1], o.seeds), size.power(o.sizes, gmv.spread, o.seeds)
    yield covers("GMV a head: spread where the goods are given, power of N", -0.5, given, expected="-1/2",
                 source="law of large numbers over people who share their goods")  # fmt: skip
    yield above("GMV a head: spread between seeds, power of N", -0.5, free, expected="above -1/2",
                source="shocks of the goods, which all people share, do not average out over people")  # fmt: skip


def findings(o: Options, runs: Runs) -> list[str]:
    """What a user of a smaller market should know."""
    first, before, last = o.sizes[0], *o.sizes[-2:]
    gmv, count = runs.found[GMV], len(runs.found)
    spread = gmv.paired[-2] / np.sqrt(1e8 / before)
    smallest = gmv.gaps.value.iloc[0]
    growing = [f"{runs.settled(n)} from {n:,} people on" for n in o.sizes[:-1]]
    rest = {one.label: how.before for one, how in runs.found.items() if not np.isfinite(how.settled)}
    off = [name for name, far in rest.items() if far.low > o.tolerance or far.high < -o.tolerance]
    unknown = [name for name in rest if name not in off]
    return [
        f"""{runs.settled(10_000)} of {count} outcomes and effects of a market of 10,000 lie within {o.tolerance:.0%} of
            those of {last:,} people; between seeds GMV a head varies by {gmv.spread[-1]:.0%}, and by
            {gmv.spread[0]:.0%} at {first:,}.""",
        f"""Of {count} outcomes and effects, {", ".join(growing[:-1])} and {growing[-1]} stay within {o.tolerance:.0%}
            of the value at {last:,} people.{f" Those that still move: {', '.join(off)}." if off else ""}
            {f" Undecided with so few seeds: {', '.join(unknown)}." if unknown else ""}""",
        f"In a market of {first:,}, GMV a head differs from that by {smallest:.0%}. {RULES}",
        f"""Between seeds GMV a head has a standard deviation of {gmv.spread[-1]:.1%} at {last:,} people and of
            {gmv.spread[0]:.1%} at {first:,}; with the goods of a seed given, of {gmv.paired[-2]:.2%} at {before:,}.""",
        f"""A platform of a hundred million people would, by the square-root law, differ by {spread:.3%} from another of
            the same goods, by people's shocks, but by {gmv.spread[-1]:.1%} from one of other goods: what a run of
            {last:,} people leaves open is closed by more catalogues (seeds), not by more people.""",
    ]


def table(o: Options, runs: Runs) -> pd.DataFrame:
    """Every outcome and effect in words: at the largest size, how far off smaller ones are, and where it stays."""
    *smaller, last = o.sizes
    rows = []
    for one, how in runs.found.items():
        level = f"{percent(how.last)} %" if one.effect and np.isfinite(how.last) else number(how.last)
        row = {"outcome or effect": one.label, f"at {last:,}": level}
        row |= {f"{n:,}": size.gap(pd.Series(how.gaps.loc[n])) for n in smaller}
        stays = f"{how.settled:,.0f}" if np.isfinite(how.settled) else f"not below {last:,}"
        rows.append(row | {"stops changing at": stays})
    return pd.DataFrame(rows)


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Every outcome against the largest market, a small panel for each, all on one scale."""
    drawing, gmv = new_figure(title, 1.3 + 1.55 * -(-(len(runs.found) + 1) // ACROSS), 10.0), runs.found[GMV]
    *each, spread = panels(drawing, len(runs.found) + 1, most=ACROSS, sharex=True)[0]
    for place, (axes, (one, how)) in enumerate(zip(each, runs.found.items(), strict=True)):
        size.against_size(axes, how, o.tolerance)
        stays = f"from {how.settled:,.0f}" if np.isfinite(how.settled) else f"not below {o.largest:,}"
        axes.set_title(f"{wrapped(one.label, 21)}\n{stays}", fontsize=7.8)
        axes.tick_params(labelsize=6.5, labelleft=place % ACROSS == 0)
    spread.loglog(o.sizes, gmv.spread, "o-", ms=2.2, color=BLUE, lw=1.1, label="other goods")
    spread.loglog(o.sizes[:-1], gmv.paired[:-1], "o-", ms=2.2, color=ORANGE, lw=1.1, label="same goods")
    spread.set_title(f"spread of {GMV.label}", fontsize=7.8)
    spread.legend(frameon=False, fontsize=6.5, loc="upper right", handlelength=1.4)
    caption = f"""Distance from the same seed's market of {o.largest:,} people, in % of the value there (effects, which
        are in % of the base themselves: in points): mean and 95 % interval over seeds, on a scale that is linear within
        ±{o.tolerance:.0%} (band) and logarithmic beyond. Above each panel: the number of people from which on the whole
        interval stays in the band. A head: sums of money by the head and day. Effects are of one change from
        commission, private domain, KOCs. Spread of GMV: standard deviations, over the mean."""
    parts = {
        one.label: how.gaps.assign(spread=how.spread, largest=how.last, settled=how.settled)
        for one, how in runs.found.items()
    }
    return Drawing(drawing, title, caption, pd.concat(parts, names=["outcome"]).reset_index())
