"""The market in plain Mesa: every consumer, creator, brand and platform is an ordinary agent, an object with methods.

Written from docs/model.md; section numbers in docstrings are those of that page. It shares with the engine in ``sim/``
only the declarations of the parameters. It serves to check the engine (tests/test_reference.py compares distributions),
to measure it against (``make bench``), and to learn the model from. Read in this order:

1. `reference.market` and `reference.start`: what exists, and a day in its phases;
2. `reference.equations`: the equations, a function each;
3. `reference.consumer`, `reference.memory` and `reference.buying`: what a consumer sees, remembers, buys and tells;
4. `reference.creator` and `reference.audience`: what a creator posts and learns, and who follows;
5. `reference.brand`, `reference.feed` and `reference.platform`: funds, ranking and ads, money;
6. `reference.membership`, `reference.member`, `reference.moving` and `reference.shops`: who is on which platform;
7. `reference.confirming`, `reference.leaking` and `reference.phases`: deals and stock, leakage, policy over time.

Rules of one's own (``rules``) are refused, since the equations are written out here.
"""
