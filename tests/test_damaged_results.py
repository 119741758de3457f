"""Results that are not as the run left them: told in words by each command that reads them, never believed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from damage import flip

from experiments import report
from experiments.cli import main
from experiments.runs.store import Store
from experiments.table.checksums import CHECKSUM, CHECKSUMS
from sim.errors import UserError

MADE = (
    "experiment=single", "market.consumers=100", "experiment.days=8", "experiment.burn_in=2", "experiment.seeds=2",
    "executor=serial", "+experiment.factors.pay.some.creators.commission=0.2",
    "+experiment.factors.pay.none.creators.commission=0.0",
)  # fmt: skip
TABLES = ("runs", "daily", "funnel", "creators", "split", "graph", "platforms")
FILES = (*(f"{name}.parquet" for name in TABLES), "config.yaml", "manifest.json")
READ_BY_COMPARE = ("runs.parquet", "config.yaml", "manifest.json")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "results"
    assert main(["run", *MADE, f"output={output}"]) == 0
    return output


@pytest.fixture(params=["with checksums", "earlier format"])
def folder(results: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the results, which a test may harm; of the earlier format it is as commit b1ccfb1 wrote it."""
    shutil.copytree(results, tmp_path / "results", symlinks=True)
    folder = (tmp_path / "results" / "single" / "latest").resolve()
    if request.param == "earlier format":
        edit_manifest(folder, lambda manifest: [manifest.pop(key) for key in ("format", CHECKSUM, CHECKSUMS)])
        with closing(sqlite3.connect(tmp_path / "results" / "store" / "runs.sqlite")) as connection:
            connection.executescript(
                "ALTER TABLE runs DROP COLUMN checksum; ALTER TABLE tables DROP COLUMN checksum;"
                "PRAGMA user_version = 2;"
            )
    return folder


def edit_manifest(folder: Path, change: Callable[[dict[str, object]], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def edit(path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    change(pd.read_parquet(path)).to_parquet(path, index=False)


def has_checksums(folder: Path) -> bool:
    return CHECKSUMS in (folder / "manifest.json").read_text("utf-8", "replace")


def told(capsys: Capture, *command: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(list(command))
    printed = capsys.readouterr()
    if status == 2:
        assert printed.err.count("\n") == 1 and printed.err.startswith("koc: ")
        return status, printed.err
    return status, printed.out


def compared(capsys: Capture, folder: Path) -> tuple[int, str]:
    return told(capsys, "compare", f"{folder}:some", f"{folder}:none")


def test_a_whole_result_is_verified_and_read(folder: Path, capsys: Capture) -> None:
    status, said = told(capsys, "verify", str(folder), "--rows", "2")
    assert status == 0 and said.endswith("2 of 4 runs made again, equal to the bit\n")
    count = sum(path.is_file() for path in folder.rglob("*")) - 1  # the manifest has one of its own
    files = f"{count} files with their checksums" if has_checksums(folder) else "no file, for want of checksums"
    assert said.startswith(f"compared: {files}; 4 of 4 runs with the store")
    assert compared(capsys, folder)[0] == 0
    report.write(folder)
    assert told(capsys, "verify", str(folder), "--rows", "1")[0] == 0, "what was written later is in the manifest too"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BROKEN: dict[str, Callable[[Path], object]] = {
    "cut": _cut,
    "empty": lambda path: path.write_bytes(b""),
    "bytes": lambda path: path.write_bytes(bytes(range(256)) * 4),
    "folder": _made_a_folder,
    "gone": lambda path: path.unlink(),
}


OF_EACH_KIND = ("runs.parquet", "daily.parquet", "config.yaml", "manifest.json")  # tables are read alike
HARMED = [(harm, file) for harm in BROKEN for file in FILES if file in OF_EACH_KIND or harm in ("cut", "gone")]


@pytest.mark.parametrize(("harm", "file"), HARMED)
def test_a_broken_file_is_named_in_one_line(harm: str, file: str, folder: Path, capsys: Capture) -> None:
    optional = file in ("graph.parquet", "platforms.parquet") and harm == "gone" and not has_checksums(folder)
    BROKEN[harm](folder / file)
    status, said = told(capsys, "verify", str(folder), "--rows", "1")
    assert status == (1 if harm == "gone" and file not in READ_BY_COMPARE else 2) and file in said
    if file in READ_BY_COMPARE:
        status, said = compared(capsys, folder)
        assert status == 2 and file in said
    if not optional:  # a report of the earlier format does without these
        with pytest.raises(UserError, match=file.replace(".", r"\.")):
            report.write(folder)


@pytest.mark.parametrize("name", TABLES)
def test_a_column_that_is_missing_is_named(name: str, folder: Path, capsys: Capture) -> None:
    path = folder / f"{name}.parquet"
    column = "status" if name == "runs" else "seed"
    edit(path, lambda table: table.drop(columns=column))
    assert told(capsys, "verify", str(folder)) == (
        2, f"koc: {path}: no column {column}; expected {', '.join(expected(name))}\n",
    )  # fmt: skip
    with pytest.raises(UserError, match=f"{name}.parquet: "):
        report.write(folder)
    if name == "runs":
        assert compared(capsys, folder)[0] == 2


def expected(name: str) -> list[str]:
    from experiments.table.reading import COLUMNS

    return list(COLUMNS[name])


ROWS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "twice": lambda table: pd.concat([table, table.tail(1)]),
    "missing": lambda table: table.drop(table.index[-1]),
    "altered": lambda table: table.assign(**{str(c): _moved(table[c]) for c in table.columns[-1:]}),
    "of nobody": lambda table: pd.concat([table, table.tail(1).assign(seed=77)]),
}


def _moved(column: pd.Series) -> pd.Series:
    if column.dtype == bool:
        return ~column
    return column + 1


NOT_AS_IT_WAS = [
    (harm, name) for harm in ROWS for name in TABLES
    if name in ("runs", "daily", "creators") or (harm == "altered" and name != "platforms")  # which has no row here
]  # fmt: skip


@pytest.mark.parametrize(("harm", "name"), NOT_AS_IT_WAS)
def test_rows_that_are_not_as_they_were_are_named(harm: str, name: str, folder: Path, capsys: Capture) -> None:
    edit(folder / f"{name}.parquet", ROWS[harm])
    status, said = told(capsys, "verify", str(folder), "--rows", "1")
    assert status == (2 if (harm, name) == ("twice", "runs") else 1)
    lines = [line for line in said.splitlines() if line.removeprefix("koc: ").removeprefix(str(folder) + "/")]
    named = [line for line in lines if f"{name}.parquet: " in line and "arm " in line and "seed " in line]
    assert named, said


def test_rows_are_checked_without_a_store_too(folder: Path, capsys: Capture) -> None:
    shutil.rmtree(folder.parent.parent / "store")
    assert told(capsys, "verify", str(folder), "--rows", "1")[0] == 0
    edit(folder / "daily.parquet", ROWS["altered"])
    status, said = told(capsys, "verify", str(folder), "--rows", "4")
    assert status == 1 and "daily.parquet: arm some, seed 0: consumer_surplus is not as expected, made again" in said
    assert not (folder.parent.parent / "store").exists()


def test_a_changed_configuration_is_named(folder: Path, capsys: Capture) -> None:
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace("days: 8", "days: 9"))
    status, said = told(capsys, "verify", str(folder), "--rows", "1")
    assert status == 1 and "config.yaml: experiment.days is 9, expected 8, by manifest.json\n" in said


def test_flipped_bits_in_the_store_are_named(folder: Path, capsys: Capture) -> None:
    store = folder.parent.parent / "store"
    with Store(store).reading():
        pass  # takes an earlier format over
    flip(store / "runs.sqlite", "content", "tables")
    status, said = told(capsys, "verify", str(folder), "--rows", "1")
    assert status == 1 and f"{store / 'runs.sqlite'}: run " in said and " is damaged, its table " in said


def test_a_file_that_is_no_part_of_the_result_is_named(results: Path, folder: Path, capsys: Capture) -> None:
    (folder / "notes.txt").write_text("mine")
    status, said = told(capsys, "verify", str(folder), "--rows", "1")
    assert status == 0 and ("notes.txt is not part of the result\n" in said) == has_checksums(folder)
    if has_checksums(folder):
        shutil.copy(folder / "runs.parquet", folder / "posterior.parquet")
        assert told(capsys, "verify", str(folder))[0] == 2
        with pytest.raises(UserError, match=r"posterior\.parquet: not what koc run wrote, added later"):
            report.write(folder)


def test_a_newer_format_is_refused(folder: Path, capsys: Capture) -> None:
    edit_manifest(folder, lambda manifest: manifest.update(format=99))
    for status, said in (told(capsys, "verify", str(folder)), compared(capsys, folder)):
        assert status == 2 and "manifest.json: format 99, of a newer koc; this one reads up to 2; update it" in said


@pytest.mark.parametrize("text", ["experiment: 3\n", "hello", "- a\n", "a: [\n", "experiment: {factors: [a]}\n"])
def test_a_configuration_of_another_shape_is_refused(text: str, folder: Path, capsys: Capture) -> None:
    (folder / "config.yaml").write_text(text)
    for status, said in (told(capsys, "verify", str(folder)), compared(capsys, folder)):
        assert status == 2 and "config.yaml: " in said


def test_a_place_that_is_no_folder_of_results_is_named(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "file"
    file.write_text("a file")
    for place in (file, tmp_path / "none"):
        for status, said in (told(capsys, "verify", str(place)), compared(capsys, place)):
            assert status == 2 and said.startswith(f"koc: {place}: no such folder; expected a folder that koc run made")
    for command in (["list"], ["show", "a"], ["export", "--csv", "x.csv"], ["replay", "a"]):
        status, said = told(capsys, *command, "--output", str(file))
        assert status == 2 and str(file) in said
