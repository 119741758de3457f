"""Words on their way: friends' words to tomorrow's inbox, and one-to-one questions that find an expert's time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.compilation import allocating
from sim.day import Day
from sim.draws import Stream, uniform
from sim.records import NOBODY, Table, at, joined
from sim.sorting import order_of, rows_by
from sim.state.visits import Question, Word


def deliver(words: Table[Word]) -> Table[Word]:
    """Tomorrow's inbox: the words of today, which stand by teller, sorted by recipient, and by teller for one."""
    return at(words, order_of(words["to"]))


def with_word(inbox: Table[Word], to: NDArray[np.int64], product: int, quality: float) -> Table[Word]:
    """The inbox with one more word for some, which comes from no friend's order.

    Parameters
    ----------
    inbox
        Sorted by recipient.
    to
        Rows of the recipients, shape (n,).
    product, quality
        What of, and how good it is said to be.
    """
    more = Word.table(len(to))
    more["to"] = to
    more["teller"] = NOBODY
    more["product"] = product
    more["quality"] = quality
    more["creator"] = NOBODY
    both = joined([inbox, more])
    return at(both, order_of(both["to"]))


@allocating
def answer(answers: int, questions: Table[Question], m: Day) -> int:
    """Let each creator take up at most so many of today's questions, drawn by lot; answers arrive tomorrow.

    A creator's time is what does not scale: in a large pool most questions stay open.

    Parameters
    ----------
    answers
        Questions that a creator can answer on a day.
    questions
        By who asks, at most one each.

    Returns
    -------
    int
        Questions that will be answered.
    """
    asked_of = np.empty(questions.shape[0], np.int32)
    for n in range(questions.shape[0]):
        asked_of[n] = questions[n].creator
    creators = m.creators.shape[0]
    rows, first = rows_by(asked_of, creators)
    lots = np.empty(rows.shape[0])
    for n in range(rows.shape[0]):
        question = questions[rows[n]]
        lots[n] = uniform(m.keys[Stream.ASK], m.day, question.consumer, 2 + question.category)
    taken = 0
    for k in range(creators):
        asked, open_lots = rows[first[k] : first[k + 1]], lots[first[k] : first[k + 1]]
        for _ in range(min(answers, asked.shape[0])):
            n = int(np.argmin(open_lots))
            open_lots[n] = math.inf
            consumer = m.consumers[questions[asked[n]].consumer]
            consumer.adviser = k
            consumer.question = questions[asked[n]].category
            taken += 1
    return taken
