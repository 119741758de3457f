"""What a reader must bear in mind."""

from __future__ import annotations

from experiments.measures.outcomes import label, number, percent, ranged
from experiments.measures.worth import DISCOUNT
from experiments.report.words.saying import say
from experiments.table.results import Results


def notes(results: Results) -> list[str]:
    """What a reader must bear in mind."""
    people = int(results.people) if "graph" in results.tables else 0
    arms = len(results.arms) + len(results.extras)
    said = [say("design", results.seeds, arms, people, results.days, results.burn_in, _checking(results))]
    if "graph" in results.tables:
        said.append(say("graph", results.tables["graph"].mean(numeric_only=True)))
    if results.unfinished:
        said.append(say("unfinished", results.unfinished))
    if results.seeds < 5:
        said.append(say("few_seeds"))
    if found := results.manifest.get("precision"):
        ends = ranged(number(found["low"], signed=True), number(found["high"], signed=True))
        labels = results.label(found["contrast"]), label(found["outcome"])
        said.append(say("precision", *labels, number(found["asked"]), ends, found["factor"]))
    if results.has_draws:
        by_draw = results.tables["posterior"].groupby("draw")["seed"].nunique()
        said.append(say("posterior", len(by_draw), int(by_draw.max()), results.is_own_market("posterior")))
    elif results.comparisons:
        said.append(say("no_draws"))
    if "flips" not in results.tables:
        said.append(say("no_flips"))
    else:
        said.append(say("flips_made", int(results.tables["flips"]["seeds"].max()), results.is_own_market("flips")))
    if "customer_value" in results.runs:
        said.append(say("worth", results.days, percent(DISCOUNT, signed=False)))
    return said


def _checking(results: Results) -> list[tuple[str, int]]:
    """How many runs the checks are, beside those of the experiment itself."""
    drawn, moved = len(results.tables.get("drawn", ())), 0
    if "flips" in results.tables:
        ends = results.tables["flips"]
        ends = ends[~ends["default"].astype(bool)]
        moved = int(ends.groupby(["assumption", "value"])["seeds"].max().sum()) * len(results.arms)
    return [(name, count) for name, count in (("draws", drawn), ("flips", moved)) if count]
