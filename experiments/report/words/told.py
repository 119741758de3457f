"""The whole verdict in words."""

from __future__ import annotations

from typing import NamedTuple

from experiments.measures.outcomes import INTERESTS, OVERALL, label
from experiments.measures.statistics import pairs
from experiments.report.platforms import tell_platforms, tell_standings
from experiments.report.verdict import Verdict
from experiments.report.words.accounts import why
from experiments.report.words.answers import answer, asked, parties, spend, sure, turns
from experiments.report.words.doubts import flip_sentences, settle_sentences, unknown_sentences
from experiments.report.words.further import beside, extras, interactions, promotion
from experiments.report.words.meanings import Meaning, meanings
from experiments.report.words.notes import notes
from experiments.report.words.saying import say
from experiments.settings.language import said
from experiments.table.results import Results


class Answer(NamedTuple):
    """The answer to one question."""

    question: str
    spend: str  # that the sides do not spend the same, where they do not: it is said before all else
    short: str  # who wins, and from how many to how many yuan
    sure: tuple[str, str]  # a word for how sure that is, and what it means
    turns: str  # where it is the other way round
    asked: str  # what the question asks for in so many words
    parties: str  # who loses something by it, or who gains and loses where nobody wins
    why: list[str]
    unknown: list[str]
    settle: list[str]
    flips: list[str]

    @property
    def first(self) -> list[str]:
        """What is said of it before reasons and doubts."""
        answer = f"{self.short} {say('how_sure', *self.sure)}"
        return [text for text in (self.spend, answer, self.turns, self.asked, self.parties) if text]


class Told(NamedTuple):
    """The whole verdict in words."""

    criterion: str
    standings: list[str]
    platforms: list[str]
    answers: list[Answer]
    meanings: list[Meaning]
    promotion: list[str]
    beside: list[str]
    interactions: list[str]
    extras: list[str]
    notes: list[str]


def tell(results: Results, verdict: Verdict) -> Told:
    """Put a verdict into words."""
    answers = [
        Answer(
            results.question(c.factor, None if len(results.factors[c.factor]) == 2 else c),
            spend(results, zip(*pairs(results.arms, c), strict=True)), answer(results, verdict, c),
            sure(results, verdict, c), turns(results, verdict, c), asked(results, verdict, c)[0],
            parties(results, verdict, c), why(results, verdict, c), unknown_sentences(results, verdict, c),
            settle_sentences(results, verdict, c), flip_sentences(results, c),
        )
        for c in results.comparisons
    ]  # fmt: skip
    wants = [(said(party), list(map(said, names.values()))) for party, names in INTERESTS.items()]
    criterion = say("criterion", wants, [label(key) for key in OVERALL])
    return Told(
        criterion, tell_standings(results), tell_platforms(results), answers, meanings(results, verdict),
        promotion(results), beside(results), interactions(results, verdict), extras(results, verdict), notes(results),
    )  # fmt: skip
