"""From a finished run folder: the verdict, the figures and a page that tells both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from experiments.settings.language import Language, speaking

Spread = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


def write(folder: Path, spread: Spread = map, language: Language = Language.en) -> str:
    """Write verdict.csv, verdict.txt, figures, a card and report.html into a run folder.

    Reads the stored tables alone, never a market.

    Parameters
    ----------
    folder
        ``results/<experiment>/<time>`` of a finished run.
    spread
        Calls a function with each argument, perhaps in other processes: for the figures.
    language
        Of the verdict and the figures, and of the page at first. Where no installed font has its characters, figures
        and card are in English, and the answers end with the name of one that has.

    Returns
    -------
    str
        The answers in words, for the terminal; verdict.txt tells more.

    Raises
    ------
    UserError
        If a file is missing or broken, no run finished, or the arms do not make a full factorial.
    """
    # Imported here, since matplotlib takes longer to load than most commands take to answer.
    from experiments.drawing.fonts import drawable
    from experiments.drawing.style import house_style
    from experiments.report import card
    from experiments.report.figures import draw_all
    from experiments.report.load import load
    from experiments.report.page import brief, page, plain
    from experiments.report.verdict import judge, table
    from experiments.report.words.told import tell
    from experiments.table.checksums import add

    results = load(folder)
    verdict = judge(results)
    drawn_in, lacking = drawable(language)
    figures = folder / "figures"
    drawings = draw_all(results, verdict, figures, spread, drawn_in)  # other processes draw while this one tells
    with speaking(language):
        told = tell(results, verdict)
        whole, short = plain(results, told), brief(results, told) + (f"{lacking}\n" if lacking else "")
    if told.answers:
        with house_style(), speaking(drawn_in):
            card.draw(results, tell(results, verdict)).savefig(folder / card.FILE)
    table(verdict).to_csv(folder / "verdict.csv", index=False)
    (folder / "verdict.txt").write_text(whole, encoding="utf-8")
    (folder / "report.html").write_text(page(results, verdict, dict(drawings), language), encoding="utf-8")
    drawn = [path.relative_to(folder).as_posix() for path in figures.iterdir()]
    cards = [card.FILE] if told.answers else []
    add(folder, ["verdict.csv", "verdict.txt", "report.html", *cards, *drawn])
    return short
