"""YAML as people write it: the scalars of YAML 1.2, no key twice, and one line for what cannot be read.

PyYAML reads YAML 1.1, in which ``1:30`` is 90 and ``no`` is false. Here both are text, as in YAML 1.2 (its core schema,
section 10.3). As in Python, the digits of a number may stand in groups: ``10_000``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Hashable, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any, ClassVar

import yaml

from sim.errors import UserError

MOST_VALUES = 1_000_000  # that aliases may expand to
MOST_LEVELS = 50
EXPECTED = "expected lines such as key: value"

_TAG = "tag:yaml.org,2002:"
_KINDS = {"null", "bool", "int", "float", "str", "seq", "map"}
_SCALARS = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+(?:_[0-9]+)*|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
}


class GivenTwice(yaml.constructor.ConstructorError):
    """A key that its mapping has already."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2, keys that are text as written, and none of them twice."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        found: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key that is no text", key.start_mark)
            if not key.value:
                raise yaml.constructor.ConstructorError(None, None, "a key without a name", key.start_mark)
            if key.value in found:
                raise GivenTwice(None, None, f"'{key.value}' is given twice; expected every key once", key.start_mark)
            found[key.value] = self.construct_object(value, deep=deep)
        return found

    def whole(self, node: yaml.ScalarNode) -> int:
        """A whole number, in decimal, octal (0o17) or hexadecimal (0xf) digits."""
        base = {"0o": 8, "0x": 16}.get(node.value[:2], 10)
        try:
            return int(node.value, base)
        except ValueError:
            raise yaml.constructor.ConstructorError(None, None, "a number too long", node.start_mark) from None

    def number(self, node: yaml.ScalarNode) -> float:
        """A number that is not whole."""
        return float(re.sub(r"\.(inf|nan)", r"\1", node.value.lower().replace("_", "")))


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper; text is quoted that YAML 1.1 or 1.2 would read as something else."""


for _kind, (_pattern, _first) in _SCALARS.items():
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(_TAG + _kind, re.compile(f"^(?:{_pattern})$"), _first)
_Loader.yaml_constructors = {  # neither dates nor bytes nor objects
    tag: how for tag, how in _Loader.yaml_constructors.items() if tag is None or tag.removeprefix(_TAG) in _KINDS
}
_Loader.add_constructor(_TAG + "int", _Loader.whole)
_Loader.add_constructor(_TAG + "float", _Loader.number)


def is_plain_text(value: str) -> bool:
    """Whether YAML reads a value without quotes as text: not as a number, true, false or null, a list or a mapping."""
    if any(re.fullmatch(pattern, value) for pattern, _ in _SCALARS.values()):
        return False
    if not value.startswith(("[", "{")):
        return True
    try:
        parsed(value)
    except yaml.YAMLError:
        return True
    return False


def written(values: Mapping[str, Any]) -> str:
    """Nested mappings as YAML, which `read_yaml` reads as what they are."""
    return yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


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


def read_yaml(path: Path) -> dict[str, Any]:
    """What a YAML file holds: nested mappings, lists, text, numbers, true and false; raises what `content` does."""
    return content(path, read_text(path))


def content(path: Path, text: str) -> dict[str, Any]:
    """What the text of a YAML file says.

    Raises
    ------
    UserError
        Names the file and the line that is no YAML, or has a key that the mapping has already.
    """
    try:
        found = parsed(text)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark or error.context_mark
        where = f"{path}, line {place.line + 1}" if place else str(path)
        said = str(error.problem or error.context)
        raise UserError(f"{where}: {said if isinstance(error, GivenTwice) else _explained(said)}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(f"{path}, line {line}: a control character; {EXPECTED}") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not YAML ({error}); {EXPECTED}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UserError(f"{path}: {'a list' if isinstance(found, list) else 'a single value'}; {EXPECTED}")
    return found


def parsed(text: str) -> Any:
    """What a text in YAML says.

    Raises
    ------
    yaml.YAMLError
        If it is none, has a key twice in a mapping, or expands to too much.
    """
    open_at_once = accumulate((character in "[{") - (character in "]}") for character in text)
    if max(open_at_once, default=0) > 10 * MOST_LEVELS:  # which would take minutes to read
        raise yaml.YAMLError(f"more than {MOST_LEVELS} levels")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _check_size(node)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _check_size(node: yaml.Node) -> None:
    """See that lists are not too deep in each other, and that aliases do not multiply without end."""
    left, count = [(node, 0)], 0
    while left:
        each, depth = left.pop()
        count += 1
        if count > MOST_VALUES or depth > MOST_LEVELS:
            problem = "aliases without end" if count > MOST_VALUES else f"more than {MOST_LEVELS} levels"
            raise yaml.constructor.ConstructorError(None, None, problem, each.start_mark)
        if isinstance(each, yaml.MappingNode):
            left += [(value, depth + 1) for pair in each.value for value in pair]
        elif isinstance(each, yaml.SequenceNode):
            left += [(value, depth + 1) for value in each.value]


def _explained(problem: str) -> str:
    said = "a tab; expected spaces" if r"'\t'" in problem else problem
    return f"not YAML ({said}); {EXPECTED}"
