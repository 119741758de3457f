"""What users write is text in figures, on the page and in the terminal, whatever it looks like."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib import rc_context, rcParams
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.analysis.finding import file_name
from experiments.drawing import fonts
from experiments.drawing.pages import aligned
from experiments.drawing.style import _write, house_style, why_not_drawn, wrapped
from experiments.report import write

from .synthetic import write_run

HOSTILE = r"""$\frac{ $x^{ <b>{{ 7 * 7 }}</b> &amp; [/red] 关系 %s"""
IN_OTHER_FONTS = "⌒"  # DejaVu Sans Mono, which comes with matplotlib, has it; DejaVu Sans has not
IN_NO_FONT = "\U00012000"  # cuneiform, which none of matplotlib's own has


@pytest.fixture
def own_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of the installed fonts, those that come with matplotlib."""
    own = [(family, path) for family, path in fonts._installed() if "mpl-data" in path]
    monkeypatch.setattr(fonts, "_installed", lambda: own)
    fonts._chosen.cache_clear()
    yield
    fonts._chosen.cache_clear()


def test_a_report_with_labels_that_look_like_code_is_written(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "headline" / "t", seeds=2)
    config = (folder / "config.yaml").read_text()
    config = config.replace("  labels:\n", "  labels:\n    kol: '" + HOSTILE + "'\n    koc: '$'\n", 1)
    lines = [line for line in config.splitlines() if line not in ("    koc: KOC", "    kol: KOL")]
    (folder / "config.yaml").write_text("\n".join(dict.fromkeys(lines)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(folder)
    text = (folder / "verdict.txt").read_text("utf-8")
    assert r"$\frac{ $x^{ <b>{{ 7 * 7 }}</b> &amp; [/red] 关系 %s" in " ".join(text.split())
    page = (folder / "report.html").read_text("utf-8")
    assert "<b>" not in page and "&lt;b&gt;{{ 7 * 7 }}&lt;/b&gt; &amp;amp; [/red] 关系 %s" in page


def test_mathematics_is_drawn_as_it_is_written() -> None:
    with house_style():
        figure = Figure()
        text = figure.text(0.5, 0.5, "$x^2$")
        assert not text.get_parse_math()
        assert why_not_drawn([r"$\frac{", "$", r"\$$"]) == ""


def test_powers_of_ten_are_drawn_without_mathematics() -> None:
    with house_style():
        figure = Figure()
        axes = figure.subplots()
        axes.plot([1e-3, 1e4], [2.0, 5.0])
        axes.set(xscale="log", yscale="log")
        _write(figure, BytesIO(), BytesIO())
        shown = {str(text.get_text()) for text in figure.findobj(Text) if isinstance(text, Text)}
    assert "10⁻³" in shown and "2×10⁰" in shown and not any("$" in text for text in shown)


def test_settings_of_the_user_for_matplotlib_do_not_matter() -> None:
    with rc_context({"text.usetex": True, "font.size": 40.0, "savefig.bbox": "tight"}):
        with house_style():
            assert not rcParams["text.usetex"] and rcParams["font.size"] < 40.0 and rcParams["savefig.bbox"] is None
        assert rcParams["text.usetex"] and rcParams["font.size"] == 40.0


def test_a_font_is_found_that_has_the_letters(own_fonts: None) -> None:
    assert fonts.families(["plain", "text"]) == [fonts.HOUSE] and fonts.note(["plain"]) == ""
    found = fonts.families([f"a {IN_OTHER_FONTS}"])
    assert len(found) == 2 and fonts.note([IN_OTHER_FONTS]) == ""
    assert fonts.note([f"{IN_OTHER_FONTS}{IN_NO_FONT}"]).startswith(f"no installed font has {IN_NO_FONT}: figures ")


def test_the_font_for_chinese_is_the_preferred_one_that_has_most(monkeypatch: pytest.MonkeyPatch) -> None:
    has = {"house": "abc", "hei": "关系", "mono": "关系", "most": "关系好", "rest": "x"}
    monkeypatch.setattr(fonts, "_letters", lambda path: frozenset(has[path]))
    monkeypatch.setattr(fonts, "findfont", lambda properties: "house")
    installed = [("SimHei", "hei"), ("Mono", "mono"), ("Most", "most"), ("R", "rest")]
    monkeypatch.setattr(fonts, "_installed", lambda: installed)
    fonts._chosen.cache_clear()
    assert fonts.families(["a 关系"]) == [fonts.HOUSE, "SimHei"]
    assert fonts.families(["关系好"]) == [fonts.HOUSE, "Most"]
    assert fonts.families(["关x"]) == [fonts.HOUSE, "SimHei", "R"]
    assert "has 没:" in fonts.note(["关没"])
    fonts._chosen.cache_clear()


def test_texts_are_drawn_in_the_font_that_has_them(own_fonts: None) -> None:
    drawn = []
    for letter in (IN_OTHER_FONTS, IN_NO_FONT):
        with house_style():
            figure = Figure(figsize=(1, 1))
            text = figure.text(0.5, 0.5, letter)
            picture = BytesIO()
            _write(figure, picture, BytesIO())
        drawn.append(picture.getvalue())
        assert (len(text.get_fontfamily()) == 2) == (letter == IN_OTHER_FONTS)
    assert drawn[0] != drawn[1]


def test_chinese_takes_two_columns() -> None:
    assert max(map(len, wrapped("关系" * 20, 20).splitlines())) == 10
    assert max(map(len, wrapped("ties " * 20, 20).splitlines())) == 19
    assert aligned([["关系", "n"], ["a", "1"]]) == ["关系  n", "a     1"]


def test_names_of_files_keep_their_letters() -> None:
    assert file_name("compare", ["关系", "a/b c"]) == "compare-关系-a-b-c"
    assert len(file_name("compare", ["很" * 400]).encode()) < 200
    assert file_name("compare", ["很" * 400]) != file_name("compare", ["很" * 399])
