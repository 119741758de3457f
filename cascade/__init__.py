"""Contagion without a market: many independent cascades of adoption on a friendship graph, fast.

Who adopts tells all friends, once, a step later; nothing else happens. What a word does is a `Contagion`: it succeeds
with a probability (independent cascade, Goldenberg, Libai & Muller 2001), or it adds to the words of other friends
until there are enough (linear threshold, Granovetter 1978). These are limits of the market with the rules of
`sim.rules.adoption`: with the same thresholds the same people adopt, a step for a day.

Random numbers are keyed as everywhere (`sim.draws`): whether the word along a tie succeeds in a run depends on seed,
run and tie alone, and a person's threshold on seed, run and person. So two sets of seeds in the same run meet the same
random numbers, and a larger set is never worse; and runs may be divided among threads, which then share none.

Where all ties have one probability, the number of ties to the next success is drawn, not every tie: the work is
proportional to the adopters and their successes. Then a higher probability draws other successes, not further ones;
with a probability for each tie, equal or not, runs are monotone in it.
"""

from cascade.contagion import counted_threshold, independent_cascade, linear_threshold
from cascade.kernel import Cascades, Contagion
from cascade.runs import Tree, spread, tree

__all__ = [
    "Cascades",
    "Contagion",
    "Tree",
    "counted_threshold",
    "independent_cascade",
    "linear_threshold",
    "spread",
    "tree",
]
