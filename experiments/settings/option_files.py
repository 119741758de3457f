"""Files of settings for Hydra: where they are, and how Hydra reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from experiments.settings.yaml_text import content, read_text
from sim.errors import UserError, nearest

FOLDER = Path(__file__).resolve().parents[2] / "configs"
NAME = "config"

_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)\s*$", re.MULTILINE)


class Folders(NamedTuple):
    """Where settings are read from."""

    main: Path = FOLDER  # folder of the file that all begins with
    name: str = NAME  # of that file, without ``.yaml``
    own: Path | None = None  # a user's folder beside it; None without one

    @classmethod
    def given(cls, main: str = "", name: str = "", own: str = "") -> Folders:
        """The folders that a user named; empty where they are not."""
        for flag, given in (("--config-path", main), ("--config-dir", own)):
            if given and not Path(given).expanduser().is_dir():
                raise UserError(f"{flag} {given}: no such folder; expected one with files of settings")
        found = cls(_whole_path(main) or FOLDER, name.removesuffix(".yaml") or NAME, _whole_path(own))
        if not (found.main / f"{found.name}.yaml").is_file():
            raise UserError(f"{found.main}: no {found.name}.yaml in it; expected the file that settings begin with")
        return found

    def groups(self) -> set[str]:
        """Groups of which the main file takes an option, unless told another."""
        entries = _content(_read(self.main / f"{self.name}.yaml")).get("defaults")
        known = entries if isinstance(entries, list) else ()
        keys = (key for entry in known if isinstance(entry, dict) for key in entry)
        return {key.split()[-1].lstrip("/").split("@")[0] for key in keys if key.split()}

    def options(self) -> dict[str, list[str]]:
        """Options of each group, as they are written on the command line."""
        found: dict[str, set[str]] = {}
        for folder in filter(None, (self.main, self.own)):
            for file in folder.glob("*/**/*.yaml"):
                group, *option = file.relative_to(folder).with_suffix("").parts
                found.setdefault(group, set()).add("/".join(option))
        return {group: sorted(found[group]) for group in sorted(found)}


class _File(NamedTuple):
    """A file of settings, with its text as it is now."""

    path: Path
    text: str


_Files = tuple[tuple[str, _File], ...]
"""Files, each after its group and name."""


@lru_cache(256)
def _content(file: _File) -> dict[str, Any]:
    """What a file says; not to be changed."""
    return content(*file)


def _read(path: Path) -> _File:
    return _File(path, read_text(path))


def _whole_path(given: str) -> Path | None:
    return Path(given).expanduser().resolve() if given else None


def _without_references(value: Any) -> Any:
    """Values with ``${`` in text written as OmegaConf takes it for text."""
    if isinstance(value, dict):
        return {key: _without_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_references(item) for item in value]
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", value) if isinstance(value, str) else value


def _needed(folders: Folders, first: Sequence[str]) -> _Files:
    """The files that a composition begins with, and those that their defaults name."""
    found: dict[str, _File] = {}
    left = list(first)
    while left:
        name = left.pop()
        places = (folder / f"{name}.yaml" for folder in (folders.main, folders.own) if folder)
        file = next(filter(Path.is_file, places), None)
        if file is not None and name not in found:
            found[name] = _read(file)
            defaults = _content(found[name]).get("defaults")
            left += _named(defaults if isinstance(defaults, list) else [], name.rpartition("/")[0])
    return tuple(found.items())


def _named(defaults: Sequence[Any], group: str) -> Iterator[str]:
    """Names of files in a list of defaults, which stands in a file of a group."""
    for entry in defaults:
        for key, options in entry.items() if isinstance(entry, dict) else [(entry, None)]:
            place = str(key).split()[-1:] or [""]
            path = place[0].split("@")[0]
            path = path[1:] if path.startswith("/") else f"{group}/{path}".lstrip("/")
            several = options if isinstance(options, list) else [options]
            yield from (f"{path}/{option}" if option is not None else path for option in several)


@contextmanager
def _stored(files: _Files) -> Iterator[None]:
    """Let Hydra find files in its store of configurations; text in them stays text."""
    from hydra import initialize  # here, since workers know the settings and need no Hydra
    from hydra.core.config_store import ConfigStore
    from omegaconf import OmegaConf

    store = ConfigStore.instance()
    before, store.repo = store.repo, dict(store.repo)
    try:
        for name, file in files:
            group, _, own = name.rpartition("/")
            package = _PACKAGE.search(file.text[:512])
            node = OmegaConf.create(_without_references(_content(file)))
            store.store(own, node, group or None, package.group(1) if package else None)
        with initialize(config_path=None, job_name="koc", version_base="1.3"):
            yield
    finally:
        store.repo = before


@lru_cache(64)  # since it takes a quarter of a second, and many experiments begin with the same files
def _composition(name: str, words: tuple[str, ...], files: _Files) -> dict[Any, Any]:
    """What Hydra makes of files of these texts; not to be changed."""
    from hydra import compose
    from omegaconf import OmegaConf

    with _stored(files):
        together = OmegaConf.to_container(compose(name, overrides=list(words)), resolve=True)
    assert isinstance(together, dict)
    return together


def composed(chosen: Sequence[tuple[str, str]], folders: Folders) -> dict[str, Any]:
    """What files of settings say.

    Raises
    ------
    UserError
        If there is no such option, or a file cannot be read.
    """
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    options = folders.options()
    for group, option in chosen:
        if option not in options[group]:
            for folder in filter(None, (folders.own, folders.main)):
                if (file := folder / group / f"{option}.yml").is_file():
                    raise UserError(f"{file}: is not read; expected the name {file.stem}.yaml")
            raise UserError(f"{group}={option}: no such option; {nearest(option, options[group])}")
    known = folders.groups()
    words = [f"{'' if group in known else '+'}{group}={_quoted(option)}" for group, option in chosen]
    try:
        files = _needed(folders, [folders.name, *map("/".join, chosen)])
        together = _composition(folders.name, tuple(words), files)
    except UserError:
        raise
    except (HydraException, OmegaConfBaseException, ValueError, RecursionError) as error:
        place = " ".join(map("=".join, chosen)) or f"{folders.name}.yaml"
        raise UserError(f"{place}: {_of_files(error)}") from None
    return {str(key): deepcopy(value) for key, value in together.items()}


def _of_files(error: Exception) -> str:
    """What Hydra says of files that do not go together, in one line."""
    if isinstance(error, RecursionError):
        return "the files in defaults lead to each other in a circle; expected a beginning"
    if "Cannot merge" in str(error):
        key = getattr(error.__cause__, "full_key", None)
        return f"{key or 'a key'} is a list in one file and settings in another; expected one or the other"
    return " ".join(str(error).split("Config search path")[0].split("full_key:")[0].split())


def _quoted(text: str) -> str:
    """Text as Hydra's grammar takes it, whatever it holds."""
    escaped = re.sub(r"(\\*)'", r"\1\1\\'", text)
    return "'" + escaped + "\\" * (len(escaped) - len(escaped.rstrip("\\"))) + "'"
