"""Experiments in YAML files: of wrong types, doubled, cut, in other encodings, with what YAML 1.1 makes of text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .cases import Case, accepted, refused

RUN = ["run", "--config-dir", ".", "experiment=mine", "market.consumers=300", "executor=serial"]
MINE = "experiment/mine.yaml"
GOOD = {"name": "mine", "seeds": "1", "days": "10", "burn_in": "2", "keep": "outcomes"}
FACTORS = """\
factors:
  pay:
    low: {creators: {commission: 0.05}}
    high:
      creators:
        commission: 0.3
"""


def text(more: str = "", **changed: str) -> str:
    """A good file with some lines changed, and more below."""
    return "".join(f"{key}: {value}\n" for key, value in {**GOOD, **changed}.items()) + more


def mine(content: str | bytes, *names: str) -> Case:
    """An experiment in a file, refused."""
    return refused(RUN, *names, files={MINE: content})


WRONG_VALUES = {
    "name": ["", "[a]", "{a: 1}", "3", "~", "../up", "'a b'", "store", "1.5"],
    "seeds": ["0", "-1", "{a: 1}", "[a]", "x", "1:30", "[1, 1]", "[]", "1.5", "yes", "~", "2024-01-01", "[1, [2]]",
              "'3'", "1e99", ".inf", ".nan", "0o7x"],
    "days": ["1:30", "1:30:00", "x", "0", "-1", "[10]", "{a: 1}", "yes", "~", "'10'", "10.5", "1e99", ".inf", ".nan",
             "10 days", "2024-01-01", "10,000.5", "0b2", "99999999"],
    "burn_in": ["10", "-1", "1:05", "x", "on", "~", "[2]", "2.5", ".nan"],
    "keep": ["all", "yes", "~", "[tables]", "3"],
    "labels": ["[a]", "x", "3", "{a: [b]}", "{a: {b: c}}", "{a: 3}"],
    "questions": ["[a]", "x", "3", "{a: 3}"],
    "factors": ["[a]", "x", "3", "{a: b}", "{a: [b, c]}", "{a: {b: 3}}", "{a: {b: [x]}}", "{a: {}}",
                "{a: {b: {creators: 3}}}", "{a: {b: {creators: {commission: much}}}}", "{a: {b: {nothing: 1}}}",
                "{gmv: {x: {}}}", "{a b: {x: {}}}", "{a: {b: {creators: {commission: 1:30}}}}"],
    "extra_arms": ["[a]", "x", "{a: b}", "{a: {levels: {x: y}}}", "{a: {set: {nothing: 1}}}", "{a: {lvls: {}}}"],
    "flips": ["x", "[a]", "{assumptions: x}", "{assumptions: [x]}", "{seeds: 0}", "{days: 1:30}", "{nothing: 1}"],
    "posterior": ["x", "{draws: -1}", "{draws: 1:30}", "{nothing: 1}"],
    "precision": ["x", "{outcome: nothing}", "{batch: 0}", "{nothing: 1}"],
    "design": ["x", "[a]", "{vary: x}", "{nothing: 1}", "{vary: {creators.claim_inflatio: [1]}}", "{points: 1:30}"],
    "fresh": ["maybe", "2", "[yes]", "'true'", "'yes'"],
    "nothing": ["1", "{a: 1}", "x"],
}  # fmt: skip


def _broken() -> Iterator[tuple[str | bytes, str]]:
    """Contents that are no YAML, or not the settings of an experiment."""
    good = text(FACTORS)
    for mark in (
        "[",
        "{",
        "'",
        '"',
        "&",
        "*",
        "!",
        "%",
        "@",
        "`",
        "- a",
        "a: b: c",
        "? ",
        ": :",
        "|-\nx",
        "{a: [}",
        "]",
    ):
        yield text(f"labels: {{a: b}}\n{mark}\n"), "mine"
    for key in GOOD:
        yield text(f"{key}: {GOOD[key]}\n"), key  # twice
        yield text(f"{key}: 7\n"), key
    yield text(FACTORS + FACTORS), "factors"
    yield text("factors:\n  pay: {a: {}, a: {}}\n"), "a"
    yield text("labels: {x: a, x: b}\n"), "x"
    yield text("labels:\n\tx: a\n"), "mine"
    yield text("factors:\n  pay:\n\tlow: {}\n"), "mine"
    yield "\t" + good, "mine"
    yield good.replace("  ", "\t"), "mine"
    yield good.replace("    high", "   high"), "mine"
    yield good.replace("  pay", "pay"), "factors"
    yield "name: 实验\n".encode("gbk"), "mine"
    yield (good + "labels: {pay: 佣金}\n").encode("gbk"), "mine"
    yield (good + "labels: {pay: café}\n").encode("latin-1"), "mine"
    yield good.encode().replace(b"mine", b"mi\0ne"), "mine"
    yield good.encode() + b"\xff\xfe\x00", "mine"
    yield good.encode() + b"\x07\x1b[31m", "mine"
    yield b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "mine"
    yield b"PK\x03\x04\x14\0\x06\0", "mine"
    yield good.encode("utf-32"), "mine"
    for whole in ("- a\n- b\n", "3\n", "[1, 2]\n", "? [a]\n: 1\n"):
        yield whole, "mine"
    for whole, key in (("text\n", "mine"), ("1: 2\n", "1"), ("yes: 1\n", "yes"), ("1:30: x\n", "1:30")):
        yield whole, key
    yield good + "---\n" + good, "mine"
    yield "%YAML 9.0\n---\n" + good, "mine"
    yield text("labels: !!python/object/apply:os.system [echo]\n"), "mine"
    yield text("labels: !!python/name:os.system\n"), "mine"
    yield text(name="!!binary aGk="), "mine"
    yield text("labels: !own {a: b}\n"), "mine"
    yield text("labels: *nothing\n"), "mine"
    yield text("labels: &a {x: *a}\n"), "mine"
    yield text("labels: {a: ${nothing}\n"), "mine"
    yield "defaults:\n  - nothing\n" + good, "nothing"
    yield "defaults: x\n" + good, "defaults"
    yield "defaults:\n  - /platform: nothing\n" + good, "nothing"
    yield "defaults:\n  - mine\n" + good, "mine"
    yield "experiment:\n" + "".join(f"  {line}\n" for line in good.splitlines()), "experiment"
    yield "# @package _global_\n" + good, "name"
    yield "# @package _global_\nmarket: 3\n", "market"
    yield "# @package _global_\nmarket:\n  consumer: 3\n", "consumer"
    yield "# @package _global_\nplatforms: {}\n", "platforms"
    set_by_arms = (
        "flips: {assumptions: [creators.claim_inflation]}\nfactors: {a: {b: {creators: {claim_inflation: 1}}, c: {}}}\n"
    )
    yield text(set_by_arms), "creators.claim_inflation"
    yield text("factors:\n  a: {no: {}, yes: {}}\n  a: {}\n"), "a"


def malformed() -> Iterator[Case]:
    """Files that must be refused."""
    for key, values in WRONG_VALUES.items():
        for value in values:
            yield mine(text(**{key: value}), key)
    for content, name in _broken():
        yield mine(content, name)
    for arguments, name in (
        (["--config-dir", "none", "experiment=single"], "none"), (["--config-dir", MINE, "experiment=mine"], MINE),
        (["--config-dir", ".", "experiment=mine.yml"], "mine.yml"),
        (["--config-dir", ".", "experiment=yours"], "yours"),
        (["--config-dir", "experiment", "experiment=mine"], "mine"), (["--config-path", "none"], "none"),
        (["--config-path", ".", "--config-name", "none"], "none"), (["--config-path", "experiment"], "config"),
        (["--config-dir", ".", "--config-dir", "experiment", "experiment=mine"], "config-dir"),
        (["--config-dir", "", "experiment=mine"], "mine"),
    ):  # fmt: skip
        yield refused(["run", *arguments], name, files={MINE: text()})
    generator = np.random.default_rng(3)
    whole = text(FACTORS)
    while True:  # cut inside of a bracket, or a quote that opens and never closes
        cut = int(generator.integers(whole.index("{") + 1, whole.index("}")))
        quoted = whole[:cut] + "'" + whole[cut:]  # inside of a word a quote is part of it, and the word is unknown
        yield mine(whole[:cut], "mine") if generator.random() < 0.5 else mine(quoted, "'")


LEGAL = [
    "", text(FACTORS), "\ufeff" + text(), text().replace("\n", "\r\n"), text() + "\n\n# 费用\n",
    "---\n" + text() + "...\n",
    text(labels="{pay: '佣金 $x$ [red]'}"), text(labels="{pay: \"a\\tb\"}"), text(labels="{pay: 'no', low: '1:30'}"),
    text(days="1_0"), text(days="10.0"), text(days="1e1"), text(seeds="[3, 5]"), text(seeds="[0]"),
    text(fresh="true"), text(name="2024-01-01"), text(keep="'outcomes'"), text(keep="tables"), text(name="'1.30'"),
    text("factors: {}\nextra_arms: {}\nflips: {}\nposterior: {}\n"), text("labels: {}\nquestions: {}\n"),
    text("factors:\n  a:\n    b: &b {creators: {commission: 0.1}}\n    c: *b\n"),
    text("factors:\n  'on':\n    'yes': {}\n    'no': {creators: {claim_inflation: 1}}\n"),
    text("factors: {a: {'1': {}, '2': {creators: {claim_inflation: 1}}}}\n"),
    "# @package _global_\nexperiment: {name: mine, seeds: 1, days: 10, burn_in: 2, keep: outcomes}\n",
    "defaults:\n  - single\n  - _self_\n" + text(), text("design: {vary: {creators.claim_inflation: [1, 2]}}\n"),
    text("design:\n  vary:\n    creators:\n      claim_inflation: [1, 2]\n"),
]  # fmt: skip


def legal() -> Iterator[Case]:
    """Files that are odd, and right."""
    for content in LEGAL:
        small = ["experiment.seeds=1", "experiment.days=10", "experiment.burn_in=2", "experiment.keep=outcomes"]
        yield accepted([*RUN, *small] if not content else RUN, files={MINE: content})
