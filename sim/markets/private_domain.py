"""The private domain: friends' words on their way, and one-to-one questions that find an expert's time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.compiled import allocating
from sim.draws import Stream, uniform
from sim.records import NOBODY, Byte, Inbox, Int32, Luck, Questions, Shares, each, join
from sim.sorting import rows_by


@allocating
def deliver(words: Shares, first_order: int, people: int) -> Inbox:
    """Tomorrow's inbox: all words of today, sorted by recipient, and by teller for one recipient.

    Parameters
    ----------
    words
        By teller.
    first_order
        Number of today's first order.
    people
        How many might be told.
    """
    rows, _ = rows_by(words.to, people)
    return Inbox(
        to=words.to[rows],
        product=words.product[rows],
        word=words.word[rows],
        order=words.order[rows] + np.int32(first_order),
        creator=words.creator[rows],
    )


def with_word(inbox: Inbox, to: NDArray[np.int64], product: int, word: float) -> Inbox:
    """The inbox with one more word for some, which comes from no friend's order.

    Parameters
    ----------
    inbox
        Sorted by recipient.
    to
        Rows of the recipients, shape (n,).
    product, word
        What of, and how good it is said to be.
    """
    rows = len(to)
    more = Inbox(
        to=to.astype(np.int32),
        product=np.full(rows, product, np.int16),
        word=np.full(rows, word, np.float32),
        order=np.full(rows, NOBODY, np.int32),
        creator=np.full(rows, NOBODY, np.int32),
    )
    both = join([inbox, more])
    order = np.argsort(both.to, kind="stable")
    return each(both, lambda column: column[order])


@allocating
def answer(
    day: int, questions: Questions, answers: int, creators: int, adviser: Int32, question: Byte, luck: Luck
) -> int:
    """Let each creator take up at most so many of today's questions, drawn by lot; answers arrive tomorrow.

    A creator's time is what does not scale: in a large pool most questions stay open.

    Parameters
    ----------
    questions
        By who asks, at most one each.
    answers, creators
        Questions that a creator can answer on a day, and how many creators there are.
    adviser, question
        Columns of consumers, which are written: who will answer, and on which category; shape (N,).

    Returns
    -------
    int
        Questions that will be answered.
    """
    rows, first = rows_by(questions.creator, creators)
    taken = 0
    for k in range(creators):
        asked = rows[first[k] : first[k + 1]]
        if asked.shape[0] > answers:
            lots = np.empty(asked.shape[0])
            for n in range(asked.shape[0]):
                category = int(questions.category[asked[n]])
                lots[n] = uniform(luck[Stream.ASK], day, questions.consumer[asked[n]], 2 + category)
            asked = asked[np.argsort(lots, kind="mergesort")[:answers]]
        for row in asked:
            adviser[questions.consumer[row]] = k
            question[questions.consumer[row]] = questions.category[row]
        taken += asked.shape[0]
    return taken
