"""A card with the answers, for a chat: a picture 1,080 pixels wide."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.drawing.fonts import families
from experiments.drawing.pages import tight
from experiments.drawing.style import BLUE, GREY, INK, house_style, words_of, wrapped
from experiments.measures.outcomes import capital
from experiments.report.words.told import Told
from experiments.settings.language import said
from experiments.table.results import Results

WIDTH, DOTS = 1080, 100  # pixels, and pixels per inch
MARGIN = 60
FILE = "card.png"


def draw(results: Results, told: Told) -> Figure:
    """The card: every question, its answer, how sure that is, and who loses; the figure is as high as that takes."""
    lines: list[tuple[str, float, str, bool]] = [(capital(results.title), 22, INK, True)]
    for answer in told.answers:
        lines.append((answer.question, 15, GREY, False))
        lines += [(answer.spend, 15, INK, False), (answer.short, 23, BLUE, True)]
        lines += [(text, 15, INK, False) for text in (answer.turns, answer.asked, answer.parties)]
        lines.append((f"{capital(answer.sure[0])}{said(': ')}{answer.sure[1]}", 15, GREY, False))
        lines.append((" ", 10, INK, False))
    lines.append((told.notes[0], 12, GREY, False))
    with house_style():
        placed, height = [], float(MARGIN)
        for text, points, colour, bold in lines:
            if text:
                size = points * DOTS / 72
                shown = wrapped(tight(text), int((WIDTH - 2 * MARGIN) / size * (1.55 if bold else 1.75))) or " "
                placed.append((height, shown, points, colour, bold))
                height += size * 1.35 * (shown.count("\n") + 1) + 6
        height += MARGIN
        figure = Figure(figsize=(WIDTH / DOTS, height / DOTS), dpi=DOTS)
        for top, shown, points, colour, bold in placed:
            figure.text(
                MARGIN / WIDTH, 1 - top / height, shown, fontsize=points, color=colour, va="top", linespacing=1.25,
                fontweight="bold" if bold else "normal",
            )  # fmt: skip
        for each in figure.texts:
            each.set_fontfamily(families(words_of(figure)))
    return figure
