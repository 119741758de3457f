"""What the answers mean for whoever reads: a consumer, a KOC, a brand, a platform."""

from __future__ import annotations

from typing import NamedTuple

from experiments.measures.outcomes import INTERESTS, number
from experiments.report.gains import PEOPLE, gain
from experiments.report.promotion import promoted
from experiments.report.verdict import Verdict
from experiments.report.words.phrases import around
from experiments.report.words.saying import say
from experiments.table.results import Results


class Meaning(NamedTuple):
    """What the answers mean for one party."""

    title: str
    sentences: list[str]


def meanings(results: Results, verdict: Verdict) -> list[Meaning]:
    """What the answers mean for whoever reads: a consumer, a KOC, a brand, a platform."""
    return [
        Meaning(say("persona", party), found)
        for party, keys in INTERESTS.items() if (found := _meaning(results, verdict, party, tuple(keys)))
    ]  # fmt: skip


def _meaning(results: Results, verdict: Verdict, party: str, keys: tuple[str, ...]) -> list[str]:
    sentences = []
    for key in keys:
        found = [(c, gain(results, party, e, "one")) for c in results.comparisons if (e := verdict.main(c, key))]
        groups = {
            way: [(results.label(c.high), g.size) for c, g in found if g.effect.favours == way]
            for way in ("high", "low", "unclear")
        }
        scale = number(PEOPLE) if found and found[0][1].of == "people" and found[0][1].unit == "yuan a month" else ""
        if found:
            sentences.append(say("means", key, *groups.values(), scale))
    best = [each for each in promoted(results) if each.arm not in results.arms.index]
    if party == "brands" and len(best) > 1:
        ends = [(results.arm_label(each.arm), around(each.over_seeds["contribution_per_yuan"])) for each in best]
        losing = [results.arm_label(each.arm) for each in best if each.over_seeds["contribution_per_yuan"].high < 1]
        sentences.append(say("best_promotion", *ends[0], losing))
    return sentences
