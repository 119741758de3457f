from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher
from small_markets import assert_same, fingerprint, market

from sim.engine.evening import learn_all
from sim.engine.passes import live_all
from sim.errors import UserError
from sim.market import Market
from sim.parameters import Rules
from sim.state.channels import CREATOR_CHANNELS

HERE = Path(__file__).parent
COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "1"
DAYS = 12
LIVELY: dict[str, Any] = {
    "market": {"choice": {"outside": -3.0}},
    "creators": {"koc_share": 0.03, "posts_fixed": 2.0},
    "brands": {"weekly_budget": 5.0},
}

MY_RULES = '''
"""A researcher's rules, as anybody would write them."""

import functools

from sim.rules.content import claim as honest_claim
from sim.rules.trust import trust as earned_trust


def blind_trust(met, broken, pool_met, pool_broken):
    """Trust without a memory: half of what is earned, and never below a tenth."""
    return max(0.1, 0.5 * earned_trust(met, broken, pool_met, pool_broken))


def exaggerated_claim(known, paid, integrity, p):
    return honest_claim(known, paid, integrity, p) + 0.5


def claim_by_numbers(known, paid, integrity, p):
    return honest_claim(known, paid, integrity, p) + p.numbers[0] * p.numbers[1] + p.numbers[7]


def same_post_rate(marginal_income, effort_cost, p):
    return min(max((marginal_income + p.intrinsic) / effort_cost, 0.0), float(p.posts_most))


def takes_too_little(known, paid):
    return known + paid


not_a_rule = 3
partly = functools.partial(exaggerated_claim, 1.0)
exec("def generated(known, paid, integrity, p): return known")
TABLE = object()


def by_object(known, paid, integrity, p):
    return known if TABLE else integrity
'''


@pytest.fixture(scope="module", autouse=True)
def my_rules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A module of the researcher's on the path, for as long as these tests run."""
    folder = tmp_path_factory.mktemp("rules")
    (folder / "my_rules.py").write_text(MY_RULES)
    (folder / "half_written.py").write_text("def claim(quality:\n")
    (folder / "raises.py").write_text("1 / 0\n")
    (folder / "leaves.py").write_text("import sys\nsys.exit(3)\n")
    (folder / "needs.py").write_text("import nowhere\n")
    sys.path.insert(0, str(folder))
    _forget_modules()  # of the same names, that other tests have imported from elsewhere
    yield folder
    sys.path.remove(str(folder))
    _forget_modules()


def _forget_modules() -> None:
    for name in ("my_rules", "half_written", "drafts"):
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def default() -> Market:
    return market(days=DAYS, **LIVELY)


@pytest.fixture(scope="module")
def distrusting(my_rules: Path) -> Market:
    return market(days=DAYS, **LIVELY, rules={"trust": "my_rules.blind_trust"})


def test_a_rule_of_ones_own_changes_the_results(default: Market, distrusting: Market) -> None:
    """Fewer posts are opened, claims weigh less in every choice, and the survey asks with the same rule."""
    ours, theirs = distrusting.result().outcomes, default.result().outcomes
    assert ours["trust"] == pytest.approx(0.5 * theirs["trust"], rel=0.1)
    opened, usual = (
        one.recorder.viewed[[*CREATOR_CHANNELS]].sum() / one.recorder.delivered[[*CREATOR_CHANNELS]].sum()
        for one in (distrusting, default)
    )
    assert opened < usual
    told = [distrusting.explain(i, DAYS).offers.trust.dropna() for i in range(90)]
    trusts = np.concatenate(told)
    assert len(trusts) > 10
    assert ((trusts >= 0.1) & (trusts <= 0.5)).all()


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_it_runs_compiled(distrusting: Market) -> None:
    live = distrusting.consumer_pass.live_all
    assert isinstance(live, Dispatcher)
    assert live is not live_all
    assert len(live.nopython_signatures) == 1
    assert distrusting.passes.learn is learn_all  # what the rule does not reach is shared with every other market


@pytest.mark.skipif(not COMPILED, reason="compares with the compiled run")
def test_it_runs_in_plain_python_to_the_same_bits(my_rules: Path) -> None:
    few = {**LIVELY, "market": {**LIVELY["market"], "consumers": 100}}
    script = (
        "import warnings; warnings.simplefilter('ignore', RuntimeWarning)\n"
        "from small_markets import fingerprint, market\n"
        f"print(fingerprint(market(days=2, **{few!r}, rules={{'trust': 'my_rules.blind_trust'}})))"
    )
    path = os.pathsep.join([str(my_rules), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path}
    command = [sys.executable, "-c", script]
    plain = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=True).stdout
    assert plain.strip() == fingerprint(market(days=2, **few, rules={"trust": "my_rules.blind_trust"}))


def test_the_same_rule_written_again_gives_the_same_bits(default: Market) -> None:
    again = market(days=DAYS, **LIVELY, rules={"post_rate": "my_rules.same_post_rate"})
    assert again.passes.learn is not learn_all
    assert_same(again, default)


@pytest.mark.slow
def test_all_rules_under_other_names_give_the_same_bits(default: Market, my_rules: Path) -> None:
    """Every rule that can be replaced is, by its own source in another module."""
    named = Rules().named
    modules = sorted({name.rsplit(".", 1)[0] for name in named.values()})
    imports = "from __future__ import annotations\n"
    texts = [Path(sys.modules[module].__file__ or "").read_text() for module in modules]
    sources = "\n".join(text.split("from __future__ import annotations\n", 1)[1] for text in texts)
    (my_rules / "all_again.py").write_text(imports + sources.replace("@compiled\n", ""))
    rules = {field: f"all_again.{name.rsplit('.', 1)[1]}" for field, name in named.items()}
    assert_same(market(days=DAYS, **LIVELY, rules=rules), default)


def test_a_rule_may_call_the_one_it_replaces(default: Market) -> None:
    louder = market(days=DAYS, **LIVELY, rules={"claim": "my_rules.exaggerated_claim"})
    assert louder.result().outcomes["trust"] < default.result().outcomes["trust"]
    one, other = (market(days=1, **LIVELY, rules=rules).posts for rules in ({}, louder.parameters.rules.named))
    assert len(one) > 20
    np.testing.assert_array_equal(one["product"], other["product"])
    np.testing.assert_allclose(other["claim"], one["claim"] + 0.5)


def test_a_rule_reads_the_numbers_it_is_given(default: Market) -> None:
    """One piece of code for all numbers: a sweep over them compiles once."""
    rules = {"claim": "my_rules.claim_by_numbers"}
    louder = market(days=DAYS, **LIVELY, rules={**rules, "numbers": [0.25, 2.0]})
    assert_same(louder, market(days=DAYS, **LIVELY, rules={"claim": "my_rules.exaggerated_claim"}))
    assert_same(market(days=DAYS, **LIVELY, rules=rules), default)
    if COMPILED:
        prepare = louder.passes.post
        assert isinstance(prepare, Dispatcher)
        assert len(prepare.nopython_signatures) == 1


def test_too_many_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rules.numbers: 9 given, expected at most 8"):
        market(rules={"numbers": [0.0] * 9})


@pytest.mark.parametrize("constant", [1.5, 3.0])
def test_an_edited_constant_is_not_read_from_an_old_cache(my_rules: Path, constant: float) -> None:
    (my_rules / "drafts.py").write_text(f"def post_rate(marginal_income, effort_cost, p):\n    return {constant}\n")
    sys.modules.pop("drafts", None)
    one = market(days=15, creators={"learning": 1.0, "koc_share": 0.03}, rules={"post_rate": "drafts.post_rate"})
    people = one.m.creators["brand"] < 0
    assert one.m.creators["rate"][people & (one.m.creators["active"] == 1)] == pytest.approx(constant)


MISTAKES: list[tuple[str, str]] = [
    ("my_rules.exagerated_claim", r"no such function in my_rules; did you mean 'exaggerated_claim'\?"),
    ("no_such_module.rule", r"rules\.claim=no_such_module\.rule: no such module; expected module\.function"),
    ("claim", r"rules\.claim=claim: no such module; expected module\.function"),
    ("half_written.claim", r"half_written cannot be imported \(SyntaxError: .*half_written\.py"),
    ("raises.claim", r"rules\.claim=raises\.claim: raises cannot be imported \(ZeroDivisionError: division by zero\)"),
    ("leaves.claim", r"rules\.claim=leaves\.claim: leaves cannot be imported \(SystemExit: 3\); expected a module"),
    ("needs.claim", r"needs cannot be imported \(ModuleNotFoundError: No module named 'nowhere'\)"),
    ("math.exp", r"rules\.claim=math\.exp: a builtin_function_or_method, expected a function that is written with def"),
    ("my_rules.partly", r"rules\.claim=my_rules\.partly: a partial, expected a function that is written with def"),
    ("my_rules.generated", r"rules\.claim=my_rules\.generated: my_rules: its source is not in a file; expected a \.py"),
    ("my_rules.by_object", r"my_rules\.by_object reads TABLE: a object, which cannot be part of what names a run"),
    ("my_rules.not_a_rule", r"rules\.claim=my_rules\.not_a_rule: a int, expected a function"),
    (
        "my_rules.takes_too_little",
        r"takes \(known, paid\), expected \(known, paid, integrity, p\)",
    ),
]


@pytest.mark.parametrize(("name", "message"), MISTAKES, ids=[name for name, _ in MISTAKES])
def test_a_name_that_is_no_rule_is_refused_in_one_line(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        market(rules={"claim": name})
    assert "\n" not in str(caught.value)


def test_an_unknown_kind_of_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="belief_in_chance"):
        market(rules={"belief_in_chance": "my_rules.blind_trust"})
