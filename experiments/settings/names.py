"""Names that a user gives: those of experiments, factors, levels and arms become folders, columns and words.

Each check raises ``ValueError``, which names the first that is wrong. Letters of all scripts make valid names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from sim.errors import nearest

LONGEST = 60  # characters, so that in any script a name fits the 255 bytes of a file's name
MOST_BYTES = 255  # of a file's name
OF_THE_OUTPUT = ("store", "latest", "running")  # which stand in the folder of results, or of an experiment
EXPECTED = "expected letters, digits, '_', '-' or '.'"


def check_names(where: str, names: Iterable[str]) -> None:
    """See that names are valid, and differ from each other by more than capitals."""
    names = list(names)
    for name in names:
        if len(name) > LONGEST:
            raise ValueError(f"{where}: '{name[:20]} and so on' has {len(name)} characters, expected at most {LONGEST}")
        if not name or not all(map(_is_valid, name)):
            raise ValueError(f"{where}: {_shown(name)} is no valid name; {EXPECTED}")
        if name.startswith("."):
            raise ValueError(f"{where}: '{name}' would be hidden; expected a name that does not begin with '.'")
    check_distinct(where, names)


def check_distinct(where: str, names: Iterable[str]) -> None:
    """See that names differ from each other, and by more than capitals."""
    seen: dict[str, str] = {}
    for name in names:
        folded = unicodedata.normalize("NFKC", name).casefold()
        if folded in seen:
            how = "are given twice" if seen[folded] == name else "differ in capitals alone"
            raise ValueError(f"{where}: '{name}' and '{seen[folded]}' {how}; expected different names")
        seen[folded] = name


def check_known(where: str, name: str, known: Iterable[str], what: str) -> None:
    """See that something of a name is there."""
    if name not in (names := list(known)):
        raise ValueError(f"{where}: no such {what}; {nearest(name, names)}")


def check_lines(where: str, texts: Mapping[str, str]) -> None:
    """See that texts for people are a line each."""
    for key, text in texts.items():
        if not text.replace("\t", " ").isprintable():
            raise ValueError(f"{where}.{key}: {_shown(text)} is not text of one line")


def check_folder_name(where: str, name: str) -> None:
    """See that a name can be that of an experiment's folder."""
    check_names(where, [name])
    if name.casefold() in OF_THE_OUTPUT:
        raise ValueError(f"{where}: '{name}' is a name of koc's own; expected another")


def check_folder(where: str, path: str) -> None:
    """See that the path of a folder can be written."""
    if not path.strip() or not path.isprintable():
        raise ValueError(f"{where}={_shown(path)}: expected the path of a folder")
    for part in path.split("/"):
        if (size := len(part.encode())) > MOST_BYTES:
            raise ValueError(f"{where}: '{part[:20]} and so on' has {size} bytes, expected at most {MOST_BYTES}")


def _is_valid(character: str) -> bool:
    return character in "_-." or unicodedata.category(character)[0] in "LMN"


def _shown(name: str) -> str:
    return f"'{name}'" if name.isprintable() else ascii(name)
