"""What a rule of one's own depends on: an edit of any of it gives other runs and other compiled code."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.design.factors import Arm
from experiments.runs import run as runs_module
from experiments.runs.run import Run, is_current, runs_of
from experiments.settings.mistakes import validated
from sim.compilation.rebinding import part_of
from sim.compilation.sources import digest
from sim.errors import UserError
from sim.parameters import Parameters

RULE = "rule_of_mine"
ARGUMENTS = "met, broken, pool_met, pool_broken"


@pytest.fixture
def write(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, str]], None]]:
    """Writes files, and forgets what was loaded of them, as a new process would."""
    monkeypatch.syspath_prepend(str(here))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # edits within one second leave it stale

    def forget() -> None:
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(str(here)) or name == "a_namespace":
                del sys.modules[name]

    def write(files: dict[str, str]) -> None:
        for name, text in files.items():
            (here / name).parent.mkdir(exist_ok=True)
            (here / name).write_text(text)
        forget()
        importlib.invalidate_caches()

    yield write
    forget()


def rule() -> Any:
    return importlib.import_module(RULE).trust


def names() -> tuple[str, str]:
    """Id of a run with the rule, and name of the folder of its compiled code."""
    return run().id, part_of({"trust": rule()})


def run() -> Run:
    settings = {"market": {"consumers": 300}, "rules": {"trust": f"{RULE}.trust"}}
    return runs_of(Arm("a", {}, validated(Parameters, settings)), [0], 10, 5)[0]


def trust(body: str, before: str = "", arguments: str = ARGUMENTS) -> dict[str, str]:
    return {f"{RULE}.py": f"{before}\n\ndef trust({arguments}):\n    return {body}\n"}


FILES: dict[str, tuple[dict[str, str], dict[str, str]]] = {  # files, and an edit of some
    "its own file": (trust("met"), trust("broken")),
    "a constant of a helper": (
        trust("met * FACTOR", "from helper import FACTOR") | {"helper.py": "FACTOR = 1.0\n"},
        {"helper.py": "FACTOR = 2.0\n"},
    ),
    "a helper of a helper": (
        trust("met * helper.FACTOR", "import helper")
        | {"helper.py": "from basic import *\n", "basic.py": "FACTOR = 1.0\n"},
        {"basic.py": "FACTOR = 2.0\n"},
    ),
    "a function of a helper": (
        trust("helper.scaled(met)", "import helper") | {"helper.py": "def scaled(x):\n    return x\n"},
        {"helper.py": "def scaled(x):\n    return 2 * x\n"},
    ),
    "a module of a package": (
        trust("met * FACTOR", "from a_package.inner import FACTOR")
        | {"a_package/__init__.py": "", "a_package/inner.py": "from .other import FACTOR\n"}
        | {"a_package/other.py": "from . import other\nFACTOR = 1.0\n"},
        {"a_package/other.py": "from . import other\nFACTOR = 2.0\n"},
    ),
    "the file of a package": (
        trust("met", "import a_package.inner") | {"a_package/__init__.py": "X = 1\n", "a_package/inner.py": ""},
        {"a_package/__init__.py": "X = 2\n"},
    ),
    "a package without a file": (
        trust("met * a_namespace.inner.FACTOR", "import a_namespace.inner")
        | {"a_namespace/inner.py": "FACTOR = 1.0\n"},
        {"a_namespace/inner.py": "FACTOR = 2.0\n"},
    ),
    "what is imported on the way": (
        trust("met", "if True:\n    try:\n        import helper\n    except ImportError:\n        pass")
        | {"helper.py": "X = 1\n"},
        {"helper.py": "X = 2\n"},
    ),
    "numbers read from a file": (
        trust("met * FACTOR", "FACTOR = float(open('factor.txt').read())") | {"factor.txt": "1.0"},
        {"factor.txt": "2.0"},
    ),
    "an array read from a file": (
        trust("TABLE[0]", "import numpy as np\nTABLE = np.loadtxt('table.txt')") | {"table.txt": "1 2"},
        {"table.txt": "1 3"},
    ),
    "what a computed import brings": (
        trust("met * FACTOR", "import importlib\nFACTOR = importlib.import_module('hel' + 'per').FACTOR")
        | {"helper.py": "FACTOR = 1.0\n"},
        {"helper.py": "FACTOR = 2.0\n"},
    ),
    "a closure": (
        {
            f"{RULE}.py": "def make(factor):\n    def trust(met, broken, pool_met, pool_broken):\n"
            "        return factor * met\n    return trust\n\ntrust = make(float(open('factor.txt').read()))\n",
            "factor.txt": "1.0",
        },
        {"factor.txt": "2.0"},
    ),
    "a default": (
        trust("met", "F = float(open('factor.txt').read())", "met, broken, pool_met, pool_broken=F")
        | {"factor.txt": "1.0"},
        {"factor.txt": "2.0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_an_edit_gives_another_run_and_other_compiled_code(write: Callable[[dict[str, str]], None], kind: str) -> None:
    files, edit = FILES[kind]
    write(files)
    before = names()
    write(files)
    assert names() == before
    write(edit)
    assert all(new != old for new, old in zip(names(), before, strict=True))


def test_a_digest_is_the_same_in_every_process_and_place(
    write: Callable[[dict[str, str]], None], tmp_path: Path
) -> None:
    text = "import math, helper, numpy as np\nfrom numba import int64\nfrom sim.rules.trust import trust as usual\n"
    body = "usual(met, broken, pool_met, pool_broken) + math.pi + np.exp(int64(helper.NAMES[0]))"
    files = trust(body, text) | {"helper.py": "import json, collections\nNAMES = (1, 2, 3)\n"}
    write(files)
    here = digest(rule())
    other = tmp_path / "other"
    for name, content in files.items():
        other.mkdir(exist_ok=True)
        (other / name).write_text(content)
    script = f"from sim.compilation.sources import digest; import {RULE}; print(digest({RULE}.trust))"
    for seed in ("1", "2"):
        path = os.pathsep.join([str(other), str(Path(__file__).parent.parent)])
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        command = [sys.executable, "-c", script]
        told = subprocess.run(command, env=environment, cwd=other, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == here


def test_a_value_that_is_put_in_place_of_another_counts(
    write: Callable[[dict[str, str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(trust("met * FACTOR", "FACTOR = 1.0"))
    before = names()
    monkeypatch.setattr(sys.modules[RULE], "FACTOR", 2.0)
    assert all(new != old for new, old in zip(names(), before, strict=True))


def test_a_file_that_was_edited_after_it_was_loaded_is_refused(write: Callable[[dict[str, str]], None]) -> None:
    write(trust("met"))
    loaded = rule()
    write(trust("broken"))
    with pytest.raises(
        UserError, match=rf"{RULE}\.trust: .*{RULE}\.py was changed after it was loaded; expected a new"
    ):
        digest(loaded)


def test_installed_packages_do_not_count(write: Callable[[dict[str, str]], None]) -> None:
    write(trust("np.exp(met)", "import numpy as np"))
    before = digest(rule())
    write(trust("np.exp(met)", "import numpy as np") | {"unrelated.py": "import numpy\n"})
    assert digest(rule()) == before


def test_a_worker_that_loads_an_edited_helper_does_not_make_the_run(write: Callable[[dict[str, str]], None]) -> None:
    files = trust("met * FACTOR", "from helper import FACTOR") | {"helper.py": "FACTOR = 1.0\n"}
    write(files)
    named, made_before = run(), run()._replace(seed=1)
    write({"helper.py": "FACTOR = 2.0\n"})
    assert not is_current(named)
    write(files)
    runs_module._loaded.cache_clear()  # another worker
    assert is_current(made_before)
    Path("helper.py").write_text("FACTOR = 2.0\n")  # edited while that worker goes on
    assert is_current(named)
