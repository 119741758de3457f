"""What a sweep tells its owner unasked: for each question, which assumption decides the answer."""

from __future__ import annotations

import shlex
from pathlib import Path

from experiments.analysis import words
from experiments.analysis.figures.flipmap import draw
from experiments.analysis.finding import publish, text
from experiments.analysis.flipmap import fitted, mapped
from experiments.analysis.response import question_of, response
from experiments.analysis.sweep import Sweep, read
from experiments.measures.outcomes import OVERALL
from experiments.measures.surrogate import FEWEST_POINTS
from experiments.runs.working_folder import destination
from sim.errors import UserError


def tell(folder: Path) -> list[str]:
    """For each factor of a sweep and each outcome that decides a verdict: the two assumptions that move it most.

    Writes their flip maps into the folder, as `koc flipmap` would.

    Returns
    -------
    list of str
        Lines for the terminal; none where nothing can be told: fewer than two assumptions, or too few points.
    """
    sweep = read(folder)
    if len(sweep.varied) < 2 or len(sweep.points) < FEWEST_POINTS:
        return []
    lines: list[str] = []
    for factor, (_, *others) in sweep.factors.items():
        for level in others:  # each against the first
            for outcome in OVERALL:
                lines += ["", *_decides(sweep, f"{factor}={level}", outcome, folder)]
    return lines


def _decides(sweep: Sweep, contrast: str, outcome: str, folder: Path) -> list[str]:
    try:
        fit = fitted(sweep, response(sweep, question_of(sweep, contrast), outcome))
    except UserError as error:
        return [f"{contrast}, {outcome}: {error}"]
    answer, question = fit.answer, fit.answer.question
    x, y = sorted(fit.known, key=fit.swing, reverse=True)[:2]
    found = mapped(fit, x, y)
    told = words.of_map(found)
    where = ["--x", x, "--y", y, "--outcome", outcome, "--contrast", contrast]
    command = ["koc", "flipmap", str(destination(folder)), *where]
    publish(folder, told, lambda: draw(found), shlex.join(command))
    heading = f"{answer.label.upper()}: {question.high} less {question.low}"
    return [heading, f"moved most by {x}, then by {y}", *text(told._replace(rows=[], notes=[]))[:-1]]
