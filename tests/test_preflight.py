"""What can be refused before the first run is refused then, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_runs import OVERRIDES, RUNS, Made
from fake_sweeps import folder as sweep_folder
from fake_sweeps import spread, table

from experiments.cli import main
from experiments.conduct import preflight

Capture = pytest.CaptureFixture[str]


def run(*overrides: str) -> int:
    return main(["run", *OVERRIDES, *overrides])


def everything() -> list[str]:
    return sorted(str(path) for path in Path().rglob("*"))


def _file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")


def _folder(path: Path) -> None:
    path.mkdir(parents=True)


def _foreign_link(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.symlink_to("/")


TAKEN: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "output is a file": (_file, "results", "output=results: cannot write to results (it is no folder)"),
    "the experiment is a file": (_file, "results/quick", "cannot write to results/quick (it is no folder)"),
    "the store is a file": (_file, "results/store", "cannot write to results/store (it is no folder)"),
    "the store is a folder": (_folder, "results/store/runs.sqlite", "runs.sqlite: cannot be used as the store"),
    "latest is a file": (_file, "results/quick/latest", "results/quick/latest: not a link that koc made"),
    "latest is a folder": (_folder, "results/quick/latest", "results/quick/latest: not a link that koc made"),
    "latest leads away": (_foreign_link, "results/quick/latest", "results/quick/latest: not a link that koc made"),
    "running is a folder": (_folder, "results/quick/running", "results/quick/running: not a link that koc made"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAKEN)
def test_a_place_that_is_taken_is_refused(case: str, made: Made, capsys: Capture) -> None:
    take, path, said = TAKEN[case]
    take(Path(path))
    before = everything()
    assert run() == 2
    told = capsys.readouterr().err
    assert said in told and told.count("\n") == 1
    assert made == [] and everything() == before


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC, errno.ENAMETOOLONG])
def test_a_disk_that_takes_nothing_is_refused(
    number: int, made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refuse(*arguments: object, **options: object) -> object:
        raise OSError(number, os.strerror(number), "results/quick")

    monkeypatch.setattr(preflight, "working_folder", refuse)
    assert run() == 2
    assert f"cannot write to results/quick ({os.strerror(number)}); expected a folder" in capsys.readouterr().err
    assert made == [] and everything() == []


def test_a_name_that_is_too_long_is_refused(made: Made, capsys: Capture) -> None:
    assert run(f"output={'r' * 300}") == 2
    assert capsys.readouterr().err.count("\n") == 1 and made == [] and everything() == []


def test_without_links_the_results_are_there_all_the_same(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "symlink_to", refuse)
    assert run() == 0 and len(made) == RUNS
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("results/quick/latest: no link can be made there (Operation not permitted); ")
    (folder,) = (path for path in Path("results/quick").iterdir())
    assert (folder / "runs.parquet").is_file()


def test_words_that_no_figure_can_hold_are_refused(made: Made, capsys: Capture) -> None:
    for text, said in (
        ("a" * 301, "experiment.labels.kol: 301 characters, expected at most 300 for a figure"),
        ("a\x07b", "experiment.labels.kol: 'a\\x07b' is not text of one line"),
        ("a\udcffb", "experiment.labels.kol=a\\udcffb: not text in UTF-8"),
    ):  # fmt: skip
        assert run(f"experiment.labels.kol='{text}'") == 2
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1
        assert made == [] and everything() == []


def test_figures_that_cannot_be_drawn_at_all_are_told_before(
    made: Made, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("no font")

    monkeypatch.setattr("experiments.drawing.style.Figure", broken)
    assert run() == 2
    assert "koc: figures cannot be drawn here (RuntimeError: no font); expected" in capsys.readouterr().err
    assert made == [] and everything() == []


def test_what_looks_like_markup_is_printed_as_it_is(made: Made, capsys: Capture) -> None:
    assert run("output='a[/red]b :smile:'", "experiment.labels.kol='[bold'") == 0
    assert "results: a[/red]b :smile:/quick/" in capsys.readouterr().err


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "no such backend"])
def test_a_backend_that_is_not_installed_does_not_matter(backend: str, tmp_path: Path) -> None:
    runs = table(
        spread(3, creators__claim_inflation=(0, 5)), lambda points: points["creators.claim_inflation"].to_numpy()
    )
    place = sweep_folder(tmp_path / "fake" / "2026", runs)
    command = ["compare", f"{place}:commission", f"{place}:commission_free"]
    code = f"import sys; from experiments.cli import main; sys.exit(main({command!r}))"
    environment = {**os.environ, "MPLBACKEND": backend}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert (place / "analysis.html").is_file()
