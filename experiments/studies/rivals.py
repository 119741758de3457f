"""Seeding against a rival: is the value of a campaign that customers come sooner, or that there are more of them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from experiments.drawing.style import BLUE, GREY, ORANGE, SKY, VERMILLION, Drawing, new_figure
from experiments.measures.statistics import Estimate, t_interval
from experiments.studies.models.towns import Value, split, town, valued
from experiments.studies.study import Asked, Check, Study, above, interval, option, within

STUDY = Study(
    title="Seeding campaigns: acceleration and expansion",
    source="""Libai, B., Muller, E., & Peres, R. (2013). Decomposing the value of word-of-mouth seeding programs:
        acceleration versus expansion. Journal of Marketing Research, 50(2), 161-176.""",
    question="""A brand gives its product to some people, who tell their friends. Is the campaign worth something
        because friends buy sooner, or because some buy who never would have?""",
    change="periods=10: the horizon is too short for all to join; look at expansion in the market alone",
    self_check="""Why is there no expansion in the end where a brand is alone? Everybody would have bought it anyway:
        the campaign can only bring the purchase forward. With a rival, a friend won early is lost to the rival.""",
)
LITTLE, LEAST_P = 0.01, 0.001  # share of a campaign's value that is about nothing; p of a chi-square test
PAPER = "Libai, Muller & Peres (2013)"
CENTRE = (0.01, 0.1, 0.02)
SCENES = (
    CENTRE,
    *((external, friend, 0.02) for external in (0.001, 0.02) for friend in (0.04, 0.16)),
    *((0.01, 0.1, seeded) for seeded in (0.005, 0.05)),
)
"""Probabilities a period to adopt by oneself (δ) and by each friend (q), and the share seeded, as in the paper."""


class Options(Asked):
    """Towns."""

    people: int = option(2_000, "people", 500, 20_000)
    seeds: int = option(6, "markets of each kind", 3, 100)
    periods: int = option(30, "periods", 5, 200)
    degree: float = option(10, "friends of each person, on average", 2, 30)


class Scene(NamedTuple):
    """Values of a campaign over seeds, against a rival and without one."""

    name: str
    rival: list[Value]
    alone: list[Value]

    def mean(self, kind: str, part: str) -> Estimate:
        """Of a part of the value, over seeds; ``kind`` is rival or alone."""
        return t_interval([getattr(value, part) for value in getattr(self, kind)])

    def share(self, kind: str) -> Estimate:
        """Expansion as a share of all social value: ratio of means, by Fieller's linearisation."""
        social, expansion = (np.array([getattr(v, p) for v in getattr(self, kind)]) for p in ("social", "expansion"))
        ratio = expansion.mean() / social.mean()
        return t_interval(ratio + (expansion - ratio * social) / social.mean())


def simulate(o: Options) -> list[Scene]:
    """Campaigns in all scenes on the same people, against a rival and without one."""
    towns = {n: [town(o.people, seed, n, o.degree) for seed in range(o.seeds)] for n in (1, 2)}
    return [
        Scene(f"δ = {external:g}, q = {friend:g}, {100 * seeded:g} % seeded",
              *([valued(here, external, friend, seeded, o.periods) for here in towns[n]] for n in (2, 1)))
        for external, friend, seeded in SCENES
    ]  # fmt: skip


def checks(o: Options, scenes: list[Scene]) -> Iterator[Check]:
    """The rule of choice, and what a campaign's value consists of."""
    for tellers in ((1, 1), (3, 2), (6, 1)):
        counts, expected = split(0.16, 0.02, tellers, 20_000 // sum(tellers))
        p = float(stats.chisquare(counts, counts.sum() * expected).pvalue)
        split_as, model = ("/".join(f"{100 * x:.1f}" for x in of) for of in (counts / counts.sum(), expected))
        yield above(
            f"Ours, theirs or neither, where {tellers[0]} friends have ours and {tellers[1]} theirs", LEAST_P, p,
            expected=f"{model} %: p of a chi-square test above {LEAST_P:g}",
            source=f"{PAPER}: 1 − (1 − δ)(1 − q)^k, both by P / (P + P')",
            note=f"{split_as} % of {counts.sum():,} people.",
        )  # fmt: skip
    for one in scenes:
        joined, share = min(value.without[-1] for value in one.alone), one.share("alone")
        name = f"Alone, {one.name}: expansion as a share of social value"
        note = f"Without a campaign at least {100 * joined:.1f} % join within {o.periods} periods."
        if joined < 1 - LITTLE:
            yield above(name, 0, share, expected="above 0, for some never join", source=PAPER, note=note)
        else:
            told = f"within {LITTLE:g} of 0, for everybody joins"
            yield within(name, -LITTLE, LITTLE, share, expected=told, source=PAPER, note=note)
    for one in scenes:
        social = one.mean("rival", "social")
        yield above(
            f"With a rival, {one.name}: expansion as a share of social value", 0, one.share("rival"), source=PAPER,
            note=f"Social value for each person seeded: {interval(social)} customers.",
        )  # fmt: skip


def findings(o: Options, scenes: list[Scene]) -> list[str]:
    """Expansion with and without a rival."""
    alone, rival = scenes[0].share("alone").value, scenes[0].share("rival").value
    shares = [one.share("rival").value for one in scenes]
    return [
        f"""Where everybody joins in the end, {100 * abs(alone):.0f} % of a campaign's social value are new customers;
            with a rival, {100 * rival:.0f} %.""",
        f"""Over the ranges studied, new customers are {100 * min(shares):.0f} to {100 * max(shares):.0f} % of the
            social value of a campaign against a rival.""",
    ]


def figure(o: Options, scenes: list[Scene], title: str) -> Drawing:
    """Customers over time with and without a campaign, and what its value consists of."""
    drawing = new_figure(title, 5.0, width=11.5)
    left, right = drawing.subplots(1, 2, width_ratios=(1, 1.5))
    for kind, colour, label in (("alone", BLUE, "alone"), ("rival", VERMILLION, "with a rival")):
        for part, style, name in (("with_campaign", "-", "campaign"), ("without", "--", "no campaign")):
            curve = 100 * np.mean([getattr(value, part) for value in getattr(scenes[0], kind)], axis=0)
            left.plot(np.arange(len(curve)), curve, style, color=colour, label=f"{label}, {name}")
    left.set(xlabel="period", ylabel="customers of the brand, % of people", title=scenes[0].name, ylim=(0, 103))
    left.legend(frameon=False, loc="lower right")
    rows: list[tuple[object, ...]] = []
    for place, one in enumerate(scenes):
        for kind, shift in (("alone", -0.19), ("rival", 0.19)):
            start = 0.0
            for part, colour in (("expansion", ORANGE), ("acceleration", SKY)):
                at = one.mean(kind, part)
                right.barh(
                    place + shift, at.value, 0.34, left=start, color=colour, label=part if not rows[1:] else None
                )
                start += at.value
                rows.append((one.name, kind, part, *at[:3]))
            social = one.mean(kind, "social")
            right.plot([social.low, social.high], [place + shift] * 2, color=GREY, lw=1.2)
            right.annotate(
                kind, (social.high, place + shift), (4, -3), textcoords="offset points", color=GREY, fontsize=8
            )
    right.set_yticks(range(len(scenes)), [one.name for one in scenes])
    right.invert_yaxis()
    right.set(xlabel="social value for each person seeded, customers at present value", title="Sooner, or more?")
    right.legend(frameon=False)
    caption = f"""Differences between a market with a campaign and the same one without, person by person, over
        {o.seeds} seeds; those seeded are not counted. Expansion: customers who would not have bought the brand. Grey:
        95 % intervals of the sum."""
    data = pd.DataFrame(rows, columns=["scene", "market", "part", "value", "low", "high"])
    return Drawing(drawing, title, caption, data)
