"""Comments: lines that hold no ties, told apart from ids that begin with the same sign."""

from __future__ import annotations

import re

from sim.errors import UserError
from sim.graphs.files.tables import SAMPLE, cells_of, count_fields, frame_of, sample_of, separator_of, width_of

COMMENTS_LIKE_TIES = 0.1  # share of lines up to which comments that look like ties are believed to be comments
_COMMENT = re.compile(rb"^[ \t]*[#%][^\n]*", re.MULTILINE)
_REMARK = re.compile(rb"^[ \t]*[#%](?![^\s#%])[^\n]*", re.MULTILINE)  # no id begins so
_LIKE_TIE = re.compile(rb"^[ \t]*[#%][^\s#%]")


def without_comments(data: bytes, source: str) -> tuple[bytes, int]:
    """The lines that hold ties, comments made empty, and how many these were."""
    body = _COMMENT.sub(b"", data)
    if body == data:
        return data, 0
    marked = [line.strip() for line in _COMMENT.findall(data)]
    alike, are_ties = _like_ties(body, marked)
    if are_ties:
        return _REMARK.sub(b"", data), len(_REMARK.findall(data))
    rows = body.count(b"\n") + 1 - len(re.findall(rb"^$", body, re.MULTILINE))
    if alike > max(1, COMMENTS_LIKE_TIES * (rows + alike)):
        raise UserError(
            f"{source}: {alike} of {rows + alike} lines begin with # or % and look like ties; "
            "expected ids in double quotes if they are ties, a blank after the # if they are comments"
        )
    return body, len(marked)


def _like_ties(body: bytes, marked: list[bytes]) -> tuple[int, bool]:
    """How many lines that begin with a mark have the form of a tie, and whether they are ties.

    They are where what begins with the mark is an id: no other line has it without the mark, as it would if a tie had
    been put out of use, and the person named beside it occurs elsewhere.
    """
    alike = [line.decode() for line in marked if _LIKE_TIE.match(line)]
    plain = sample_of(body)
    separator = separator_of(plain if len(plain) > 1 else alike)
    width = width_of(cells_of(plain if len(plain) > 1 else alike[:SAMPLE], separator))
    alike = [line for line in alike if width > 1 and count_fields(line, separator) == width]
    if not alike:
        return 0, False
    if len(plain) < 2:
        return len(alike), True
    known = set(frame_of(body, separator, (0, 1)).stack().str.strip())
    rows = cells_of(alike[:SAMPLE], separator)
    votes = sum(row[0][1:] not in known and (row[1] in known or row[1][:1] in "#%") for row in rows)
    return len(alike), 2 * votes > len(rows)
