"""What a sweep tells its owner unasked: for each question, which assumption decides the answer."""

from __future__ import annotations

import shlex
from pathlib import Path

from experiments.analysis import words
from experiments.analysis.figures.flipmap import draw
from experiments.analysis.finding import publish, text
from experiments.analysis.flipmap import fitted, mapped
from experiments.analysis.response import question_of, response
from experiments.drawing.pages import lines as lines_of
from experiments.measures.outcomes import OVERALL
from experiments.measures.surrogate import FEWEST_POINTS
from experiments.runs.working_folder import destination
from experiments.settings.language import language_option
from experiments.table.results import Results, read
from sim.errors import UserError


def tell(folder: Path) -> list[str]:
    """For each factor of a sweep and each outcome that decides a verdict: the two assumptions that move it most.

    Writes their flip maps into the folder, as `koc flipmap` would.

    Returns
    -------
    list of str
        Lines for the terminal, in the language spoken; none where nothing can be told: fewer than two assumptions, or
        too few points.
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


def _decides(sweep: Results, contrast: str, outcome: str, folder: Path) -> list[str]:
    heading = f"{contrast}, {outcome}"
    try:
        answer = response(sweep, question_of(sweep, contrast), outcome)
        heading = words.say("level", answer.label.upper(), answer.question)
        if answer.means.nunique() == 1:
            return [heading, words.say("unmoved")]
        fit = fitted(sweep, answer)
    except UserError as error:
        return [heading, *lines_of(str(error))]
    x, y = sorted(fit.known, key=fit.swing, reverse=True)[:2]
    found = mapped(fit, x, y)
    where = ["--x", x, "--y", y, "--outcome", outcome, "--contrast", contrast]
    command = ["koc", "flipmap", str(destination(folder)), *where, *language_option()]
    publish(folder, lambda: words.of_map(found), lambda: draw(found), shlex.join(command))
    told = words.of_map(found)._replace(rows=[], notes=[])
    return [heading, words.say("moved_most", x, y), *text(told)[:-1]]
