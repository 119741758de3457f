"""Fonts for what users write: the house font, and installed ones for the characters that it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font

from experiments.drawing.pages import sentence
from experiments.settings.language import TEMPLATES, Language, dictionary, speaking

HOUSE = "DejaVu Sans"
PREFERRED = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Heiti SC", "Arial Unicode MS",
)  # fmt: skip
"""Families for Chinese that are looked at before all others."""
PLACEHOLDER = "Last Resort"  # comes with matplotlib: a box for every character


def families(texts: Iterable[str]) -> list[str]:
    """Font families that together have as many characters of some texts as the installed fonts can: the house's first.

    Each further one has the most of what those before it lack; of equals the preferred one.
    """
    return _chosen(_lacking(texts))[0]


def note(texts: Iterable[str]) -> str:
    """A sentence on the characters that no installed font has; empty if there are none."""
    missing = _chosen(_lacking(texts))[1]
    if not missing:
        return ""
    shown = "".join(sorted(missing)[:20])
    return f"no installed font has {shown}: figures show boxes in their place; a font such as {PREFERRED[0]} has them"


def drawable(language: Language) -> tuple[Language, str]:
    """The language that figures can be drawn in, and a line on the font that is missing where it is not this one."""
    files = [*TEMPLATES.glob(f"*.{language}.j2"), *TEMPLATES.glob(f"labs/*.{language}.yaml")]
    texts = [path.read_text("utf-8") for path in files]
    if not note([*dictionary(language).values(), *texts]):
        return language, ""
    with speaking(language):
        return Language.en, sentence("fonts", "lacking", PREFERRED[0])


def _lacking(texts: Iterable[str]) -> frozenset[str]:
    written = {letter for text in texts for letter in text if letter.isprintable() and not letter.isspace()}
    return frozenset(written - _letters(findfont(FontProperties(family=HOUSE))))


@cache
def _chosen(lacking: frozenset[str]) -> tuple[list[str], frozenset[str]]:
    """Families for these characters, and the characters that none has."""
    found = [HOUSE]
    while lacking:
        best, has = "", frozenset[str]()
        for family, path in _installed():
            own = lacking & _letters(path)
            if len(own) > len(has):
                best, has = family, own
            if has == lacking:
                break
        if not has:
            break
        found.append(best)
        lacking -= has
    return found, lacking


@cache
def _installed() -> Sequence[tuple[str, str]]:
    """A family and the file of its plainest face, the preferred first."""
    _look_anew()
    faces: dict[str, tuple[tuple[bool, bool], str]] = {}
    for entry in (each for each in fontManager.ttflist if not each.name.startswith(PLACEHOLDER)):
        face = ((entry.style != "normal", entry.weight not in (400, "normal", "regular")), entry.fname)
        faces[entry.name] = min(face, faces.get(entry.name, face))
    order = {name: place for place, name in enumerate(PREFERRED)}
    names = sorted(faces, key=lambda name: (order.get(name, len(order)), name))
    return [(name, faces[name][1]) for name in names]


def _look_anew() -> None:
    """Tell matplotlib of fonts that were installed after it made its list, which it keeps for good."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in set(findSystemFonts()) - known:
        if _letters(path):
            fontManager.addfont(path)


@cache
def _letters(path: str) -> frozenset[str]:
    """Characters that a font file has glyphs for; none of one that cannot be read."""
    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (OSError, RuntimeError):
        return frozenset()
