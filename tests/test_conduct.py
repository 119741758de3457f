from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from fake_runs import OVERRIDES, ROWS, RUNS, Made, finished, instead

from experiments.cli import main
from experiments.commands.run import report_on
from experiments.conduct import experiment as conduct
from experiments.conduct import preflight
from experiments.design import posterior_file
from experiments.design.configuration import load_settings
from experiments.runs import executor
from experiments.runs.run import Failed, Run
from experiments.runs.store import Store
from experiments.settings.language import Language
from sim.errors import UserError


def koc_run(*overrides: str) -> int:
    """What `koc run` does once the configuration is composed."""
    given = instead(OVERRIDES, *overrides)
    settings = load_settings(given)
    return conduct.conduct(settings, ["koc", "run", *given], partial(report_on, settings, Language.en))


def folders() -> list[Path]:
    return sorted(path for path in Path("results/quick").iterdir() if not path.is_symlink())


def test_a_run_leaves_a_folder_with_everything(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *OVERRIDES]) == 0
    assert capsys.readouterr().out == "the verdict\n"
    (folder,) = folders()
    assert {path.name for path in folder.iterdir()} == {
        "config.yaml", "manifest.json", "runs.parquet", "daily.parquet", "funnel.parquet", "creators.parquet",
        "split.parquet", "graph.parquet", "platforms.parquet",
    }  # fmt: skip
    assert Path("results/quick/latest").resolve() == folder.resolve()


def test_the_table_of_runs_has_a_row_for_each_arm_and_seed(made: Made) -> None:
    koc_run()
    table = pd.read_parquet("results/quick/latest/runs.parquet")
    assert len(table) == ROWS and len(made) == RUNS
    levels = ["fees", "domain", "creators"]
    assert list(table.columns) == ["point", "arm", *levels, "seed", "status", "run_id", "seconds", "error", "gmv"]
    assert not table.duplicated(["arm", "seed"]).any()
    row = table[(table["arm"] == "commission-private-koc") & (table["seed"] == 1)].iloc[0]
    assert (row["fees"], row["domain"], row["creators"]) == ("commission", "private", "koc")
    assert row["gmv"] == 1 + 0.05 / 3
    assert table.loc[table["arm"] == "take_only", "fees"].isna().all()


def test_tables_are_tidy(made: Made) -> None:
    koc_run()
    daily = pd.read_parquet("results/quick/latest/daily.parquet")
    assert list(daily.columns) == ["arm", "seed", "day", "gmv"]
    assert daily.groupby(["arm", "seed"]).size().eq(3).all() and len(daily) == 3 * ROWS


def test_the_manifest_names_all_that_reproduces_the_result(made: Made) -> None:
    koc_run("market.choice.risk=2")
    manifest = json.loads(Path("results/quick/latest/manifest.json").read_text())
    assert manifest["command"] == "koc run experiment=quick experiment.seeds=2 executor.workers=1 market.choice.risk=2"
    assert manifest["runs"] == {"made": RUNS, "from_store": 0, "failed": 0}
    assert manifest["seeds"] == [0, 1]
    assert manifest["config"]["market"]["choice"]["risk"] == 2
    assert {"model", "versions", "machine", "started", "seconds", "workers", "arms"} <= manifest.keys()


def test_the_configuration_left_behind_makes_the_same_runs(made: Made) -> None:
    koc_run("market.choice.risk=2", "platform=mihe")
    before = list(made)
    made.clear()
    assert main(["run", "--config-path", "results/quick/latest", "experiment.fresh=true"]) == 0
    assert [run.id for run in made] == [run.id for run in before]


def test_a_finished_run_is_not_made_again_and_no_folder_is_overwritten(made: Made) -> None:
    koc_run()
    made.clear()
    koc_run()
    assert made == []
    assert len(folders()) == 2
    first, second = (pd.read_parquet(folder / "runs.parquet") for folder in folders())
    pd.testing.assert_frame_equal(first, second)
    assert Path("results/quick/latest").resolve() == folders()[1].resolve()


def test_what_another_command_makes_while_this_one_prepares_is_not_made_again(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_command(runs: Sequence[Run], _: object) -> None:
        with closing(Store(Path("results/store"))) as store:
            store.put([(run, finished(run)) for run in runs[3:]], "quick")

    monkeypatch.setattr(executor, "prepare", other_command)
    koc_run()
    manifest = json.loads(Path("results/quick/latest/manifest.json").read_text())
    assert len(made) == 3 and manifest["runs"] == {"made": 3, "from_store": RUNS - 3, "failed": 0}


def test_another_parameter_makes_other_runs_and_fresh_makes_all(made: Made) -> None:
    koc_run()
    made.clear()
    koc_run("market.choice.risk=2.5")
    assert len(made) == RUNS
    made.clear()
    koc_run("experiment.fresh=true")
    assert len(made) == RUNS


def test_more_seeds_make_only_the_new_ones(made: Made) -> None:
    koc_run()
    made.clear()
    koc_run("experiment.seeds=3")
    assert {run.seed for run in made} == {2} and len(made) == RUNS / 2


def test_the_runs_of_a_seed_follow_each_other(made: Made) -> None:
    koc_run()
    assert [run.seed for run in made] == [0] * (RUNS // 2) + [1] * (RUNS // 2)


def test_a_run_that_fails_is_recorded_and_the_rest_goes_on(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    made.breaks = {3: RuntimeError("accounts do not close"), 5: MemoryError()}
    assert koc_run() == 1
    printed = capsys.readouterr()
    assert "2 runs failed, the first with RuntimeError: accounts do not close" in printed.err
    table = pd.read_parquet("results/quick/latest/runs.parquet")
    assert (table["status"] == "failed").sum() == 2 and table["gmv"].notna().sum() == ROWS - 2
    failures = json.loads(Path("results/quick/latest/manifest.json").read_text())["failures"]
    assert "Traceback" in failures[0]["traceback"] and "accounts do not close" in failures[0]["traceback"]
    made.breaks.clear()
    made.clear()
    assert koc_run() == 0
    assert len(made) == 2


def test_a_worker_that_has_other_code_than_the_run_names_does_not_make_it(made: Made) -> None:
    koc_run()
    (failed,) = executor.make_all([made[0]._replace(model="another")])
    assert isinstance(failed, Failed) and failed.error.startswith("the source of the model")


def test_nothing_finished_is_told_without_a_report(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    made.breaks = {k: RuntimeError("no") for k in range(RUNS)}
    assert koc_run() == 1
    assert "the verdict" not in capsys.readouterr().out


def test_an_interruption_keeps_what_is_finished(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    made.breaks = {7: KeyboardInterrupt()}
    assert koc_run("market.consumers=1e6") == 130  # one run a task
    assert f"interrupted: 7 of {RUNS} runs are kept; the same command goes on from there" in capsys.readouterr().err
    assert not Path("results/quick").exists()
    made.breaks.clear()
    made.clear()
    assert koc_run("market.consumers=1e6") == 0
    assert len(made) == RUNS - 7


def test_checks_of_assumptions_are_tabled(made: Made) -> None:
    flips = (
        "{assumptions: [creators.effort_cost, market.choice.friends], seeds: 2, consumers: 500, days: 20, burn_in: 5}"
    )
    koc_run(f"experiment.flips={flips}")
    table = pd.read_parquet("results/quick/latest/flips.parquet")
    assert len(table) == 2 * 3 * 3  # assumptions, values, factors
    fees = table[table["factor"] == "fees"]
    assert fees["effect"].to_numpy() == pytest.approx(-0.05 / 3)
    smaller = 8 * 2 * 5  # arms, seeds, values: the configured one is shared by both assumptions
    assert len(made) == RUNS + smaller


def test_draws_from_the_posterior_are_tabled(made: Made) -> None:
    koc_run("experiment.posterior={draws: 2, seeds: 2, consumers: 500, days: 20, burn_in: 5}")
    table = pd.read_parquet("results/quick/latest/posterior.parquet")
    outcomes = table["outcome"].nunique()
    assert len(table) == 2 * 2 * 3 * outcomes  # draws, seeds, factors
    assert sorted(table["seed"].unique()) == [0, 1, 2, 3]
    assert len(made) == RUNS + (8 + 7) * 2 * 2  # arms of the factorial and beside it, draws, seeds
    drawn = pd.read_parquet("results/quick/latest/drawn.parquet")
    assert drawn.groupby("draw").size().to_list() == [30, 30]


def test_a_posterior_of_parameters_that_there_are_not_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"parameters": {"creators.gossip": {}}, "targets": {}, "draws": [[1.0]]}
    monkeypatch.setattr(posterior_file, "read", lambda: found)
    with pytest.raises(UserError, match=r"^configs/posterior.yaml: creators.gossip is no parameter; expected"):
        koc_run("experiment.posterior.draws=1")
    assert made == [] and not Path("results").exists()


def test_the_profile_shows_shares_of_phases(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    koc_run("profile=true")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["consumers", "live", f"{3.0 * RUNS:.2f}", "75.0%"]
    assert lines[2].split() == ["brands", "plan", f"{1.0 * RUNS:.2f}", "25.0%"]


def test_multirun_makes_an_experiment_a_job_and_leaves_no_files_of_hydra(made: Made) -> None:
    assert main(["run", *OVERRIDES, "-m", "market.choice.risk=1,2,3"]) == 0
    assert len(folders()) == 3 and len(made) == 3 * RUNS
    assert {path.name for path in Path().iterdir()} == {"results"}


def test_a_full_disk_is_told_before_work(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(preflight, "disk_usage", lambda path: usage(1_000_000))
    with pytest.raises(UserError, match=r"^output=results: 1 MB free on this disk, expected 24 MB for 42 runs$"):
        koc_run()
    assert made == [] and not Path("results").exists()


def test_a_store_made_by_one_output_serves_a_run_by_id(made: Made) -> None:
    koc_run()
    run: Run = made[0]
    assert Store(Path("results/store")).get(run.id, tables=()).outcomes == {"gmv": run.seed + 0.05 / 3}
