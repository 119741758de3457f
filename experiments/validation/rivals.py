"""Seeding against a rival: is the value of a campaign that customers come sooner, or that there are more of them?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.report.style import BLUE, GREY, ORANGE, SKY, VERMILLION, Drawing, new_figure
from experiments.validation.limits import directed
from experiments.validation.rivals_towns import OURS, THEIRS, Found, Value, opened, run_scenes, town
from experiments.validation.study import Answer, Check, Option, Request, Study
from sim.rules.adoption import hazard

LITTLE = 0.01  # share of the value of a campaign below which expansion is about nothing
LEAST_P = 0.001
SOURCE = "Libai, Muller & Peres (2013)"


def split(
    friend: float, external: float, tellers: tuple[int, int], groups: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """What people do on the day on which so many friends tell them of either brand.

    Returns
    -------
    counts, expected : ndarray, shape (3,)
        People who bought ours, theirs and neither; and the probabilities of the model.
    """
    size = sum(tellers) + 1
    first = np.arange(groups) * size
    ours, theirs = (np.arange(*ends) + 1 for ends in ((0, tellers[0]), (tellers[0], sum(tellers))))
    told = {OURS: (first[:, None] + ours).ravel(), THEIRS: (first[:, None] + theirs).ravel()}
    graph = directed(
        groups * size, np.concatenate(list(told.values())), np.concatenate([np.repeat(first, n) for n in tellers])
    )
    one = opened(town(groups * size, 1, 2, 0), external, friend, told, graph)
    one.step()
    waiting = np.isin(first, one.orders_today["consumer"], invert=True)  # who has not bought by oneself before
    one.step()
    orders = one.orders_today
    bought = np.full(groups * size, 2)
    bought[orders["consumer"]] = orders["product"]
    a, b = (hazard(float(n), 0.0, external, friend, 0.0, 0.0) for n in tellers)
    expected = np.array([a * (1 - b) + a * b * a / (a + b), b * (1 - a) + a * b * b / (a + b), (1 - a) * (1 - b)])
    return np.bincount(bought[first[waiting]], minlength=3), expected


def checks(found: Sequence[Found], days: int) -> list[Check]:
    """The rule of choice, and what a campaign's value consists of."""
    rows = []
    for tellers in ((1, 1), (3, 2), (6, 1)):
        counts, expected = split(0.16, 0.02, tellers, 20_000 // sum(tellers))
        p = float(stats.chisquare(counts, counts.sum() * expected).pvalue)
        shares = "/".join(f"{100 * x:.1f}" for x in counts / counts.sum())
        model = "/".join(f"{100 * x:.1f}" for x in expected)
        rows.append(
            Check(
                f"Ours, theirs or neither, where {tellers[0]} friends have ours and {tellers[1]} theirs",
                f"{model} %: p of a chi-square test above {LEAST_P:g}", p, p, p, p > LEAST_P,
                f"{SOURCE}: 1 − (1 − δ)(1 − q)^k, both by P / (P + P')", f"{shares} % of {counts.sum():,} people.",
            )
        )  # fmt: skip
    for one in found:
        joined = min(value.without[-1] for value in one.alone)
        share = one.share("alone")
        whole = joined >= 1 - LITTLE
        rows.append(
            Check(
                f"Alone, {one.scene.named()}: expansion as a share of social value",
                f"within {LITTLE:g} of 0, for everybody joins" if whole else "above 0, for some never join",
                share.value, share.low, share.high, abs(share.value) <= LITTLE if whole else share.low > 0, SOURCE,
                f"Without a campaign at least {100 * joined:.1f} % join within {days} periods.",
            )
        )  # fmt: skip
    for one in found:
        share, social = one.share("rival"), one.mean("rival", "social")
        rows.append(
            Check(
                f"With a rival, {one.scene.named()}: expansion as a share of social value", "above 0",
                share.value, share.low, share.high, share.low > 0, SOURCE,
                f"Social value for each person seeded: {social.value:.2f} ({social.low:.2f} to {social.high:.2f}) "
                "customers.",
            )
        )  # fmt: skip
    return rows


def draw(found: Sequence[Found]) -> Drawing:
    """Customers over time with and without a campaign, and what its value consists of."""
    title = _finding(found)
    figure = new_figure(title, 5.0, width=11.5)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    middle = found[0]
    for kind, colour, label in (("alone", BLUE, "alone"), ("rival", VERMILLION, "with a rival")):
        values: list[Value] = getattr(middle, kind)
        for part, style, name in (("with_campaign", "-", "campaign"), ("without", "--", "no campaign")):
            curve = 100 * np.mean([getattr(value, part) for value in values], axis=0)
            left.plot(np.arange(len(curve)), curve, style, color=colour, label=f"{label}, {name}")
    left.set(xlabel="period", ylabel="customers of the brand, % of people", title=middle.scene.named(), ylim=(0, 103))
    left.legend(frameon=False, loc="lower right")
    rows = []
    for place, one in enumerate(found):
        for kind, shift in (("alone", 0.19), ("rival", -0.19)):
            y, start = len(found) - 1 - place + shift, 0.0
            for part, colour in (("expansion", ORANGE), ("acceleration", SKY)):
                at = one.mean(kind, part)
                right.barh(
                    y, at.value, 0.34, left=start, color=colour, label=part if not place and kind == "alone" else None
                )
                start += at.value
                rows.append((one.scene.named(), kind, part, *at[:3]))
            social = one.mean(kind, "social")
            right.plot([social.low, social.high], [y, y], color=GREY, lw=1.2)
            right.annotate(
                "alone" if kind == "alone" else "rival",
                (social.high, y),
                (4, -3),
                textcoords="offset points",
                color=GREY,
                fontsize=8,
            )
    right.axvline(0, color=GREY, lw=0.8)
    right.set_yticks(np.arange(len(found))[::-1], [one.scene.named() for one in found])
    right.set(
        xlabel="social value for each person seeded, customers at present value", title="Sooner, or more customers?"
    )
    right.legend(frameon=False)
    caption = (
        "Differences between a market with a campaign and the same one without, person by person, over "
        f"{len(middle.rival)} "
        "seeds; those seeded are not counted. Expansion: customers who would not have bought the brand. Grey: 95 % "
        "intervals "
        "of the sum."
    )
    return Drawing(
        figure, title, caption, pd.DataFrame(rows, columns=["scene", "market", "part", "value", "low", "high"])
    )


def _finding(found: Sequence[Found]) -> str:
    alone, rival = found[0].share("alone"), found[0].share("rival")
    return (
        f"Where everybody joins in the end, {100 * abs(alone.value):.0f} % of a campaign's social value are new "
        "customers; "
        f"with a rival, {100 * rival.value:.0f} %"
    )


def run(request: Request) -> Answer:
    """Campaigns in all scenes, against a rival and without one."""
    o = request.options
    days = int(o["periods"])
    found = run_scenes(int(o["people"]), int(o["seeds"]), days, o["degree"])
    shares = [one.share("rival").value for one in found]
    sentences = [
        _finding(found) + ".",
        f"Over the ranges studied, new customers are {100 * min(shares):.0f} to {100 * max(shares):.0f} % of the "
        "social value "
        "of a campaign against a rival.",
    ]
    return Answer(checks(found, days), lambda: draw(found), sentences)


STUDY = Study(
    title="Seeding campaigns: acceleration and expansion",
    source=(
        "Libai, B., Muller, E., & Peres, R. (2013). Decomposing the value of word-of-mouth seeding programs: "
        "acceleration "
        "versus expansion. Journal of Marketing Research, 50(2), 161-176."
    ),
    question=(
        "A brand gives its product to some people, who tell their friends. Is the campaign worth something because "
        "friends "
        "buy sooner, or because some buy who never would have?"
    ),
    change=(
        "koc replicate rivals periods=10: the horizon is too short for all to join; look at expansion in the market "
        "alone"
    ),
    self_check=(
        "Why is there no expansion in the end where a brand is alone? Everybody would have bought it anyway: the "
        "campaign "
        "can only bring the purchase forward. With a rival, a friend won early is a customer the rival does not get."
    ),
    run=run,
    options={
        "people": Option(2_000, "people", 500, 20_000),
        "seeds": Option(6, "markets of each kind", 3, 100),
        "periods": Option(30, "periods", 5, 200),
        "degree": Option(10, "friends of each person, on average", 2, 30),
    },
)
