"""Which two columns of a table name the ends of a tie, and whether its first line is a header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sim.graphs.friendships import WHOLE

NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?")

# first and second of a pair, each possibly with a word of _NOISE before or after it
_PAIRS = tuple(
    (re.compile(first), re.compile(second))
    for first, second in (
        ("source|src", "target|tgt|destination|dest|dst"),
        ("from", "to"),
        ("ego|nominator|respondent|chooser", "alter|nominee|friend|chosen"),
        ("follower|fan", "followe[er]|followed|following|idol"),
        ("user|person|member|customer|consumer|student|me|i", "friend|contact|followe[er]|followed|alter"),
        ("origin", "destination|dest"),
        ("sender|caller", "receiver|recipient|callee"),
        ("tail", "head"),
        ("start", "end"),
        ("u", "v"),
        ("i", "j"),
        ("源头?|来源|起点|起始|出发|发起|发送|始", "目标|目的|去向|终点|终止|到达|接收|宿|终"),
        ("关注|粉丝", "关注对象|博主|偶像|被关注"),
        ("姓名|名字|昵称|用户|学员|会员|成员|客户|消费|顾客|同学|学生|本|自己|我", "好友|朋友|联系|关注|关注对象|同伴"),
        ("甲", "乙"),
    )
)
_NOISE = "id|node|user|name|person|vertex|节点|用户|编号|账号|昵称|姓名|名称|人|者|方"
_BEFORE, _AFTER = re.compile(rf"^({_NOISE})"), re.compile(rf"({_NOISE})$")
_ENDINGS = {"1": "2", "0": "1", "a": "b", "甲": "乙", "一": "二"}
_WORDS = re.compile(
    r"(source|target|from|to|src|dst|u|v|i|j|ego|alter|nominee|id|node|user|friend|person|member|follower|followee|name"
    r"|label|nickname|people|customer|consumer|account|uid|vertex|key|handle|screenname|username"
    r"|学员|好友|朋友|用户|姓名|名字|名称|昵称|成员|会员|粉丝|客户|顾客|同学|编号|账号|节点|博主|人员|人)"
    r"(id|node|user|name|[0-9]|[ab]|编号|姓名|名称|昵称|账号|[一二甲乙])?"
)
_ROW_NAMES = re.compile(r"|unnamed0|index|rownames?|row|序号|行号|no|nr")
_ASIDE = re.compile(
    r".*(weight|strength|count|freq(uency)?|times?|timestamps?|date|datetime|year|month|day|value|type|kind|edgeid|tieid)"
    r"|w|ts|created(at)?|id|label|.*(权重|强度|次数|频次|时间|日期|时间戳|类型|亲密度|关系)"
)


class Columns(NamedTuple):
    """Where a table has its ties."""

    first: int
    second: int
    header: list[str] | None
    """Names of all columns, shifted as the cells are; None where the first line shows no names."""
    is_pair: bool
    """Whether the two columns are known by their names."""


def columns_of(rows: Sequence[Sequence[str]]) -> Columns:
    """Find the two columns by their names; the first two where there are none.

    Parameters
    ----------
    rows
        The first lines of a table, split into cells.
    """
    names = list(rows[0])
    widths = {len(row) for row in rows[1:]}
    if widths == {len(names) + 1} and len(names) >= 2 and (_pair(names) or _are_words(names)):
        names = ["", *names]  # as R writes the names of rows, without a name for their column
    pair = _pair(names)
    if pair and not _is_a_tie(names, pair, rows[1:]):
        return Columns(*pair, names, True)
    plain = [_plain(name) for name in names]
    if _ROW_NAMES.fullmatch(plain[0]) and len(names) > 2 and not _is_number(names[1]):
        rest = [n for n in range(1, len(names)) if not _ASIDE.fullmatch(plain[n])]
        if len(rest) >= 2:
            return Columns(rest[0], rest[1], names, False)
    if _are_words(names):
        return Columns(0, 1, names, False)
    return Columns(0, 1, None, False)


def is_header(rows: Sequence[Sequence[str]], columns: Columns, below: tuple[Sequence[str], Sequence[str]]) -> bool:
    """Whether the first line names columns, and no people.

    It does where it holds usual names of columns; where both of its ids differ in kind from those below (they are no
    integers and all in a column are, or all others are codes of one length, as are UUIDs, and they are not); or where
    its third cell is not a number and that of the next line is.

    Parameters
    ----------
    rows
        As for `columns_of`.
    columns
        As it found.
    below
        Ids in either of the two columns on all lines but the first, each once.
    """
    cells = columns.header or rows[0]
    names = [cells[n].strip() for n in (columns.first, columns.second)]
    others = list(known := {*below[0], *below[1]})
    if any(name in known for name in names) or _are_numbered_alike(names, others):
        return (columns.first, columns.second) != (0, 1)
    if columns.header is not None:
        return True
    if not others:
        return False
    thirds = [row[2] for row in rows[:2] if len(row) > 2]
    if len(thirds) == 2 and not _is_number(thirds[0]) and _is_number(thirds[1]):
        return True
    if not any(map(WHOLE.fullmatch, names)) and any(all(map(WHOLE.fullmatch, column)) for column in below):
        return True
    lengths = set(map(len, others))
    coded = sum(any(map(str.isdigit, name)) for name in others) > len(others) / 2
    return coded and len(lengths) == 1 and min(lengths) >= 8 and not any(len(name) in lengths for name in names)


def _pair(names: Sequence[str]) -> tuple[int, int] | None:
    plain = [_plain(name) for name in names]
    forms = [_forms(name) for name in plain]
    for first, second in _PAIRS:
        ones = [n for n, cell in enumerate(forms) if any(map(first.fullmatch, cell))]
        others = [n for n, cell in enumerate(forms) if any(map(second.fullmatch, cell)) and n not in ones]
        if len(ones) == len(others) == 1:
            return ones[0], others[0]
    for n, name in enumerate(plain):
        stem, ending = name[:-1], _ENDINGS.get(name[-1:])
        if ending and (_WORDS.fullmatch(stem) or (stem == "v" and len(names) <= 3)) and stem + ending in plain:
            return n, plain.index(stem + ending)
        if name and f"被{name}" in plain:
            return n, plain.index(f"被{name}")
    return None


def _forms(name: str) -> set[str]:
    """A name as it is, and without the words that say of which kind its ids are."""
    before, after = _BEFORE.sub("", name), _AFTER.sub("", name)
    return {name, before, after, _AFTER.sub("", before)} - {""}


def begins_with_people(header: Sequence[str]) -> bool:
    """Whether the first column of a header is called as a column of people is."""
    return _are_words(header[:1])


def _are_words(names: Sequence[str]) -> bool:
    return all(_WORDS.fullmatch(_plain(name)) for name in names[:2])


def _are_numbered_alike(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether most people have ids such as those: user1 and user2 are no names of columns where user17 is a person."""
    stem = names[0].rstrip("0123456789")
    if not stem or stem == names[0]:
        return False
    return sum(other.startswith(stem) for other in others) > len(others) / 2


def _is_a_tie(names: Sequence[str], pair: tuple[int, int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a first line such as u0,knows,u1 is one of ties: all its cells are as those below them."""
    rest = [n for n in range(len(names)) if n not in pair]
    ends = [row[n] for row in rows for n in pair if len(row) > n]
    alike = all(any(len(row) > n and row[n] == names[n] for row in rows) for n in rest)
    return bool(rest) and alike and _are_numbered_alike([names[n] for n in pair], ends)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text.strip()) is not None
