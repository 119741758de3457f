"""Demand: whether promotion, prices, memory and loyalty have effects of the size that field studies measured."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.drawing.style import Drawing, new_figure
from experiments.studies.models import demand as model
from experiments.studies.models.demand import SPAN, Runs, effect, elasticity, repeat_of
from experiments.studies.plots import forest
from experiments.studies.study import Asked, Check, Study, option

STUDY = Study(
    title="Demand: what moves it, and by how much",
    source="""Field studies of advertising (Sethuraman, Tellis & Briesch 2011), prices (Bijmolt, van Heerde & Pieters
        2005), influencers (Leung, Gu, Li, Zhang & Palmatier 2022), friends (Bapna & Umyarov 2015), and private pools
        (Yatsen's filing 2020)""",
    question="""If brands stop promoting, raise prices, or open a pool of their own, what happens to sales, profit and
        consumers? Each answer compares markets that share everything else.""",
    change="people=10000: let the market be twice as large, and look at what stays",
    self_check="""Why does a brand gain more from promotion than all brands together? It takes customers from the
        others, who cannot all do the same.""",
)


class Options(Asked):
    """The market and how often it is run."""

    people: int = option(5_000, "people in the market", 500, 1_000_000)
    larger: int = option(20_000, "people in the larger market that is held against it", 500, 1_000_000)
    seeds: int = option(20, "seeds", 3, 200)


def simulate(o: Options) -> Runs:
    """All markets."""
    return model.made(o.people, o.larger, o.seeds)


def checks(o: Options, runs: Runs) -> Iterator[Check]:
    """What must be so, then what field studies found, then what articles and theory claim."""
    yield from model.must(runs, o.people, o.larger)
    yield from model.targets(runs)
    yield from model.reported(runs)


def findings(o: Options, runs: Runs) -> list[str]:
    """The main answers."""
    none, eight = (effect(runs, f"all budgets x {x}", "profit").value for x in (0, 8))
    price = elasticity(runs, "own prices x 1.1", "orders of treated", 1.1).value
    pool = repeat_of(runs, "beauty", "with_pool", "without_pool").value
    return [
        f"""Without promotion brands together earn {abs(none):.1%} {"less" if none < 0 else "more"}, with eight times as
            much {abs(eight):.0%} {"less" if eight < 0 else "more"}.""",
        f"Sales of some brands have an elasticity of {price:.2f} to their own prices.",
        f"With a pool of its own a beauty brand brings back {100 * pool:.0f} in a hundred customers more.",
    ]


def figure(o: Options, runs: Runs, title: str) -> Drawing:
    """Effects of each change on what parties want."""
    drawing = new_figure(title, 6.5)
    axes = drawing.subplots()
    rows = [name for name in runs.effects.index.unique("arm") if name.startswith(("all", "no ", "use", "claims"))]
    series = {of: [effect(runs, name, of) for name in rows] for of in ("orders", "surplus", "profit")}
    numbers = forest(axes, rows, series, scale=100)
    axes.set(xlabel="change, %", xlim=(-60, 30))
    axes.legend(frameon=False)
    caption = f"""Means of {o.seeds} pairs of markets of {o.people:,} people with 95 % intervals; markets part on day
        {SPAN.part}, and are compared over days {SPAN.start} to {SPAN.end}."""
    return Drawing(drawing, title, caption, numbers)
