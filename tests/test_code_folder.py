"""Compiled code is executed when it is read: where it is kept, who could have written it, and what is removed."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.compilation import code_folder
from sim.compilation.code_folder import KEPT_VERSIONS, MARK, MARK_TEXT, RUN_FOLDER, fault, places

NAMES = [f"koc-{n:016x}-{0:08x}" for n in range(KEPT_VERSIONS + 3)]


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The cache of this user, which is not made yet; temporary folders stand beside it."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(code_folder.tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv(RUN_FOLDER, "")
    monkeypatch.setattr(code_folder, "_held", [])
    yield tmp_path / "cache" / "koc-market"
    end_of_process()


def end_of_process() -> None:
    """What this process holds is free, as after its end."""
    for mark in code_folder._held:
        os.close(mark)
    code_folder._held.clear()


def made(root: Path, names: list[str]) -> list[Path]:
    """Folders of versions that no process uses, the oldest first."""
    for age, name in enumerate(names):
        places(name)
        end_of_process()
        os.utime(root / name, (age, age))
    return [root / name for name in names]


def is_of_a_run(folder: Path) -> bool:
    parent = folder.parent
    return stat.S_IMODE(parent.stat().st_mode) == 0o700 and parent.parent.name == "temporary"


def test_the_cache_is_private_and_marked(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert places(NAMES[0]) == ((root / NAMES[0],), root / NAMES[0])
    for folder in (root, root / NAMES[0]):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and (folder / MARK).read_bytes() == MARK_TEXT
    assert capsys.readouterr() == ("", "")


def test_old_versions_are_removed_and_nothing_else(root: Path, tmp_path: Path) -> None:
    versions = made(root, NAMES[:-1])
    foreign = [root / "photographs", root / f"koc-{'f' * 16}-{'0' * 8}", root / NAMES[-1].replace("koc", "other")]
    for folder in foreign:
        folder.mkdir()
    (foreign[2] / MARK).write_bytes(MARK_TEXT)  # koc's mark under a name that koc does not give
    elsewhere = tmp_path / f"koc-{'e' * 16}-{'0' * 8}"
    elsewhere.mkdir()
    (elsewhere / MARK).write_bytes(MARK_TEXT)
    (root / elsewhere.name).symlink_to(elsewhere)
    for folder in (*foreign, root / elsewhere.name):
        os.utime(folder, (0, 0), follow_symlinks=False)
    places(NAMES[-1])
    assert [folder.exists() for folder in versions] == [False] * 3 + [True] * (KEPT_VERSIONS - 1)
    assert all(folder.exists() for folder in (*foreign, elsewhere))


def test_code_that_a_living_process_uses_is_not_removed(root: Path) -> None:
    made(root, NAMES[:1])
    script = (
        f"from sim.compilation.code_folder import places; places({NAMES[0]!r}); print('ready', flush=True); input()"
    )
    user = subprocess.Popen([sys.executable, "-c", script], stdin=-1, stdout=-1, text=True)
    assert user.stdout and user.stdout.readline() == "ready\n"
    os.utime(root / NAMES[0], (0, 0))
    made(root, NAMES[1:])
    assert (root / NAMES[0]).exists() and not (root / NAMES[1]).exists()
    user.communicate("\n")
    os.utime(root / NAMES[0], (0, 0))
    places(f"koc-{'a' * 16}-{'0' * 8}")
    assert not (root / NAMES[0]).exists()


def test_a_cache_that_is_a_link_is_not_used_and_nothing_behind_it_is_removed(root: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    for name in NAMES:
        (foreign / name).mkdir(parents=True)
        (foreign / name / "thesis.txt").touch()
    root.parent.mkdir()
    root.symlink_to(foreign)
    (folder,) = places(f"koc-{'a' * 16}-{'0' * 8}").read
    assert is_of_a_run(folder) and len(list(foreign.glob("*/thesis.txt"))) == len(NAMES) == len(list(foreign.iterdir()))


def _open_to_others(root: Path) -> None:
    root.mkdir(parents=True)
    root.chmod(0o777)


def _open_to_the_group(root: Path) -> None:
    root.mkdir(parents=True)
    root.chmod(0o770)


def _below_what_is_open(root: Path) -> None:
    root.mkdir(parents=True)
    root.parent.chmod(0o777)


def _version_open_to_others(root: Path) -> None:
    (root / NAMES[0]).mkdir(parents=True)
    (root / NAMES[0]).chmod(0o777)


def _file(root: Path) -> None:
    root.parent.mkdir()
    root.touch()


def _below_a_file(root: Path) -> None:
    root.parent.touch()


def _below_a_link_to_nothing(root: Path) -> None:
    root.parent.symlink_to("nowhere")


UNFIT: list[tuple[Callable[[Path], None], str]] = [
    (_open_to_others, "other users can write to {root};"),
    (_open_to_the_group, "other users can write to {root};"),
    (_below_what_is_open, "other users can write to {root.parent};"),
    (_version_open_to_others, "other users can write to {root}/" + NAMES[0]),
    (_file, "{root} is not a folder;"),
    (_below_a_file, "Not a directory;"),
    (_below_a_link_to_nothing, "File exists;"),
]


@pytest.mark.parametrize(("spoil", "said"), UNFIT, ids=[spoil.__name__.strip("_") for spoil, _ in UNFIT])
def test_an_unfit_cache_is_told_in_one_line_and_the_run_has_a_folder_of_its_own(
    root: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], said: str
) -> None:
    spoil(root)
    found = places(NAMES[0])
    assert found.write and found.read == (found.write,) and is_of_a_run(found.write)
    line = capsys.readouterr().err
    assert line.startswith("koc: ") and line.count("\n") == 1 and said.format(root=root) in line
    assert f"expected {root} to be a folder of yours" in line and "is kept for this run only" in line


def test_a_cache_of_another_user_is_not_used(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root.mkdir(parents=True)
    real = Path.lstat

    def of_another(path: Path) -> Any:
        status = real(path)
        return os.stat_result((*status[:4], 12345, *status[5:])) if path == root else status

    monkeypatch.setattr(Path, "lstat", of_another)
    assert fault(root) == f"{root} belongs to user 12345"
    assert is_of_a_run(places(NAMES[0]).read[0])


def test_a_link_above_the_cache_is_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    root.parent.symlink_to(tmp_path / "disk")
    assert places(NAMES[0]).write == tmp_path / "disk" / "koc-market" / NAMES[0]


def test_without_a_home_nothing_is_made_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(code_folder.platformdirs, "user_cache_dir", lambda name: f"~/.cache/{name}")
    monkeypatch.chdir(tmp_path)
    assert is_of_a_run(places(NAMES[0]).read[0]) and not (tmp_path / "~").exists()
    assert capsys.readouterr().err.startswith("koc: there is no home folder;")


def test_without_any_place_nothing_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _file(root)
    monkeypatch.setattr(code_folder.tempfile, "tempdir", str(root))
    assert places(NAMES[0]) == ((), None)
    assert "cannot be kept, and each process compiles for itself" in capsys.readouterr().err


def test_the_processes_of_a_run_share_its_folder_and_its_maker_removes_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _file(root)
    (folder,) = places(NAMES[0]).read
    assert places(NAMES[0]).read == (folder,) and os.environ[RUN_FOLDER] == str(folder.parent)
    assert capsys.readouterr().err.count("\n") == 1
    code_folder._leave(folder.parent, os.getpid() + 1)  # as in a process that was forked
    assert folder.exists()
    code_folder._leave(folder.parent, os.getpid())
    assert not folder.parent.exists()


@pytest.mark.parametrize(("mode", "mark"), [(0o755, MARK_TEXT), (0o700, b"planted")])
def test_a_folder_that_another_user_could_have_planted_is_not_shared(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, mark: bytes
) -> None:
    _file(root)
    planted = tmp_path / "temporary" / "koc-market-abcdefgh"
    planted.mkdir()
    (planted / MARK).write_bytes(mark)
    planted.chmod(mode)
    monkeypatch.setenv(RUN_FOLDER, str(planted))
    assert places(NAMES[0]).read[0].parent != planted


def test_the_folder_of_a_run_that_was_killed_is_removed_by_the_next(root: Path, tmp_path: Path) -> None:
    _file(root)
    left, foreign = (tmp_path / "temporary" / f"koc-market-abcdefg{n}" for n in range(2))
    left.mkdir()
    (left / MARK).write_bytes(MARK_TEXT)
    foreign.mkdir()
    places(NAMES[0])
    assert not left.exists() and foreign.exists()


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES])
def test_a_cache_that_can_only_be_read_is_used_as_it_is(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: int
) -> None:
    folder = root / NAMES[0]
    (folder / "agents").mkdir(parents=True)
    for place in (root.parent, root, folder, folder / "agents"):
        place.chmod(0o755)
    real = os.open

    def read_only(path: Any, flags: int, *rest: Any) -> int:
        if root in Path(path).parents and flags & os.O_RDWR:
            raise OSError(error, os.strerror(error), str(path))
        return real(path, flags, *rest)

    monkeypatch.setattr(os, "open", read_only)
    assert is_of_a_run(places(NAMES[0]).read[0])  # it holds nothing
    assert os.strerror(error) in capsys.readouterr().err
    (folder / "agents" / "living.live_all-1.py311.1.nbc").touch()
    found = places(NAMES[0])
    assert found.read[0] == folder and found.read[1] == found.write != folder
    assert capsys.readouterr().err == ""
    folder.chmod(0o757)
    assert folder not in places(NAMES[0]).read
