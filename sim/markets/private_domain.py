"""The private domain: friends' words on their way, and one-to-one questions that find an expert's time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.compiled import allocating
from sim.draws import Stream, uniform
from sim.records import NOBODY, Byte, Consumers, Double, Inbox, Int32, Luck, Questions, Shares, each, empty, join


def deliver(shares: Sequence[Shares], first_orders: Sequence[int]) -> Inbox:
    """Tomorrow's inbox: all words of today, sorted by recipient, and by teller for one recipient.

    Parameters
    ----------
    shares
        Words by chunk of consumers, in order.
    first_orders
        Number of each chunk's first order, which its words count from.
    """
    if not shares:
        return empty(Inbox, 0)
    words = join(shares)
    offset = np.repeat(np.asarray(first_orders), [len(chunk.to) for chunk in shares])
    words = words._replace(order=(words.order + offset).astype(np.int32))
    order = np.argsort(words.to, kind="stable")
    return Inbox(*each(words, lambda column: column[order]))


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
def _lots(day: int, asked: Int32, category: Byte, luck: Luck) -> Double:
    lots = np.empty(asked.shape[0])
    for n in range(asked.shape[0]):
        lots[n] = uniform(luck[Stream.ASK], day, asked[n], 2 + int(category[n]))
    return lots


def answer(day: int, questions: Questions, answers: float, consumers: Consumers, luck: Luck) -> int:
    """Let each creator take up at most so many of today's questions, drawn by lot; answers arrive tomorrow.

    A creator's time is what does not scale: in a large pool most questions stay open.

    Returns
    -------
    int
        Questions that will be answered.
    """
    if len(questions.consumer) == 0:
        return 0
    lots = _lots(day, questions.consumer, questions.category, luck)
    order = np.lexsort((lots, questions.creator))
    creator = questions.creator[order]
    first_of_creator = np.searchsorted(creator, creator)
    taken = order[np.arange(len(creator)) - first_of_creator < int(answers)]
    consumers.adviser[questions.consumer[taken]] = questions.creator[taken]
    consumers.question[questions.consumer[taken]] = questions.category[taken]
    return len(taken)
