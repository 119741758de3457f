"""Rules of one's own that cannot be used, and some that can."""

from __future__ import annotations

from collections.abc import Iterator

from .cases import Case, accepted, refused, tiny

ARGUMENTS = {
    "belief": "heard, p", "utility": "buyer, believed, price, friends, p",
    "trust": "met, broken, pool_met, pool_broken",
    "open_probability": "odds_ratio, fatigue, p",
    "fatigue": "fatigue, earlier_today, irrelevant, p",
    "share_probability": "sociability, surprise, p", "returned": "liking, experienced, shock, p",
    "claim": "known, paid, integrity, p", "post_rate": "marginal_income, effort_cost, p",
}  # fmt: skip
MODULES: dict[str, str | bytes] = {
    "raises ValueError": "raise ValueError('no')", "raises RuntimeError": "raise RuntimeError('no\\nyes')",
    "divides by zero": "1 / 0", "looks up nothing": "{}['a']", "fails an assertion": "assert False",
    "imports nothing": "import nothing_of_this_name", "imports a name that is not there": "from math import nothing",
    "exits": "import sys; sys.exit()", "exits with 0": "raise SystemExit(0)",
    "exits with a text": "raise SystemExit('bye')",
    "stops an iteration": "raise StopIteration", "raises its own": "class E(Exception): ...\nraise E",
    "raises the base of all": "raise BaseException('all')", "recurses": "def f(): return f()\nf()",
    "has no name": "def other(): ...",
    "opens nothing": "open('nothing')", "is no Python": "def rule(:", "is indented": "  x = 1\n y = 2",
    "mixes tabs": "if 1:\n\tx = 1\n        y = 2",
    "is in GBK": "规则 = 1".encode("gbk"), "has a NUL": b"x = 1\0", "is in UTF-16": "x = 1".encode("utf-16"),
    "is no text": b"\x89PNG\r\n",
    "holds a number": "rule = 3", "holds text": "rule = 'sim.rules.trust.trust'", "holds nothing": "rule = None",
    "holds a class": "class rule: ...", "holds a module": "import math as rule", "holds a table": "rule = {}",
    "takes no arguments": "def rule(): return 0.5", "takes one more": "def rule(@, more): return 0.5",
    "takes any": "def rule(*a): return 0.5", "takes named ones": "def rule(*, a, b, c, d): return 0.5",
    "takes any named": "def rule(**k): return 0.5", "generates": "def rule(@): yield 0.5",
    "is a coroutine": "async def rule(@): return 0.5",
    "is built in": "from math import hypot as rule", "has no disk": "raise OSError('disk')", "is empty": "",
}  # fmt: skip
BROKEN_BODIES = {
    "returns text": "return 'much'", "opens a file": "return float(open('x').read())", "calls itself": "return rule(@)",
    "returns nothing": "return None", "calls what is not there": "return nothing(1)", "makes a list": "return [0.5]",
}  # fmt: skip
NAMES = [
    "nothing.here", "nothing", ".", "..", ".rule", "my_rules.", "my_rules..rule", "my_rules.rule.more",
    "my_rules.nothing",
    "规则.信任", "my-rules.rule", "my_rules/rule", "my_rules.py", "my_rules:rule", "1.rule", "__main__.rule",
    "os.system", "sys.exit",
    "builtins.abs", "sim.rules.trust", "sim.rules.trust.nothing", "sim.rules.nothing.trust",
    "sim.rules.belief.nothing",
    "experiments.cli.main", "numpy.add", "math.pi", "a" * 300 + ".rule", "'my rules.rule'", "''", "null", "3", "[a]",
    "{a: 1}",
]  # fmt: skip


def module(body: str | bytes, rule: str = "trust") -> str | bytes:
    """The text of a module; @ stands for the arguments of the rule."""
    return body.replace("@", ARGUMENTS[rule]) if isinstance(body, str) else body


def malformed() -> Iterator[Case]:
    """Rules that must be refused."""
    good = module("def rule(@): return 0.5")
    for name in NAMES:
        yield refused(tiny(f"rules.trust={name}"), "rules.trust", files={"my_rules.py": good})
    for body in MODULES.values():
        yield refused(tiny("rules.trust=my_rules.rule"), "rules.trust", files={"my_rules.py": module(body)})
    for body in BROKEN_BODIES.values():
        text = module(f"def rule(@):\n    {body}\n", "post_rate")
        yield refused(tiny("rules.post_rate=my_rules.rule"), "rules.post_rate", files={"my_rules.py": text})
    for rule in ARGUMENTS:
        text = module("def rule(@, one_more): return 0.5", rule)
        yield refused(tiny(f"rules.{rule}=my_rules.rule"), f"rules.{rule}", files={"my_rules.py": text})
    yield refused(tiny("rules.trusts=my_rules.rule"), "trusts", files={"my_rules.py": good})
    yield refused(tiny("rules=my_rules.rule"), "rules", files={"my_rules.py": good})
    yield refused(tiny("rules.trust=my_rules.rule"), "rules.trust", files={"my_rules/__init__.py": "raise ValueError"})
    yield refused(tiny("rules.trust=my_rules.rule"), "rules.trust", files={"my_rules/rule.py": ""})


LEGAL = {
    "post_rate": "def rule(@): return 1.0",
    "claim": "from math import exp\ndef rule(@): return known + exp(-integrity) if paid else known",
    "returned": "LEAST = -2.0\ndef rule(@): return liking + experienced < LEAST",
}  # fmt: skip


def legal() -> Iterator[Case]:
    """Rules that can be used: the model's own by name, and small ones whose compilation is short."""
    for name in ("sim.rules.trust.trust",):
        yield accepted(tiny(f"rules.trust={name}"))
    for rule, body in LEGAL.items():
        yield accepted(tiny(f"rules.{rule}=my_rules.rule"), {"my_rules.py": module(body, rule)})
        yield accepted(
            tiny(f"rules.{rule}=我的.规则"), {"我的.py": str(module(body, rule)).replace("def rule", "def 规则")}
        )
        yield accepted(tiny(f"rules.{rule}=folder.my_rules.rule"), {"folder/my_rules.py": module(body, rule)})
