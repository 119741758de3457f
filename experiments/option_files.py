"""Files of settings for Hydra: where they are, and how Hydra reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

from hydra import compose, initialize
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.yaml_text import read_yaml
from sim.errors import UserError, nearest

FOLDER = Path(__file__).resolve().parent.parent / "configs"
NAME = "config"
SCHEME = "koc"

_searched: ContextVar[tuple[str, ...]] = ContextVar("searched", default=())
_PACKAGE = re.compile(r"^\s*#\s*@package\s+(\S+)\s*$", re.MULTILINE)


class Folders(NamedTuple):
    """Where settings are read from.

    Attributes
    ----------
    main : Path
        Folder of the file that all begins with.
    name : str
        Of that file, without ``.yaml``.
    own : Path
        A user's folder beside it; None without one.
    """

    main: Path = FOLDER
    name: str = NAME
    own: Path | None = None

    @classmethod
    def given(cls, main: str = "", name: str = "", own: str = "") -> Folders:
        """The folders that a user named; empty where they are not.

        Raises
        ------
        UserError
            If one is not there.
        """
        for flag, given in (("--config-path", main), ("--config-dir", own)):
            if given and not Path(given).expanduser().is_dir():
                raise UserError(f"{flag} {given}: no such folder; expected one with files of settings")
        found = cls(_whole_path(main) or FOLDER, name.removesuffix(".yaml") or NAME, _whole_path(own))
        if not (found.main / f"{found.name}.yaml").is_file():
            raise UserError(f"{found.main}: no {found.name}.yaml in it; expected the file that settings begin with")
        return found

    def groups(self) -> set[str]:
        """Groups of which the main file takes an option, unless told another."""
        entries = read_yaml(self.main / f"{self.name}.yaml").get("defaults") or []
        keys = (key for entry in entries if isinstance(entry, dict) for key in entry)
        return {key.split()[-1].lstrip("/").split("@")[0] for key in keys if key.split()}

    def options(self) -> dict[str, list[str]]:
        """Options of each group, as they are written on the command line."""
        found: dict[str, set[str]] = {}
        for folder in filter(None, (self.main, self.own)):
            for file in folder.glob("*/**/*.yaml"):
                group, *option = file.relative_to(folder).with_suffix("").parts
                found.setdefault(group, set()).add("/".join(option))
        return {group: sorted(found[group]) for group in sorted(found)}


def _whole_path(given: str) -> Path | None:
    return Path(given).expanduser().resolve() if given else None


class OptionFiles(ConfigSource):
    """A folder of settings, as `ConfigSource` plugins of Hydra are; it reads files with `read_yaml`."""

    @staticmethod
    def scheme() -> str:
        """Of addresses of such folders."""
        return SCHEME

    def load_config(self, config_path: str) -> ConfigResult:
        """The settings of a file; text in it stays text, also where it looks like a reference to another key."""
        file = self._file(config_path)
        if not file.is_file():
            raise ConfigLoadError(f"{file}: no such file")
        package = _PACKAGE.search(file.read_bytes()[:512].decode("utf-8", "replace"))
        return ConfigResult(
            provider=self.provider,
            path=f"{SCHEME}://{self.path}",
            config=OmegaConf.create(_without_references(read_yaml(file))),
            header={"package": package.group(1) if package else None},
        )

    def available(self) -> bool:
        """Whether there is such a folder."""
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        """Whether a path leads to a folder."""
        return (Path(self.path) / config_path).is_dir()

    def is_config(self, config_path: str) -> bool:
        """Whether a path leads to a file."""
        return self._file(config_path).is_file()

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Names of the files and folders below a path."""
        found = Path(self.path) / config_path
        folders = [path.name for path in found.iterdir() if path.is_dir()]
        files = [path.stem for path in found.glob("*.yaml")]
        wanted = {ObjectType.GROUP: folders, ObjectType.CONFIG: files}
        return sorted(set(wanted[results_filter] if results_filter in wanted else folders + files))

    def _file(self, config_path: str) -> Path:
        return Path(self.path) / f"{config_path.removesuffix('.yaml')}.yaml"


def _without_references(value: Any) -> Any:
    """Values with ``${`` in text written as OmegaConf takes it for text."""
    if isinstance(value, dict):
        return {key: _without_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_references(item) for item in value]
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", value) if isinstance(value, str) else value


class FoldersFirst(SearchPathPlugin):
    """Lets Hydra search the folders of `searched`, while there are any."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Add the folders."""
        for address in _searched.get():
            search_path.append(SCHEME, address)


@contextmanager
def searched(folders: Folders) -> Iterator[None]:
    """Let Hydra find the files of some folders."""
    for plugin in (OptionFiles, FoldersFirst):
        Plugins.instance().register(plugin)
    before = _searched.set(tuple(f"{SCHEME}://{path}" for path in (folders.main, folders.own) if path))
    try:
        with initialize(config_path=None, job_name="koc", version_base="1.3"):
            yield
    finally:
        _searched.reset(before)


def composed(chosen: Sequence[tuple[str, str]], folders: Folders) -> dict[str, Any]:
    """What files of settings say.

    Parameters
    ----------
    chosen
        Groups, and an option of each.
    folders
        Where the files are.

    Raises
    ------
    UserError
        If there is no such option, or a file cannot be read.
    """
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
        with searched(folders):
            content = OmegaConf.to_container(compose(folders.name, overrides=words), resolve=True)
    except UserError:
        raise
    except (HydraException, OmegaConfBaseException, ValueError, RecursionError) as error:
        place = " ".join(map("=".join, chosen)) or f"{folders.name}.yaml"
        raise UserError(f"{place}: {_of_files(error)}") from None
    assert isinstance(content, dict)
    return {str(key): value for key, value in content.items()}


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
