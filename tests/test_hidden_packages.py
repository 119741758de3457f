"""A file of one's own that has the name of one of koc's packages is named, instead of an error about what it lacks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import koc
from experiments import api
from experiments.analysis import plots

REPOSITORY = Path(__file__).parent.parent


def script(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run a script as it stands beside other files: its folder comes first where Python looks."""
    (folder / "mine.py").write_text(code, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run([sys.executable, "mine.py"], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(("name", "kind"), [*((name, "file") for name in koc.PACKAGES), (koc.PACKAGES[0], "package")])
def test_a_file_that_hides_a_package_is_named(name: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.py" if kind == "file" else tmp_path / name / "__init__.py"
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine = 1\n")
    done = script(tmp_path, "from koc import load\n")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: {file}: hides the package {name} of koc; expected")


def test_without_such_a_file_all_is_there(tmp_path: Path) -> None:
    done = script(tmp_path, "from koc import Experiment, load, plot\nprint(load.__module__)\n")
    assert (done.returncode, done.stdout) == (0, "experiments.api\n"), done.stderr


def test_koc_is_what_experiments_offer() -> None:
    assert (koc.load, koc.plot, koc.Experiment) == (api.load, plots.plot, api.Experiment)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = koc.nothing
