"""Talk of the network: what makes a product spread faster, advertising, strong ties in groups or weak ties across?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from experiments.drawing.style import Drawing, new_figure
from experiments.measures.statistics import Regression
from experiments.studies.models.limits import SEARCHED, chances, directed, market
from experiments.studies.plots import forest, plain_log
from experiments.studies.study import Asked, Check, Study, above, below, option
from sim.graphs.graph import Graph

STUDY = Study(
    title="Strong and weak ties",
    source="""Goldenberg, J., Libai, B., & Muller, E. (2001). Talk of the network: a complex systems look at the
        underlying process of word-of-mouth. Marketing Letters, 12(3), 211-223.""",
    question="""People hear of a product from advertising, from close friends of their own group, and from chance
        acquaintances of other groups, who are less convincing. Which makes it spread faster?""",
    change="stronger=0.3: strong ties convince as weak ones do; look at weak over strong",
    self_check="""Why can weak ties matter although each convinces less? Friends of a group are friends of each other:
        once the group has adopted, its ties lead nowhere new, while weak ties carry the word to other groups.""",
)
FACTORS: Mapping[str, tuple[str, float, float]] = {
    "advertising": ("advertising α", 0.0005, 0.01),
    "weak": ("weak tie, probability", 0.005, 0.015),
    "strong": ("strong tie, probability", 0.01, 0.07),
    "weak_ties": ("weak ties, number", 5, 29),
    "strong_ties": ("strong ties, number", 5, 29),
}
"""What varies, with the ranges of Goldenberg, Libai & Muller (2001): probabilities a day, and ties a person."""
MARKS = (0.16, 0.95)  # shares of people who have adopted
PAPER = "Goldenberg, Libai & Muller (2001)"


class Options(Asked):
    """How many runs, and how strong strong ties are."""

    people: int = option(3_000, "people", 500, 20_000)
    runs: int = option(200, "runs, each with its own setting", 30, 2_000)
    stronger: float = option(1.0, "factor on the probability of strong ties", 0.05, 3.0)


class Runs(NamedTuple):
    """Elasticities of each of `MARKS`; and weights of weak and strong ties by which to compare them, by name."""

    effects: dict[float, Regression]
    metrics: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]

    def ratios(self, mark: float) -> dict[str, float]:
        """Effect of weak ties over that of strong ones, by metric."""
        slopes = self.effects[mark].slopes
        return {name: float((weak @ slopes) / (strong @ slopes)) for name, (weak, strong) in self.metrics.items()}


def simulate(o: Options) -> Runs:
    """Runs over a Latin hypercube of the ranges, log-uniform, with whole numbers of ties; and regressions of times."""
    low, high = np.array([ends for _, *ends in FACTORS.values()]).T
    cube = stats.qmc.LatinHypercube(len(FACTORS), rng=np.random.default_rng(2001))
    points = low * (high / low) ** cube.random(o.runs)
    factors = pd.DataFrame(points, columns=list(FACTORS))
    factors[["weak_ties", "strong_ties"]] = factors[["weak_ties", "strong_ties"]].round()
    factors["strong"] *= o.stronger
    days = np.array([times(o.people, seed, at) for seed, at in enumerate(factors.to_dict("records"))])
    logs = pd.DataFrame(np.log(factors))
    spread, middle = logs.std().to_numpy(), np.exp(logs.mean()).to_numpy()
    _, weak, strong, weak_ties, strong_ties = np.eye(len(FACTORS))
    metrics = {
        "probability, by 1 %": (weak, strong),
        "probability, by a standard deviation": (weak * spread, strong * spread),
        "probability, by one point": (weak / middle / 100, strong / middle / 100),
        "number of ties": (weak_ties, strong_ties),  # of one range, so that all three agree
    }
    return Runs({mark: Regression.of(np.log(days[:, n]), logs.to_numpy()) for n, mark in enumerate(MARKS)}, metrics)


def times(people: int, seed: int, at: Mapping[Any, float]) -> list[float]:
    """Days until 16 % and 95 % of all people have adopted, between two days by a straight line."""
    numbers = chances(people, at["advertising"], at["strong"], at["weak"], at["weak_ties"])
    one = market(people, seed, graph=groups(people, int(at["strong_ties"])), numbers=numbers, changes=SEARCHED)
    share = [0.0]
    while share[-1] < max(MARKS) and len(share) <= 400:  # days
        one.step()
        share.append(share[-1] + len(one.orders_today) / people)
    return [float(np.interp(mark, share, np.arange(len(share)))) for mark in MARKS]


def groups(people: int, ties: int) -> Graph:
    """Personal networks: groups in which everybody knows all others, so that each has the given number of ties."""
    member = np.repeat(np.arange(people), ties)
    first = member // (ties + 1) * (ties + 1)
    told = first + (member - first + np.tile(np.arange(1, ties + 1), people)) % (ties + 1)
    within = told < people
    return directed(people, member[within], told[within])


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """Sign of every effect, and by which metric weak ties matter at least as much as strong ones."""
    for mark, one in runs.effects.items():
        for (label, *_), unit in zip(FACTORS.values(), np.eye(len(FACTORS)), strict=True):
            name = f"Days to {100 * mark:.0f} %, elasticity: {label}"
            yield below(name, 0, one.contrast(unit), source=f"{PAPER}: each makes diffusion faster")
    for mark, one in runs.effects.items():
        for name, (weak, strong) in runs.metrics.items():
            found, ratio = one.contrast(strong - weak), runs.ratios(mark)[name]
            yield above(
                f"Days to {100 * mark:.0f} %, weak less strong: {name}", 0, found, kind="finding",
                source=f"{PAPER}: weak ties are at least as strong an influence",
                note=f"Effect of weak over strong ties: {ratio:.2f}{', beyond chance' * found.clear}.",
                otherwise="Over the ranges of the paper a strong tie convinces three times as often as a weak one.",
            )  # fmt: skip


def findings(o: Options, runs: Runs) -> list[str]:
    """Signs, and the metrics by which weak ties matter more."""
    won = {mark: [name for name, (weak, strong) in runs.metrics.items() if one.contrast(strong - weak)[0] > 0]
           for mark, one in runs.effects.items()}  # fmt: skip
    always = [name for name in runs.metrics if all(name in names for names in won.values())]
    faster = all((one.slopes < 0).all() for one in runs.effects.values())
    signs = "All five make the product spread faster" if faster else "Not all five make it spread faster"
    said = f"{signs}; weak ties matter more than strong ones by {len(always)} of {len(runs.metrics)} measures"
    return [said + (f" ({'; '.join(always)})." if always else ".")] + [
        f"For the days to {100 * mark:.0f} %, weak ties matter more by: {'; '.join(names) or 'no measure'} "
        f"(R² {runs.effects[mark].fit:.2f})."
        for mark, names in won.items()
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Elasticities, and weak over strong ties by each metric."""
    drawing = new_figure(title, 4.6, width=11.0)
    left, right = drawing.subplots(1, 2)
    named = {mark: f"days to {100 * mark:.0f} %" for mark in MARKS}
    slopes = {named[mark]: [one.contrast(unit) for unit in np.eye(len(FACTORS))] for mark, one in runs.effects.items()}
    data = forest(left, [label for label, *_ in FACTORS.values()], slopes)
    left.set(xlabel="change of the time for 1 % more, %", title="What makes it faster")
    left.legend(frameon=False, loc="lower right")
    ratios = {named[mark]: list(runs.ratios(mark).values()) for mark in MARKS}
    more = forest(right, [name.replace("by a", "by\na") for name in runs.metrics], ratios, null=1)
    right.set(xscale="log", xlabel="effect of weak ties over strong ties", title="Weak against strong, by metric")
    plain_log(right.xaxis, [0.25, 0.5, 1, 2, 4])
    caption = f"""{o.runs} runs over the ranges of the paper, drawn as a Latin hypercube in logarithms; regression of
        the log of the time on the logs of the five factors, with 95 % intervals."""
    return Drawing(drawing, title, caption, pd.concat([data, more]))
