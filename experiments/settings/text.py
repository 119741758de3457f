"""Text files that people write: read as UTF-8, and named with the line at which they cannot be read."""

from __future__ import annotations

import codecs
from pathlib import Path

from sim.errors import UserError


def read_text(path: Path) -> str:
    """What a file holds, without a byte order mark.

    Raises
    ------
    UserError
        If it cannot be read, or is no text in UTF-8; names the first line that is not.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}, line {line}: not UTF-8; expected a file that is saved as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(f"{path}, line {line}: holds a NUL byte; expected text")
    return text
